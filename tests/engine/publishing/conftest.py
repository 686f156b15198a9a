"""A landlord with one published version, two process owners and a clock that stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from engine import clock, publishing
from engine.calendar_table import fill_calendar
from engine.casework.audit import ADMINISTRATION, Chain
from engine.queries import Person
from engine.releases import forget, install, read_folder
from engine.scenario import add_people
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.database import Database

ROOT = Path(__file__).parents[3]
FILES = read_folder(ROOT)
NOW = dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC)

OLIVE = Person("olive", "Olive", "", ("process_owner",))
OSCAR = Person("oscar", "Oscar", "", ("process_owner",))
OTTO = Person("otto", "Otto", "", ("process_owner",))
MO = Person("mo", "Mo", "", ("manager",))

FORM = "forms/definitions/log_contact.yaml"
LETTER = "forms/letters/introduction.md"
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
        with database.writing() as session:
            fill_calendar(session)
            install(session, FILES, at=NOW, by="the installation", note="As it was installed")
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


def audited(db: Database) -> list[str]:
    """Give what the chain of administration holds, in its order: the action and who did it."""
    with db.reading() as session:
        rows = session.execute(
            select(AuditEvent.action, AuditDetail.actor)
            .join(AuditDetail, AuditDetail.event_id == AuditEvent.id)
            .where(AuditEvent.chain == ADMINISTRATION)
            .order_by(AuditEvent.number)
        )
        assert Chain(session, ADMINISTRATION).broken_at() is None
        return [f"{action} {actor}" for action, actor in rows]


def waiting(db: Database, *, path: str = FORM, words: str = "Edited") -> int:
    """Give a draft of Olive's with one file changed, handed in."""
    draft_id = publishing.start_draft(db, OLIVE, "Words")
    publishing.save_file(db, draft_id, path, edited(path, words), version=0, person=OLIVE)
    publishing.submit_draft(
        db, draft_id, "Shorter words, asked for by the desk", OLIVE, exemption="A small change."
    )
    return draft_id
