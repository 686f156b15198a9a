"""People, the roles they hold on a date, and who of them a piece of work falls to (R-011)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Select,
    String,
    and_,
    bindparam,
    case,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.casework.away import deputy_acts
from engine.casework.context import Context
from engine.tables.people import RoleHolder, User
from forms import Choice

#: A value, or the place for one in a statement that is put together once.
_Name = str | BindParameter[str] | InstrumentedAttribute[str | None]
_Day = dt.date | BindParameter[dt.date]
#: Roles of those who work for another firm: they see a card or a list, and take no part.
_OUTSIDE = ("contractor", "partner_liaison")


@dataclass(frozen=True)
class Holder:
    """Who gets a task: one person of a role, or anybody who holds it."""

    role: str
    #: User name; None for anybody who holds the role.
    user: str | None
    #: Who is away and would have it otherwise, by user name; None for nobody (R-072).
    instead_of: str | None = None


def roles_of(session: Session, user: str, on: dt.date) -> set[str]:
    """Give the roles somebody holds that day, also as deputy of who is away; none for a leaver."""
    return set(session.scalars(_HELD, {"user": user, "on": on}))


def holds(user: _Name, role: InstrumentedAttribute[str], on: _Day) -> ColumnElement[bool]:
    """Give the condition under which a person holds, or stands in for, the role a row names.

    A deputy has the role while its holder is away or once the holder left, and else does not.
    """
    return _held_by(user, on).where(RoleHolder.role == role).exists()


def holders_of(session: Session, role: str, on: dt.date) -> list[str]:
    """Give the user names of those who hold a role that day, deputies of who is away after them."""
    return holders_by_role(session, [role], on)[role]


def holders_by_role(session: Session, roles: Collection[str], on: dt.date) -> dict[str, list[str]]:
    """Give for each of these roles who holds it that day, as ``holders_of`` does for one."""
    rows = session.execute(_HOLDERS, {"roles": list(roles), "on": on}).all()
    here = set(session.scalars(_HERE, {"on": on}))
    found: dict[str, list[str]] = {}
    for role in roles:
        held = [row for row in rows if row.role == role]
        names = dict.fromkeys([row.user_name for row in held] + [row.deputy for row in held])
        found[role] = [name for name in names if name in here]
    return found


def working_here(session: Session, on: dt.date) -> list[User]:
    """Give everybody who works here that day, by name."""
    return list(session.scalars(select(User).where(*_works_here(on)).order_by(User.full_name)))


def staff_here(session: Session, on: dt.date) -> list[User]:
    """Give everybody who works here that day but those of other firms, by name."""
    outside = select(RoleHolder.user_name).where(RoleHolder.role.in_(_OUTSIDE), *_held_on(on))
    here = select(User).where(*_works_here(on), User.name.not_in(outside))
    return list(session.scalars(here.order_by(User.full_name)))


def full_name(session: Session, name: str) -> str:
    """Give a person's name as it is written; the user name when nobody is known by it."""
    user = session.get(User, name)
    return user.full_name if user is not None else name


def as_choices(users: Iterable[User]) -> list[Choice]:
    """Offer people by name, with what they do as a hint."""
    return [Choice(user.name, user.full_name, user.job_title) for user in users]


def staff(context: Context) -> list[Choice]:
    """Offer everybody who works here today; nobody of a contractor or partner."""
    return as_choices(staff_here(context.session, context.today))


def holders_in(context: Context, roles: Collection[str]) -> list[Choice]:
    """Offer those who hold one of the roles today."""
    held = holders_by_role(context.session, roles, context.today)
    names = {name for holders in held.values() for name in holders}
    here = working_here(context.session, context.today)
    return as_choices(user for user in here if user.name in names)


def _held_by(user: _Name, on: _Day) -> Select[str]:
    return (
        select(RoleHolder.role)
        .join(User, User.name == user)
        .where(
            or_(RoleHolder.user_name == user, and_(RoleHolder.deputy == user, deputy_acts(on))),
            *_held_on(on),
            *_works_here(on),
        )
    )


def _held_on(on: _Day) -> tuple[ColumnElement[bool], ...]:
    return (
        RoleHolder.from_on <= on,
        or_(RoleHolder.until_on.is_(None), RoleHolder.until_on >= on),
    )


def _works_here(on: _Day) -> tuple[ColumnElement[bool], ...]:
    return (or_(User.left_on.is_(None), User.left_on >= on),)


#: Put together once: almost everything that is asked begins with who asks, or ends with who acts.
_ON = bindparam("on", type_=Date)
_HELD = _held_by(bindparam("user", type_=String), _ON)
_HOLDERS = (
    select(
        RoleHolder.role,
        RoleHolder.user_name,
        case((deputy_acts(_ON), RoleHolder.deputy)).label("deputy"),
    )
    .where(RoleHolder.role.in_(bindparam("roles", expanding=True)), *_held_on(_ON))
    .order_by(RoleHolder.id)
)
_HERE = select(User.name).where(*_works_here(_ON))
