"""The rows of one run that a move writes anew, and those it takes to put them back."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Date, DateTime, insert, select
from sqlalchemy.orm import Session

from engine import spiff
from engine.batches.looking import Look
from engine.casework import people
from engine.casework.people import Holder
from engine.commands.host import held_by_of
from engine.commands.places import Arrivals, Key, date_anew, places_of, rows_of
from engine.operations.registry import IN_PERSON
from engine.tables.columns import Row
from engine.tables.process import (
    ElementHistory,
    ElementInstance,
    Incident,
    ProcessInstance,
    Subscription,
    WorkItem,
)

#: What a move may write of an open task; dates and drafts are not among it.
_OF_ITEM = ("process_id", "element_id", "name", "form", "calling", "role", "assignee", "by_name")
_OF_INCIDENT = ("process_id", "element_id")


def rewrite(session: Session, seen: Look, run: spiff.Run, now: dt.datetime, by: str) -> None:
    """Write the rows of a run that has been moved: tasks, waits, places, stuck steps, history.

    Ids, dates, drafts and who has a task stay; the run itself is not written.
    """
    waiting = {task.task_id: task for task in run.waiting_tasks}
    for item in seen.items:
        if item.task_id in waiting:
            _rewrite_item(session, seen, item, waiting[item.task_id])
    _rewrite_subscriptions(session, seen, run)
    _rewrite_places(session, seen, run, now)
    for incident in _incidents(session, seen.instance.id):
        at = (incident.process_id, incident.element_id)
        incident.process_id, incident.element_id = seen.between.now(at)
    _append_history(session, seen, now, by)


def _rewrite_item(session: Session, seen: Look, item: WorkItem, task: spiff.WaitingTask) -> None:
    element = task.element
    was = next(one for one in seen.was.waiting_tasks if one.task_id == task.task_id)
    about = item.name.removeprefix(was.element.name)
    item.name = f"{element.name}{about}" if item.name.startswith(was.element.name) else item.name
    item.process_id, item.element_id = element.process_id, element.id
    item.form, item.calling = element.properties.get("form", ""), dict(task.calling)
    held_by = held_by_of(element, task.calling)
    if held_by != held_by_of(was.element, was.calling):
        holder = seen.host.holder(element, task.calling, task.variables)
        item.assignee = _keeps(session, seen, item, holder)
        item.role = holder.role
        item.by_name = holder.user is not None and held_by in IN_PERSON


def _keeps(session: Session, seen: Look, item: WorkItem, holder: Holder) -> str | None:
    """Give who has a task whose lane is another one: the one it names, or who holds its role."""
    if holder.user is not None or item.assignee is None:
        return holder.user
    roles = people.roles_of(session, item.assignee, seen.host.context.today)
    return item.assignee if holder.role in roles else None


def _rewrite_subscriptions(session: Session, seen: Look, run: spiff.Run) -> None:
    wanted = {(wait.task_id, wait.element.id): wait for wait in run.waiting_messages}
    was = {(w.task_id, w.element.id): w.element.process_id for w in seen.was.waiting_messages}
    for row in _rows(session, Subscription, seen.instance.id):
        key = (row.task_id, row.element_id)
        wait = wanted.pop(_now(seen, was.get(key, ""), key), None)
        if wait is None:
            session.delete(row)
            continue
        row.task_id, row.element_id = wait.task_id, wait.element.id
        row.name, row.key = wait.name, wait.key or ""
    for wait in wanted.values():
        session.add(
            Subscription(
                instance_id=seen.instance.id,
                name=wait.name,
                key=wait.key or "",
                element_id=wait.element.id,
                task_id=wait.task_id,
            )
        )


def _rewrite_places(session: Session, seen: Look, run: spiff.Run, now: dt.datetime) -> None:
    places = places_of(run)
    items = {item.id: item for item in seen.items}
    for row in _rows(session, ElementInstance, seen.instance.id):
        key = _now(seen, row.process_id, (row.task_id, row.element_id))
        place = places.pop(key, None)
        row.release_id = seen.instance.release_id
        if place is None and row.task_id:
            session.delete(row)
            continue
        process_id, row.element_id = seen.between.now((row.process_id, row.element_id))
        if place is None:
            continue
        row.process_id, row.task_id, row.path = process_id, place.task_id, place.path
        row.is_container, row.fires_at = place.is_container, place.fires_at
        item = items.get(row.work_item_id or 0)
        row.name = item.name if item else place.element.name or row.name
    new = rows_of(seen.instance, places, Arrivals([], [], now))
    if new:
        session.execute(insert(ElementInstance).execution_options(render_nulls=True), new)


def _append_history(session: Session, seen: Look, now: dt.datetime, by: str) -> None:
    """Write that the run was moved, and where it is under another name."""
    about = {"instance_id": seen.instance.id, "case_id": seen.instance.case_id, "at": now, "by": by}
    version = f"version_{seen.number}"
    rows = [{"process_id": seen.instance.process_id, "element_id": version, "what": "moved"}]
    for place in seen.was.places:
        was = (place.element.process_id, place.element.id)
        process_id, element_id = seen.between.now(was)
        if element_id != was[1]:
            rows.append({"process_id": process_id, "element_id": element_id, "what": "entered"})
    session.add_all(ElementHistory(**about, **row) for row in rows)


def _now(seen: Look, process_id: str, key: Key) -> Key:
    """Give the key of a wait or a place as it is called now; a branch is named after its event.

    process_id: the process it is drawn in; the ids of others may be the same.
    """
    task_id, element_id = key
    own, branched, branch = task_id.partition("/")
    branch, element_id = (seen.between.now((process_id, name))[1] for name in (branch, element_id))
    return f"{own}{branched}{branch}", element_id


def _rows(session: Session, row: Any, instance_id: int) -> list[Any]:
    return list(session.scalars(select(row).where(row.instance_id == instance_id).order_by(row.id)))


def _incidents(session: Session, instance_id: int) -> list[Incident]:
    return [one for one in _rows(session, Incident, instance_id) if one.resolved_at is None]


# What it takes to put it back


def kept(session: Session, seen: Look) -> dict[str, Any]:
    """Give what it takes to put a run back as it stands now, as JSON."""
    instance = seen.instance
    return {
        "release_id": instance.release_id,
        "state": base64.b85encode(instance.state or b"").decode(),
        "state_format": instance.state_format,
        "next_due_at": _said(instance.next_due_at),
        "items": [_dump(item, ("id", *_OF_ITEM)) for item in seen.items],
        "incidents": [
            _dump(one, ("id", *_OF_INCIDENT)) for one in _incidents(session, instance.id)
        ],
        "subscriptions": [_dump(row) for row in _rows(session, Subscription, instance.id)],
        "places": [_dump(row) for row in _rows(session, ElementInstance, instance.id)],
    }


def put_back(
    session: Session,
    instance: ProcessInstance,
    before: Mapping[str, Any],
    number: int,
    at: dt.datetime,
    by: str,
) -> None:
    """Put a run that has not gone on since back exactly as it was.

    What was done to its tasks meanwhile stays: drafts, who has them, dates worked out again.
    """
    instance.release_id = before["release_id"]
    instance.state = base64.b85decode(before["state"])
    instance.state_format = before["state_format"]
    instance.next_due_at = _moment(before["next_due_at"])
    items = [session.get_one(WorkItem, dumped["id"]) for dumped in before["items"]]
    for item, dumped in zip(items, before["items"], strict=True):
        moved = {name: dumped[name] for name in _OF_ITEM if name != "assignee"}
        taken = item.assignee if item.assignee is not None else dumped["assignee"]
        _load(item, {**moved, "assignee": taken})
    for dumped in before["incidents"]:
        _load(session.get_one(Incident, dumped["id"]), dumped)
    _put_rows_back(session, Subscription, instance.id, before["subscriptions"])
    _put_rows_back(session, ElementInstance, instance.id, before["places"])
    for item in items:
        date_anew(session, item)
    session.add(
        ElementHistory(
            instance_id=instance.id,
            case_id=instance.case_id,
            process_id=instance.process_id,
            element_id=f"version_{number}",
            what="moved",
            at=at,
            by=by,
        )
    )


def _put_rows_back(session: Session, row: Any, instance_id: int, dumped: list[Any]) -> None:
    """Make the rows of a run what they were; what is stuck there meanwhile stays stuck."""
    wanted = {one["id"]: one for one in dumped}
    for there in _rows(session, row, instance_id):
        was = wanted.pop(there.id, None)
        if was is None:
            session.delete(there)
        else:
            _load(there, {name: one for name, one in was.items() if name != "incident_id"})
    rows = [_read(row, one) for one in wanted.values()]
    if rows:
        session.execute(insert(row).execution_options(render_nulls=True), rows)


def _dump(row: Row, names: tuple[str, ...] = ()) -> dict[str, Any]:
    columns = names or tuple(column.key for column in row.__table__.columns)
    return {name: _said(getattr(row, name)) for name in columns}


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _load(row: Row, dumped: Mapping[str, Any]) -> None:
    for name, value in _read(type(row), dumped).items():
        if name != "id" and getattr(row, name) != value:
            setattr(row, name, value)


def _read(row: Any, dumped: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in dumped.items():
        kind = row.__table__.columns[name].type
        impl = getattr(kind, "impl_instance", kind)
        if isinstance(impl, DateTime):
            found[name] = _moment(value)
        elif isinstance(impl, Date):
            found[name] = dt.date.fromisoformat(value) if value else None
        else:
            found[name] = value
    return found


def _moment(said: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(said) if said else None
