"""Tables of the partner organisation: agreements, notices, appeals passed on, comparisons."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, UtcDateTime


class SharingAgreement(Row):
    """One agreement with a partner that allows sharing, with the days it runs (R-099)."""

    __tablename__ = "sharing_agreement"
    id: Mapped[int] = mapped_column(primary_key=True)
    partner: Mapped[str] = mapped_column(index=True)
    reference: Mapped[str]
    from_on: Mapped[dt.date]
    #: The last day on which anything may be shared under it.
    until_on: Mapped[dt.date]
    recorded_by: Mapped[str]
    recorded_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class PartnerNotice(Row):
    """One thing the partner told us of an arrangement of its own, and our answer (R-098, R-100)."""

    __tablename__ = "partner_notice"
    __table_args__ = (UniqueConstraint("partner", "reference"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    #: The partner's arrangement; ours where the notice was linked to a case of ours.
    arrangement_id: Mapped[int | None] = mapped_column(ForeignKey("arrangement.id"), index=True)
    partner: Mapped[str]
    #: The partner's own reference of this notice: the same again does nothing.
    reference: Mapped[str]
    #: The partner's own reference of its arrangement.
    arrangement_reference: Mapped[str] = mapped_column(index=True)
    #: start, change, review, end
    kind: Mapped[str]
    agreement_id: Mapped[int] = mapped_column(ForeignKey("sharing_agreement.id"))
    received_on: Mapped[dt.date]
    effective_on: Mapped[dt.date]
    #: True where we have a case of our own with this customer, so that none was made (R-100).
    is_linked: Mapped[bool] = mapped_column(default=False, server_default=false())
    logged_by: Mapped[str]
    logged_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    answered_on: Mapped[dt.date | None]
    answered_by: Mapped[str | None]
    #: Why it was sent back; None where it was acknowledged, or is not answered yet.
    sent_back_because: Mapped[str | None]


class PassedAppeal(Row):
    """An appeal about the partner's own arrangement, which the partner answers (R-100)."""

    __tablename__ = "passed_appeal"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    arrangement_id: Mapped[int] = mapped_column(ForeignKey("arrangement.id"), index=True)
    received_on: Mapped[dt.date]
    received_by: Mapped[str]
    channel: Mapped[str]
    said: Mapped[str]
    logged_by: Mapped[str]
    passed_on: Mapped[dt.date | None]
    passed_by: Mapped[str | None]
    proof: Mapped[str] = mapped_column(default="")


class PartnerComparison(Row):
    """What one comparison with the partner's list found, in figures: nobody is named (Q14)."""

    __tablename__ = "partner_comparison"
    id: Mapped[int] = mapped_column(primary_key=True)
    made_by: Mapped[str]
    made_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: Arrangements both hold, those only the partner holds, those only we hold.
    same: Mapped[int]
    only_theirs: Mapped[int]
    only_ours: Mapped[int]
