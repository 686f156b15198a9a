"""Where an import of a register is on its way, who may see it, and its links in the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.casework.audit import Chain, Entry
from engine.casework.people import roles_of
from engine.errors import NotFound
from engine.imports.holding import Kind
from engine.operations import DOORS
from engine.tables.columns import table_of
from engine.tables.register_imports import RegisterImport, RegisterImportRow

State = Literal["mapping", "checking", "ready", "running", "stopped", "ended", "discarded"]

_ROWS = table_of(RegisterImportRow)
#: The message that takes one arrangement over; each row is one.
MESSAGE = "arrangement_taken_over"
#: Roles that import a register: those who take one arrangement over.
MAY_IMPORT = DOORS[MESSAGE].roles
_STANDS: Mapping[State, str] = {
    "mapping": "its columns are not named yet",
    "checking": "its rows are still being checked",
    "ready": "nobody has begun it",
    "running": "it is at work",
    "stopped": "it was stopped",
    "ended": "it has ended",
    "discarded": "it was put aside",
}


def state_of(row: RegisterImport) -> State:
    """Say where an import is: nothing is taken over before a person has begun it."""
    if row.discarded_at is not None:
        return "discarded"
    if row.mapped_at is None:
        return "mapping"
    if row.checked_at is None:
        return "checking"
    if row.started_at is None:
        return "ready"
    if row.ended_at is not None:
        return "ended"
    return "running" if row.stopped_at is None else "stopped"


def check_may_import(session: Session, by: str, on: dt.date) -> None:
    """Raise NotFound unless imports of registers exist for this person that day."""
    if not MAY_IMPORT & roles_of(session, by, on):
        raise NotFound


#: What is held to be changed.
KIND = Kind(RegisterImport, check_may_import, state_of, _STANDS)


def note(
    session: Session, row: RegisterImport, action: str, by: str, at: dt.datetime, **new: int
) -> None:
    """Keep who did what with an import in the chain of administration."""
    entry = Entry(action, "register_import", row.id, actor=by, new=dict(new))
    Chain.of_administration(session).add(entry, at=at)


def counts_of(session: Session, import_id: int) -> dict[str, int]:
    """Count the rows of an import by what became of them; those with exceptions apart."""
    found: dict[str, int] = {}
    rows = session.execute(
        select(_ROWS.c.status, _ROWS.c.exceptions).where(
            _ROWS.c.import_id == import_id, _ROWS.c.status != "raw"
        )
    )
    for status, exceptions in rows:
        name = f"{status}_with" if exceptions and status in ("taken", "ready") else status
        found[name] = found.get(name, 0) + 1
    return found
