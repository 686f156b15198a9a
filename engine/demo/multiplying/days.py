"""Dates moved into the past by whole days: as dates, as moments, and as people write them."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from engine.clock import LONDON, at_local

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_SHORT = 3


def _any_of(names: tuple[str, ...]) -> str:
    return "|".join([*names, *(name[:_SHORT] for name in names)])


#: A moment or a date as programs write it: ``2026-04-24T08:30:00+00:00``, ``2026-04-24``.
ISO = (
    r"(?<![\w-])\d{4}-\d{2}-\d{2}"
    r"(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})?)?(?![\w-])"
)
#: A date as people write it: ``Friday 24 April 2026``, ``Fri 24 Apr 2026``, ``24 April 2026``.
SPOKEN = rf"\b(?:(?:{_any_of(_DAYS)}) )?\d{{1,2}} (?:{_any_of(_MONTHS)}) \d{{4}}\b"

_LENGTH_OF_DATE = len("2026-04-24")


@lru_cache(maxsize=65536)
def moment_before(moment: dt.datetime, days: int) -> dt.datetime:
    """Give the same time of day in London so many days earlier, as an aware UTC moment."""
    local = moment.astimezone(LONDON).replace(tzinfo=None)
    return at_local(local - dt.timedelta(days=days))


def date_before(date: dt.date, days: int) -> dt.date:
    """Give the date so many days earlier."""
    return date - dt.timedelta(days=days)


def iso_before(text: str, days: int) -> str:
    """Give what ``ISO`` found so many days earlier; a text that is no date stays as it is."""
    try:
        if len(text) == _LENGTH_OF_DATE:
            return date_before(dt.date.fromisoformat(text), days).isoformat()
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is None:
        return (moment - dt.timedelta(days=days)).isoformat()
    return moment_before(moment, days).isoformat()


def spoken_before(text: str, days: int) -> str:
    """Give what ``SPOKEN`` found so many days earlier; weekday and lengths are kept up."""
    *weekday, day, month, year = text.split(" ")
    number = next(at for at, name in enumerate(_MONTHS, 1) if name.startswith(month[:_SHORT]))
    try:
        date = date_before(dt.date(int(year), number, int(day)), days)
    except ValueError:
        return text
    is_short = len(weekday[0]) == _SHORT if weekday else month not in _MONTHS
    end = _SHORT if is_short else None
    said = f"{date.day} {_MONTHS[date.month - 1][:end]} {date.year}"
    return f"{_DAYS[date.weekday()][:end]} {said}" if weekday else said


def parts_before(parts: dict[str, str], days: int) -> dict[str, str]:
    """Give a date somebody typed as day, month and year so many days earlier, if it is one."""
    try:
        typed = dt.date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
    except ValueError:
        return parts
    date = date_before(typed, days)
    return {"day": str(date.day), "month": str(date.month), "year": str(date.year)}
