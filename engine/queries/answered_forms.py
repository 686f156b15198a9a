"""The form that was answered then: a letter's own questions stand in front of its form."""

from __future__ import annotations

from sqlalchemy import select

import forms
from engine.queries.reading import Reading
from engine.tables.casefile import Submission
from engine.tables.decisions import Letter

#: The form whose first page comes from the letter that was written.
_LETTER_FORM = "issue_letter"
_LETTER_PAGE = "letter"


def form_answered(look: Reading, row: Submission) -> forms.Form | None:
    """Give the form as it was asked; None when its version is not installed or has none of it.

    Of a letter, the one that was issued with these answers says what was asked; one statement.
    """
    release = look.release(row.release_id)
    form = release.forms.get(row.form) if release else None
    if release is None or form is None or row.form != _LETTER_FORM:
        return form
    issued = select(Letter.template).where(
        Letter.case_id == row.case_id, Letter.issued_at == row.at
    )
    letter = release.letters.get(look.session.scalar(issued.limit(1)) or "")
    if letter is None:
        return form
    return forms.with_questions(form, _LETTER_PAGE, letter.title, letter.asks)
