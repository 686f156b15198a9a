"""What the errors of a database mean: it is away, somebody was quicker, its tables are others."""

from __future__ import annotations

import sqlite3

import psycopg.errors
from sqlalchemy.exc import DBAPIError, OperationalError

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_AWAY = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
_LOST_RACE = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)
#: Of PostgreSQL's own numbers: no connection, no room or memory, shut down, a disk that fails.
#: What it refuses of one statement comes under OperationalError too, and is no such thing.
_NUMBERS_OF_AWAY = ("08", "53", "57P", "58")


def is_away(failed: DBAPIError) -> bool:
    """Tell whether the database cannot be asked, or has no room: whoever asks it gets the same."""
    if isinstance(failed.orig, sqlite3.Error):
        return _number(failed.orig) in _AWAY
    if failed.connection_invalidated:
        return True
    number = getattr(failed.orig, "sqlstate", None) or ""
    return isinstance(failed, OperationalError) and (
        not number or number.startswith(_NUMBERS_OF_AWAY)
    )


def was_busy(failed: DBAPIError) -> bool:
    """Tell whether another unit of work was quicker, or held the rows for too long."""
    if isinstance(failed.orig, sqlite3.OperationalError):
        return _number(failed.orig) in _BUSY
    return isinstance(failed.orig, _LOST_RACE)


def lacks_something(failed: DBAPIError) -> bool:
    """Tell whether a table or a column is not there: perhaps the tables are of another version."""
    if isinstance(failed.orig, sqlite3.OperationalError):
        said = str(failed.orig)
        return any(one in said for one in ("no such table", "no such column", "no column"))
    return isinstance(failed.orig, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn)


def _number(cause: sqlite3.Error) -> int:
    return int(getattr(cause, "sqlite_errorcode", 0)) & 0xFF
