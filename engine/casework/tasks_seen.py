"""Which tasks exist for a person: their own, their role's, and those of the cases they see."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_, true

from engine.casework.open_tasks import waits_for
from engine.casework.visibility import Part, Viewer, cases_seen, sees_every_case
from engine.tables.process import WorkItem


def sees_work_item(viewer: Viewer) -> ColumnElement[bool]:
    """Give the condition under which a row of ``WorkItem`` exists for this person.

    Their own, open or done; what waits for anybody in their role; and all of the cases they see.
    """
    if sees_every_case(viewer, Part.TASKS):
        return true()
    return or_(
        WorkItem.assignee == viewer.name,
        WorkItem.completed_by == viewer.name,
        waits_for(viewer.roles),
        WorkItem.case_id.in_(cases_seen(viewer, Part.TASKS)),
    )
