"""The people who work here: added, corrected, and gone on a day that is known."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.calendar import said
from engine.commands.leavers import hand_back_tasks
from engine.commands.tries import keeps_trying
from engine.errors import NotFound, Problem, Rejected
from engine.installation import Surroundings, read_surroundings
from engine.setting_up.needed import needed_roles
from engine.setting_up.rights import keep, need_right, refuse
from engine.setting_up.roles import empty_after, rows_after, take_over
from engine.tables.database import Database
from engine.tables.people import User

#: What is kept of a person beside the user name -> what the form calls it.
FIELDS: Mapping[str, str] = {
    "full_name": "Full name",
    "email": "E-mail address",
    "job_title": "Job title",
    "phone": "Telephone",
    "working_hours": "Working hours",
    "line_manager": "Line manager",
}
_NEEDED = ("full_name", "email", "job_title")
_LONGEST = 120
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,79}", re.ASCII)
_EMAIL = re.compile(r"[!-?A-~]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+", re.ASCII)
#: How far ahead a last day may be, in days.
_A_YEAR = 366


@keeps_trying
def add_person(db: Database, raw: Mapping[str, str], *, by: str) -> str:
    """Add somebody, without a role; gives the user name, which never changes.

    raw: ``name`` and the names of ``FIELDS``. A user name of somebody who left is not given again:
    the record would confuse the two. Raises NotFound, InvalidAnswers.
    """
    with db.writing() as session:
        around = read_surroundings(session)
        need_right(session, by, around.today)
        return added(session, around, raw, by=by)


def added(session: Session, around: Surroundings, raw: Mapping[str, str], *, by: str) -> str:
    """Add somebody within a transaction whose right to do so is known."""
    name = raw.get("name", "").strip().lower()
    values = _typed(raw)
    refuse([*_wrong_name(session, name), *_wrong(session, values, name)])
    session.add(User(name=name, **{**values, "line_manager": values["line_manager"] or None}))
    session.flush()
    new = {"name": name, **values}
    keep(session, "person_added", "user", by=by, at=around.now, new=new)
    return name


@keeps_trying
def change_person(db: Database, name: str, raw: Mapping[str, str], *, by: str) -> None:
    """Correct what is kept of somebody; raises NotFound, InvalidAnswers."""
    with db.writing() as session:
        around = read_surroundings(session)
        need_right(session, by, around.today)
        user = _known(session, name)
        values = _typed(raw)
        refuse(list(_wrong(session, values, name)))
        now = {field: getattr(user, field) or "" for field in FIELDS}
        changed = [field for field in FIELDS if values[field] != now[field]]
        if not changed:
            return
        for field in changed:
            setattr(user, field, values[field])
        user.line_manager = user.line_manager or None
        old = {"name": name, **{field: now[field] for field in changed}}
        new = {field: values[field] for field in changed}
        keep(session, "person_changed", "user", by=by, at=around.now, old=old, new=new)


def leave(db: Database, name: str, on: dt.date, successors: Mapping[str, str], *, by: str) -> None:
    """Let somebody leave with a last day: every role ends with it, nobody signs in after it.

    successors: role -> user name, for each role that nobody else would hold then. What they have
    open falls to whoever holds the role. Raises NotFound, InvalidAnswers with a problem for each
    role that would be left empty or would come to oneself, Rejected for oneself.
    """
    _leave(db, name, on, successors, by)
    hand_back_tasks(db)


@keeps_trying
def _leave(db: Database, name: str, on: dt.date, successors: Mapping[str, str], by: str) -> None:
    with db.writing() as session:
        around = read_surroundings(session)
        need_right(session, by, around.today)
        user = _known(session, name)
        if name == by:
            raise Rejected("Expected somebody else to say when you leave. Ask a colleague.")
        _check_day(user, on, around.today)
        after = max(on + dt.timedelta(days=1), around.today)
        needed = needed_roles(session)
        theirs = list(session.scalars(rows_after(name, on)))
        empty = [role for role in empty_after(session, theirs, after) if role in needed]
        refuse(list(_without_successor(session, empty, successors, {name, by}, after)))
        ended = [{"role": row.role, "until": _iso(row.until_on)} for row in theirs]
        for row in theirs:
            row.until_on = on
        for role in empty:
            take_over(session, role, successors[role], after)
        user.left_on = on
        new = {
            "name": name,
            "left_on": on.isoformat(),
            "successors": {role: successors[role] for role in empty},
        }
        old = {"roles": ended}
        keep(session, "person_left", "user", by=by, at=around.now, old=old, new=new)


def _check_day(user: User, on: dt.date, today: dt.date) -> None:
    if user.left_on is not None and user.left_on < today:
        raise Rejected(
            f"Expected somebody who works here, but {user.full_name} left on {said(user.left_on)}."
        )
    if on > today + dt.timedelta(days=_A_YEAR):
        refuse([Problem("day-day", "Expected a day within a year. Choose an earlier one.")])
    if on < today - dt.timedelta(days=_A_YEAR):
        refuse([Problem("day-day", "Expected a day of the last year. Check the year.")])


def _without_successor(
    session: Session,
    empty: list[str],
    successors: Mapping[str, str],
    others_than: set[str],
    after: dt.date,
) -> Iterator[Problem]:
    for role in empty:
        chosen = successors.get(role, "")
        user = session.get(User, chosen) if chosen else None
        if user is None or chosen in others_than or (user.left_on and user.left_on < after):
            yield Problem(
                f"successor-{role}",
                f"Expected somebody else to hold this role from {said(after)}, but nobody would. "
                "Choose who takes it over; not yourself.",
            )


def _typed(raw: Mapping[str, str]) -> dict[str, str]:
    return {field: " ".join(raw.get(field, "").split()) for field in FIELDS}


def _wrong_name(session: Session, name: str) -> Iterator[Problem]:
    if not _NAME.fullmatch(name):
        yield Problem(
            "name",
            "Expected small letters, digits, dots, hyphens, @ or underscores, as the sign-in of "
            "your organisation says it. Check the user name.",
        )
    elif session.get(User, name) is not None:
        yield Problem(
            "name",
            f"Expected a user name nobody has had, but {name} is taken. Choose another; a name is "
            "not given twice, so that the record stays clear.",
        )


def _wrong(session: Session, values: Mapping[str, str], name: str) -> Iterator[Problem]:
    for field in _NEEDED:
        if not values[field]:
            yield Problem(field, f"Enter the {FIELDS[field].lower()}")
    for field, text in values.items():
        if len(text) > _LONGEST:
            yield Problem(field, f"Shorten it to {_LONGEST} characters; it has {len(text)}")
        elif not text.isprintable():
            yield Problem(field, "Expected plain text, but there are signs that do not print.")
    yield from _wrong_email(session, values["email"], name)
    boss = values["line_manager"]
    if boss and (boss == name or session.get(User, boss) is None):
        yield Problem("line_manager", "Choose somebody else who works here, or nobody")


def _wrong_email(session: Session, email: str, name: str) -> Iterator[Problem]:
    if not email:
        return
    if not _EMAIL.fullmatch(email):
        yield Problem("email", f"Expected an e-mail address, but it is “{email}”. Check it.")
        return
    others = select(User.full_name).where(
        func.lower(User.email) == email.lower(),
        User.name != name,
        User.left_on.is_(None),
    )
    taken = session.scalars(others.limit(1)).one_or_none()
    if taken is not None:
        yield Problem(
            "email",
            f"Expected an address of their own, but {taken} has this one. A sign-in shared by two "
            "cannot say who did what (R-103).",
        )


def _known(session: Session, name: str) -> User:
    user = session.get(User, name, with_for_update=True)
    if user is None:
        raise NotFound
    return user


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
