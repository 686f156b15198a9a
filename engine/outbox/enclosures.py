"""What goes with a message: the letter as it was issued, read at the moment it leaves."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from engine.casework import flag_requests, issued_letters, letter_pdf
from engine.casework.letter_page import cover_of
from engine.outbox.parcels import Enclosure, NotNow, Parcel, Refused
from engine.tables.casefile import CaseFile, ThirdParty
from engine.tables.database import Database
from engine.tables.decisions import Letter
from engine.tables.leaving import Sending

_PDF = "application/pdf"


def enclosed(db: Database, parcel: Parcel) -> Parcel:
    """Give a parcel with the letter it carries, or the words of a flag; any other as it is.

    Raises Refused when the letter is gone or is no longer word for word the one that was issued,
    and for a copy to somebody whose authority has ended; NotNow when this machine makes no PDFs.
    """
    if flag_requests.is_about_flag(parcel.content):
        return _flag(db, parcel)
    letter_id = parcel.content.get("letter_id")
    if letter_id is None:
        return parcel
    with db.reading() as session:
        found = session.get(Letter, letter_id, options=[undefer(Letter.pdf)])
        if found is None or not issued_letters.is_unchanged(found):
            raise Refused(
                "The letter is not word for word the one that was issued. Tell the Data "
                "Management Officer; nothing was sent."
            )
        _check_authority(session, parcel)
        case = session.get_one(CaseFile, found.case_id)
        cover = _cover(session, parcel) if parcel.content.get("by_post") else ""
        name = f"{case.reference} {found.issued_on.isoformat()}.pdf"
        article, title, kept = found.html, found.title, found.pdf
    if parcel.content.get("by_post"):
        pages = [(cover, title), (article, title)] if cover else [(article, title)]
        pdf = letter_pdf.bound(pages, window="notify")
    else:
        pdf = kept or letter_pdf.as_pdf(article, title)
    if pdf is None:
        raise NotNow("This machine cannot make PDFs: Pango is missing. Nothing was sent.")
    return replace(parcel, enclosures=(Enclosure(name, _PDF, pdf),))


def _flag(db: Database, parcel: Parcel) -> Parcel:
    """Give what a system is asked to show, as it was asked for (R-066)."""
    with db.reading() as session:
        body = flag_requests.body_of(session, parcel.content)
    if body is None:
        raise Refused("It was done by hand meanwhile, or its case is gone. Nothing was sent.")
    return replace(parcel, content=body)


def _check_authority(session: Session, parcel: Parcel) -> None:
    """Raise Refused for a copy to somebody who no longer speaks for the customer (R-019, R-056)."""
    sending = session.scalars(select(Sending).where(Sending.outbox_id == parcel.id)).one_or_none()
    if sending is None or sending.third_party_id is None:
        return
    third_party = session.get(ThirdParty, sending.third_party_id)
    if third_party is not None and third_party.ended_on is not None:
        raise Refused("They no longer speak for the customer. Nothing was sent.")


def _cover(session: Session, parcel: Parcel) -> str:
    """Give the sheet with the address of somebody other than the customer; "" for the customer."""
    sending = session.scalars(select(Sending).where(Sending.outbox_id == parcel.id)).one_or_none()
    return cover_of(sending.to_name, sending.sent_to) if sending and sending.third_party_id else ""
