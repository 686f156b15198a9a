"""What a page needs to draw a question: its boxes as they were filled in, and what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup, escape

import forms
from forms.questions import Radios, Rows

#: Types whose answers are drawn one below the other, so that a question can stand beneath one.
_REVEALING = frozenset({"radios", "yes_no", "checkboxes", "people", "evidence", "confirm"})
#: Who reads a restricted answer (R-109), said beside the question.
RESTRICTED = (
    "Restricted: sealed, kept apart and used for what is asked here alone. Only you, the Data "
    "Management Officer and those who have to rely on it see this."
)
#: How many questions of one page, with how many answers, the style sheet can follow; beyond that
#: the condition is said in words (_product.scss has the same figures).
MOST_STEERING = 6
MOST_ANSWERS = 16
_PARTS = ("day", "month", "year")

Problems = Mapping[str, str]


@dataclass(frozen=True)
class Around:
    """What the questions of one page share."""

    raw: Mapping[str, Any]
    choices: Mapping[str, Sequence[forms.Choice]]
    #: Name of a field -> what is wrong with it.
    problems: Problems = field(default_factory=dict)
    #: Answers given on other pages, by question id, as texts.
    elsewhere: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Field:
    """One question with its answer so far, ready to be drawn."""

    question: forms.Question
    #: As it is posted: ``owed.0.what`` in a group, otherwise the question id.
    name: str
    texts: Sequence[str] = ()
    error: str = ""
    choices: Sequence[forms.Choice] = ()
    #: The condition in words, when the question cannot stand beneath the answer that asks it.
    only_if: str = ""
    #: The same for the style sheet: for each condition the answers that fulfil it, ``1-2 1-3``.
    asked: Sequence[str] = ()
    #: The number by which such conditions name this question; 0 when none does.
    steers: int = 0
    #: Value of an answer -> the questions that stand beneath it.
    reveals: Mapping[str, Sequence[Field]] = field(default_factory=dict)
    #: The entries of a group.
    entries: Sequence[Sequence[Field]] = ()

    @property
    def id(self) -> str:
        """Give the id of the (first) box in the page."""
        return self.name.replace(".", "-")

    @property
    def label(self) -> str:
        """Give the question, marked when it need never be answered."""
        is_needed_at_times = "required" in self.question.messages
        if self.question.optional and not is_needed_at_times:
            return f"{self.question.label} (optional)"
        return self.question.label

    @property
    def hint(self) -> Markup:
        """Give the hint with the condition before it and the restriction after it."""
        restricted = RESTRICTED if self.question.restricted else ""
        condition = Markup('<span class="only-if">{}</span>').format(self.only_if)
        parts = (condition if self.only_if else "", self.question.hint, restricted)
        return Markup(" ").join(part for part in parts if part)

    @property
    def text(self) -> str:
        """Give the answer as one text."""
        return self.texts[0] if self.texts else ""

    @property
    def text_kept(self) -> Markup:
        """Give the text so that no indentation of the page gets between its lines."""
        return Markup(str(escape(self.text)).replace("\n", "&#10;"))

    @property
    def parts(self) -> dict[str, str]:
        """Give the three boxes of a date."""
        return dict(zip(_PARTS, [*self.texts, "", "", ""], strict=False))

    @property
    def first_input(self) -> str:
        """Give the id of what takes the focus when the error summary is followed."""
        if self.question.type == "date":
            return f"{self.id}-day"
        return f"add-{self.id}" if self.question.type == "rows" else self.id

    def everything(self) -> list[Field]:
        """Give this field and every field within it."""
        inside = [one for fields in (*self.reveals.values(), *self.entries) for one in fields]
        return [self, *(deeper for one in inside for deeper in one.everything())]


def fields_of(questions: Sequence[forms.Question], around: Around, prefix: str = "") -> list[Field]:
    """Give the fields of a page, or of one entry of a group, those beneath an answer inside it."""
    here = {question.id: question for question in questions}
    asked = [one for one in questions if _may_be_asked(one, here, around)]
    beneath: dict[tuple[str, str], list[forms.Question]] = {}
    for question in asked:
        place = _place(question, here)
        if place:
            beneath.setdefault(place, []).append(question)
    numbers = {} if prefix else _steering(asked, here)

    def drawn(question: forms.Question) -> Field:
        field = _field(question, around, prefix)
        reveals = {
            value: [drawn(one) for one in inner]
            for (parent, value), inner in beneath.items()
            if parent == question.id
        }
        field = replace(field, reveals=reveals, steers=numbers.get(question.id, 0))
        if _place(question, here):
            return field
        return replace(
            field,
            only_if=_in_words(question, here),
            asked=_in_numbers(question, here, numbers, around),
        )

    return [drawn(question) for question in asked if not _place(question, here)]


def error_list(
    fields: Sequence[Field], problems: Problems, page_of: Mapping[str, str] | None = None
) -> list[dict[str, str]]:
    """Give the lines of the error summary, each leading to the first box of its question.

    They come in the order of the form; what is about no question comes last.

    page_of: name of a field -> its address on another page, for questions that are not here.
    """
    inputs = {one.name: f"#{one.first_input}" for top in fields for one in top.everything()}
    known = {**(page_of or {}), **inputs}
    order = {name: place for place, name in enumerate(known)}

    def place(name: str) -> int:
        return order.get(name, order.get(name.partition(".")[0], len(order)))

    lines = []
    for name, text in sorted(problems.items(), key=lambda problem: place(problem[0])):
        href = known.get(name) or known.get(name.split(".")[0])
        lines.append({"text": text, "href": href} if href else {"text": text})
    return lines


def hidden_fields(
    questions: Sequence[forms.Question], raw: Mapping[str, Any], prefix: str = ""
) -> list[tuple[str, str]]:
    """Give raw answers as (field name, value), so that the next post sends them again."""
    found: list[tuple[str, str]] = []
    for question in questions:
        name, answer = prefix + question.id, raw.get(question.id)
        if isinstance(question, Rows):
            for number, row in enumerate(_rows(answer)):
                found += hidden_fields(question.columns, row, f"{name}.{number}.")
        elif question.type == "date":
            parts = zip(_PARTS, question.given(answer), strict=False)
            found += [(f"{name}-{part}", text) for part, text in parts]
        else:
            found += [(name, text) for text in question.given(answer)]
    return found


def _field(question: forms.Question, around: Around, prefix: str) -> Field:
    name, raw = prefix + question.id, around.raw.get(question.id)
    entries: list[list[Field]] = []
    if isinstance(question, Rows):
        shown = _rows(raw) or [{}] * max(1, question.at_least)
        entries = [
            fields_of(
                question.columns,
                Around(row, around.choices, around.problems),
                f"{name}.{number}.",
            )
            for number, row in enumerate(shown)
        ]
    return Field(
        question=question,
        name=name,
        texts=question.given(raw),
        error=around.problems.get(name, ""),
        choices=question.offered(around.choices) if isinstance(question, Radios) else (),
        entries=entries,
    )


def _rows(raw: Any) -> list[dict[str, Any]]:
    return [row for row in raw if isinstance(row, dict)] if isinstance(raw, list) else []


def _may_be_asked(
    question: forms.Question, here: Mapping[str, forms.Question], around: Around
) -> bool:
    """Tell whether what was answered on other pages leaves this question open."""
    return all(
        name in here or set(around.elsewhere.get(name, ())) & set(fits)
        for name, fits in question.when.items()
    )


def _place(question: forms.Question, here: Mapping[str, forms.Question]) -> tuple[str, str] | None:
    """Give the answer this question stands beneath: its one condition on this page."""
    conditions = [(name, fits) for name, fits in question.when.items() if name in here]
    if len(conditions) != 1:
        return None
    name, fits = conditions[0]
    return (name, fits[0]) if len(fits) == 1 and here[name].type in _REVEALING else None


def _in_words(question: forms.Question, here: Mapping[str, forms.Question]) -> str:
    said = []
    for name, fits in question.when.items():
        if name in here:
            labels = {one.value: one.label for one in getattr(here[name], "options", ())}
            answers = " or ".join(f"“{labels.get(value, value)}”" for value in fits)
            said.append(f"“{here[name].label}” is {answers}")
    return f"Answer this only if {' and '.join(said)}." if said else ""


def _steering(
    asked: Sequence[forms.Question], here: Mapping[str, forms.Question]
) -> dict[str, int]:
    """Number the questions that decide about others further down the page, from 1."""
    names = [
        name
        for question in asked
        if not _place(question, here)
        for name in question.when
        if name in here
    ]
    return {name: number for number, name in enumerate(dict.fromkeys(names), start=1)}


def _in_numbers(
    question: forms.Question,
    here: Mapping[str, forms.Question],
    numbers: Mapping[str, int],
    around: Around,
) -> list[str]:
    """Give the conditions as the style sheet knows them: number of question - number of answer."""
    found = []
    for name, fits in question.when.items():
        steering = here.get(name)
        if name in numbers and isinstance(steering, Radios):
            offered = [choice.value for choice in steering.offered(around.choices)]
            if numbers[name] > MOST_STEERING or len(offered) > MOST_ANSWERS:
                return []
            places = [n for n, value in enumerate(offered, start=1) if value in fits]
            found.append(" ".join(f"{numbers[name]}-{place}" for place in places))
    return found
