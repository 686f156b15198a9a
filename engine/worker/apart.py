"""A worker apart: Procrastinate hands out jobs over PostgreSQL, to any number of these processes.

Jobs say what to look at, and are made again from our own tables when one is lost: those of a
worker that died are thrown away. A worker whose database is gone comes back with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status
from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import URL

from engine import schedule
from engine.commands import dispatch_due, run_instances
from engine.errors import Unavailable
from engine.outbox import Senders
from engine.tables.database import Database
from engine.worker.heartbeat import BEAT_SECONDS, Heartbeat
from engine.worker.periodic import Periodic, periodics
from engine.worker.steady import LOOK_SECONDS, ClockWatch, SteadyScheduler

#: How long a worker may say nothing before its jobs are thrown away, and how often that is seen to.
STALLED_SECONDS = 30
_RESCUE_SECONDS = 15
_ENGINE_BEAT_SECONDS = 5
#: How long it waits for a database that is away before it tries again.
_RETRY_SECONDS = 3
#: Failed jobs are kept so long for whoever asks why.
_KEEP_FAILED_HOURS = 7 * 24
_MINUTE_SECONDS = 60
_DAY_SECONDS = 24 * 60 * 60
logger = logging.getLogger("spoc.worker")


class WorkerApart:
    """Works off jobs until it is told to end by SIGTERM or Ctrl-C."""

    def __init__(self, db: Database, concurrency: int, senders: Senders | None = None) -> None:
        """Prepare to work on so many jobs at a time. Without senders nothing leaves."""
        self.db = db
        self._concurrency = concurrency
        self._heart = Heartbeat(db, "apart")
        self._told = threading.Event()
        self._periodics = [_handed_out(one) for one in periodics(senders)]

    def run(self) -> None:
        """Work; returns when it was told to end and what was begun is done."""
        beats = SteadyScheduler()
        beats.add_job(self._heart.beat, "interval", seconds=BEAT_SECONDS, coalesce=True)
        beats.start()
        self._heart.beat()
        try:
            asyncio.run(self._until_told())
        finally:
            beats.shutdown(wait=True)
            self._heart.stop()

    async def _until_told(self) -> None:
        told = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, told.set)
        while not told.is_set():
            work = asyncio.create_task(self._work())
            end = asyncio.create_task(told.wait())
            anew = asyncio.create_task(_clock_put_back())
            await asyncio.wait({work, end, anew}, return_when=asyncio.FIRST_COMPLETED)
            if told.is_set():
                self._told.set()
            for one in (end, anew, work):
                one.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await work
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), _RETRY_SECONDS)

    async def _work(self) -> None:
        """Work until this is cancelled, or the database goes away."""
        app = self.make_app()
        try:
            async with app.open_async():
                await _forget_what_is_ahead(app)
                await app.run_worker_async(
                    concurrency=self._concurrency,
                    install_signal_handlers=False,
                    delete_jobs="successful",
                    update_heartbeat_interval=_ENGINE_BEAT_SECONDS,
                    stalled_worker_timeout=STALLED_SECONDS,
                )
        except (ConnectorException, psycopg.Error, OSError) as lost:
            logger.warning("The database does not answer (%s); trying again.", lost)
        else:
            logger.warning("The worker lost the database; trying again.")

    def make_app(self) -> App:
        """Give what Procrastinate runs: a task for each job, and one for each thing done again."""
        app = App(
            connector=PsycopgConnector(
                conninfo=conninfo(self.db.url),
                min_size=1,
                max_size=self._concurrency + 2,
                timeout=10,
            )
        )
        self._add_jobs(app)
        for one in self._periodics:
            _repeat(app, one, self._task_of(one))
        _add_rescue(app)
        return app

    def _add_jobs(self, app: App) -> None:
        @app.task(name=schedule.RUN)
        def run(instance_ids: list[int]) -> None:
            def going_on() -> bool:
                return not self._told.is_set()

            _try(f"Runs {instance_ids}", lambda: run_instances(self.db, instance_ids, going_on))

        @app.task(name=schedule.DISPATCH)
        def dispatch() -> None:
            _try("Handing out what is due", lambda: dispatch_due(self.db))

        @app.task(name=schedule.POST)
        def post() -> None:
            for one in self._periodics:
                if one.lane == "post":
                    one.try_on(self.db)

    def _task_of(self, one: Periodic) -> Callable[..., Any]:
        def task(timestamp: int) -> None:
            one.try_on(self.db)

        return task


async def _clock_put_back() -> None:
    """Return when the computer's clock was put back."""
    watch = ClockWatch()
    while not watch.put_back():
        await asyncio.sleep(LOOK_SECONDS)
    logger.warning("The clock was put back; what is done again and again begins anew.")


async def _forget_what_is_ahead(app: App) -> None:
    """Forget for which moments still to come jobs were made, before the clock was put back.

    Procrastinate makes none twice for one moment, so it would make none until then.
    """
    ahead = "DELETE FROM procrastinate_periodic_defers WHERE defer_timestamp > %(now)s"
    await app.connector.execute_query_async(ahead, now=int(time.time()))


def _handed_out(one: Periodic) -> Periodic:
    """Run nothing that is due here: hand it out, so that every worker has its share."""
    return replace(one, run=one.apart) if one.apart is not None else one


def _try(what: str, call: Callable[[], object]) -> None:
    """Do it; what the database cannot take now is found again by the next look at its rows."""
    try:
        call()
    except Unavailable as away:
        logger.warning("%s has to wait: %s", what, away)


def _repeat(app: App, one: Periodic, call: Callable[..., Any]) -> None:
    """Have a job made every so many seconds, by one of the workers, unless the last one waits."""
    lock = schedule.POST if one.lane == "post" else None
    name = f"every: {one.name}"
    task = app.task(name=name, queueing_lock=name, lock=lock)(call)
    app.periodic(cron=_cron(one.seconds))(task)


def _cron(seconds: int) -> str:
    """Write seconds as cron does, with a sixth field for them."""
    if seconds >= _DAY_SECONDS:
        return "0 3 * * *"
    if seconds >= _MINUTE_SECONDS:
        return f"*/{seconds // _MINUTE_SECONDS} * * * *"
    return f"* * * * * */{seconds}"


def _add_rescue(app: App) -> None:
    """Throw away the jobs of workers that died, and failed ones after a week."""

    @app.periodic(cron=_cron(_RESCUE_SECONDS))
    @app.task(name="rescue", queueing_lock="rescue")
    async def rescue(timestamp: int) -> None:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            logger.warning("Job %s was left by a worker that died.", job.call_string)
            with contextlib.suppress(ConnectorException):  # somebody else has just done it
                await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)

    @app.periodic(cron=_cron(_DAY_SECONDS))
    @app.task(name="forget", queueing_lock="forget")
    async def forget(timestamp: int) -> None:
        await app.job_manager.delete_old_jobs(nb_hours=_KEEP_FAILED_HOURS, include_failed=True)


def conninfo(url: URL) -> str:
    """Write a URL of ours as libpq reads it: it takes a plus sign for no blank, as a URL does."""
    known = url.translate_connect_args(username="user", database="dbname")
    more = {
        name: value if isinstance(value, str) else ",".join(value)
        for name, value in url.query.items()
    }
    return make_conninfo(**{**known, **more})
