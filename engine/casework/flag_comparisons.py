"""Comparing our flags with what each system shows: by when, whose task, how it is done (R-068)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.calendar import Calendar, Due, said
from engine.casework import people
from engine.casework.audit import Chain, Entry
from engine.casework.context import Context
from engine.casework.outgoing import Mail, staff_mail
from engine.clock import LONDON
from engine.errors import NotFound
from engine.tables.decisions import Flag
from engine.tables.flagging import FlagReconciliation
from engine.tables.people import User
from engine.tables.process import Message, Outbox, WorkItem
from forms import Choice

#: The message that begins the process of one comparison, and the variable that names the system.
WANTED, SYSTEM = "flag_comparison_wanted", "flag_system"
#: The element that is open while a comparison is due.
TASK = "compare_flags"
_OFFICER = "dmo"
_PAGE = "/flags"


def near(context: Context) -> list[str]:
    """Give the systems whose comparison is near and that nobody is asked to compare yet (R-068).

    So long before the date as the policy says. Only reads.
    """
    asked = _asked(context.session)
    before = dt.timedelta(days=int(context.policy("flags.compare_notice")))
    due = due_dates(context.session, context.calendar, _every(context))
    return [
        system
        for system, by in due.items()
        if system not in asked and by.on - before <= context.today
    ]


def begin_due(context: Context, systems: Collection[str]) -> int:
    """Begin a comparison with each of these systems that nobody is asked for meanwhile.

    Gives how many were begun (R-068).
    """
    wanted = [system for system in systems if system not in _asked(context.session)]
    for system in wanted:
        context.send(WANTED, payload={SYSTEM: system})
    return len(wanted)


def due_dates(session: Session, calendar: Calendar, every: int) -> dict[str, Due]:
    """Give by when each system that shows flags of ours is to be compared, and why; by its name.

    every: months between two comparisons. From the last one that was kept, else from the day on
    which the first flag there was asked for. Worked back to a working day (K-5). A system in which
    no flag of ours is, nor was since its last comparison, is not to be compared.
    """
    return {
        system: due
        for system, (due, had_one) in _due_dates(session, calendar, every).items()
        if had_one
    }


def _due_dates(session: Session, calendar: Calendar, every: int) -> dict[str, tuple[Due, bool]]:
    """Give the same of every system that ever had a flag, each with whether it had one since."""
    kept = select(FlagReconciliation.system, func.max(FlagReconciliation.kept_at))
    rows = session.execute(
        kept.where(FlagReconciliation.kept_at.is_not(None)).group_by(FlagReconciliation.system)
    )
    last = {system: _day(moment) for system, moment in rows}
    first = session.execute(
        select(
            Flag.system,
            func.min(Flag.requested_on),
            func.max(func.coalesce(Flag.removed_on, dt.date.max)),
        )
        .group_by(Flag.system)
        .order_by(Flag.system)
    )
    return {
        system: (
            _due(calendar, system, last.get(system), asked_on, every),
            removed_on >= last.get(system, dt.date.min),
        )
        for system, asked_on, removed_on in first
    }


def flag_comparison_due(context: Context) -> Due:
    """Give by when the system of this run is to be compared, and why that day."""
    system = flag_comparison_of(context)
    found = _due_dates(context.session, context.calendar, _every(context)).get(system)
    if found is None:
        raise NotFound(f"Expected flags in {system} to compare, but there are none any more.")
    return found[0]


def flag_comparison_of(context: Context) -> str:
    """Name the system that this run is about."""
    return str(context.variables.get(SYSTEM, ""))


def kept_comparisons(context: Context) -> list[Choice]:
    """Offer the comparisons of this system that were kept since the task was opened."""
    opened = context.session.scalar(
        select(WorkItem.opened_at).where(WorkItem.id == (context.work_item_id or 0))
    )
    rows = context.session.scalars(
        select(FlagReconciliation)
        .where(
            FlagReconciliation.system == flag_comparison_of(context),
            FlagReconciliation.kept_at >= (opened or context.now),
        )
        .order_by(FlagReconciliation.id)
    )
    return [choice_of(row) for row in rows]


def choice_of(row: FlagReconciliation) -> Choice:
    """Give what a comparison that was kept is called where it can be chosen."""
    return Choice(str(row.id), f"{row.file_name}, kept on {said(_day(row.kept_at))}")


def compare_flags(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep with which comparison the task was done, in the chain of administration."""
    new = {"system": flag_comparison_of(context)}
    entry = Entry(
        "flags_compared_in_time" if context.today <= _due_on(context) else "flags_compared_late",
        "flag_reconciliation",
        int(values["comparison"]),
        actor=context.actor,
        new=new,
    )
    Chain.of_administration(context.session).add(entry, at=context.now)


def remind(context: Context) -> int:
    """Tell the Data Management Officers that a comparison is late; gives how many were told."""
    system = flag_comparison_of(context)
    sentence = f"The comparison of our flags with {system} is late."
    here = {user.name: user for user in people.working_here(context.session, context.today)}
    told = []
    for name in people.holders_of(context.session, _OFFICER, context.today):
        about = f"flag_comparison_late:{context.instance_id}:{name}"
        if name in here and not _is_written(context.session, about):
            context.session.add(staff_mail(_mail(here[name], sentence, about), None, context.now))
            told.append(name)
    if told:
        new = {"system": system, "people": told}
        about_run = ("process_instance", context.instance_id)
        entry = Entry("flag_comparison_reminded", *about_run, actor=context.actor, new=new)
        Chain.of_administration(context.session).add(entry, at=context.now)
    return len(told)


def open_task(session: Session, system: str) -> int | None:
    """Give the open task that asks for a comparison with a system; None for none."""
    rows = session.execute(
        select(WorkItem.id, WorkItem.variables).where(
            WorkItem.element_id == TASK,
            WorkItem.completed_at.is_(None),
            WorkItem.cancelled_at.is_(None),
        )
    )
    return next((item for item, variables in rows if variables.get(SYSTEM) == system), None)


def _mail(user: User, sentence: str, about: str) -> Mail:
    text = f"{sentence} Send in what the system shows, on the page of flags."
    return Mail(to=user.email, subject=sentence, text=text, path=_PAGE, about=about)


def _is_written(session: Session, about: str) -> bool:
    return session.scalar(select(Outbox.id).where(Outbox.about == about).limit(1)) is not None


def _asked(session: Session) -> set[str]:
    """Give the systems for which a comparison is asked already, or about to be."""
    tasks = session.scalars(
        select(WorkItem.variables).where(
            WorkItem.element_id == TASK,
            WorkItem.completed_at.is_(None),
            WorkItem.cancelled_at.is_(None),
        )
    )
    coming = session.scalars(
        select(Message.payload).where(
            Message.name == WANTED, Message.delivered_at.is_(None), Message.dropped_at.is_(None)
        )
    )
    return {str(found.get(SYSTEM, "")) for found in (*tasks, *coming)}


def _due(
    calendar: Calendar, system: str, last: dt.date | None, asked_on: dt.date, every: int
) -> Due:
    since = "compared last" if last else "first asked for a flag"
    within = calendar.months(last or asked_on, every)
    reason = f"{within.reason.removesuffix('.')}, when {system} was {since}."
    because = "it is not to be compared later than that"
    return calendar.back_to_working_day(Due(within.on, reason), because=because)


def _due_on(context: Context) -> dt.date:
    item = context.session.get(WorkItem, context.work_item_id or 0)
    return item.due_on if item is not None and item.due_on is not None else context.today


def _every(context: Context) -> int:
    return int(context.policy("flags.compare_every"))


def _day(moment: dt.datetime | None) -> dt.date:
    return moment.astimezone(LONDON).date() if moment else dt.date.min
