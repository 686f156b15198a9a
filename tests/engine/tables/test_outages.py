"""What the errors of PostgreSQL mean: most of them are about one statement, some about it all."""

from __future__ import annotations

import secrets

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from engine.errors import Unavailable
from engine.tables.database import POSTGRES_LIMITS, Database
from engine.tables.outages import is_away
from engine.tables.process import Setting


def test_a_text_too_long_for_an_index_is_no_database_that_is_away(
    postgres_database: Database,
) -> None:
    with pytest.raises(OperationalError, match="index row"), postgres_database.writing() as session:
        session.add(Setting(name=secrets.token_hex(8_000), value="x"))


def test_a_statement_that_takes_too_long_is_no_database_that_is_away(
    postgres_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(POSTGRES_LIMITS, "statement_timeout", "50ms")
    impatient = Database(postgres_database.url.render_as_string(hide_password=False))
    with pytest.raises(OperationalError, match="timeout"), impatient.writing() as session:
        session.execute(text("SELECT pg_sleep(5)"))
    impatient.close()


def test_a_connection_that_is_ended_is_a_database_that_is_away(
    postgres_database: Database,
) -> None:
    with pytest.raises(Unavailable), postgres_database.writing() as session:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


def test_a_server_that_is_not_there_is_a_database_that_is_away() -> None:
    with pytest.raises(Unavailable), Database("postgresql://127.0.0.1:1/spoc").reading() as session:
        session.execute(text("SELECT 1"))


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (psycopg.errors.DiskFull, True),
        (psycopg.errors.OutOfMemory, True),
        (psycopg.errors.TooManyConnections, True),
        (psycopg.errors.CannotConnectNow, True),
        (psycopg.errors.AdminShutdown, True),
        (psycopg.errors.IoError, True),
        (psycopg.OperationalError, True),
        (psycopg.errors.QueryCanceled, False),
        (psycopg.errors.ProgramLimitExceeded, False),
        (psycopg.errors.ObjectInUse, False),
    ],
)
def test_who_asks_next_gets_the_same_only_when_it_is_away(
    error: type[psycopg.Error], away: bool
) -> None:
    failed = DBAPIError.instance("SELECT 1", {}, error("said"), psycopg.Error)
    assert isinstance(failed, OperationalError)
    assert is_away(failed) is away
