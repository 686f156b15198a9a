"""A landlord of rows with three customers, and files of contacts made of lines."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest

from engine import clock, imports
from engine.tables.database import Database
from tests.engine.queries import landlord
from tests.engine.queries.landlord import Pen

HEADINGS = "Date,Time,Channel,Direction,Tenancy reference,Name,Note"
Taken = Callable[..., int]


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    with clock.frozen(landlord.NOW):
        yield


def furnish(database: Database) -> None:
    """Write a landlord with two tenants of one home, and one whose case is closed."""
    landlord.settle(database)
    with database.writing() as session:
        pen = Pen(session)
        for name, tenancy in (("Jo Carter", "204518/02"), ("Sam Carter", "204518/02")):
            pen.customer_of(pen.case(name=name)).tenancy_reference = tenancy
        closed = pen.case(name="Lee Marsh", closed_on=landlord.TODAY, stage="closed")
        pen.customer_of(closed).tenancy_reference = "300100/01"
        pen.customer_of(pen.case(name="Ola Finn")).tenancy_reference = "77-12 B"


@pytest.fixture
def house(sqlite_database: Database) -> Database:
    """That landlord on SQLite."""
    furnish(sqlite_database)
    return sqlite_database


@pytest.fixture
def both_houses(database: Database) -> Database:
    """That landlord, first on SQLite and then on PostgreSQL."""
    furnish(database)
    return database


def take(database: Database, *lines: str, headings: str = HEADINGS, by: str = "dorothy") -> int:
    """Send a file of these lines; gives the number of the import."""
    content = "\n".join((headings, *lines, "")).encode()
    return imports.take_in(database, io.BytesIO(content), "calls.csv", by=by)


def checked(database: Database, *lines: str, headings: str = HEADINGS) -> int:
    """Send a file and have every row checked."""
    import_id = take(database, *lines, headings=headings)
    imports.work(database)
    return import_id


def logged(database: Database, *lines: str, headings: str = HEADINGS) -> int:
    """Send a file, have it checked and its right rows logged."""
    import_id = checked(database, *lines, headings=headings)
    imports.begin(database, import_id, by="dorothy")
    imports.work(database)
    return import_id
