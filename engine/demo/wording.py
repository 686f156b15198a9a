"""Dates that a story only counts: ``day+14``, ``today-6m-3wd``, ``<day-2wd>`` inside a text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.calendar import Calendar
from engine.casework import letter_words

#: The day of the step; the day others are counted from; the last working day of all.
_FROM = ("day", "base", "today")
_COUNTED = rf"({'|'.join(_FROM)})((?:[+-]\d+(?:wd|m)?)*)"
_DATE = re.compile(rf"^{_COUNTED}$")
_IN_TEXT = re.compile(rf"<{_COUNTED}>")
_MOVE = re.compile(r"([+-]\d+)(wd|m)?")
_TIME = "time"
_NUMBER = "<number>"
_TURNS = "turns"
_FIRST_NUMBER = 2400


@dataclass(frozen=True)
class Wording:
    """Turns what is counted into what it is, for one step at one moment."""

    calendar: Calendar
    #: ``base`` and ``today``.
    known: dict[str, dt.date]
    at: dt.datetime
    #: How often the step was played before: chooses among ``turns``.
    turn: int = 0
    #: A number no other step has, for certificates and notes.
    number: int = 0

    def said(self, value: Any) -> Any:
        """Give the value with every counted date in it as a date, however deep it stands."""
        if isinstance(value, dict):
            if set(value) == {_TURNS}:
                return self.said(in_turn(value[_TURNS], self.turn))
            return {name: self.said(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.said(inner) for inner in value]
        return self._text(value) if isinstance(value, str) else value

    def date(self, counted: str) -> dt.date:
        """Give the date that ``base-6m+2wd`` means; ValueError when it means none."""
        found = _DATE.match(counted)
        if found is None:
            raise ValueError(
                f"Expected a date counted from {', '.join(_FROM)}, such as day+14 or today-2wd, "
                f"but got {counted!r}."
            )
        return self._moved(found[1], found[2])

    def _text(self, text: str) -> str:
        if text == _TIME:
            return f"{self.at:%H:%M}"
        if _DATE.match(text):
            return self.date(text).isoformat()
        named = _IN_TEXT.sub(lambda found: letter_words.date(self._moved(found[1], found[2])), text)
        return named.replace(_NUMBER, str(_FIRST_NUMBER + self.number))

    def _moved(self, start: str, moves: str) -> dt.date:
        day = {**self.known, "day": self.at.date()}[start]
        for count, unit in _MOVE.findall(moves):
            day = _move(self.calendar, day, int(count), unit)
        return day


def in_turn(values: Sequence[Any], turn: int) -> Any:
    """Give one of the values after the other, beginning again after the last."""
    return values[turn % len(values)]


def _move(calendar: Calendar, day: dt.date, count: int, unit: str) -> dt.date:
    if unit == "m":
        return calendar.months(day, count).on
    if unit == "wd" and count >= 0:
        return calendar.working_days(day, count).on
    if unit == "wd":
        return calendar.working_days_before(day, -count).on
    return calendar.calendar_days(day, count).on
