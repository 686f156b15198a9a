"""Letters to print and post: gathered into one PDF, posted once, never printed twice (R-045)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from engine.calendar import said
from engine.casework import letter_pdf, letter_records, people
from engine.casework.audit import Chain, Entry
from engine.casework.kept_apart import kept_from_viewer
from engine.casework.letter_page import address_in, cover_of, is_same_address
from engine.casework.sendings import PRINT_PACK
from engine.casework.visibility import Part, Viewer, opens, sees
from engine.clock import LONDON
from engine.commands.tries import keeps_trying
from engine.errors import InvalidAnswers, NotFound, Problem, Rejected
from engine.installation import Surroundings, read_surroundings
from engine.tables.casefile import CaseFile, Customer, ThirdParty
from engine.tables.database import Database
from engine.tables.decisions import Letter
from engine.tables.leaving import PrintPack, Sending

#: The page, among those about no single case.
_PAGE = "letters to post"
#: One PDF holds no more letters than this; the next list takes the others.
_MOST = 100
_RECENT = 20
_LONGEST_PROOF = 300
_Letters = Select[Sending, str, str, dt.date, str, str, str, dt.date | None]


@dataclass(frozen=True)
class ToPost:
    """One letter that is to be printed, or was."""

    id: int
    case_id: int
    case_reference: str
    title: str
    to_name: str
    issued_on: dt.date
    #: It lies here since an earlier day than today.
    is_late: bool
    #: Why it must not be posted as it is: whoever it is for has moved, or may not have it any more.
    warning: str = ""


@dataclass(frozen=True)
class Pack:
    """Letters that were printed together."""

    id: int
    made_by: str
    made_at: dt.datetime
    letters: int
    posted_on: dt.date | None
    posted_by: str
    proof: str


@dataclass(frozen=True)
class PostPage:
    """What is to be printed, and the lists of the last while, the newest first."""

    to_print: tuple[ToPost, ...]
    #: How many there are, also when more than one PDF holds.
    waiting: int
    packs: tuple[Pack, ...]


def to_post(db: Database, person: Viewer) -> PostPage:
    """Give the letters this person may print, the oldest first, and their lists.

    Raises NotFound for somebody whose it is not to send letters.
    """
    _need(person)
    with db.reading() as session:
        today = read_surroundings(session).today
        waiting = session.scalar(select(func.count()).select_from(_waiting(person).subquery()))
        rows = session.execute(_waiting(person).limit(_MOST))
        letters = tuple(_to_post(row, today) for row in rows)
        return PostPage(letters, waiting or 0, _packs(session, person))


def pack(db: Database, pack_id: int, person: Viewer) -> tuple[Pack, tuple[ToPost, ...]]:
    """Give one list with its letters; NotFound unless this person sees a case of it."""
    _need(person)
    with db.reading() as session:
        today = read_surroundings(session).today
        row, letters = _seen(session, pack_id, person)
        return _pack(session, row, len(letters)), tuple(_to_post(one, today) for one in letters)


@keeps_trying
def make_pack(db: Database, person: Viewer) -> int:
    """Put the letters this person may print on one list; returns its number.

    What is on a list is on no other, whoever makes one at the same moment. Raises Rejected when
    there is nothing to print.
    """
    _need(person)
    with db.writing() as session:
        around = read_surroundings(session)
        found = session.scalars(
            select(Sending)
            .where(Sending.id.in_(_waiting(person).with_only_columns(Sending.id)))
            .order_by(Sending.id)
            .limit(_MOST)
            .with_for_update(skip_locked=True)
        ).all()
        waiting = [one for one in found if one.pack_id is None]
        if not waiting:
            raise Rejected("Expected letters to print, but there are none. Look at the list again.")
        made = PrintPack(made_by=person.name, made_at=around.now, proof="")
        session.add(made)
        session.flush()
        for sending in sorted(waiting, key=lambda one: (one.case_id, one.id)):
            sending.pack_id = made.id
            _audit(session, around, sending, "letter_printed", person.name, made.id)
        return made.id


def pack_pdf(db: Database, pack_id: int, person: Viewer) -> bytes:
    """Give the letters of one list as one PDF, each from the front of a sheet.

    The same list gives the same letters, however often it is asked. Raises NotFound as ``pack``,
    Rejected when this machine cannot make PDFs.
    """
    _need(person)
    pages: list[tuple[str, str]] = []
    with db.reading() as session:
        _row, letters = _seen(session, pack_id, person)
        for one in letters:
            letter = session.get_one(Letter, one.Sending.letter_id)
            if one.Sending.third_party_id is not None:
                pages.append((cover_of(one.Sending.to_name, one.Sending.sent_to), letter.title))
            pages.append((letter.html, letter.title))
    pdf = letter_pdf.bound(pages, both_sides=True)
    if pdf is None:
        raise Rejected(
            "Expected to make a PDF, but this machine cannot: Pango is missing. Ask an operator; "
            "the list stays as it is."
        )
    return pdf


@keeps_trying
def post(
    db: Database,
    pack_id: int,
    person: Viewer,
    *,
    on: dt.date,
    proof: str,
    not_posted: Sequence[int],
) -> int:
    """Keep that the letters of a list were posted, and what shows it; returns how many.

    not_posted: sendings that went wrong: they are to be printed again, on a later list. Raises
    InvalidAnswers for a day or a proof that cannot be, Rejected when it was said before.
    """
    _need(person)
    words = " ".join(proof.split())
    with db.writing() as session:
        around = read_surroundings(session)
        row, letters = _seen(session, pack_id, person, lock=True)
        if row.posted_on is not None:
            raise Rejected(
                f"Expected a list that is still to be posted, but {row.posted_by} said that it was "
                f"posted on {said(row.posted_on)}. Nothing was changed."
            )
        _check(row, around, on, words)
        row.posted_on, row.posted_by, row.proof = on, person.name, words
        done = 0
        # In the order of the cases, so that two who post at once never wait for each other.
        for one in sorted(letters, key=lambda row: (row.Sending.case_id, row.Sending.id)):
            sending: Sending = one.Sending
            if sending.id in not_posted:
                sending.pack_id = None
                _audit(session, around, sending, "letter_not_posted", person.name, row.id)
                continue
            sending.left_on = on
            kept = {"on": on.isoformat(), "sha256": letter_records.of_text(words)}
            _audit(session, around, sending, "letter_posted", person.name, row.id, **kept)
            done += 1
        return done


def _check(row: PrintPack, around: Surroundings, on: dt.date, proof: str) -> None:
    problems = []
    made_on = row.made_at.astimezone(LONDON).date()
    if not made_on <= on <= around.today:
        problems.append(
            Problem(
                "posted_on",
                f"Expected a day from {said(made_on)}, when the letters were printed, to today, "
                f"but it is {said(on)}. Check the date.",
            )
        )
    if not proof:
        problems.append(Problem("proof", "Enter what proves that the letters were posted"))
    if len(proof) > _LONGEST_PROOF:
        problems.append(Problem("proof", f"Proof must be {_LONGEST_PROOF} characters or less"))
    if problems:
        raise InvalidAnswers(problems)


def _need(person: Viewer) -> None:
    if not opens(person, _PAGE):
        raise NotFound


def _letters() -> _Letters:
    return (
        select(
            *(Sending, CaseFile.reference, Letter.title, Letter.issued_on, Letter.html),
            *(Customer.name, Customer.address, ThirdParty.ended_on),
        )
        .join(Letter, Letter.id == Sending.letter_id)
        .join(CaseFile, CaseFile.id == Sending.case_id)
        .outerjoin(Customer, Customer.id == CaseFile.customer_id)
        .outerjoin(ThirdParty, ThirdParty.id == Sending.third_party_id)
        .where(Sending.way == PRINT_PACK)
        .order_by(Sending.id)
    )


def _waiting(person: Viewer) -> _Letters:
    """Give what is to be printed; no copy for somebody who no longer speaks for the customer."""
    return _letters().where(
        Sending.left_on.is_(None),
        Sending.pack_id.is_(None),
        ThirdParty.ended_on.is_(None),
        _is_seen(person),
    )


def _is_seen(person: Viewer) -> ColumnElement[bool]:
    """Give the condition under which a letter is for this person to see."""
    return and_(sees(person, Part.LETTERS), Letter.template.not_in(kept_from_viewer(person)))


def _seen(
    session: Session, pack_id: int, person: Viewer, *, lock: bool = False
) -> tuple[PrintPack, list[Any]]:
    """Give a list with those of its letters that this person sees; all of them, or NotFound."""
    row = session.get(PrintPack, pack_id, with_for_update=lock)
    if row is None:
        raise NotFound
    of_pack = _letters().where(Sending.pack_id == pack_id)
    letters = session.execute(of_pack.where(_is_seen(person))).all()
    count = session.scalar(select(func.count()).where(Sending.pack_id == pack_id))
    if not letters or len(letters) != count:
        # Half a list would be posted as a whole.
        raise NotFound
    return row, list(letters)


def _packs(session: Session, person: Viewer) -> tuple[Pack, ...]:
    """Give the lists of which this person sees every letter: all to be posted, and the last."""
    theirs = (
        select(Sending.pack_id)
        .join(CaseFile, CaseFile.id == Sending.case_id)
        .join(Letter, Letter.id == Sending.letter_id)
        .where(_is_seen(person), Sending.pack_id.is_not(None))
    )
    counts = (
        select(PrintPack, func.count(Sending.id))
        .join(Sending, Sending.pack_id == PrintPack.id)
        .where(PrintPack.id.in_(theirs))
        .group_by(PrintPack.id)
        .order_by(PrintPack.posted_on.is_not(None), PrintPack.id.desc())
        .limit(_MOST)
    )
    found: list[Pack] = []
    for row, count in session.execute(counts):
        if row.posted_on is not None and len(found) >= _RECENT:
            break
        seen = theirs.where(Sending.pack_id == row.id)
        if session.scalar(select(func.count()).select_from(seen.subquery())) == count:
            found.append(_pack(session, row, count))
    return tuple(found)


def _pack(session: Session, row: PrintPack, letters: int) -> Pack:
    return Pack(
        id=row.id,
        made_by=people.full_name(session, row.made_by),
        made_at=row.made_at,
        letters=letters,
        posted_on=row.posted_on,
        posted_by=people.full_name(session, row.posted_by) if row.posted_by else "",
        proof=row.proof,
    )


def _to_post(row: Any, today: dt.date) -> ToPost:
    sending: Sending = row.Sending
    return ToPost(
        id=sending.id,
        case_id=sending.case_id,
        case_reference=row.reference,
        title=row.title,
        to_name=sending.to_name,
        issued_on=row.issued_on,
        is_late=sending.left_on is None and sending.asked_on < today,
        warning="" if sending.left_on else _warning(row),
    )


def _warning(row: Any) -> str:
    """Say why a letter must not be posted as it is (R-019, R-056); "" when it may."""
    if row.ended_on is not None:
        return "Do not post it: they no longer speak for the customer."
    printed = address_in(row.html)
    if row.Sending.third_party_id is not None or not printed or row.name is None:
        return ""
    if is_same_address(printed, f"{row.name}\n{row.address}"):
        return ""
    return "The customer's name or address has changed since: post it in another envelope."


def _audit(
    session: Session,
    around: Surroundings,
    sending: Sending,
    action: str,
    by: str,
    pack_id: int,
    **kept: str,
) -> None:
    case = session.get_one(CaseFile, sending.case_id, with_for_update=True)
    entry = Entry(action, "sending", sending.id, actor=by, new={"print_pack": pack_id, **kept})
    Chain.of_case(session, case).add(entry, at=around.now)
