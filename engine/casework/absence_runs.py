"""What the run of an absence does on each day on which something changes (R-070 to R-072)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from engine.casework import away, contact_card, cover_notices, cover_tasks, standing_in_rows
from engine.casework.context import Context
from engine.casework.run_rows import row_of_run
from engine.tables.absences import Absence, StandIn
from engine.tables.decisions import Arrangement, Flag

_REF = "absence_ref"
_A_DAY = dt.timedelta(days=1)
_YES, _NO = "yes", "no"


def plan(context: Context) -> str:
    """Work out who stands in for each arrangement, and ask for a notice for each change.

    Somebody who stood in for another contact and is away themselves is taken out of those days:
    both away is found here (R-070). Gives ``yes`` once the absence is over, else ``no``.
    """
    absence = of_run(context)
    touched = {one.id: one for one in _concerned(context, absence)}
    for arrangement in touched.values():
        standing_in_rows.follow(context.session, absence, arrangement, context.today)
        cover_notices.ask(context, absence, arrangement)
    if absence.ended_at is None:
        _leave_out(context, absence)
    is_over = absence.ended_at is not None or absence.until_on < context.today
    return _YES if is_over else _NO


def hand_over(context: Context) -> int:
    """Give the open tasks to whoever stands in today, or back; gives how many moved (R-072)."""
    if context.arrangement_id is not None:
        named = context.session.get_one(Arrangement, context.arrangement_id)
        return cover_tasks.point(context, named)
    absence = of_run(context)
    moved = sum(cover_tasks.point(context, one) for one in _all_touched(context, absence))
    return moved + cover_tasks.point_others(context, absence)


def want_flags(context: Context) -> int:
    """Ask for flags that show who is the contact today, where the policy wants it (R-066, R-072).

    Only where what a system was last asked to show says somebody else; gives how many
    arrangements that were.
    """
    if str(context.policy("cover.flags_follow")) != _YES:
        return 0
    if context.arrangement_id is not None:
        touched = [context.session.get_one(Arrangement, context.arrangement_id)]
    else:
        touched = _all_touched(context, of_run(context))
    changed = [one for one in touched if _shows_another(context, one)]
    for arrangement in changed:
        context.send(
            "flag_change_wanted",
            refs={"case_id": arrangement.case_id, "arrangement_id": arrangement.id},
            payload={"flag_action": "update"},
        )
    return len(changed)


def absence_ref(context: Context) -> str:
    """Give how messages address this absence: ``absence:7``."""
    return away.ref_of(of_run(context))


def absence_next_on(context: Context) -> dt.date:
    """Give the next day on which somebody else is the contact, or the absence is over."""
    absence = of_run(context)
    rows = context.session.execute(
        select(StandIn.from_on, StandIn.until_on).where(StandIn.absence_id == absence.id)
    ).all()
    days = [absence.from_on, absence.until_on + _A_DAY]
    days += [day for first, last in rows for day in (first, last + _A_DAY)]
    return min(day for day in days if day > context.today)


def of_run(context: Context) -> Absence:
    """Give the absence a run is about; NotFound when there is none."""
    return row_of_run(context, Absence, _REF, "an absence to follow")


def _concerned(context: Context, absence: Absence) -> list[Arrangement]:
    """Give the arrangements whose contact is away, with those that were concerned before."""
    now = standing_in_rows.affected(
        context.session, absence.user_name, absence.from_on, absence.until_on
    )
    before = context.session.scalars(
        select(Arrangement)
        .join(StandIn, StandIn.arrangement_id == Arrangement.id)
        .where(StandIn.absence_id == absence.id)
        .distinct()
    )
    found = {one.id: one for one in (*now, *before)}
    return [found[number] for number in sorted(found)]


def _all_touched(context: Context, absence: Absence) -> list[Arrangement]:
    """Give the same with those in which the absent person stands in, or was left out."""
    theirs = select(StandIn.arrangement_id).where(
        StandIn.from_on <= absence.until_on + _A_DAY,
        StandIn.until_on >= absence.from_on - _A_DAY,
        StandIn.absence_id != absence.id,
        StandIn.absence_id.in_(
            select(StandIn.absence_id).where(StandIn.user_name == absence.user_name)
        )
        | StandIn.absence_id.in_(select(Absence.id).where(Absence.cover == absence.user_name)),
    )
    others = context.session.scalars(select(Arrangement).where(Arrangement.id.in_(theirs)))
    found = {one.id: one for one in (*_concerned(context, absence), *others)}
    return [found[number] for number in sorted(found) if found[number].ended_on is None]


def _leave_out(context: Context, absence: Absence) -> None:
    rows = standing_in_rows.stood_in_by(
        context.session, absence.user_name, absence.from_on, absence.until_on
    )
    for row in rows:
        other = context.session.get_one(Absence, row.absence_id)
        standing_in_rows.leave_out(context.session, row, absence)
        away.look_again(context, other.user_name)
        arrangement = context.session.get_one(Arrangement, row.arrangement_id)
        cover_notices.ask(context, other, arrangement)


def _shows_another(context: Context, arrangement: Arrangement) -> bool:
    """Tell whether a system was last asked to show another contact than today's."""
    card = contact_card.lines(context.session, arrangement, context.today)
    said = " ".join(card.values())
    flags = context.session.scalars(
        select(Flag).where(
            Flag.arrangement_id == arrangement.id,
            Flag.removed_on.is_(None),
            Flag.removal_requested_on.is_(None),
        )
    )
    return any(not flag.text.startswith(said) for flag in flags)
