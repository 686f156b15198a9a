"""The table of what a customer waits for: passed on to whom, answered by when (R-007, R-010)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row


class PassedOn(Row):
    """One matter of a customer that somebody of ours answers by a day; a row of the log."""

    __tablename__ = "passed_on"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    #: The contact it came with.
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    what: Mapped[str]
    #: A member of staff by user name, or a role whose holders share it; both None where it is for
    #: the customer's contact, whoever that is.
    to_user: Mapped[str | None] = mapped_column(index=True)
    to_role: Mapped[str | None]
    passed_by: Mapped[str]
    passed_on: Mapped[dt.date]
    due_on: Mapped[dt.date]
    due_reason: Mapped[str]
    #: Why the day is later than the policy's; "" where it is not.
    later_because: Mapped[str] = mapped_column(default="")
    #: When it was answered, passed on further, or no longer to be answered; None while it is open.
    ended_on: Mapped[dt.date | None]
    #: answered, passed_on, not_needed; "" while it is open.
    outcome: Mapped[str] = mapped_column(default="")
    #: How the customer knows, or why no answer is needed; "" while it is open or passed on.
    outcome_note: Mapped[str] = mapped_column(default="")
    ended_by: Mapped[str | None]
