"""Who a caller may be and what they may disagree with: what the doors look up."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.casework.appeal_receipts import DECISION_NAMES
from engine.casework.visibility import Part, opens, sees
from engine.queries import words
from engine.queries.cases import IS_CUSTOMER, found_by
from engine.queries.decisions import appeal_words
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.tables.casefile import CaseFile, Customer
from engine.tables.customer_words import answers_to
from engine.tables.database import Database
from engine.tables.decisions import Appeal, Arrangement, Decision, Letter

#: A search shorter than this finds nothing: nobody leafs through the customers.
SHORTEST_SEARCH = 3
_MOST = 20


@dataclass(frozen=True)
class AppealableDecision:
    """One decision that somebody may disagree with, as little of it as logging an appeal needs."""

    decision_id: int
    case_id: int
    case_reference: str
    customer: str
    address: str
    tenancy_reference: str
    #: The letter that told it, or what was decided for those who may see decisions.
    name: str
    decided_on: dt.date
    letter_on: dt.date | None
    appeal_until: dt.date | None
    #: How long it can be appealed, in a sentence.
    appeal_words: str
    #: False once it has been appealed: a decision can be appealed once.
    can_be_appealed: bool
    #: It can, but its time is over: more can be agreed (R-079).
    is_over: bool
    #: The arrangement of the case that is in force: an earlier look can be asked for.
    arrangement_id: int | None


@dataclass(frozen=True)
class FoundCustomer:
    """A customer the landlord knows already."""

    id: int
    name: str
    address: str
    tenancy_reference: str
    #: Their open case where the person may see it; None for none.
    case_id: int | None
    case_reference: str


def decisions_of(database: Database, person: Person, search: str) -> list[AppealableDecision]:
    """Give the decisions of the customers a text finds, newest first, at most twenty.

    search: part of a name, address, tenancy or case reference, three letters or more; with less
    nothing is found. Any member of staff may log an appeal (R-073), so a decision is found by
    all of them; what was decided, and in which letter, is said only to those who may see it. At
    most six statements.
    """
    if not may_look(person, search):
        return []
    with reading(database, person) as look:
        rows = look.session.execute(
            select(
                *(Decision, CaseFile, Customer, Letter.title, Letter.issued_on),
                sees(person, Part.LETTERS).label("reads_letters"),
            )
            .join(CaseFile, CaseFile.id == Decision.case_id)
            .join(Customer, IS_CUSTOMER)
            .outerjoin(Letter, Letter.id == Decision.letter_id)
            .where(found_by(search), Decision.kind.in_(DECISION_NAMES))
            .order_by(Decision.decided_on.desc(), Decision.id.desc())
            .limit(_MOST)
        ).all()
        cases = [row.CaseFile.id for row in rows]
        appeals = _appeals(look, cases)
        told = _may_be_told(look, cases)
        running = _running(look, cases)
        return [
            _decision(look, row, appeals.get(row.Decision.id, []), told, running) for row in rows
        ]


def find_customer(database: Database, person: Person, text: str) -> list[FoundCustomer]:
    """Give the customers a text finds, by name, at most twenty; with three letters or more.

    Their open case is named only to those who may see it. Three statements.
    """
    if not may_look(person, text):
        return []
    with reading(database, person) as look:
        customers = look.session.scalars(
            select(Customer)
            .where(answers_to(Customer.id, text))
            .order_by(Customer.name, Customer.id)
            .limit(_MOST)
        ).all()
        open_cases = select(CaseFile).where(
            CaseFile.customer_id.in_([customer.id for customer in customers]),
            CaseFile.closed_on.is_(None),
            sees(person, Part.CARD),
        )
        known = {case.customer_id: case for case in look.session.scalars(open_cases)}
        return [_customer(row, known.get(row.id)) for row in customers]


def may_look(person: Person, text: str) -> bool:
    """Tell whether there is enough to look for, and whether customers exist for this person."""
    return len(text.strip()) >= SHORTEST_SEARCH and opens(person, "customers")


def _customer(row: Customer, case: CaseFile | None) -> FoundCustomer:
    return FoundCustomer(
        id=row.id,
        name=row.name,
        address=row.address,
        tenancy_reference=row.tenancy_reference,
        case_id=case.id if case else None,
        case_reference=case.reference if case else "",
    )


def _appeals(look: Reading, cases: list[int]) -> dict[int, list[Appeal]]:
    found: dict[int, list[Appeal]] = {}
    for appeal in look.session.scalars(select(Appeal).where(Appeal.case_id.in_(cases))):
        found.setdefault(appeal.decision_id, []).append(appeal)
    return found


def _may_be_told(look: Reading, cases: list[int]) -> set[int]:
    seen = select(CaseFile.id).where(CaseFile.id.in_(cases), sees(look.viewer, Part.DECISIONS))
    return set(look.session.scalars(seen))


def _running(look: Reading, cases: list[int]) -> dict[int, int]:
    """Give case -> its arrangement that is in force."""
    rows = look.session.execute(
        select(Arrangement.case_id, Arrangement.id).where(
            Arrangement.case_id.in_(cases),
            Arrangement.in_force_on.is_not(None),
            Arrangement.ended_on.is_(None),
        )
    )
    return dict(rows.all())


def _decision(
    look: Reading,
    row: Any,
    appeals: list[Appeal],
    told: set[int],
    running: dict[int, int],
) -> AppealableDecision:
    decision: Decision = row.Decision
    letter = f"Letter “{row.title}”" if row.title and row.reads_letters else "A decision"
    name = words.name_of("decision", decision.kind) if decision.case_id in told else letter
    is_open = all(appeal.withdrawn_on for appeal in appeals)
    until = decision.appeal_until
    return AppealableDecision(
        decision_id=decision.id,
        case_id=decision.case_id,
        case_reference=row.CaseFile.reference,
        customer=row.Customer.name,
        address=row.Customer.address,
        tenancy_reference=row.Customer.tenancy_reference,
        name=name,
        decided_on=decision.decided_on,
        letter_on=row.issued_on,
        appeal_until=until,
        appeal_words=appeal_words(decision, appeals, look),
        can_be_appealed=is_open,
        is_over=is_open and until is not None and until < look.today,
        arrangement_id=running.get(decision.case_id),
    )
