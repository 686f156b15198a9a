"""Roles are given from a day and end with one; nobody is left without what they need (R-011)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from engine.calendar import said
from engine.casework import people
from engine.commands.leavers import hand_back_tasks
from engine.commands.outcomes import ROLE_NAMES
from engine.commands.tries import keeps_trying
from engine.errors import NotFound, Problem, Rejected
from engine.installation import Surroundings, read_surroundings
from engine.queries.kinds import NAMES
from engine.setting_up.needed import needed_roles
from engine.setting_up.rights import keep, need_right, refuse
from engine.tables.database import Database
from engine.tables.people import RoleHolder, User

#: Role -> what pages call it.
TITLES: Mapping[str, str] = NAMES["role"]
#: Held by one person at a time, with a deputy: everything sent there must reach somebody known.
_ONE_AT_A_TIME = frozenset({"dmo"})
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Term:
    """A role for somebody, from when to when, with who stands in."""

    role: str
    user: str
    from_on: dt.date
    #: None for until further notice.
    until_on: dt.date | None = None
    #: User name; "" for nobody.
    deputy: str = ""


@keeps_trying
def give_role(db: Database, term: Term, *, by: str) -> None:
    """Give somebody a role.

    Raises NotFound, Rejected for oneself, also as the deputy, InvalidAnswers: two people in a role
    that one holds, a role held already, a day that has passed, a deputy who is the same person or
    not here.
    """
    with db.writing() as session:
        around = read_surroundings(session)
        need_right(session, by, around.today)
        given(session, around, term, by=by)


def given(session: Session, around: Surroundings, term: Term, *, by: str) -> None:
    """Give a role within a transaction whose right to do so is known."""
    if session.get(User, term.user) is None:
        raise NotFound
    for one in (term.user, term.deputy):
        _not_oneself(one, by)
    refuse(list(_wrong(session, term, around.today)))
    row = RoleHolder(
        role=term.role,
        user_name=term.user,
        deputy=term.deputy or None,
        from_on=term.from_on,
        until_on=term.until_on,
    )
    session.add(row)
    session.flush()
    keep(session, "role_given", "role_holder", by=by, at=around.now, new=_as_dict(row))


def end_role(db: Database, holder_id: int, until_on: dt.date, *, by: str) -> None:
    """Let somebody hold a role until a last day, which may be yesterday: then it ends at once.

    What they have open in a role that has ended falls to whoever holds it. Raises NotFound,
    Rejected for oneself or a role that has ended, InvalidAnswers when nobody would hold a role
    that is needed.
    """
    _end_role(db, holder_id, until_on, by)
    hand_back_tasks(db)


@keeps_trying
def _end_role(db: Database, holder_id: int, until_on: dt.date, by: str) -> None:
    with db.writing() as session:
        around = read_surroundings(session)
        need_right(session, by, around.today)
        row = _row(session, holder_id, around.today)
        _not_oneself(row.user_name, by)
        if until_on < around.today - _DAY:
            day = said(around.today - _DAY)
            refuse([Problem("day-day", f"Expected {day} or later. What was done stays done.")])
        after = max(until_on + _DAY, around.today)
        if row.role in needed_roles(session) and empty_after(session, [row], after):
            refuse([Problem("day-day", _nobody(row.role, after))])
        old = _as_dict(row)
        row.until_on = until_on
        keep(session, "role_ended", "role_holder", by=by, at=around.now, old=old, new=_as_dict(row))


def name_deputy(db: Database, holder_id: int, deputy: str, *, by: str) -> None:
    """Say who stands in for somebody in a role; "" for nobody.

    What the one before has open in that role falls to whoever holds it. Raises NotFound, Rejected
    when it is oneself who would gain the role, InvalidAnswers.
    """
    before = _name_deputy(db, holder_id, deputy, by)
    if before and before != deputy:
        hand_back_tasks(db, before)


@keeps_trying
def _name_deputy(db: Database, holder_id: int, deputy: str, by: str) -> str:
    with db.writing() as session:
        around = read_surroundings(session)
        need_right(session, by, around.today)
        row = _row(session, holder_id, around.today)
        _not_oneself(deputy, by)
        wrong = _wrong_deputy(session, deputy, row.user_name, around.today)
        refuse([Problem("deputy", wrong)] if wrong else [])
        old = _as_dict(row)
        before, row.deputy = row.deputy or "", deputy or None
        keep(
            session, "deputy_named", "role_holder", by=by, at=around.now, old=old, new=_as_dict(row)
        )
        return before


def rows_after(user: str, on: dt.date) -> Select[RoleHolder]:
    """Give the roles somebody still holds after a day, those yet to begin included."""
    return select(RoleHolder).where(
        RoleHolder.user_name == user,
        or_(RoleHolder.until_on.is_(None), RoleHolder.until_on > on),
    )


def empty_after(session: Session, ending: Iterable[RoleHolder], on: dt.date) -> list[str]:
    """Name the roles that nobody would hold on a day without these rows, and somebody does now."""
    gone = {row.id for row in ending if row.from_on <= on}
    roles = sorted({row.role for row in ending if row.from_on <= on})
    here = {user.name for user in people.working_here(session, on)}
    others = session.scalars(
        select(RoleHolder).where(
            RoleHolder.role.in_(roles),
            RoleHolder.id.not_in(gone),
            RoleHolder.from_on <= on,
            or_(RoleHolder.until_on.is_(None), RoleHolder.until_on >= on),
        )
    )
    held = {row.role for row in others if here & {row.user_name, row.deputy}}
    return [role for role in roles if role not in held]


def take_over(session: Session, role: str, user: str, from_on: dt.date) -> None:
    """Give a role to who takes it over from a leaver; the leaving itself is what is kept."""
    session.add(RoleHolder(role=role, user_name=user, from_on=from_on))


def _wrong(session: Session, term: Term, today: dt.date) -> Iterator[Problem]:
    if term.role not in ROLE_NAMES:
        yield Problem("role", "Choose a role")
        return
    if term.from_on < today:
        yield Problem(
            "from-day", f"Expected {said(today)} or later: nobody had the role before. Change it."
        )
    if term.until_on is not None and term.until_on < term.from_on:
        yield Problem("until-day", f"Expected {said(term.from_on)} or later, when it begins.")
    user = session.get_one(User, term.user)
    if user.left_on is not None and user.left_on < (term.until_on or term.from_on):
        yield Problem(
            "role",
            f"Expected somebody who works here then, but {user.full_name} leaves on "
            f"{said(user.left_on)}.",
        )
    yield from _wrong_overlap(session, term)
    wrong = _wrong_deputy(session, term.deputy, term.user, term.from_on)
    if wrong:
        yield Problem("deputy", wrong)


def _wrong_overlap(session: Session, term: Term) -> Iterator[Problem]:
    until = term.until_on or dt.date.max
    rows = session.scalars(
        select(RoleHolder).where(
            RoleHolder.role == term.role,
            RoleHolder.from_on <= until,
            or_(RoleHolder.until_on.is_(None), RoleHolder.until_on >= term.from_on),
        )
    )
    for row in rows:
        who = people.full_name(session, row.user_name)
        ends = f"until {said(row.until_on)}" if row.until_on else "until further notice"
        if row.user_name == term.user:
            yield Problem("role", f"Expected a role they do not have, but {who} has it {ends}.")
            return
        if term.role in _ONE_AT_A_TIME:
            yield Problem(
                "role",
                f"Expected one person at a time as {ROLE_NAMES[term.role]}, but {who} is it "
                f"{ends}. End that first, or name a deputy there.",
            )
            return


def _wrong_deputy(session: Session, deputy: str, user: str, on: dt.date) -> str:
    if not deputy:
        return ""
    if deputy == user:
        return "Expected somebody else to stand in. Choose another person, or nobody."
    if deputy not in {one.name for one in people.working_here(session, on)}:
        return "Expected somebody who works here. Choose another person, or nobody."
    return ""


def _row(session: Session, holder_id: int, today: dt.date) -> RoleHolder:
    row = session.get(RoleHolder, holder_id, with_for_update=True)
    if row is None:
        raise NotFound
    if row.until_on is not None and row.until_on < today:
        raise Rejected(f"Expected a role somebody still has, but it ended on {said(row.until_on)}.")
    return row


def _not_oneself(user: str, by: str) -> None:
    if user == by:
        raise Rejected(
            "Expected somebody else to decide about your own roles (R-103). Ask a colleague who "
            "sets this up too."
        )


def _nobody(role: str, on: dt.date) -> str:
    return (
        f"Expected somebody to be {ROLE_NAMES[role]} on {said(on)}, but nobody would. Give the "
        "role to somebody else first."
    )


def _as_dict(row: RoleHolder) -> dict[str, str | None]:
    return {
        "role": row.role,
        "name": row.user_name,
        "deputy": row.deputy,
        "from": row.from_on.isoformat(),
        "until": row.until_on.isoformat() if row.until_on else None,
    }
