"""Who is away on a day, and what follows from it for deputies and for runs about it (R-070)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import BindParameter, ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from engine.casework.context import Context
from engine.tables.absences import Absence
from engine.tables.people import RoleHolder, User

#: What tells the run of an absence to look again.
CHANGED = "absence_changed"

_Day = dt.date | BindParameter[dt.date]
_User = str | InstrumentedAttribute[str] | InstrumentedAttribute[str | None]


def ref_of(absence: Absence) -> str:
    """Give how messages address an absence: ``absence:7``."""
    return f"absence:{absence.id}"


def is_away(user: _User, on: _Day) -> ColumnElement[bool]:
    """Give the condition under which a person is away that day."""
    return (
        select(Absence.id)
        .where(
            Absence.user_name == user,
            Absence.from_on <= on,
            Absence.until_on >= on,
            Absence.ended_at.is_(None),
        )
        .exists()
    )


def deputy_acts(on: _Day) -> ColumnElement[bool]:
    """Give the condition under which the deputy of a ``RoleHolder`` has the role that day.

    Only while the holder is away, for exactly those days, or once the holder left (R-072).
    """
    holder = aliased(User)
    left = select(holder.name).where(holder.name == RoleHolder.user_name, holder.left_on < on)
    return or_(is_away(RoleHolder.user_name, on), left.exists())


def absence_on(session: Session, user: str, on: dt.date) -> Absence | None:
    """Give the absence a person has that day; None while they are here."""
    return next(iter(absences_of(session, [user], on, on)), None)


def absences_of(
    session: Session, users: Iterable[str], from_on: dt.date, until_on: dt.date
) -> list[Absence]:
    """Give the absences of these people that touch these days, the earliest first."""
    names = [user for user in users if user]
    if not names:
        return []
    return list(
        session.scalars(
            select(Absence)
            .where(
                Absence.user_name.in_(names),
                and_(Absence.from_on <= until_on, Absence.until_on >= from_on),
                Absence.ended_at.is_(None),
            )
            .order_by(Absence.from_on, Absence.id)
        )
    )


def look_again(context: Context, *users: str | None) -> None:
    """Tell the runs of the open absences of these people that an arrangement changed (R-069)."""
    names = [user for user in users if user]
    for absence in absences_of(context.session, names, context.today, dt.date.max):
        context.send(CHANGED, key=ref_of(absence))
