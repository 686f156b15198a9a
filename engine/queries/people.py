"""The people who work here and the roles they hold today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import BindParameter, ColumnElement, Date, String, bindparam, case, or_, select
from sqlalchemy.orm import Session

from engine.casework.away import deputy_acts
from engine.casework.people import roles_of
from engine.errors import NotFound
from engine.queries.reading import Reading, reading
from engine.tables.database import Database
from engine.tables.people import RoleHolder, User


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in."""

    #: User name; never changes.
    name: str
    full_name: str
    job_title: str
    #: Roles held today, in alphabetical order.
    roles: tuple[str, ...]
    is_demo: bool = False


#: Who looks when the list of people itself is read, before anybody has signed in.
_NOBODY = Person("", "", "", ())


def people(database: Database) -> list[Person]:
    """Give everybody who can sign in today, by full name; at most four statements."""
    with reading(database, _NOBODY) as look:
        return people_today(look)


def people_today(look: Reading) -> list[Person]:
    """Give everybody who works here today with their roles; two statements."""
    users = look.session.scalars(
        select(User).where(works_on(look.today)).order_by(User.full_name, User.name)
    ).all()
    roles = _all_roles(look.session, look.today)
    return [named(user, roles.get(user.name, ())) for user in users]


def person(database: Database, name: str) -> Person:
    """Give one person by user name; NotFound when there is none or they have left."""
    with reading(database, _NOBODY) as look:
        user = look.session.scalar(_PERSON, {"of": name, "on": look.today})
        if user is None:
            raise NotFound
        return named(user, roles_of(look.session, name, look.today))


def works_on(day: dt.date | BindParameter[dt.date]) -> ColumnElement[bool]:
    """Give the condition under which somebody works here that day."""
    return or_(User.left_on.is_(None), User.left_on >= day)


def _all_roles(session: Session, day: dt.date) -> dict[str, set[str]]:
    """Give user name -> roles held that day, deputies of those who are away included."""
    held: dict[str, set[str]] = {}
    rows = session.execute(
        select(
            RoleHolder.role, RoleHolder.user_name, case((deputy_acts(day), RoleHolder.deputy))
        ).where(
            RoleHolder.from_on <= day,
            or_(RoleHolder.until_on.is_(None), RoleHolder.until_on >= day),
        )
    )
    for role, holder, deputy in rows:
        for name in filter(None, (holder, deputy)):
            held.setdefault(name, set()).add(role)
    return held


def named(user: User, roles: Iterable[str]) -> Person:
    """Give a person as everybody else is handed them."""
    return Person(user.name, user.full_name, user.job_title, tuple(sorted(roles)), user.is_demo)


#: Put together once: every page asks who asks for it.
_PERSON = select(User).where(
    User.name == bindparam("of", type_=String), works_on(bindparam("on", type_=Date))
)
