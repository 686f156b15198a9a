"""One task with what stands beside its form: the case, why the date, what the policy says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from engine.casework.open_tasks import NAMED_FOR
from engine.casework.visibility import Part, parts_of
from engine.errors import NotFound
from engine.queries.cases import CaseBrief, case_in_brief
from engine.queries.comments import CommentRow, can_hand_over, comments_of
from engine.queries.diagrams import DiagramState, states_of
from engine.queries.letters import PromiseRow, promises_of
from engine.queries.owed import OwedRow, owed_of
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.queries.task_beside import Beside, beside
from engine.queries.tasks import TaskRow, task_row
from engine.tables.casefile import Submission
from engine.tables.database import Database
from engine.tables.process import WorkItem


@dataclass(frozen=True)
class TaskPage:
    """Everything a task page shows beside the form itself."""

    row: TaskRow
    #: None before the case has been opened.
    case: CaseBrief | None
    #: The person may open the page of the case.
    may_open_case: bool
    #: What the policy says about this step, with its source.
    documentation: str
    #: Pages where what the task is about is read or made.
    beside: tuple[Beside, ...]
    owed_actions: tuple[OwedRow, ...]
    promises: tuple[PromiseRow, ...]
    #: The process this task stands in; None when its version is not installed.
    diagram: DiagramState | None
    #: Open, theirs, and others hold its role too, so that the team could take it.
    can_be_put_back: bool
    #: Open, and the person may give it to somebody else of its role.
    can_be_handed_over: bool
    #: The person may write comments on the case.
    can_be_commented: bool
    #: What colleagues wrote about this task, newest first.
    comments: tuple[CommentRow, ...]
    completed_at: dt.datetime | None
    #: Full name.
    completed_by: str
    cancelled_at: dt.datetime | None
    #: What was answered; None while it is open.
    submission_id: int | None


def task(database: Database, work_item_id: int, person: Person) -> TaskPage:
    """Give one task; NotFound when there is none or it does not exist for this person.

    Whether they may fill it in says ``row.can_open``. At most eighteen statements.
    """
    with reading(database, person) as look:
        row = task_row(look, work_item_id)
        if row is None:
            raise NotFound
        item = look.session.get_one(WorkItem, work_item_id)
        parts = _parts(look, row.case_id)
        sees_letters = row.case_id is not None and Part.LETTERS in parts
        given = select(Submission.id).where(Submission.work_item_id == work_item_id).limit(1)
        diagram = _diagram(look, item)
        return TaskPage(
            row=row,
            case=case_in_brief(look, row.case_id, parts)[1] if row.case_id else None,
            may_open_case=Part.CARD in parts,
            documentation=_documentation(look, item, diagram),
            beside=beside(look, item, parts),
            owed_actions=owed_of(look, row.case_id or 0, only_open=True) if sees_letters else (),
            promises=promises_of(look, row.case_id or 0, only_open=True) if sees_letters else (),
            diagram=diagram,
            can_be_put_back=row.is_open
            and not item.by_name
            and item.form not in NAMED_FOR
            and row.assignee == person.name
            and row.role in person.roles,
            can_be_handed_over=can_hand_over(look, item, row),
            can_be_commented=Part.TIMELINE in parts,
            comments=comments_of(look, row.case_id, parts, row.id) if row.case_id else (),
            completed_at=item.completed_at,
            completed_by=look.full_name(item.completed_by),
            cancelled_at=item.cancelled_at,
            submission_id=None if row.is_open else look.session.scalar(given),
        )


def _parts(look: Reading, case_id: int | None) -> frozenset[Part]:
    """Give the parts of the task's case that exist for the one who looks; none is possible."""
    if case_id is None:
        return frozenset()
    try:
        return parts_of(look.session, look.viewer, case_id)
    except NotFound:
        return frozenset()


def _diagram(look: Reading, item: WorkItem) -> DiagramState | None:
    only = (item.instance_id, item.process_id)
    return next(iter(states_of(look, only=only)), None)


def _documentation(look: Reading, item: WorkItem, state: DiagramState | None) -> str:
    diagram = look.diagram(state.release_id, item.process_id) if state else None
    element = diagram.elements.get(item.element_id) if diagram else None
    return element.documentation if element else ""
