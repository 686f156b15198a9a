"""The table of complaints that run beside a case, each stage with its own clocks (R-081)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row


class Complaint(Row):
    """One stage of one complaint: a second stage is a row of its own that cites the first.

    It is never an appeal and no stage of one; what came in with it is linked (R-081).
    """

    __tablename__ = "complaint"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    #: The landlord's own number of the complaint, the same for both stages.
    reference: Mapped[str]
    #: 1 or 2; there is no third.
    stage: Mapped[int]
    #: What the customer says, in their own words.
    about: Mapped[str]
    channel: Mapped[str] = mapped_column(default="")
    #: The first day on which anybody here had it (K-9).
    received_on: Mapped[dt.date]
    received_by: Mapped[str]
    logged_by: Mapped[str]
    acknowledge_due_on: Mapped[dt.date]
    acknowledge_due_reason: Mapped[str] = mapped_column(default="")
    acknowledged_on: Mapped[dt.date | None]
    #: Counted from the acknowledgement; until then from its last day, so that it never gets later.
    answer_due_on: Mapped[dt.date]
    answer_due_reason: Mapped[str] = mapped_column(default="")
    #: The last day agreed when more time was needed, and what the customer was told about why.
    extended_to: Mapped[dt.date | None]
    extended_reason: Mapped[str | None]
    answered_on: Mapped[dt.date | None]
    #: upheld, partly_upheld, not_upheld, withdrawn
    outcome: Mapped[str | None]
    #: The first stage that a second one follows.
    earlier_id: Mapped[int | None] = mapped_column(ForeignKey("complaint.id"))
    #: What was logged with it, which goes its own way.
    appeal_id: Mapped[int | None] = mapped_column(ForeignKey("appeal.id"))
    look_request_id: Mapped[int | None] = mapped_column(ForeignKey("look_request.id"))
