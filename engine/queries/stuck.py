"""Stuck steps: runs that cannot go on by themselves, and messages that nobody took."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from engine.casework.kept_apart import shows_run
from engine.errors import NotFound
from engine.operations import MAY_RETRY
from engine.queries import words
from engine.queries.people import Person
from engine.queries.reading import PAGE_SIZE, Page, Reading, page_number, page_of, reading
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.process import Incident, ProcessInstance

_MOST_CAUSES = 10


@dataclass(frozen=True)
class StuckStep:
    """One thing that waits for a person because it cannot go on by itself."""

    incident_id: int
    #: None when it belongs to no case.
    case_id: int | None
    case_reference: str
    customer: str
    #: Where it stopped, in the words of the diagram.
    process: str
    step: str
    #: What happened, in a sentence.
    reason: str
    since: dt.datetime
    #: How often it was tried again.
    retries: int
    #: Full name of who tried it last, and when; "" and None while nobody did.
    tried_by: str
    tried_at: dt.datetime | None
    #: A message that nobody takes: it can be delivered again, or let go.
    is_message: bool
    #: The run it is a step of; None for a message that no run waits for.
    instance_id: int | None
    process_id: str
    element_id: str


@dataclass(frozen=True)
class StuckCause:
    """Steps that are stuck at the same element for the same reason."""

    count: int
    #: One of them; None when all that is stuck is meant, whatever the cause.
    incident_id: int | None
    #: As a batch wants it.
    wanted: Mapping[str, str]
    process: str
    step: str
    reason: str


def may_retry(person: Person) -> bool:
    """Tell whether this person looks after stuck steps."""
    return bool(MAY_RETRY & set(person.roles))


def is_stuck(person: Person) -> ColumnElement[bool]:
    """Give the condition under which something is stuck and not kept apart from this person."""
    return and_(Incident.resolved_at.is_(None), shows_run(person, Incident.instance_id))


def stuck_steps(database: Database, person: Person, page: int = 1) -> Page[StuckStep]:
    """Give what is stuck, the oldest first; at most five statements. NotFound if not theirs."""
    if not may_retry(person):
        raise NotFound
    with reading(database, person) as look:
        unsettled = is_stuck(person)
        total = look.session.scalar(select(func.count(Incident.id)).where(unsettled)) or 0
        rows = look.session.execute(
            _unsettled(person)
            .order_by(Incident.id)
            .limit(PAGE_SIZE)
            .offset((page_number(page) - 1) * PAGE_SIZE)
        ).all()
        steps = [step_of(look, *row) for row in rows]
        return page_of(steps, total, page_number(page))


def stuck_step(database: Database, person: Person, incident_id: int) -> StuckStep:
    """Give one thing that is stuck; NotFound when it is not, or not theirs."""
    if not may_retry(person):
        raise NotFound
    with reading(database, person) as look:
        found = look.session.execute(_unsettled(person).where(Incident.id == incident_id)).first()
        if found is None:
            raise NotFound
        return step_of(look, *found)


def stuck_causes(database: Database, person: Person) -> tuple[StuckCause, ...]:
    """Give what more than one step is stuck for, the most frequent first, at most ten."""
    if not may_retry(person):
        raise NotFound
    alike = (Incident.process_id, Incident.element_id, Incident.reason)
    counted = func.count(Incident.id)
    with reading(database, person) as look:
        rows = look.session.execute(
            select(func.min(Incident.id), counted)
            .where(is_stuck(person))
            .group_by(*alike)
            .having(counted > 1)
            .order_by(counted.desc(), func.min(Incident.id))
            .limit(_MOST_CAUSES)
        ).all()
        counts: dict[int, int] = dict(rows)
        found = look.session.execute(_unsettled(person).where(Incident.id.in_(counts))).all()
        steps = {row.Incident.id: step_of(look, *row) for row in found}
        return tuple(_cause(steps[one], count) for one, count in counts.items() if one in steps)


def stuck_alike(database: Database, person: Person, incident_id: int | None) -> StuckCause:
    """Give what is stuck for the same reason as one step, or all there is; NotFound as there."""
    step = stuck_step(database, person, incident_id) if incident_id is not None else None
    if not may_retry(person):
        raise NotFound
    cause = _cause(step, 0)
    with database.reading() as session:
        counted = select(func.count(Incident.id)).where(is_stuck(person))
        if step is not None:
            counted = counted.where(
                Incident.process_id == step.process_id,
                Incident.element_id == step.element_id,
                Incident.reason == step.reason,
            )
        return replace(cause, count=session.scalar(counted) or 0)


def _cause(step: StuckStep | None, count: int) -> StuckCause:
    if step is None:
        return StuckCause(count, None, {}, "", "", "")
    wanted = {
        "process_id": step.process_id,
        "element_id": step.element_id,
        "cause": step.reason,
    }
    return StuckCause(count, step.incident_id, wanted, step.process, step.step, step.reason)


def _unsettled(person: Person) -> Any:
    return (
        select(Incident, ProcessInstance.release_id, CaseFile.reference, Customer.name)
        .outerjoin(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .outerjoin(CaseFile, CaseFile.id == Incident.case_id)
        .outerjoin(Customer, Customer.id == CaseFile.customer_id)
        .where(is_stuck(person))
    )


def step_of(
    look: Reading,
    incident: Incident,
    release_id: int | None,
    reference: str | None,
    customer: str | None,
) -> StuckStep:
    """Put one incident into words, with the release of its run and the case it belongs to."""
    diagram = look.diagram(release_id, incident.process_id) if release_id else None
    element = diagram.elements.get(incident.element_id) if diagram else None
    return StuckStep(
        incident_id=incident.id,
        case_id=incident.case_id,
        case_reference=reference or "",
        customer=customer or "Customer not recorded",
        process=diagram.name if diagram else "A message",
        step=element.name if element and element.name else words.plain(incident.element_id),
        reason=incident.reason,
        since=incident.opened_at,
        retries=incident.retries,
        tried_by=look.full_name(incident.tried_by),
        tried_at=incident.tried_at,
        is_message=incident.message_id is not None,
        instance_id=incident.instance_id,
        process_id=incident.process_id,
        element_id=incident.element_id,
    )
