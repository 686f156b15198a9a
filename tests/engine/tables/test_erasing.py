"""What was deleted is in no file beside the database either, while the server goes on (R-107)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import delete

from engine.tables import copies
from engine.tables.database import Database
from engine.tables.erasing import erase, settle
from engine.tables.process import Setting
from engine.worker import periodics

WORD = "Zqp0042q, a word that must go"


def files_of(db: Database) -> bytes:
    file = Path(str(db.url.database))
    return b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))


def keep_a_word(db: Database) -> None:
    with db.writing() as session:
        session.add(Setting(name="word", value=WORD))
    assert WORD.encode() in files_of(db)


def forget_it(db: Database, *, erased: bool) -> None:
    with db.writing() as session:
        session.execute(delete(Setting).where(Setting.name == "word"))
        if erased:
            erase(session)


def test_a_deletion_leaves_the_log_at_once_and_another_when_the_worker_comes(
    sqlite_database: Database,
) -> None:
    keep_a_word(sqlite_database)
    forget_it(sqlite_database, erased=True)
    assert WORD.encode() not in files_of(sqlite_database)
    keep_a_word(sqlite_database)
    forget_it(sqlite_database, erased=False)
    assert WORD.encode() in files_of(sqlite_database)
    assert copies.tidy in [one.run for one in periodics()]
    copies.tidy(sqlite_database)
    assert WORD.encode() not in files_of(sqlite_database)


def test_somebody_who_still_reads_keeps_nobody_from_working(sqlite_database: Database) -> None:
    keep_a_word(sqlite_database)
    with sqlite_database.reading() as session:
        assert session.get_one(Setting, "word").value == WORD
        forget_it(sqlite_database, erased=True)
        assert not settle(sqlite_database.url)
        with sqlite_database.writing() as other:
            other.add(Setting(name="other", value="is kept"))
    assert settle(sqlite_database.url)
    assert WORD.encode() not in files_of(sqlite_database)


def test_the_worker_deletes_copies_of_upgrades_that_were_kept_long_enough(
    sqlite_database: Database,
) -> None:
    """A server that runs for months keeps nobody who was deleted meanwhile."""
    file = Path(str(sqlite_database.url.database))
    old, newer = (file.with_name(f"{file.name}.before-{name}") for name in ("0001", "0002"))
    for one in (old, newer):
        one.write_text(WORD)
    aged = old.stat().st_mtime - (copies.KEPT_DAYS + 1) * 86_400
    os.utime(old, (aged, aged))
    copies.tidy(sqlite_database)
    assert (old.exists(), newer.exists()) == (False, True)


@pytest.mark.parametrize("call", [copies.tidy, lambda db: settle(db.url)])
def test_postgresql_is_left_to_its_own_keeping(postgres_database: Database, call: object) -> None:
    assert callable(call)
    assert call(postgres_database) in {None, True}
