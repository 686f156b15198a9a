"""What was answered in a form, then: in the words of the form as it was published at the time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

import forms
from engine.casework.audit import RESTRICTED_READ, Chain, Entry
from engine.casework.kept_apart import is_kept_run, kept_from
from engine.casework.visibility import Part, parts_of, reads_restricted
from engine.errors import NotFound
from engine.installation import read_surroundings
from engine.queries import words
from engine.queries.answer_names import names_for
from engine.queries.answered_forms import form_answered
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.tables.casefile import CaseFile, Submission
from engine.tables.database import Database
from engine.tables.process import WorkItem


@dataclass(frozen=True)
class Answered:
    """One question and what was answered; several rows where something was added more than once."""

    question: str
    text: str
    #: Only the author and those named in the table of visibility may read it (R-109).
    is_restricted: bool = False


@dataclass(frozen=True)
class AnsweredPage:
    """The answers of one page of a form."""

    title: str
    answers: tuple[Answered, ...]


@dataclass(frozen=True)
class SubmissionPage:
    """The answers to one form, whole, as they were given."""

    id: int
    #: Name of the task, or the title of the form where there was none.
    title: str
    case_id: int | None
    case_reference: str
    by: str
    at: dt.datetime
    pages: tuple[AnsweredPage, ...]


def submission(database: Database, submission_id: int, person: Person) -> SubmissionPage:
    """Give what was answered; restricted answers for their author and those named in the matrix.

    Whoever reads restricted answers of others is noted in the case's audit chain before they are
    given (R-103, R-111). Raises NotFound when there is no such submission or it is not for this
    person to see.
    """
    page, case_id = _read(database, submission_id, person)
    if case_id is not None:
        _note_reading(database, case_id, submission_id, person.name)
    return page


def _read(
    database: Database, submission_id: int, person: Person
) -> tuple[SubmissionPage, int | None]:
    """Give the answers, and the case in whose chain reading them is to be noted, None for none."""
    with reading(database, person) as look:
        found = look.session.execute(
            select(Submission, WorkItem.name, CaseFile.reference)
            .outerjoin(WorkItem, WorkItem.id == Submission.work_item_id)
            .outerjoin(CaseFile, CaseFile.id == Submission.case_id)
            .where(Submission.id == submission_id)
        ).first()
        if found is None:
            raise NotFound
        row: Submission = found.Submission
        parts = _parts_of(look, row)
        if row.by != person.name and (Part.TIMELINE not in parts or _is_kept(look, row, parts)):
            raise NotFound
        may_read = row.by == person.name or reads_restricted(parts, row.form)
        sealed = _restricted(look, row) if may_read else {}
        form = form_answered(look, row)
        page = SubmissionPage(
            id=row.id,
            title=found.name or (form.title if form else words.plain(row.form)),
            case_id=row.case_id,
            case_reference=found.reference or "",
            by=look.full_name(row.by),
            at=row.at,
            pages=_pages(look, form, row, sealed),
        )
        return page, row.case_id if sealed and row.by != person.name else None


def _note_reading(database: Database, case_id: int, submission_id: int, by: str) -> None:
    with database.writing() as session:
        case = session.get(CaseFile, case_id, with_for_update=True)
        if case is None:
            raise NotFound
        entry = Entry(RESTRICTED_READ, "submission", submission_id, actor=by)
        Chain.of_case(session, case).add(entry, at=read_surroundings(session).now)


def _parts_of(look: Reading, row: Submission) -> frozenset[Part]:
    if row.case_id is None:
        return frozenset()
    try:
        return parts_of(look.session, look.viewer, row.case_id)
    except NotFound:
        return frozenset()


def _is_kept(look: Reading, row: Submission, parts: frozenset[Part]) -> bool:
    """Tell whether these answers belong to what is kept apart from who sees these parts."""
    kept = kept_from(parts)
    return row.form in kept or is_kept_run(look.session, row.instance_id, kept)


def _restricted(look: Reading, row: Submission) -> dict[str, Any]:
    sealed = look.session.scalars(
        select(Submission)
        .where(Submission.id == row.id)
        .options(undefer(Submission.restricted))
        .execution_options(populate_existing=True)
    ).one()
    return dict(sealed.restricted or {})


def _pages(
    look: Reading, form: forms.Form | None, row: Submission, sealed: dict[str, Any]
) -> tuple[AnsweredPage, ...]:
    """Put answers into the words of their form; without the form, as they are kept."""
    answers = {**row.answers, **sealed}
    if form is None:
        kept = tuple(Answered(words.plain(name), _plain(v)) for name, v in answers.items())
        return (AnsweredPage("Answers", kept),) if kept else ()
    choices = names_for(look, form, row.case_id)
    known = {question.id for question in form.questions}
    pages = [
        AnsweredPage(
            page.title,
            tuple(
                Answered(label, text, question.id in sealed)
                for question, label, text in asked
                if text
            ),
        )
        for page, asked in forms.summary(form, answers, choices)
    ]
    more = tuple(
        Answered(words.plain(name), _plain(value))
        for name, value in answers.items()
        if name not in known
    )
    if more:
        pages.append(AnsweredPage("Also answered", more))
    return tuple(page for page in pages if page.answers)


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_plain(part) for part in value)
    if isinstance(value, dict):
        return ", ".join(f"{words.plain(name)}: {_plain(part)}" for name, part in value.items())
    return str(value)
