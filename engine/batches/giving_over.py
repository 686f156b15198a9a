"""Giving arrangements to another organisation: who has them, what is asked, the preview (R-101)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from engine.batches.asking import start
from engine.batches.ownership import KIND, WHICH
from engine.calendar import said
from engine.casework.matrix import PAGES
from engine.errors import InvalidAnswers, NotFound, Problem
from engine.queries import Person
from engine.queries.reading import reading
from engine.tables.database import Database
from engine.tables.decisions import Arrangement

_LONGEST = 200
_TEXTS: Mapping[str, str] = {
    "to": "Enter the organisation they go to",
    "basis": "Say on what legal basis they go, such as the contract or order",
}


@dataclass(frozen=True)
class Owner:
    """One organisation and how many arrangements that go on it has."""

    name: str
    arrangements: int


def owners(database: Database, person: Person) -> tuple[Owner, ...]:
    """Give each organisation with arrangements that go on; NotFound for whom it is not for."""
    _only_for(person)
    with reading(database, person) as look:
        rows = look.session.execute(
            select(Arrangement.owner_organisation, func.count(Arrangement.id))
            .where(Arrangement.ended_on.is_(None))
            .group_by(Arrangement.owner_organisation)
            .order_by(Arrangement.owner_organisation)
        )
        return tuple(Owner(name, number) for name, number in rows)


def give_over(database: Database, person: Person, asked: Mapping[str, str]) -> int:
    """Make the preview of giving arrangements over; gives the batch.

    asked: owner, to, day-day (an ISO date), basis, which. Raises NotFound, and InvalidAnswers
    with a problem for each that is wrong.
    """
    known = {one.name for one in owners(database, person)}
    wanted = {name: asked.get(name, "").strip() for name in ("owner", "to", "basis", "which")}
    wanted["from_on"] = asked.get("day-day", "")
    with reading(database, person) as look:
        problems = list(_wrong(wanted, known, look.today))
    if problems:
        raise InvalidAnswers(problems)
    return start(database, KIND, wanted, by=person.name, reason=wanted["basis"])


def _only_for(person: Person) -> None:
    if not PAGES["partner"] & set(person.roles):
        raise NotFound


def _wrong(wanted: Mapping[str, str], known: set[str], today: dt.date) -> Iterator[Problem]:
    if wanted["owner"] not in known:
        yield Problem("owner", "Choose whose arrangements they are")
    if wanted["to"] and wanted["to"] == wanted["owner"]:
        yield Problem("to", "Expected another organisation than the one that has them now")
    for name, missing in _TEXTS.items():
        if not wanted[name]:
            yield Problem(name, missing)
        elif len(wanted[name]) > _LONGEST:
            yield Problem(name, f"Shorten it to {_LONGEST} characters")
    if wanted["which"] not in WHICH:
        yield Problem("which", "Choose which arrangements go")
    yield from _wrong_day(wanted["from_on"], today)


def _wrong_day(text: str, today: dt.date) -> Iterator[Problem]:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        yield Problem("day-day", "Enter the day from which they belong to it")
        return
    if day > today:
        yield Problem(
            "day-day",
            f"Expected a day that has come, but {said(day)} lies ahead. Give them over on that "
            "day; until then they belong to whom they belong.",
        )
