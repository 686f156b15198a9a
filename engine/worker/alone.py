"""On SQLite one process works in the background: a lock that goes with the process says so."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from engine.errors import Rejected
from engine.tables.database import Database


class Alone:
    """The right to work on one SQLite file; on PostgreSQL everybody has it."""

    def __init__(self, db: Database) -> None:
        file = db.url.database if db.is_sqlite else None
        self._path = Path(f"{file}.worker") if file else None
        self._held: int | None = None

    def hold(self) -> None:
        """Take the right, until it is let go or the process ends.

        Raises Rejected with the number of the process that has it.
        """
        if self._path is None or self._held is not None:
            return
        found = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            holder = os.read(found, 20).decode(errors="replace").strip() or "unknown"
            os.close(found)
            raise Rejected(
                "Expected no other process to run timers on this SQLite file, but process "
                f"{holder} does. Stop it first; several processes need PostgreSQL."
            ) from taken
        os.ftruncate(found, 0)
        os.write(found, str(os.getpid()).encode())
        self._held = found

    def let_go(self) -> None:
        """Give the right back."""
        if self._held is not None:
            os.close(self._held)
            self._held = None
