"""How sentences are put together: names of kinds, due dates, moments, counts and lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from engine.calendar import Calendar, said
from engine.clock import LONDON
from engine.queries.kinds import NAMES


def name_of(kind: str, name: str | None) -> str:
    """Give what people call a kept name of a kind (``channel``, ``outcome``); "" for none."""
    return NAMES[kind].get(name or "") or plain(name)


def plain(name: str | None) -> str:
    """Turn a kept name nobody has put into words into words: ``open_it`` becomes ``Open it``."""
    return (name or "").replace("_", " ").strip().capitalize()


def lower_first(text: str) -> str:
    """Put what begins a sentence into the middle of one; ``SPOC`` stays as it is."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def counted(number: int, unit: str) -> str:
    """Write ``1 working day``, ``3 working days``."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def joined(parts: Iterable[str]) -> str:
    """Write ``a, b and c``; nothing for no parts."""
    words = [part for part in parts if part]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def local_date(moment: dt.datetime) -> dt.date:
    """Give the date of a moment in London."""
    return moment.astimezone(LONDON).date()


def due_words(due_on: dt.date | None, today: dt.date, calendar: Calendar) -> str:
    """Say how a date lies to today: late by 2 working days, today, tomorrow, in 3 working days.

    Over days nobody works on, calendar days are counted instead, so a late thing is never
    late by nothing. Returns "" for no date.
    """
    if due_on is None:
        return ""
    if due_on < today:
        late = calendar.count_working_days(due_on, today)
        return f"late by {_days(late, (today - due_on).days)}"
    if due_on == today:
        return "today"
    if due_on == today + dt.timedelta(days=1):
        return "tomorrow"
    return f"in {_days(calendar.count_working_days(today, due_on), (due_on - today).days)}"


def _days(working: int, all_days: int) -> str:
    return counted(working, "working day") if working else counted(all_days, "day")


def local_time(at: dt.datetime) -> str:
    """Give the time of day in London: ``14:02``."""
    return f"{at.astimezone(LONDON):%H:%M}"


def moment(at: dt.datetime | None) -> str:
    """Write a moment in London, ``Fri 10 Apr 2026, 14:02``; midnight is said by its date alone."""
    if at is None:
        return ""
    day, time = said(local_date(at)), local_time(at)
    return day if time == "00:00" else f"{day}, {time}"
