"""A machine may die before any statement of a completion; at full size, before every one."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

from engine.scenario import Scenario
from engine.tables.database import Database
from engine.tables.process import WorkItem
from tests.engine.commands.conftest import sqlite_landlord
from tests.engine.commands.test_races import (
    complete_and_die,
    completions,
    draft_of_allocation,
)

__all__ = ["sqlite_landlord"]

#: The statement before which the small run dies.
SAMPLE = (9,)


def test_each_death_leaves_the_task_open_with_its_draft_or_done_once(
    sqlite_landlord: Scenario, full: bool, tmp_path: Path
) -> None:
    item = draft_of_allocation(sqlite_landlord)
    before = Path(str(sqlite_landlord.db.url.database))
    sqlite_landlord.db.close()
    lived = complete_and_die(_copied(before, tmp_path / "lived.sqlite"), item, 0, tmp_path)
    statements = int(lived.stdout)
    for dies_at in range(1, statements + 1) if full else SAMPLE:
        database = _copied(before, tmp_path / f"died_{dies_at}.sqlite")
        died = complete_and_die(database, item, dies_at, tmp_path)
        assert died.returncode == -signal.SIGKILL, (dies_at, died.stderr)
        with database.reading() as session:
            work_item = session.get_one(WorkItem, item)
            is_open = work_item.completed_at is None
            kept = work_item.draft
        assert completions(database) == (0 if is_open else 1), dies_at
        assert not is_open or kept == {"director": "ben"}, dies_at
        database.close()


def _copied(before: Path, to: Path) -> Database:
    """Give a copy of the database as it was left, with what its journal holds."""
    for ending in ("", "-wal"):
        source = Path(f"{before}{ending}")
        if source.exists():
            shutil.copyfile(source, f"{to}{ending}")
    return Database(f"sqlite:///{to}")
