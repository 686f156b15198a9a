"""The embedded worker: ticks at once, survives failures, and is alone on a SQLite file."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from sqlalchemy import select

from bench.due_runs import fired, make_due
from engine import clock
from engine.errors import Rejected
from engine.schedule import claim_due
from engine.tables.database import Database
from engine.tables.process import WorkerSeen
from engine.worker import Worker, embedded, periodics, watch
from engine.worker.periodic import Periodic


def test_a_worker_runs_what_is_due_as_soon_as_it_starts(database: Database) -> None:
    make_due(database, 3)
    worker = Worker(database)
    worker.start()
    _wait(lambda: fired(database) == (3, 3))
    _wait(lambda: len(watch(database).workers) == 1)
    worker.stop()
    with database.reading() as session:
        assert session.scalars(select(WorkerSeen)).all() == []


def test_what_a_dead_worker_had_claimed_on_a_sqlite_file_runs_as_soon_as_the_next_one_starts(
    sqlite_database: Database,
) -> None:
    make_due(sqlite_database, 3)
    with sqlite_database.writing() as session:
        assert len(claim_due(session, clock.now(), 3)) == 3
    worker = Worker(sqlite_database)
    worker.start()
    _wait(lambda: fired(sqlite_database) == (3, 3))
    worker.stop()


def test_a_failure_of_one_thing_stops_none_of_the_others(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_due(database, 1)

    def fail(_db: Database) -> None:
        raise ZeroDivisionError

    both = (Periodic("broken things", "tick", 5, fail), *periodics())
    monkeypatch.setattr(embedded, "periodics", lambda _senders: both)
    Worker(database).tick()
    assert fired(database) == (1, 1)
    assert "Broken things failed" in caplog.text


def test_a_second_process_on_a_sqlite_file_is_refused(sqlite_database: Database) -> None:
    hold = (
        "import sys, time; from engine.tables.database import Database; "
        "from engine.worker import Worker; Worker(Database(sys.argv[1])).start(); "
        "print('held', flush=True); time.sleep(60)"
    )
    url = str(sqlite_database.url)
    with subprocess.Popen(
        [sys.executable, "-c", hold, url], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Rejected, match=f"process {other.pid} does"):
            Worker(sqlite_database).start()
        other.kill()
    worker = Worker(sqlite_database)
    worker.start()
    worker.stop()


def test_two_processes_share_a_postgresql_database(postgres_database: Database) -> None:
    make_due(postgres_database, 6)
    workers = [Worker(postgres_database) for _ in range(2)]
    for worker in workers:
        worker.start()
    _wait(lambda: fired(postgres_database) == (6, 6))
    for worker in workers:
        worker.stop()


def test_of_processes_that_sweep_at_once_one_does(postgres_database: Database) -> None:
    swept: list[str] = []
    sweep = Periodic("sweeping", "sweep", 600, lambda _db: swept.append("swept"))
    other = Database(postgres_database.url.render_as_string(hide_password=False))
    slow = Periodic("slow", "sweep", 600, lambda _db: sweep.try_on(other))
    slow.try_on(postgres_database)
    assert swept == []
    sweep.try_on(other)
    assert swept == ["swept"]
    other.close()


def _wait(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.05)
