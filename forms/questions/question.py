"""What every answer type shares: what a question is, and how one raw answer becomes a value."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from wtforms import Field
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, Optional

from forms.marked import Section

#: What an identifier looks like: question ids and the control variables of the diagrams.
SNAKE_CASE = re.compile(r"[a-z][a-z0-9_]{0,59}", re.ASCII)
#: A raw text beyond this is refused before anything looks at it.
HUGE = 100_000
_LAST_OF_LINE = str.maketrans({"\x0b": "\n", "\x0c": "\n", "\x85": "\n"})
_CANNOT_BE_KEPT = {"Cc", "Cs"}

#: Raw answers: text, list, parts of a date, rows; nothing about them is believed.
Raw = Any


@dataclass(frozen=True)
class Choice:
    """One answer that can be chosen."""

    value: str
    label: str
    hint: str = ""
    #: Shown, but not to be chosen; the hint says why.
    disabled: bool = False


@dataclass(frozen=True)
class Around:
    """What a question needs to know beyond its file: today, and the lists the engine offers."""

    today: dt.date
    #: Name of a provider -> what it offers now.
    choices: Mapping[str, Sequence[Choice]] = field(default_factory=dict)


class Refused(Exception):
    """An answer cannot be taken; says which question (or cell of a group) and why."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(sentence for _, sentence in problems))


class NotReadable(Exception):
    """A raw answer has a shape this question does not know; the code names the message."""

    def __init__(self, code: str = "invalid") -> None:
        self.code = code
        super().__init__(code)


class Posted:
    """One raw answer as WTForms wants to be handed it."""

    def __init__(self, name: str, texts: list[str]) -> None:
        self._answers = {name: texts}

    def __iter__(self) -> Iterator[str]:
        return iter(self._answers)

    def __len__(self) -> int:
        return len(self._answers)

    def __contains__(self, name: object) -> bool:
        return name in self._answers

    def getlist(self, name: str) -> list[str]:
        """Give every text sent under a name."""
        return self._answers.get(name, [])


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of a form; an answer type is a subclass that parses, checks and shows itself."""

    id: str
    label: str
    hint: str = ""
    optional: bool = False
    #: Sealed and kept apart from the other answers (R-109).
    restricted: bool = False
    #: Asked only if each named question was answered with one of these values.
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: A fact of the case offered as the first value.
    default_from: str = ""
    #: The control variable this answer becomes; "" when it steers nothing.
    variable: str = ""
    #: Where the rule behind the question stands: ``R-020``.
    source: str = ""
    #: Sentences of the file that replace the type's own.
    messages: Mapping[str, str] = field(default_factory=dict)
    #: Line in the file.
    line: int = 0
    #: What can be chosen, where the file says so; () for types without a choice.
    options: tuple[Choice, ...] = ()
    #: The provider of the engine that offers what can be chosen; "" for none.
    choices: str = ""
    #: The questions of each entry of a group; () for every other type.
    columns: tuple[Question, ...] = ()

    #: The name of the type in a form file.
    type: ClassVar[str] = ""
    #: Message codes of the type and what they say unless the file says otherwise.
    says: ClassVar[Mapping[str, str]] = {
        "required": "Answer “{label}”",
        "invalid": "Check the answer to “{label}”",
        "too_long": "The answer to “{label}” is too long. Make it shorter",
        "unkept": "“{label}” holds a sign that cannot be kept. Type it again instead of pasting it",
    }

    @classmethod
    def keys(cls, section: Section) -> dict[str, Any]:
        """Read the keys that only this type knows; the problems are told to the section."""
        return {}

    def say(self, code: str, **details: object) -> str:
        """Give the sentence for a code, with {label} and the given details filled in."""
        sentence = self.messages.get(code) or self.says[code]
        for name, value in {"label": self.label, **details}.items():
            sentence = sentence.replace("{" + name + "}", str(value))
        return sentence

    def texts(self, raw: Raw) -> list[str]:
        """Give a raw answer as texts, [] when there is none; NotReadable for other shapes."""
        text = clean(one_of(raw))
        return [text] if text else []

    def given(self, raw: Raw) -> list[str]:
        """Give a raw answer as texts, [] when it cannot be read at all; for showing it again."""
        try:
            return self.texts(raw)
        except NotReadable:
            return []

    def from_post(self, name: str, post: Mapping[str, Sequence[str]]) -> Raw:
        """Take this question's raw answer from posted fields; None when none of them was sent."""
        sent = post.get(name)
        return sent[0] if sent else None

    def answer(self, raw: Raw, around: Around, name: str) -> Any:
        """Give the typed answer, None when none was given; Refused says what is wrong."""
        try:
            texts = self.texts(raw)
        except NotReadable as error:
            raise Refused([(name, self.say(error.code))]) from error
        form = BaseForm({"answer": self.checker(around)})
        form.process(Posted("answer", texts))
        if not form.validate():
            raise Refused([(name, str(form["answer"].errors[0]))])
        return self.value(form["answer"].data) if texts else None

    def checker(self, around: Around) -> Any:
        """Give the WTForms field, still unbound, that checks one answer."""
        return Field(validators=self.validators())

    def validators(self, *more: Any) -> list[Any]:
        """Give the validators of the field: required or not first, then those of the type."""
        first = Optional() if self.optional else InputRequired(self.say("required"))
        return [first, *more]

    def value(self, data: Any) -> Any:
        """Turn what the field holds into what is stored: text, number, list."""
        return data

    def shown(self, raw: Raw, choices: Mapping[str, Sequence[Choice]]) -> str:
        """Give a raw answer as a person reads it; "" when there is none."""
        return "\n".join(self.given(raw))


def one_of(raw: Raw) -> Raw:
    """Take an answer out of the list in which a browser sends it; longer lists stay lists."""
    if isinstance(raw, list) and len(raw) <= 1:
        return raw[0] if raw else None
    return raw


def clean(raw: Raw) -> str:
    """Give one raw text with plain line ends and no blanks around it; NotReadable if it is none."""
    if raw is None:
        return ""
    if isinstance(raw, int) and not isinstance(raw, bool) and abs(raw) < 10**15:
        return str(raw)
    if not isinstance(raw, str):
        raise NotReadable
    if len(raw) > HUGE:
        raise NotReadable("too_long")
    text = raw.replace("\r\n", "\n").replace("\r", "\n").translate(_LAST_OF_LINE).strip()
    if not text.isprintable() and any(map(_cannot_be_kept, text)):
        raise NotReadable("unkept")
    return text


def _cannot_be_kept(sign: str) -> bool:
    return unicodedata.category(sign) in _CANNOT_BE_KEPT and sign not in "\n\t"


def literal(sentence: str) -> str:
    """Protect a sentence from the % formatting of WTForms."""
    return sentence.replace("%", "%%")
