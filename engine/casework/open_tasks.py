"""Tasks that are still to be done, and those that wait for anybody in a role."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_

from engine.tables.process import WorkItem


def is_open() -> ColumnElement[bool]:
    """Give the condition under which a task is still to be done."""
    return and_(WorkItem.completed_at.is_(None), WorkItem.cancelled_at.is_(None))


def waits_for(roles: Collection[str]) -> ColumnElement[bool]:
    """Give the condition under which a task waits for anybody in one of these roles."""
    return and_(is_open(), WorkItem.assignee.is_(None), WorkItem.role.in_(roles))
