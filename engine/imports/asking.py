"""What a person does with an import they looked at: begin it, stop it, or put it aside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import delete
from sqlalchemy.orm import Session

from engine.casework.audit import Chain, Entry
from engine.imports.holding import Kind, held
from engine.imports.permission import check_may_import, check_may_stop
from engine.imports.states import State, state_of
from engine.tables.database import Database
from engine.tables.imports import ContactImport, ContactImportRow

_STANDS: Mapping[State, str] = {
    "reading": "its file is still being taken in",
    "checking": "its rows are still being checked",
    "ready": "nobody has begun it",
    "running": "it is at work",
    "stopped": "it was stopped",
    "ended": "it has ended",
    "discarded": "it was put aside",
}
_KIND = Kind(ContactImport, check_may_import, state_of, _STANDS)


def begin(database: Database, import_id: int, *, by: str) -> None:
    """Let the rows that are right be logged. Raises NotFound, Rejected unless it waits for that."""
    with held(database, _KIND, import_id, by, "begin it", "ready") as (session, row, around):
        row.started_at, row.started_by = around.now, by
        _keep(session, row, "contacts_import_begun", by, around.now)


def stop(database: Database, import_id: int, *, by: str) -> None:
    """Let an import stand still: what is logged stays, no further row is logged (R-030).

    Rows whose commit is under way are finished first. Raises NotFound, NotAllowed for somebody
    who neither began it nor is an officer, Rejected unless it is at work.
    """
    with held(database, _KIND, import_id, by, "stop it", "running") as (session, row, around):
        check_may_stop(session, by, row.started_by, around.today)
        row.stopped_at, row.stopped_by = around.now, by
        _keep(session, row, "contacts_import_stopped", by, around.now, logged=row.logged)


def resume(database: Database, import_id: int, *, by: str) -> None:
    """Let the rows that a stopped import did not log be logged. Raises NotFound, Rejected."""
    wish = "begin it again"
    with held(database, _KIND, import_id, by, wish, "stopped") as (session, row, around):
        row.stopped_at, row.stopped_by, row.started_by = None, None, by
        _keep(session, row, "contacts_import_resumed", by, around.now, logged=row.logged)


def discard(database: Database, import_id: int, *, by: str) -> None:
    """Put an import aside that logged nothing yet; its rows go. Raises NotFound, Rejected."""
    states = ("checking", "ready")
    with held(database, _KIND, import_id, by, "put it aside", *states) as (session, row, around):
        row.ended_at = around.now
        session.execute(delete(ContactImportRow).where(ContactImportRow.import_id == import_id))
        _keep(session, row, "contacts_import_discarded", by, around.now)


def _keep(
    session: Session, row: ContactImport, action: str, by: str, at: dt.datetime, **new: int
) -> None:
    entry = Entry(action, "contact_import", row.id, actor=by, new={"rows": row.total, **new})
    Chain.of_administration(session).add(entry, at=at)
