"""What colleagues wrote on a case, for those it is for; and to whom a task can be handed over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

from engine.casework.kept_apart import shows_run
from engine.casework.open_tasks import MAY_HAND_OVER, PASSED_ON
from engine.casework.people import holders_of
from engine.casework.visibility import Part, parts_of
from engine.errors import NotAllowed, NotFound
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.queries.tasks import TaskRow, task_row
from engine.tables.casefile import CaseFile
from engine.tables.comments import Comment
from engine.tables.database import Database
from engine.tables.people import User
from engine.tables.process import WorkItem


@dataclass(frozen=True)
class CommentRow:
    """One comment as it is shown."""

    at: dt.datetime
    #: Full name.
    by: str
    text: str
    #: Name of the task it is about; "" for the case.
    task: str
    #: Full name of who was handed the task with it; "" for a remark.
    handed_to: str


@dataclass(frozen=True)
class HandOver:
    """A task that can be handed over, and to whom."""

    row: TaskRow
    #: User name, full name and job title of each who may get it.
    people: tuple[tuple[str, str, str], ...]
    #: A note has somewhere to stay: the task belongs to a case.
    takes_a_note: bool


def comments_of(
    look: Reading, case_id: int, parts: Collection[Part], work_item_id: int | None = None
) -> tuple[CommentRow, ...]:
    """Give the comments on a case or on one task of it, newest first; one statement.

    Who does not see the whole case reads the notes that came to them with a task, and their own.
    """
    query = (
        select(Comment, WorkItem.name)
        .outerjoin(WorkItem, WorkItem.id == Comment.work_item_id)
        .where(
            Comment.case_id == case_id,
            or_(Comment.work_item_id.is_(None), WorkItem.id.is_(None), _shown(look)),
        )
        .order_by(Comment.id.desc())
    )
    if work_item_id is not None:
        query = query.where(Comment.work_item_id == work_item_id)
    if Part.TIMELINE not in parts:
        me = look.viewer.name
        query = query.where(or_(Comment.handed_to == me, Comment.by == me))
    return tuple(
        CommentRow(
            at=row.Comment.at,
            by=look.full_name(row.Comment.by),
            text=row.Comment.text,
            task=row.name or "",
            handed_to=look.full_name(row.Comment.handed_to),
        )
        for row in look.session.execute(query)
    )


def _shown(look: Reading) -> ColumnElement[bool]:
    """Give the condition under which the task of a comment is not kept apart."""
    me = look.viewer.name
    theirs = or_(Comment.handed_to == me, Comment.by == me)
    return or_(theirs, shows_run(look.viewer, WorkItem.instance_id))


def may_comment(database: Database, case_id: int, person: Person) -> str:
    """Give the reference of a case this person may comment on; NotFound for any other."""
    with reading(database, person) as look:
        if Part.TIMELINE not in parts_of(look.session, person, case_id):
            raise NotFound
        return look.session.get_one(CaseFile, case_id).reference


def handing_over(database: Database, work_item_id: int, person: Person) -> HandOver:
    """Give a task and the people it can go to: who holds its role and takes part.

    Raises NotFound for no task of theirs to see, NotAllowed for one that is not theirs to hand
    over, that is over, or that belongs to one person by name.
    """
    with reading(database, person) as look:
        row = task_row(look, work_item_id)
        if row is None:
            raise NotFound
        item = look.session.get_one(WorkItem, work_item_id)
        if not can_hand_over(look, item, row):
            raise NotAllowed(
                "Expected an open task of yours or of your team, but this one is not yours to "
                "hand over."
            )
        names = holders_of(look.session, row.role, look.today)
        case = look.session.get(CaseFile, row.case_id) if row.case_id else None
        barred = {*(case.allegation_against if case else ()), row.assignee}
        users = look.session.scalars(
            select(User).where(User.name.in_(set(names) - barred)).order_by(User.full_name)
        )
        found = tuple((user.name, user.full_name, user.job_title) for user in users)
        return HandOver(row, found, case is not None)


def can_hand_over(look: Reading, item: WorkItem, row: TaskRow) -> bool:
    """Tell whether the one who looks may hand this task over."""
    mine = row.assignee == look.viewer.name
    manages = bool(MAY_HAND_OVER.intersection(look.viewer.roles))
    if item.by_name:
        return row.is_open and manages and item.form == PASSED_ON
    return row.is_open and (mine or manages)
