"""The way through a form: which page comes next, what is missing, and what was answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forms.definition import Form, Page
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
    given = _answers(raw)
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
    given = _answers(raw)
    values, _ = check_questions(asked(form.questions, given), given, Around(today, choices or {}))
    return values


def partial_values(form: Form, raw: RawAnswers) -> dict[str, Any]:
    """Give typed answers as far as there are any, for a look ahead: no rule is asked.

    What cannot be read, and answers to questions that are not asked, are absent.
    """
    given = _answers(raw)
    found = {
        question.id: question.partial(given.get(question.id))
        for question in asked(form.questions, given)
    }
    return {name: value for name, value in found.items() if value is not None}


def raw_from_post(
    form: Form, page_id: str | None, post: Mapping[str, Sequence[str]]
) -> dict[str, Raw]:
    """Take the raw answers of one page (None: of the whole form) from posted fields.

    Fields are called ``id``, ``id-day`` ``id-month`` ``id-year``, and ``id.0.column`` in groups;
    the buttons ``add.id`` and ``remove.id.0`` add and take away a row. Questions of which no
    field was sent are absent, so that `raw | raw_from_post(...)` keeps what was typed elsewhere.
    """
    questions = form.questions if page_id is None else _page(form, page_id).questions
    sent = {question.id: question.from_post(question.id, post) for question in questions}
    return {name: raw for name, raw in sent.items() if raw is not None}


def pages_asked(form: Form, raw: RawAnswers) -> list[Page]:
    """Give the pages with anything to answer; a page without questions is there to be read."""
    ids = {question.id for question in asked(form.questions, _answers(raw))}
    return [
        page
        for page in form.pages
        if not page.questions or any(question.id in ids for question in page.questions)
    ]


def questions_asked(form: Form, page_id: str, raw: RawAnswers) -> list[Question]:
    """Give the questions of a page whose conditions hold."""
    on_page = {question.id for question in _page(form, page_id).questions}
    return [one for one in asked(form.questions, _answers(raw)) if one.id in on_page]


def next_page(form: Form, page_id: str, raw: RawAnswers) -> Page | None:
    """Give the page asked after this one, None after the last."""
    order = [page.id for page in form.pages]
    place = order.index(_page(form, page_id).id)
    return next((page for page in pages_asked(form, raw) if order.index(page.id) > place), None)


def page_is_complete(
    form: Form, page_id: str, raw: RawAnswers, *, choices: Choices | None = None, today: dt.date
) -> bool:
    """Tell whether the page's answers would pass as they are."""
    try:
        check_page(form, page_id, raw, choices=choices, today=today)
    except AnswersInvalid:
        return False
    return True


def summary(
    form: Form, raw: RawAnswers, choices: Choices | None = None
) -> list[tuple[Page, list[tuple[Question, str, str]]]]:
    """Give check your answers: each page asked with (question, label, text); "" is unanswered."""
    given = _answers(raw)
    ids = {question.id for question in asked(form.questions, given)}
    return [
        (
            page,
            [
                (question, question.label, question.shown(given.get(question.id), choices or {}))
                for question in page.questions
                if question.id in ids
            ],
        )
        for page in pages_asked(form, given)
    ]


def _answers(raw: object) -> RawAnswers:
    if not isinstance(raw, Mapping):
        raise AnswersInvalid([("", _NOT_ANSWERS)])
    return raw


def _page(form: Form, page_id: str) -> Page:
    page = form.page(page_id)
    if page is None:
        raise KeyError(f"Expected a page of {form.name}, but it has no page {page_id}.")
    return page


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
