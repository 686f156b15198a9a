"""When the policy is reviewed next, worked out from its latest approval (R-112; X-6, X-7)."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar import Calendar, Due, said
from engine.tables.policy_control import ImpactAssessment, PolicyReview, PolicyVersion

DESKTOP, FORMAL = "desktop", "formal"
#: A month by its name, and a year: what a document says about its own reviews.
_MONTH = re.compile(
    r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(?:of\s+)?(\d{4})\b", re.I
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True)
class PolicyDates:
    """The dates of one version of the policy, each with the sentence that explains it."""

    desktop: Due
    formal: Due
    #: The earliest date the signed assessment names; None while none is signed.
    assessment_on: dt.date | None
    #: What does not fit together, a sentence each; none is a date that counts.
    notes: tuple[str, ...]

    def next(self) -> tuple[str, Due]:
        """Give which review comes next, and its date; a formal one stands for both."""
        if self.formal.on <= self.desktop.on:
            return FORMAL, self.formal
        return DESKTOP, self.desktop


def newest(session: Session) -> PolicyVersion | None:
    """Give the version that was approved last; None where none is on record."""
    newest_first = (PolicyVersion.approved_on.desc(), PolicyVersion.id.desc())
    return session.scalars(select(PolicyVersion).order_by(*newest_first).limit(1)).first()


def signed(session: Session, version: PolicyVersion) -> ImpactAssessment | None:
    """Give the assessment of a version that was signed last; None where none was."""
    theirs = select(ImpactAssessment).where(
        ImpactAssessment.version_id == version.id, ImpactAssessment.signed_on.is_not(None)
    )
    return session.scalars(theirs.order_by(ImpactAssessment.id.desc()).limit(1)).first()


def dates_of(
    session: Session, calendar: Calendar, version: PolicyVersion, months: tuple[int, int]
) -> PolicyDates:
    """Work out the next reviews of a version.

    months: after how many calendar months a desk-top and a formal review follow, as the policy
        says. Each runs from the latest approval: of the version, or of a formal review that let
        it stand; a desk-top review also from the last review of any kind.
    """
    ended = session.scalars(
        select(PolicyReview)
        .where(PolicyReview.version_id == version.id, PolicyReview.ended_on.is_not(None))
        .order_by(PolicyReview.ended_on)
    ).all()
    stood = [one.ended_on for one in ended if one.kind == FORMAL and one.outcome == "stays"]
    approved = max([version.approved_on, *(day for day in stood if day)])
    looked_at = max([approved, *(one.ended_on for one in ended if one.ended_on)])
    desktop, formal = calendar.months(looked_at, months[0]), calendar.months(approved, months[1])
    assessment = signed(session, version)
    return PolicyDates(
        desktop=desktop,
        formal=formal,
        assessment_on=assessment.next_review_on if assessment else None,
        notes=(
            *_stated("desk-top", version.stated_desktop, desktop, "the last review"),
            *_stated("formal", version.stated_formal, formal, "the latest approval"),
            *_stale(version, assessment),
        ),
    )


def _stated(kind: str, stated: str, due: Due, since: str) -> tuple[str, ...]:
    """Say when the document names another month than the policy's own rule leads to (X-6)."""
    found = _MONTH.search(stated)
    if not stated:
        return ()
    if found and (_MONTHS.index(found[1].lower()) + 1, int(found[2])) == (
        due.on.month,
        due.on.year,
    ):
        return ()
    return (
        f"The document says “{stated}” for its next {kind} review. Counted from {since} it is "
        f"{said(due.on)}, and that date counts.",
    )


def _stale(version: PolicyVersion, assessment: ImpactAssessment | None) -> tuple[str, ...]:
    """Say when the assessment was made before the version it is about (X-7)."""
    made = assessment.answers.get("assessed_on") if assessment else None
    if not made or dt.date.fromisoformat(made) >= version.approved_on:
        return ()
    return (
        f"The impact assessment is of {said(dt.date.fromisoformat(made))}, before version "
        f"{version.number} was approved on {said(version.approved_on)}.",
    )
