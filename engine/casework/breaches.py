"""Dates of ours that passed: each is recorded once, and nothing is decided by it (R-076)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from engine.casework.context import Context
from engine.tables.decisions import BreachOfClock


def record_once(context: Context, kind: str, object_id: int, due_on: dt.date) -> bool:
    """Record that a date passed unanswered; False when this very date was recorded before.

    A timer whose date is past fires again each time its part of a diagram is entered anew,
    so the same date may be reported more than once.
    """
    if recorded(context, kind, object_id, due_on) is not None:
        return False
    breach = BreachOfClock(
        case_id=context.case().id,
        kind=kind,
        object_id=object_id,
        due_on=due_on,
        recorded_at=context.now,
    )
    context.session.add(breach)
    context.session.flush()
    context.audit("date_passed", kind, object_id, new={"due_on": due_on.isoformat()})
    return True


def recorded(
    context: Context, kind: str, object_id: int, due_on: dt.date | None
) -> BreachOfClock | None:
    """Give the record of one passed date; None when there is none."""
    return context.session.scalars(
        select(BreachOfClock).where(
            BreachOfClock.kind == kind,
            BreachOfClock.object_id == object_id,
            BreachOfClock.due_on == due_on,
        )
    ).one_or_none()
