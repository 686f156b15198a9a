"""What an Ombudsman asked for: on each case, and all that is open with days left (R-124; Q11)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from engine.calendar import said
from engine.casework.ombudsman_reports import is_open
from engine.casework.visibility import Part, sees
from engine.errors import NotFound
from engine.queries import words
from engine.queries.cases import IS_CUSTOMER, customer_name
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.ombudsman import Determination, OmbudsmanItem

#: Roles for which the list exists; what of it they see, the table of each case decides.
_LISTED_FOR = frozenset({"complaints_manager", "manager", "dmo", "legal"})
_MOST = 500


@dataclass(frozen=True)
class OrderRow:
    """One order or recommendation."""

    id: int
    #: ``Order`` or ``Recommendation``.
    kind: str
    what: str
    #: Full name.
    owner: str
    #: How it stands in one sentence: what is due by when, or what became of it.
    standing: str
    #: Why that date; "" when nothing is due.
    due_reason: str
    #: None once it is done or declined.
    due_on: dt.date | None
    is_late: bool
    #: What shows that it was done, or why it was declined; "" while neither is so.
    proof: str


@dataclass(frozen=True)
class ReportRow:
    """One report of an Ombudsman with all it asks for."""

    id: int
    ombudsman: str
    reference: str
    reported_on: dt.date
    outcome: str
    findings: str
    items: tuple[OrderRow, ...]


@dataclass(frozen=True)
class OpenOrder:
    """One open order or recommendation, and the case it is about."""

    case_id: int
    case_reference: str
    customer: str
    report: str
    item: OrderRow


def reports_of(look: Reading, case_id: int) -> tuple[ReportRow, ...]:
    """Give the reports about one case, newest first, with every item; two statements."""
    reports = look.session.scalars(
        select(Determination)
        .where(Determination.case_id == case_id)
        .order_by(Determination.id.desc())
    ).all()
    if not reports:
        return ()
    items = look.session.scalars(
        select(OmbudsmanItem).where(OmbudsmanItem.case_id == case_id).order_by(OmbudsmanItem.id)
    ).all()
    return tuple(
        ReportRow(
            id=row.id,
            ombudsman=words.name_of("ombudsman", row.ombudsman),
            reference=row.reference,
            reported_on=row.reported_on,
            outcome=words.name_of("ombudsman_outcome", row.outcome),
            findings=row.findings,
            items=tuple(_item(look, one) for one in items if one.determination_id == row.id),
        )
        for row in reports
    )


def open_orders(database: Database, person: Person) -> tuple[OpenOrder, ...]:
    """Give what is neither done nor declined, the most urgent first, at most five hundred.

    Only of cases whose decisions this person sees. Raises NotFound for those the list does not
    exist for. At most three statements.
    """
    if not _LISTED_FOR.intersection(person.roles):
        raise NotFound
    with reading(database, person) as look:
        rows = look.session.execute(
            select(OmbudsmanItem, Determination, CaseFile, Customer)
            .join(Determination, Determination.id == OmbudsmanItem.determination_id)
            .join(CaseFile, CaseFile.id == OmbudsmanItem.case_id)
            .outerjoin(Customer, IS_CUSTOMER)
            .where(is_open(), sees(person, Part.DECISIONS))
            .order_by(OmbudsmanItem.due_on, OmbudsmanItem.id)
            .limit(_MOST)
        ).all()
        return tuple(
            OpenOrder(
                case_id=case.id,
                case_reference=case.reference,
                customer=customer_name(customer.name if customer else None, case.deleted_on),
                report=f"{report.reference} of {said(report.reported_on)}",
                item=_item(look, item),
            )
            for item, report, case, customer in rows
        )


def _item(look: Reading, row: OmbudsmanItem) -> OrderRow:
    is_declined = row.decision == "declined"
    due_on = None if row.done_on or is_declined else row.due_on
    return OrderRow(
        id=row.id,
        kind=words.name_of("ombudsman_item", row.kind),
        what=row.what,
        owner=look.full_name(row.owner),
        standing=_standing(look, row, due_on),
        due_reason=row.due_reason if due_on else "",
        due_on=due_on,
        is_late=due_on is not None and due_on < look.today,
        proof=(row.decision_reason if is_declined else row.proof) or "",
    )


def _standing(look: Reading, row: OmbudsmanItem, due_on: dt.date | None) -> str:
    if due_on is not None:
        waits = row.kind == "recommendation" and row.decision is None
        todo = "To be decided" if waits else "To be done and proved"
        return f"{todo} by {said(due_on)}, {look.due_words(due_on)}"
    if row.done_on is None:
        return f"Declined on {said(row.decided_on)}" if row.decided_on else "Declined"
    late = (row.done_on - row.due_on).days
    done = f"Done on {said(row.done_on)}"
    return f"{done}, late by {words.counted(late, 'day')}" if late > 0 else done
