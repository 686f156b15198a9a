"""Raw answers against a form and the case: typed ones to keep, or every problem at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import forms
from engine.casework.context import Context
from engine.errors import InvalidAnswers, NotFound, Problem, Rejected
from engine.operations import REGISTRY
from engine.releases import Bundle
from engine.tables.casefile import Submission
from engine.tables.columns import table_of
from engine.tables.process import WorkItem

#: The form whose first page comes from the letter that is to be written.
LETTER_FORM = "issue_letter"
_LETTER_PAGE = "letter"
#: Put together once, and past the objects of the session: every form that is sent is kept.
_KEEP = insert(table_of(Submission)).returning(Submission.id)


def form_named(bundle: Bundle, name: str) -> forms.Form:
    """Give a form of the release; NotFound when it has none of that name."""
    form = bundle.forms.get(name)
    if form is None:
        raise NotFound(f"Expected a form named {name} in this release, but there is none.")
    return form


def form_of_item(bundle: Bundle, item: WorkItem, variables: Mapping[str, Any]) -> forms.Form:
    """Give the form of a work item; a letter's own questions stand in front of its form."""
    form = form_named(bundle, item.form)
    if item.form != LETTER_FORM:
        return form
    letter = letter_of(bundle, item.calling, variables)
    if not letter.asks:
        return form
    return forms.with_questions(form, _LETTER_PAGE, letter.title, letter.asks)


def letter_of(
    bundle: Bundle, calling: Mapping[str, str], variables: Mapping[str, Any]
) -> forms.LetterTemplate:
    """Give the template that the call activity around a letter names."""
    name = calling.get("letter") or str(variables.get(calling.get("letter_from", ""), ""))
    template = bundle.letters.get(name)
    if template is None:
        raise NotFound(f"Expected a letter named {name} in this release, but there is none.")
    return template


def offered(form: forms.Form, context: Context) -> dict[str, list[forms.Choice]]:
    """Give the lists of a form that come from the case, by the name of their provider."""
    return {name: list(REGISTRY.choices[name](context)) for name in sorted(form.providers)}


def check_answers(form: forms.Form, raw: Mapping[str, Any], context: Context) -> forms.Answers:
    """Give the typed answers; InvalidAnswers with everything that form and case object to."""
    try:
        answers = forms.check(form, raw, choices=offered(form, context), today=context.today)
    except forms.AnswersInvalid as error:
        raise InvalidAnswers([Problem(name, text) for name, text in error.problems]) from error
    everything = {**answers.values, **answers.restricted}
    problems = [
        problem for name in form.checks for problem in REGISTRY.checks[name](context, everything)
    ]
    if problems:
        raise InvalidAnswers(problems)
    return answers


def is_known(session: Session, page_mark: str | None) -> bool:
    """Tell whether a page's answers were kept before: it was sent twice."""
    known = select(Submission.id).where(Submission.page_mark == page_mark)
    return page_mark is not None and session.scalar(known) is not None


def keep_answers(
    form: forms.Form, answers: forms.Answers, context: Context, *, page_mark: str | None = None
) -> None:
    """Store the answers whole as a row of the case file, then where they belong.

    Raises Rejected when the same page was sent at the very same moment.
    """
    of_case = context.case_id
    row = {
        "case_id": of_case,
        "instance_id": context.instance_id,
        "work_item_id": context.work_item_id,
        "release_id": context.release_id,
        "form": form.name,
        "answers": dict(answers.values),
        "restricted": dict(answers.restricted) or None,
        "by": context.actor,
        "at": context.now,
        "page_mark": page_mark,
    }
    try:
        kept_id = context.session.execute(_KEEP, row).scalar_one()
    except IntegrityError as twice:
        if page_mark is None:
            raise
        raise Rejected("It was recorded already: the page was sent twice.") from twice
    if form.records:
        REGISTRY.recorders[form.records](context, dict(answers.values), dict(answers.restricted))
    if of_case is None and context.case_id is not None:
        theirs = update(Submission).where(Submission.id == kept_id)
        context.session.execute(theirs.values(case_id=context.case_id))
