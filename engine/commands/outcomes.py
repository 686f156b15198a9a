"""What a person is told after something was done: what happened, what comes next, who has it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar import said
from engine.tables.people import User
from engine.tables.process import WorkItem

#: How a role is called in a sentence.
ROLE_NAMES = {
    "team_leader": "a team leader",
    "manager": "a manager",
    "dmo": "the Data Management Officer",
    "assistant_director": "an Assistant Director",
    "complaints_manager": "the Complaints Manager",
    "legal": "legal services",
    "systems_team": "the systems team",
    "contact_centre": "the contact centre",
    "process_owner": "a process owner",
    "officer": "an officer",
    "administrator": "an administrator",
    "contractor": "a contractor",
    "partner_liaison": "the partner liaison",
}
_SHOWN = 2


class OpenedTask(NamedTuple):
    """A task that was opened, as far as it has to be known who can go on with it."""

    id: int
    name: str
    role: str
    #: User name; None when it waits for anybody of the role.
    assignee: str | None

    def is_for(self, user: str, roles: Collection[str]) -> bool:
        """Tell whether somebody who holds these roles can go on with it."""
        return self.assignee == user or (self.assignee is None and self.role in roles)


@dataclass(frozen=True)
class Outcome:
    """What a command did, in ids for the program and in a sentence for the person."""

    instance_id: int | None = None
    case_id: int | None = None
    #: Name of the task that was completed.
    completed: str | None = None
    #: Work items that this opened, oldest first.
    opened: list[int] = field(default_factory=list)
    #: The same tasks, with who can go on with each.
    tasks: tuple[OpenedTask, ...] = ()
    sentence: str = ""
    #: True when a step got stuck; the managers see it with its reason.
    stuck: bool = False
    #: True when a message may be waiting to be delivered now.
    has_news: bool = False


def tasks_of(opened: Sequence[WorkItem]) -> tuple[OpenedTask, ...]:
    """Give what an outcome says of the tasks that were opened."""
    return tuple(OpenedTask(item.id, item.name, item.role, item.assignee) for item in opened)


def sentence_of(
    session: Session, done: str, opened: Sequence[WorkItem], *, stuck: bool, by: str
) -> str:
    """Say what happened, what comes next and who has it."""
    said_first = f"{done}." if done else ""
    if stuck:
        return f"{said_first} The next step got stuck; managers can see why and start it again."
    if not opened:
        return said_first
    parts = [_next(session, item, by) for item in opened[:_SHOWN]]
    more = len(opened) - _SHOWN
    tail = f" and {more} more" if more > 0 else ""
    return f"{said_first} Next: {'; '.join(parts)}{tail}."


def _next(session: Session, item: WorkItem, by: str) -> str:
    if item.assignee is None:
        who = ROLE_NAMES.get(item.role, item.role)
    elif item.assignee == by:
        who = "you"
    else:
        who = session.scalar(select(User.full_name).where(User.name == item.assignee)) or "nobody"
    due = f", due {said(item.due_on)}" if item.due_on else ""
    return f"“{item.name}”, with {who}{due}"
