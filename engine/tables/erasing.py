"""What was deleted leaves the write-ahead log of SQLite too, and does not wait for its end."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

#: Stands in the session of a unit of work that deletes what nobody may read again.
_ERASES = "erases"
#: Whoever still reads an older state is waited for so long, in seconds; writers wait meanwhile.
_PATIENCE = 1.0


def erase(session: Session) -> None:
    """Let what this unit of work deletes be gone from the disk soon after it is kept (R-107)."""
    session.info[_ERASES] = True


def erases(session: Session) -> bool:
    """Tell whether this unit of work deleted something that must be gone from the disk."""
    return bool(session.info.get(_ERASES))


def settle(url: URL) -> bool:
    """Bring the write-ahead log of a SQLite file into the file and empty it.

    SQLite overwrites what is deleted in the file, but the log keeps what was written before until
    something else is written over it. Gives False when somebody read or wrote meanwhile, or the
    file could not be written: it is tried again by the worker. True at once on PostgreSQL, which
    uses the space again and has logs of its own.
    """
    if url.get_backend_name() != "sqlite":
        return True
    file = Path(str(url.database))
    try:
        with contextlib.closing(sqlite3.connect(file, timeout=_PATIENCE)) as connection:
            connection.execute("PRAGMA secure_delete=ON")
            (busy, *_counts) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error:
        return False
    return not busy
