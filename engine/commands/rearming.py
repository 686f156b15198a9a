"""Frozen dates worked out again: those of one run, its tasks and what its case file keeps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from engine import spiff
from engine.calendar import Due, said
from engine.casework import corrected_dates
from engine.casework.corrected_dates import DateMoved
from engine.clock import LONDON
from engine.commands.delivery import deliver_messages
from engine.commands.places import date_anew
from engine.commands.tries import keeps_trying
from engine.commands.unit import Unit, lock_instance
from engine.errors import Rejected
from engine.installation import read_surroundings
from engine.operations import clocks
from engine.tables.database import Database
from engine.tables.process import ProcessInstance, WorkItem

#: A date that ends: the timer fires at the first moment of the next day.
_AFTER = "after("


@dataclass(frozen=True)
class Moved:
    """A date that came out differently: what it was, what it is, and why."""

    element_id: str
    #: ISO text, a date or a moment; None for none.
    old: str | None
    new: str | None
    #: What it is the date of: the name of a step, or what the case file keeps.
    name: str = ""
    #: Why the new date; "" for a timer, whose task says it.
    reason: str = ""
    #: It may not move that way, so it stays where it is; ``reason`` says why.
    kept: bool = False

    @property
    def sentence(self) -> str:
        """Say it: what, from when to when, and why."""
        told = f"{self.name}: {_day(self.old)} → {_day(self.new)}."
        if self.kept:
            told = f"{self.name}: stays {_day(self.old)}, though it comes to {_day(self.new)} now."
        return f"{told} {self.reason}".strip()


def rearm(db: Database, instance_id: int, *, by: str, reason: str) -> list[Moved]:
    """Work out again every date an instance froze: its timers, its open tasks, its case file (K-8).

    For a changed calendar, an agreed extension (R-079) or a corrected date. What we owe the
    customer is never moved later, what the customer was given never earlier; such a date is
    given with ``kept``. Old, new and reason are kept in the audit chain.
    """
    moved = _rearm_now(db, instance_id, by, reason)
    deliver_messages(db, by=by)
    return moved


@keeps_trying
def _rearm_now(db: Database, instance_id: int, by: str, reason: str) -> list[Moved]:
    with db.writing() as session:
        around = read_surroundings(session)
        instance = lock_instance(session, instance_id)
        unit = Unit.load(session, around, need_running(instance), by)
        return rearm_run(unit, reason=reason)


def need_running(instance: ProcessInstance) -> ProcessInstance:
    """Give the instance back when it goes on; Rejected when it has ended."""
    if instance.ended_at is not None:
        raise Rejected(f"Expected run {instance.id} to be going on, but it has ended.")
    return instance


def rearm_run(unit: Unit, *, reason: str) -> list[Moved]:
    """Write the dates of a run that come out differently, let fire what is due by them, save.

    Gives what moved and what was kept where it is.
    """
    moved = [_moved(one) for one in _of_the_file(unit)]
    for one in _of_the_file(unit):
        if _may_move(one):
            corrected_dates.put(unit.host.context, one)
    unit.session.flush()
    moved += [*_of_timers(unit), *_of_tasks(unit, write=True)]
    unit.run.settle()
    unit.finish()
    changed = [one for one in moved if not one.kept]
    if changed and unit.instance.case_id is not None:
        unit.host.context.audit(
            "due_dates_worked_out_again",
            "process_instance",
            unit.instance.id,
            old={one.element_id: one.old for one in changed},
            new={"reason": reason, **{one.element_id: one.new for one in changed}},
        )
    return moved


def dates_anew(unit: Unit) -> list[Moved]:
    """Give what ``rearm_run`` would move or keep; nothing is written, no timer fires.

    The session may be one that cannot write: what is worked out stays in memory.
    """
    with unit.session.no_autoflush:
        of_the_file = _of_the_file(unit)
        for one in of_the_file:
            if _may_move(one):
                corrected_dates.put(unit.host.context, one)
        return [
            *(_moved(one) for one in of_the_file),
            *_of_timers(unit),
            *_of_tasks(unit, write=False),
        ]


def _of_the_file(unit: Unit) -> list[DateMoved]:
    context = unit.host.context
    found = corrected_dates.answers_anew(context)
    if _speaks_for_case(unit):
        found += corrected_dates.times_to_appeal_anew(context)
        found += corrected_dates.complaints_anew(context)
    return found


def _speaks_for_case(unit: Unit) -> bool:
    """Of all runs of a case the oldest that goes on sees to what is the case's, not a run's."""
    case_id = unit.instance.case_id
    if case_id is None:
        return False
    oldest = (
        select(ProcessInstance.id)
        .where(ProcessInstance.case_id == case_id, ProcessInstance.ended_at.is_(None))
        .order_by(ProcessInstance.id)
        .limit(1)
    )
    return unit.session.scalar(oldest) == unit.instance.id


def _of_timers(unit: Unit) -> Iterator[Moved]:
    def may_move(timer: spiff.Rearmed) -> bool:
        return clocks.may_move(_whose(timer.expression, timer.element), timer.old, timer.new)

    for timer in unit.run.rearm(may_move):
        # What fires after a date is said by that date.
        back = dt.timedelta(seconds=int(timer.expression.strip().startswith(_AFTER)))
        whose = _whose(timer.expression, timer.element)
        yield Moved(
            timer.element.id,
            (timer.old - back).isoformat(),
            (timer.new - back).isoformat(),
            timer.element.name or timer.element.id,
            clocks.why_kept(whose) if timer.kept else "",
            timer.kept,
        )


def _of_tasks(unit: Unit, *, write: bool) -> Iterator[Moved]:
    open_items = unit.session.scalars(
        select(WorkItem).where(
            WorkItem.instance_id == unit.instance.id,
            WorkItem.completed_at.is_(None),
            WorkItem.cancelled_at.is_(None),
        )
    ).all()
    waiting = {task.task_id: task for task in unit.run.waiting_tasks}
    for item in open_items:
        task = waiting.get(item.task_id)
        text = task.element.properties.get("due") if task else None
        if task is None or not text:
            continue
        due = unit.run.value(task.task_id, text)
        day, why = (due.on, due.reason) if isinstance(due, Due) else (due, item.due_reason or "")
        if day != item.due_on:
            yield _of_task(unit, item, (day, why), _whose(text, task.element), write=write)
        elif write:
            item.due_reason = why or None


def _of_task(
    unit: Unit, item: WorkItem, due: tuple[dt.date | None, str], whose: str, *, write: bool
) -> Moved:
    day, why = due
    kept = not clocks.may_move(whose, item.due_on, day)
    said_why = clocks.why_kept(whose) if kept else why
    moved = Moved(item.element_id, _iso(item.due_on), _iso(day), item.name, said_why, kept)
    if write and not kept:
        item.due_on, item.due_reason = day, why or None
        date_anew(unit.session, item)
    return moved


def _moved(one: DateMoved) -> Moved:
    kept = not _may_move(one)
    return Moved(
        f"{one.kind}:{one.object_id}" + (f":{one.column}" if one.kind == "complaint" else ""),
        _iso(one.old),
        _iso(one.new),
        one.what,
        clocks.why_kept(one.whose) if kept else one.reason,
        kept,
    )


def _may_move(one: DateMoved) -> bool:
    return clocks.may_move(one.whose, one.old, one.new)


def _whose(expression: str, element: spiff.Element) -> str:
    return clocks.clock_of(expression, element.properties)


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _day(iso: str | None) -> str:
    if iso is None:
        return "no date"
    moment = dt.datetime.fromisoformat(iso)
    return said(moment.astimezone(LONDON).date() if moment.tzinfo else moment.date())
