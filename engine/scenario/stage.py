"""A scenario's stage: a fresh database of its own with a release, people and a stopped clock."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from cryptography.fernet import Fernet

from engine import clock
from engine.calendar_table import fill_calendar
from engine.commands import choose_parameter_set
from engine.operations import failing
from engine.releases import forget, install
from engine.tables.columns import KEY_VARIABLE
from engine.tables.database import Database
from engine.tables.people import RoleHolder, User

#: Long before every scenario begins, so that the people and the release are simply there.
_SINCE = dt.date(2000, 1, 1)


@contextlib.contextmanager
def stages(files: Mapping[str, bytes]) -> Iterator[Stages]:
    """Prepare one migrated database with the release installed, to be copied per scenario."""
    with tempfile.TemporaryDirectory(prefix="spoc-scenario-") as folder, _keys():
        prepared = Path(folder) / "prepared.sqlite"
        db = Database(f"sqlite:///{prepared}")
        db.migrate()
        with db.writing() as session:
            fill_calendar(session)
            install(session, files, at=clock.now(), by="scenario", note="Scenarios")
        db.close()
        yield Stages(prepared)


class Stages:
    """Copies of one prepared database."""

    def __init__(self, prepared: Path) -> None:
        """Keep the file that every stage begins as."""
        self._prepared = prepared
        self._count = 0

    @contextlib.contextmanager
    def one(
        self, people: Mapping[str, list[str]], parameter_set: str, at: dt.datetime
    ) -> Iterator[Database]:
        """Give a database of its own with these people, the clock held at `at` (London)."""
        self._count += 1
        path = self._prepared.with_name(f"scenario-{self._count}.sqlite")
        shutil.copyfile(self._prepared, path)
        db = Database(f"sqlite:///{path}")
        clock.hold(at)
        try:
            add_people(db, people)
            choose_parameter_set(db, parameter_set)
            yield db
        finally:
            failing.forget_planned()
            clock.hold(None)
            db.close()
            forget()


def add_people(db: Database, people: Mapping[str, list[str]]) -> None:
    """Add each person with the roles they hold, for as long as the scenario lasts."""
    with db.writing() as session:
        for name in people:
            full_name = name.replace("_", " ").title()
            email = f"{name}@example.org"
            session.add(User(name=name, full_name=full_name, email=email, is_demo=True))
        session.flush()
        session.add_all(
            RoleHolder(role=role, user_name=name, from_on=_SINCE)
            for name, roles in people.items()
            for role in roles
        )


@contextlib.contextmanager
def _keys() -> Iterator[None]:
    """Give restricted fields a key for as long as the block runs, if they have none."""
    if os.environ.get(KEY_VARIABLE):
        yield
        return
    os.environ[KEY_VARIABLE] = Fernet.generate_key().decode()
    try:
        yield
    finally:
        del os.environ[KEY_VARIABLE]
