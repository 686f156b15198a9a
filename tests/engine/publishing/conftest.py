"""A landlord with one published version, two process owners and a clock that stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import clock
from engine.publishing import prepare
from engine.queries import Person
from engine.releases import forget, read_folder
from engine.scenario import add_people
from engine.tables.database import Database

ROOT = Path(__file__).parents[3]
FILES = read_folder(ROOT)
NOW = dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC)

OLIVE = Person("olive", "Olive", "", ("process_owner",))
OSCAR = Person("oscar", "Oscar", "", ("process_owner",))
OTTO = Person("otto", "Otto", "", ("process_owner",))
MO = Person("mo", "Mo", "", ("manager",))

FORM = "forms/definitions/log_contact.yaml"
LETTER = "forms/letters/review.md"
DIAGRAM = "bpmn/appeal.bpmn"


def edited(path: str, words: str = "Edited") -> bytes:
    """Give a file with its title changed, as an editor would."""
    content = FILES[path]
    line = next(line for line in content.splitlines() if line.startswith(b"title:"))
    return content.replace(line, b"title: " + words.encode(), 1)


@pytest.fixture
def house(database: Database) -> Iterator[Database]:
    """Version 1 is published, on SQLite and on PostgreSQL."""
    yield from _house(database)


@pytest.fixture
def sqlite_house(sqlite_database: Database) -> Iterator[Database]:
    """The same, on SQLite only."""
    yield from _house(sqlite_database)


def _house(database: Database) -> Iterator[Database]:
    forget()
    with clock.frozen(NOW):
        prepare(database, ROOT)
        add_people(
            database,
            {
                "olive": ["process_owner"],
                "oscar": ["process_owner"],
                "otto": ["process_owner"],
                "mo": ["manager"],
            },
        )
        yield database
    forget()
