"""Answers that are a date, in three boxes or as text."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from wtforms import Field
from wtforms.validators import StopValidation, ValidationError

from forms.marked import Section
from forms.questions.question import Around, Choice, NotReadable, Question, Raw, clean, one_of

_PARTS = ("day", "month", "year")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_TYPED = re.compile(r"(\d{1,2})[\s/.-]+(\d{1,2}|[a-z]{3,9})[\s/.,-]+(\d{4})", re.ASCII | re.I)
_MONTHS = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
} | {"sept": 9}
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_RELATIVE = {"yesterday": -1, "today": 0, "tomorrow": 1}


@dataclass(frozen=True, kw_only=True)
class Date(Question):
    """A date: from three boxes, ISO text, or as people write it; kept as ISO text."""

    type: ClassVar[str] = "date"
    says: ClassVar[Mapping[str, str]] = {
        **Question.says,
        "required": "Enter a date for “{label}”",
        "incomplete": "“{label}” must have a day, a month and a year",
        "invalid": "Enter a date that exists, like 27 3 2026",
        "too_early": "“{label}” must be {earliest} or later",
        "too_late": "“{label}” must be {latest} or earlier",
    }

    #: ``today``, ``tomorrow``, ``yesterday`` or an ISO date; "" for no limit.
    earliest: str = ""
    latest: str = ""

    @classmethod
    def keys(cls, section: Section) -> dict[str, Any]:
        """Read the earliest and the latest date."""
        limits = {key: section.text(key).lower() for key in ("earliest", "latest")}
        for key, limit in limits.items():
            if limit and limit not in _RELATIVE and read_date(limit.split("-")[::-1]) is None:
                section.tell(
                    f"Expected {key} to be today, tomorrow, yesterday or a date such as "
                    f"2026-03-27, but it is “{limit}”.",
                    key,
                )
        return limits

    def texts(self, raw: Raw) -> list[str]:
        """Give day, month and year as typed; [] when all are empty."""
        if isinstance(raw, dt.date) and not isinstance(raw, dt.datetime):
            return [str(raw.day), str(raw.month), str(raw.year)]
        raw = one_of(raw)
        if isinstance(raw, dict):
            parts = [clean(raw.get(part)) for part in _PARTS]
            return parts if any(parts) else []
        text = clean(raw)
        if not text:
            return []
        if iso := _ISO.fullmatch(text):
            return [iso[3], iso[2], iso[1]]
        if typed := _TYPED.fullmatch(text):
            return list(typed.groups())
        raise NotReadable

    def given(self, raw: Raw) -> list[str]:
        """Give day, month and year as typed, to be shown in the three boxes again."""
        found = super().given(raw)
        if not found and isinstance(raw, str) and raw.strip():
            return [raw, "", ""]
        return found

    def from_post(self, name: str, post: Mapping[str, Sequence[str]]) -> Raw:
        """Take the three boxes; None when none of them was sent."""
        sent = {part: post[f"{name}-{part}"][0] for part in _PARTS if post.get(f"{name}-{part}")}
        return {part: sent.get(part, "") for part in _PARTS} if sent else None

    def answer(self, raw: Raw, around: Around, name: str) -> Any:
        """Give the date as ISO text, None when none was given."""
        found = super().answer(raw, around, name)
        return found.isoformat() if isinstance(found, dt.date) else None

    def checker(self, around: Around) -> Any:
        """Give a field that takes day, month and year apart and knows the limits."""
        return _ThreeBoxes(self, validators=self.validators(self._limits(around.today)))

    def shown(self, raw: Raw, choices: Mapping[str, Sequence[Choice]]) -> str:
        """Give the date in words, or what was typed instead of one."""
        texts = self.given(raw)
        found = read_date(texts)
        return _said(found) if found else " ".join(text for text in texts if text)

    def _limits(self, today: dt.date) -> Any:
        earliest, latest = _limit(self.earliest, today), _limit(self.latest, today)

        def within(form: object, field: Field) -> None:
            if earliest and field.data < earliest:
                raise ValidationError(self.say("too_early", earliest=_said(earliest)))
            if latest and field.data > latest:
                raise ValidationError(self.say("too_late", latest=_said(latest)))

        return within


class _ThreeBoxes(Field):
    """Day, month and year, which together must be a date that exists."""

    def __init__(self, question: Date, **options: Any) -> None:
        super().__init__(**options)
        self._question = question

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the three texts; a date that does not exist is told."""
        if not valuelist:
            return
        if not all(valuelist):
            raise ValueError(self._question.say("incomplete"))
        self.data = read_date(valuelist)
        if self.data is None:
            raise ValueError(self._question.say("invalid"))

    def pre_validate(self, form: object) -> None:
        """Stop at a date that could not be read, before its limits are looked at."""
        if self.process_errors:
            raise StopValidation


def read_date(parts: Sequence[str]) -> dt.date | None:
    """Give the date of day, month (number or name) and year; None when there is none."""
    if len(parts) != len(_PARTS):
        return None
    day, month, year = (part.strip().lower() for part in parts)
    month = str(_MONTHS.get(month, month))
    if not (_digits(day, 2) and _digits(month, 2) and _digits(year, 4)):
        return None
    try:
        found = dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def _digits(text: str, most: int) -> bool:
    return bool(re.fullmatch(rf"\d{{1,{most}}}", text, re.ASCII))


def _limit(limit: str, today: dt.date) -> dt.date | None:
    if limit in _RELATIVE:
        return today + dt.timedelta(days=_RELATIVE[limit])
    return read_date(limit.split("-")[::-1])


def _said(date: dt.date) -> str:
    return f"{date:%A} {date.day} {date:%B %Y}"
