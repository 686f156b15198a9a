"""What takes long to make is made once for all processes of a test run; tests take copies."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.demo import load_demo
from engine.demo.people import add_people
from engine.publishing import prepare
from engine.tables.database import Database
from tests.written import transactions

ROOT = Path(__file__).parents[1]
#: When the shared demonstration was loaded: a Tuesday in the middle of the morning.
DEMO_LOADED_AT = dt.datetime(2026, 11, 24, 10, 30)
#: Its database, what was told while it was made, and which tables each transaction wrote, in the
#: folder of the demonstration.
DEMO, TOLD, WRITTEN = "spoc.sqlite", "told.json", "written.json"
_PUBLISHED = "published.sqlite"
_MADE = "made"


def demonstration(factory: pytest.TempPathFactory) -> Path:
    """Give the folder with the demonstration landlord as first loaded; nobody writes in it."""
    return once(factory, "demonstration", _make_demonstration)


def published(factory: pytest.TempPathFactory) -> Path:
    """Give the file of an installation with release 1 and nobody in it; tests take copies."""
    return once(factory, "published", _publish) / _PUBLISHED


def with_people(factory: pytest.TempPathFactory, name: str, since: dt.date) -> Path:
    """Give the file of a copy of it, with the people of the demonstration since that day."""
    file = factory.mktemp(name) / "prepared.sqlite"
    shutil.copyfile(published(factory), file)
    database = Database(f"sqlite:///{file}")
    add_people(database, since)
    database.close()
    return file


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Give a folder that the first process to ask has made; the others wait for it meanwhile."""
    own = factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = shared / f"once-{name}"
    with (shared / f"once-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / _MADE).exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            (folder / _MADE).touch()
    return folder


def _publish(folder: Path) -> None:
    database = Database(f"sqlite:///{folder / _PUBLISHED}")
    prepare(database, ROOT)
    database.close()


def _make_demonstration(folder: Path) -> None:
    database = Database(f"sqlite:///{folder / DEMO}")
    prepare(database, ROOT)
    told: list[tuple[int, int, str]] = []
    with transactions() as written:
        load_demo(database, ROOT, lambda *what: told.append(what), now=DEMO_LOADED_AT)
    database.close()
    (folder / TOLD).write_text(json.dumps(told))
    (folder / WRITTEN).write_text(json.dumps([sorted(tables) for tables in written]))
