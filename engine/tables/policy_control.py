"""Tables of the policy document itself: versions, reviews, impact assessments, training."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, UtcDateTime


class PolicyVersion(Row):
    """One version of the policy document, as its control record says (R-113)."""

    __tablename__ = "policy_version"
    id: Mapped[int] = mapped_column(primary_key=True)
    #: As the document has it: ``2``, ``2.1``.
    number: Mapped[str] = mapped_column(unique=True)
    approved_on: Mapped[dt.date]
    #: Who approved it, as the document says: ``Executive Management Team``.
    approver: Mapped[str]
    contact_officer: Mapped[str] = mapped_column(ForeignKey("user.name"))
    responsible_officer: Mapped[str] = mapped_column(ForeignKey("user.name"))
    #: What this version changes: its line of the revision table.
    changes: Mapped[str]
    #: From when processes follow it (R-114).
    effective_on: Mapped[dt.date]
    #: What the document itself says about its next reviews; "" for nothing. A note, never a date
    #: that counts (X-6).
    stated_desktop: Mapped[str] = mapped_column(default="")
    stated_formal: Mapped[str] = mapped_column(default="")
    recorded_by: Mapped[str]
    recorded_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class PolicyDistribution(Row):
    """To whom a version of the policy was sent, and when (R-113)."""

    __tablename__ = "policy_distribution"
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"), index=True)
    to_whom: Mapped[str]
    sent_on: Mapped[dt.date]


class PolicyReading(Row):
    """That somebody who works here has read a version: their receipt (R-113)."""

    __tablename__ = "policy_reading"
    __table_args__ = (UniqueConstraint("version_id", "user_name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    user_name: Mapped[str] = mapped_column(ForeignKey("user.name"))
    read_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class PolicyReview(Row):
    """One review of the policy: desk-top each year, formal within its years (R-112)."""

    __tablename__ = "policy_review"
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"), index=True)
    #: desktop, formal
    kind: Mapped[str]
    due_on: Mapped[dt.date]
    due_reason: Mapped[str]
    begun_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: Who reviews the impact assessment and who approves; None until the owner said so.
    reviewer: Mapped[str | None]
    approver: Mapped[str | None]
    findings: Mapped[str] = mapped_column(default="")
    #: stays: the version stays as it is; new_version: another one is to be made. None while open.
    outcome: Mapped[str | None]
    reasons: Mapped[str] = mapped_column(default="")
    ended_on: Mapped[dt.date | None]
    ended_by: Mapped[str | None]


class ImpactAssessment(Row):
    """A Community Impact Assessment of a version; once signed it never changes (R-115, R-122)."""

    __tablename__ = "impact_assessment"
    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"), index=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("policy_review.id"), index=True)
    #: The signed one it began from; None for the first.
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("impact_assessment.id"))
    #: The answers of its form, as they were given last.
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    #: Everybody who handed it in, by user name.
    written_by: Mapped[list[str]] = mapped_column(JSON, default=list)
    begun_on: Mapped[dt.date]
    #: Each time it was sent back: when, by whom, why, and which rows were negative then.
    sent_back: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    signed_on: Mapped[dt.date | None]
    signed_by: Mapped[str | None]
    #: Part 6, as the reviewer signed it.
    comments: Mapped[str] = mapped_column(default="")
    directorate: Mapped[str] = mapped_column(default="")
    next_review_on: Mapped[dt.date | None]


class PolicyOfRelease(Row):
    """Which version of the policy a draft or release follows, and why it may be published.

    Either a signed assessment of that version, or an exemption with its reason (R-114, R-115).
    """

    __tablename__ = "policy_of_release"
    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"), unique=True)
    #: None where no version is on record.
    version_id: Mapped[int | None] = mapped_column(ForeignKey("policy_version.id"))
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("impact_assessment.id"))
    #: Why it goes without an assessment; "" where one is signed.
    exemption: Mapped[str] = mapped_column(default="")
    exempted_by: Mapped[str | None]
    exempted_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class TrainingRecord(Row):
    """That somebody was trained in something the impact assessment relies on (R-123)."""

    __tablename__ = "training_record"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("user.name"), index=True)
    #: policy, equality, safeguarding, communication: between teams
    topic: Mapped[str]
    held_on: Mapped[dt.date]
    #: By whom it was held, or where it can be seen.
    proof: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
