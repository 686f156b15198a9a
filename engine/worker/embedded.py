"""The worker of a process that does other things too: APScheduler ticks, no queue."""

from __future__ import annotations

import datetime as dt
import logging

from engine.errors import Rejected, Unavailable
from engine.outbox import Senders
from engine.schedule import forget_claims
from engine.tables.database import Database
from engine.worker.alone import Alone
from engine.worker.heartbeat import BEAT_SECONDS, Heartbeat
from engine.worker.periodic import Periodic, periodics
from engine.worker.steady import SteadyScheduler

logger = logging.getLogger("spoc.worker")


class Worker:
    """Ticks in the background of one process; every tick calls what a person could call too.

    On PostgreSQL any number of processes may have one: they claim what they take on.
    """

    def __init__(self, db: Database, senders: Senders | None = None) -> None:
        """Prepare the ticks; nothing runs before ``start``. Without senders nothing leaves."""
        self.db = db
        self._periodics = periodics(senders)
        self._alone = Alone(db)
        self._heart = Heartbeat(db, "embedded")
        self._scheduler = SteadyScheduler()
        for lane in dict.fromkeys(one.lane for one in self._periodics):
            self._add(self.run_lane, self._of(lane)[0].seconds, lane)
        self._add(self._heart.beat, BEAT_SECONDS)

    def start(self) -> None:
        """Begin to tick, at once.

        Raises Rejected when another process works on the same SQLite file.
        """
        self._alone.hold()
        if self.db.is_sqlite:
            self._take_over()
        self._scheduler.start()

    def _take_over(self) -> None:
        """Let nothing wait for the lease of a worker that died: here there is no other one."""
        try:
            with self.db.writing() as session:
                forget_claims(session)
        except (Rejected, Unavailable) as failed:
            logger.warning("What a dead worker had claimed has to wait: %s", failed)

    def stop(self) -> None:
        """Stop after the ticks that are running."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
            self._heart.stop()
        self._alone.let_go()

    def tick(self) -> None:
        """Run what is due and deliver what waits; a failure is logged and the next tick comes."""
        self.run_lane("tick")

    def run_lane(self, lane: str) -> None:
        """Do everything of one lane, one after the other; a failure stops none of the others."""
        for one in self._of(lane):
            one.try_on(self.db)

    def _of(self, lane: str) -> list[Periodic]:
        return [one for one in self._periodics if one.lane == lane]

    def _add(self, call: object, seconds: int, *arguments: str) -> None:
        self._scheduler.add_job(
            call,
            "interval",
            seconds=seconds,
            args=arguments,
            max_instances=1,
            coalesce=True,
            next_run_time=dt.datetime.now(dt.UTC),
        )
