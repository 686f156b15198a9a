"""Complaints beside cases: where each stands, which are open, where one can be logged (R-081)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from engine.calendar import said
from engine.casework.appeal_receipts import DECISION_NAMES
from engine.casework.visibility import Part, sees
from engine.errors import NotFound
from engine.queries import words
from engine.queries.appealable import may_look
from engine.queries.cases import IS_CUSTOMER, customer_name, found_by
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.tables.casefile import CaseFile, Customer
from engine.tables.complaints import Complaint
from engine.tables.database import Database
from engine.tables.decisions import Appeal, Decision, LookRequest

#: Roles for which the list exists; what of it they see, the table of each case decides.
_LISTED_FOR = frozenset({"complaints_manager", "manager", "dmo", "legal"})
_MOST = 500
_MOST_FOUND = 20


@dataclass(frozen=True)
class ComplaintRow:
    """One stage of one complaint with its clocks."""

    id: int
    case_id: int
    case_reference: str
    customer: str
    reference: str
    #: 1 or 2.
    stage: int
    about: str
    received_on: dt.date
    #: Full name.
    received_by: str
    #: How it stands in one sentence: what is due next, or how it ended.
    standing: str
    #: Why that date; "" when nothing is due.
    due_reason: str
    #: What has to be done next and by when; None when it is answered.
    due_on: dt.date | None
    is_late: bool
    #: What runs beside it, in words; "" for nothing.
    beside: str


def complaints_of(look: Reading, case_id: int) -> tuple[ComplaintRow, ...]:
    """Give the complaints beside one case, newest first, each stage by itself; three statements."""
    rows = look.session.execute(
        select(Complaint, CaseFile, Customer)
        .join(CaseFile, CaseFile.id == Complaint.case_id)
        .outerjoin(Customer, IS_CUSTOMER)
        .where(Complaint.case_id == case_id)
        .order_by(Complaint.id.desc())
    ).all()
    return _rows(look, [(row[0], row[1], row[2]) for row in rows])


def open_complaints(database: Database, person: Person) -> tuple[ComplaintRow, ...]:
    """Give the complaints not answered yet, the most urgent first, at most five hundred.

    Only of cases whose decisions this person sees. Raises NotFound for those the list does not
    exist for. At most five statements.
    """
    if not _LISTED_FOR.intersection(person.roles):
        raise NotFound
    with reading(database, person) as look:
        rows = look.session.execute(
            select(Complaint, CaseFile, Customer)
            .join(CaseFile, CaseFile.id == Complaint.case_id)
            .outerjoin(Customer, IS_CUSTOMER)
            .where(Complaint.answered_on.is_(None), sees(person, Part.DECISIONS))
            .order_by(Complaint.answer_due_on, Complaint.id)
            .limit(_MOST)
        ).all()
        found = _rows(look, [(row[0], row[1], row[2]) for row in rows])
        return tuple(sorted(found, key=lambda row: (row.due_on or dt.date.max, row.id)))


@dataclass(frozen=True)
class UndecidedCase:
    """A case in which nothing has been decided that somebody could appeal."""

    case_id: int
    case_reference: str
    customer: str
    address: str
    tenancy_reference: str


def undecided_of(database: Database, person: Person, search: str) -> list[UndecidedCase]:
    """Give the cases a text finds in which nothing was decided, newest first, at most twenty.

    A complaint about one of these can be logged. Only those this person sees anything of: before
    anybody was told a decision, a case does not exist for others (R-102). Two statements.
    """
    if not may_look(person, search):
        return []
    decided = select(Decision.id).where(
        Decision.case_id == CaseFile.id, Decision.kind.in_(DECISION_NAMES)
    )
    with reading(database, person) as look:
        rows = look.session.execute(
            select(CaseFile, Customer)
            .join(Customer, IS_CUSTOMER)
            .where(found_by(search), sees(person, Part.LETTERS), ~decided.exists())
            .order_by(CaseFile.id.desc())
            .limit(_MOST_FOUND)
        ).all()
        return [
            UndecidedCase(case.id, case.reference, one.name, one.address, one.tenancy_reference)
            for case, one in rows
        ]


def _rows(
    look: Reading, found: list[tuple[Complaint, CaseFile, Customer | None]]
) -> tuple[ComplaintRow, ...]:
    if not found:
        return ()
    appeals = _standing_appeals(look, [one.appeal_id for one, _, _ in found])
    looks = _standing_looks(look, [one.look_request_id for one, _, _ in found])
    return tuple(
        _row(look, complaint, case, customer, appeals, looks) for complaint, case, customer in found
    )


def _row(
    look: Reading,
    row: Complaint,
    case: CaseFile,
    customer: Customer | None,
    appeals: Mapping[int, str],
    looks: Mapping[int, str],
) -> ComplaintRow:
    due_on, what, why = _due(row)
    beside = (appeals.get(row.appeal_id or 0, ""), looks.get(row.look_request_id or 0, ""))
    return ComplaintRow(
        id=row.id,
        case_id=case.id,
        case_reference=case.reference,
        customer=customer_name(customer.name if customer else None, case.deleted_on),
        reference=row.reference,
        stage=row.stage,
        about=row.about,
        received_on=row.received_on,
        received_by=look.full_name(row.received_by),
        standing=_standing(look, row, due_on, what),
        due_reason=why,
        due_on=due_on,
        is_late=due_on is not None and due_on < look.today,
        beside=words.joined(beside),
    )


def _due(row: Complaint) -> tuple[dt.date | None, str, str]:
    """Give by when what has to be done next, and why then."""
    if row.answered_on is not None:
        return None, "", ""
    if row.acknowledged_on is None:
        return row.acknowledge_due_on, "To be acknowledged", row.acknowledge_due_reason
    if row.extended_to is not None:
        return row.extended_to, "More time was agreed; to be answered", row.extended_reason or ""
    return row.answer_due_on, "To be answered", row.answer_due_reason


def _standing(look: Reading, row: Complaint, due_on: dt.date | None, what: str) -> str:
    if due_on is not None:
        return f"{what} by {said(due_on)}, {look.due_words(due_on)}"
    if row.outcome == "withdrawn":
        return f"Withdrawn on {said(row.answered_on)}" if row.answered_on else "Withdrawn"
    outcome = words.name_of("outcome", row.outcome)
    last = row.extended_to or row.answer_due_on
    answered = row.answered_on or last
    text = f"{outcome}, answered on {said(answered)}"
    late = look.calendar.count_working_days(last, answered)
    return f"{text}, late by {words.counted(late, 'working day')}" if late else text


def _standing_appeals(look: Reading, ids: list[int | None]) -> dict[int, str]:
    numbers = [number for number in ids if number]
    if not numbers:
        return {}
    rows = look.session.execute(select(Appeal.id, Appeal.received_on).where(Appeal.id.in_(numbers)))
    return {number: f"the appeal received {said(on)}" for number, on in rows}


def _standing_looks(look: Reading, ids: list[int | None]) -> dict[int, str]:
    numbers = [number for number in ids if number]
    if not numbers:
        return {}
    rows = look.session.execute(
        select(LookRequest.id, LookRequest.received_on).where(LookRequest.id.in_(numbers))
    )
    return {number: f"the request to look again received {said(on)}" for number, on in rows}
