"""Who told the customer what, when and how; and what the customer was not told yet (R-031)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import or_, select

from engine.calendar import said
from engine.casework.kept_apart import kept_from
from engine.casework.visibility import Part, parts_of
from engine.errors import NotFound
from engine.queries import words
from engine.queries.cases import CaseBrief, case_in_brief
from engine.queries.decisions import decision_name
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.tables.casefile import Contact, Submission, ThirdParty
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Decision, Letter

_TALK = "informal_conversation"
#: What was said in the informal conversation: question -> how the paper says it (R-013).
_SAID = {
    "behaviour": "What happened",
    "change_expected": "What should change",
    "what_may_follow": "What may follow",
}


@dataclass(frozen=True)
class Told:
    """One time somebody told the customer something."""

    on: dt.date
    #: ``14:30``; "" when only the day is known.
    at_time: str
    #: Full name; "" when nobody is known.
    who: str
    #: How, in words: letter, e-mail, telephone.
    how: str
    what: str
    #: Each a line below it: what was said, to where it went, what shows that it went.
    notes: tuple[str, ...] = ()
    letter_id: int | None = None
    #: The day a letter arrived; None while that is not known, and for everything else.
    arrived_on: dt.date | None = None


@dataclass(frozen=True)
class ToldPage:
    """The paper: oldest first, then what is still to be told."""

    brief: CaseBrief
    made_at: dt.datetime
    told: tuple[Told, ...]
    #: Decisions the customer got no letter about, in sentences.
    not_told: tuple[str, ...]
    #: What this person does not see is not on the paper: contacts and talks.
    is_letters_only: bool


def told(database: Database, case_id: int, person: Person) -> ToldPage:
    """Give who told the customer of a case what, as far as this person sees it.

    Raises NotFound when there is no such case or its letters are not for this person to see.
    """
    with reading(database, person) as look:
        parts = parts_of(look.session, person, case_id)
        if Part.LETTERS not in parts:
            raise NotFound
        _, brief = case_in_brief(look, case_id, parts)
        entries = sorted(_entries(look, case_id, parts), key=lambda one: (one.on, one.at_time))
        return ToldPage(
            brief=brief,
            made_at=look.now,
            told=tuple(entries),
            not_told=tuple(_not_told(look, case_id)) if Part.DECISIONS in parts else (),
            is_letters_only=Part.CONTACTS not in parts,
        )


def _entries(look: Reading, case_id: int, parts: Collection[Part]) -> Iterator[Told]:
    yield from _letters(look, case_id, parts)
    if Part.CONTACTS in parts:
        yield from _contacts(look, case_id)
    if Part.TIMELINE in parts:
        yield from _talks(look, case_id)
        yield from _third_parties(look, case_id)


def _letters(look: Reading, case_id: int, parts: Collection[Part]) -> Iterator[Told]:
    columns = (Letter.id, Letter.title, Letter.issued_on, Letter.issued_at, Letter.issued_by)
    more = (Letter.channel, Letter.sent_to, Letter.proof, Letter.delivered_on)
    shown = (Letter.case_id == case_id, Letter.template.not_in(kept_from(parts)))
    rows = select(*columns, *more).where(*shown)
    for row in look.session.execute(rows):
        same_day = words.local_date(row.issued_at) == row.issued_on
        yield Told(
            on=row.issued_on,
            at_time=words.local_time(row.issued_at) if same_day else "",
            who=look.full_name(row.issued_by),
            how=words.name_of("channel", row.channel),
            what=row.title,
            notes=tuple(
                note
                for note in (
                    f"Sent to {', '.join(row.sent_to.split(chr(10)))}" if row.sent_to else "",
                    f"Proof: {row.proof}" if row.proof else "",
                )
                if note
            ),
            letter_id=row.id,
            arrived_on=row.delivered_on,
        )


def _contacts(look: Reading, case_id: int) -> Iterator[Told]:
    """Give what we said to the customer, not what the customer said to us."""
    ours = (Contact.case_id == case_id, Contact.direction == "out")
    rows = select(Contact).where(*ours, Contact.corrected_at.is_(None))
    for row in look.session.scalars(rows):
        yield Told(
            on=row.on,
            at_time=row.at_time or "",
            who=look.full_name(row.logged_by),
            how=words.name_of("channel", row.channel),
            what=row.note or "What was said is not noted.",
            notes=(f"The customer says: {row.own_view}",) if row.own_view else (),
        )


def _talks(look: Reading, case_id: int) -> Iterator[Told]:
    """Give the informal conversation with what was said in it (R-013), and the verbal warning."""
    rows = select(Submission).where(Submission.case_id == case_id, Submission.form == _TALK)
    for row in look.session.scalars(rows):
        answers = row.answers
        yield Told(
            on=dt.date.fromisoformat(answers["talked_on"]),
            at_time="",
            who=look.full_name(row.by),
            how=words.name_of("channel", answers.get("channel")),
            what="Informal conversation"
            + (", with a verbal warning" if answers.get("verbal_warning") == "yes" else ""),
            notes=tuple(
                f"{label}: {answers[name]}" for name, label in _SAID.items() if name in answers
            ),
        )


def _third_parties(look: Reading, case_id: int) -> Iterator[Told]:
    rows = select(ThirdParty).where(
        ThirdParty.case_id == case_id, ThirdParty.customer_told_on.is_not(None)
    )
    for row in look.session.scalars(rows):
        if row.customer_told_on is not None:
            what = f"{row.name} no longer speaks for the customer"
            yield Told(row.customer_told_on, "", "", "", what, (row.end_reason or "",))


def _not_told(look: Reading, case_id: int) -> Iterator[str]:
    """Name the decisions without a letter, of which the customer may know nothing."""
    written = select(Letter.id).where(
        Letter.case_id == case_id,
        or_(Letter.decision_id == Decision.id, Letter.id == Decision.letter_id),
    )
    # The letter of an arrangement taken over lies with the old register; its date is kept.
    elsewhere = select(Arrangement.id).where(
        Arrangement.decision_id == Decision.id, Arrangement.letter_issued_on.is_not(None)
    )
    rows = (
        select(Decision)
        .where(Decision.case_id == case_id, ~written.exists(), ~elsewhere.exists())
        .order_by(Decision.id)
    )
    for row in look.session.scalars(rows):
        days = look.calendar.count_working_days(row.decided_on, look.today)
        ago = f", {words.counted(days, 'working day')} ago" if days else ""
        yield f"{decision_name(row)}, decided on {said(row.decided_on)}{ago}: no letter yet."
