"""Tasks that are still to be done, and those that wait for anybody in a role."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, func

from engine.tables.process import WorkItem

#: Who hands over tasks of others too.
MAY_HAND_OVER = frozenset({"manager", "dmo"})


#: Forms of tasks somebody was named for on a case: they can be handed to a colleague, but are never
#: left to anybody in a role, which would open the case to all of them (R-102).
NAMED_FOR = frozenset({"promise_kept", "what_we_owe"})

#: The form of what was passed on: whoever has it by name is covered for, and a manager can hand it
#: over (R-007, R-072).
PASSED_ON = "passed_on_answer"


def is_open() -> ColumnElement[bool]:
    """Give the condition under which a task is still to be done."""
    return and_(WorkItem.completed_at.is_(None), WorkItem.cancelled_at.is_(None))


def is_open_unled() -> ColumnElement[bool]:
    """Give the same condition in words that no index of open tasks fits.

    For tasks that something else leads to, such as the few of some cases: a database that counts
    on finding them soon along the dates reads everybody's.
    """
    return func.coalesce(WorkItem.completed_at, WorkItem.cancelled_at).is_(None)


def waits_for(roles: Collection[str]) -> ColumnElement[bool]:
    """Give the condition under which a task waits for anybody in one of these roles."""
    # One role is asked for as one: only then does an index give its tasks in order.
    in_role = WorkItem.role == next(iter(roles)) if len(roles) == 1 else WorkItem.role.in_(roles)
    return and_(is_open(), WorkItem.assignee.is_(None), in_role)
