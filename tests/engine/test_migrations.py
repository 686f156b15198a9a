"""The migrations lead to exactly the tables that the code knows, on both databases."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from engine.tables import Row, job_schema
from engine.tables.database import Database

VERSIONS = Path("engine/migrations/versions")


def test_the_migrated_tables_are_the_tables_of_the_code(database: Database) -> None:
    with database.reading() as session:
        context = MigrationContext.configure(
            session.connection(), opts={"include_name": job_schema.is_ours}
        )
        assert compare_metadata(context, Row.metadata) == []


def test_a_migrated_database_is_current_and_may_be_migrated_again(database: Database) -> None:
    assert database.is_current()
    database.migrate()
    assert database.is_current()


def test_a_new_file_is_not_current_until_it_is_migrated(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/var/spoc.sqlite")
    (tmp_path / "var").mkdir()
    assert not database.is_current()
    database.migrate()
    assert database.is_current()
    database.close()


def test_the_tables_of_jobs_are_made_once_and_a_later_package_runs_only_what_it_adds(
    postgres_database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "03.00.00_01_pre_run_long_ago.sql").write_text("SELECT 1/0")
    (tmp_path / "99.00.00_01_pre_add.sql").write_text("CREATE TABLE procrastinate_more (id int)")
    monkeypatch.setattr(
        "procrastinate.schema.SchemaManager.get_migrations_path", lambda: str(tmp_path)
    )
    assert not postgres_database.is_current()
    postgres_database.migrate()
    postgres_database.migrate()
    assert postgres_database.is_current()
    with postgres_database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM procrastinate_more")) == 0


def test_a_migration_that_finds_a_reference_to_nothing_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "spoc.sqlite"
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE child (of_id INTEGER REFERENCES parent (id))")
        connection.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        connection.execute("INSERT INTO child VALUES (7)")
        connection.commit()
        with pytest.raises(RuntimeError, match="but 1 do not, in child"):
            Database(f"sqlite:///{file}").migrate()
        assert _tables(connection) == {"child", "parent"}


def _tables(connection: sqlite3.Connection) -> set[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {name for (name,) in rows}


def test_each_migration_says_when_it_runs_and_its_number_is_its_place() -> None:
    names = sorted(path.stem for path in VERSIONS.glob("*.py"))
    for place, name in enumerate(names, start=1):
        number, when, _what = name.split("_", maxsplit=2)
        assert int(number) == place
        assert when in {"pre", "post"}
