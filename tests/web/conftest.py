"""What tests of the pages may ask for: a running application, and people at their browsers."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from engine import clock
from engine.tables.database import Database
from tests.once import with_people
from tests.web.visitor import Visitor
from web import create_app
from web.settings import Settings

#: A Wednesday with no holiday near it.
NOW = dt.datetime(2026, 3, 4, 10, 0)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with release 1 and the people of the demonstration."""
    return with_people(tmp_path_factory, "web", dt.date(2026, 1, 1))


@pytest.fixture
def database_url(prepared: Path, tmp_path: Path) -> str:
    """The URL of a copy of that database, for one test."""
    file = tmp_path / "spoc.sqlite"
    shutil.copyfile(prepared, file)
    return f"sqlite:///{file}"


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The application in demo mode, its clock held on a working day."""
    settings = Settings(database_url=database_url, secret_key="only for tests", demo=True)
    with clock.frozen(NOW):
        made = create_app(settings)
        yield made
        made.extensions["database"].close()


@pytest.fixture
def app_database(app: Flask) -> Database:
    """The database of the application."""
    found: Database = app.extensions["database"]
    return found


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    """Somebody who has not signed in."""
    return Visitor(app.test_client())


@pytest.fixture
def as_(app: Flask) -> Callable[[str], Visitor]:
    """Sign in as one of the people: ``as_("amina")``."""
    return lambda name: Visitor(app.test_client()).sign_in(name)
