"""A landlord in rows with one full case, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import clock
from engine.tables.database import Database
from tests.engine.queries import landlord


@pytest.fixture
def house(database: Database) -> Iterator[Database]:
    """A landlord with one case and a record of evidence in it, both of number 1."""
    with clock.frozen(landlord.NOW):
        landlord.settle(database)
        with database.writing() as session:
            landlord.full_case(landlord.Pen(session))
        yield database
