"""Where an import is on its way, told from the dates of its row."""

from __future__ import annotations

from typing import Literal

from engine.tables.imports import ContactImport

State = Literal["reading", "checking", "ready", "running", "stopped", "ended", "discarded"]


def state_of(row: ContactImport) -> State:
    """Say where an import is: nothing is logged before a person has begun it."""
    if row.ended_at is not None:
        return "ended" if row.started_at is not None else "discarded"
    if row.read_at is None:
        return "reading"
    if row.checked_at is None:
        return "checking"
    if row.started_at is None:
        return "ready"
    return "running" if row.stopped_at is None else "stopped"
