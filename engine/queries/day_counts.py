"""Contacts and evidence counted by day, for the lines of a timeline."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from engine.casework.evidence_records import ADMISSIBLE
from engine.queries import words
from engine.queries.reading import Reading
from engine.tables.casefile import Contact, Evidence


@dataclass(frozen=True)
class DayCount:
    """What was noted about one day, in a sentence."""

    on: dt.date
    text: str


def contacts_by_day(look: Reading, case_id: int) -> tuple[DayCount, ...]:
    """Give each day with contacts, newest first: ``3 contacts: telephone 2, e-mail 1``."""
    rows = look.session.execute(
        select(Contact.on, Contact.channel, func.count())
        .where(Contact.case_id == case_id, Contact.corrected_at.is_(None))
        .group_by(Contact.on, Contact.channel)
        .order_by(Contact.on.desc(), Contact.channel)
    )
    days: dict[dt.date, Counter[str]] = {}
    for on, channel, count in rows:
        days.setdefault(on, Counter())[words.name_of("channel", channel).lower()] += count
    return tuple(DayCount(on, _contacts(channels)) for on, channels in days.items())


def evidence_by_day(look: Reading, case_id: int) -> tuple[DayCount, ...]:
    """Give each day with evidence, newest first, and how much of it a decision may rest on."""
    rows = look.session.execute(
        select(Evidence.on, Evidence.evidence_class, Evidence.corrected_at, func.count())
        .where(Evidence.case_id == case_id)
        .group_by(Evidence.on, Evidence.evidence_class, Evidence.corrected_at)
        .order_by(Evidence.on.desc())
    )
    days: dict[dt.date, Counter[bool]] = {}
    for on, evidence_class, corrected_at, count in rows:
        is_usable = corrected_at is None and evidence_class in ADMISSIBLE
        days.setdefault(on, Counter())[is_usable] += count
    return tuple(DayCount(on, _evidence(usable)) for on, usable in days.items())


def _contacts(channels: Counter[str]) -> str:
    if channels.total() == 1:
        return f"1 contact: {next(iter(channels))}"
    parts = ", ".join(f"{channel} {count}" for channel, count in channels.most_common())
    return f"{words.counted(channels.total(), 'contact')}: {parts}"


def _evidence(usable: Counter[bool]) -> str:
    total, not_usable = usable.total(), usable[False]
    text = f"{words.counted(total, 'record')} of evidence"
    if not_usable == total:
        return f"{text} that cannot be used in a decision"
    return f"{text}, {not_usable} of them cannot be used in a decision" if not_usable else text
