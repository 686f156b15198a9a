"""Contacts by week and channel with their window and gaps (R-030)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import select

from engine.calendar import said
from engine.queries import words
from engine.queries.reading import Reading
from engine.tables.casefile import Contact, Stage

#: The first and the last day to count, both included; None for no limit.
Days = tuple[dt.date | None, dt.date | None]
EVERY_DAY: Days = (None, None)
_WEEK = dt.timedelta(days=7)
#: Weeks the chart shows; older ones are counted in a sentence.
_CHART_WEEKS = 26
#: Past the objects of the session: one case may have ten thousand.
_READ = (
    *(Contact.on, Contact.at_time, Contact.channel, Contact.direction, Contact.note),
    *(Contact.triage, Contact.logged_by, Contact.import_id, Contact.acknowledged_on),
    *(Contact.id, Contact.corrected_at, Contact.corrected_by, Contact.correction_reason),
    *(Contact.corrects_contact_id, Contact.own_view),
)


class Logged(Protocol):
    """What is read of one contact."""

    @property
    def on(self) -> dt.date:
        """Give the day of it."""

    @property
    def at_time(self) -> str | None:
        """Give the time of day; None when nobody noted it."""

    @property
    def channel(self) -> str:
        """Give how it was."""

    @property
    def direction(self) -> str:
        """Give who got in touch: in or out."""

    @property
    def import_id(self) -> int | None:
        """Give the file it came in; None when somebody logged it."""


@dataclass(frozen=True)
class ContactRow:
    """One contact with the customer."""

    on: dt.date
    #: ``14:30``; "" when nobody noted it.
    at_time: str
    channel: str
    #: The customer got in touch, not we.
    from_customer: bool
    note: str
    triage: str
    logged_by: str
    #: When we confirmed to the customer that it came; only asked while contact is refused.
    acknowledged_on: dt.date | None = None
    #: As people name it to have it corrected.
    id: int = 0
    #: It was wrong and is counted nowhere since then; None while it stands (R-105).
    corrected_at: dt.datetime | None = None
    corrected_by: str = ""
    correction_reason: str = ""
    #: The contact it takes the place of; None for one of its own.
    corrects_id: int | None = None
    #: What the customer says of it, who asked for a correction and did not get it.
    own_view: str = ""


@dataclass(frozen=True)
class WeekOfContacts:
    """How often there was contact in one week, by channel."""

    #: The Monday it begins with.
    begins_on: dt.date
    #: Channel in words -> contacts.
    by_channel: Mapping[str, int]
    total: int
    #: What began or was sent in that week, such as the warning; "" for nothing.
    event: str = ""


@dataclass(frozen=True)
class ContactCounts:
    """Contacts of a case with the window they were counted in, so that no figure stands alone."""

    weeks: tuple[WeekOfContacts, ...]
    #: Channels in words, the busiest first.
    channels: tuple[str, ...]
    #: Contacts from the customer and from us, all weeks.
    from_customer: int
    from_us: int
    first_on: dt.date | None
    last_on: dt.date | None
    #: What is counted and from when to when, in a sentence.
    window: str
    #: What is known to be missing, in sentences.
    gaps: tuple[str, ...]

    @property
    def busiest(self) -> int:
        """Give the contacts of the busiest week; 0 without any."""
        return max((week.total for week in self.weeks), default=0)


def contacts_of(
    look: Reading, case_id: int, days: Days = EVERY_DAY
) -> tuple[tuple[ContactRow, ...], ContactCounts]:
    """Give the contacts of a case, newest first, and their figures; two statements.

    days: the first and the last day to count, both included; None for no limit.
    """
    rows = look.session.execute(
        select(*_READ)
        .where(Contact.case_id == case_id)
        .order_by(Contact.on.desc(), Contact.at_time.desc(), Contact.id.desc())
    ).all()
    stages = look.session.scalars(select(Stage).where(Stage.case_id == case_id)).all()
    stand = [row for row in rows if row.corrected_at is None]
    counted = [row for row in stand if _is_within(row.on, days)]
    counts = count(counted, stages, look.today, days)
    gaps = [*_corrected(len(rows) - len(stand)), *_outside(stand, counted, days), *counts.gaps]
    shown = tuple(_row(look, row) for row in rows if _is_within(row.on, days))
    return shown, replace(counts, gaps=tuple(gaps))


def count(
    rows: Sequence[Logged], stages: Sequence[Stage], today: dt.date, days: Days = EVERY_DAY
) -> ContactCounts:
    """Count contacts by week and channel, and say the window and the gaps."""
    of_code = Counter(row.channel for row in rows)
    channels: Counter[str] = Counter()
    for code, number in of_code.items():
        channels[words.name_of("channel", code)] += number
    on = [row.on for row in rows]
    first_on, last_on = min(on, default=None), max(on, default=None)
    begin, end = days[0] or first_on, min(days[1] or today, today)
    weeks = _weeks(rows, stages, begin, end)
    return ContactCounts(
        weeks=weeks[-_CHART_WEEKS:],
        channels=tuple(channel for channel, _ in channels.most_common()),
        from_customer=sum(row.direction == "in" for row in rows),
        from_us=sum(row.direction == "out" for row in rows),
        first_on=first_on,
        last_on=last_on,
        window=_window(len(rows), begin, end, len(weeks)),
        gaps=_gaps(rows, weeks, stages),
    )


def _row(look: Reading, row: Any) -> ContactRow:
    return ContactRow(
        on=row.on,
        at_time=row.at_time or "",
        channel=words.name_of("channel", row.channel),
        from_customer=row.direction == "in",
        note=row.note,
        triage=words.name_of("triage", row.triage),
        logged_by=look.full_name(row.logged_by),
        acknowledged_on=row.acknowledged_on,
        id=row.id,
        corrected_at=row.corrected_at,
        corrected_by=look.full_name(row.corrected_by),
        correction_reason=row.correction_reason or "",
        corrects_id=row.corrects_contact_id,
        own_view=row.own_view or "",
    )


def _weeks(
    rows: Sequence[Logged], stages: Sequence[Stage], first_on: dt.date | None, today: dt.date
) -> tuple[WeekOfContacts, ...]:
    if first_on is None:
        return ()
    counted: dict[dt.date, Counter[str]] = {}
    for (on, channel), number in Counter((row.on, row.channel) for row in rows).items():
        week = counted.setdefault(_monday(on), Counter())
        week[words.name_of("channel", channel)] += number
    events = _events(stages)
    weeks, begins_on = [], _monday(first_on)
    while begins_on <= max(today, *counted):
        by_channel = counted.get(begins_on, Counter())
        event = words.joined(events.get(begins_on, []))
        weeks.append(WeekOfContacts(begins_on, dict(by_channel), by_channel.total(), event))
        begins_on += _WEEK
    return tuple(weeks)


def _events(stages: Sequence[Stage]) -> dict[dt.date, list[str]]:
    """Give week -> what happened in it that a comparison looks back to (R-025)."""
    warned = {"informal": "warning in words", "warning": "warning letter"}
    found: dict[dt.date, list[str]] = {}
    for stage in stages:
        if stage.warned_on and stage.kind in warned:
            said_so = f"{warned[stage.kind]} on {said(stage.warned_on)}"
            found.setdefault(_monday(stage.warned_on), []).append(said_so)
    return found


def _window(total: int, first_on: dt.date | None, today: dt.date, weeks: int) -> str:
    if first_on is None:
        return "No contact is logged yet."
    said_weeks = words.counted(weeks, "week")
    text = f"{words.counted(total, 'contact')} from {said(first_on)} to {said(today)}, {said_weeks}"
    if weeks > _CHART_WEEKS:
        text += f"; the chart shows the last {_CHART_WEEKS}"
    return f"{text}."


def _gaps(
    rows: Sequence[Logged], weeks: Sequence[WeekOfContacts], stages: Sequence[Stage]
) -> tuple[str, ...]:
    if not rows:
        return ()
    gaps = []
    quiet = sum(week.total == 0 for week in weeks)
    if quiet:
        gaps.append(
            f"Nothing is logged in {words.counted(quiet, 'week')}: there was no contact, "
            "or nobody wrote it down."
        )
    untimed = sum(row.at_time is None for row in rows)
    if untimed:
        gaps.append(f"The time of day is missing for {words.counted(untimed, 'contact')}.")
    since = min((stage.evidence_from for stage in stages if stage.evidence_from), default=None)
    earlier = sum(row.on < since for row in rows) if since else 0
    if since and earlier:
        gaps.append(
            f"Contacts are collected since {said(since)}; {earlier} from before may not be all."
        )
    filed = [row.on for row in rows if row.import_id is not None]
    if filed:
        gaps.append(
            f"{words.counted(len(filed), 'contact')} came in files, from {said(min(filed))} to "
            f"{said(max(filed))}; on other days only what people logged is known."
        )
    gaps.append("Calls to private or unlogged telephones are not counted.")
    return tuple(gaps)


def _is_within(on: dt.date, days: Days) -> bool:
    first, last = days
    return (first is None or on >= first) and (last is None or on <= last)


def _corrected(number: int) -> Iterator[str]:
    if number:
        was = "was" if number == 1 else "were"
        yield f"{words.counted(number, 'contact')} {was} wrong; what took the place is counted."


def _outside(rows: Sequence[Logged], counted: Sequence[Logged], days: Days) -> Iterator[str]:
    """Say what the chosen days leave out, and where nothing could have been logged yet."""
    left_out = len(rows) - len(counted)
    if left_out:
        lie = "lies" if left_out == 1 else "lie"
        yield f"{words.counted(left_out, 'contact')} {lie} outside these days."
    begun = min((row.on for row in rows), default=None)
    if begun and days[0] and days[0] < begun:
        yield f"Nothing was logged before {said(begun)}: the log of this case begins there."


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())
