"""What a customer is told when their contact is away for a time, and that they were (R-071)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from engine.calendar import Due, said
from engine.casework import (
    absences,
    away,
    contact_card,
    cover_tasks,
    people,
    standing_in,
    standing_in_rows,
)
from engine.casework.audit import Chain, Entry
from engine.casework.context import Context
from engine.casework.people import Holder
from engine.casework.run_rows import row_of_run
from engine.errors import NotFound, Problem
from engine.tables.absences import Absence, CoverNotice, StandIn
from engine.tables.casefile import CaseFile
from engine.tables.decisions import Arrangement
from forms import Choice

_WANTED, _DROPPED = "cover_notice_wanted", "cover_notice_dropped"
_REF = "cover_notice_ref"
#: What a notice tells: that somebody stands in, or that it is over.
BEGINS, ENDS = "begins", "ends"
_AUTOMATIC = "automatic_reply"


def ask(context: Context, absence: Absence, arrangement: Arrangement) -> None:
    """Ask for a notice for each change of contact the customer has not been told of yet.

    What was not told and changes meanwhile is told as it is now; what no longer happens is
    dropped if it was not told, else taken back by a notice of its own.
    """
    rows = standing_in_rows.rows_of(context.session, absence.id, arrangement.id)
    coming = [row for row in rows if row.until_on >= context.today]
    known = _notices(context, absence, arrangement)
    for row in coming:
        _bring_up_to_date(context, absence, row, known, is_last=row is rows[-1])
    ids = {row.id for row in coming}
    for notice in known:
        if notice.stand_in_id not in ids:
            _take_back(context, absence, notice)


def cover_notice_ref(context: Context) -> str:
    """Give how messages address this notice: ``cover_notice:7``."""
    return _ref(_of_run(context))


def cover_notice_due(context: Context) -> Due:
    """Give the last day for telling the customer, with why: before leave, at once otherwise."""
    notice = _of_run(context)
    return Due(notice.due_on, notice.due_reason)


def cover_wanted_on(context: Context) -> dt.date:
    """Give the day on which this notice was asked for."""
    return _of_run(context).wanted_on


def cover_teller(context: Context) -> Holder:
    """Give who tells the customer: the contact, else whoever stands in today (R-071)."""
    arrangement = context.session.get_one(Arrangement, _of_run(context).arrangement_id)
    return cover_tasks.contact_holder(context, arrangement)


def stand_in_is_named(context: Context) -> str:
    """Tell whether it is known who stands in, or why nobody does: ``yes`` or ``no``."""
    notice = _of_run(context)
    row = context.session.get(StandIn, notice.stand_in_id or 0)
    is_excused = row is not None and bool(row.nobody_because)
    is_known = notice.kind == ENDS or notice.user_name is not None or is_excused
    return "yes" if is_known else "no"


def cover_notice_says(context: Context) -> list[Choice]:
    """Give what the customer has to hear, a line a thing; sickness is never named (R-048)."""
    notice = _of_run(context)
    arrangement = context.session.get_one(Arrangement, notice.arrangement_id)
    spoc = people.full_name(context.session, arrangement.spoc or "")
    lines = _back(notice, spoc) if notice.kind == ENDS else _away(context, notice, spoc)
    card = contact_card.lines(context.session, arrangement, context.today)
    return [*lines, Choice("emergency", card["emergency"])]


def stand_ins_for_customer(context: Context) -> list[Choice]:
    """Offer who may stand in: free on all days that are left, not complained about (R-036)."""
    notice = _of_run(context)
    arrangement = context.session.get_one(Arrangement, notice.arrangement_id)
    begins = max(notice.from_on, context.today)
    return people.as_choices(
        user
        for user in people.staff_here(context.session, context.today)
        if standing_in_rows.is_free(
            context.session, arrangement, user.name, begins, max(begins, notice.until_on)
        )
    )


def cover_notice_counts(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse what is no notice: an automatic reply, part of what matters, a day before (R-071)."""
    problems = []
    if values["channel"] == _AUTOMATIC:
        problems.append(
            Problem(
                "channel",
                "Expected us to have told the customer ourselves, but an automatic reply reaches "
                "only who writes first. Ring or write to the customer, then record that.",
            )
        )
    wanted = {choice.value for choice in cover_notice_says(context)}
    if set(values.get("says", ())) != wanted:
        problems.append(
            Problem(
                "says",
                "Expected the customer to have heard every line, but not all are ticked. Tell "
                "them the rest, then tick each.",
            )
        )
    asked_on = _of_run(context).wanted_on
    if dt.date.fromisoformat(values["told_on"]) < asked_on:
        text = f"Expected a day from {said(asked_on)} on, when this absence was known."
        problems.append(Problem("told_on", f"{text} Check the date."))
    return problems


def tell_customer(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep when and how the customer was told, with the proof (R-071)."""
    notice = _of_run(context)
    notice.told_on = dt.date.fromisoformat(values["told_on"])
    notice.channel, notice.proof = values["channel"], values["proof"]
    notice.told_by = context.actor
    new = {"told_on": values["told_on"], "channel": notice.channel, "due_on": str(notice.due_on)}
    context.audit("cover_notice_told", "cover_notice", notice.id, new=new)


def name_stand_in(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep who stands in from today on, or why nobody does; an exception by name (R-063)."""
    notice = _of_run(context)
    row = context.session.get(StandIn, notice.stand_in_id or 0)
    if row is None:
        raise NotFound("Expected days without anybody to stand in, but there are none any more.")
    if values["stand_in_result"] == "nobody":
        row.nobody_because = values["nobody_because"]
    else:
        row = standing_in_rows.name(context.session, row, values["stand_in"], context.today)
    notice.stand_in_id, notice.user_name = row.id, row.user_name
    notice.from_on, notice.until_on = row.from_on, row.until_on
    absence = context.session.get_one(Absence, row.absence_id)
    away.look_again(context, absence.user_name)
    action = "stand_in_named" if row.user_name else "nobody_stands_in"
    new = {"stand_in": row.user_name, "from": str(row.from_on), "until": str(row.until_on)}
    context.audit(action, "stand_in", row.id, new=new)


def _bring_up_to_date(
    context: Context, absence: Absence, row: StandIn, known: list[CoverNotice], *, is_last: bool
) -> None:
    told_of = [notice for notice in known if notice.stand_in_id == row.id]
    newest = told_of[-1] if told_of else None
    if newest is None:
        _want(context, absence, row, BEGINS)
        return
    same_person = newest.user_name == row.user_name
    if newest.told_on is None:
        if same_person:
            newest.from_on, newest.until_on = row.from_on, row.until_on
        else:
            _drop(context, newest)
            _want(context, absence, row, BEGINS)
    elif not same_person or row.until_on > newest.until_on:
        _want(context, absence, row, BEGINS)
    elif row.until_on < newest.until_on and is_last:
        _want(context, absence, row, ENDS)


def _take_back(context: Context, absence: Absence, notice: CoverNotice) -> None:
    """See to a notice of days that are gone: over, or never to come."""
    if notice.told_on is None:
        _drop(context, notice)
        return
    row = context.session.get(StandIn, notice.stand_in_id or 0)
    if notice.kind == BEGINS and row is None and notice.until_on >= context.today:
        gone = StandIn(
            absence_id=absence.id,
            case_id=notice.case_id,
            arrangement_id=notice.arrangement_id,
            user_name=notice.user_name,
            from_on=notice.from_on,
            until_on=context.today - dt.timedelta(days=1),
        )
        notice.stand_in_id = None
        _want(context, absence, gone, ENDS)
    elif row is not None and notice.kind == BEGINS and notice.until_on > row.until_on:
        is_told = any(other.kind == ENDS for other in _of_row(context, row))
        if not is_told:
            _want(context, absence, row, ENDS)


def _want(context: Context, absence: Absence, row: StandIn, kind: str) -> None:
    """Add a notice and begin its run."""
    due = _due(context, absence, row, kind)
    notice = CoverNotice(
        case_id=row.case_id,
        arrangement_id=row.arrangement_id,
        absence_id=absence.id,
        stand_in_id=row.id,
        from_on=row.from_on,
        until_on=row.until_on,
        user_name=row.user_name,
        kind=kind,
        wanted_on=context.today,
        due_on=due.on,
        due_reason=due.reason,
    )
    context.session.add(notice)
    context.session.flush()
    _link(context, notice, _WANTED)
    context.send(
        _WANTED,
        refs={"case_id": row.case_id, "arrangement_id": row.arrangement_id},
        payload={_REF: _ref(notice)},
    )


def _due(context: Context, absence: Absence, row: StandIn, kind: str) -> Due:
    """Work out by when the customer is told: days before leave begins, else the same day.

    Leave booked too late for that is late from the start, and shown so. What nobody could know
    before, such as sickness, is told at once, and so is what changes after the first notice.
    """
    at_once = int(context.policy("cover.notice_sick"))
    same_day = context.calendar.forward_to_working_day(context.today)
    soon = context.calendar.working_days(same_day, at_once) if at_once else same_day
    if absence.kind != absences.LEAVE or kind == ENDS or row.from_on != absence.from_on:
        return soon
    days = int(context.policy("cover.notice"))
    planned = context.calendar.working_days_before(row.from_on, days)
    earlier = select(CoverNotice.id).where(
        CoverNotice.absence_id == absence.id, CoverNotice.arrangement_id == row.arrangement_id
    )
    is_first = context.session.scalar(earlier.limit(1)) is None
    return planned if is_first or planned.on > soon.on else soon


def _drop(context: Context, notice: CoverNotice) -> None:
    notice.dropped_on = context.today
    _link(context, notice, _DROPPED)
    context.send(
        _DROPPED,
        key=_ref(notice),
        refs={"case_id": notice.case_id, "arrangement_id": notice.arrangement_id},
    )


def _link(context: Context, notice: CoverNotice, action: str) -> None:
    """Add a link to the chain of the notice's case: an absence runs beside the cases it covers."""
    new = {"kind": notice.kind, "stand_in": notice.user_name, "due_on": str(notice.due_on)}
    chain = Chain.of_case(context.session, context.session.get_one(CaseFile, notice.case_id))
    entry = Entry(action, "cover_notice", notice.id, context.actor, new=new)
    chain.add(entry, at=context.now)


def _notices(context: Context, absence: Absence, arrangement: Arrangement) -> list[CoverNotice]:
    return list(
        context.session.scalars(
            select(CoverNotice)
            .where(
                CoverNotice.absence_id == absence.id,
                CoverNotice.arrangement_id == arrangement.id,
                CoverNotice.dropped_on.is_(None),
            )
            .order_by(CoverNotice.id)
        )
    )


def _of_row(context: Context, row: StandIn) -> list[CoverNotice]:
    return list(
        context.session.scalars(select(CoverNotice).where(CoverNotice.stand_in_id == row.id))
    )


def _away(context: Context, notice: CoverNotice, spoc: str) -> list[Choice]:
    first, last = said(notice.from_on), said(notice.until_on)
    lines = [Choice("days", f"{spoc} is away from {first} to {last}.")]
    if notice.user_name is None:
        back = said(notice.until_on + dt.timedelta(days=1))
        return [*lines, Choice("stand_in", f"Nobody stands in; {spoc} answers from {back} on.")]
    arrangement = context.session.get_one(Arrangement, notice.arrangement_id)
    who = people.full_name(context.session, notice.user_name)
    address = standing_in.address_of(context.session, arrangement, notice.user_name)
    way = contact_card.way_of(arrangement.contact_method, address)
    return [*lines, Choice("stand_in", f"On those days please contact {who}, {way}.")]


def _back(notice: CoverNotice, spoc: str) -> list[Choice]:
    if notice.until_on < notice.from_on:
        begins = said(notice.from_on)
        return [Choice("days", f"{spoc} is here from {begins} on after all: nothing changes.")]
    back = notice.until_on + dt.timedelta(days=1)
    return [Choice("days", f"From {said(back)} on, {spoc} is your contact again.")]


def _ref(notice: CoverNotice) -> str:
    return f"cover_notice:{notice.id}"


def _of_run(context: Context) -> CoverNotice:
    return row_of_run(context, CoverNotice, _REF, "a notice to a customer to work on")
