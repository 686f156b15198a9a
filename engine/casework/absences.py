"""Booking an absence and changing it: what the form offers, refuses and keeps (R-070; C-10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.calendar import said
from engine.casework import audit, away, people, standing_in_rows
from engine.casework.context import Context
from engine.casework.matrix import PAGES
from engine.errors import NotFound, Problem, Rejected
from engine.tables.absences import Absence
from engine.tables.people import User
from forms import Choice

#: Roles that book an absence for somebody else, and see why somebody is away.
MAY_BOOK_OTHERS = PAGES["absences of others"]
LEAVE = "leave"
_REF = "absence_ref"


def who_books(context: Context) -> str:
    """Give who is at the form: the one who will be away, unless it is booked for another."""
    return context.actor


def absent_people(context: Context) -> list[Choice]:
    """Offer whose absence may be booked: one's own; anybody's to a manager or the officer."""
    here = people.staff_here(context.session, context.today)
    if people.roles_of(context.session, context.actor, context.today) & MAY_BOOK_OTHERS:
        return people.as_choices(here)
    return people.as_choices(user for user in here if user.name == context.actor)


def stand_ins(context: Context) -> list[Choice]:
    """Offer everybody who works here; who is away today says so."""
    here = people.staff_here(context.session, context.today)
    found = away.absences_of(
        context.session, [user.name for user in here], context.today, context.today
    )
    gone = {absence.user_name: absence for absence in found}
    return [
        Choice(
            user.name,
            user.full_name,
            f"Away until {said(gone[user.name].until_on)}" if user.name in gone else user.job_title,
        )
        for user in here
    ]


def absence_can_be_booked(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell what is wrong with an absence: its days, or who stands in (R-070).

    Planned leave of a single point of contact needs somebody who is free for all of it; sickness
    needs nobody yet, since then the Data Management Officer is asked to name somebody.
    """
    first, last = (dt.date.fromisoformat(values[name]) for name in ("from_on", "until_on"))
    problems = [*_wrong_days(context, values, first, last)]
    if problems:
        return problems
    user, cover = values["person"], values.get("cover")
    twice = away.absences_of(context.session, [user], first, last)
    if twice:
        return [Problem("from_on", _booked_already(context, twice[0]))]
    if values["kind"] == LEAVE:
        problems += _needed_elsewhere(context, user, first, last)
        is_required = str(context.policy("cover.required")) == "yes"
        if (
            is_required
            and not cover
            and standing_in_rows.affected(context.session, user, first, last)
        ):
            problems.append(
                Problem(
                    "cover",
                    "Expected somebody to stand in, because customers are to contact "
                    f"{people.full_name(context.session, user)} on those days, but nobody is "
                    "chosen. Choose who deals with them.",
                )
            )
    if cover:
        problems += _wrong_cover(context, user, cover, first, last)
    return problems


def book_absence(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep an absence; its run names who stands in and has the customers told (R-070)."""
    absence = Absence(
        user_name=values["person"],
        kind=restricted["kind"],
        from_on=dt.date.fromisoformat(values["from_on"]),
        until_on=dt.date.fromisoformat(values["until_on"]),
        cover=values.get("cover") or None,
        made_by=context.actor,
        made_at=context.now,
    )
    context.session.add(absence)
    context.session.flush()
    context.payload[_REF] = away.ref_of(absence)
    note(context, "absence_booked", absence, old=None)


def absence_can_change(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell what is wrong with a change: a day that does not fit, or who is to stand in."""
    absence = asked(context)
    _refuse_over(context, absence)
    change = values["change"]
    if change == "called_off":
        return _too_late_to_call_off(context, absence)
    if change == "another_cover":
        begins = max(dt.date.fromisoformat(values["cover_from"]), absence.from_on)
        if begins > absence.until_on or begins < context.today:
            return [
                Problem(
                    "cover_from",
                    f"Expected a day from today to {said(absence.until_on)}, the last day away. "
                    "Check the date.",
                )
            ]
        return _wrong_cover(context, absence.user_name, values["cover"], begins, absence.until_on)
    return [*_wrong_last_day(context, absence, dt.date.fromisoformat(values["until_on"]))]


def change_absence(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep a change; the run of the absence then does what follows from it (R-069, R-072)."""
    absence = asked(context)
    old = _as_dict(absence)
    change = values["change"]
    if change == "called_off":
        absence.ended_at, absence.ended_by = context.now, context.actor
    elif change == "another_cover":
        begins = max(dt.date.fromisoformat(values["cover_from"]), absence.from_on)
        absence.cover = values["cover"]
        standing_in_rows.give_to(context.session, absence, values["cover"], begins)
    else:
        absence.until_on = dt.date.fromisoformat(values["until_on"])
    note(context, "absence_changed", absence, old=old)


def asked(context: Context) -> Absence:
    """Give the absence a change is about; NotFound when there is none."""
    absence = context.session.get(Absence, context.refs.get("absence_id", 0))
    if absence is None:
        raise NotFound("Expected an absence to change, but there is none.")
    return absence


def may_change(session: Session, absence_id: int, by: str, roles: Collection[str]) -> bool:
    """Tell whether an absence exists for somebody who wants to change it: their own, or any."""
    absence = session.get(Absence, absence_id)
    if absence is None:
        return False
    return absence.user_name == by or bool(MAY_BOOK_OTHERS & set(roles))


def note(context: Context, action: str, absence: Absence, *, old: Any) -> None:
    """Keep who booked or changed what; leave or sickness is not said, since the log is read."""
    chain = audit.Chain.of_administration(context.session)
    entry = audit.Entry(
        action, "absence", absence.id, actor=context.actor, old=old, new=_as_dict(absence)
    )
    chain.add(entry, at=context.now)


def _wrong_days(
    context: Context, values: dict[str, Any], first: dt.date, last: dt.date
) -> Iterator[Problem]:
    if last < first:
        yield Problem(
            "until_on",
            f"Expected the last day away to be {said(first)} or later, but it is {said(last)}, "
            "before the first. Check both dates.",
        )
        return
    if values["kind"] == LEAVE and first < context.today:
        yield Problem(
            "from_on",
            f"Expected leave to begin today or later, but {said(first)} is over. Leave is booked "
            "before it begins; ask a manager to record what happened without it.",
        )
    longest = context.calendar.months(first, int(context.policy("cover.longest")))
    if last > longest.on:
        yield Problem(
            "until_on",
            f"Expected an absence that is over by {said(longest.on)}. For a longer one, another "
            "single point of contact is named.",
        )


def _booked_already(context: Context, absence: Absence) -> str:
    who = people.full_name(context.session, absence.user_name)
    return (
        f"Expected days on which {who} is here, but {who} is away from {said(absence.from_on)} to "
        f"{said(absence.until_on)} already. Change that absence instead."
    )


def _needed_elsewhere(
    context: Context, user: str, first: dt.date, last: dt.date
) -> Iterator[Problem]:
    """Say when the one who goes on leave stands in for somebody else on those days (R-070)."""
    for row in standing_in_rows.stood_in_by(context.session, user, first, last)[:1]:
        absent = context.session.get_one(Absence, row.absence_id).user_name
        whom = people.full_name(context.session, absent)
        yield Problem(
            "from_on",
            f"Expected days without another duty, but "
            f"{people.full_name(context.session, user)} stands in for {whom} from "
            f"{said(row.from_on)} to {said(row.until_on)}. Have somebody else named there first.",
        )


def _wrong_cover(
    context: Context, user: str, cover: str, first: dt.date, last: dt.date
) -> list[Problem]:
    """Say why somebody cannot stand in: themselves, away, leaving, complained about (R-036)."""
    who = people.full_name(context.session, cover)
    if cover == user:
        return [Problem("cover", f"Expected somebody else than {who}, who is the one away.")]
    gone = context.session.scalar(
        select(User.left_on).where(User.name == cover, or_(User.left_on < last))
    )
    if gone is not None:
        text = f"Expected somebody who works here until {said(last)}, but {who} leaves on"
        return [Problem("cover", f"{text} {said(gone)}. Choose somebody else.")]
    for absence in away.absences_of(context.session, [cover], first, last):
        days = f"from {said(absence.from_on)} to {said(absence.until_on)}"
        text = f"Expected somebody who is here on all of those days, but {who} is away {days}."
        return [Problem("cover", f"{text} Choose somebody else.")]
    for arrangement in standing_in_rows.affected(context.session, user, first, last):
        if standing_in_rows.is_barred(context.session, arrangement, cover):
            text = f"Expected somebody no customer concerned has complained about, but {who} is."
            return [Problem("cover", f"{text} Choose somebody else.")]
    return []


def _wrong_last_day(context: Context, absence: Absence, last: dt.date) -> Iterator[Problem]:
    """Say why an absence cannot end on that day; longer leave needs whoever stands in to stay."""
    earliest = max(absence.from_on, context.today - dt.timedelta(days=1))
    if last < earliest or last == absence.until_on:
        yield Problem(
            "until_on",
            f"Expected another last day away than {said(absence.until_on)}, from "
            f"{said(earliest)} on. To take back all of it, choose that it does not take place.",
        )
        return
    longest = context.calendar.months(absence.from_on, int(context.policy("cover.longest")))
    if last > longest.on:
        yield Problem(
            "until_on",
            f"Expected an absence that is over by {said(longest.on)}. For a longer one, another "
            "single point of contact is named.",
        )
        return
    if last < absence.until_on:
        return
    added = absence.until_on + dt.timedelta(days=1)
    others = away.absences_of(context.session, [absence.user_name], added, last)
    if others:
        yield Problem("until_on", _booked_already(context, others[0]))
    elif absence.kind == LEAVE:
        yield from _needed_elsewhere(context, absence.user_name, added, last)
        if absence.cover:
            wrong = _wrong_cover(context, absence.user_name, absence.cover, added, last)
            yield from (Problem("until_on", problem.message) for problem in wrong)


def _too_late_to_call_off(context: Context, absence: Absence) -> list[Problem]:
    if absence.from_on > context.today:
        return []
    return [
        Problem(
            "change",
            f"Expected an absence that has not begun, but it began on {said(absence.from_on)}. "
            "Give the last day away instead.",
        )
    ]


def _refuse_over(context: Context, absence: Absence) -> None:
    if absence.ended_at is not None or absence.until_on < context.today:
        raise Rejected(
            "Expected an absence that is still to come or goes on, but it is over. Book another."
        )


def _as_dict(absence: Absence) -> dict[str, Any]:
    return {
        "person": absence.user_name,
        "from_on": absence.from_on.isoformat(),
        "until_on": absence.until_on.isoformat(),
        "cover": absence.cover,
        "called_off": absence.ended_at is not None,
    }
