"""What a person does with an import they looked at: begin it, stop it, or put it aside."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.casework.audit import Chain, Entry
from engine.errors import NotFound, Rejected
from engine.imports.permission import check_may_import, check_may_stop
from engine.imports.states import State, state_of
from engine.installation import read_surroundings
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


def begin(database: Database, import_id: int, *, by: str) -> None:
    """Let the rows that are right be logged. Raises NotFound, Rejected unless it waits for that."""
    with _held(database, import_id, by, "begin it", "ready") as (session, row, now):
        row.started_at, row.started_by = now, by
        _keep(session, row, "contacts_import_begun", by, now)


def stop(database: Database, import_id: int, *, by: str) -> None:
    """Let an import stand still: what is logged stays, no further row is logged (R-030).

    Rows whose commit is under way are finished first. Raises NotFound, NotAllowed for somebody
    who neither began it nor is an officer, Rejected unless it is at work.
    """
    with _held(database, import_id, by, "stop it", "running") as (session, row, now):
        check_may_stop(session, by, row.started_by, read_surroundings(session).today)
        row.stopped_at, row.stopped_by = now, by
        _keep(session, row, "contacts_import_stopped", by, now, logged=row.logged)


def resume(database: Database, import_id: int, *, by: str) -> None:
    """Let the rows that a stopped import did not log be logged. Raises NotFound, Rejected."""
    with _held(database, import_id, by, "begin it again", "stopped") as (session, row, now):
        row.stopped_at, row.stopped_by, row.started_by = None, None, by
        _keep(session, row, "contacts_import_resumed", by, now, logged=row.logged)


def discard(database: Database, import_id: int, *, by: str) -> None:
    """Put an import aside that logged nothing yet; its rows go. Raises NotFound, Rejected."""
    with _held(database, import_id, by, "put it aside", "checking", "ready") as (session, row, now):
        row.ended_at = now
        session.execute(delete(ContactImportRow).where(ContactImportRow.import_id == import_id))
        _keep(session, row, "contacts_import_discarded", by, now)


@contextlib.contextmanager
def _held(
    database: Database, import_id: int, by: str, wish: str, *states: State
) -> Iterator[tuple[Session, ContactImport, dt.datetime]]:
    with database.writing() as session:
        around = read_surroundings(session)
        check_may_import(session, by, around.today)
        row = session.scalar(
            select(ContactImport).where(ContactImport.id == import_id).with_for_update()
        )
        if row is None:
            raise NotFound
        if state_of(row) not in states:
            raise Rejected(
                f"Expected “{row.file_name}” to be such that one can {wish}, but "
                f"{_STANDS[state_of(row)]}. Look at how it stands now."
            )
        yield session, row, around.now


def _keep(
    session: Session, row: ContactImport, action: str, by: str, at: dt.datetime, **new: int
) -> None:
    entry = Entry(action, "contact_import", row.id, actor=by, new={"rows": row.total, **new})
    Chain.of_administration(session).add(entry, at=at)
