"""The way through a form: which page comes next, and what was answered so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from forms.answers import Choices, RawAnswers, as_answers
from forms.definition import Form, Page
from forms.questions import Question, Raw, asked


def raw_from_post(
    form: Form, page_id: str | None, post: Mapping[str, Sequence[str]]
) -> dict[str, Raw]:
    """Take the raw answers of one page (None: of the whole form) from posted fields.

    Fields are called ``id``, ``id-day`` ``id-month`` ``id-year``, and ``id.0.column`` in groups;
    the buttons ``add.id`` and ``remove.id.0`` add and take away a row. Questions of which no
    field was sent are absent, so that `raw | raw_from_post(...)` keeps what was typed elsewhere.
    """
    questions = form.questions if page_id is None else form.need_page(page_id).questions
    sent = {question.id: question.from_post(question.id, post) for question in questions}
    return {name: raw for name, raw in sent.items() if raw is not None}


def pages_asked(form: Form, raw: RawAnswers) -> list[Page]:
    """Give the pages with anything to answer; a page without questions is there to be read."""
    ids = {question.id for question in asked(form.questions, as_answers(raw))}
    return [
        page
        for page in form.pages
        if not page.questions or any(question.id in ids for question in page.questions)
    ]


def next_page(form: Form, page_id: str, raw: RawAnswers) -> Page | None:
    """Give the page asked after this one, None after the last."""
    order = [page.id for page in form.pages]
    place = order.index(form.need_page(page_id).id)
    return next((page for page in pages_asked(form, raw) if order.index(page.id) > place), None)


def summary(
    form: Form, raw: RawAnswers, choices: Choices | None = None
) -> list[tuple[Page, list[tuple[Question, str, str]]]]:
    """Give check your answers: each page asked with (question, label, text); "" is unanswered."""
    given = as_answers(raw)
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
