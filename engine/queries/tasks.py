"""The task list: what a person has to do, what waits for their team, what is done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, func, or_, select, true
from sqlalchemy.engine import Row as Found

from engine.casework.visibility import sees_work_item
from engine.queries.cases import IS_CUSTOMER, found_by
from engine.queries.people import Person
from engine.queries.reading import PAGE_SIZE, Reading, page_number, reading
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.people import User
from engine.tables.process import ProcessInstance, WorkItem

#: How far "this week" reaches, in calendar days.
_A_WEEK = 7


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks are wanted; a page's address says the same."""

    #: mine: assigned to the person; team: waits for anybody in one of their roles, or a colleague
    #: has it; done: completed by the person; all: every open task they may see.
    view: str = "mine"
    #: Part of a customer's name, address, tenancy or case reference.
    search: str = ""
    stage: str = ""
    form: str = ""
    #: late, soon (today or the next day), week, later; "" for any.
    due: str = ""
    #: Process id.
    process: str = ""
    #: User name, or a role for what nobody has taken yet.
    held_by: str = ""
    page: int = 1


@dataclass(frozen=True)
class TaskRow:
    """One task as a list shows it."""

    id: int
    name: str
    #: Name of the customer; "" before the case has one.
    customer: str
    case_reference: str
    case_id: int | None
    due_on: dt.date | None
    #: Why that date; "" for no date.
    due_reason: str
    #: late by 2 working days, today, tomorrow, in 3 working days; "" for no date or when done.
    due_words: str
    #: Working days since the date passed; 0 when it has not, or on the days right after it on
    #: which nobody works: ``is_late`` tells.
    late_by: int
    is_late: bool
    #: Working days until the date; None for no date or a date that has passed.
    days_left: int | None
    role: str
    assignee: str | None
    #: Full name; "" while nobody has taken it.
    assignee_name: str
    draft_saved_at: dt.datetime | None
    opened_at: dt.datetime
    completed_at: dt.datetime | None
    #: Process id.
    process: str
    process_name: str
    element_id: str
    #: Name of its form.
    form: str
    is_open: bool
    #: Open, nobody has it, and the person holds its role.
    can_start: bool
    #: Open, and the person may fill in its form: theirs, or theirs to start.
    can_open: bool


@dataclass(frozen=True)
class TaskList:
    """One page of tasks with the figures beside the tabs."""

    items: tuple[TaskRow, ...]
    #: mine, team, done, all, and late and soon of the view shown.
    counts: Mapping[str, int]
    #: Tasks that fit the filter, on all pages.
    total: int
    page: int
    pages: int


def task_list(database: Database, person: Person, wanted: TaskFilter | None = None) -> TaskList:
    """Give the tasks of one view, the most urgent first (done: the latest first).

    At most four statements, whatever the size; five after the calendar changed.
    """
    asked = wanted or TaskFilter()
    with reading(database, person) as look:
        counts = _counts(look, asked)
        fitting = _fitting(look, asked)
        total = look.session.scalar(fitting.with_only_columns(func.count(WorkItem.id)))
        shown = (
            fitting.order_by(*_order(asked.view))
            .limit(PAGE_SIZE)
            .offset((page_number(asked.page) - 1) * PAGE_SIZE)
        )
        rows = look.session.execute(
            _selected().where(WorkItem.id.in_(shown)).order_by(*_order(asked.view))
        )
        items = tuple(row_of(look, found) for found in rows)
    pages = max(1, -(-(total or 0) // PAGE_SIZE))
    return TaskList(items, counts, total or 0, page_number(asked.page), pages)


def task_row(look: Reading, work_item_id: int) -> TaskRow | None:
    """Read one task; None when there is none or it does not exist for the one who looks."""
    found = look.session.execute(
        _selected().where(WorkItem.id == work_item_id, sees_work_item(look.viewer))
    ).first()
    return None if found is None else row_of(look, found)


def open_tasks_of(look: Reading, case_id: int) -> list[TaskRow]:
    """Give the open tasks of one case that the one who looks may see, the most urgent first."""
    rows = look.session.execute(
        _selected()
        .where(WorkItem.case_id == case_id, is_open(), sees_work_item(look.viewer))
        .order_by(*_order("all"))
    )
    return [row_of(look, found) for found in rows]


def is_open() -> ColumnElement[bool]:
    """Give the condition under which a task is still to be done."""
    return and_(WorkItem.completed_at.is_(None), WorkItem.cancelled_at.is_(None))


def row_of(look: Reading, found: Found[WorkItem, str, str, str, int]) -> TaskRow:
    """Make the row of one task from what ``_selected`` reads."""
    item: WorkItem = found.WorkItem
    open_now = item.completed_at is None and item.cancelled_at is None
    due_on = item.due_on if open_now else None
    is_late = due_on is not None and due_on < look.today
    days_left = None
    if due_on is not None and not is_late:
        days_left = look.calendar.count_working_days(look.today, due_on)
    can_start = open_now and item.assignee is None and item.role in look.viewer.roles
    return TaskRow(
        id=item.id,
        name=item.name,
        customer=found.customer or "",
        case_reference=found.reference or "",
        case_id=item.case_id,
        due_on=item.due_on,
        due_reason=item.due_reason or "",
        due_words=look.due_words(due_on),
        late_by=look.late_by(due_on),
        is_late=is_late,
        days_left=days_left,
        role=item.role,
        assignee=item.assignee,
        assignee_name=found.full_name or item.assignee or "",
        draft_saved_at=item.draft_saved_at,
        opened_at=item.opened_at,
        completed_at=item.completed_at,
        process=item.process_id,
        process_name=look.process_name(found.release_id, item.process_id),
        element_id=item.element_id,
        form=item.form,
        is_open=open_now,
        can_start=can_start,
        can_open=open_now and (can_start or item.assignee == look.viewer.name),
    )


def _fitting(look: Reading, asked: TaskFilter) -> Select[int]:
    """Give the ids of the tasks that fit; the case is looked at only if the filter asks for it."""
    query = select(WorkItem.id).where(_in_view(look, asked.view), *_narrowed(asked, look.today))
    if asked.search.strip() or asked.stage:
        of_case = CaseFile.id == WorkItem.case_id
        query = query.outerjoin(CaseFile, of_case).outerjoin(Customer, IS_CUSTOMER)
    return query


def _selected() -> Select[WorkItem, str, str, str, int]:
    """Give what the rows of tasks are made from."""
    name = Customer.name.label("customer")
    return (
        select(WorkItem, name, CaseFile.reference, User.full_name, ProcessInstance.release_id)
        .join_from(WorkItem, ProcessInstance, ProcessInstance.id == WorkItem.instance_id)
        .outerjoin(CaseFile, CaseFile.id == WorkItem.case_id)
        .outerjoin(Customer, IS_CUSTOMER)
        .outerjoin(User, User.name == WorkItem.assignee)
    )


def _in_view(look: Reading, view: str) -> ColumnElement[bool]:
    """Give the condition of one tab."""
    me = look.viewer.name
    if view == "done":
        return and_(WorkItem.completed_at.is_not(None), WorkItem.completed_by == me)
    if view == "mine":
        return and_(is_open(), WorkItem.assignee == me)
    seen = and_(is_open(), sees_work_item(look.viewer))
    if view == "team":
        others = or_(WorkItem.assignee.is_(None), WorkItem.assignee != me)
        return and_(seen, others, WorkItem.role.in_(look.viewer.roles))
    return seen


def _counts(look: Reading, asked: TaskFilter) -> dict[str, int]:
    """Count every tab and what is late or soon in the one shown, with one statement."""
    shown = and_(_in_view(look, asked.view), is_open())
    flags = {view: _in_view(look, view) for view in ("mine", "team", "done", "all")}
    flags["late"] = and_(shown, WorkItem.due_on < look.today)
    flags["soon"] = and_(shown, *_due("soon", look.today))
    relevant = or_(
        is_open(),
        and_(WorkItem.completed_at.is_not(None), WorkItem.completed_by == look.viewer.name),
    )
    counted = select(
        *(func.sum(cast(flag, Integer)).label(name) for name, flag in flags.items())
    ).where(relevant)
    found = look.session.execute(counted).one()
    return {name: int(getattr(found, name) or 0) for name in flags}


def _narrowed(asked: TaskFilter, today: dt.date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [*_due(asked.due, today)]
    if asked.search.strip():
        conditions.append(or_(found_by(asked.search), _named(asked.search)))
    if asked.stage:
        conditions.append(CaseFile.stage == asked.stage)
    if asked.form:
        conditions.append(WorkItem.form == asked.form)
    if asked.process:
        conditions.append(WorkItem.process_id == asked.process)
    if asked.held_by:
        untaken = and_(WorkItem.assignee.is_(None), WorkItem.role == asked.held_by)
        conditions.append(or_(WorkItem.assignee == asked.held_by, untaken))
    return conditions


def _named(search: str) -> ColumnElement[bool]:
    return WorkItem.name.icontains(search.strip(), autoescape=True)


def _due(due: str, today: dt.date) -> tuple[ColumnElement[bool], ...]:
    tomorrow, week = today + dt.timedelta(days=1), today + dt.timedelta(days=_A_WEEK)
    return {
        "late": (WorkItem.due_on < today,),
        "soon": (WorkItem.due_on.between(today, tomorrow),),
        "week": (WorkItem.due_on.between(today, week),),
        "later": (or_(WorkItem.due_on > week, WorkItem.due_on.is_(None)),),
    }.get(due, (true(),))


def _order(view: str) -> tuple[ColumnElement[Any], ...]:
    if view == "done":
        return (WorkItem.completed_at.desc(), WorkItem.id.desc())
    return (WorkItem.due_on.is_(None).asc(), WorkItem.due_on.asc(), WorkItem.id.asc())
