"""A live installation gets new tables: a copy is kept, two may start at once, readers go on."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from engine import clock
from engine.backups import Wish, backup, restore
from engine.errors import Rejected, Unavailable
from engine.publishing import prepare
from engine.tables.casefile import CaseFile
from engine.tables.copies import KEPT_DAYS
from engine.tables.database import Collision, Database, migrate_on, revisions
from tests.engine.freezing import FROZEN, KEY, NOW, ROOT, key_of_the_frozen, take_up

PREPARES = """
import sys
from pathlib import Path
from engine.publishing import prepare
from engine.tables.database import Database
prepare(Database(sys.argv[1]), Path("."))
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The file of an installation of release 1 of the product."""
    file = tmp_path / "spoc.sqlite"
    take_up(FROZEN / "0003.sql.xz", file)
    return file


def _revision(file: Path) -> str:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        [(revision,)] = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    return str(revision)


def test_a_copy_is_kept_before_the_tables_change_and_goes_after_two_weeks(old: Path) -> None:
    database = Database(f"sqlite:///{old}")
    prepare(database, ROOT)
    copy = old.with_name(f"{old.name}.before-{revisions()[-1]}")
    assert _revision(copy) == "0003"
    assert _revision(old) == revisions()[-1]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    prepare(database, ROOT)
    assert copy.exists()
    long_ago = time.time() - (KEPT_DAYS + 1) * 24 * 60 * 60
    os.utime(copy, (long_ago, long_ago))
    prepare(database, ROOT)
    assert not copy.exists()
    database.close()


def test_the_copy_of_an_upgrade_that_was_taken_back_is_made_anew(old: Path) -> None:
    database = Database(f"sqlite:///{old}")
    before = old.read_bytes()
    prepare(database, ROOT)
    database.close()
    copy = old.with_name(f"{old.name}.before-{revisions()[-1]}")
    taken_back = time.time() - 60
    os.utime(copy, (taken_back, taken_back))
    old.write_bytes(before)
    with contextlib.closing(sqlite3.connect(old)) as connection:
        connection.execute("UPDATE customer SET name = 'Worked on since'")
        connection.commit()
    prepare(database, ROOT)
    database.close()
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM customer")}
    assert names == {"Worked on since"}


def test_nothing_is_migrated_when_no_copy_can_be_kept(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_asked: object) -> None:
        raise OSError("No space left on device")

    database = Database(f"sqlite:///{old}")
    with monkeypatch.context() as patch:
        patch.setattr("engine.tables.copies.os.replace", full)
        with pytest.raises(Rejected, match="make room in"):
            prepare(database, ROOT)
    database.close()
    assert _revision(old) == "0003"
    assert sorted(path.name for path in old.parent.glob("*.part")) == []


def test_two_processes_that_start_at_once_upgrade_once(old: Path) -> None:
    _both_start(f"sqlite:///{old}")
    assert _revision(old) == revisions()[-1]
    assert len(list(old.parent.glob("*.before-*"))) == 1
    assert list(old.parent.glob("*.part")) == []


def test_two_processes_that_start_at_once_upgrade_postgresql_once(
    old: Path, tmp_path: Path, postgres_database: Database
) -> None:
    with key_of_the_frozen(), clock.frozen(NOW):
        before = Database(f"sqlite:///{old}")
        backup(before, tmp_path / "a.backup", product="1", tell=lambda *_: None)
        before.close()
        restore(postgres_database, tmp_path / "a.backup", Wish("1", "a test"), lambda *_: None)
    postgres_database.close()
    _both_start(postgres_database.url.render_as_string(hide_password=False))
    assert postgres_database.is_current()
    with postgres_database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CaseFile)) == 18


def _both_start(url: str) -> None:
    command = [sys.executable, "-c", PREPARES, url]
    environment = {**os.environ, "SPOC_DATA_KEYS": KEY}
    both = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for process in both:
        _, said = process.communicate(timeout=180)
        assert process.returncode == 0, said


def test_who_reads_while_sqlite_is_migrated_sees_the_old_tables_and_who_writes_waits(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.tables.database.PATIENCE", 1)
    database, reader = Database(f"sqlite:///{old}"), Database(f"sqlite:///{old}")
    begun, over = threading.Event(), threading.Event()

    def migrate() -> None:
        with database.rebuilding() as connection:
            migrate_on(connection)
            begun.set()
            over.wait(30)

    thread = threading.Thread(target=migrate)
    thread.start()
    assert begun.wait(60)
    try:
        with reader.reading() as session:
            assert session.scalar(select(func.count()).select_from(CaseFile)) == 18
            assert not reader.is_current()
        with pytest.raises(Collision):
            _write(reader)
    finally:
        over.set()
        thread.join(30)
    assert reader.is_current()
    database.close()
    reader.close()


def _write(db: Database) -> None:
    with db.writing() as session:
        session.get_one(CaseFile, 1).owner = "mo"


def test_tables_of_another_version_are_said_to_be_that_and_a_fault_of_ours_is_not(
    database: Database,
) -> None:
    def look() -> None:
        with database.reading() as session:
            session.execute(text("SELECT sent_to_the_moon FROM outbox"))

    with pytest.raises(DBAPIError, match="sent_to_the_moon"):
        look()
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    with pytest.raises(Unavailable, match="The product is being upgraded"):
        look()
