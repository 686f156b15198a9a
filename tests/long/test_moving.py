"""Thousands of running cases moved to a version with another deadline and a step more, and back.

At full size (``make prove``) the seconds that a thousand runs take are printed.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from engine import batches, clock, spiff
from engine.casework.context import THE_SYSTEM
from engine.commands import run_due, verify_chains
from engine.commands.unit import Unit
from engine.demo import load_demo, multiply
from engine.installation import read_surroundings
from engine.publishing import prepare
from engine.releases import forget
from engine.tables.database import Database
from engine.tables.process import ElementInstance, Incident, ProcessInstance, Subscription, WorkItem
from tests.engine.batches.moves import OLIVE, policy_with, preview, publish, worked
from tests.engine.commands.conftest import FILES
from tests.engine.spiff import variants
from web.settings import ROOT

NOW = dt.datetime(2026, 11, 24, 10, 30)
MANY, SAMPLE = 5_000, 150
#: How many open tasks have a draft, and how many runs go on before the move is taken back.
DRAFTS, GO_ON = 60, 20
ARRANGEMENT = "bpmn/arrangement.bpmn"
_TABLES: tuple[Any, ...] = (WorkItem, Subscription, ElementInstance)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Take SQLite alone for the sample, at full size PostgreSQL too."""
    names = ["sqlite_database", "postgres_database"]
    if "house" in metafunc.fixturenames:
        full = metafunc.config.getoption("--full")
        metafunc.parametrize("house", names if full else names[:1], indirect=True)


@dataclass
class House:
    """A landlord with so many runs that go on, and a second version."""

    db: Database
    runs: int
    number: int


@pytest.fixture
def house(request: pytest.FixtureRequest, full: bool) -> Iterator[House]:
    """The demonstration, multiplied until enough runs go on; some open tasks have drafts."""
    db: Database = request.getfixturevalue(request.param)
    forget()
    with clock.frozen(NOW):
        prepare(db, ROOT)
        load_demo(db, ROOT, lambda *_: None, now=NOW)
        clock.hold(NOW)
        wanted = MANY if full else SAMPLE
        while (runs := _running(db)) < wanted:
            multiply(db, max(1, (wanted - runs) // 3), lambda *_: None)
        _write_drafts(db)
        yield House(db, runs, publish(db, _changed()))
    forget()


def _changed() -> dict[str, bytes]:
    """Give a step more at the end of an arrangement, other dates in it, and another figure."""
    drawn = variants.inserted(FILES[ARRANGEMENT], "flags_were_removed", form="decide_request")
    later = drawn.replace(b"on(case.review_opens_on)", b"after(case.review_opens_on)")
    assert later != drawn
    return {ARRANGEMENT: later, **policy_with("appeal.sla", "5", "4")}


def _running(db: Database) -> int:
    with db.reading() as session:
        counted = select(func.count()).where(ProcessInstance.ended_at.is_(None))
        return session.scalar(counted) or 0


def _write_drafts(db: Database) -> None:
    with db.writing() as session:
        open_ = WorkItem.completed_at.is_(None) & WorkItem.cancelled_at.is_(None)
        for item in session.scalars(select(WorkItem).where(open_).limit(DRAFTS)):
            item.draft, item.draft_saved_at = {"reasons": f"Typed for {item.id}"}, clock.now()


def test_thousands_are_previewed_stopped_resumed_none_wrong_and_moved_back(
    house: House, full: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    db, before, stuck = house.db, _all(house.db), _open_incidents(house.db)
    began = time.perf_counter()
    batch_id = preview(db, house.number)
    looked = time.perf_counter() - began
    brief = batches.batch(db, batch_id, OLIVE)
    assert (brief.brief.total, brief.by_outcome) == (house.runs, {"changes": house.runs})
    assert _all(db) == before

    began = time.perf_counter()
    _moved(db, batch_id, house.runs)
    took = time.perf_counter() - began
    after = _all(db)
    for instance_id, rows in before.items():
        assert _lasting(after[instance_id]) == _lasting(rows), instance_id
    _each_loads(db, house.number)

    went_on = _let_some_go_on(db)
    began = time.perf_counter()
    back = preview(db, batch_id, kind="move_back")
    batches.begin(db, back, OLIVE, "It was too early")
    worked(db, back, "ended")
    returned = time.perf_counter() - began
    again = _all(db)
    assert {i: again[i] for i in before if i not in went_on} == {
        i: before[i] for i in before if i not in went_on
    }
    _each_loads(db, 1)
    assert _open_incidents(db) == stuck
    assert {one.broken_at for one in verify_chains(db)} == {None}
    if full:
        with capsys.disabled():
            _tell(house, looked, took, returned)


def _moved(db: Database, batch_id: int, runs: int) -> None:
    """Move them all, with a stop in the middle."""
    batches.begin(db, batch_id, OLIVE, "Appeals are answered sooner")
    _stop_halfway(db, batch_id, runs)
    batches.resume(db, batch_id, OLIVE)
    worked(db, batch_id, "ended")
    assert batches.batch(db, batch_id, OLIVE).brief.by_status == {"done": runs}


def _tell(house: House, *seconds: float) -> None:
    looked, moved, returned = (each / house.runs * 1_000 for each in seconds)
    print(
        f"\n{house.runs} runs, {house.db.url.get_backend_name()}, seconds a thousand: looked at "
        f"{looked:.1f}, moved {moved:.1f}, looked at and moved back {returned:.1f}"
    )


def _stop_halfway(db: Database, batch_id: int, runs: int) -> None:
    while _done(db, batch_id) < runs // 2:
        batches.work(db, 0.2)
    batches.stop(db, batch_id, OLIVE)
    done = _done(db, batch_id)
    assert runs // 2 <= done < runs
    assert batches.work(db) == 0
    assert _done(db, batch_id) == done


def _open_incidents(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).where(Incident.resolved_at.is_(None))) or 0


def _done(db: Database, batch_id: int) -> int:
    return batches.batch(db, batch_id, OLIVE).brief.by_status.get("done", 0)


def _all(db: Database) -> dict[int, dict[str, Any]]:
    """Give, for each run that goes on, its state and its rows, its version left out."""
    with db.reading() as session:
        going_on = ProcessInstance.ended_at.is_(None)
        runs = session.scalars(
            select(ProcessInstance).where(going_on).options(undefer(ProcessInstance.state))
        )
        found: dict[int, dict[str, Any]] = {
            run.id: {"state": run.state, "release": run.release_id, "due": run.next_due_at}
            for run in runs
        }
        for table in _TABLES:
            names = [column.key for column in table.__table__.columns]
            wanted = [undefer(WorkItem.draft)] if table is WorkItem else []
            for row in session.scalars(select(table).options(*wanted).order_by(table.id)):
                if row.instance_id in found:
                    rows = found[row.instance_id].setdefault(table.__tablename__, {})
                    rows[row.id] = {name: getattr(row, name) for name in names}
            session.expunge_all()
    return found


def _lasting(run: dict[str, Any]) -> dict[str, Any]:
    """Give what no move changes: dates, drafts, who has a task, where it is and since when."""
    kept = {
        "work_item": ("due_on", "due_reason", "draft", "draft_saved_at", "assignee", "role",
                      "task_id", "element_id", "opened_at", "completed_at", "cancelled_at"),
        "element_instance": ("task_id", "element_id", "path", "entered_at", "fires_at", "due_on",
                             "work_item_id"),
        "subscription": ("name", "key", "task_id", "element_id"),
    }  # fmt: skip
    found: dict[str, Any] = {"due": run["due"]}
    for table, names in kept.items():
        rows = run.get(table, {})
        found[table] = {row_id: {name: row[name] for name in names} for row_id, row in rows.items()}
    return found


def _each_loads(db: Database, number: int) -> None:
    """Load each run on the version it should be on, and hold it against its rows."""
    with db.reading() as session:
        around = read_surroundings(session)
        ids = session.scalars(select(ProcessInstance.id).where(ProcessInstance.ended_at.is_(None)))
        for instance_id in ids.all():
            instance = session.get_one(ProcessInstance, instance_id)
            assert instance.release_id == number, instance_id
            run = Unit.look(session, around, instance, THE_SYSTEM).run
            assert run.next_due_at == instance.next_due_at
            assert _waiting(run) == _open(session, instance_id)
            session.expunge_all()


def _waiting(run: spiff.Run) -> tuple[set[str], set[str]]:
    tasks = {task.task_id for task in run.waiting_tasks}
    return tasks, {place.task_id for place in run.places}


def _open(session: Any, instance_id: int) -> tuple[set[str], set[str]]:
    items = select(WorkItem.task_id).where(
        WorkItem.instance_id == instance_id,
        WorkItem.completed_at.is_(None),
        WorkItem.cancelled_at.is_(None),
    )
    places = select(ElementInstance.task_id).where(ElementInstance.instance_id == instance_id)
    return set(session.scalars(items)), set(session.scalars(places))


def _let_some_go_on(db: Database) -> set[int]:
    """Let the next dates come; gives every run that is not as the move left it."""
    with db.reading() as session:
        due = session.scalars(
            select(ProcessInstance.next_due_at)
            .where(ProcessInstance.next_due_at.is_not(None))
            .order_by(ProcessInstance.next_due_at)
            .limit(GO_ON)
        ).all()
        versions = dict(session.execute(select(ProcessInstance.id, ProcessInstance.version)).all())
    clock.hold(due[-1])
    moved = 0
    while ran := run_due(db):
        moved += ran
    assert moved >= GO_ON
    with db.reading() as session:
        now = session.execute(select(ProcessInstance.id, ProcessInstance.version)).all()
        return {run_id for run_id, version in now if versions.get(run_id) != version}
