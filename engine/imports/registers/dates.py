"""Dates as people write them in a register, read as they mean them or not at all (R-062)."""

from __future__ import annotations

import datetime as dt
import re

#: What says that there is no date.
_NONE = frozenset(
    {
        *("", "tbc", "tba", "tbd", "n a", "na", "none", "nil", "unknown", "not known", "ongoing"),
        *("on going", "open", "open ended", "not sent", "no", "not set", "indefinite", "to follow"),
        *("to be confirmed", "to be agreed", "not recorded"),
    }
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMES = {
    name: number
    for number, short in enumerate(_MONTHS, start=1)
    for name in (short, dt.date(2000, number, 1).strftime("%B").lower())
} | {"sept": 9}
_DAYS = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[ ,.]+)?"
_CLOCK = r"(?:[ T]+\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\.\d+)?Z?)?"
_ISO = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_CLOCK}", re.A)
_NUMBERS = re.compile(
    rf"{_DAYS}(\d{{1,2}})[ ]?[-/. ][ ]?(\d{{1,2}})[ ]?[-/. ][ ]?(\d{{4}}|\d{{2}}){_CLOCK}",
    re.A | re.I,
)
_DAY_FIRST = re.compile(
    rf"{_DAYS}(\d{{1,2}})(?:st|nd|rd|th)?[ -]*(?:of )?([a-z]+)[ ,.-]*(\d{{4}}|\d{{2}}){_CLOCK}",
    re.A | re.I,
)
_MONTH_FIRST = re.compile(
    rf"{_DAYS}([a-z]+)[ .]+(\d{{1,2}})(?:st|nd|rd|th)?,?[ ]+(\d{{4}})", re.A | re.I
)
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?", re.A)
_FIRST, _LAST = dt.date(2000, 1, 1), dt.date(2099, 12, 31)
_ZERO = dt.date(1899, 12, 30)
_CENTURY = 100


def says_none(text: str) -> bool:
    """Tell whether a cell says that there is no date: empty, TBC, ongoing and their like."""
    signs = "".join(sign if sign.isalnum() else " " for sign in text.casefold())
    return " ".join(signs.split()) in _NONE


def read_date(text: str) -> dt.date | None:
    """Give the day a cell means, of the years 2000 to 2099; None when it is no such day.

    The day stands before the month, as in this country. A number of five digits is how a
    spreadsheet counts days.
    """
    plain = " ".join(text.split()).strip(" '\"")
    serial = _SERIAL.fullmatch(plain)
    found = _ZERO + dt.timedelta(days=int(serial[1])) if serial else _written(plain)
    return found if found is not None and _FIRST <= found <= _LAST else None


def _written(text: str) -> dt.date | None:
    if iso := _ISO.fullmatch(text):
        return _day(iso[1], int(iso[2]), iso[3])
    if numbers := _NUMBERS.fullmatch(text):
        return _day(numbers[3], int(numbers[2]), numbers[1])
    if named := _DAY_FIRST.fullmatch(text):
        return _day(named[3], _NAMES.get(named[2].lower(), 0), named[1])
    if named := _MONTH_FIRST.fullmatch(text):
        return _day(named[3], _NAMES.get(named[1].lower(), 0), named[2])
    return None


def _day(year: str, month: int, day: str) -> dt.date | None:
    full = int(year) + (2000 if int(year) < _CENTURY else 0)
    try:
        return dt.date(full, month, int(day))
    except ValueError:
        return None
