"""Who may do a task: the person it is assigned to, or anybody who holds its role."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy.orm import Session

from engine.calendar import said
from engine.casework import people, visibility
from engine.casework.open_tasks import PASSED_ON
from engine.casework.tasks_seen import may_see_task
from engine.clock import LONDON
from engine.commands.outcomes import ROLE_NAMES
from engine.errors import NotAllowed, NotFound, Rejected
from engine.operations import ACTIONS, DOORS
from engine.tables.casefile import CaseFile
from engine.tables.process import WorkItem


def check_may_do(
    session: Session, item: WorkItem, by: str, today: dt.date, *, holds_role: bool = False
) -> None:
    """Raise NotFound, NotAllowed or Rejected unless `by` may do this task now.

    holds_role: known already that they hold its role today; else it is looked up if it matters.
    """
    mine = item.assignee == by
    theirs = mine or (item.assignee is None and holds_role)
    roles = set() if theirs else people.roles_of(session, by, today)
    theirs = theirs or (item.assignee is None and item.role in roles)
    if not theirs and not may_see_task(session, item, by, roles):
        if item.role in roles and item.completed_at is None and item.cancelled_at is None:
            raise NotAllowed("Expected a task of yours, but this one was given to somebody else.")
        if item.role in roles and not item.by_name and _was_open_on(item, today):
            # It was on their list until somebody was quicker; of the case they learn no more.
            check_is_open(session, item, by)
        raise NotFound(f"Expected a task {item.id}, but there is none.")
    check_is_open(session, item, by)
    if item.assignee is not None and not mine:
        raise NotAllowed(
            f"Expected “{item.name}” to be yours, but "
            f"{people.full_name(session, item.assignee)} has it. "
            "Ask them, or have it handed over to you."
        )
    if item.form == PASSED_ON and item.assignee is None:
        _check_takes_part(session, item, by)
    if not theirs:
        raise NotAllowed(
            f"Expected {ROLE_NAMES.get(item.role, item.role)} to do “{item.name}”, "
            "but that is not your role."
        )


def _check_takes_part(session: Session, item: WorkItem, by: str) -> None:
    """Raise NotAllowed where the customer has complained about who would answer them (R-007)."""
    case = session.get(CaseFile, item.case_id) if item.case_id else None
    if case is not None and by in case.allegation_against:
        raise NotAllowed(
            f"Expected somebody the customer has not complained about to do “{item.name}”, but you "
            "are one of those. A manager can hand it over to a colleague."
        )


def check_may_act(
    session: Session, case_id: int, by: str, roles: Collection[str], action: str
) -> None:
    """Raise NotFound unless `by` sees as much of the case as an action, or a message, needs.

    Raises NotAllowed where they see the case, and it is for others by their role alone.
    """
    parts = visibility.parts_seen(session, case_id, by, roles)
    theirs = DOORS[action].roles if action in DOORS else ACTIONS.get(action, frozenset())
    lacks_role = bool(theirs) and not theirs & set(roles)
    if parts and lacks_role and action not in visibility.NEEDS:
        check_role(theirs, roles)
    if visibility.needs(action) not in parts:
        raise NotFound(f"Expected a case {case_id}, but there is none.")
    check_role(theirs, roles)


def check_role(theirs: Collection[str], roles: Collection[str]) -> None:
    """Raise NotAllowed, naming who may, unless one of the roles is among theirs, if any are."""
    if theirs and not set(theirs) & set(roles):
        raise NotAllowed(f"Expected one of {', '.join(sorted(theirs))} to do this.")


def check_is_open(session: Session, item: WorkItem, by: str = "") -> None:
    """Raise Rejected, naming who and when, unless the task is still open; by: who asks."""
    if item.completed_at is not None and by and item.completed_by == by:
        raise Rejected(
            f"Expected to complete “{item.name}”, but you completed it on "
            f"{_said(item.completed_at)} already. Nothing was done a second time.",
            by_you=True,
        )
    if item.completed_at is not None:
        who = people.full_name(session, item.completed_by or "somebody")
        raise Rejected(
            f"Expected to complete “{item.name}”, but {who} completed it on "
            f"{_said(item.completed_at)}. What you typed is shown below; nothing was changed."
        )
    if item.cancelled_at is not None:
        raise Rejected(
            f"Expected to complete “{item.name}”, but it was cancelled on "
            f"{_said(item.cancelled_at)} because the case moved on. "
            "What you typed is shown below; nothing was changed."
        )


def _was_open_on(item: WorkItem, day: dt.date) -> bool:
    over_at = item.completed_at or item.cancelled_at
    return over_at is not None and over_at.astimezone(LONDON).date() == day


def _said(moment: dt.datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"{said(local.date())} at {local:%H:%M}"
