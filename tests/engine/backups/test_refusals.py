"""What speaks against a backup or a restore is said in a sentence, and nothing has changed."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from engine.backups import Wish, backup, restore, verify
from engine.errors import Rejected
from engine.tables.casefile import CaseFile
from engine.tables.columns import KEY_VARIABLE
from engine.tables.database import Database
from tests.engine.backups.conftest import Content
from tests.engine.freezing import KEY

WISH = Wish(product="2026.11.0", by="a test")
ROOT = Path(__file__).parents[3]


def _quietly(_done: int, _total: int, _what: str) -> None:
    """Nobody looks."""


def _nothing(folder: Path) -> Database:
    return Database(f"sqlite:///{folder}/none/spoc.sqlite")


def _rewritten(file: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The same archive with another manifest."""
    other = file.with_name("other.backup")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                said = json.loads(content)
                change(said)
                content = json.dumps(said).encode()
            new.writestr(name, content)
    return other


def test_a_backup_never_writes_over_a_file(landlord: Database, taken: Path) -> None:
    before = taken.read_bytes()
    with pytest.raises(Rejected, match="is there already"):
        backup(landlord, taken, product="1", tell=_quietly)
    assert taken.read_bytes() == before


@pytest.mark.parametrize(
    ("failure", "said"),
    [(errno.ENOSPC, "the disk is full"), (errno.EACCES, "Permission denied")],
)
def test_a_backup_that_cannot_be_written_leaves_nothing_behind(
    landlord: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: int, said: str
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(failure, os.strerror(failure))

    monkeypatch.setattr("engine.backups.archive.os.fsync", fail)
    (tmp_path / "to").mkdir()
    with pytest.raises(Rejected, match=said):
        backup(landlord, tmp_path / "to" / "a.backup", product="1", tell=_quietly)
    assert list((tmp_path / "to").iterdir()) == []


def test_a_folder_that_is_not_there_is_said(landlord: Database, tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="No such file or directory"):
        backup(landlord, tmp_path / "no" / "a.backup", product="1", tell=_quietly)


def test_no_backup_is_made_of_a_damaged_file(landlord: Database, tmp_path: Path) -> None:
    file = Path(str(landlord.url.database))
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("DELETE FROM customer")
        connection.commit()
    with pytest.raises(Rejected, match="references lead nowhere"):
        backup(landlord, tmp_path / "a.backup", product="1", tell=_quietly)
    landlord.close()
    torn = bytearray(file.read_bytes())
    torn[len(torn) // 3 : len(torn) // 3 + 40_000] = os.urandom(40_000)
    file.write_bytes(torn)
    with pytest.raises(Rejected, match=r"SQLite finds|is damaged|malformed"):
        backup(landlord, tmp_path / "a.backup", product="1", tell=_quietly)
    assert not (tmp_path / "a.backup").exists()


def test_nothing_is_backed_up_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(Rejected, match="but the database has none"):
        backup(_nothing(tmp_path), tmp_path / "a.backup", product="1", tell=_quietly)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_half_a_file_is_no_backup(taken: Path, tmp_path: Path, share: float) -> None:
    whole = taken.read_bytes()
    taken.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(Rejected, match="damaged, cut off"):
        restore(_nothing(tmp_path), taken, WISH, _quietly)
    assert not (tmp_path / "none").exists()


def test_a_changed_byte_is_found_before_anything_is_touched(taken: Path, tmp_path: Path) -> None:
    changed = bytearray(taken.read_bytes())
    changed[len(changed) // 2] ^= 0xFF
    taken.write_bytes(changed)
    for look in (
        lambda: verify(taken, _quietly),
        lambda: restore(_nothing(tmp_path), taken, WISH, _quietly),
    ):
        with pytest.raises(Rejected, match=r"Expected the table \w+ in .* but it is damaged"):
            look()
    assert not (tmp_path / "none").exists()


def test_a_table_that_was_written_anew_is_found(taken: Path, tmp_path: Path) -> None:
    def fewer(said: dict[str, Any]) -> None:
        said["parts"][0]["rows"] -= 1

    with pytest.raises(Rejected, match="is damaged"):
        restore(_nothing(tmp_path), _rewritten(taken, fewer), WISH, _quietly)


def test_a_backup_of_a_newer_version_is_refused_by_name(taken: Path, tmp_path: Path) -> None:
    def newer(said: dict[str, Any]) -> None:
        said.update(revision="9999", product="2031.1.0")

    with pytest.raises(Rejected, match=r"made by version 2031\.1\.0 \(tables 9999"):
        restore(_nothing(tmp_path), _rewritten(taken, newer), WISH, _quietly)
    with pytest.raises(Rejected, match="Expected a backup of format 1"):
        verify(_rewritten(taken, lambda said: said.update(format=2)), _quietly)


def test_a_missing_key_is_named_by_its_fingerprint(
    taken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [needed] = verify(taken, _quietly).keys
    monkeypatch.setenv(KEY_VARIABLE, Fernet.generate_key().decode())
    with pytest.raises(Rejected, match=f"fingerprints are missing: {needed}") as refused:
        restore(_nothing(tmp_path), taken, WISH, _quietly)
    assert KEY not in str(refused.value)
    assert not (tmp_path / "none").exists()


def test_a_key_that_opens_nothing_any_more_need_not_be_kept(
    landlord: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, f"{Fernet.generate_key().decode()},{KEY}")
    made = backup(landlord, tmp_path / "a.backup", product="1", tell=_quietly)
    assert len(made.keys) == 1
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    assert restore(_nothing(tmp_path), tmp_path / "a.backup", WISH, _quietly).unopened == 0


def test_what_holds_something_is_not_written_over(
    landlord: Database, taken: Path, content: Callable[[Database], Content]
) -> None:
    before = content(landlord)
    with pytest.raises(Rejected, match="this one holds something"):
        restore(landlord, taken, WISH, _quietly)
    assert content(landlord) == before


def test_tables_of_somebody_else_are_never_replaced(
    taken: Path, postgres_database: Database
) -> None:
    with postgres_database.writing() as session:
        session.connection().exec_driver_sql("CREATE TABLE payroll (id int)")
    with pytest.raises(Rejected, match="it holds other tables: payroll"):
        restore(postgres_database, taken, Wish("1", "a test", replace=True), _quietly)


def test_a_database_in_use_is_not_replaced(
    landlord: Database, taken: Path, empty: Database, content: Callable[[Database], Content]
) -> None:
    restore(empty, taken, WISH, _quietly)
    before = content(empty)
    other = Database(empty.url.render_as_string(hide_password=False))
    with other.reading() as session:
        assert session.scalar(select(CaseFile.id).limit(1))
    with pytest.raises(Rejected, match="Expected nobody to use the database"):
        restore(empty, taken, Wish("1", "a test", replace=True), _quietly)
    other.close()
    assert content(empty) == before
    empty.close()


def test_what_is_replaced_is_kept_and_can_be_had_back(
    landlord: Database,
    taken: Path,
    empty: Database,
    tmp_path: Path,
    content: Callable[[Database], Content],
) -> None:
    restore(empty, taken, WISH, _quietly)
    with empty.writing() as session:
        session.get_one(CaseFile, 1).owner = "mo"
    before = content(empty)
    wish = Wish("1", "a test", replace=True, aside=tmp_path / "aside")
    kept = restore(empty, taken, wish, _quietly).kept
    assert kept is not None
    assert content(empty)["case_file"] == content(landlord)["case_file"]
    if empty.is_sqlite:
        assert content(Database(f"sqlite:///{kept}")) == before
        names = {path.name for path in kept.parent.iterdir()}
        assert not [name for name in names if name.endswith((".restoring", ".part"))]
    else:
        back = _nothing(tmp_path)
        restore(back, kept, WISH, _quietly)
        assert content(back)["case_file"] == before["case_file"]
    empty.close()


def test_nobody_changes_what_is_replaced_once_it_is_being_kept(
    postgres_database: Database, taken: Path, tmp_path: Path
) -> None:
    restore(postgres_database, taken, WISH, _quietly)
    url = postgres_database.url.render_as_string(hide_password=False)
    postgres_database.close()
    latecomer = Database(url)
    refused: list[Rejected] = []

    def come_late(_done: int, _total: int, what: str) -> None:
        if what == "case_file" and not refused:
            try:
                with latecomer.writing() as session:
                    session.get_one(CaseFile, 1).owner = "late"
            except Rejected as said:
                refused.append(said)

    wish = Wish("1", "a test", replace=True, aside=tmp_path / "aside")
    restore(postgres_database, taken, wish, come_late)
    latecomer.close()
    assert len(refused) == 1, "what was acknowledged is in neither database nor backup"


def test_the_log_a_killed_process_left_is_not_written_over_what_was_restored(
    landlord: Database, taken: Path, tmp_path: Path, content: Callable[[Database], Content]
) -> None:
    file = tmp_path / "killed" / "spoc.sqlite"
    file.parent.mkdir()
    with landlord.writing() as session:
        session.get_one(CaseFile, 1).owner = "lost"
    log = Path(f"{landlord.url.database}-wal")
    assert log.stat().st_size > 0
    left = file.with_name("spoc.sqlite-wal")
    left.write_bytes(log.read_bytes())
    landlord.close()
    target = Database(f"sqlite:///{file}")
    kept = restore(target, taken, WISH, _quietly).kept
    assert content(target)["case_file"] == _of_backup(taken, tmp_path, content)["case_file"]
    assert not left.exists()
    assert kept is not None
    assert kept.name.endswith("-wal"), "nothing is thrown away"
    target.close()


def _of_backup(taken: Path, folder: Path, content: Callable[[Database], Content]) -> Content:
    fresh = Database(f"sqlite:///{folder}/fresh/spoc.sqlite")
    restore(fresh, taken, WISH, _quietly)
    found = content(fresh)
    fresh.close()
    return found


def test_a_damaged_database_can_be_replaced(
    landlord: Database, taken: Path, content: Callable[[Database], Content]
) -> None:
    before = content(landlord)["case_file"]
    landlord.close()
    file = Path(str(landlord.url.database))
    file.write_bytes(b"no database at all" * 1000)
    kept = restore(landlord, taken, Wish("1", "a test", replace=True), _quietly).kept
    assert content(landlord)["case_file"] == before
    assert kept is not None
    assert kept.read_bytes().startswith(b"no database")


def test_a_restore_that_fails_on_the_way_changes_nothing(
    landlord: Database,
    taken: Path,
    empty: Database,
    monkeypatch: pytest.MonkeyPatch,
    content: Callable[[Database], Content],
) -> None:
    restore(empty, taken, WISH, _quietly)
    before = content(empty)

    def full(*_asked: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for place in ("restoring.count_on", "restoring.broken_chains", "targets.os.replace"):
        if place == "targets.os.replace" and not empty.is_sqlite:
            continue
        wish = Wish("1", "a test", replace=True, aside=taken.parent / place)
        with monkeypatch.context() as patch:
            patch.setattr(f"engine.backups.{place}", full)
            with pytest.raises(Rejected, match="disk is full"):
                restore(empty, taken, wish, _quietly)
        assert content(empty) == before
    empty.close()


DYING = """
import os, signal, sys
from pathlib import Path
from engine.backups import Wish, restore
from engine.tables.database import Database

def tell(done, total, what):
    if what.startswith("restoring") and done * 100 >= total * int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

restore(Database(sys.argv[1]), Path(sys.argv[2]), Wish("1", "a test", replace=True), tell)
"""


@pytest.mark.parametrize("percent", [1, 60, 100])
def test_a_restore_that_is_killed_changes_nothing(
    landlord: Database, taken: Path, percent: int, content: Callable[[Database], Content]
) -> None:
    before = content(landlord)
    url = landlord.url.render_as_string(hide_password=False)
    landlord.close()
    command = [sys.executable, "-c", DYING, url, str(taken), str(percent)]
    died = subprocess.run(command, cwd=ROOT, check=False, timeout=120)
    assert died.returncode == -signal.SIGKILL
    assert content(landlord) == before
