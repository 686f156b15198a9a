"""What colleagues write to one another on a case: a remark, or a note with a task."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.casework import people, visibility
from engine.casework.audit import Chain, Entry
from engine.casework.tasks_seen import may_see_task
from engine.casework.visibility import Part
from engine.commands.tries import keeps_trying
from engine.errors import InvalidAnswers, NotFound, Problem
from engine.installation import Surroundings, read_surroundings
from engine.tables.casefile import CaseFile
from engine.tables.comments import Comment
from engine.tables.database import Database
from engine.tables.process import WorkItem

#: Characters of the longest comment.
LONGEST_COMMENT = 2000
#: The same again within this time is a second click, not a second remark.
_SECOND_CLICK = dt.timedelta(minutes=1)


class _Viewer(NamedTuple):
    name: str
    roles: tuple[str, ...]


@keeps_trying
def comment(
    db: Database, case_id: int, text: str, *, by: str, work_item_id: int | None = None
) -> None:
    """Write a remark for colleagues who see the whole case, about one of its tasks if named.

    Raises NotFound for a case, or a task of it, that does not exist for this person;
    InvalidAnswers for an empty or too long text.
    """
    with db.writing() as session:
        around = read_surroundings(session)
        case = _case_seen(session, case_id, by, around.today)
        if work_item_id is not None:
            item = session.get(WorkItem, work_item_id)
            roles = people.roles_of(session, by, around.today)
            if item is None or item.case_id != case_id:
                raise NotFound
            if item.assignee != by and not may_see_task(session, item, by, roles):
                raise NotFound
        said = checked_text(text, "text")
        if not said:
            raise InvalidAnswers([Problem("text", "Enter what your colleagues should know")])
        if not _is_said_already(session, around, case_id, said, by):
            add_comment(session, around, case, said, by=by, work_item_id=work_item_id)


def add_comment(
    session: Session,
    around: Surroundings,
    case: CaseFile,
    text: str,
    *,
    by: str,
    **about: int | str | None,
) -> Comment:
    """Keep a comment whose writer may write it; about: ``work_item_id``, ``handed_to``."""
    row = Comment(case_id=case.id, text=text, by=by, at=around.now, **about)
    session.add(row)
    session.flush()
    new = {name: value for name, value in about.items() if value is not None}
    entry = Entry("comment_added", "comment", row.id, actor=by, new=new)
    Chain.of_case(session, case).add(entry, at=around.now)
    return row


def checked_text(text: str, question: str) -> str:
    """Give the text as it is kept; raises InvalidAnswers when it is too long."""
    said = "\n".join(line.rstrip() for line in text.strip().splitlines())
    if len(said) > LONGEST_COMMENT:
        raise InvalidAnswers(
            [
                Problem(
                    question,
                    f"Expected at most {LONGEST_COMMENT:,} characters, but it has {len(said):,}. "
                    "Shorten it; what a decision may rest on belongs into the evidence.",
                )
            ]
        )
    return said


def _case_seen(session: Session, case_id: int, by: str, today: dt.date) -> CaseFile:
    case = session.get(CaseFile, case_id)
    viewer = _Viewer(by, tuple(people.roles_of(session, by, today)))
    if case is None or case.deleted_on is not None:
        raise NotFound
    if Part.TIMELINE not in visibility.parts_of(session, viewer, case_id):
        raise NotFound
    return case


def _is_said_already(
    session: Session, around: Surroundings, case_id: int, text: str, by: str
) -> bool:
    since = around.now - _SECOND_CLICK
    same = select(Comment.id).where(
        Comment.case_id == case_id, Comment.by == by, Comment.text == text, Comment.at >= since
    )
    return session.scalar(same.limit(1)) is not None
