"""What operators watch: what is late, what waits, who works; and whether it can be used at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import Unavailable
from engine.installation import read_surroundings
from engine.tables.database import Database
from engine.tables.process import Incident, Message, Outbox, ProcessInstance, WorkerSeen
from engine.tables.releases import Release

#: A worker that said nothing for so long is not counted: four of its heartbeats.
SEEN_WITHIN = dt.timedelta(seconds=60)
#: A timer that waits longer than this after its moment is late.
LATE_AFTER = dt.timedelta(seconds=60)
_UNUSED = {"todo": 0, "failed": 0}


@dataclass(frozen=True)
class Watch:
    """The installation at one moment, in figures that a monitor can compare."""

    #: The newest published version; None before the first.
    release: int | None
    #: Runs whose moment has passed, and the longest of them; None when none has.
    runs_due: int
    due_since: dt.datetime | None
    #: How long that one waits, in seconds.
    late_by_seconds: int
    stuck_steps: int
    messages_waiting: int
    outbox_waiting: int
    #: What could not be delivered and nobody has decided about.
    outbox_dead: int
    #: Names of the workers that said within a minute that they live.
    workers: tuple[str, ...]
    workers_apart: bool
    #: Of the job engine; 0 where the worker is embedded.
    jobs_waiting: int
    jobs_failed: int

    def wanting(self) -> list[str]:
        """Give a sentence for each thing that wants a person; [] when all is well."""
        late = self.late_by_seconds > LATE_AFTER.total_seconds()
        found = {
            "No version is published. Run: flask --app web prepare": self.release is None,
            "No worker has been seen for a minute. Start one.": not self.workers,
            f"Runs that are due wait for {self.late_by_seconds} seconds. Add a worker, or look at "
            "its log.": late,
            f"Stuck steps: {self.stuck_steps}. See the page Stuck steps.": self.stuck_steps > 0,
            f"Could not be delivered: {self.outbox_dead}.": self.outbox_dead > 0,
            f"Failed jobs: {self.jobs_failed}. The log of the workers says why.": self.jobs_failed
            > 0,
        }
        return [sentence for sentence, holds in found.items() if holds]


def watch(db: Database) -> Watch:
    """Look at everything an operator watches; plain counts, no state is loaded.

    Raises Unavailable when the database does not answer.
    """
    with db.reading() as session:
        now = read_surroundings(session).now
        due, since = session.execute(
            select(func.count(), func.min(ProcessInstance.next_due_at)).where(
                ProcessInstance.next_due_at <= now
            )
        ).one()
        jobs = _jobs(session) if db.workers_apart else _UNUSED
        return Watch(
            release=session.scalar(select(func.max(Release.number))),
            runs_due=due,
            due_since=since,
            late_by_seconds=int((now - since).total_seconds()) if since else 0,
            stuck_steps=_count(session, select(func.count()).where(Incident.resolved_at.is_(None))),
            messages_waiting=_count(
                session,
                select(func.count()).where(
                    Message.delivered_at.is_(None), Message.dropped_at.is_(None)
                ),
            ),
            outbox_waiting=_count(
                session, select(func.count()).where(Outbox.next_try_at.is_not(None))
            ),
            outbox_dead=_count(
                session,
                select(func.count()).where(
                    Outbox.dead_at.is_not(None), Outbox.given_up_at.is_(None)
                ),
            ),
            workers=_seen(session),
            workers_apart=db.workers_apart,
            jobs_waiting=jobs.get("todo", 0),
            jobs_failed=jobs.get("failed", 0),
        )


def not_ready(db: Database) -> list[str]:
    """Say what is missing before pages can be served; [] when nothing is."""
    try:
        if not db.is_current():
            return ["The tables are not those of this version. Run: flask --app web prepare"]
        with db.reading() as session:
            missing = []
            if session.scalar(select(Release.id).where(Release.number.is_not(None)).limit(1)) is (
                None
            ):
                missing.append("No version is published. Run: flask --app web prepare")
            if db.workers_apart and not _seen(session):
                missing.append("No worker has been seen for a minute. Run: flask --app web work")
            return missing
    except Unavailable:
        return ["The database does not answer."]


def _seen(session: Session) -> tuple[str, ...]:
    newest = clock.real() - SEEN_WITHIN
    names = select(WorkerSeen.name).where(WorkerSeen.seen_at > newest)
    return tuple(session.scalars(names.order_by(WorkerSeen.name)))


def _jobs(session: Session) -> dict[str, int]:
    counted = text("SELECT CAST(status AS text), count(*) FROM procrastinate_jobs GROUP BY status")
    return {str(status): int(count) for status, count in session.execute(counted)}


def _count(session: Session, counted: Select[int]) -> int:
    return session.scalar(counted) or 0
