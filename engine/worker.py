"""The worker: in the background it runs what is due, delivers messages and sweeps what was lost."""

from __future__ import annotations

import datetime as dt
import logging

from apscheduler.schedulers.background import BackgroundScheduler

from engine import batches, clock
from engine.casework.audit import Chain
from engine.commands import deliver_messages, read_surroundings, run_due, sweep_unclaimed
from engine.outbox import Senders, deliver_outbox
from engine.tables.database import Database

logger = logging.getLogger("spoc.worker")

#: Seconds between two looks at what is due.
TICK_SECONDS = 5
SWEEP_MINUTES = 10


class Worker:
    """Ticks in the background of one process; every tick calls what a person could call too."""

    def __init__(self, db: Database, senders: Senders | None = None) -> None:
        """Prepare the ticks; nothing runs before ``start``. Without senders nothing leaves."""
        self.db = db
        self.senders = senders or Senders()
        self._scheduler = BackgroundScheduler(timezone=clock.LONDON)
        common = {"max_instances": 1, "coalesce": True}
        at_once = {"next_run_time": dt.datetime.now(dt.UTC)}
        self._scheduler.add_job(self.tick, "interval", seconds=TICK_SECONDS, **common, **at_once)
        # A job of its own: a mail server that hangs makes no timer late.
        self._scheduler.add_job(self.post, "interval", seconds=TICK_SECONDS, **common, **at_once)
        self._scheduler.add_job(self.sweep, "interval", minutes=SWEEP_MINUTES, **common)

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop after the tick that is running."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def tick(self) -> None:
        """Run what is due, deliver what waits, go on with batches; a failure is logged."""
        try:
            deliver_messages(self.db)
            run_due(self.db)
            batches.work(self.db)
        except Exception:
            logger.exception("A tick of the worker failed; the next one tries again.")

    def post(self) -> None:
        """Send what waits in the outbox; a failure is logged and the next tick comes."""
        try:
            deliver_outbox(self.db, self.senders)
        except Exception:
            logger.exception("Sending the outbox failed; the next tick tries again.")

    def sweep(self) -> None:
        """Show unclaimed messages to a person and anchor the audit chains of the day."""
        try:
            sweep_unclaimed(self.db)
            self.anchor()
        except Exception:
            logger.exception("A sweep of the worker failed; the next one tries again.")

    def anchor(self) -> None:
        """Keep today's head of the administration's chain and of each case's chain that grew."""
        with self.db.writing() as session:
            today = read_surroundings(session).today
            for chain in Chain.grown_since_anchor(session):
                broken = chain.broken_at()
                if broken is not None:
                    logger.critical("The audit chain %s does not hold at %s.", chain.name, broken)
                    continue
                chain.anchor(today)
