"""Days and hours as people write them, and whether two such texts ever meet (R-053)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from engine.casework import arrangements, terms
from engine.casework.context import Context
from engine.errors import Problem
from engine.tables.people import User

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = r"(mon|tue|wed|thu|fri|sat|sun)(?:day|sday|nesday|rsday|urday|s)?s?\b"
_ONE_DAY = re.compile(rf"\b{_DAY}", re.I)
_FROM_DAY_TO_DAY = re.compile(rf"\b{_DAY}\s*(?:to|until|till|[-\u2013])\s*{_DAY}", re.I)
_WORKING_WEEK = re.compile(r"\bweek ?days?\b|\bworking days?\b", re.I)
_TIME = r"(?:(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?|(noon|midday))"
_FROM_TIME_TO_TIME = re.compile(
    rf"\b{_TIME}\s*(?:to|until|till|and|[-\u2013])\s*{_TIME}(?!\d)", re.I
)
#: Where a span says that it is one of hours: minutes, am or pm, noon, on either side.
_MARKS = (1, 2, 3, 5, 6, 7)
#: Times that are taken away leave all others.
_TAKES_AWAY = re.compile(r"\b(?:no|not|never|except|outside|other than)\b", re.I)
_HALF_DAY = 12 * 60
#: An hour without am or pm below this one is one of the afternoon: 9 to 5.
_FIRST_HOUR = 7


def reached_when_it_may_be_used(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when the contact is never there at the times that are left to the customer (R-053)."""
    said = values.get("working_hours", "")
    arrangement = arrangements.find(context)
    if not said or arrangement is None:
        return []
    limits = [
        row.limit for row in terms.restrictions_of(context, arrangement) if row.kind == "times"
    ]
    return [
        Problem(
            "working_hours",
            f"Expected days and hours at which the customer may get in touch, which are “{limit}”, "
            "but yours never meet them. Check them; if they are right, say that you cannot take "
            "this on, so that the limit is looked at again.",
        )
        for limit in limits
        if never_meet(limit, said)
    ][:1]


def limit_fits_the_contact(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell which limit to certain times leaves only times at which the contact is away (R-053).

    Nothing when it is not known yet when the contact works.
    """
    spoc = context.session.get(User, values.get("spoc") or "")
    if spoc is None or not spoc.working_hours:
        return []
    return [
        Problem(
            f"restrictions.{number}.limit",
            f"Expected a time at which {spoc.full_name} can be reached, who works "
            f"{spoc.working_hours}, but this is never one. Choose other times or another contact.",
        )
        for number, row in enumerate(values.get("restrictions", []))
        if row.get("kind") == "times" and never_meet(row["limit"], spoc.working_hours)
    ]


def never_meet(one: str, other: str) -> bool:
    """Tell whether two texts name days, or hours, that have nothing in common.

    What a text does not name is every day and every hour; what cannot be read is not judged.
    """
    if _TAKES_AWAY.search(one) or _TAKES_AWAY.search(other):
        return False
    days = set(days_in(one)), set(days_in(other))
    if all(days) and not days[0] & days[1]:
        return True
    ours, theirs = list(spans_in(one)), list(spans_in(other))
    if not ours or not theirs:
        return False
    return not any(a[0] < b[1] and b[0] < a[1] for a in ours for b in theirs)


def days_in(text: str) -> Iterator[int]:
    """Give the days of the week a text names, Monday being 0."""
    if _WORKING_WEEK.search(text):
        yield from range(5)
    for first, last in _FROM_DAY_TO_DAY.findall(text):
        begin, end = _DAYS.index(first.lower()), _DAYS.index(last.lower())
        yield from ((begin + more) % 7 for more in range((end - begin) % 7 + 1))
    yield from (_DAYS.index(name.lower()) for name in _ONE_DAY.findall(text))


def spans_in(text: str) -> Iterator[tuple[int, int]]:
    """Give the spans of a day a text names, in minutes since midnight."""
    for found in _FROM_TIME_TO_TIME.finditer(text):
        parts = found.groups()
        if any(parts[place] for place in _MARKS):
            end = _minutes(parts[4:], None)
            begin = _minutes(parts[:4], parts[6])
            if begin >= end and not parts[2]:
                begin = _minutes(parts[:4], "am")
            if begin < end:
                yield begin, end


def _minutes(parts: tuple[str | None, ...], half: str | None) -> int:
    """Give minutes since midnight; an hour without am or pm is of the half of the day given."""
    hour, minute, own_half, noon = parts
    if noon:
        return _HALF_DAY
    at = int(hour or 0) * 60 + int(minute or 0)
    half = (own_half or half or "").lower()
    if half:
        return at % _HALF_DAY + (_HALF_DAY if half == "pm" else 0)
    return at + _HALF_DAY if at < _FIRST_HOUR * 60 else at
