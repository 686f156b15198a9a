"""Which places of the running cases are wanted: one condition for lists and for counts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true

from engine.casework.kept_apart import shows_place
from engine.casework.visibility import Part, sees, sees_every_case
from engine.queries.cases import IS_CUSTOMER, found_by
from engine.queries.reading import Reading
from engine.tables.casefile import CaseFile, Customer
from engine.tables.process import ElementInstance, WorkItem
from engine.tables.releases import Release

#: How far "this week" reaches, in calendar days.
_A_WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class RunningFilter:
    """Which running cases are wanted, and in which order; a page's address says the same."""

    #: Part of a customer's name, address, tenancy or case reference.
    search: str = ""
    #: Process id: what stands in it or in what it called.
    process: str = ""
    #: Element id of that process; of a call or a phase, everything that stands inside.
    element: str = ""
    #: Number of a published version.
    release: int | None = None
    #: User name, or a role for what nobody has taken yet.
    held_by: str = ""
    #: Stage of the case: informal, warning, formal, in_force, ended, closed.
    stage: str = ""
    #: late, today, week (today and the seven days after it), later, none (has no date), stuck.
    due: str = ""
    #: due, since, customer, process, place, held_by, late (working days); a leading "-" reverses.
    #: What has none of it comes last either way.
    sort: str = "due"


def fitting(look: Reading, wanted: RunningFilter) -> list[ColumnElement[bool]]:
    """Give the conditions on ``ElementInstance`` under which a place is wanted.

    Only places that exist for the one who looks, and none that merely holds others. The
    conditions need no join, so that a count reads nothing it does not count.
    """
    place = ElementInstance
    conditions = [place.is_container.is_(False), seen_by(look), _due(wanted.due, look.today)]
    if wanted.process:
        step = f"/{wanted.process}:{wanted.element}" + ("/" if wanted.element else "")
        conditions.append(func.replace(place.path, step, "") != place.path)
    elif wanted.element:
        conditions.append(false())
    if wanted.release is not None:
        numbered = select(Release.id).where(Release.number == wanted.release)
        conditions.append(place.release_id == numbered.scalar_subquery())
    if wanted.held_by:
        untaken = and_(WorkItem.assignee.is_(None), WorkItem.role == wanted.held_by)
        theirs = select(WorkItem.id).where(or_(WorkItem.assignee == wanted.held_by, untaken))
        conditions.append(place.work_item_id.in_(theirs))
    of_case = [found_by(wanted.search)] if wanted.search.strip() else []
    of_case += [CaseFile.stage == wanted.stage] if wanted.stage else []
    if of_case:
        cases = select(CaseFile.id).outerjoin(Customer, IS_CUSTOMER).where(*of_case)
        conditions.append(place.case_id.in_(cases))
    return conditions


def seen_by(look: Reading) -> ColumnElement[bool]:
    """Give the condition under which a place exists for the one who looks."""
    if sees_every_case(look.viewer, Part.DIAGRAMS):
        return shows_place(look.viewer)
    seen = select(CaseFile.id).where(sees(look.viewer, Part.DIAGRAMS))
    return and_(ElementInstance.case_id.in_(seen), shows_place(look.viewer))


def is_late(today: dt.date) -> ColumnElement[bool]:
    """Give the condition under which the task at a place is late."""
    return ElementInstance.due_on < today


def counted(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """Count the places for which a condition holds."""
    return func.count().filter(condition)


def _due(due: str, today: dt.date) -> ColumnElement[bool]:
    due_on = ElementInstance.due_on
    known = {
        "late": is_late(today),
        "today": due_on == today,
        "week": due_on.between(today, today + _A_WEEK),
        "later": due_on > today + _A_WEEK,
        "none": due_on.is_(None),
        "stuck": ElementInstance.incident_id.is_not(None),
    }
    return known.get(due, true())
