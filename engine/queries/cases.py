"""Cases as a list: who, where it stands, who carries it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select

from engine.casework.customers import needs_of
from engine.casework.shared_tenancies import who_is_meant
from engine.casework.visibility import Part, sees
from engine.queries import standing, words
from engine.queries.people import Person
from engine.queries.reading import PAGE_SIZE, Page, Reading, like, page_number, page_of, reading
from engine.tables.casefile import CaseFile, Customer
from engine.tables.customer_words import answers_to
from engine.tables.database import Database

#: How a case finds its customer; a deleted case has none.
IS_CUSTOMER = Customer.id == CaseFile.customer_id


@dataclass(frozen=True)
class CaseBrief:
    """A case in five lines."""

    id: int
    #: As people write it: ``SP-2026-014``.
    reference: str
    customer: str
    address: str
    tenancy_reference: str
    #: Tenant, leaseholder and so on, in words.
    customer_kind: str
    #: Formats and adjustments the customer needs, never a diagnosis; "" for none known.
    needs: str
    #: To whom on a shared tenancy it applies, and that the others go on; "" where nobody shares.
    applies_to: str
    #: informal, warning, formal, in_force, ended, closed.
    stage: str
    #: Where it stands, in one sentence.
    standing: str
    #: Full name of the one who carries it.
    owner: str


def case_list(
    database: Database, person: Person, search: str = "", page: int = 1
) -> Page[CaseBrief]:
    """Give the cases this person sees at least the card of, open ones first, newest first.

    search: part of a name, an address, a tenancy or a case reference; "" for all. At most
    nine statements, however many cases there are.
    """
    with reading(database, person) as look:
        wanted = [sees(person, Part.CARD), found_by(search)]
        total = look.session.scalar(
            select(func.count(CaseFile.id)).outerjoin(Customer, IS_CUSTOMER).where(*wanted)
        )
        rows = look.session.execute(
            select(CaseFile, Customer)
            .outerjoin(Customer, IS_CUSTOMER)
            .where(*wanted)
            .order_by(CaseFile.closed_on.is_not(None), CaseFile.id.desc())
            .limit(PAGE_SIZE)
            .offset((page_number(page) - 1) * PAGE_SIZE)
        ).all()
        briefs = _briefs(look, [(case, customer) for case, customer in rows])
        return page_of(briefs, total or 0, page_number(page))


def brief_of(
    look: Reading, case: CaseFile, customer: Customer | None, where_it_stands: str
) -> CaseBrief:
    """Make the brief of one case that is already read."""
    return CaseBrief(
        id=case.id,
        reference=case.reference,
        customer=customer_name(customer.name if customer else None, case.deleted_on),
        address=customer.address if customer else "",
        tenancy_reference=customer.tenancy_reference if customer else "",
        customer_kind=words.name_of("customer_kind", customer.kind) if customer else "",
        needs=needs_of(customer) if customer else "",
        applies_to=who_is_meant(customer, case) if customer else "",
        stage=case.stage,
        standing=where_it_stands,
        owner=look.full_name(case.owner),
    )


def case_in_brief(
    look: Reading, case_id: int, parts: Collection[Part]
) -> tuple[CaseFile, CaseBrief]:
    """Give a case that is there and its brief, as far as these parts of it let it be told."""
    found = look.session.execute(
        select(CaseFile, Customer).outerjoin(Customer, IS_CUSTOMER).where(CaseFile.id == case_id)
    ).one()
    rows = standing.rows_of(look, [case_id])[case_id]
    text = said_to(look, found.CaseFile, rows, Part.TIMELINE in parts)
    return found.CaseFile, brief_of(look, found.CaseFile, found.Customer, text)


def customer_name(name: str | None, deleted_on: dt.date | None) -> str:
    """Give how a list calls the customer of a case, also where there is none any more or yet."""
    if name is not None:
        return name
    return "Customer deleted" if deleted_on else "Customer not known yet"


def _briefs(look: Reading, rows: list[tuple[CaseFile, Customer | None]]) -> list[CaseBrief]:
    ids = [case.id for case, _ in rows]
    known = standing.rows_of(look, ids)
    whole = set(
        look.session.scalars(
            select(CaseFile.id).where(CaseFile.id.in_(ids), sees(look.viewer, Part.TIMELINE))
        )
    )
    return [
        brief_of(look, case, customer, said_to(look, case, known[case.id], case.id in whole))
        for case, customer in rows
    ]


def said_to(look: Reading, case: CaseFile, rows: standing.Rows, sees_all: bool) -> str:
    """Say where a case stands; to those who see the card alone, no more than the card does."""
    if sees_all:
        return standing.sentence(look, case, rows)
    return standing.of_arrangement(rows.arrangement, look.today) or "No arrangement in force"


def found_by(search: str) -> ColumnElement[bool]:
    """Give the condition under which a case and its customer answer to a text; "" is all.

    Each word of the text begins a word of name, address, tenancy reference, e-mail or telephone
    number, or the text is part of the reference of the case.
    """
    if not search.strip():
        return CaseFile.id.is_not(None)
    of_customer = answers_to(CaseFile.customer_id, search)
    if not any(sign.isdigit() for sign in search):
        return of_customer
    return or_(of_customer, CaseFile.reference.ilike(like(search), escape="\\"))
