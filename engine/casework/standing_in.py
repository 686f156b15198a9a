"""Who deals with a customer on a day: the contact, or whoever stands in just then (R-072)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from engine.tables.absences import Absence, StandIn
from engine.tables.decisions import Arrangement
from engine.tables.people import User


@dataclass(frozen=True)
class Away:
    """That a contact is away on a day, and who stands in."""

    #: User name; None where nobody stands in.
    stand_in: str | None
    #: The first and the last day on which that is so.
    from_on: dt.date
    until_on: dt.date


def away_on(session: Session, arrangement: Arrangement, on: dt.date) -> Away | None:
    """Give who stands in for the contact of an arrangement that day; None while they are here.

    It changes at midnight in London by the rows alone: nothing has to run for it.
    """
    return away_of(session, [arrangement.id], on).get(arrangement.id)


def away_of(session: Session, arrangement_ids: Collection[int], on: dt.date) -> Mapping[int, Away]:
    """Give the same for several arrangements, by their id; those whose contact is here lack.

    One statement.
    """
    rows = session.scalars(
        select(StandIn)
        .join(Arrangement, stands_in_on(on))
        .where(Arrangement.id.in_(arrangement_ids))
        .order_by(StandIn.id)
    )
    return {row.arrangement_id: Away(row.user_name, row.from_on, row.until_on) for row in rows}


def stands_in_on(on: dt.date) -> ColumnElement[bool]:
    """Give the condition that a ``StandIn`` is about an ``Arrangement`` and that day.

    Where another contact was named since then, nobody stands in for the one before.
    """
    theirs = select(Absence.id).where(
        Absence.id == StandIn.absence_id, Absence.user_name == Arrangement.spoc
    )
    return and_(
        StandIn.arrangement_id == Arrangement.id,
        StandIn.from_on <= on,
        StandIn.until_on >= on,
        theirs.exists(),
    )


def address_of(session: Session, arrangement: Arrangement, stand_in: str) -> str:
    """Give the address or number a customer uses meanwhile.

    The contact's own one is no use while they are away: then it is the stand-in's. An address
    that several read stays.
    """
    own, theirs = session.get(User, arrangement.spoc or ""), session.get(User, stand_in)
    return read_at(arrangement.contact_address, own, theirs) or arrangement.contact_address


def read_at(address: str, own: User | None, instead: User | None) -> str:
    """Give where somebody reads or answers while the contact is away or has left.

    own: the contact. instead: who answers for them; None for nobody. Gives "" where the address is
    the contact's own and nobody answers instead: what goes there is read by nobody (R-072).
    """
    if own is None:
        return address
    for way in ("email", "phone"):
        mine = getattr(own, way)
        if mine and _plain(mine) == _plain(address):
            return getattr(instead, way) if instead else ""
    return address


def read_today(
    address: str,
    own: User | None,
    cover: User | None,
    instead: User | None,
    *,
    today: dt.date,
    is_away: bool,
) -> str:
    """Give where somebody reads or answers today: the address as agreed while the contact is here.

    own: the contact. cover: who answers once the contact has left. instead: who stands in while
    they are away; None for nobody.
    """
    if is_away:
        return read_at(address, own, instead)
    if has_left(own, today):
        return read_at(address, own, None if has_left(cover, today) else cover)
    return address


def has_left(user: User | None, today: dt.date) -> bool:
    """Tell whether somebody works here no longer."""
    return bool(user and user.left_on and user.left_on < today)


def _plain(address: str) -> str:
    return "".join(address.split()).casefold()
