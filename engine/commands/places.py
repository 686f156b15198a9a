"""Where each run is, as rows: they go with its tokens, and say what is stuck."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    and_,
    bindparam,
    delete,
    insert,
    inspect,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from engine import spiff
from engine.tables.columns import table_of
from engine.tables.process import ElementInstance, Incident, ProcessInstance, WorkItem

#: How a place is known in its instance: the engine's id of the task, and the element.
Key = tuple[str, str]
Places = Mapping[Key, spiff.Place]
#: Put together once, and past the objects of the session: almost every unit of work moves a token.
_ROWS = table_of(ElementInstance)
_TAKEN_ALONG = tuple(
    column.name for column in _ROWS.columns if column.name not in ("id", "incident_id")
)
_ENTER = insert(_ROWS)
_LEAVE = (
    delete(_ROWS)
    .where(
        _ROWS.c.instance_id == bindparam("of_instance"),
        tuple_(_ROWS.c.task_id, _ROWS.c.element_id).in_(bindparam("keys", expanding=True)),
    )
    .returning(_ROWS.c.incident_id)
)
_MOVE = (
    update(_ROWS)
    .where(
        _ROWS.c.instance_id == bindparam("of_instance"),
        _ROWS.c.task_id == bindparam("from_task"),
        _ROWS.c.element_id == bindparam("from_element"),
    )
    .values({name: bindparam(name) for name in _TAKEN_ALONG})
    .returning(_ROWS.c.incident_id)
)


@dataclass(frozen=True)
class Arrivals:
    """What one unit of work brings to the places of its run."""

    #: Tasks it opened.
    opened: Sequence[WorkItem]
    #: What got stuck in it.
    stuck: Sequence[Incident]
    at: dt.datetime


def places_of(run: spiff.Run) -> dict[Key, spiff.Place]:
    """Give where a run is now, each place by its key."""
    return {(place.task_id, place.element.id): place for place in run.places}


def keep_places(
    session: Session, instance: ProcessInstance, before: Places, now: Places, arrivals: Arrivals
) -> None:
    """Make the rows of where an instance is say what its run says now.

    before: where it was when the unit of work began. A token that goes on takes its row along,
    so that one statement does for one step. The incident of a place is settled when it is left.
    """
    # What is stuck anew comes first: another token may be stuck at the same element already.
    anew = sorted(now.items(), key=lambda one: one[0] in before and before[one[0]].is_stuck)
    incidents = _incident_of_each((place for _, place in anew), arrivals.stuck)
    gone = [key for key in before if key not in now]
    reached = {key: place for key, place in now.items() if key not in before}
    new = rows_of(instance, reached, arrivals)
    settled: list[int] = []
    while gone and new and now:
        moved = _move(session, instance.id, gone.pop(), new[-1])
        if moved is not None:
            settled += moved
            new.pop()
    if gone:
        settled += _remove(session, instance.id, gone)
    if new:
        session.execute(_ENTER, new)
    for key in before.keys() & now.keys():
        _change(session, instance.id, before[key], now[key], incidents.get(key))
    _settle(session, settled, arrivals.at)


def rows_of(instance: ProcessInstance, places: Places, arrivals: Arrivals) -> list[dict[str, Any]]:
    """Give the rows of places that are reached, each with its task and its incident."""
    incidents = _incident_of_each(places.values(), arrivals.stuck)
    return [
        _row(instance, place, arrivals) | {"incident_id": incidents.get(key)}
        for key, place in places.items()
    ]


def follow_case(session: Session, instance: ProcessInstance) -> None:
    """Give the rows of an instance the case that it has got meanwhile."""
    if inspect(instance).attrs.case_id.history.has_changes():
        theirs = ElementInstance.instance_id == instance.id
        session.execute(update(ElementInstance).where(theirs).values(case_id=instance.case_id))


def stand_stuck(
    session: Session, instance: ProcessInstance, incident: Incident, item: WorkItem | None
) -> None:
    """Mark where a run stands that failed as a whole, so that the work was undone.

    item: the task whose completion failed; without one it was a date that had come.
    """
    session.flush()
    rows = session.scalars(
        select(ElementInstance)
        .where(ElementInstance.instance_id == instance.id, ElementInstance.is_container.is_(False))
        .order_by(ElementInstance.id)
    ).all()
    row = next(iter(_most_likely(rows, incident, item)), None)
    if row is not None:
        row.incident_id = incident.id


def unmark(session: Session, incidents: Sequence[int]) -> None:
    """Take the marks of settled incidents from the places that have them."""
    marked = ElementInstance.incident_id.in_(incidents)
    session.execute(update(ElementInstance).where(marked).values(incident_id=None))


def date_anew(session: Session, item: WorkItem) -> None:
    """Give the place of a task the date that the task has now."""
    theirs = ElementInstance.work_item_id == item.id
    session.execute(update(ElementInstance).where(theirs).values(due_on=item.due_on))


def _most_likely(
    rows: Sequence[ElementInstance], incident: Incident, item: WorkItem | None
) -> Iterator[ElementInstance]:
    """Give the places a failure belongs to, the likeliest first: there, its task, its timer."""
    at = (incident.process_id, incident.element_id)
    yield from (row for row in rows if (row.process_id, row.element_id) == at)
    yield from (row for row in rows if item is not None and row.work_item_id == item.id)
    timers = [(row.fires_at, row.id, row) for row in rows if row.fires_at is not None]
    yield from (row for *_, row in sorted(timers, key=lambda timer: timer[:2]))
    yield from rows


def _incident_of_each(places: Iterable[spiff.Place], stuck: Sequence[Incident]) -> dict[Key, int]:
    """Give each place that got stuck now its own of the incidents of its element."""
    left: dict[tuple[str, str], list[int]] = {}
    for incident in stuck:
        left.setdefault((incident.process_id, incident.element_id), []).append(incident.id)
    found: dict[Key, int] = {}
    for place in places:
        theirs = left.get((place.element.process_id, place.element.id))
        if place.is_stuck and theirs:
            found[place.task_id, place.element.id] = theirs.pop(0)
    return found


def _move(session: Session, instance_id: int, key: Key, row: Mapping[str, Any]) -> list[int] | None:
    """Take a row to another place; gives the incident it had, None when there is no such row."""
    task_id, element_id = key
    of = {"of_instance": instance_id, "from_task": task_id, "from_element": element_id}
    kept = {name: row[name] for name in _TAKEN_ALONG}
    found = session.scalars(_MOVE, {**kept, **of}).all()
    if not found:
        return None
    if found != [row["incident_id"]]:
        _mark(session, _is(instance_id, (row["task_id"], row["element_id"])), row["incident_id"])
    return [incident for incident in found if incident is not None]


def _remove(session: Session, instance_id: int, keys: Sequence[Key]) -> list[int]:
    """Delete the rows of places that are left; gives the incidents they had."""
    gone = session.scalars(_LEAVE, {"of_instance": instance_id, "keys": list(keys)})
    return [incident for incident in gone if incident is not None]


def _change(
    session: Session,
    instance_id: int,
    before: spiff.Place,
    now: spiff.Place,
    incident: int | None,
) -> None:
    """Say what became different of a place that stays."""
    if before == now and incident is None:
        return
    mine = _is(instance_id, (now.task_id, now.element.id))
    if before.fires_at != now.fires_at:
        session.execute(update(ElementInstance).where(mine).values(fires_at=now.fires_at))
    if incident is not None or before.is_stuck != now.is_stuck:
        _mark(session, mine, incident)


def _mark(session: Session, mine: ColumnElement[bool], incident: int | None) -> None:
    session.execute(update(ElementInstance).where(mine).values(incident_id=incident))


def _settle(session: Session, incidents: Sequence[int], at: dt.datetime) -> None:
    if incidents:
        theirs = and_(Incident.id.in_(incidents), Incident.resolved_at.is_(None))
        session.execute(update(Incident).where(theirs).values(resolved_at=at))


def _is(instance_id: int, key: Key) -> ColumnElement[bool]:
    task_id, element_id = key
    return and_(
        ElementInstance.instance_id == instance_id,
        ElementInstance.task_id == task_id,
        ElementInstance.element_id == element_id,
    )


def _row(instance: ProcessInstance, place: spiff.Place, arrivals: Arrivals) -> dict[str, Any]:
    item = next((item for item in arrivals.opened if item.task_id == place.task_id), None)
    element = place.element
    return {
        "instance_id": instance.id,
        "release_id": instance.release_id,
        "case_id": instance.case_id,
        "process_id": element.process_id,
        "element_id": element.id,
        "task_id": place.task_id,
        "path": place.path,
        "name": item.name if item else element.name or element.id.replace("_", " ").capitalize(),
        "is_container": place.is_container,
        "entered_at": arrivals.at,
        "fires_at": place.fires_at,
        "work_item_id": item.id if item else None,
        "due_on": item.due_on if item else None,
    }
