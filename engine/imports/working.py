"""The work on imports: files are checked and logged some rows at a time, old ones cleared."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, delete, or_, select

from engine.casework.audit import Chain, Entry
from engine.casework.context import THE_SYSTEM
from engine.imports.checking import check_some
from engine.imports.logging_rows import end, log_some
from engine.installation import read_surroundings
from engine.tables.database import Collision, Database
from engine.tables.imports import ContactImport, ContactImportRow

logger = logging.getLogger("spoc.imports")

#: For how long wrong rows are kept to be mended after an import ended, and how long an import
#: waits for somebody to begin it: a file of people's contacts does not lie here for ever.
KEPT_DAYS = 30
#: A file whose taking in stopped for so long was broken off.
_BROKEN_OFF = dt.timedelta(days=1)


def work(db: Database, seconds: float = 4.0) -> int:
    """Go on with every open import for about so long; gives how many rows it was done with.

    Several workers may call it at once. What one call leaves, the next one finds.
    """
    until = time.monotonic() + seconds
    to_check, to_log, is_old = _with_work(db)
    done = sum(_while(check_some, db, one, until) for one in to_check)
    done += sum(_while(log_some, db, one, until) for one in to_log)
    if is_old:
        _clear(db)
    return done


def _while(step: Callable[[Database, int], int], db: Database, import_id: int, until: float) -> int:
    done = 0
    while time.monotonic() < until:
        try:
            some = step(db, import_id)
        except Collision:
            # Somebody has one of its cases just now: a later call comes back to it.
            return done
        if not some:
            return done
        done += some
    return done


def _with_work(db: Database) -> tuple[list[int], list[int], bool]:
    """Give the imports to check, those to log, and whether one is over for long."""
    with db.reading() as session:
        open_ = session.execute(
            select(
                *(ContactImport.id, ContactImport.checked_at, ContactImport.started_at),
                ContactImport.stopped_at,
            )
            .where(ContactImport.ended_at.is_(None), ContactImport.read_at.is_not(None))
            .order_by(ContactImport.id)
        ).all()
        now = read_surroundings(session).now
        is_old = session.scalar(select(ContactImport.id).where(_is_over(now)).limit(1))
        return (
            [one.id for one in open_ if one.checked_at is None],
            [one.id for one in open_ if one.started_at and one.stopped_at is None],
            is_old is not None,
        )


def _is_over(now: dt.datetime) -> ColumnElement[bool]:
    rows = select(ContactImportRow.import_id).distinct()
    ended = and_(
        ContactImport.ended_at < now - dt.timedelta(days=KEPT_DAYS), ContactImport.id.in_(rows)
    )
    broken_off = and_(ContactImport.read_at.is_(None), ContactImport.made_at < now - _BROKEN_OFF)
    return or_(ended, broken_off, _was_never_begun(now), _was_left_stopped(now))


def _was_left_stopped(now: dt.datetime) -> ColumnElement[bool]:
    return and_(
        ContactImport.ended_at.is_(None),
        ContactImport.stopped_at < now - dt.timedelta(days=KEPT_DAYS),
    )


def _was_never_begun(now: dt.datetime) -> ColumnElement[bool]:
    return and_(
        ContactImport.ended_at.is_(None),
        ContactImport.started_at.is_(None),
        ContactImport.checked_at < now - dt.timedelta(days=KEPT_DAYS),
    )


def _clear(db: Database) -> None:
    """Delete the rows of imports that ended long ago, and what was broken off as a whole.

    One that nobody began is put aside first; one that was stopped ends with what it logged.
    """
    with db.writing() as session:
        now = read_surroundings(session).now
        never = session.scalars(select(ContactImport).where(_was_never_begun(now))).all()
        for row in never:
            row.ended_at = now
            session.execute(delete(ContactImportRow).where(ContactImportRow.import_id == row.id))
            entry = Entry("contacts_import_discarded", "contact_import", row.id, THE_SYSTEM)
            Chain.of_administration(session).add(entry, at=now)
        for row in session.scalars(select(ContactImport).where(_was_left_stopped(now))).all():
            end(session, row, now)
            session.execute(delete(ContactImportRow).where(ContactImportRow.import_id == row.id))
        session.flush()
        old = session.scalars(select(ContactImport.id).where(_is_over(now))).all()
        session.execute(delete(ContactImportRow).where(ContactImportRow.import_id.in_(old)))
        session.execute(
            delete(ContactImport).where(ContactImport.id.in_(old), ContactImport.read_at.is_(None))
        )
        logger.info("The rows of %s imports of contacts were deleted.", len(old))
