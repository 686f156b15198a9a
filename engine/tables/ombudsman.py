"""The tables of what an Ombudsman found, and of each thing it asked for (R-124 to R-129)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row


class Determination(Row):
    """One report of an Ombudsman about a case."""

    __tablename__ = "determination"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    #: housing, local_government
    ombudsman: Mapped[str]
    #: The Ombudsman's own number of it.
    reference: Mapped[str]
    #: The date of the report, from which its orders run (R-125).
    reported_on: Mapped[dt.date]
    #: maladministration, service_failure and so on, as the form lists them.
    outcome: Mapped[str]
    findings: Mapped[str]
    recorded_by: Mapped[str]
    recorded_on: Mapped[dt.date]


class OmbudsmanItem(Row):
    """One order or one recommendation of a report: each has its own date and its own proof."""

    __tablename__ = "ombudsman_item"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    determination_id: Mapped[int] = mapped_column(ForeignKey("determination.id"), index=True)
    #: order, recommendation
    kind: Mapped[str]
    what: Mapped[str]
    #: payment, letter, other: what shows that it was done.
    proof_kind: Mapped[str]
    #: Whole pounds to be paid; None where nothing is.
    amount: Mapped[int | None]
    #: Who sees to it, by user name.
    owner: Mapped[str]
    due_on: Mapped[dt.date]
    due_reason: Mapped[str] = mapped_column(default="")
    #: accepted, declined; None for an order, and until a recommendation is decided.
    decision: Mapped[str | None]
    decision_reason: Mapped[str | None]
    decided_on: Mapped[dt.date | None]
    #: When it was done or paid, and what shows it; None while it is open.
    done_on: Mapped[dt.date | None]
    proof: Mapped[str | None]
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"))
