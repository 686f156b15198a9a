"""Proposals to refuse contact, shown to whoever sees the decisions of a case (R-090)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from engine.calendar import said
from engine.queries import words
from engine.queries.reading import Reading
from engine.tables.refusals import ContactRefusal


@dataclass(frozen=True)
class RefusalRow:
    """One proposal to refuse contact, and what became of it."""

    proposed_on: dt.date
    proposed_by: str
    why: str
    #: How it stands, in one sentence.
    standing: str
    #: How many records of what was done since the letter it rests on.
    breaches: int
    #: Why changing the terms was not enough; "" where they were changed first.
    why_no_change: str
    #: When legal advice was given, by whom, where it is and what it comes to; "" before.
    advice: str
    #: Which enquiries stop; empty while none does.
    stopped: tuple[str, ...]
    #: Which ombudsman the customer was told of; "" for none.
    ombudsman: str


def refusals_of(look: Reading, case_id: int) -> tuple[RefusalRow, ...]:
    """Give every proposal to refuse contact of a case, newest first; one statement."""
    rows = look.session.scalars(
        select(ContactRefusal)
        .where(ContactRefusal.case_id == case_id)
        .order_by(ContactRefusal.id.desc())
    )
    return tuple(_row(look, row) for row in rows)


def _row(look: Reading, row: ContactRefusal) -> RefusalRow:
    return RefusalRow(
        proposed_on=row.proposed_on,
        proposed_by=look.full_name(row.proposed_by),
        why=row.why,
        standing=_standing(row),
        breaches=len(row.breaches),
        why_no_change=row.why_no_change,
        advice=_advice(look, row),
        stopped=tuple(row.stopped),
        ombudsman=words.name_of("refusal_ombudsman", row.ombudsman),
    )


def _standing(row: ContactRefusal) -> str:
    if row.ended_on:
        why = words.lower_first(words.name_of("refusal_ending", row.end_reason))
        return f"Over since {said(row.ended_on)}: {why}"
    if row.in_force_on and row.until_on:
        return f"In force since {said(row.in_force_on)}, until {said(row.until_on)} at the latest"
    if row.decided_on and row.outcome == "refused":
        return f"Decided on {said(row.decided_on)}; nothing is refused before both letters"
    if row.advised_on:
        return "The Complaints Manager decides"
    return "Legal advises"


def _advice(look: Reading, row: ContactRefusal) -> str:
    if row.advised_on is None:
        return ""
    what = words.name_of("advice", row.advice)
    by = look.full_name(row.advised_by)
    return f"{what}, {said(row.advised_on)}, recorded by {by} under {row.advice_reference}"
