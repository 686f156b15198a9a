"""Runs that wait for a day which has come: one is started, the rest are copied from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from engine import clock
from engine.calendar_table import fill_calendar
from engine.commands.unit import Unit
from engine.installation import read_surroundings
from engine.releases import install
from engine.tables.database import Database
from engine.tables.process import ElementHistory, ElementInstance, ProcessInstance

#: The element whose timer fires, once a run.
TIMER = "the_day_has_come"
_STARTED = dt.datetime(2026, 4, 1, 10, 0)
_ROWS = 1_000
_DIAGRAM = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 id="file" targetNamespace="http://bench">
 <bpmn:process id="waits" name="Wait for a day" isExecutable="true">
  <bpmn:startEvent id="began"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
  <bpmn:sequenceFlow id="f1" sourceRef="began" targetRef="{TIMER}"/>
  <bpmn:intermediateCatchEvent id="{TIMER}" name="The day has come">
   <bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing>
   <bpmn:timerEventDefinition><bpmn:timeDate>2026-05-01</bpmn:timeDate></bpmn:timerEventDefinition>
  </bpmn:intermediateCatchEvent>
  <bpmn:sequenceFlow id="f2" sourceRef="{TIMER}" targetRef="over"/>
  <bpmn:endEvent id="over"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
 </bpmn:process>
</bpmn:definitions>
"""


@dataclass(frozen=True)
class _Waiting:
    """The rows of a run that waits for its timer, without their ids."""

    instance: dict[str, object]
    places: list[dict[str, object]]


def make_due(db: Database, count: int, beside: Mapping[str, bytes] | None = None) -> None:
    """Publish a process with one timer and leave so many runs of it whose timer is due by now.

    beside: the files of the release it becomes a part of. Workers may be at work already: what is
    copied was read before any of them could see the run.
    """
    with clock.frozen(_STARTED):
        with db.writing() as session:
            fill_calendar(session)
            files = {**(beside or {}), "bpmn/waits.bpmn": _DIAGRAM.encode()}
            release = install(session, files, at=clock.now(), by="bench", note="Timers")
            release_id = release.id
        with db.writing() as session:
            waiting = _read(session, _start(session, release_id))
    for begin in range(1, count, _ROWS):
        with db.writing() as session:
            _write(session, waiting, min(_ROWS, count - begin))


def fired(db: Database) -> tuple[int, int]:
    """Give how many runs passed their timer, and how often one fired: the same, unless doubled."""
    with db.reading() as session:
        once, in_all = session.execute(
            select(func.count(ElementHistory.instance_id.distinct()), func.count()).where(
                ElementHistory.element_id == TIMER, ElementHistory.what == "left"
            )
        ).one()
    return once, in_all


def _start(session: Session, release_id: int) -> int:
    around = read_surroundings(session)
    instance = ProcessInstance(
        process_id="waits",
        release_id=release_id,
        parameter_set="NPH_2022",
        started_at=around.now,
    )
    Unit.start(session, around, instance, actor="bench").finish()
    return instance.id


def _read(session: Session, instance_id: int) -> _Waiting:
    """Give the row of a run, state and all, and the rows that say where it is."""
    places = session.scalars(
        select(ElementInstance.id).where(ElementInstance.instance_id == instance_id)
    ).all()
    return _Waiting(
        _row(session, ProcessInstance, instance_id),
        [_row(session, ElementInstance, place) for place in places],
    )


def _write(session: Session, waiting: _Waiting, count: int) -> None:
    made = session.scalars(
        insert(ProcessInstance).returning(ProcessInstance.id), [waiting.instance] * count
    ).all()
    for place in waiting.places:
        session.execute(insert(ElementInstance), list(_of_each(place, made)))


def _row(
    session: Session, table: type[ProcessInstance | ElementInstance], key: int
) -> dict[str, object]:
    columns = [column for column in table.__table__.columns if column.name != "id"]
    found = session.execute(select(*columns).where(table.id == key)).one()
    return dict(found._mapping)


def _of_each(place: dict[str, object], instances: Sequence[int]) -> Iterator[dict[str, object]]:
    for instance_id in instances:
        yield {**place, "instance_id": instance_id}
