"""One run: its diagrams, what happened in it step by step, and why it is stuck."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, select, true

from engine.calendar import after
from engine.casework.context import THE_SYSTEM
from engine.casework.kept_apart import kept_from_viewer
from engine.casework.visibility import Part, sees, sees_every_case
from engine.errors import NotFound
from engine.queries.cases import IS_CUSTOMER, customer_name
from engine.queries.diagrams import DiagramState, states_from
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.queries.run_history import History, RunEvent, read_history, told
from engine.queries.stuck import StuckStep, step_of
from engine.queries.traces import (
    Kept,
    last_of_each,
    open_incidents,
    open_items,
    timers_of,
    traces_from,
)
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.process import Incident, ProcessInstance
from engine.tables.releases import Release

#: The last moment of a day lies this much before the next one begins.
_LEAST = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class RunPage:
    """One run from its beginning to now, or to the end of an earlier day."""

    instance_id: int
    case_id: int | None
    case_reference: str
    customer: str
    #: Its own process, not one it called: id and name.
    process_id: str
    process: str
    release_number: int
    started_at: dt.datetime
    #: Full name; "" when the system began it.
    started_by: str
    #: None while it runs, and on an earlier day on which it did.
    ended_at: dt.datetime | None
    is_stuck: bool
    #: Its own process and each it called, first where somebody has something to do.
    diagrams: tuple[DiagramState, ...]
    #: Oldest first; of a very long run the newest 2,000 events.
    history: tuple[RunEvent, ...]
    #: What happened before the history shown is left out.
    is_cut: bool
    stuck: tuple[StuckStep, ...]


def run_page(
    database: Database, instance_id: int, person: Person, as_of: dt.date | None = None
) -> RunPage:
    """Give one run; NotFound when there is none or its case's diagrams are not for this person.

    as_of: a day, at the end of which history and diagrams are given instead of now; who has a
        task and by when is known as it is today. Before the run began there is nothing.
    At most seven statements, and one more for a run longer than its history shows.
    """
    with reading(database, person) as now:
        look, before = _on(now, as_of)
        found = look.session.execute(_wanted(look, instance_id)).first()
        if found is None:
            raise NotFound
        instance: ProcessInstance = found.ProcessInstance
        history = read_history(look, instance, before)
        kept = _kept(look, instance, history, before)
        traces = traces_from(look, {instance.id: instance}, kept)
        ended_at = instance.ended_at
        return RunPage(
            instance_id=instance.id,
            case_id=instance.case_id,
            case_reference=found.reference or "",
            customer=customer_name(found.customer, found.deleted_on),
            process_id=instance.process_id,
            process=look.process_name(instance.release_id, instance.process_id),
            release_number=found.number or 0,
            started_at=instance.started_at,
            started_by=_starter(look, instance),
            ended_at=ended_at if ended_at and ended_at <= look.now else None,
            is_stuck=bool(kept.incidents),
            diagrams=tuple(states_from(look, traces.values())),
            history=told(look, instance, history, with_answers=bool(found.reads_answers)),
            is_cut=history.is_cut,
            stuck=tuple(_stuck(look, kept.incidents, found)),
        )


def _on(look: Reading, day: dt.date | None) -> tuple[Reading, dt.datetime | None]:
    """Give a look from the end of a day, and the moment it ends; from now, None for today."""
    if day is None or day >= look.today:
        return look, None
    ends = after(day)
    return replace(look, now=ends - _LEAST), ends


def _wanted(look: Reading, instance_id: int) -> Any:
    """Select the run with its case, if it is for this person; one without a case is for few."""
    return (
        select(
            ProcessInstance,
            CaseFile.reference,
            CaseFile.deleted_on,
            Customer.name.label("customer"),
            Release.number,
            _may_see(look, Part.TIMELINE).label("reads_answers"),
        )
        .outerjoin(CaseFile, CaseFile.id == ProcessInstance.case_id)
        .outerjoin(Customer, IS_CUSTOMER)
        .join(Release, Release.id == ProcessInstance.release_id)
        .where(
            ProcessInstance.id == instance_id,
            ProcessInstance.process_id.not_in(kept_from_viewer(look.viewer)),
            _may_see(look, Part.DIAGRAMS),
        )
    )


def _may_see(look: Reading, part: Part) -> ColumnElement[bool]:
    if sees_every_case(look.viewer, part):
        return true()
    return and_(CaseFile.id.is_not(None), sees(look.viewer, part))


def _kept(
    look: Reading, instance: ProcessInstance, history: History, before: dt.datetime | None
) -> Kept:
    ids = (instance.id,)
    return Kept(
        history=last_of_each(look, ids, before) if history.is_cut else history.rows,
        items=open_items(look, ids, before),
        incidents=open_incidents(look, ids, before),
        timers=() if before else timers_of(look, ids),
    )


def _starter(look: Reading, instance: ProcessInstance) -> str:
    by = instance.started_by
    return look.full_name(by) if by != THE_SYSTEM else ""


def _stuck(look: Reading, incidents: Sequence[Incident], found: Any) -> list[StuckStep]:
    release_id = found.ProcessInstance.release_id
    return [
        step_of(look, incident, release_id, found.reference, found.customer)
        for incident in incidents
    ]
