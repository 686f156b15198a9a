"""Stuck steps: runs that cannot go on by themselves, and messages that nobody took."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from engine.errors import NotFound
from engine.operations import MAY_RETRY
from engine.queries import words
from engine.queries.people import Person
from engine.queries.reading import PAGE_SIZE, Page, Reading, page_number, page_of, reading
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.process import Incident, ProcessInstance


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


def may_retry(person: Person) -> bool:
    """Tell whether this person looks after stuck steps."""
    return bool(MAY_RETRY & set(person.roles))


def stuck_steps(database: Database, person: Person, page: int = 1) -> Page[StuckStep]:
    """Give what is stuck, the oldest first; at most four statements. NotFound if not theirs."""
    if not may_retry(person):
        raise NotFound
    with reading(database, person) as look:
        unsettled = Incident.resolved_at.is_(None)
        total = look.session.scalar(select(func.count(Incident.id)).where(unsettled)) or 0
        rows = look.session.execute(
            select(Incident, ProcessInstance.release_id, CaseFile.reference, Customer.name)
            .outerjoin(ProcessInstance, ProcessInstance.id == Incident.instance_id)
            .outerjoin(CaseFile, CaseFile.id == Incident.case_id)
            .outerjoin(Customer, Customer.id == CaseFile.customer_id)
            .where(unsettled)
            .order_by(Incident.id)
            .limit(PAGE_SIZE)
            .offset((page_number(page) - 1) * PAGE_SIZE)
        ).all()
        steps = [step_of(look, *row) for row in rows]
        return page_of(steps, total, page_number(page))


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
    )
