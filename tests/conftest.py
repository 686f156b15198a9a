"""What every test may ask for: a database of each kind, a browser, and a house without doors."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from cryptography.fernet import Fernet
from flask import Flask
from hypothesis import settings
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url

from engine.tables.columns import KEY_VARIABLE
from engine.tables.database import Database
from tests import postgres, rooms

if TYPE_CHECKING:
    from playwright.sync_api import Browser

if "PYTEST_XDIST_WORKER" not in os.environ:
    # One key for all processes of a run: what one of them makes, another opens.
    os.environ[KEY_VARIABLE] = Fernet.generate_key().decode()
    rooms.choose()

#: What Chromium needs to run as root and to leave the network alone.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# The same examples every time, however busy the machine is: a failure is the change's, not luck's.
settings.register_profile("house", deadline=None, derandomize=True)
settings.load_profile("house")


class _CompiledOnce(BytecodeCache):
    """Templates compiled by one application of this process, for every later one."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


# Most tests make an application of their own; compiling its templates took half of their time.
Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _CompiledOnce()}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run tests/long at full size")


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether long tests run at full size (make prove) or as a sample (make test)."""
    return bool(request.config.getoption("--full"))


@pytest.fixture(autouse=True, scope="session")
def _shut_sockets() -> Iterator[None]:
    """No test talks to the outside: a connection beyond this machine fails at once."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_here(address[0]):
            raise AssertionError(f"Expected no test to leave this machine, but one asks {address}.")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_here)
        yield


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL database in which tests may make databases."""
    named = os.environ.get("TEST_POSTGRES_URL")
    if named:
        yield named
        return
    try:
        with postgres.server() as url:
            yield url
    except FileNotFoundError as missing:
        pytest.fail(str(missing))


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "spoc.sqlite"
    database = Database(f"sqlite:///{file}")
    database.migrate()
    database.close()
    return file


@pytest.fixture(scope="session")
def _postgres_template(postgres_url: str) -> Iterator[str]:
    name = _create_database(postgres_url)
    database = Database(_named(postgres_url, name))
    database.migrate()
    database.close()
    yield name
    _ask(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_database(_sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated SQLite database of its own."""
    file = tmp_path / "spoc.sqlite"
    shutil.copyfile(_sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


@pytest.fixture
def postgres_database(postgres_url: str, _postgres_template: str) -> Iterator[Database]:
    """An empty, migrated PostgreSQL database of its own."""
    name = _create_database(postgres_url, f"TEMPLATE {_postgres_template} STRATEGY FILE_COPY")
    database = Database(_named(postgres_url, name))
    yield database
    database.close()
    _ask(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty, migrated database, first on SQLite and then on PostgreSQL."""
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """What any database is told from here on: each statement, and COMMIT; clear() starts anew."""
    told: list[str] = []

    def statement(_connection: Connection, _cursor: object, sql: str, *_rest: object) -> None:
        if not sql.startswith(("BEGIN", "PRAGMA")):
            told.append(sql)

    def commit(_connection: Connection) -> None:
        told.append("COMMIT")

    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", commit)
    yield told
    event.remove(Engine, "before_cursor_execute", statement)
    event.remove(Engine, "commit", commit)


def _create_database(postgres_url: str, options: str = "") -> str:
    name = f"spoc_{uuid.uuid4().hex}"
    _ask(postgres_url, f"CREATE DATABASE {name} {options}")
    return name


def _ask(postgres_url: str, statement: str) -> None:
    address = make_url(postgres_url).set(drivername="postgresql")
    with psycopg.connect(
        address.render_as_string(hide_password=False), autocommit=True
    ) as connection:
        connection.execute(statement.encode())


def _named(postgres_url: str, name: str) -> str:
    return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the installed Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.fail(
            "Expected Chromium for the browser tests, but found none. Run `make test` as root, "
            "or install the package chromium."
        )
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """A headless Chromium, shared by the tests; make a context of your own in it."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (slow; few tests need it)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()
