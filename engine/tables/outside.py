"""The table of what happened outside this system: recorded as it was, without any effect (K-10)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row


class OutsideEvent(Row):
    """One thing done about a case without the process; nothing is put in force by it."""

    __tablename__ = "outside_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    #: letter, told, arrangement, ground_rules, away, review and so on, as the form lists them.
    kind: Mapped[str]
    happened_on: Mapped[dt.date]
    #: The last day of an absence, or until when an appeal was allowed; else None.
    until_on: Mapped[dt.date | None]
    #: The other day that was given for the same thing; else None.
    other_on: Mapped[dt.date | None]
    what: Mapped[str]
    #: A name or a job title, as it was told.
    done_by: Mapped[str]
    #: our_files, customer, colleague, ombudsman, other
    known_how: Mapped[str]
    known_on: Mapped[dt.date]
    #: "" where there is none.
    proof: Mapped[str] = mapped_column(default="")
    #: The parts of a letter the customer was not told, by the id of their block.
    lacked: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: The other answers that steer which safeguards were not kept, by question id.
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    recorded_by: Mapped[str]
    recorded_on: Mapped[dt.date] = mapped_column(index=True)
