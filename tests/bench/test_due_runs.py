"""What the figures of timers are measured on is the same while workers are at work already."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from bench.due_runs import fired, make_due
from engine import clock, commands
from engine.tables.database import Database

_AFTER = dt.datetime(2026, 6, 1, 10, 0)


def test_a_worker_that_fires_the_first_timer_at_once_takes_nothing_from_the_others(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, writing = Database(str(sqlite_database.url)), sqlite_database.writing

    @contextlib.contextmanager
    def with_a_worker_behind() -> Iterator[Session]:
        with writing() as session:
            yield session
        with clock.frozen(_AFTER):
            commands.run_due(worker)

    monkeypatch.setattr(sqlite_database, "writing", with_a_worker_behind)
    make_due(sqlite_database, 20)
    worker.close()
    assert fired(sqlite_database) == (20, 20)
