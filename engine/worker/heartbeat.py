"""That a worker lives, as a row: who it is, since when, and when it last said so."""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket
from typing import Literal

from sqlalchemy import delete, select

from engine import clock
from engine.errors import Rejected, Unavailable
from engine.tables.database import Database
from engine.tables.process import WorkerSeen

#: Seconds between two beats.
BEAT_SECONDS = 15
#: A worker that said nothing for so long is forgotten.
_FORGET_AFTER = dt.timedelta(days=1)
logger = logging.getLogger("spoc.worker")


class Heartbeat:
    """The row of this process."""

    def __init__(self, db: Database, kind: Literal["embedded", "apart"]) -> None:
        self.db = db
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self._kind = kind
        self._started_at = clock.real()

    def beat(self) -> None:
        """Say that this process lives; a database that is away is told at the next beat."""
        try:
            with self.db.writing() as session:
                now = clock.real()
                session.execute(delete(WorkerSeen).where(WorkerSeen.seen_at < now - _FORGET_AFTER))
                known = session.scalar(select(WorkerSeen).where(WorkerSeen.name == self.name))
                if known is not None:
                    known.started_at, known.seen_at = self._started_at, now
                    return
                session.add(
                    WorkerSeen(
                        name=self.name,
                        kind=self._kind,
                        started_at=self._started_at,
                        seen_at=now,
                    )
                )
        except (Rejected, Unavailable) as failed:
            logger.warning("A heartbeat was not kept: %s", failed)

    def stop(self) -> None:
        """Take the row away: this process ends."""
        try:
            with self.db.writing() as session:
                session.execute(delete(WorkerSeen).where(WorkerSeen.name == self.name))
        except (Rejected, Unavailable) as failed:
            logger.warning("The row of this worker was not taken away: %s", failed)
