"""Proof of a purge: words planted in every field of a case, no byte left (R-107, R-111)."""

from __future__ import annotations

import contextlib
import re
import shutil
import sqlite3
import subprocess
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select, text

from engine.backups import Deletion, Wish, backup, restore
from engine.backups.deletions import delete_again
from engine.casework.audit import Chain
from engine.installation import read_surroundings
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import CaseFile
from engine.tables.columns import Row
from engine.tables.database import Database
from tests import planted
from tests.once import DEMO, demonstration


@pytest.fixture
def landlord(
    database: Database, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Database:
    """The demonstration, with a word of its own in every field of every case."""
    copy = tmp_path / "copy.sqlite"
    shutil.copyfile(demonstration(tmp_path_factory) / DEMO, copy)
    source = Database(f"sqlite:///{copy}")
    backup(source, tmp_path / "demo.backup", product="test", tell=_silently)
    source.close()
    copy.unlink()
    restore(
        database,
        tmp_path / "demo.backup",
        Wish(product="test", by="test", replace=True, aside=tmp_path),
        _silently,
    )
    with database.writing() as session:
        planted.plant(session)
        # What stays of a case is its reference, and how the diagrams call what was done.
        session.execute(text("update case_file set reference = 'SP-' || id"))
        session.execute(text("update work_item set name = 'A task', due_reason = ''"))
        # What the engine keeps of runs is bytes of its own: there too.
        for number, case_id in session.execute(
            text("select id, case_id from process_instance where state is not null")
        ).all():
            word = planted.word(case_id or 0, "contact.note").encode()
            session.execute(
                text("update process_instance set state = :state where id = :id"),
                {"state": word, "id": number},
            )
    for file in tmp_path.glob("*.backup"):
        file.unlink()
    return database


def _words(content: bytes) -> Counter[int]:
    """Count the planted words in bytes, by case; also those a dump writes in hexadecimal."""
    hidden = (
        bytes.fromhex(each.decode()) for each in re.findall(rb"\\x((?:[0-9a-f]{2})+)", content)
    )
    whole = b"\n".join([content, *hidden]).decode("latin-1")
    return Counter(int(case) for case, _ in planted.PLANTED.findall(whole))


def _silently(*_: object) -> None:
    """Say nothing of how far it is."""


def _bytes_of(db: Database) -> bytes:
    """Give every byte of the database: the file with what is freed in it, or a whole dump."""
    if not db.is_sqlite:
        url = db.url.render_as_string(hide_password=False).replace("+psycopg", "")
        return subprocess.run(
            ["pg_dump", "--inserts", url], check=True, capture_output=True, timeout=120
        ).stdout
    file = Path(str(db.url.database))
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    beside = sorted(file.parent.glob(f"{file.name}*"))
    return b"".join(one.read_bytes() for one in beside)


def _in_rows(db: Database) -> Counter[int]:
    with db.reading() as session:
        rows = (
            repr(tuple(row))
            for table in Row.metadata.sorted_tables
            for row in session.execute(select(table))
        )
        return _words("\n".join(rows).encode())


def _in_backup(db: Database, folder: Path) -> Counter[int]:
    file = folder / "after.backup"
    backup(db, file, product="test", tell=_silently)
    with zipfile.ZipFile(file) as archive:
        return _words(b"".join(archive.read(name) for name in archive.namelist()))


def test_after_a_purge_no_byte_of_the_case_is_left_and_its_neighbours_keep_all(
    landlord: Database, tmp_path: Path
) -> None:
    with landlord.reading() as session:
        closed = session.scalars(
            select(CaseFile).where(CaseFile.closed_on.is_not(None)).order_by(CaseFile.id)
        ).all()
        case, neighbours = closed[0], {one.id for one in closed[1:3]}
        gone = Deletion(case.id, case.reference, case.opened_on, case.closed_on or case.opened_on)
    before = _in_rows(landlord)
    content = _words(_bytes_of(landlord))
    assert before[gone.case_id] > 20
    assert content[gone.case_id] > 20
    assert all(content[one] > 10 for one in neighbours)
    with landlord.writing() as session:
        delete_again(session, read_surroundings(session), [gone], by="the system")
    after = _in_rows(landlord)
    assert after[gone.case_id] == 0
    assert {one: after[one] for one in neighbours} == {one: before[one] for one in neighbours}
    assert _words(_bytes_of(landlord))[gone.case_id] == 0
    assert _in_backup(landlord, tmp_path)[gone.case_id] == 0


def test_the_certificate_has_numbers_only_and_no_name_is_left_in_the_log(
    landlord: Database,
) -> None:
    """R-111: names left in the log after a purge."""
    with landlord.writing() as session:
        case = session.scalars(
            select(CaseFile).where(CaseFile.closed_on.is_not(None)).order_by(CaseFile.id)
        ).first()
        assert case is not None
        gone = Deletion(case.id, case.reference, case.opened_on, case.opened_on)
        delete_again(session, read_surroundings(session), [gone], by="the system")
    with landlord.reading() as session:
        details = session.execute(
            select(AuditEvent.action, AuditDetail)
            .join(AuditDetail, AuditDetail.event_id == AuditEvent.id)
            .where(AuditEvent.chain == f"case:{gone.case_id}")
        ).all()
        [(action, detail)] = details
        assert (action, detail.actor, detail.old) == ("case_deleted", "the system", None)
        assert all(isinstance(number, int) for number in detail.new["deleted"].values())
        assert set(detail.new) == {"deleted"}
        left = session.get_one(CaseFile, gone.case_id)
        assert Chain.of_case(session, left).broken_at() is None
