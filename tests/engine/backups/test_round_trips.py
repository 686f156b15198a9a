"""A backup restored is the same installation, from either database into either, and it goes on."""

from __future__ import annotations

import datetime as dt
import json
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, select

from engine import clock, commands
from engine.backups import Wish, backup, restore, verify
from engine.tables import Row, job_schema
from engine.tables.audit import AuditEvent
from engine.tables.casefile import CaseFile
from engine.tables.columns import KEY_VARIABLE
from engine.tables.database import Database
from engine.tables.process import ElementHistory, ProcessInstance
from tests.engine.backups.conftest import Content
from tests.engine.freezing import NOW

WISH = Wish(product="2026.11.0", by="a test")


def _quietly(_done: int, _total: int, _what: str) -> None:
    """Nobody looks."""


def test_what_is_restored_is_what_was_there_value_by_value(
    landlord: Database, empty: Database, tmp_path: Path, content: Callable[[Database], Content]
) -> None:
    before = content(landlord)
    made = backup(landlord, tmp_path / "a.backup", product="2026.11.0", tell=_quietly)
    assert {part.table: part.rows for part in made.parts} == {
        name: len(rows) for name, rows in before.items()
    }
    restored = restore(empty, tmp_path / "a.backup", WISH, _quietly)
    after = content(empty)
    # A restore is an event of the administration; nothing else is new.
    [event] = [row for row in after["audit_event"] if row not in before["audit_event"]]
    [detail] = [row for row in after["audit_detail"] if row not in before["audit_detail"]]
    assert "restored_from_backup" in event
    after["audit_event"].remove(event)
    after["audit_detail"].remove(detail)
    assert after == before
    assert restored.broken_chains == ()
    assert (restored.cases, restored.deleted_again, restored.kept) == (18, (), None)
    # And back again: what PostgreSQL has read is written as SQLite had it.
    back = Database(f"sqlite:///{tmp_path}/back/spoc.sqlite")
    backup(empty, tmp_path / "b.backup", product="2026.11.0", tell=_quietly)
    restore(back, tmp_path / "b.backup", WISH, _quietly)
    twice = content(back)
    assert {name: rows for name, rows in twice.items() if not name.startswith("audit_")} == {
        name: rows for name, rows in before.items() if not name.startswith("audit_")
    }
    back.close()
    empty.close()


def test_the_restored_tables_are_those_of_the_code_and_new_rows_get_new_ids(
    empty: Database, taken: Path
) -> None:
    restore(empty, taken, WISH, _quietly)
    with empty.reading() as session:
        context = MigrationContext.configure(
            session.connection(), opts={"include_name": job_schema.is_ours}
        )
        assert compare_metadata(context, Row.metadata) == []
        known = set(session.scalars(select(CaseFile.id)))
    outcome = commands.start(empty, "spoc_case", by="amina")
    assert outcome.case_id not in known
    empty.close()


def test_clocks_go_on_where_it_is_restored(
    landlord: Database, empty: Database, taken: Path
) -> None:
    restored = restore(empty, taken, WISH, _quietly)
    assert restored.oldest_due is not None
    month = NOW + dt.timedelta(days=30)

    def passed(db: Database) -> dict[str, int]:
        with clock.frozen(NOW):
            commands.pass_time(db, month, clock.hold)
        with db.reading() as session:
            element = ElementHistory.element_id
            rows = session.execute(select(element, func.count()).group_by(element)).all()
            assert not session.scalar(
                select(func.count()).where(ProcessInstance.next_due_at <= clock.at_local(month))
            )
        return dict(rows)

    assert passed(empty) == passed(landlord)
    assert all(state.broken_at is None for state in commands.verify_chains(empty))
    empty.close()


def test_a_backup_is_one_file_for_its_owner_that_holds_no_key_and_no_restricted_text(
    landlord: Database, tmp_path: Path
) -> None:
    file = tmp_path / "a.backup"
    made = backup(landlord, file, product="2026.11.0", tell=_quietly)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.backup"]
    with zipfile.ZipFile(file) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        said = json.loads(archive.read("manifest.json"))
    assert os.environ[KEY_VARIABLE].encode() not in everything
    assert list(said["keys"]) == list(made.keys)
    assert sum(made.keys.values()) > 0
    assert verify(file, _quietly) == made


def test_a_restore_is_kept_in_the_audit_with_who_did_it(empty: Database, taken: Path) -> None:
    restore(empty, taken, WISH, _quietly)
    with empty.reading() as session:
        last = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (last.chain, last.action) == ("administration", "restored_from_backup")
    empty.close()


def test_progress_is_told_up_to_the_last_row(landlord: Database, tmp_path: Path) -> None:
    heard: list[tuple[int, int]] = []
    made = backup(
        landlord, tmp_path / "a.backup", product="1", tell=lambda d, t, _w: heard.append((d, t))
    )
    assert heard[-1] == (made.rows, made.rows)
    assert heard == sorted(heard)
