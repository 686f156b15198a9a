"""How letters left: to whom, which way, how far they are, and what shows it (R-045, R-056)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from engine.calendar import said
from engine.casework import sendings as ways
from engine.queries import words
from engine.queries.reading import Reading
from engine.tables.casefile import ThirdParty
from engine.tables.leaving import PrintPack, Sending
from engine.tables.process import Outbox

_WAYS: Mapping[tuple[str, str], str] = {
    (ways.PERSON, "letter"): "By post",
    (ways.PERSON, "email"): "By e-mail, sent by hand",
    (ways.PERSON, "handed_over"): "Handed over in person",
    (ways.MAIL, "email"): "By e-mail from here",
    (ways.NOTIFY, "email"): "By e-mail, through GOV.UK Notify",
    (ways.NOTIFY, "letter"): "By post, through GOV.UK Notify",
    (ways.PRINT_PACK, "letter"): "By post, with other letters",
}


@dataclass(frozen=True)
class SendingRow:
    """One copy of a letter, on its way or gone."""

    id: int
    to_name: str
    #: The person who speaks for the customer, who gets a copy.
    is_copy: bool
    sent_to: str
    #: In words: By e-mail from here.
    how: str
    #: How far it is, in words with a date: Left on Fri 10 Apr 2026.
    standing: str
    #: What shows that it left; "" for nothing yet.
    proof: str
    #: It did not arrive, or cannot leave, and a person has to see to it.
    has_failed: bool
    asked_by: str


def sendings_of(look: Reading, letter_id: int) -> tuple[SendingRow, ...]:
    """Give how one letter left, the first time first; one statement."""
    rows = look.session.execute(
        select(Sending, Outbox, PrintPack, ThirdParty.ended_on)
        .outerjoin(Outbox, Outbox.id == Sending.outbox_id)
        .outerjoin(PrintPack, PrintPack.id == Sending.pack_id)
        .outerjoin(ThirdParty, ThirdParty.id == Sending.third_party_id)
        .where(Sending.letter_id == letter_id)
        .order_by(Sending.id)
    )
    return tuple(_row(look, *row) for row in rows)


def _row(
    look: Reading,
    sending: Sending,
    carried: Outbox | None,
    pack: PrintPack | None,
    ended_on: dt.date | None,
) -> SendingRow:
    standing, failed = _standing(sending, carried, pack)
    if ended_on is not None and sending.way == ways.PRINT_PACK and sending.left_on is None:
        standing, failed = f"Not posted: no longer speaks for them since {said(ended_on)}", False
    return SendingRow(
        id=sending.id,
        to_name=sending.to_name,
        is_copy=sending.third_party_id is not None,
        sent_to=sending.sent_to,
        how=_WAYS.get((sending.way, sending.channel), words.plain(sending.channel)),
        standing=standing,
        proof=_proof(sending, carried, pack),
        has_failed=failed,
        asked_by=look.full_name(sending.asked_by),
    )


def _standing(sending: Sending, carried: Outbox | None, pack: PrintPack | None) -> tuple[str, bool]:
    """Say how far it is, and whether somebody has to see to it."""
    if sending.status is not None and sending.status in ways.FATES:
        on = f", {said(words.local_date(sending.status_at))}" if sending.status_at else ""
        return f"{ways.FATES[sending.status]}{on}", sending.status not in ways.WELL
    if sending.left_on is not None:
        return f"Left on {said(sending.left_on)}", False
    if sending.way == ways.PRINT_PACK:
        return ("Printed, to be posted" if pack else "To be printed and posted"), False
    return _carried(carried)


def _carried(carried: Outbox | None) -> tuple[str, bool]:
    if carried is None:
        return "It did not leave", True
    if carried.sent_at is not None:
        return f"Left on {words.moment(carried.sent_at)}", False
    if carried.given_up_at is not None:
        return "Given up; it did not leave", True
    if carried.dead_at is not None:
        return f"It could not be delivered. {carried.last_error or ''}".strip(), True
    return "On its way", False


def _proof(sending: Sending, carried: Outbox | None, pack: PrintPack | None) -> str:
    if sending.proof:
        return sending.proof
    if pack is not None:
        posted = f", {pack.proof}" if pack.proof else ""
        return f"Letters to post, list {pack.id}{posted}"
    if carried is not None and carried.sent_at is not None:
        what = "Reference at GOV.UK Notify" if sending.way == ways.NOTIFY else "Message-ID"
        return f"{what} {carried.key}"
    return ""
