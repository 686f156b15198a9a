"""Writes down where runs are that began before their places were kept."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from engine.casework.context import THE_SYSTEM
from engine.commands.places import Arrivals, rows_of, stand_stuck
from engine.commands.unit import Unit, lock_instance
from engine.errors import EngineError
from engine.installation import read_surroundings
from engine.tables.database import Database
from engine.tables.process import (
    ElementHistory,
    ElementInstance,
    Incident,
    ProcessInstance,
    WorkItem,
)

#: How many runs are looked up at once; each is written in a unit of its own.
_AT_ONCE = 200


def fill_places(db: Database) -> int:
    """Write the places of every run that goes on and has none; returns how many runs it wrote.

    Safe to repeat; a run whose state cannot be read is left as it is.
    """
    written, last = 0, 0
    while True:
        with db.reading() as session:
            ids = session.scalars(_without_places(last)).all()
        if not ids:
            return written
        written += sum(_fill(db, instance_id) for instance_id in ids)
        last = ids[-1]


def _without_places(after: int) -> Any:
    has_some = exists().where(ElementInstance.instance_id == ProcessInstance.id)
    return (
        select(ProcessInstance.id)
        .where(ProcessInstance.ended_at.is_(None), ProcessInstance.id > after, ~has_some)
        .order_by(ProcessInstance.id)
        .limit(_AT_ONCE)
    )


def _fill(db: Database, instance_id: int) -> bool:
    try:
        with db.writing() as session:
            around = read_surroundings(session)
            instance = lock_instance(session, instance_id)
            if session.scalar(_without_places(instance_id - 1).limit(1)) != instance_id:
                return False
            places = Unit.look(session, around, instance, THE_SYSTEM).places_before
            incidents = _incidents(session, instance_id)
            arrivals = Arrivals(_open_items(session, instance_id), incidents, instance.started_at)
            rows = rows_of(instance, places, arrivals)
            _date(session, instance_id, rows, arrivals)
            session.execute(insert(ElementInstance).execution_options(render_nulls=True), rows)
            marked = {row["incident_id"] for row in rows}
            for incident in incidents:
                if incident.id not in marked:
                    stand_stuck(session, instance, incident, None)
            return True
    except EngineError:
        return False


def _date(
    session: Session, instance_id: int, rows: list[dict[str, Any]], arrivals: Arrivals
) -> None:
    """Say since when each place is reached, from the history.

    What stands behind an event gateway has none of its own: there the gateway tells.
    """
    entered: dict[tuple[str, str], dt.datetime] = {}
    history = session.execute(
        select(
            ElementHistory.process_id,
            ElementHistory.element_id,
            ElementHistory.what,
            ElementHistory.at,
        )
        .where(
            ElementHistory.instance_id == instance_id,
            ElementHistory.what.in_(("entered", "left", "cancelled")),
        )
        .order_by(ElementHistory.id)
    )
    for process_id, element_id, what, at in history:
        entered.pop((process_id, element_id), None)
        if what == "entered":
            entered[process_id, element_id] = at
    here = {(row["process_id"], row["element_id"]) for row in rows}
    gateways = [at for key, at in entered.items() if key not in here]
    otherwise = max(gateways, default=arrivals.at)
    opened = {item.id: item.opened_at for item in arrivals.opened}
    for row in rows:
        at = entered.get((row["process_id"], row["element_id"]), otherwise)
        row["entered_at"] = opened.get(row["work_item_id"], at)


def _open_items(session: Session, instance_id: int) -> list[WorkItem]:
    return list(
        session.scalars(
            select(WorkItem).where(
                WorkItem.instance_id == instance_id,
                WorkItem.completed_at.is_(None),
                WorkItem.cancelled_at.is_(None),
            )
        )
    )


def _incidents(session: Session, instance_id: int) -> list[Incident]:
    unsettled = select(Incident).where(
        Incident.instance_id == instance_id, Incident.resolved_at.is_(None)
    )
    return list(session.scalars(unsettled.order_by(Incident.id)))
