"""Open tasks of somebody who is away: with whoever stands in for exactly those days (R-072)."""

from __future__ import annotations

from sqlalchemy import and_, or_, select

from engine.casework import away, people, standing_in
from engine.casework.audit import Chain, Entry
from engine.casework.context import THE_SYSTEM, Context
from engine.casework.open_tasks import NAMED_FOR, is_open
from engine.casework.people import Holder
from engine.tables.absences import Absence
from engine.tables.casefile import CaseFile
from engine.tables.decisions import Arrangement
from engine.tables.process import WorkItem

_CONTACT, _NOBODY = "officer", "dmo"
#: The form of a task that somebody has by name and whoever covers for them does as well (R-007).
_COVERED = "passed_on_answer"


def contact_holder(context: Context, arrangement: Arrangement) -> Holder:
    """Give who does the contact's tasks today: the contact, else whoever stands in.

    The Data Management Officer once the contact has left, and while nobody stands in.
    """
    found = standing_in.away_on(context.session, arrangement, context.today)
    if found is None:
        here = {user.name for user in people.working_here(context.session, context.today)}
        is_here = arrangement.spoc in here
        return Holder(_CONTACT, arrangement.spoc) if is_here else Holder(_NOBODY, None)
    role = _CONTACT if found.stand_in else _NOBODY
    return Holder(role, found.stand_in, instead_of=arrangement.spoc)


def while_away(context: Context, holder: Holder) -> Holder:
    """Give who gets a task instead of somebody who is away today: their cover, else the role."""
    absent = holder.user and away.absence_on(context.session, holder.user, context.today)
    if not absent:
        return holder
    roles = people.roles_of(context.session, absent.cover or "", context.today)
    cover = absent.cover if holder.role in roles else None
    return Holder(holder.role, cover, instead_of=holder.user)


def point(context: Context, arrangement: Arrangement) -> int:
    """Give the contact's open tasks of an arrangement to who does them today; how many moved."""
    holder = contact_holder(context, arrangement)
    theirs = and_(WorkItem.by_name, WorkItem.role.in_((_CONTACT, _NOBODY)))
    items = context.session.scalars(
        select(WorkItem).where(
            is_open(),
            WorkItem.case_id == arrangement.case_id,
            theirs,
            or_(WorkItem.assignee == arrangement.spoc, WorkItem.instead_of == arrangement.spoc),
        )
    ).all()
    return sum(_move(context, item, holder) for item in items)


def point_others(context: Context, absence: Absence) -> int:
    """Give what else somebody had begun to whoever covers, or back once they are here again.

    Who stands in gets what they hold the role for. The rest waits for anybody of its role, but for
    what somebody was named for: that stays theirs. What somebody began meanwhile stays with them.
    """
    user, cover = absence.user_name, absence.cover
    gone = away.absence_on(context.session, user, context.today)
    begun = WorkItem.assignee == user if gone else WorkItem.instead_of == user
    items = context.session.scalars(
        select(WorkItem).where(is_open(), WorkItem.by_name.is_(False), begun)
    ).all()
    named = _point_named(context, user, Holder(_CONTACT, cover, instead_of=user), bool(gone))
    if not gone:
        return named + sum(_give_back(context, item, user, cover) for item in items)
    roles = people.roles_of(context.session, cover or "", context.today)
    return named + sum(
        _move(
            context,
            item,
            Holder(item.role, cover if item.role in roles else None, instead_of=user),
        )
        for item in items
        if item.role in roles or item.form not in NAMED_FOR
    )


def _point_named(context: Context, user: str, covers: Holder, gone: bool) -> int:
    """Give what was passed on to somebody by name to who covers, and back; nothing without one."""
    if covers.user is None:
        return 0
    theirs = (
        (WorkItem.assignee == user,)
        if gone
        else (WorkItem.instead_of == user, WorkItem.assignee == covers.user)
    )
    items = context.session.scalars(
        select(WorkItem).where(
            is_open(),
            WorkItem.by_name,
            WorkItem.form == _COVERED,
            WorkItem.role == _CONTACT,
            *theirs,
        )
    ).all()
    holder = covers if gone else Holder(_CONTACT, user)
    return sum(_move(context, item, holder) for item in items)


def _give_back(context: Context, item: WorkItem, user: str, cover: str | None) -> bool:
    if item.assignee in (None, cover):
        return _move(context, item, Holder(item.role, user))
    item.instead_of = None
    return False


def _move(context: Context, item: WorkItem, holder: Holder) -> bool:
    """Let a task be that holder's, and keep it; False when it was already."""
    if (item.assignee, item.role, item.instead_of) == (
        holder.user,
        holder.role,
        holder.instead_of,
    ):
        return False
    old = {"role": item.role, "from": item.assignee}
    item.role, item.assignee, item.instead_of = holder.role, holder.user, holder.instead_of
    item.follow_up_on = None
    case = context.session.get(CaseFile, item.case_id) if item.case_id else None
    session = context.session
    chain = Chain.of_case(session, case) if case else Chain.of_administration(session)
    new = {"role": holder.role, "to": holder.user}
    entry = Entry("task_moved_for_absence", "work_item", item.id, THE_SYSTEM, old=old, new=new)
    chain.add(entry, at=context.now)
    return True
