"""Letters as they were issued: never changed, with their hash and the proof that they went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import String, cast, func, literal, select

from engine.casework import issued_letters, promises
from engine.casework import letter_pdf as pages
from engine.casework.kept_apart import kept_from
from engine.casework.visibility import Part, parts_of
from engine.errors import NotFound
from engine.queries import words
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.queries.sendings import SendingRow, sendings_of
from engine.tables.audit import AuditEvent
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.decisions import Letter, Promise
from engine.tables.releases import Release

#: When it was last recorded that a letter came back; None for never.
_RETURNED = (
    select(func.max(AuditEvent.at))
    .where(
        AuditEvent.chain == literal("case:") + cast(Letter.case_id, String),
        AuditEvent.action == "letter_returned",
        AuditEvent.object_id == Letter.id,
    )
    .correlate(Letter)
    .scalar_subquery()
)


@dataclass(frozen=True)
class LetterRow:
    """One issued letter in a list."""

    id: int
    title: str
    issued_on: dt.date
    issued_by: str
    #: How it went, in words.
    channel: str
    sent_to: str
    delivered_on: dt.date | None
    #: The day it was last recorded that it came back; None when it did not, or arrived since.
    returned_on: dt.date | None


@dataclass(frozen=True)
class PromiseRow:
    """A commitment one of our letters made (R-058)."""

    what: str
    owner: str
    due_on: dt.date
    kept_on: dt.date | None
    #: The day the customer was told that it will not be kept; None for none.
    withdrawn_on: dt.date | None
    #: late by 2 working days, in 3 working days; "" once kept.
    due_words: str


@dataclass(frozen=True)
class LetterPage:
    """One letter, whole."""

    id: int
    title: str
    case_id: int
    case_reference: str
    customer: str
    #: As it was issued; made by our own template, safe to show.
    html: str
    issued_at: dt.datetime
    issued_on: dt.date
    issued_by: str
    channel: str
    sent_to: str
    #: What shows that it went.
    proof: str
    delivered_on: dt.date | None
    #: The day it was last recorded that it came back; None when it did not, or arrived since.
    returned_on: dt.date | None
    sha256: str
    #: The fingerprint is still that of the text.
    is_unchanged: bool
    #: Number of the published version whose template it was written from.
    release_number: int | None
    #: It is kept, or can be made on this machine.
    has_pdf: bool
    promises: tuple[PromiseRow, ...]
    #: To whom it went and which way, the first time first.
    sendings: tuple[SendingRow, ...]


def letter(database: Database, letter_id: int, person: Person) -> LetterPage:
    """Give one letter; NotFound when there is none or it is not for this person to see."""
    with reading(database, person) as look:
        found = look.session.execute(
            select(Letter, CaseFile, Customer, Release.number, Letter.pdf.is_not(None), _RETURNED)
            .join(CaseFile, CaseFile.id == Letter.case_id)
            .outerjoin(Customer, Customer.id == CaseFile.customer_id)
            .outerjoin(Release, Release.id == Letter.release_id)
            .where(Letter.id == letter_id)
        ).first()
        if found is None:
            raise NotFound
        row, case, customer, release_number, has_pdf, returned_at = found
        _check_may_see(look, row.case_id, row.template)
        return LetterPage(
            id=row.id,
            title=row.title,
            case_id=case.id,
            case_reference=case.reference,
            customer=customer.name if customer else "",
            html=row.html,
            issued_at=row.issued_at,
            issued_on=row.issued_on,
            issued_by=look.full_name(row.issued_by),
            channel=words.name_of("channel", row.channel),
            sent_to=row.sent_to,
            proof=row.proof,
            delivered_on=row.delivered_on,
            returned_on=_came_back(row.delivered_on, returned_at),
            sha256=row.sha256,
            is_unchanged=issued_letters.is_unchanged(row),
            release_number=release_number,
            has_pdf=bool(has_pdf) or pages.can_be_made(),
            promises=promises_of(look, row.case_id, letter_id=row.id),
            sendings=sendings_of(look, row.id),
        )


def letter_pdf(database: Database, letter_id: int, person: Person) -> bytes | None:
    """Give the PDF of a letter as it was issued, else one made now from its text.

    None when this machine cannot make PDFs. Raises NotFound when there is no such letter or it
    is not for this person to see.
    """
    with reading(database, person) as look:
        found = look.session.execute(
            select(Letter.case_id, Letter.template, Letter.pdf, Letter.html, Letter.title).where(
                Letter.id == letter_id
            )
        ).first()
        if found is None:
            raise NotFound
        _check_may_see(look, found.case_id, found.template)
    return found.pdf or pages.as_pdf(found.html, found.title)


def letters_of(look: Reading, case_id: int, parts: Collection[Part]) -> tuple[LetterRow, ...]:
    """Give the letters of a case that these parts of it show, newest first; one statement."""
    rows = look.session.execute(
        select(
            Letter.id,
            Letter.title,
            Letter.issued_on,
            Letter.issued_by,
            Letter.channel,
            Letter.sent_to,
            Letter.delivered_on,
            _RETURNED.label("returned_at"),
        )
        .where(Letter.case_id == case_id, Letter.template.not_in(kept_from(parts)))
        .order_by(Letter.issued_at.desc(), Letter.id.desc())
    )
    return tuple(
        LetterRow(
            id=row.id,
            title=row.title,
            issued_on=row.issued_on,
            issued_by=look.full_name(row.issued_by),
            channel=words.name_of("channel", row.channel),
            sent_to=row.sent_to,
            delivered_on=row.delivered_on,
            returned_on=_came_back(row.delivered_on, row.returned_at),
        )
        for row in rows
    )


def promises_of(
    look: Reading, case_id: int, *, letter_id: int | None = None, only_open: bool = False
) -> tuple[PromiseRow, ...]:
    """Give what our letters promised, the most urgent first; one statement."""
    query = select(Promise).where(Promise.case_id == case_id).order_by(Promise.due_on, Promise.id)
    if letter_id is not None:
        query = query.where(Promise.letter_id == letter_id)
    if only_open:
        query = query.where(promises.is_open())
    return tuple(
        PromiseRow(
            what=row.what,
            owner=look.full_name(row.owner),
            due_on=row.due_on,
            kept_on=row.kept_on,
            withdrawn_on=row.withdrawn_on,
            due_words="" if row.kept_on or row.withdrawn_on else look.due_words(row.due_on),
        )
        for row in look.session.scalars(query)
    )


def _came_back(delivered_on: dt.date | None, returned_at: dt.datetime | None) -> dt.date | None:
    if returned_at is None or delivered_on is not None:
        return None
    return words.local_date(returned_at)


def _check_may_see(look: Reading, case_id: int, template: str) -> None:
    parts = parts_of(look.session, look.viewer, case_id)
    if Part.LETTERS not in parts or template in kept_from(parts):
        raise NotFound
