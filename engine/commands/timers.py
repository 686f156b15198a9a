"""What time does: due instances run, frozen due dates are worked out again, the clock moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select

from engine import clock, spiff
from engine.calendar import Due, on, said
from engine.casework.audit import Chain, Entry
from engine.casework.context import THE_SYSTEM
from engine.commands.delivery import deliver_messages
from engine.commands.faults import shown_as_stuck
from engine.commands.incidents import open_incident
from engine.commands.places import date_anew
from engine.commands.tries import keeps_trying
from engine.commands.unit import Unit, lock_instance
from engine.errors import EngineError, Rejected
from engine.installation import CLOCK_OFFSET, read_surroundings
from engine.tables.database import Database
from engine.tables.people import User
from engine.tables.process import ProcessInstance, Setting, WorkItem

#: How many due instances one call takes on.
PER_CALL = 200


@dataclass(frozen=True)
class Moved:
    """A due date that was worked out again: what it was, what it is."""

    element_id: str
    old: str | None
    new: str | None


def run_due(db: Database, limit: int = PER_CALL) -> int:
    """Run every instance whose timer is due, each in its own unit; returns how many moved."""
    with db.reading() as session:
        now = read_surroundings(session).now
        due = session.scalars(
            select(ProcessInstance.id)
            .where(ProcessInstance.next_due_at <= now)
            .order_by(ProcessInstance.next_due_at)
            .limit(limit)
        ).all()
    moved = sum(_run_one(db, instance_id) for instance_id in due)
    if moved:
        deliver_messages(db)
    return moved


def _run_one(db: Database, instance_id: int) -> int:
    try:
        return _run_now(db, instance_id)
    except Rejected:
        return 0
    except EngineError as error:
        _show_failure(db, instance_id, error)
        return 0


@keeps_trying
def _run_now(db: Database, instance_id: int) -> int:
    with db.writing() as session:
        around = read_surroundings(session)
        instance = lock_instance(session, instance_id)
        if instance.next_due_at is None or instance.next_due_at > around.now:
            return 0
        with shown_as_stuck(instance.process_id):
            Unit.load(session, around, instance, THE_SYSTEM).finish()
    return 1


@keeps_trying
def _show_failure(db: Database, instance_id: int, error: EngineError) -> None:
    """Show the failure and stop waking the instance until somebody retries it."""
    with db.writing() as session:
        around = read_surroundings(session)
        instance = lock_instance(session, instance_id)
        instance.next_due_at = None
        open_incident(session, instance, error, around.now)


@keeps_trying
def rearm(db: Database, instance_id: int, *, by: str, reason: str) -> list[Moved]:
    """Work out again every due date an instance froze: its timers and its open tasks (K-8).

    For a changed calendar, an agreed extension (R-079) or a corrected date. Old, new and
    reason are kept in the audit chain. Returns what moved.
    """
    with db.writing() as session:
        around = read_surroundings(session)
        instance = lock_instance(session, instance_id)
        if instance.ended_at is not None:
            raise Rejected(f"Expected run {instance_id} to be going on, but it has ended.")
        unit = Unit.load(session, around, instance, by)
        moved = [
            Moved(timer.element.id, timer.old.isoformat(), timer.new.isoformat())
            for timer in unit.run.rearm()
            if timer.old != timer.new
        ]
        moved += _rearm_tasks(unit)
        unit.run.settle()
        unit.finish()
        if moved and instance.case_id is not None:
            unit.host.context.audit(
                "due_dates_worked_out_again",
                "process_instance",
                instance_id,
                old={change.element_id: change.old for change in moved},
                new={"reason": reason, **{change.element_id: change.new for change in moved}},
            )
    deliver_messages(db, by=by)
    return moved


def _rearm_tasks(unit: Unit) -> list[Moved]:
    moved: list[Moved] = []
    open_items = unit.session.scalars(
        select(WorkItem).where(
            WorkItem.instance_id == unit.instance.id,
            WorkItem.completed_at.is_(None),
            WorkItem.cancelled_at.is_(None),
        )
    )
    waiting: dict[str, spiff.WaitingTask] = {t.task_id: t for t in unit.run.waiting_tasks}
    for item in open_items:
        task = waiting.get(item.task_id)
        text = task.element.properties.get("due") if task else None
        if task is None or not text:
            continue
        due = unit.run.value(task.task_id, text)
        day = due.on if isinstance(due, Due) else due
        if day != item.due_on:
            moved.append(Moved(item.element_id, str(item.due_on), str(day)))
            item.due_on = day
            date_anew(unit.session, item)
        item.due_reason = due.reason if isinstance(due, Due) else item.due_reason
    return moved


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
        if not run_due(db) and moment == last:
            break
        last = moment
    step(until)
    if due is not None and due <= until:
        run_due(db)
    deliver_messages(db)


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
