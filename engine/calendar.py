"""Working days, month arithmetic and due dates that explain themselves (K-1 to K-8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from engine.clock import LONDON

SATURDAY = 5
MONTHS_A_YEAR = 12


class Assumed(int):
    """A number the landlord has not set: the usual one is used, and dates by it say so."""

    #: Lets the expression language hand this value around.
    __expression_value__ = True


@dataclass(frozen=True)
class Due:
    """A date and the sentence that explains it."""

    on: dt.date
    #: Why that date, in words a customer could be read.
    reason: str
    #: True when the table of bank holidays does not reach that far yet (K-8).
    provisional: bool = False

    #: Lets the expression language hand this value around.
    __expression_value__ = True


@dataclass(frozen=True)
class Calendar:
    """The days nobody works, and the arithmetic of the policy's clocks over them."""

    #: Date -> name of the bank holiday or closure.
    holidays: Mapping[dt.date, str]

    __hash__ = None  # type: ignore[assignment]  # a mapping cannot be hashed; no one needs it to be

    @property
    def horizon(self) -> dt.date:
        """Give the last day the table of holidays speaks for: the end of its last year."""
        return dt.date(max(self.holidays).year, 12, 31) if self.holidays else dt.date.min

    def is_working_day(self, day: dt.date) -> bool:
        """Tell whether people work that day: Monday to Friday and no holiday (K-2)."""
        return day.weekday() < SATURDAY and day not in self.holidays

    def working_days(self, start: dt.date | Due, count: int) -> Due:
        """Give the date `count` working days after `start`; the start is day 0 (K-1)."""
        first = _date(start)
        day, counted, skipped = first, 0, []
        while counted < count:
            day += dt.timedelta(days=1)
            if self.is_working_day(day):
                counted += 1
            elif day in self.holidays:
                skipped.append(day)
        reason = f"{_count(count, 'working day')} from {said(first)}{self._not_counted(skipped)}"
        if count == 0:
            reason = f"on the same day, {said(first)}"
        return Due(day, _sentence(reason), day > self.horizon)

    def calendar_days(self, start: dt.date | Due, count: int) -> Due:
        """Give the date `count` days after `start`; the start is day 0 (K-1)."""
        first = _date(start)
        day = first + dt.timedelta(days=count)
        verb = "before" if count < 0 else "from"
        return Due(
            day,
            _sentence(
                f"{_count(count if count >= 0 else -count, 'calendar day')} {verb} {said(first)}"
            ),
        )

    def months(self, start: dt.date | Due, count: int) -> Due:
        """Give the same day `count` months later, or that month's last day (K-6)."""
        first = _date(start)
        index = first.year * MONTHS_A_YEAR + first.month - 1 + count
        year, month = divmod(index, MONTHS_A_YEAR)
        day = dt.date(year, month + 1, min(first.day, _last_day(year, month + 1)))
        return Due(day, _sentence(f"{_count(count, 'calendar month')} from {said(first)}"))

    def statutory_months(self, start: dt.date | Due, count: int) -> Due:
        """Give the same day `count` months later, clamped, then moved on to a working day (K-7)."""
        return self._roll(self.months(start, count), 1, "moved on, as the law counts a month")

    def back_to_working_day(self, date: dt.date | Due, *, because: str = "we promised it") -> Due:
        """Give that day, or the working day before it: a promise of the landlord (K-5).

        because: why, where nobody was promised anything.
        """
        return self._roll(date, -1, f"worked back to a working day, because {because}")

    def forward_to_working_day(self, date: dt.date | Due) -> Due:
        """Give that day, or the working day after it: a customer's last day (K-5)."""
        return self._roll(date, 1, "moved on to a working day, in the customer's favour")

    def working_days_before(self, end: dt.date | Due, count: int) -> Due:
        """Give the date `count` working days before `end`."""
        last = _date(end)
        day, left = last, count
        skipped: list[dt.date] = []
        while left > 0:
            day -= dt.timedelta(days=1)
            left -= self.is_working_day(day)
            if day in self.holidays:
                skipped.insert(0, day)
        reason = f"{_count(count, 'working day')} before {said(last)}{self._not_counted(skipped)}"
        return Due(day, _sentence(reason))

    def count_working_days(self, start: dt.date, end: dt.date) -> int:
        """Count the working days after `start` up to `end`; 0 when `end` is not later (K-1)."""
        days = (start + dt.timedelta(days=n) for n in range(1, (end - start).days + 1))
        return sum(self.is_working_day(day) for day in days)

    def _not_counted(self, skipped: list[dt.date]) -> str:
        """Say which holidays were left out of a count; "" for none."""
        if not skipped:
            return ""
        names = _join([f"{self.holidays[day]} ({said(day)})" for day in skipped])
        return f"; {names} {'does' if len(skipped) == 1 else 'do'} not count"

    def _roll(self, date: dt.date | Due, step: int, why: str) -> Due:
        wanted = _date(date)
        day = wanted
        while not self.is_working_day(day):
            day += dt.timedelta(days=step)
        reasons = [date.reason] if isinstance(date, Due) else []
        if day != wanted:
            reasons.append(f"{said(wanted)} is not a working day: {why}.")
        return Due(day, " ".join(reasons) or _sentence(said(wanted)), day > self.horizon)


def on(date: dt.date | Due) -> dt.datetime:
    """Give the first moment of that date in London: what happens *on* a date."""
    return dt.datetime.combine(_date(date), dt.time(), LONDON).astimezone(dt.UTC)


def after(date: dt.date | Due) -> dt.datetime:
    """Give the first moment after that date in London: what happens when it has passed (K-4)."""
    return on(_date(date) + dt.timedelta(days=1))


def said(date: dt.date) -> str:
    """Write a date as people here say it: ``Fri 10 Apr 2026``."""
    return f"{date:%a} {date.day} {date:%b %Y}"


def _date(value: dt.date | Due) -> dt.date:
    if isinstance(value, Due):
        return value.on
    if isinstance(value, dt.datetime):
        return value.astimezone(LONDON).date()
    if isinstance(value, dt.date):
        return value
    raise TypeError(f"Expected a date, but got {value!r}.")


def _count(number: int, unit: str) -> str:
    is_assumed = isinstance(number, Assumed)
    said_number = f"{number} {unit}" if number == 1 else f"{number} {unit}s"
    return f"{said_number} (assumed: the landlord set none)" if is_assumed else said_number


def _join(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _last_day(year: int, month: int) -> int:
    following = dt.date(year + month // MONTHS_A_YEAR, month % MONTHS_A_YEAR + 1, 1)
    return (following - dt.timedelta(days=1)).day
