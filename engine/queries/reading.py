"""One look at the database by one person: its moment, its calendar, the names of people."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar import Calendar
from engine.casework.visibility import Viewer
from engine.errors import NotFound
from engine.installation import read_surroundings
from engine.queries import words
from engine.releases import Bundle, bundle
from engine.spiff import Diagram
from engine.tables.database import Database
from engine.tables.people import User

#: Rows on one page of a list.
PAGE_SIZE = 25

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a longer list; counts and iterates over what stands on it."""

    items: tuple[T, ...]
    #: How many there are on all pages.
    total: int
    #: Counts from 1.
    page: int
    pages: int

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass
class Reading:
    """What every query needs: a session, who looks, now, the calendar, names."""

    session: Session
    viewer: Viewer
    now: dt.datetime
    calendar: Calendar
    _bundles: dict[int, Bundle | None] = field(default_factory=dict)

    @property
    def today(self) -> dt.date:
        """Give the date in London."""
        return words.local_date(self.now)

    @cached_property
    def full_names(self) -> dict[str, str]:
        """Give user name -> full name of everybody."""
        return {name: full_name for name, full_name, _ in self._everybody}

    @cached_property
    def gone(self) -> frozenset[str]:
        """Give the user names of everybody who has left."""
        return frozenset(name for name, _, on in self._everybody if on and on < self.today)

    @cached_property
    def _everybody(self) -> list[tuple[str, str, dt.date | None]]:
        """Give user name, full name and last day of everybody; one statement, once."""
        found = self.session.execute(select(User.name, User.full_name, User.left_on))
        return [(name, full_name, left_on) for name, full_name, left_on in found]

    def full_name(self, name: str | None) -> str:
        """Give how a person is called; a name without a person stays as it is, none is ""."""
        return self.full_names.get(name, name) if name else ""

    def people(self, names: Sequence[str]) -> str:
        """Write several people as ``Ann Bell, Ben Cole and Cy Dunn``."""
        return words.joined(self.full_name(name) for name in names)

    def due_words(self, due_on: dt.date | None) -> str:
        """Say how a date lies to today."""
        return words.due_words(due_on, self.today, self.calendar)

    def late_by(self, due_on: dt.date | None) -> int:
        """Give the working days since a date has passed; 0 when it has not."""
        return self.calendar.count_working_days(due_on, self.today) if due_on else 0

    def release(self, release_id: int) -> Bundle | None:
        """Give a release, parsed; None when it is not installed."""
        if release_id not in self._bundles:
            try:
                self._bundles[release_id] = bundle(self.session, release_id)
            except NotFound:
                self._bundles[release_id] = None
        return self._bundles[release_id]

    def diagram(self, release_id: int, process_id: str) -> Diagram | None:
        """Give one drawn process of a release; None when the release does not draw it."""
        found = self.release(release_id)
        if found is None or process_id not in found.definitions.process_ids:
            return None
        return found.definitions.diagram(process_id)

    def process_name(self, release_id: int, process_id: str) -> str:
        """Give how a process is called; its id in words when it is not drawn."""
        diagram = self.diagram(release_id, process_id)
        return diagram.name if diagram and diagram.name else words.plain(process_id)


@contextlib.contextmanager
def reading(database: Database, viewer: Viewer) -> Iterator[Reading]:
    """Open a look at the database; one statement, and a second when the calendar changed."""
    with database.reading() as session:
        around = read_surroundings(session)
        yield Reading(session, viewer, around.now, around.calendar)


def page_of(items: Sequence[T], total: int, page: int, size: int = PAGE_SIZE) -> Page[T]:
    """Make a page of the rows read for it."""
    return Page(tuple(items), total, page, max(1, -(-total // size)))


def page_number(page: int) -> int:
    """Give a page number that counts from 1, whatever was asked for."""
    return max(1, page)


def like(text: str) -> str:
    """Give the pattern that finds a text anywhere, its own % and _ taken as they are."""
    plain = text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"
