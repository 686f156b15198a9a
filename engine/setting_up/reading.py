"""Who works here, who holds which role, and on which days nobody works: as the pages show it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from engine.commands.outcomes import ROLE_NAMES
from engine.errors import NotFound
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.setting_up.needed import AT_LEAST, needed_roles
from engine.setting_up.rights import need_right
from engine.setting_up.roles import empty_after, rows_after
from engine.tables.database import Database
from engine.tables.decisions import Arrangement
from engine.tables.people import Holiday, RoleHolder, User


@dataclass(frozen=True)
class HeldRole:
    """A role somebody has, had or will have."""

    id: int
    role: str
    user: str
    full_name: str
    from_on: dt.date
    until_on: dt.date | None
    #: User name and full name; "" for nobody.
    deputy: str
    deputy_name: str
    #: now, later or over.
    standing: str
    #: The organisation's sign-in gave it, and brings it to its own word at each sign-in.
    from_sign_in: bool = False


@dataclass(frozen=True)
class StaffRow:
    """Somebody who works here, will no longer, or did."""

    name: str
    full_name: str
    job_title: str
    email: str
    #: Roles held today by themselves, in alphabetical order.
    roles: tuple[str, ...]
    #: Roles in which they stand in today.
    stands_in: tuple[str, ...]
    left_on: dt.date | None
    is_gone: bool


@dataclass(frozen=True)
class Member:
    """One person with everything that is kept of them."""

    row: StaffRow
    phone: str
    working_hours: str
    #: User name; "" for nobody.
    line_manager: str
    line_manager_name: str
    roles: tuple[HeldRole, ...]
    #: Needed roles that nobody would hold if they left today.
    alone_in: tuple[str, ...]
    #: Arrangements that have not ended in which they are the contact or the cover.
    contact_in: int
    is_me: bool


@dataclass(frozen=True)
class RoleRow:
    """One role with who holds it now and who will."""

    role: str
    holders: tuple[HeldRole, ...]
    is_needed: bool
    #: How many more people it needs today; 0 when it has enough.
    lacks: int


@dataclass(frozen=True)
class FreeDay:
    """A day on which nobody works."""

    on: dt.date
    name: str
    #: Added by this landlord, so that it can be taken out again.
    is_own: bool


def staff(database: Database, person: Person, search: str = "") -> tuple[StaffRow, ...]:
    """Give everybody, those who left after those who work here; three statements.

    search: part of a name, job title or e-mail address.
    """
    with reading(database, person) as look:
        need_right(look.session, person.name, look.today)
        return staff_today(look, search)


def staff_today(look: Reading, search: str = "") -> tuple[StaffRow, ...]:
    """Give everybody within a look that is allowed already."""
    users = look.session.scalars(select(User).order_by(User.full_name, User.name)).all()
    wanted = search.strip().casefold()
    roles = held_roles(look)
    rows = [
        _staff_row(look, user, roles)
        for user in users
        if wanted in f"{user.full_name} {user.job_title} {user.email} {user.name}".casefold()
    ]
    return tuple(sorted(rows, key=lambda row: row.is_gone))


def member(database: Database, person: Person, name: str) -> Member:
    """Give one person; NotFound when there is none, or for those who do not set the house up."""
    with reading(database, person) as look:
        need_right(look.session, person.name, look.today)
        user = look.session.get(User, name)
        if user is None:
            raise NotFound
        roles = held_roles(look)
        ending = list(look.session.scalars(rows_after(name, look.today - dt.timedelta(days=1))))
        needed = needed_roles(look.session)
        alone = [one for one in empty_after(look.session, ending, look.today) if one in needed]
        contact = select(func.count(Arrangement.id)).where(
            Arrangement.ended_on.is_(None),
            or_(Arrangement.spoc == name, Arrangement.cover == name),
        )
        return Member(
            row=_staff_row(look, user, roles),
            phone=user.phone,
            working_hours=user.working_hours,
            line_manager=user.line_manager or "",
            line_manager_name=look.full_name(user.line_manager),
            roles=tuple(one for one in roles if one.user == name),
            alone_in=tuple(alone),
            contact_in=look.session.scalar(contact) or 0,
            is_me=name == person.name,
        )


def roles(database: Database, person: Person) -> tuple[RoleRow, ...]:
    """Give every role, those that lack somebody first."""
    with reading(database, person) as look:
        need_right(look.session, person.name, look.today)
        return roles_today(look)


def roles_today(look: Reading) -> tuple[RoleRow, ...]:
    """Give every role within a look that is allowed already."""
    needed = needed_roles(look.session)
    held = held_roles(look)
    here = {row.name for row in staff_today(look) if not row.is_gone}
    rows = []
    for role in ROLE_NAMES:
        holders = [one for one in held if one.role == role and one.standing != "over"]
        now = {one.user for one in holders if one.standing == "now"} & here
        least = AT_LEAST.get(role, 1) if role in needed else 0
        rows.append(RoleRow(role, tuple(holders), role in needed, max(0, least - len(now))))
    return tuple(sorted(rows, key=lambda row: row.lacks == 0))


def free_days(database: Database, person: Person) -> tuple[FreeDay, ...]:
    """Give the days from today on which nobody works, the next first."""
    with reading(database, person) as look:
        need_right(look.session, person.name, look.today)
        found = look.session.scalars(
            select(Holiday).where(Holiday.on >= look.today).order_by(Holiday.on)
        )
        return tuple(FreeDay(row.on, row.name, row.kind == "closure") for row in found)


def held_roles(look: Reading) -> tuple[HeldRole, ...]:
    """Give every role anybody has, had or will have: by person, the newest first."""
    rows = look.session.scalars(
        select(RoleHolder).order_by(RoleHolder.user_name, RoleHolder.from_on.desc(), RoleHolder.id)
    )
    return tuple(
        HeldRole(
            id=row.id,
            role=row.role,
            user=row.user_name,
            full_name=look.full_name(row.user_name),
            from_on=row.from_on,
            until_on=row.until_on,
            deputy=row.deputy or "",
            deputy_name=look.full_name(row.deputy),
            standing=_standing(row, look.today),
            from_sign_in=row.given_by is not None,
        )
        for row in rows
    )


def _standing(row: RoleHolder, today: dt.date) -> str:
    if row.until_on is not None and row.until_on < today:
        return "over"
    return "later" if row.from_on > today else "now"


def _staff_row(look: Reading, user: User, roles: Sequence[HeldRole]) -> StaffRow:
    now = [one for one in roles if one.standing == "now"]
    return StaffRow(
        name=user.name,
        full_name=user.full_name,
        job_title=user.job_title,
        email=user.email,
        roles=tuple(sorted({one.role for one in now if one.user == user.name})),
        stands_in=tuple(sorted({one.role for one in now if one.deputy == user.name})),
        left_on=user.left_on,
        is_gone=user.left_on is not None and user.left_on < look.today,
    )
