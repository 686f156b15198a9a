"""A letter of a case that waits to leave, for the tests of what carries it."""

from __future__ import annotations

import datetime as dt

from engine import clock
from engine.casework import outgoing_letters
from engine.casework.context import Context
from engine.casework.issued_letters import fingerprint
from engine.casework.letter_page import framed
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.decisions import Letter
from engine.tables.leaving import Sending
from engine.tables.people import User
from engine.tables.process import Outbox
from tests.engine.casework.new_case import Landlord, at_work

FACTS = {
    "landlord_name": "Northfield Homes",
    "customer_name": "Jo Carter",
    "customer_address": "4 Elm Court\nNorthfield\nNF1 2AB",
    "letter_date": "Friday 27 March 2026",
    "case_reference": "SP-2026-001",
    "author_name": "Dorothy Mills",
}
HTML = framed("A formal arrangement", "<p>We ask you to write to one address.</p>", FACTS)


def put_letter(
    db: Database,
    *,
    way: str = "email",
    channel: str = "email",
    sent_to: str = "jo@post.example",
    to_name: str = "Jo Carter",
    third_party_id: int | None = None,
) -> tuple[int, int | None]:
    """Issue a letter that waits to leave; gives its sending and the row that carries it."""
    with at_work(db) as landlord:
        landlord.open()
        context = _context(landlord)
        case = landlord.session.get_one(CaseFile, landlord.ids["case_id"])
        letter = Letter(
            case_id=case.id,
            template="introduction",
            release_id=context.release_id,
            title="A formal arrangement",
            html=HTML,
            sha256=fingerprint(HTML),
            issued_on=dt.date(2026, 3, 27),
            issued_at=clock.now(),
            issued_by="dorothy",
            channel=channel,
            sent_to=sent_to,
            proof="",
        )
        landlord.session.add(letter)
        landlord.session.flush()
        sending = Sending(
            case_id=case.id,
            letter_id=letter.id,
            third_party_id=third_party_id,
            to_name=to_name,
            channel=channel,
            way=way,
            sent_to=sent_to,
            asked_on=dt.date(2026, 3, 27),
            asked_by="dorothy",
        )
        if way in ("email", "notify"):
            row = outgoing_letters.letter(context, sending)
            landlord.session.add(row)
            landlord.session.flush()
            sending.outbox_id = row.id
        landlord.session.add(sending)
        landlord.session.flush()
        _only(landlord, sending.outbox_id)
        landlord.session.commit()
        return sending.id, sending.outbox_id


def _context(landlord: Landlord) -> Context:
    return landlord.context("2026-03-27", "dorothy")


def _only(landlord: Landlord, kept: int | None) -> None:
    """Let nothing else wait to leave."""
    for row in landlord.rows(Outbox):
        if row.id != kept:
            row.next_try_at = None
    assert landlord.session.get(User, "dorothy") is not None
