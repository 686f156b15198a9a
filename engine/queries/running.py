"""Everything that runs, one row for each place where it waits: the managers' list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select
from sqlalchemy.engine import Row as Found

from engine.casework.visibility import opens
from engine.errors import NotFound
from engine.queries import words
from engine.queries.cases import IS_CUSTOMER, customer_name
from engine.queries.kinds import NAMES
from engine.queries.people import Person
from engine.queries.reading import PAGE_SIZE, Page, Reading, page_number, reading
from engine.queries.run_filter import RunningFilter, counted, fitting, is_late
from engine.releases import current_release_id
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.people import User
from engine.tables.process import ElementInstance, Incident, WorkItem
from engine.tables.releases import Release

#: The most rows one call gives.
_LARGEST = 10_000


@dataclass(frozen=True)
class RunningRow:
    """One place where a run waits now."""

    instance_id: int
    case_id: int | None
    case_reference: str
    customer: str
    #: Process id, and the name of that process.
    process_id: str
    process: str
    #: informal, warning, formal, in_force, ended, closed; "" without a case.
    stage: str
    element_id: str
    #: Where it is now, in the words of the diagram, with what it is about.
    place: str
    #: now (a task), late (a task past its date), stuck, waits (for a date or to be told).
    state: str
    #: Full name, or the role in words while nobody has taken it; "" when nobody has to.
    held_by: str
    #: The same as ``RunningFilter.held_by`` wants it.
    holder: str
    since: dt.datetime
    due_on: dt.date | None
    #: late by 2 working days, today, tomorrow, in 3 working days; "" for no date.
    due_words: str
    is_late: bool
    #: Working days since the date passed; 0 when it has not, or only on days nobody works.
    late_by: int
    #: "until Thu 1 Oct 2026", "to be told", the reason of a stuck step; "" of a task.
    waits_for: str
    release_number: int
    work_item_id: int | None


@dataclass(frozen=True)
class RunningPage(Page[RunningRow]):
    """One page of places with what all pages together hold."""

    #: How many cases they belong to.
    cases: int
    #: How many of them are late.
    late: int


def running(
    database: Database,
    person: Person,
    wanted: RunningFilter,
    page: int = 1,
    *,
    size: int | None = None,
) -> RunningPage:
    """Give the places where runs wait, one row each; four statements, whatever the size.

    size: rows on a page, at most 10,000. Two places of one run are two rows. Raises NotFound
    for those the list does not exist for.
    """
    if not opens(person, "running"):
        raise NotFound
    rows = min(max(size or PAGE_SIZE, 1), _LARGEST)
    with reading(database, person) as look:
        conditions = fitting(look, wanted)
        total, cases, late = look.session.execute(
            select(
                func.count(),
                func.count(ElementInstance.case_id.distinct()),
                counted(is_late(look.today)),
            ).where(*conditions)
        ).one()
        names = process_names(look)
        order = _order(wanted.sort, look.today, names)
        fitting_ids = _joined_for(wanted.sort, select(ElementInstance.id)).where(*conditions)
        ordered = fitting_ids.order_by(*order)
        shown = ordered.limit(rows).offset((page_number(page) - 1) * rows)
        found = look.session.execute(
            _joined(_columns()).where(ElementInstance.id.in_(shown)).order_by(*order)
        )
        items = tuple(_row(look, one, names) for one in found)
    return RunningPage(items, total, page_number(page), max(1, -(-total // rows)), cases, late)


def process_names(look: Reading) -> dict[str, str]:
    """Give process id -> name, as the newest published version draws them."""
    release_id = current_release_id(look.session)
    release = look.release(release_id)
    known = release.definitions.process_ids if release else ()
    return {process_id: look.process_name(release_id, process_id) for process_id in known}


def _columns() -> Select[Any]:
    columns: tuple[Any, ...] = (
        *(ElementInstance, CaseFile.reference, CaseFile.stage, CaseFile.deleted_on),
        *(
            Customer.name.label("customer"),
            WorkItem.assignee,
            WorkItem.role,
            User.full_name,
            Incident.reason,
            Release.number,
        ),
    )
    return select(*columns)


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(ElementInstance)
        .outerjoin(CaseFile, CaseFile.id == ElementInstance.case_id)
        .outerjoin(Customer, IS_CUSTOMER)
        .outerjoin(WorkItem, WorkItem.id == ElementInstance.work_item_id)
        .outerjoin(User, User.name == WorkItem.assignee)
        .outerjoin(Incident, Incident.id == ElementInstance.incident_id)
        .outerjoin(Release, Release.id == ElementInstance.release_id)
    )


def _joined_for(sort: str, query: Select[Any]) -> Select[Any]:
    """Join no more than an order reads: it is worked out for every row that fits."""
    name = sort.removeprefix("-")
    if name == "customer":
        of_case = CaseFile.id == ElementInstance.case_id
        return query.outerjoin(CaseFile, of_case).outerjoin(Customer, IS_CUSTOMER)
    if name == "held_by":
        its_task = WorkItem.id == ElementInstance.work_item_id
        return query.outerjoin(WorkItem, its_task).outerjoin(User, User.name == WorkItem.assignee)
    return query


def _order(
    sort: str, today: dt.date, process_names: Mapping[str, str]
) -> tuple[ColumnElement[Any], ...]:
    """Give the order: what has none of it last, then by date, then by age, so it never wavers."""
    name, backwards = sort.removeprefix("-"), sort.startswith("-")
    due_on, place = ElementInstance.due_on, ElementInstance
    keys: dict[str, Any] = {
        "customer": func.lower(Customer.name),
        "process": func.lower(
            case(process_names, value=place.process_id, else_=place.process_id)
            if process_names
            else place.process_id
        ),
        "place": func.lower(place.name),
        "held_by": func.lower(
            func.coalesce(
                User.full_name,
                WorkItem.assignee,
                case(NAMES["role"], value=WorkItem.role, else_=WorkItem.role),
            )
        ),
        "late": case((is_late(today), due_on), else_=literal(None)),
    }
    if name == "since":
        at = place.entered_at
        return (at.desc(), place.id.desc()) if backwards else (at.asc(), place.id.asc())
    key = keys.get(name)
    soonest = (due_on.asc().nulls_last(), place.id.asc())
    if key is None:
        return (due_on.desc().nulls_last(), place.id.desc()) if backwards else soonest
    if name == "late":
        # Long overdue is an early date: most days first is the order of the dates.
        return soonest if backwards else (key.desc().nulls_last(), *soonest)
    return ((key.desc() if backwards else key.asc()).nulls_last(), *soonest)


def _row(look: Reading, found: Found[Any], names: Mapping[str, str]) -> RunningRow:
    place: ElementInstance = found.ElementInstance
    process = names.get(place.process_id)
    return RunningRow(
        instance_id=place.instance_id,
        case_id=place.case_id,
        case_reference=found.reference or "",
        customer=customer_name(found.customer, found.deleted_on),
        process_id=place.process_id,
        process=process or look.process_name(place.release_id, place.process_id),
        stage=found.stage or "",
        element_id=place.element_id,
        place=place.name,
        state=_state(look, place),
        held_by=found.full_name or found.assignee or words.name_of("role", found.role),
        holder=found.assignee or found.role or "",
        since=place.entered_at,
        due_on=place.due_on,
        due_words=look.due_words(place.due_on),
        is_late=place.due_on is not None and place.due_on < look.today,
        late_by=look.late_by(place.due_on),
        waits_for=_waits_for(place, found.reason),
        release_number=found.number or 0,
        work_item_id=place.work_item_id,
    )


def _state(look: Reading, place: ElementInstance) -> str:
    if place.incident_id is not None:
        return "stuck"
    if place.work_item_id is None:
        return "waits"
    return "late" if place.due_on and place.due_on < look.today else "now"


def _waits_for(place: ElementInstance, reason: str | None) -> str:
    if place.incident_id is not None:
        return reason or ""
    if place.fires_at is not None:
        return f"until {words.moment(place.fires_at)}"
    return "" if place.work_item_id is not None else "to be told"
