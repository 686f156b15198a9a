"""Which questions are asked, and the answers to all of them at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from forms.questions.question import Around, Question, Raw, Refused


def asked(questions: Sequence[Question], raw: Mapping[str, Raw]) -> list[Question]:
    """Give the questions whose conditions hold for these raw answers, in their order.

    An answer to a question that is not asked counts as not given.
    """
    found: list[Question] = []
    given: dict[str, list[str]] = {}
    for question in questions:
        if all(set(given.get(name, ())) & set(fits) for name, fits in question.when.items()):
            found.append(question)
            given[question.id] = question.given(raw.get(question.id))
    return found


def check_questions(
    questions: Sequence[Question], raw: Mapping[str, Raw], around: Around, prefix: str = ""
) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Give the typed answers to these questions, and every (name, sentence) that is wrong.

    Conditions are not looked at: hand over those that are ``asked``.
    """
    values: dict[str, Any] = {}
    problems: list[tuple[str, str]] = []
    for question in questions:
        try:
            value = question.answer(raw.get(question.id), around, prefix + question.id)
        except Refused as refused:
            problems.extend(refused.problems)
            continue
        if value is not None:
            values[question.id] = value
    return values, problems
