"""Where a batch is on its way, worked out from its dates."""

from __future__ import annotations

import datetime as dt

from engine.tables.batches import Batch


def state_of(batch: Batch) -> str:
    """Give where a batch is.

    planning (each subject is looked at), ready (it waits for a person), running, stopped,
    ended, discarded (put aside before it began).
    """
    if batch.ended_at is not None:
        return "discarded" if batch.started_at is None else "ended"
    if batch.stop_asked_at is not None:
        return "stopped"
    if batch.started_at is not None:
        return "running"
    return "planning" if batch.planned_at is None else "ready"


def begin_now(batch: Batch, by: str, at: dt.datetime) -> None:
    """Let the work on the subjects begin."""
    batch.started_at, batch.started_by = at, by
