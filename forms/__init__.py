"""Forms and letters as process owners write them: loaded, checked, answered; no Flask, no SQL."""

from __future__ import annotations

from forms.answers import (
    Answers,
    AnswersInvalid,
    check,
    check_page,
    page_is_complete,
    questions_asked,
    values_so_far,
)
from forms.definition import Form, Page, load_form, with_questions
from forms.journey import next_page, pages_asked, raw_from_post, summary
from forms.letter import Block, LetterTemplate, load_letter, write_letter
from forms.letter_gaps import Gap, dummy_in
from forms.marked import FormFileError
from forms.questions import Choice, Question

__all__ = [
    "Answers",
    "AnswersInvalid",
    "Block",
    "Choice",
    "Form",
    "FormFileError",
    "Gap",
    "LetterTemplate",
    "Page",
    "Question",
    "check",
    "check_page",
    "dummy_in",
    "load_form",
    "load_letter",
    "next_page",
    "page_is_complete",
    "pages_asked",
    "questions_asked",
    "raw_from_post",
    "summary",
    "values_so_far",
    "with_questions",
    "write_letter",
]
