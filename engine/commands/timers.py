"""What time does: due instances run, and the clock of a demonstration moves."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import Callable, Sequence

from sqlalchemy import func, select

from engine import clock, schedule
from engine.calendar import on, said
from engine.casework.audit import Chain, Entry
from engine.casework.context import THE_SYSTEM
from engine.commands.delivery import deliver_messages
from engine.commands.faults import shown_as_stuck
from engine.commands.incidents import open_incident
from engine.commands.tries import keeps_trying
from engine.commands.unit import Unit, lock_instance, lock_with_surroundings
from engine.errors import EngineError, Rejected, Unavailable
from engine.installation import CLOCK_OFFSET, read_surroundings
from engine.tables.database import Database
from engine.tables.people import User
from engine.tables.process import ProcessInstance, Setting

_log = logging.getLogger("spoc.engine")

#: How many due instances one call takes on.
PER_CALL = 200


def run_due(db: Database, limit: int = PER_CALL) -> int:
    """Run every instance whose timer is due, each in its own unit; returns how many moved.

    Several processes may do so at once: each claims the runs it takes on.
    """
    if not _anything_due(db):
        return 0
    with db.writing() as session:
        due = schedule.claim_due(session, read_surroundings(session).now, limit)
    return run_instances(db, due)


def dispatch_due(db: Database) -> int:
    """Hand the runs that are due to the workers apart, some a job; returns how many.

    No more than they will soon get to: the rest is handed out when half of these are begun.
    """
    if not _anything_due(db):
        return 0
    queue = schedule.Queue()
    with db.writing() as session:
        room = schedule.AHEAD - queue.handed_out(session)
        if room < schedule.AHEAD // 4:
            return 0
        due = schedule.claim_due(session, read_surroundings(session).now, room)
        queue.dispatch(session, due, more=len(due) == room)
        return len(due)


def run_instances(
    db: Database, instance_ids: Sequence[int], going_on: Callable[[], bool] = lambda: True
) -> int:
    """Run those of these that are due, and deliver what they have to say; returns how many moved.

    A failure becomes an incident; a race that was lost ends the claim, so that it is tried soon.
    When this is not to go on, or cannot, the claims of those left end, so that others take them.
    """
    left, done = list(instance_ids), []
    try:
        while left and going_on():
            done.append(_run_one(db, left.pop(0)))
    finally:
        _give_back(db, left)
    return _tell(db, done)


def _anything_due(db: Database) -> bool:
    with db.reading() as session:
        return schedule.anything_due(session, read_surroundings(session).now)


def _run_each(db: Database, instance_ids: Sequence[int]) -> int:
    return _tell(db, [_run_one(db, instance_id) for instance_id in instance_ids])


def _tell(db: Database, done: Sequence[tuple[bool, bool]]) -> int:
    """Deliver what runs have to say, if any has; returns how many moved."""
    if any(has_news for _, has_news in done):
        deliver_messages(db)
    return sum(moved for moved, _ in done)


def _run_one(db: Database, instance_id: int) -> tuple[bool, bool]:
    """Run one instance if it is due; tells whether it moved and whether it has news.

    What can neither go on nor be shown as stuck stays claimed for its time and holds up no other;
    Unavailable is raised, since the others would get the same.
    """
    try:
        return _run_or_show(db, instance_id)
    except Rejected:
        _give_back(db, [instance_id])
    except Unavailable:
        raise
    except Exception:
        _log.exception("Run %s could not go on, nor be shown as stuck.", instance_id)
    return False, False


def _run_or_show(db: Database, instance_id: int) -> tuple[bool, bool]:
    try:
        with shown_as_stuck(""):
            return _run_now(db, instance_id)
    except Rejected:
        raise
    except EngineError as error:
        _show_failure(db, instance_id, error)
    return False, False


def _give_back(db: Database, instance_ids: Sequence[int]) -> None:
    """End the claims of some; where that cannot be, they end by themselves."""
    if not instance_ids:
        return
    with contextlib.suppress(Rejected, Unavailable), db.writing() as session:
        for instance_id in instance_ids:
            schedule.give_back(session, instance_id)


@keeps_trying
def _run_now(db: Database, instance_id: int) -> tuple[bool, bool]:
    with db.writing() as session:
        instance, around = lock_with_surroundings(session, instance_id)
        if instance.next_due_at is None or instance.next_due_at > around.now:
            return False, False
        with shown_as_stuck(instance.process_id):
            unit = Unit.load(session, around, instance, THE_SYSTEM)
            unit.finish()
    return True, unit.has_news


@keeps_trying
def _show_failure(db: Database, instance_id: int, error: EngineError) -> None:
    """Show the failure and stop waking the instance until somebody retries it."""
    with db.writing() as session:
        around = read_surroundings(session)
        instance = lock_instance(session, instance_id)
        instance.next_due_at = None
        open_incident(session, instance, error, around.now)


def pass_time(db: Database, until: dt.datetime, step: Callable[[dt.datetime], None]) -> None:
    """Let every timer up to `until` fire at its own moment, in order.

    step: sets the clock to a moment; called before each firing and at last with `until`.
    """
    until = clock.at_local(until)
    last: dt.datetime | None = None
    while True:
        with db.reading() as session:
            due = session.scalar(select(func.min(ProcessInstance.next_due_at)))
        if due is None or due > until:
            break
        moment = max(due, last) if last else due
        step(moment)
        if not _run_all_due(db) and moment == last:
            break
        last = moment
    step(until)
    if due is not None and due <= until:
        _run_all_due(db)
    deliver_messages(db)


def _run_all_due(db: Database) -> int:
    """Run what is due, whoever may have claimed it: the clock waits for it."""
    with db.reading() as session:
        due = session.scalars(
            select(ProcessInstance.id)
            .where(ProcessInstance.next_due_at <= read_surroundings(session).now)
            .order_by(ProcessInstance.next_due_at)
            .limit(PER_CALL)
        ).all()
    return _run_each(db, due)


def move_clock(db: Database, to: dt.datetime, *, by: str = THE_SYSTEM) -> None:
    """Put the demo clock forward; every timer on the way fires at its own time.

    Raises Rejected for a moment that has passed, because time runs forwards only, and where
    anybody works who is not of the demonstration.
    """
    to = clock.at_local(to)
    with db.reading() as session:
        around = read_surroundings(session)
        now = around.now
        real = session.scalar(select(User.name).where(User.is_demo.is_(False)).limit(1))
    if real is not None:
        raise Rejected("Expected a demonstration, but real people work here: time is real too.")
    horizon = on(around.calendar.horizon)
    if to > horizon:
        raise Rejected(
            f"Expected a moment the calendar knows, up to {said(around.calendar.horizon)}. "
            "Choose an earlier one."
        )
    if to < now:
        raise Rejected(
            f"Expected a moment after {now:%d %b %Y %H:%M} UTC, because the clock runs forwards "
            "only. Choose a later one."
        )
    pass_time(db, to, lambda moment: _set_offset(db, moment))
    with db.writing() as session:
        Chain.of_administration(session).add(
            Entry("clock_moved", "setting", actor=by, old=now.isoformat(), new=to.isoformat()),
            at=to,
        )


def _set_offset(db: Database, moment: dt.datetime) -> None:
    offset = max((moment - dt.datetime.now(dt.UTC)).total_seconds(), 0.0)
    with db.writing() as session:
        known = session.get(Setting, CLOCK_OFFSET)
        if known is None:
            session.add(Setting(name=CLOCK_OFFSET, value=str(offset)))
        elif float(known.value) < offset:
            known.value = str(offset)
