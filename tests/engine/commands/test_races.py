"""Several people and machines at once, and a machine that dies: each step happens once or not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine import clock, commands
from engine.errors import Rejected
from engine.scenario import Scenario
from engine.tables.casefile import Submission
from engine.tables.columns import KEY_VARIABLE
from engine.tables.database import Database
from engine.tables.process import ElementHistory, WorkItem
from tests.engine.commands.conftest import ROOT, TAKEN_OVER, acknowledged, received

FLAG = {
    "shows": ["route", "cover", "emergency", "outbound"],
    "done_on": "2026-04-01",
    "reference": "Note 1",
}


def _at_once(*works: Callable[[], object]) -> list[BaseException]:
    """Do everything at the same time, each on a thread of its own; gives what was raised."""
    failed: list[BaseException] = []
    ready = threading.Barrier(len(works))
    now = clock.now()

    def run(work: Callable[[], object]) -> None:
        clock.hold(now)
        ready.wait()
        try:
            work()
        except Rejected as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def test_two_people_with_parallel_tasks_of_one_run_both_win(landlord: Scenario) -> None:
    landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    with landlord.db.reading() as session:
        flags = session.scalars(
            select(WorkItem.id).where(WorkItem.element_id == "confirm_flag").order_by(WorkItem.id)
        ).all()
    failed = _at_once(
        lambda: commands.complete(landlord.db, flags[0], FLAG, by="sam"),
        lambda: commands.complete(landlord.db, flags[1], FLAG, by="sue"),
    )
    assert failed == []
    landlord.expect_flag({"JADU CRM": "set", "Open Housing": "set"})
    landlord.expect_ended("flags_are_set")


def test_of_five_who_complete_one_task_at_once_one_wins(landlord: Scenario) -> None:
    acknowledged(received(landlord))
    with landlord.db.reading() as session:
        item = session.scalars(
            select(WorkItem.id).where(WorkItem.element_id == "allocate_director")
        ).one()
    failed = _at_once(
        *[
            lambda: commands.complete(landlord.db, item, {"director": "ann"}, by="dorothy")
            for _ in range(5)
        ]
    )
    assert len(failed) == 4
    assert completions(landlord.db) == 1


def test_a_message_offered_five_times_at_once_is_taken_once(landlord: Scenario) -> None:
    received(landlord)
    landlord.receive("appeal_withdrawn", by="dorothy", answers=_withdrawn())
    _at_once(*[lambda: commands.deliver_messages(landlord.db) for _ in range(5)])
    landlord.expect_history([{"record_withdrawal": 1}])


#: Completes one task and dies before the n-th statement; 0 lets it live.
_DYING = """
    import os, signal, sys
    from sqlalchemy import Engine, event
    from engine import clock, commands
    from engine.tables.database import Database
    url, item, at, moment = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    import datetime as dt
    clock.hold(dt.datetime.fromisoformat(moment))
    database, told = Database(url), []
    def before(connection, cursor, sql, *rest):
        told.append(sql)
        if len(told) == at:
            os.kill(os.getpid(), signal.SIGKILL)
    def committing(connection):
        before(connection, None, "COMMIT")
    event.listen(Engine, "before_cursor_execute", before)
    event.listen(Engine, "commit", committing)
    commands.complete(database, item, {"director": "ann"}, by="dorothy")
    print(len(told))
"""


@pytest.mark.parametrize("dies_at", [2, 5, 8, 11, 14])
def test_a_machine_that_dies_while_completing_leaves_the_task_open_or_done_once(
    sqlite_landlord: Scenario, dies_at: int, tmp_path: Path
) -> None:
    item = draft_of_allocation(sqlite_landlord)
    died = complete_and_die(sqlite_landlord.db, item, dies_at, tmp_path)
    assert died.returncode == -signal.SIGKILL
    with sqlite_landlord.db.reading() as session:
        work_item = session.get_one(WorkItem, item)
        draft, done = work_item.draft, work_item.completed_at
    assert (done is None and draft == {"director": "ben"}) or completions(sqlite_landlord.db) == 1
    if done is None:
        commands.complete(sqlite_landlord.db, item, {"director": "ann"}, by="dorothy")
    assert completions(sqlite_landlord.db) == 1
    sqlite_landlord.expect_open("decide_appeal")


def test_the_same_work_without_a_death_is_done_and_takes_more_statements_than_those_deaths(
    sqlite_landlord: Scenario, tmp_path: Path
) -> None:
    item = draft_of_allocation(sqlite_landlord)
    lived = complete_and_die(sqlite_landlord.db, item, 0, tmp_path)
    assert lived.returncode == 0, lived.stderr
    assert int(lived.stdout) >= 14
    assert completions(sqlite_landlord.db) == 1


def draft_of_allocation(landlord: Scenario) -> int:
    acknowledged(received(landlord))
    with landlord.db.reading() as session:
        item = session.scalars(
            select(WorkItem.id).where(WorkItem.element_id == "allocate_director")
        ).one()
    commands.save_draft(landlord.db, item, {"director": "ben"}, by="dorothy")
    return item


def complete_and_die(
    database: Database, item: int, dies_at: int, folder: Path
) -> subprocess.CompletedProcess[str]:
    script = folder / "dying.py"
    script.write_text(textwrap.dedent(_DYING))
    url = database.url.render_as_string(hide_password=False)
    moment = clock.now().isoformat()
    return subprocess.run(
        [sys.executable, str(script), url, str(item), str(dies_at), moment],
        env={**os.environ, "PYTHONPATH": str(ROOT), KEY_VARIABLE: os.environ[KEY_VARIABLE]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def completions(database: Database) -> int:
    """Count how often the task was done: by its history and by its answers, which must agree."""
    with database.reading() as session:
        left = session.scalar(
            select(func.count()).where(
                ElementHistory.element_id == "allocate_director", ElementHistory.what == "left"
            )
        )
        kept = session.scalar(select(func.count()).where(Submission.form == "allocate_director"))
    assert left == kept
    return left or 0


def _withdrawn() -> dict[str, str]:
    return {"withdrawn_on": "2026-04-01", "channel": "telephone", "words": "Leave it."}
