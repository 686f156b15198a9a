"""Who looks at what next: due runs are claimed for one worker, and workers apart are woken by jobs.

The truth is ``process_instance.next_due_at`` and ``outbox``. A job only says "look at run 42 now":
it may be lost or come twice without harm, because whoever gets it looks again whether it is due.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Protocol

import psycopg
from procrastinate import App, SyncPsycopgConnector
from procrastinate.jobs import Job
from sqlalchemy import and_, event, or_, select, text, update
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from engine import clock
from engine.tables.process import Outbox, ProcessInstance

#: After so long a claim is taken for lost, and another worker may have the run.
LEASE = dt.timedelta(seconds=60)
#: The jobs, by what they do.
RUN, DISPATCH, POST = "run", "dispatch", "post"
#: What is sent goes after what runs.
_LATER = -1
#: As many runs are handed out ahead of the workers; more would wait longer than their lease.
AHEAD = 500
#: Due runs come in jobs of at most so many, since a job costs more than a small run; few due runs
#: are spread over so many jobs, so that every worker has some.
_A_JOB, _SPREAD = 20, 8

#: Is never opened: each job goes over the connection, and in the transaction, of its session.
_producer = App(connector=SyncPsycopgConnector())


class Jobs(Protocol):
    """How a unit of work tells workers that there is something to look at."""

    def wake_instance(self, session: Session, *instance_ids: int) -> None:
        """Have these runs looked at as soon as the session has committed."""

    def wake_outbox(self, session: Session) -> None:
        """Have what must leave the house sent as soon as the session has committed."""


class Ticks:
    """Embedded: nobody is told, the next tick of this process looks by itself."""

    def wake_instance(self, session: Session, *instance_ids: int) -> None:
        """Do nothing: the tick finds what is due."""

    def wake_outbox(self, session: Session) -> None:
        """Do nothing: the tick finds what waits."""


class Queue:
    """Apart: jobs of Procrastinate, kept or undone together with what the session changes."""

    def wake_instance(self, session: Session, *instance_ids: int) -> None:
        """Add one job a run; no two of these jobs of one run are worked on at a time."""
        self._add(session, [_look_at([one], f"instance:{one}") for one in instance_ids])

    def wake_outbox(self, session: Session) -> None:
        """Add one job unless one waits: what it misses, the next look at the outbox finds.

        A queueing lock would make one unit of work wait for the commit of another.
        """
        if not self.waiting(session, POST, most=1):
            deferrer = _producer.configure_task(POST, lock=POST, priority=_LATER)
            self._add(session, [deferrer.job])

    def dispatch(self, session: Session, instance_ids: Sequence[int], *, more: bool) -> None:
        """Hand out claimed runs; with `more` due, half way through them more are claimed.

        Nobody else has them while they are claimed, so these jobs need no lock.
        """
        size = min(_A_JOB, max(1, len(instance_ids) // _SPREAD))
        jobs = [
            _look_at(instance_ids[begin : begin + size])
            for begin in range(0, len(instance_ids), size)
        ]
        if more:
            jobs.insert(len(jobs) // 2, _producer.configure_task(DISPATCH).job)
        self._add(session, jobs)

    def handed_out(self, session: Session) -> int:
        """Count the runs in jobs that nobody has begun, up to ``AHEAD`` jobs."""
        found = text(
            "SELECT coalesce(sum(jsonb_array_length(args -> 'instance_ids')), 0)"
            " FROM (SELECT args FROM procrastinate_jobs"
            " WHERE status = 'todo' AND task_name = :task LIMIT :most) AS waiting"
        )
        return int(session.execute(found, {"task": RUN, "most": AHEAD}).scalar_one())

    def waiting(self, session: Session, task: str, *, most: int) -> int:
        """Count the jobs of one kind that nobody has begun, up to `most`."""
        found = text(
            "SELECT count(*) FROM (SELECT 1 FROM procrastinate_jobs"
            " WHERE status = 'todo' AND task_name = :task LIMIT :most) AS waiting"
        )
        return int(session.execute(found, {"task": task, "most": most}).scalar_one())

    def _add(self, session: Session, jobs: list[Job]) -> None:
        if jobs:
            _producer.job_manager.batch_defer_jobs(jobs, connection=_connection(session))


def jobs_of(session: Session) -> Jobs:
    """Give the way of telling workers that this installation has."""
    return Queue() if session.info.get("workers_apart") else Ticks()


def wake_instance(session: Session, instance_id: int) -> None:
    """Have a run looked at once the session has committed, by whoever works here."""
    jobs_of(session).wake_instance(session, instance_id)


def wake_outbox(session: Session) -> None:
    """Have what must leave the house sent once the session has committed."""
    jobs_of(session).wake_outbox(session)


@event.listens_for(Session, "after_flush")
def _wake_for_what_leaves(session: Session, _context: object) -> None:
    """Have what a unit of work put into the outbox sent at once, whoever wrote it."""
    if session.info.get("workers_apart") and any(isinstance(row, Outbox) for row in session.new):
        wake_outbox(session)


def anything_due(session: Session, now: dt.datetime) -> bool:
    """Tell whether a run is due that nobody has claimed."""
    return session.scalar(select(ProcessInstance.id).where(_claimable(now)).limit(1)) is not None


def claim_due(session: Session, now: dt.datetime, limit: int) -> list[int]:
    """Claim runs that are due, the longest due first, and give their ids.

    now: the moment on the clock of the landlord. A claim lasts ``LEASE`` of real time, and ends
    when the run was carried on. Rows that somebody else works on are passed over.
    """
    found = (
        select(ProcessInstance.id)
        .where(_claimable(now))
        .order_by(ProcessInstance.next_due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    claimed = session.execute(
        update(ProcessInstance)
        .where(ProcessInstance.id == found.c.id)
        .values(dispatched_at=clock.real())
        .returning(ProcessInstance.id, ProcessInstance.next_due_at)
        .execution_options(synchronize_session=False)
    )
    return [row.id for row in sorted(claimed, key=lambda row: (row.next_due_at, row.id))]


def give_back(session: Session, instance_id: int) -> None:
    """End a claim that came to nothing, so that the run is tried again soon."""
    session.execute(
        update(ProcessInstance)
        .where(ProcessInstance.id == instance_id)
        .values(dispatched_at=None)
        .execution_options(synchronize_session=False)
    )


def forget_claims(session: Session) -> None:
    """End every claim: for the only worker there may be, which begins and has claimed nothing."""
    session.execute(
        update(ProcessInstance)
        .where(ProcessInstance.dispatched_at.is_not(None))
        .values(dispatched_at=None)
        .execution_options(synchronize_session=False)
    )


def _claimable(now: dt.datetime) -> ColumnElement[bool]:
    """Due and not claimed; a claim from the future was made before the clock was put back."""
    real = clock.real()
    claimed_at = ProcessInstance.dispatched_at
    return and_(
        ProcessInstance.next_due_at <= now,
        or_(claimed_at.is_(None), claimed_at < real - LEASE, claimed_at > real + LEASE),
    )


def _look_at(instance_ids: Sequence[int], lock: str | None = None) -> Job:
    wanted = {"instance_ids": list(instance_ids)}
    return _producer.configure_task(RUN, lock=lock, task_kwargs=wanted).job


def _connection(session: Session) -> psycopg.Connection[Any]:
    """Give the psycopg connection of a session, in its transaction."""
    found = session.connection().connection.driver_connection
    if not isinstance(found, psycopg.Connection):
        raise TypeError(f"Expected a connection to PostgreSQL, but got {type(found).__name__}.")
    return found
