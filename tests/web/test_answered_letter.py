"""What was answered for a letter: in the words of its own questions, dates with their weekday."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask

from tests.engine.queries.landlord import Pen
from tests.web.visitor import Visitor


def test_a_letter_shows_its_own_questions_and_no_raw_date(
    app: Flask, as_: Callable[[str], Visitor]
) -> None:
    with app.extensions["database"].writing() as session:
        pen = Pen(session)
        case = pen.case()
        pen.letter(case, template="fair_treatment", title="Fair Treatment Letter")
        answers = {"review_on": "2026-11-19", "what_happened": "Forty calls"}
        given = pen.submission(
            case, form="issue_letter", answers=answers, restricted=None, by="dorothy"
        )
        path = f"/cases/{case.id}/answers/{given.id}"
    page = as_("dorothy").get(path)
    assert "Thursday 19 November 2026" in page.text
    assert "Also answered" not in page.text
    assert not re.search(r"\d{4}-\d\d-\d\d", page.text)
