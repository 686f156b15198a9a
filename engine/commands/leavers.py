"""Tasks of those who left, or lost the role, fall to whoever is there now (R-011)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from engine.casework import people
from engine.casework.audit import Chain, Entry
from engine.casework.context import THE_SYSTEM
from engine.casework.open_tasks import is_open
from engine.casework.people import Holder
from engine.commands.tries import keeps_trying
from engine.commands.unit import Unit, lock_instance
from engine.installation import Surroundings, read_surroundings
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.people import RoleHolder, User
from engine.tables.process import ProcessInstance, WorkItem

#: So many are handed back in one call; the next call finds the others.
PER_CALL = 500


def hand_back_tasks(db: Database, of: str = "") -> int:
    """Give every open task of somebody who left, or no longer holds its role, to who is there now.

    A task of a role waits for anybody of that role again; one whose lane names a person goes to
    whom it names now, such as the Data Management Officer for a contact who left, or whoever
    carries the case for what somebody owed or promised. Dates and drafts stay. Each is in the log.
    Looks at tasks of those who left or whose role ended, not at those of people who were named
    without ever holding the role; at all of one person where that is given. Returns how many there
    were.
    """
    with db.reading() as session:
        today = read_surroundings(session).today
        whose = (WorkItem.assignee == of) if of else _may_have_lost_it(today)
        found = session.scalars(
            select(WorkItem.id)
            .where(_held_by_nobody(today), whose)
            .order_by(WorkItem.id)
            .limit(PER_CALL)
        ).all()
    return sum(_hand_back(db, item_id) for item_id in found)


@keeps_trying
def _hand_back(db: Database, item_id: int) -> bool:
    """Hand one back in a transaction of its own; False when that was not needed any more."""
    with db.writing() as session:
        around = read_surroundings(session)
        instance_id = select(WorkItem.instance_id).where(WorkItem.id == item_id)
        instance = lock_instance(session, session.scalars(instance_id).one())
        item = session.scalars(
            select(WorkItem).where(WorkItem.id == item_id, _held_by_nobody(around.today))
        ).one_or_none()
        if item is None:
            return False
        old = {"role": item.role, "from": item.assignee}
        holder = _holder(session, around, instance, item)
        if (holder.user, holder.role) == (item.assignee, item.role):
            return False  # Named for it without holding a role, and here: it stays theirs.
        item.role, item.assignee = holder.role, holder.user
        item.by_name = item.by_name and holder.user is not None
        item.instead_of = holder.instead_of
        case = session.get(CaseFile, item.case_id) if item.case_id else None
        chain = Chain.of_case(session, case) if case else Chain.of_administration(session)
        new = {"role": holder.role, "to": holder.user}
        chain.add(
            Entry("task_handed_back", "work_item", item.id, actor=THE_SYSTEM, old=old, new=new),
            at=around.now,
        )
        return True


def _holder(
    session: Session, around: Surroundings, instance: ProcessInstance, item: WorkItem
) -> Holder:
    """Give who holds it now: whom its lane names, if the lane names people who are here."""
    unit = Unit.look(session, around, instance, THE_SYSTEM)
    waiting = unit.tasks_before.get(item.task_id)
    if waiting is None:
        return Holder(item.role, None)
    found = unit.host.holder(waiting.element, waiting.calling, waiting.variables)
    here = {user.name for user in people.working_here(session, around.today)}
    return found if found.user in here else Holder(found.role, None)


def _may_have_lost_it(today: dt.date) -> ColumnElement[bool]:
    """Give the condition on a task of who left, or whose role for it ended or is a deputy's."""
    left = select(User.name).where(User.left_on < today)
    ended = and_(RoleHolder.user_name == WorkItem.assignee, RoleHolder.until_on < today)
    held = select(RoleHolder.id).where(
        RoleHolder.role == WorkItem.role, or_(ended, RoleHolder.deputy == WorkItem.assignee)
    )
    return or_(WorkItem.assignee.in_(left), held.exists())


def _held_by_nobody(today: dt.date) -> ColumnElement[bool]:
    """Give the condition under which an open task is somebody's who cannot do it."""
    left = select(User.name).where(User.left_on < today)
    holds_role = people.holds(WorkItem.assignee, WorkItem.role, today)
    return and_(
        is_open(),
        WorkItem.assignee.is_not(None),
        or_(WorkItem.assignee.in_(left), and_(WorkItem.by_name.is_(False), ~holds_role)),
    )
