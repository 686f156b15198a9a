"""The copy that is kept of a SQLite file before its tables are changed, for a while."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import time
from pathlib import Path

from engine.errors import Rejected
from engine.tables.database import Database, revision_of, revisions
from engine.tables.erasing import settle

#: How long a copy is kept: it holds everybody who is deleted meanwhile.
KEPT_DAYS = 14
_A_DAY = 24 * 60 * 60
_OWNER_ONLY = 0o600


def keep_before_migrating(db: Database) -> Path | None:
    """Copy the file beside itself if its tables are about to change; gives the copy.

    None when there is nothing to change or to keep, and on PostgreSQL, where it is the
    operator's. Older copies than ``KEPT_DAYS`` are deleted. Of several processes that start at
    once, one keeps its copy. Raises Rejected when there is no room: nothing is migrated then.
    """
    if not db.is_sqlite:
        return None
    file = Path(str(db.url.database))
    _forget_old(file)
    if not file.exists() or not _is_older(db):
        return None
    changed_at = max(one.stat().st_mtime_ns for one in (file, _log_of(file)) if one.exists())
    kept = file.with_name(f"{file.name}.before-{revisions()[-1]}")
    # One of an earlier upgrade that was taken back does not hold what was done since.
    if not kept.exists() or kept.stat().st_mtime_ns < changed_at:
        _copy(file, kept)
    return kept


def tidy(db: Database) -> None:
    """Delete copies that were kept long enough, and empty the write-ahead log; SQLite alone."""
    if db.is_sqlite:
        _forget_old(Path(str(db.url.database)))
        settle(db.url)


def _log_of(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


def _is_older(db: Database) -> bool:
    with db.snapshot() as connection:
        revision = revision_of(connection)
    return revision is not None and revision != revisions()[-1]


def _copy(file: Path, kept: Path) -> None:
    unfinished = kept.with_name(f"{kept.name}.{secrets.token_hex(4)}.part")
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY))
        with contextlib.closing(sqlite3.connect(file, timeout=30)) as connection:
            connection.execute("VACUUM INTO ?", (str(unfinished),))
        os.replace(unfinished, kept)
    except (OSError, sqlite3.Error) as failed:
        raise Rejected(
            f"Expected to keep a copy of {file.name} before its tables are changed, but: {failed}. "
            f"Nothing was changed; make room in {file.parent}, then start again."
        ) from failed
    finally:
        unfinished.unlink(missing_ok=True)


def _forget_old(file: Path) -> None:
    oldest = time.time() - KEPT_DAYS * _A_DAY
    for copy in file.parent.glob(f"{file.name}.before-*"):
        with contextlib.suppress(FileNotFoundError):
            if copy.stat().st_mtime < oldest:
                copy.unlink()
