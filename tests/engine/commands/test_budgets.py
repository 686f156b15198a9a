"""What never comes to a wait is stopped: an incident, nothing changed, all others go on."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, true
from sqlalchemy.orm import undefer
from sqlalchemy.orm.exc import StaleDataError

from engine import clock, commands, messages
from engine.commands import host
from engine.operations import REGISTRY
from engine.publishing import publish
from engine.scenario import Scenario
from engine.tables.casefile import CaseFile
from engine.tables.database import Collision, Database
from engine.tables.process import ElementHistory, Incident, Message, ProcessInstance, WorkItem
from tests.engine.commands.conftest import FILES
from tests.engine.commands.drawn import NOTE
from tests.engine.commands.looping import BROKEN, diagrams

#: Seconds a unit of work may take that is stopped at its limit; generous, machines are shared.
MOST_SECONDS = 20
DONE = {"note": "Done."}


@pytest.fixture
def looping(landlord: Scenario) -> Scenario:
    """The landlord with those diagrams published, on both databases: they pass the gate."""
    return _published(landlord)


@pytest.fixture
def sqlite_looping(sqlite_landlord: Scenario) -> Scenario:
    return _published(sqlite_landlord)


def _published(landlord: Scenario) -> Scenario:
    files = {**FILES, **diagrams(), "forms/definitions/note.yaml": NOTE}
    publish(landlord.db, files, by="test", note="What loops")
    return landlord


def _started(landlord: Scenario, process_id: str) -> int:
    instance_id = commands.start(landlord.db, process_id, by="dorothy").instance_id
    assert instance_id is not None
    return instance_id


def _hours_later(hours: int = 2) -> None:
    clock.hold(clock.now() + dt.timedelta(hours=hours))


def _incidents(db: Database) -> list[Incident]:
    with db.reading() as session:
        rows = select(Incident).where(Incident.resolved_at.is_(None)).order_by(Incident.id)
        return list(session.scalars(rows))


def _standing(db: Database, instance_id: int) -> tuple[Any, ...]:
    """Give all that a unit of work changes of an instance."""
    with db.reading() as session:
        instance = session.get_one(
            ProcessInstance, instance_id, options=[undefer(ProcessInstance.state)]
        )
        walked = ElementHistory.what.in_(("entered", "left", "cancelled"))
        counts = [
            session.scalar(select(func.count()).where(table.instance_id == instance_id, which))
            for table, which in ((ElementHistory, walked), (WorkItem, true()))
        ]
        return (instance.state, instance.ended_at, *counts)


def _open(db: Database, instance_id: int) -> list[str]:
    with db.reading() as session:
        return list(
            session.scalars(
                select(WorkItem.element_id).where(
                    WorkItem.instance_id == instance_id,
                    WorkItem.completed_at.is_(None),
                    WorkItem.cancelled_at.is_(None),
                )
            )
        )


def _mend(db: Database) -> None:
    """Let every condition that was never true be true."""
    with db.writing() as session:
        for case in session.scalars(select(CaseFile)):
            case.owner = "mended"


@pytest.mark.parametrize("name", BROKEN)
def test_a_moment_that_begins_a_loop_opens_an_incident_and_the_worker_goes_on(
    sqlite_looping: Scenario, name: str
) -> None:
    _check_by_time(sqlite_looping, name)


def test_it_is_the_same_on_both_databases_and_goes_on_once_mended(looping: Scenario) -> None:
    bad = _check_by_time(looping, "loop_without_wait")
    (incident,) = _incidents(looping.db)
    assert not commands.retry(looping.db, incident.id, by="mo")
    (again,) = _incidents(looping.db)
    assert (again.id, again.retries) == (incident.id, 1)
    _mend(looping.db)
    assert commands.retry(looping.db, incident.id, by="mo")
    assert _incidents(looping.db) == []
    assert _open(looping.db, bad) == ["after"]


def _check_by_time(landlord: Scenario, name: str) -> int:
    bad = _started(landlord, f"{name}_by_time")
    sound = [_started(landlord, "sound_by_time") for _ in range(2)]
    before = _standing(landlord.db, bad)
    _hours_later()
    began = time.process_time()
    assert commands.run_due(landlord.db) == 2
    assert time.process_time() - began < MOST_SECONDS
    assert [_open(landlord.db, one) for one in sound] == [["after"], ["after"]]
    (incident,) = _incidents(landlord.db)
    assert incident.instance_id == bad
    assert re.search(BROKEN[name][1], incident.reason), incident.reason
    assert "Expected" in incident.reason
    assert incident.element_id
    assert _standing(landlord.db, bad) == before
    began = time.process_time()
    assert commands.run_due(landlord.db) == 0
    assert time.process_time() - began < 1
    return bad


@pytest.mark.parametrize("name", BROKEN)
def test_a_person_whose_task_leads_into_a_loop_keeps_the_answers(
    sqlite_looping: Scenario, name: str
) -> None:
    db = sqlite_looping.db
    started = commands.start(db, f"{name}_by_person", by="dorothy")
    bad, item = started.instance_id or 0, started.opened[0]
    before = _standing(db, bad)
    outcome = commands.complete(db, item, DONE, by="dorothy")
    assert outcome.stuck
    assert re.search(BROKEN[name][1], outcome.sentence), outcome.sentence
    assert _standing(db, bad) == before
    assert _open(db, bad) == ["begin"]
    assert commands.form_of_task(db, item, by="dorothy").raw == DONE
    (incident,) = _incidents(db)
    assert incident.instance_id == bad
    if name.startswith("loop"):
        _mend(db)
        assert not commands.complete(db, item, DONE, by="dorothy").stuck
        assert _open(db, bad) == ["after"]
        assert _incidents(db) == []


def test_a_message_that_begins_a_loop_is_held_and_others_are_delivered(looping: Scenario) -> None:
    db = looping.db
    bad, other = (_started(looping, "loop_by_message") for _ in range(2))
    _send(looping, bad)
    before = _standing(db, bad)
    assert commands.deliver_messages(db) == 0
    (incident,) = _incidents(db)
    assert (incident.instance_id, incident.message_id) == (bad, 1)
    assert "matter_settled could not be taken: Expected to come to a wait" in incident.reason
    assert _standing(db, bad) == before
    began = time.process_time()
    assert commands.deliver_messages(db) == 0
    assert time.process_time() - began < 1, "a message that is held is not tried at every tick"
    assert not commands.retry(db, incident.id, by="mo")
    assert [one.id for one in _incidents(db)] == [incident.id]
    _mend(db)
    _send(looping, other)
    assert commands.deliver_messages(db) == 1
    assert _open(db, other) == ["after"]
    assert commands.retry(db, incident.id, by="mo")
    assert (_open(db, bad), _incidents(db)) == (["after"], [])


def _send(landlord: Scenario, instance_id: int) -> None:
    with landlord.db.writing() as session:
        case_id = session.get_one(ProcessInstance, instance_id).case_id
        envelope = messages.Envelope(
            name="matter_settled",
            key=f"case:{case_id}",
            refs={"case_id": case_id},
            sent_at=clock.now(),
        )
        messages.send(session, envelope)


def test_a_single_step_that_takes_too_long_is_stuck_in_its_place(
    sqlite_looping: Scenario,
) -> None:
    slow, sound = (_started(sqlite_looping, f"{name}_by_time") for name in ("slow_table", "sound"))
    _hours_later()
    began = time.process_time()
    assert commands.run_due(sqlite_looping.db) == 2
    assert time.process_time() - began < MOST_SECONDS
    (incident,) = _incidents(sqlite_looping.db)
    assert (incident.instance_id, incident.element_id) == (slow, "m")
    assert "within 2 seconds" in incident.reason
    assert (_open(sqlite_looping.db, sound), _open(sqlite_looping.db, slow)) == (["after"], [])
    assert not commands.retry(sqlite_looping.db, incident.id, by="mo")
    assert [one.element_id for one in _incidents(sqlite_looping.db)] == ["m"]


class _Crash(Exception):
    """Nothing anybody expected."""


CRASHES: list[Callable[[], BaseException]] = [RecursionError, MemoryError, _Crash]


@pytest.fixture
def crash(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """Let the operation and the lane's holder raise what is put into this list."""
    planned: list[BaseException] = []

    def fail(*_: Any, **__: Any) -> Any:
        if planned:
            raise planned[0]

    operations = {**REGISTRY.operations, "cases.find_open_matters": fail}
    monkeypatch.setattr(host, "REGISTRY", replace(REGISTRY, operations=operations))
    held_by = host.held_by_of
    monkeypatch.setattr(host, "held_by_of", lambda *given: fail() or held_by(*given))
    return planned


@pytest.mark.parametrize("kind", CRASHES)
def test_an_operation_that_crashes_stops_its_own_run_only(
    looping: Scenario, crash: list[BaseException], kind: Callable[[], BaseException]
) -> None:
    bad = _started(looping, "crashing_by_time")
    sound = _started(looping, "sound_by_time")
    crash.append(kind())
    _hours_later()
    commands.run_due(looping.db)
    assert {incident.instance_id for incident in _incidents(looping.db)} == {bad, sound}
    crash.clear()
    for incident in _incidents(looping.db):
        assert commands.retry(looping.db, incident.id, by="mo")
    assert _open(looping.db, bad) == _open(looping.db, sound) == ["after"]
    assert _incidents(looping.db) == []


@pytest.mark.parametrize("lost", [Collision(), StaleDataError("somebody was quicker")])
def test_an_operation_that_loses_a_race_is_nobodys_stuck_step(
    looping: Scenario, crash: list[BaseException], lost: Exception
) -> None:
    moved = _started(looping, "crashing_by_time")
    crash.append(lost)
    _hours_later()
    commands.run_instances(looping.db, [moved])
    assert _incidents(looping.db) == []
    crash.clear()
    commands.run_instances(looping.db, [moved])
    assert _open(looping.db, moved) == ["after"]


def test_a_fault_of_the_program_is_told_by_a_reference_and_not_by_its_words(
    sqlite_looping: Scenario, crash: list[BaseException]
) -> None:
    _started(sqlite_looping, "sound_by_time")
    crash.append(_Crash("the customer wrote this"))
    _hours_later()
    commands.run_due(sqlite_looping.db)
    (incident,) = _incidents(sqlite_looping.db)
    assert re.search(r"the program failed \(_Crash\).* reference [0-9a-f]{8}", incident.reason)
    assert "customer" not in incident.reason


def test_a_message_that_starts_what_crashes_is_held_until_it_is_tried_again(
    looping: Scenario, crash: list[BaseException]
) -> None:
    with looping.db.writing() as session:
        envelope = messages.Envelope(name="no_such_start", key=None, sent_at=clock.now())
        for _ in range(60):
            messages.send(session, envelope)
    waiting = _started(looping, "loop_by_message")
    _mend(looping.db)
    _send(looping, waiting)
    while commands.deliver_messages(looping.db) == 0 and not _open(looping.db, waiting):
        assert _undelivered(looping.db)
    assert _open(looping.db, waiting) == ["after"]
    assert len(_incidents(looping.db)) == 60


def _undelivered(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).where(Message.delivered_at.is_(None))) or 0
