"""The landlord of rows, on SQLite for most tests and on both databases where SQL matters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import clock
from engine.tables.database import Database
from tests.engine.queries import landlord


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    with clock.frozen(landlord.NOW):
        yield


@pytest.fixture
def house(sqlite_database: Database) -> Database:
    """A landlord without cases, on SQLite."""
    landlord.settle(sqlite_database)
    return sqlite_database


@pytest.fixture
def both_houses(database: Database) -> Database:
    """A landlord without cases, first on SQLite and then on PostgreSQL."""
    landlord.settle(database)
    return database
