"""A connection that broke while it rested is replaced before anybody is given it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from engine.errors import Unavailable
from engine.tables import pinging
from engine.tables.database import Database


@pytest.fixture
def other(postgres_database: Database) -> Iterator[Database]:
    """A second pool on the same database, with which the first one's connections are ended."""
    found = Database(postgres_database.url.render_as_string(hide_password=False))
    yield found
    found.close()


def _backend(database: Database) -> int:
    with database.writing() as session:
        return int(session.scalar(text("SELECT pg_backend_pid()")) or 0)


def _end(database: Database, backend: int) -> None:
    with database.writing() as session:
        session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})


def test_one_that_rested_is_asked_and_replaced(
    postgres_database: Database, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _backend(postgres_database)
    _end(other, first)
    monkeypatch.setattr(pinging, "TRUSTED_SECONDS", 0.0)
    assert _backend(postgres_database) != first


def test_one_just_used_fails_one_unit_of_work_and_no_more(
    postgres_database: Database, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pinging, "TRUSTED_SECONDS", 60.0)
    first = _backend(postgres_database)
    assert _backend(postgres_database) == first
    _end(other, first)
    with pytest.raises(Unavailable):
        _backend(postgres_database)
    assert _backend(postgres_database) != first
