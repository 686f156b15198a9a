"""The task list: what a person has to do, what waits for their team, what is done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.engine import Row as Found

from engine.casework.kept_apart import shows_run
from engine.casework.open_tasks import is_open, is_open_unled, waits_for
from engine.casework.tasks_seen import sees_work_item
from engine.casework.visibility import Part, cases_seen, sees_every_case
from engine.queries.cases import IS_CUSTOMER, found_by
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.queries.task_matters import matters_of_tasks
from engine.queries.walking import Branch, Steps, Stretch, Walk, counted_to
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.people import User
from engine.tables.process import ProcessInstance, WorkItem

#: How far "this week" reaches, in calendar days.
_A_WEEK = 7
#: The most urgent first; what has no date comes after what has one.
_BY_DATE = (
    Stretch(WorkItem.due_on.is_not(None), (WorkItem.due_on, WorkItem.id)),
    Stretch(WorkItem.due_on.is_(None), (WorkItem.id,)),
)
_COUNTED = ("mine", "put_off", "team", "done", "all")
_DONE = (
    Stretch(WorkItem.completed_at.is_not(None), (WorkItem.completed_at, WorkItem.id), falls=True),
)


@dataclass(frozen=True)
class TaskFilter:
    """Which tasks are wanted; a page's address says the same."""

    #: mine: assigned to the person; put_off: those of them they put off, which mine is without;
    #: team: waits for anybody in one of their roles, or a colleague has it; done: completed by
    #: the person; all: every open task they may see.
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
    #: Where the page begins or ends, as ``TaskList`` named it; ``end`` before which the last is.
    after: str = ""
    before: str = ""


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
    #: Until when who has it has put it off; None when it is on their list.
    put_off_until: dt.date | None
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
    #: What it is about, cut short: what was passed on, promised or is owed; "" for no such thing
    #: and for who may not read it. Only lists of tasks fill it in.
    matter: str = ""


@dataclass(frozen=True)
class TaskList:
    """One page of tasks with the figures beside the tabs; 1,001 stands for more than 1,000."""

    items: tuple[TaskRow, ...]
    #: mine, put_off, team, done, all, and late and soon of the view shown.
    counts: Mapping[str, int]
    #: Tasks that fit the filter, on all pages.
    total: int
    #: What to ask for ``before`` to see the page before this one; "" on the first.
    back: str
    #: What to ask for ``after`` to see the page after this one; "" on the last.
    on: str


def task_list(database: Database, person: Person, wanted: TaskFilter | None = None) -> TaskList:
    """Give one page of one view, the most urgent first (done: the latest first).

    At most eight statements, and none reads more rows than a page and the counts show, however
    many tasks there are; a search by text reads what it searches.
    """
    asked = wanted or TaskFilter()
    with reading(database, person) as look:
        narrowed = _narrowed(asked, look.today)
        branches = [(*branch, *narrowed) for branch in _branches(look, asked.view)]
        counts = _counts(look, asked.view, branches if narrowed else None)
        total = counts["shown"] if narrowed else counts[asked.view]
        walk = Walk(look.session, branches, _DONE if asked.view == "done" else _BY_DATE)
        # What a search through everything did not find is not searched for again.
        steps = walk.page(asked.after, asked.before) if total else Steps((), "", "")
        rows = look.session.execute(_selected().where(WorkItem.id.in_(steps.ids)))
        found = {row.id: row for row in _rows_of(look, rows)}
    items = tuple(found[id_] for id_ in steps.ids)
    return TaskList(items, counts, total, steps.back, steps.on)


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
        .order_by(WorkItem.due_on.is_(None), WorkItem.due_on, WorkItem.id)
    )
    return _rows_of(look, rows)


def _rows_of(look: Reading, rows: Iterable[Found[WorkItem, str, str, str, int]]) -> list[TaskRow]:
    """Make the rows of a list, each with what it is about; at most one statement."""
    found = list(rows)
    matters = matters_of_tasks(look, [row.WorkItem for row in found])
    return [replace(row_of(look, row), matter=matters.get(row.WorkItem.id, "")) for row in found]


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
        put_off_until=item.follow_up_on if open_now and _is_put_off(item, look.today) else None,
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


def _is_put_off(item: WorkItem, today: dt.date) -> bool:
    is_due = item.due_on is not None and item.due_on <= today
    return item.follow_up_on is not None and item.follow_up_on > today and not is_due


def _put_off(today: dt.date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Give the condition under which a task is put off, and that under which it is not."""
    later = and_(
        WorkItem.follow_up_on > today, or_(WorkItem.due_on.is_(None), WorkItem.due_on > today)
    )
    here = or_(
        WorkItem.follow_up_on.is_(None), WorkItem.follow_up_on <= today, WorkItem.due_on <= today
    )
    return later, here


def _branches(look: Reading, view: str) -> list[Branch]:
    """Give the tasks of one tab as branches that share no task, each read from its own index."""
    viewer = look.viewer
    me = viewer.name
    later, here = _put_off(look.today)
    mine: Branch = (is_open(), WorkItem.assignee == me)
    if view == "done":
        return [(WorkItem.completed_by == me, WorkItem.completed_at.is_not(None))]
    if view in ("mine", "put_off"):
        return [(*mine, here if view == "mine" else later)]
    shown = shows_run(viewer, WorkItem.instance_id)
    if sees_every_case(viewer, Part.TASKS):
        others = or_(WorkItem.assignee.is_(None), WorkItem.assignee != me)
        if view == "all":
            theirs = or_(WorkItem.assignee == me, waits_for(viewer.roles))
            return [(is_open(), or_(theirs, shown))]
        free = or_(WorkItem.assignee.is_(None), shown)
        return [(is_open(), WorkItem.role == role, others, free) for role in viewer.roles]
    untaken: list[Branch] = [(waits_for((role,)),) for role in viewer.roles]
    seen: Branch = (
        is_open_unled(),
        WorkItem.case_id.in_(cases_seen(viewer, Part.TASKS)),
        shown,
    )
    if view == "team":
        return [*untaken, (*seen, WorkItem.role.in_(viewer.roles), WorkItem.assignee != me)]
    elsewhere = or_(WorkItem.assignee != me, WorkItem.role.not_in(viewer.roles))
    not_mine = or_(WorkItem.assignee.is_(None), WorkItem.assignee != me)
    return [mine, *untaken, (*seen, not_mine, elsewhere)]


def _counts(look: Reading, view: str, shown: Sequence[Branch] | None) -> dict[str, int]:
    """Count every tab, what is late or soon of its tasks, and what is shown, if that is less."""
    counted = {name: _branches(look, name) for name in _COUNTED}
    open_now = [] if view == "done" else counted[view]
    if shown is not None:
        counted["shown"] = list(shown)
    for due in ("late", "soon"):
        counted[due] = [(*branch, *_due(due, look.today)) for branch in open_now]
    figures = (counted_to(of, WorkItem.id).label(name) for name, of in counted.items())
    return dict(look.session.execute(select(*figures)).one()._mapping)


def _narrowed(asked: TaskFilter, today: dt.date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [*_due(asked.due, today)]
    if asked.search.strip():
        found = select(CaseFile.id).outerjoin(Customer, IS_CUSTOMER).where(found_by(asked.search))
        conditions.append(or_(WorkItem.case_id.in_(found), _named(asked.search)))
    if asked.stage:
        of_case = select(CaseFile.id).where(CaseFile.id == WorkItem.case_id)
        conditions.append(of_case.where(CaseFile.stage == asked.stage).exists())
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
    }.get(due, ())
