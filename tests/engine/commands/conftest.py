"""A landlord in a database of each kind: the release of the working tree, people, a held clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import clock
from engine.calendar_table import fill_calendar
from engine.releases import forget, install, read_folder
from engine.scenario import Scenario, add_people
from engine.tables.database import Database

ROOT = Path(__file__).parents[3]
FILES = read_folder(ROOT)
PEOPLE = {
    "amina": ["team_leader"],
    "grace": ["team_leader"],
    "mo": ["manager"],
    "dorothy": ["dmo"],
    "daniel": ["dmo"],
    "ann": ["assistant_director"],
    "ben": ["assistant_director"],
    "claire": ["complaints_manager"],
    "priya": ["officer"],
    "tom": ["officer"],
    "sam": ["systems_team"],
    "sue": ["systems_team"],
    "olive": ["process_owner"],
}
#: What a Data Management Officer copies from an old register.
TAKEN_OVER = {
    "customer_name": "Jordan Carter",
    "address": "4 Elm Court, Northfield",
    "tenancy_reference": "NF-104233",
    "customer_kind": "tenant",
    "email": "jordan.carter@example.org",
    "decided_on": "2026-03-18",
    "decided_by": "ben",
    "reasons": "More than forty calls a week about a matter already answered.",
    "letter_on": "2026-03-20",
    "letter_complete": "yes",
    "owner": "amina",
    "spoc": "priya",
    "cover": "tom",
    "contact_method": "email",
    "contact_address": "priya@northfield-homes.example",
    "visiting": "No restriction",
    "response_days": 5,
    "from_on": "2026-03-23",
    "next_review_on": "2026-09-23",
}
APPEAL = {
    "decision": "agreed",
    "received_on": "2026-04-01",
    "received_by": "priya",
    "channel": "in_person",
    "grounds": "I only ring because nobody rings me back.",
}


@pytest.fixture
def landlord(database: Database) -> Iterator[Scenario]:
    """A landlord on Wed 1 Apr 2026 at ten, with nothing on file yet."""
    yield from held_landlord(database)


@pytest.fixture
def sqlite_landlord(sqlite_database: Database) -> Iterator[Scenario]:
    """The same landlord, on SQLite only."""
    yield from held_landlord(sqlite_database)


@pytest.fixture
def appeal(landlord: Scenario) -> Scenario:
    """An appeal just received against an arrangement taken over: the acknowledgement is open."""
    return received(landlord)


def received(landlord: Scenario) -> Scenario:
    landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    landlord.receive("appeal_received", by="amina", answers=APPEAL)
    return landlord


def acknowledged(appeal: Scenario) -> Scenario:
    sent = {"channel": "letter", "sent_on": "2026-04-01", "proof": "Certificate of posting 1"}
    appeal.complete("issue_letter", by="dorothy", answers=sent)
    return appeal


def held_landlord(database: Database) -> Iterator[Scenario]:
    clock.hold(dt.datetime(2026, 4, 1, 10, 0))
    forget()
    with database.writing() as session:
        fill_calendar(session)
        install(session, FILES, at=clock.now(), by="test", note="The working tree")
    add_people(database, PEOPLE)
    yield Scenario(database)
    clock.hold(None)
    forget()
