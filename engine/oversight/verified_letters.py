"""Whether letters are as they were issued, and how they left as it was kept (R-057, R-111)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar import said
from engine.casework import issued_letters, letter_records
from engine.oversight.touched import Counts, Told, Touched, touched
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import CaseFile
from engine.tables.decisions import Letter
from engine.tables.leaving import PrintPack, Sending

_POSTED = "letter_posted"


def letters(session: Session, case: CaseFile, told: Told, counts: Counts) -> Iterator[Touched]:
    """Compare each letter of a case, and each of its ways out, with what the chain says of it."""
    there: set[int] = set()
    for letter in session.scalars(select(Letter).where(Letter.case_id == case.id)):
        counts.letters += 1
        there.add(letter.id)
        wrong = _wrong(session, letter, told.get(("letter", letter.id)))
        if wrong:
            named = f"Letter {letter.id} “{letter.title}” of {said(letter.issued_on)}"
            yield touched(case, "letter", letter.id, wrong, named)
    for kind, id_ in told:
        if kind == "letter" and id_ not in there:
            yield touched(case, "letter", id_, "it was issued and is not there any more")
    yield from _sendings(session, case, told)


def _wrong(session: Session, letter: Letter, issued: Mapping[str, Any] | None) -> str:
    """Say what of a letter is not as it was issued; "" when all is."""
    if issued is None:
        return "no link of the chain says that it was issued"
    if not issued_letters.is_unchanged(letter) or issued.get("sha256") != letter.sha256:
        return "its text is not the one that was issued"
    if issued.get("issued_on") != letter.issued_on.isoformat():
        return "its date is not the one on which it was issued"
    known = issued.get(letter_records.RECORD)
    # Not held with the letter: one PDF at a time is enough in memory.
    pdf = session.scalar(select(Letter.pdf).where(Letter.id == letter.id)) if known else None
    if known and known != letter_records.of_letter(letter, pdf):
        return "its PDF, address, proof or title is not what was kept when it was issued"
    return ""


def _sendings(session: Session, case: CaseFile, told: Told) -> Iterator[Touched]:
    posted = _posted(session, case)
    rows = session.execute(
        select(Sending, PrintPack.proof)
        .outerjoin(PrintPack, PrintPack.id == Sending.pack_id)
        .where(Sending.case_id == case.id)
    )
    there: set[int] = set()
    for sending, proof in rows:
        there.add(sending.id)
        known = told.get(("sending", sending.id), {}).get("sha256")
        wrong = _wrong_way(sending, known) or _wrong_post(sending, proof, posted)
        if wrong:
            named = f"sending {sending.id} of letter {sending.letter_id}"
            yield touched(case, "sending", sending.id, wrong, named)
    for kind, id_ in told:
        if kind == "sending" and id_ not in there:
            yield touched(case, "sending", id_, "it was kept and is not there any more")


def _wrong_way(sending: Sending, known: str | None) -> str:
    if known and known != letter_records.of_sending(sending):
        return "to whom, where or how it left is not what was kept"
    return ""


def _wrong_post(
    sending: Sending, proof: str | None, posted: Mapping[int, Mapping[str, Any]]
) -> str:
    """Say what of a posting by a list is not as it was kept; proof: of the list it is on."""
    kept = posted.get(sending.id, {})
    if kept.get("on", _iso(sending)) != _iso(sending):
        return "the day on which it was posted is not the one that was kept"
    if proof is not None and kept.get("sha256") not in (None, letter_records.of_text(proof)):
        return "the proof that it was posted is not the one that was kept"
    return ""


def _posted(session: Session, case: CaseFile) -> dict[int, Mapping[str, Any]]:
    """Give what the chain says last of each posting by a list, by the id of the sending."""
    rows = session.execute(
        select(AuditEvent.object_id, AuditDetail.new)
        .join(AuditDetail, AuditDetail.event_id == AuditEvent.id)
        .where(AuditEvent.chain == f"case:{case.id}", AuditEvent.action == _POSTED)
        .order_by(AuditEvent.number)
    )
    return {id_: new for id_, new in rows if id_ is not None and isinstance(new, dict)}


def _iso(sending: Sending) -> str | None:
    return sending.left_on.isoformat() if sending.left_on else None
