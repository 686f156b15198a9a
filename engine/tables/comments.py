"""The table of what colleagues write to one another about a case or a task of it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, UtcDateTime


class Comment(Row):
    """A remark for colleagues, or a note with a task that was handed over; never sent out."""

    __tablename__ = "comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    #: The task it is about; None for the case as a whole.
    work_item_id: Mapped[int | None] = mapped_column(ForeignKey("work_item.id"), index=True)
    text: Mapped[str]
    by: Mapped[str]
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: User name of who was handed the task with it; None for a remark.
    handed_to: Mapped[str | None]
