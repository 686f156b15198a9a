"""Who was deleted does not come back by a restore, whatever became of the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from engine import clock, commands
from engine.backups import Wish, backup, keep_deletions, read_deletions, restore
from engine.casework.deletion import ENDED_WITH
from engine.errors import Rejected
from engine.tables.audit import AuditEvent
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.process import ProcessInstance
from tests.engine.backups.conftest import Content
from tests.engine.freezing import NOW

WISH = Wish(product="2026.11.0", by="a test")
#: The case that is due for deletion on 4 December, and whose it is.
CASE, REFERENCE, NAME = 2, "SP-2026-002", "Cedric Ashdown"
LATER = NOW + dt.timedelta(days=10)


def _quietly(_done: int, _total: int, _what: str) -> None:
    """Nobody looks."""


@pytest.fixture
def older(landlord: Database, tmp_path: Path) -> Path:
    """A backup from before the case was deleted; the landlord has deleted it since."""
    file = tmp_path / "older.backup"
    backup(landlord, file, product="2026.11.0", tell=_quietly)
    with clock.frozen(NOW):
        commands.pass_time(landlord, LATER, clock.hold)
    with landlord.reading() as session:
        assert session.get_one(CaseFile, CASE).deleted_on == dt.date(2026, 12, 4)
    return file


def _is_gone(db: Database, content: Callable[[Database], Content]) -> None:
    assert NAME not in repr(content(db))
    with db.reading() as session:
        case = session.get_one(CaseFile, CASE)
        assert (case.reference, case.customer_id) == (REFERENCE, None)
        runs = session.scalars(select(ProcessInstance).where(ProcessInstance.case_id == CASE)).all()
        assert all(run.ended_at is not None for run in runs)
        assert ENDED_WITH in {run.ended_with for run in runs}
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.chain == "case:2"))
        assert "case_deleted" in set(actions)
    assert all(state.broken_at is None for state in commands.verify_chains(db))


def test_a_list_kept_apart_reaches_a_restore_elsewhere(
    landlord: Database,
    older: Path,
    empty: Database,
    tmp_path: Path,
    content: Callable[[Database], Content],
) -> None:
    assert keep_deletions(landlord, tmp_path / "deletions") == 1
    assert NAME not in (tmp_path / "deletions").read_text()
    listed = tuple(read_deletions(tmp_path / "deletions"))
    with clock.frozen(LATER):
        restored = restore(empty, older, Wish("1", "a test", deletions=listed), _quietly)
        assert restored.deleted_again == (REFERENCE,)
        _is_gone(empty, content)
    with empty.reading() as session:
        names = set(session.scalars(select(Customer.name)))
        assert len(names) == 16
    empty.close()


def test_a_restore_in_place_deletes_again_whom_the_replaced_database_had_deleted(
    landlord: Database, older: Path, content: Callable[[Database], Content]
) -> None:
    with clock.frozen(LATER):
        restored = restore(landlord, older, Wish("1", "a test", replace=True), _quietly)
        assert restored.deleted_again == (REFERENCE,)
        _is_gone(landlord, content)


def test_without_a_list_the_clock_of_the_case_deletes_it_again(
    older: Path, empty: Database, content: Callable[[Database], Content]
) -> None:
    restored = restore(empty, older, WISH, _quietly)
    assert restored.deleted_again == ()
    assert NAME in repr(content(empty))
    with clock.frozen(LATER):
        while commands.run_due(empty):
            pass
    assert NAME not in repr(content(empty))
    empty.close()


def test_a_list_only_grows_and_says_which_line_is_none(
    landlord: Database, older: Path, empty: Database, tmp_path: Path
) -> None:
    listed = tmp_path / "deletions"
    keep_deletions(landlord, listed)
    kept = listed.read_text()
    # An older state of the database knows of no deletion; the list still does.
    restore(empty, older, WISH, _quietly)
    assert keep_deletions(empty, listed) == 1
    assert listed.read_text() == kept
    listed.write_text(kept + "SP-2026-009\n")
    with pytest.raises(Rejected, match="line 2 is none"):
        read_deletions(listed)
    with pytest.raises(Rejected, match="line 2 is none"):
        keep_deletions(empty, listed)
    empty.close()


def test_the_list_of_another_installation_is_refused_and_nothing_is_restored(
    landlord: Database, older: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "deletions"
    keep_deletions(landlord, listed)
    listed.write_text(listed.read_text().replace(REFERENCE, "SP-2019-044"))
    other = Database(f"sqlite:///{tmp_path}/elsewhere/spoc.sqlite")
    wish = Wish("1", "a test", deletions=tuple(read_deletions(listed)))
    with pytest.raises(Rejected, match="to be of this installation, but its case 2 is SP-2019-044"):
        restore(other, older, wish, _quietly)
    assert list((tmp_path / "elsewhere").iterdir()) == []
