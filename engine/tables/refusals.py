"""The table of refused contact: what was proposed, advised, decided, and until when it holds."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row


class ContactRefusal(Row):
    """One proposal to refuse contact under an arrangement, and what became of it (R-090)."""

    __tablename__ = "contact_refusal"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    arrangement_id: Mapped[int] = mapped_column(ForeignKey("arrangement.id"), index=True)
    proposed_on: Mapped[dt.date]
    proposed_by: Mapped[str]
    why: Mapped[str]
    #: changed, or not_enough: whether the terms were changed first, and why that was not enough.
    change_first: Mapped[str]
    why_no_change: Mapped[str] = mapped_column(default="")
    #: Evidence ids of what was done since the letter took effect (C-07).
    breaches: Mapped[list[int]] = mapped_column(JSON, default=list)
    advice_reference: Mapped[str] = mapped_column(default="")
    advised_on: Mapped[dt.date | None]
    advised_by: Mapped[str | None]
    #: for, with_limits, against
    advice: Mapped[str | None]
    #: refused, not_refused
    outcome: Mapped[str | None]
    decided_on: Mapped[dt.date | None]
    decided_by: Mapped[str | None]
    decision_id: Mapped[int | None]
    #: Which enquiries stop, one text each.
    stopped: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: landlord, other_council
    matter: Mapped[str | None]
    #: housing_ombudsman, local_government_ombudsman
    ombudsman: Mapped[str | None]
    until_on: Mapped[dt.date | None]
    in_force_on: Mapped[dt.date | None]
    ended_on: Mapped[dt.date | None]
    #: not_refused, ran_out, lifted_on_appeal, ended_by_review, arrangement_ended
    end_reason: Mapped[str | None]
