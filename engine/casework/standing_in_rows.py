"""Who stands in for each arrangement of an absent contact, as rows kept in step (R-072)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from engine.casework import away
from engine.tables.absences import Absence, StandIn
from engine.tables.casefile import CaseFile
from engine.tables.decisions import Arrangement
from engine.tables.people import User

_A_DAY = dt.timedelta(days=1)


def affected(session: Session, user: str, from_on: dt.date, until_on: dt.date) -> list[Arrangement]:
    """Give the arrangements whose contact this person is on any of these days."""
    begins = func.coalesce(Arrangement.in_force_on, Arrangement.from_on)
    return list(
        session.scalars(
            select(Arrangement)
            .where(
                Arrangement.spoc == user,
                or_(Arrangement.letter_issued_on.is_not(None), Arrangement.taken_over),
                begins <= until_on,
                Arrangement.ended_on.is_(None),
                or_(Arrangement.end_on.is_(None), Arrangement.end_on > from_on),
            )
            .order_by(Arrangement.id)
        )
    )


def stood_in_by(session: Session, user: str, from_on: dt.date, until_on: dt.date) -> list[StandIn]:
    """Give where somebody stands in on any of these days, oldest row first."""
    return list(
        session.scalars(
            select(StandIn)
            .where(
                StandIn.user_name == user,
                StandIn.from_on <= until_on,
                StandIn.until_on >= from_on,
            )
            .order_by(StandIn.id)
        )
    )


def rows_of(session: Session, absence_id: int, arrangement_id: int) -> list[StandIn]:
    """Give the rows of one absence and arrangement in the order of their days."""
    return list(
        session.scalars(
            select(StandIn)
            .where(StandIn.absence_id == absence_id, StandIn.arrangement_id == arrangement_id)
            .order_by(StandIn.from_on, StandIn.id)
        )
    )


def follow(session: Session, absence: Absence, arrangement: Arrangement, today: dt.date) -> None:
    """Bring the rows in step with an absence that was booked, moved, ended or called off.

    Days that are over stay as they were. What is added goes to whoever stood in last if they
    are free, else to nobody; then somebody has to be named.
    """
    rows = rows_of(session, absence.id, arrangement.id)
    first, last = _span(absence, arrangement, today)
    for row in rows:
        if row.from_on > last:
            session.delete(row)
        elif row.until_on > last:
            row.until_on = last
    kept = [row for row in rows if row.from_on <= last]
    if not kept and first <= last:
        _begin(session, absence, arrangement, first=first, last=last, today=today)
    elif kept and kept[-1].until_on < last:
        _prolong(session, kept[-1], last)
    session.flush()


def leave_out(session: Session, row: StandIn, absence: Absence) -> None:
    """Take the days on which a stand-in is away themselves out of their row: nobody is there."""
    first, last = max(row.from_on, absence.from_on), min(row.until_on, absence.until_on)
    if first > last:
        return
    who, ends = row.user_name, row.until_on
    if first == row.from_on:
        row.user_name, row.until_on = None, last
    else:
        row.until_on = first - _A_DAY
        session.add(_next_to(row, None, first, last))
    if last < ends:
        session.add(_next_to(row, who, last + _A_DAY, ends))
    session.flush()


def name(session: Session, row: StandIn, user: str, from_on: dt.date) -> StandIn:
    """Let somebody stand in from a day on for the rest of a row; gives the row that is theirs.

    The days before, on which nobody did, stay as they were.
    """
    if from_on <= row.from_on:
        row.user_name, row.nobody_because = user, None
        return row
    theirs = _next_to(row, user, from_on, row.until_on)
    row.until_on = from_on - _A_DAY
    session.add(theirs)
    session.flush()
    return theirs


def give_to(session: Session, absence: Absence, user: str, from_on: dt.date) -> None:
    """Let somebody else stand in from a day on wherever the absent person is the contact."""
    rows = session.scalars(
        select(StandIn)
        .where(StandIn.absence_id == absence.id, StandIn.until_on >= from_on)
        .order_by(StandIn.id)
    ).all()
    for row in rows:
        if row.user_name != user:
            name(session, row, user, from_on)


def is_barred(session: Session, arrangement: Arrangement, user: str) -> bool:
    """Tell whether somebody must not deal with this customer, who has complained about them."""
    case = session.get(CaseFile, arrangement.case_id)
    return case is not None and user in case.allegation_against


def is_free(
    session: Session, arrangement: Arrangement, user: str, from_on: dt.date, until_on: dt.date
) -> bool:
    """Tell whether somebody works here, is not away and may deal with this customer all along."""
    person = session.get(User, user)
    if person is None or (person.left_on is not None and person.left_on < until_on):
        return False
    if away.absences_of(session, [user], from_on, until_on):
        return False
    return user != arrangement.spoc and not is_barred(session, arrangement, user)


def _span(absence: Absence, arrangement: Arrangement, today: dt.date) -> tuple[dt.date, dt.date]:
    """Give the first and last day that need a row; the last before the first for none."""
    begins = max(arrangement.from_on, arrangement.letter_issued_on or arrangement.from_on)
    first = max(absence.from_on, arrangement.in_force_on or begins)
    last = absence.until_on
    if absence.ended_at is not None or arrangement.spoc != absence.user_name:
        last = min(last, today - _A_DAY)
    if arrangement.ended_on is not None:
        last = min(last, arrangement.ended_on)
    return first, last


def _begin(
    session: Session,
    absence: Absence,
    arrangement: Arrangement,
    *,
    first: dt.date,
    last: dt.date,
    today: dt.date,
) -> None:
    """Add the first rows: days that were over before anybody knew had nobody."""
    row = StandIn(
        absence_id=absence.id,
        case_id=arrangement.case_id,
        arrangement_id=arrangement.id,
        user_name=None,
        from_on=first,
        until_on=last,
    )
    session.add(row)
    session.flush()
    begins = max(first, today)
    cover = absence.cover
    if cover and begins <= last and is_free(session, arrangement, cover, begins, last):
        name(session, row, cover, begins)


def _prolong(session: Session, row: StandIn, last: dt.date) -> None:
    arrangement = session.get_one(Arrangement, row.arrangement_id)
    added = row.until_on + _A_DAY
    is_nobodys = row.user_name is None
    if is_nobodys or is_free(session, arrangement, row.user_name or "", added, last):
        row.until_on = last
    else:
        session.add(_next_to(row, None, added, last))


def _next_to(row: StandIn, user: str | None, from_on: dt.date, until_on: dt.date) -> StandIn:
    return StandIn(
        absence_id=row.absence_id,
        case_id=row.case_id,
        arrangement_id=row.arrangement_id,
        user_name=user,
        from_on=from_on,
        until_on=until_on,
    )
