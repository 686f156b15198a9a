"""Tables of long changes of many runs: one row for the whole, one for each run it is about."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, Sealed, UtcDateTime


class Batch(Row):
    """One change of many runs: looked at first, then done one by one, stopped and resumed."""

    __tablename__ = "batch"
    __table_args__ = (Index("ix_batch_open", "ended_at", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    #: Which change: ``move``, ``rearm``, ``retry``.
    kind: Mapped[str]
    #: What it is called in lists.
    title: Mapped[str]
    #: Which runs, and what to do with them, as the kind wants it.
    wanted: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: Why; said at the latest when it is begun.
    reason: Mapped[str] = mapped_column(default="", server_default="")
    made_by: Mapped[str]
    made_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: How many runs it was about when it was made.
    total: Mapped[int] = mapped_column(default=0)
    #: When every run had been looked at; None while that goes on.
    planned_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: When and by whom it was begun; None until a person has seen what it would do.
    started_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    started_by: Mapped[str | None]
    #: Set while it stands still because somebody stopped it.
    stop_asked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    stop_asked_by: Mapped[str | None]
    #: When nothing was left to do, or when it was put aside before it began.
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: Until when what was kept to undo it is kept; None before it ended, and after that moment.
    undo_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: A worker looks at its runs until then; a later moment frees it for another.
    claimed_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class BatchItem(Row):
    """One run, or one stuck step, that a batch is about; it goes with its case."""

    __tablename__ = "batch_item"
    __table_args__ = (
        Index("ix_batch_item_status", "batch_id", "status", "id"),
        Index("ix_batch_item_subject", "batch_id", "subject_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"))
    #: Id of the run or of the stuck step.
    subject_id: Mapped[int]
    case_id: Mapped[int | None] = mapped_column(index=True)
    instance_id: Mapped[int | None]
    #: What the look said: ``as_is``, ``changes``, ``cannot``; None until it was looked at.
    outcome: Mapped[str | None]
    #: The name of the subject, and each thing that changes or stands in the way, in sentences.
    planned: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    #: ``new``, ``planned``, ``left_out``, ``done``, ``failed``, ``undone``.
    status: Mapped[str]
    #: What happened, in sentences.
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    #: What it takes to undo it; emptied when that is no longer possible.
    kept: Mapped[dict[str, Any] | None] = mapped_column(Sealed, deferred=True)
    changed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
