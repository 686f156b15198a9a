"""What the states of the engine say of where every run is, to be held against the rows."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import undefer

from engine import spiff
from engine.commands.contexts import context_of_instance
from engine.commands.host import CaseHost
from engine.installation import read_surroundings
from engine.releases import bundle
from engine.tables.database import Database
from engine.tables.process import ElementInstance, Incident, ProcessInstance, WorkItem


class Spot(NamedTuple):
    """One place of one run."""

    instance_id: int
    case_id: int | None
    release_id: int
    process_id: str
    element_id: str
    task_id: str
    path: str
    is_container: bool
    fires_at: dt.datetime | None
    due_on: dt.date | None
    item_id: int | None
    is_stuck: bool


def told_by_engine(database: Database) -> Counter[Spot]:
    """Load every run that has not ended and say where it is, with the task that is open there."""
    found: Counter[Spot] = Counter()
    with database.reading() as session:
        around = read_surroundings(session)
        running = select(ProcessInstance).where(ProcessInstance.ended_at.is_(None))
        for instance in session.scalars(running.options(undefer(ProcessInstance.state))):
            parsed = bundle(session, instance.release_id)
            context = context_of_instance(session, around, instance, parsed, "test")
            host = CaseHost(context, parsed)
            run = spiff.Run.load(parsed.definitions, instance.state or b"", host)
            open_ = select(WorkItem).where(
                WorkItem.instance_id == instance.id,
                WorkItem.completed_at.is_(None),
                WorkItem.cancelled_at.is_(None),
            )
            items = {item.task_id: item for item in session.scalars(open_)}
            for place in run.places:
                item = items.pop(place.task_id, None)
                found[_spot(instance, place, item)] += 1
            assert items == {}, "an open task stands nowhere"
    return found


def told_by_rows(database: Database) -> Counter[Spot]:
    """Give the same from the rows."""
    with database.reading() as session:
        rows = session.execute(
            select(ElementInstance, Incident.resolved_at).outerjoin(
                Incident, Incident.id == ElementInstance.incident_id
            )
        )
        return Counter(
            Spot(
                *(row.instance_id, row.case_id, row.release_id, row.process_id, row.element_id),
                *(row.task_id, row.path, row.is_container, row.fires_at, row.due_on),
                *(row.work_item_id, row.incident_id is not None and resolved_at is None),
            )
            for row, resolved_at in rows
        )


def _spot(instance: ProcessInstance, place: spiff.Place, item: WorkItem | None) -> Spot:
    element = place.element
    return Spot(
        *(instance.id, instance.case_id, instance.release_id, element.process_id, element.id),
        *(place.task_id, place.path, place.is_container, place.fires_at),
        *(item.due_on if item else None, item.id if item else None, place.is_stuck),
    )
