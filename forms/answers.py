"""Answers to a form: raw ones become typed ones, or every sentence about what is wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forms.definition import Form
from forms.questions import Around, Choice, Question, Raw, asked, check_questions

#: Raw answers by question id, as a browser, the API or a scenario gives them.
RawAnswers = Mapping[str, Raw]
Choices = Mapping[str, Sequence[Choice]]
_NOT_ANSWERS = "Expected the answers as question ids with their values."


@dataclass(frozen=True)
class Answers:
    """Answers that passed every check of the form."""

    #: By question id: dates are ISO text, numbers int, unanswered is absent.
    values: dict[str, Any] = field(default_factory=dict)
    #: Those to be sealed, kept apart from `values`.
    restricted: dict[str, Any] = field(default_factory=dict)
    #: The few that steer the process, by the name of the control variable.
    variables: dict[str, Any] = field(default_factory=dict)


class AnswersInvalid(Exception):
    """Some answers need another look."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        """Keep every problem as (question id, sentence); the id is "" for the whole form."""
        self.problems = tuple(problems)
        super().__init__(" ".join(sentence for _, sentence in problems))


def check(
    form: Form, raw: RawAnswers, *, choices: Choices | None = None, today: dt.date
) -> Answers:
    """Give the typed answers to a whole form; AnswersInvalid with everything that is wrong.

    Answers to questions that are not asked, or that the form does not know, are dropped.
    choices: what each provider the form names offers now; LookupError when one is missing.
    """
    given = as_answers(raw)
    return _checked(asked(form.questions, given), given, Around(today, choices or {}))


def check_page(
    form: Form, page_id: str, raw: RawAnswers, *, choices: Choices | None = None, today: dt.date
) -> Answers:
    """Give the typed answers of one page; AnswersInvalid with what is wrong on it.

    raw: the answers so far of the whole form, because conditions look at other pages.
    """
    return _checked(questions_asked(form, page_id, raw), raw, Around(today, choices or {}))


def values_so_far(
    form: Form,
    raw: RawAnswers,
    *,
    choices: Choices | None = None,
    today: dt.date,
) -> dict[str, Any]:
    """Give the typed answers that can be read already; the others are simply left out."""
    given = as_answers(raw)
    values, _ = check_questions(asked(form.questions, given), given, Around(today, choices or {}))
    return values


def page_is_complete(
    form: Form, page_id: str, raw: RawAnswers, *, choices: Choices | None = None, today: dt.date
) -> bool:
    """Tell whether the page's answers would pass as they are."""
    try:
        check_page(form, page_id, raw, choices=choices, today=today)
    except AnswersInvalid:
        return False
    return True


def questions_asked(form: Form, page_id: str, raw: RawAnswers) -> list[Question]:
    """Give the questions of a page whose conditions hold."""
    on_page = {question.id for question in form.need_page(page_id).questions}
    return [one for one in asked(form.questions, as_answers(raw)) if one.id in on_page]


def as_answers(raw: object) -> RawAnswers:
    """Give raw answers back; AnswersInvalid when they are none at all."""
    if not isinstance(raw, Mapping):
        raise AnswersInvalid([("", _NOT_ANSWERS)])
    return raw


def _checked(questions: Sequence[Question], raw: RawAnswers, around: Around) -> Answers:
    values, problems = check_questions(questions, raw, around)
    if problems:
        raise AnswersInvalid(problems)
    answers = Answers()
    for question in questions:
        if question.id not in values:
            continue
        value = values[question.id]
        (answers.restricted if question.restricted else answers.values)[question.id] = value
        if question.variable:
            answers.variables[question.variable] = value
    return answers
