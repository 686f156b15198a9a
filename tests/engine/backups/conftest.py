"""A landlord with cases at work, frozen by an older version, as every kind of database."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, select

from engine import clock
from engine.backups import backup
from engine.backups.rows import tables_of
from engine.releases import forget
from engine.tables.database import Database
from tests.engine.freezing import FROZEN, NOW, key_of_the_frozen, take_up

#: Every row of every table by table, as plain tuples.
Content = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(autouse=True)
def _at_work() -> Iterator[None]:
    with key_of_the_frozen(), clock.frozen(NOW):
        forget()
        yield
        forget()


@pytest.fixture(scope="session")
def _landlord(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("landlord") / "spoc.sqlite"
    take_up(FROZEN / "0003.sql.xz", file)
    database = Database(f"sqlite:///{file}")
    database.migrate()
    database.close()
    return file


@pytest.fixture
def landlord(_landlord: Path, tmp_path: Path) -> Iterator[Database]:
    """The landlord on SQLite, at the present revision."""
    file = tmp_path / "landlord" / "spoc.sqlite"
    file.parent.mkdir()
    shutil.copyfile(_landlord, file)
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


@pytest.fixture(scope="session")
def _taken(_landlord: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("taken") / "taken.backup"
    database = Database(f"sqlite:///{_landlord}")
    with key_of_the_frozen():
        backup(database, file, product="2026.11.0", tell=lambda *_: None)
    database.close()
    return file


@pytest.fixture
def taken(_taken: Path, tmp_path: Path) -> Path:
    """A backup of the landlord."""
    return Path(shutil.copyfile(_taken, tmp_path / "taken.backup"))


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """Where a backup is restored: no file yet, or a PostgreSQL database without a row."""
    if request.param == "sqlite":
        return Database(f"sqlite:///{tmp_path}/elsewhere/spoc.sqlite")
    found: Database = request.getfixturevalue("postgres_database")
    return found


@pytest.fixture
def content() -> Callable[[Database], Content]:
    """Read everything a database holds, value by value."""

    def read(db: Database) -> Content:
        with db.snapshot() as connection:
            kept = [table.name for table in tables_of(connection)]
            known = MetaData()
            known.reflect(connection, only=kept)
            return {
                name: sorted(
                    (tuple(map(_plain, row)) for row in connection.execute(select(table))), key=repr
                )
                for name, table in known.tables.items()
            }

    return read


def _plain(value: Any) -> Any:
    if isinstance(value, memoryview):
        return bytes(value)
    utc = getattr(value, "tzinfo", None)
    return value.replace(tzinfo=None) if utc is not None else value
