"""Open tasks of somebody who is away: with whoever stands in for exactly those days (R-072)."""

from __future__ import annotations

from sqlalchemy import and_, or_, select

from engine.casework import away, people, standing_in
from engine.casework.audit import Chain, Entry
from engine.casework.context import THE_SYSTEM, Context
from engine.casework.in_force import in_force
from engine.casework.open_tasks import NAMED_FOR, PASSED_ON, is_open
from engine.casework.people import Holder
from engine.tables.absences import Absence
from engine.tables.casefile import CaseFile
from engine.tables.decisions import Arrangement
from engine.tables.process import WorkItem

_CONTACT, _NOBODY = "officer", "dmo"
#: Who carries a case, in the order in which their role is theirs by it.
_OWNERS = ("team_leader", "manager")


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
    takes = holder.role in roles and _takes_part(context, context.case_id, absent.cover)
    return Holder(holder.role, absent.cover if takes else None, instead_of=holder.user)


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
    named = _point_named(context, user, cover, bool(gone))
    if not gone:
        return named + sum(_give_back(context, item, user, cover) for item in items)
    roles = people.roles_of(context.session, cover or "", context.today)
    takes = {
        item.id: item.role in roles and _takes_part(context, item.case_id, cover) for item in items
    }
    return named + sum(
        _move(context, item, Holder(item.role, cover if takes[item.id] else None, instead_of=user))
        for item in items
        if takes[item.id] or item.form not in NAMED_FOR
    )


def _takes_part(context: Context, case_id: int | None, user: str | None) -> bool:
    """Tell whether the customer of a case has not complained about somebody."""
    case = context.session.get(CaseFile, case_id) if case_id else None
    return case is None or user not in case.allegation_against


def _point_named(context: Context, user: str, cover: str | None, gone: bool) -> int:
    """Give what was passed on to somebody by name to who covers, and back.

    Without a cover, or with one the customer has complained about, the customer's contact has it.
    """
    theirs = (
        and_(WorkItem.assignee == user, WorkItem.role == _CONTACT)
        if gone
        else WorkItem.instead_of == user
    )
    rows = context.session.execute(
        select(WorkItem, CaseFile)
        .join(CaseFile, CaseFile.id == WorkItem.case_id)
        .where(is_open(), WorkItem.by_name, WorkItem.form == PASSED_ON, theirs)
    ).all()
    return sum(
        _move(context, item, _instead(context, case, user, cover))
        if gone
        else _return_named(context, item, case, user, cover)
        for item, case in rows
    )


def _return_named(
    context: Context, item: WorkItem, case: CaseFile, user: str, cover: str | None
) -> bool:
    """Give it back, unless a colleague took it or was given it meanwhile."""
    instead = _instead(context, case, user, cover)
    if item.assignee in (None, instead.user):
        return _move(context, item, Holder(_CONTACT, user))
    item.instead_of = None
    return False


def _instead(context: Context, case: CaseFile, user: str, cover: str | None) -> Holder:
    """Give who answers in this case instead of somebody who is away."""
    if cover and cover not in case.allegation_against:
        return Holder(_CONTACT, cover, instead_of=user)
    arrangement = in_force(context.session, case.id)
    if arrangement is not None:
        contact = contact_holder(context, arrangement)
        return Holder(contact.role, contact.user, instead_of=user)
    held = people.roles_of(context.session, case.owner or "", context.today)
    role = next((role for role in _OWNERS if role in held and case.owner != user), None)
    return Holder(role or _NOBODY, case.owner if role else None, instead_of=user)


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
