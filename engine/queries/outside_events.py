"""What happened outside this system, on the page of its case, with what was not kept (K-10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from engine.calendar import said
from engine.casework.controls import CONTROLS
from engine.casework.failed_controls import TELLING, Failure, failures
from engine.casework.known_outside import known_of
from engine.queries import words
from engine.queries.reading import Reading
from engine.tables.outside import OutsideEvent


@dataclass(frozen=True)
class OutsideRow:
    """One thing that happened outside."""

    id: int
    kind: str
    #: The day or the days, in words.
    when: str
    what: str
    done_by: str
    known_how: str
    known_on: dt.date
    #: "" where there is none.
    proof: str
    #: What the figures of it come to, a sentence each.
    notes: tuple[str, ...]
    #: What was not kept: number, what, why.
    failed: tuple[tuple[str, str, str], ...]
    recorded_by: str
    recorded_on: dt.date


def outside_of(look: Reading, case_id: int) -> tuple[OutsideRow, ...]:
    """Give what happened outside about one case, newest first; three statements, one for none."""
    events = look.session.scalars(
        select(OutsideEvent)
        .where(OutsideEvent.case_id == case_id)
        .order_by(OutsideEvent.happened_on.desc(), OutsideEvent.id.desc())
    ).all()
    if not events:
        return ()
    known = known_of(look.session, events, as_of=look.today)
    return tuple(_row(look, one, failures(known[one.id])) for one in events)


def _row(look: Reading, event: OutsideEvent, failed: Iterable[Failure]) -> OutsideRow:
    about = "about " if event.details.get("day_sure") == "about" else ""
    until = f" to {said(event.until_on)}" if event.until_on and event.kind == "away" else ""
    return OutsideRow(
        id=event.id,
        kind=words.name_of("outside_event", event.kind),
        when=f"{about}{said(event.happened_on)}{until}",
        what=event.what,
        done_by=event.done_by,
        known_how=words.name_of("known_how", event.known_how),
        known_on=event.known_on,
        proof=event.proof,
        notes=tuple(_notes(look, event)),
        failed=tuple((one.number, CONTROLS[one.number].what, one.why) for one in failed),
        recorded_by=look.full_name(event.recorded_by),
        recorded_on=event.recorded_on,
    )


def _notes(look: Reading, event: OutsideEvent) -> Iterable[str]:
    details = event.details
    if event.kind in TELLING:
        yield "Nothing came into force by it, and no time to appeal began."
    if event.kind == "counted":
        yield counted_words(event)
    for name, what in (("asked_on", "the request"), ("confirmed_on", "its confirmation")):
        if details.get(name):
            since = dt.date.fromisoformat(details[name])
            days = look.calendar.count_working_days(since, event.happened_on)
            yield f"Working day {days} from {what} on {said(since)}."
    if event.other_on is not None:
        yield f"{said(event.other_on)} was given for it too."
    if event.kind == "more_time" and event.until_on is not None:
        days = (event.until_on - event.happened_on).days
        yield f"An appeal was allowed until {said(event.until_on)}, {days} days after that day."
    if details.get("refused_because"):
        yield f"Refused: {details['refused_because']}"


def counted_words(event: OutsideEvent) -> str:
    """Say a count with its period, its rate a week and its gaps (R-030, C-20)."""
    first = dt.date.fromisoformat(event.details["counted_from"])
    weeks = (event.happened_on - first).days / 7
    number = int(event.details["how_many"])
    gaps = event.details.get("gaps")
    return (
        f"{number} contacts in {weeks:.1f} weeks, from {said(first)} to {said(event.happened_on)}: "
        f"about {number / weeks:.1f} a week, {event.details['ways_counted']}. "
        f"{f'Missing: {gaps}' if gaps else 'Nothing is said to be missing.'}"
    )
