"""Answers that are typed: a line, a passage, a number, a time, an address, a phone number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from wtforms import IntegerField, StringField
from wtforms.validators import Length, NumberRange, Regexp, StopValidation

from forms.marked import Section
from forms.questions.question import Around, NotReadable, Question, Raw, literal
from forms.signs import merge_field_in, says_something


@dataclass(frozen=True, kw_only=True)
class Text(Question):
    """One line of text."""

    type: ClassVar[str] = "text"
    says: ClassVar[Mapping[str, str]] = {
        **Question.says,
        "required": "Fill in “{label}”",
        "too_long": "“{label}” must be {max} characters or fewer",
        "unresolved": "“{label}” still says {field}. Write what it stands for",
    }
    default_max: ClassVar[int] = 200

    max_length: int = 200

    @classmethod
    def keys(cls, section: Section) -> dict[str, Any]:
        """Read the longest length, in characters."""
        limit = section.number("max_length")
        if limit is not None and limit < 1:
            section.tell("Expected max_length to be 1 or more.", "max_length")
        return {"max_length": limit if limit and limit > 0 else cls.default_max}

    def say(self, code: str, **details: object) -> str:
        """Give the sentence for a code; {max} is the longest length."""
        return super().say(code, **{"max": self.max_length, **details})

    def texts(self, raw: Raw) -> list[str]:
        """Give the one line; line breaks in it become blanks."""
        return [" ".join(text.split()) for text in super().texts(raw)]

    def checker(self, around: Around) -> Any:
        """Give a text field with its longest length."""
        return StringField(validators=self.validators())

    def validators(self, *more: Any) -> list[Any]:
        """Give the validators with the longest length among them."""
        length = Length(max=self.max_length, message=literal(self.say("too_long")))
        return super().validators(self._in_words, length, *more)

    def _in_words(self, form: Any, field: Any) -> None:
        """Refuse what holds no letter or digit where an answer is needed, and merge fields."""
        text = field.data or ""
        if not self.optional and not says_something(text):
            raise StopValidation(self.say("required"))
        if found := merge_field_in(text):
            raise StopValidation(self.say("unresolved", field=found))


@dataclass(frozen=True, kw_only=True)
class TextArea(Text):
    """A passage of text, line breaks kept."""

    type: ClassVar[str] = "textarea"
    default_max: ClassVar[int] = 4000

    max_length: int = 4000
    #: Height of the box in lines.
    rows: int = 5

    @classmethod
    def keys(cls, section: Section) -> dict[str, Any]:
        """Read the longest length and the height of the box."""
        return {**super().keys(section), "rows": section.number("rows") or 5}

    def texts(self, raw: Raw) -> list[str]:
        """Give the passage as it was typed."""
        return Question.texts(self, raw)


@dataclass(frozen=True, kw_only=True)
class Number(Question):
    """A whole number."""

    type: ClassVar[str] = "number"
    says: ClassVar[Mapping[str, str]] = {
        **Question.says,
        "required": "Enter a number for “{label}”",
        "invalid": "Enter “{label}” as a whole number, like 12",
        "too_small": "“{label}” must be {min} or more",
        "too_big": "“{label}” must be {max} or less",
    }

    min: int | None = None
    max: int | None = None

    @classmethod
    def keys(cls, section: Section) -> dict[str, Any]:
        """Read the smallest and the biggest number."""
        low, high = section.number("min"), section.number("max")
        if low is not None and high is not None and low > high:
            section.tell(f"Expected min to be at most max, but {low} is more than {high}.", "min")
        return {"min": low, "max": high}

    def texts(self, raw: Raw) -> list[str]:
        """Give the digits; commas and blanks between them are taken out."""
        texts = [re.sub(r"[ ,]", "", text) for text in super().texts(raw)]
        if any(not re.fullmatch(r"[-+]?\d{1,12}", text, re.ASCII) for text in texts):
            raise NotReadable
        return texts

    def given(self, raw: Raw) -> list[str]:
        """Give what was typed, number or not."""
        return [str(raw)] if isinstance(raw, str | int) and str(raw).strip() else []

    def checker(self, around: Around) -> Any:
        """Give a number field with its limits."""
        return IntegerField(validators=self.validators())

    def validators(self, *more: Any) -> list[Any]:
        """Give the validators with the limits among them."""
        limits = []
        if self.min is not None:
            said = literal(self.say("too_small", min=self.min))
            limits.append(NumberRange(min=self.min, message=said))
        if self.max is not None:
            said = literal(self.say("too_big", max=self.max))
            limits.append(NumberRange(max=self.max, message=said))
        return super().validators(*limits, *more)


@dataclass(frozen=True, kw_only=True)
class Time(Text):
    """A time of day, kept as ``14:30``."""

    type: ClassVar[str] = "time"
    says: ClassVar[Mapping[str, str]] = {
        **Text.says,
        "required": "Enter a time for “{label}”",
        "invalid": "Enter “{label}” as a time, like 14:30 or 2.30pm",
    }

    _CLOCK: ClassVar[re.Pattern[str]] = re.compile(
        r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d\d))?\s*(?P<half>[ap]\.?m\.?)?", re.ASCII | re.I
    )
    _NOON: ClassVar[int] = 12

    def texts(self, raw: Raw) -> list[str]:
        """Give the time in 24 hours; NotReadable when it is none."""
        return [self._on_the_clock(text) for text in super().texts(raw)]

    def given(self, raw: Raw) -> list[str]:
        """Give the time in 24 hours, or what was typed instead of one."""
        return super().given(raw) or ([raw] if isinstance(raw, str) and raw.strip() else [])

    def _on_the_clock(self, text: str) -> str:
        found = self._CLOCK.fullmatch(text)
        if found is None or not (found["minute"] or found["half"]):
            raise NotReadable
        hour, minute = int(found["hour"]), int(found["minute"] or 0)
        if found["half"]:
            if not 1 <= hour <= self._NOON:
                raise NotReadable
            hour = hour % self._NOON + (self._NOON if found["half"].lower().startswith("p") else 0)
        if hour > 23 or minute > 59:  # noqa: PLR2004  (a day's last minute)
            raise NotReadable
        return f"{hour:02}:{minute:02}"


@dataclass(frozen=True, kw_only=True)
class Email(Text):
    """An e-mail address."""

    type: ClassVar[str] = "email"
    default_max: ClassVar[int] = 254
    says: ClassVar[Mapping[str, str]] = {
        **Text.says,
        "invalid": "Enter “{label}” as an e-mail address, like name@example.com",
    }

    max_length: int = 254

    _ADDRESS: ClassVar[re.Pattern[str]] = re.compile(
        r"[^\s@\"<>(),:;\[\]\\]{1,64}@([a-z0-9-]{1,63}\.){1,8}[a-z]{2,63}", re.ASCII | re.I
    )

    def checker(self, around: Around) -> Any:
        """Give a text field that holds an address and nothing else."""
        shape = Regexp(re.compile(rf"{self._ADDRESS.pattern}\Z", re.ASCII | re.I))
        shape.message = self.say("invalid")
        return StringField(validators=self.validators(shape))


@dataclass(frozen=True, kw_only=True)
class Phone(Text):
    """A phone number, as people write it."""

    type: ClassVar[str] = "phone"
    says: ClassVar[Mapping[str, str]] = {
        **Text.says,
        "invalid": "Enter “{label}” as a phone number, like 01632 960 001",
    }

    def checker(self, around: Around) -> Any:
        """Give a text field that holds digits and the signs people put between them."""
        shape = Regexp(
            re.compile(r"(?=(?:\D*\d){5,15}\D*\Z)\+?[\d\s()/.-]{5,40}(?:x|ext\.?)?\s?\d{0,6}\Z"),
            message=self.say("invalid"),
        )
        return StringField(validators=self.validators(shape))
