"""Which tasks exist for a person: their own, their role's, and those of the cases they see."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, and_, or_, true
from sqlalchemy.orm import Session

from engine.casework.kept_apart import is_kept_run, kept_from, kept_from_viewer, shows_run
from engine.casework.open_tasks import waits_for
from engine.casework.visibility import (
    Named,
    Part,
    Viewer,
    cases_seen,
    parts_seen,
    sees_every_case,
)
from engine.tables.process import WorkItem


def sees_work_item(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition under which a row of ``WorkItem`` exists for this person.

    Their own, open or done; what waits for anybody in their role; and all of the cases they see
    but what is kept apart from them.
    """
    return or_(
        WorkItem.assignee == viewer.name,
        WorkItem.completed_by == viewer.name,
        waits_for(viewer.roles),
        and_(_of_cases(viewer), shows_run(viewer, WorkItem.instance_id)),
    )


def may_see_task(session: Session, item: WorkItem, by: str, roles: Iterable[str]) -> bool:
    """Tell whether this task exists for a person who is neither its holder nor in its role."""
    viewer = Named(by, tuple(roles))
    if item.completed_by == by:
        return True
    if sees_every_case(viewer, Part.TASKS):
        return not is_kept_run(session, item.instance_id, kept_from_viewer(viewer))
    if item.case_id is None:
        return False
    parts = parts_seen(session, item.case_id, by, viewer.roles)
    return Part.TASKS in parts and not is_kept_run(session, item.instance_id, kept_from(parts))


def _of_cases(viewer: Viewer) -> ColumnElement[bool]:
    if sees_every_case(viewer, Part.TASKS):
        return true()
    return WorkItem.case_id.in_(cases_seen(viewer, Part.TASKS))
