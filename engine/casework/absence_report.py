"""What an absence came to: its days, those with nobody there, and what customers heard (R-070)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar import Calendar
from engine.tables.absences import Absence, CoverNotice, StandIn

_A_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class AbsenceFigures:
    """The figures of one absence; days of several customers are added up."""

    #: Working days away.
    working_days: int
    #: Working days that are over on which nobody stood in for a customer.
    uncovered_days: int
    #: Working days from today on for which nobody is named to stand in for a customer.
    uncovered_ahead: int
    #: Notices given by the policy's day, after it, and past it and not given.
    told_in_time: int
    told_late: int
    not_told: int


def figures_of(
    session: Session, calendar: Calendar, absences: Sequence[Absence], today: dt.date
) -> dict[int, AbsenceFigures]:
    """Count the figures of absences as they stand, by their id; two statements.

    A day counts as uncovered once it is over: until then somebody can still be named for it.
    """
    ids = [absence.id for absence in absences]
    rows, notices = defaultdict(list), defaultdict(list)
    nobody = StandIn.user_name.is_(None)
    for row in session.scalars(select(StandIn).where(StandIn.absence_id.in_(ids), nobody)):
        rows[row.absence_id].append(row)
    for notice in session.scalars(select(CoverNotice).where(CoverNotice.absence_id.in_(ids))):
        notices[notice.absence_id].append(notice)
    return {
        one.id: _figures(calendar, one, rows[one.id], notices[one.id], today) for one in absences
    }


def _figures(
    calendar: Calendar,
    absence: Absence,
    rows: Sequence[StandIn],
    notices: Sequence[CoverNotice],
    today: dt.date,
) -> AbsenceFigures:
    yesterday = today - _A_DAY
    return AbsenceFigures(
        working_days=_working_days(calendar, absence.from_on, absence.until_on),
        uncovered_days=sum(
            _working_days(calendar, row.from_on, min(row.until_on, yesterday)) for row in rows
        ),
        uncovered_ahead=sum(
            _working_days(calendar, max(row.from_on, today), row.until_on) for row in rows
        ),
        told_in_time=_how_many(one.told_on <= one.due_on for one in notices if one.told_on),
        told_late=_how_many(one.told_on > one.due_on for one in notices if one.told_on),
        not_told=_how_many(
            one.told_on is None and (one.dropped_on or today) > one.due_on for one in notices
        ),
    )


def _working_days(calendar: Calendar, first: dt.date, last: dt.date) -> int:
    return calendar.count_working_days(first - _A_DAY, last) if last >= first else 0


def _how_many(found: Iterable[bool]) -> int:
    return sum(found)
