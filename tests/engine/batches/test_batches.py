"""Long changes of many: looked at, begun, stopped and resumed; what fails stops nobody else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from engine import batches
from engine.batches import Done, Item, working
from engine.casework.audit import ADMINISTRATION, Chain
from engine.errors import InvalidAnswers, NotFound, Rejected
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.batches import Batch, BatchItem
from engine.tables.database import Database
from tests.engine.batches.conftest import MIA, MO, TESS
from tests.engine.batches.tallying import (
    Tally,
    add_subjects,
    countable,
    counted,
    how_many_counted,
)

MANY = 2_000
ROOT = Path(__file__).parents[3]
#: Works on what is open, as a worker does, in a process of its own.
WORKER = """
import sys
from engine import batches
from engine.tables.database import Database
from tests.engine.batches import tallying
tallying.register()
database = Database(sys.argv[1])
while batches.work(database):
    pass
"""


def _made(database: Database, count: int, kind: str = "tally", dies_at: int = 0) -> int:
    add_subjects(database, count)
    wanted = {"above": 0, "dies_at": dies_at}
    return batches.start(database, kind, wanted, by="mo", reason="To know")


def _planned(database: Database, count: int, dies_at: int = 0) -> int:
    batch_id = _made(database, count, dies_at=dies_at)
    _work(database, until="ready")
    return batch_id


def _work(database: Database, until: str) -> None:
    """Work until the newest batch is there; a test that waits for ever fails."""
    for _ in range(1_000):
        if batches.batches(database, MO)[0].state == until:
            return
        batches.work(database, 0.5)
    pytest.fail(f"Expected the batch to become {until}, but it did not.")


def test_thousands_are_looked_at_in_slices_with_progress_before_a_person_begins(
    house: Database,
) -> None:
    batch_id = _made(house, MANY)
    seen = []
    while batches.batches(house, MO)[0].state == "planning":
        batches.work(house, 0.02)
        seen.append(batches.batches(house, MO)[0].finished)
    assert len(seen) > 2
    assert seen == sorted(seen)
    assert seen[-1] == MANY
    assert counted(house) == set()
    page = batches.batch(house, batch_id, MO)
    assert page.by_outcome["cannot"] == MANY // 97
    assert sum(page.by_outcome.values()) == MANY
    assert batches.work(house) == 0
    cannot = batches.batch(house, batch_id, MO, outcome="cannot").items
    assert cannot.items[0].says == ("It has two sevens.",)
    assert {one.status for one in cannot} == {"left_out"}


def test_it_is_stopped_halfway_and_resumed_and_each_is_done_once(house: Database) -> None:
    batch_id = _planned(house, 300)
    batches.begin(house, batch_id, MO, "Because it is time")
    batches.work(house, 0.05)
    batches.stop(house, batch_id, MIA)
    done = how_many_counted(house)
    assert 0 < done < 250
    assert batches.work(house) == 0
    assert how_many_counted(house) == done
    assert batches.batches(house, MO)[0].stopped_by == "Mia"
    batches.resume(house, batch_id, MO)
    _work(house, until="ended")
    assert counted(house) == countable(300)


def test_one_that_fails_stops_no_other_leaves_nothing_and_is_listed_with_its_reason(
    house: Database, caplog: pytest.LogCaptureFixture
) -> None:
    batch_id = _planned(house, 200)
    batches.begin(house, batch_id, MO)
    _work(house, until="ended")
    assert counted(house) == countable(200)
    failed = batches.batch(house, batch_id, MO, status="failed").items
    assert [(row.subject_id, row.result[0].split(";")[0]) for row in failed] == [
        (83, "Something unexpected went wrong"),
        (89, "counting, element count: It is unlucky."),
        (166, "Something unexpected went wrong"),
        (178, "counting, element count: It is unlucky."),
    ]
    assert "a fault of ours" in caplog.text
    left_out = batches.batch(house, batch_id, MO, status="left_out").items
    # What cannot be done is read first.
    assert [row.subject_id for row in left_out] == [97, 194, 79, 158]
    assert left_out.items[2].result == ("Expected a number that stands still, but it went on.",)


def test_all_of_it_is_in_the_audit_chain(house: Database) -> None:
    batch_id = _planned(house, 200)
    batches.begin(house, batch_id, MO, "Because it is time")
    batches.stop(house, batch_id, MIA)
    batches.resume(house, batch_id, MO)
    _work(house, until="ended")
    with house.reading() as session:
        kept = session.execute(
            select(AuditEvent.action, AuditDetail.actor, AuditDetail.new)
            .join(AuditDetail, AuditDetail.event_id == AuditEvent.id)
            .where(AuditEvent.object_kind == "batch", AuditEvent.object_id == batch_id)
            .order_by(AuditEvent.number)
        ).all()
        assert Chain(session, ADMINISTRATION).broken_at() is None
    assert [f"{one.action} {one.actor}" for one in kept] == [
        "batch_planned mo",
        "batch_begun mo",
        "batch_stopped mia",
        "batch_resumed mo",
        "batch_ended the system",
    ]
    assert kept[0].new["total"] == 200
    assert kept[1].new["reason"] == "Because it is time"
    assert kept[-1].new["done"] == len(countable(200))


def test_a_worker_that_dies_in_the_middle_leaves_none_out_and_does_none_twice(
    house: Database,
) -> None:
    batch_id = _planned(house, 150, dies_at=60)
    batches.begin(house, batch_id, MO)
    assert _worker(house).wait(60) == -signal.SIGKILL
    assert counted(house) == {n for n in countable(150) if n < 60}
    with house.writing() as session:
        batch = session.get_one(Batch, batch_id)
        batch.wanted = {"above": 0}
    _work(house, until="ended")
    assert counted(house) == countable(150)
    with house.reading() as session:
        statuses = session.scalars(select(BatchItem.status)).all()
    assert statuses.count("done") == len(countable(150))


def test_two_workers_at_once_share_the_work_and_do_none_twice(house: Database) -> None:
    batch_id = _planned(house, 400)
    batches.begin(house, batch_id, MO)
    done: list[int] = []

    def worker() -> None:
        while batches.batches(house, MO)[0].state == "running":
            done.append(batches.work(house, 0.1))

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert counted(house) == countable(400)
    # One that is done twice would fail, as its number is written down already.
    assert {row.subject_id % 83 * (row.subject_id % 89) for row in _failed(house, batch_id)} == {0}
    assert sum(done) == 400 - 400 // 97


def _failed(database: Database, batch_id: int) -> list[batches.BatchItemRow]:
    return list(batches.batch(database, batch_id, MO, status="failed").items)


def test_two_workers_look_at_each_subject_once(house: Database) -> None:
    _made(house, 400)
    looked: list[int] = []

    def worker() -> None:
        while batches.batches(house, MO)[0].state == "planning":
            looked.append(batches.work(house, 0.1))

    threads = [threading.Thread(target=worker) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(looked) == 400


def test_a_kind_that_needs_no_preview_begins_by_itself(house: Database) -> None:
    _made(house, 100, kind="promptly")
    _work(house, until="ended")
    assert counted(house) == countable(100)


def test_it_needs_a_reason_at_the_latest_when_it_begins(house: Database) -> None:
    add_subjects(house, 3)
    with pytest.raises(InvalidAnswers, match="reason"):
        batches.start(house, "promptly", {"above": 0}, by="mo")
    batch_id = batches.start(house, "tally", {"above": 0}, by="mo")
    _work(house, until="ready")
    with pytest.raises(InvalidAnswers, match="reason"):
        batches.begin(house, batch_id, MO, "  ")


def test_it_is_about_something_and_exists_only_for_those_whose_it_is(house: Database) -> None:
    with pytest.raises(Rejected, match="at least one number"):
        batches.start(house, "tally", {"above": 0}, by="mo")
    batch_id = _made(house, 3)
    with pytest.raises(NotFound):
        batches.start(house, "tally", {"above": 0}, by="tess")
    for refused in (batches.begin, batches.stop, batches.resume, batches.discard, batches.batch):
        with pytest.raises(NotFound):
            (
                refused(house, batch_id, TESS)
                if refused is not batches.batch
                else batches.batch(house, batch_id, TESS)
            )
    with pytest.raises(NotFound):
        batches.batches(house, TESS)


def test_it_is_begun_once_and_put_aside_only_before(house: Database) -> None:
    batch_id = _made(house, 3)
    with pytest.raises(Rejected, match="its preview is still being made"):
        batches.begin(house, batch_id, MO)
    _work(house, until="ready")
    batches.begin(house, batch_id, MO)
    with pytest.raises(Rejected, match="it is at work"):
        batches.begin(house, batch_id, MO)
    with pytest.raises(Rejected, match="put it aside, but it is at work"):
        batches.discard(house, batch_id, MO)
    _work(house, until="ended")
    second = batches.start(house, "tally", {"above": 1}, by="mo")
    batches.discard(house, second, MO)
    assert batches.work(house) == 0
    assert batches.batches(house, MO)[0].state == "discarded"


def _worker(database: Database) -> subprocess.Popen[bytes]:
    url = database.url.render_as_string(hide_password=False)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", WORKER, url], cwd=ROOT, env=environment)


def test_what_the_database_refuses_of_one_subject_stops_no_other(
    house: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though it says so under the name it has for a database that is away."""
    refused = "SELECT nothing()" if house.is_sqlite else "SELECT repeat('x', 2000000000)"
    apply = Tally.apply

    def asks_too_much(
        kind: Tally, session: Session, wanted: dict[str, int], item: Item, *, by: str, reason: str
    ) -> Done:
        if item.subject_id == 3:
            with pytest.raises(OperationalError) as said:
                session.execute(text(refused))
            raise said.value
        return apply(kind, session, wanted, item, by=by, reason=reason)

    monkeypatch.setattr(Tally, "apply", asks_too_much)
    batch_id = _planned(house, 10)
    batches.begin(house, batch_id, MO)
    _work(house, until="ended")
    assert counted(house) == countable(10) - {3}
    (failed,) = batches.batch(house, batch_id, MO, status="failed").items
    assert failed.subject_id == 3


def test_a_batch_that_cannot_go_on_stops_no_other(
    house: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = _made(house, 5)
    batches.start(house, "tally", {"above": 2}, by="mo", reason="To know")
    look = working._look

    def breaks(db: Database, batch_id: int, *more: Any) -> list[dict[str, Any]]:
        if batch_id == broken:
            raise RuntimeError("a fault of ours")
        return look(db, batch_id, *more)

    monkeypatch.setattr(working, "_look", breaks)
    batches.work(house)
    assert [one.state for one in batches.batches(house, MO)] == ["ready", "planning"]
    assert f"Batch {broken} could not go on" in caplog.text
