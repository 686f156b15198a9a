"""Expressions are said in words people know, or not at all (C)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.operations import REGISTRY
from engine.operations.expression_words import Labels, dotted, in_words, labels_of, thing
from engine.releases import diagrams_of, forms_of, read_folder
from tests.engine.checks.plainly import odd_in

FILES = read_folder(Path(__file__).parents[3])
LABELS = labels_of(form for _, form in forms_of(FILES) if form)
WRITTEN = ("due", "about", "message_key", "fallback_key", "payload")


def test_everything_our_diagrams_say_can_be_said_in_words() -> None:
    diagrams = diagrams_of(FILES)
    steps = [one for diagram in diagrams for one in diagram.elements.values()]
    texts = {one.properties[name] for one in steps for name in WRITTEN if name in one.properties}
    texts |= {one.timer for one in steps if one.timer}
    texts |= {text for one in steps for text in one.parameters.values()}
    texts |= {flow.condition for diagram in diagrams for flow in diagram.flows if flow.condition}
    for text in sorted(texts):
        said = in_words(text, LABELS)
        assert said, text
        assert not odd_in(f"{said}."), (text, said)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("case.owed_action_due", "the day the owed action falls due"),
        ("after(case.owed_action_due)", "when the day the owed action falls due has passed"),
        ("on(case.start_on)", "on the day it takes effect"),
        (
            "after(working_days(case.opened_on, policy('informal.contact_target')))",
            "once more working days have passed since the day the case was opened than the figure "
            "“Informal: contact target” says",
        ),
        (
            "on(calendar_days(case.review_due, -policy('review.warn')))",
            "calendar days before the last day of the review, as many as the figure "
            "“Review: warn” says",
        ),
        ("working_days(case.opened_on, 1)", "1 working day after the day the case was opened"),
        ("P28D", "28 days later"),
        ("outcome == 'stays'", "“What came of it?” is “It stays”"),
        ("outcome in ['stays', 'goes_on']", "“What came of it?” is “It stays” or “Goes on”"),
        ("outcome != 'stays'", "“What came of it?” is not “It stays”"),
        ("open_matters > 0", "“Open matters” is more than 0"),
        ("{'outcome': 'stays'}", "“What came of it?”: “It stays”"),
        ("'case.owner'", "“The one who carries the case”"),
    ],
)
def test_an_expression_is_said_as_people_would(expression: str, said: str) -> None:
    labels = Labels({"outcome": "What came of it?"}, {("outcome", "stays"): "It stays"})
    assert in_words(expression, labels) == said


def test_an_answer_that_two_forms_call_differently_is_called_by_neither() -> None:
    # One form says that the copy is ready, another that every item is decided.
    assert in_words("request_step == 'answer'", LABELS) == "“How does it stand?” is “Answer”"
    assert in_words("request_step == 'more_time'", LABELS).endswith("is “We need more time”")


@pytest.mark.parametrize(
    "expression",
    [
        "after(case.",
        "case.nobody_knows_this",
        "weather(today)",
        "1 + 1",
        "on(1, 2)",
        "a < b < c",
        "working_days(case.opened_on)",
        "after(working_days(case.opened_on, other('x')))",
        "{1: 2}",
        "",
    ],
)
def test_what_nobody_can_say_is_not_said(expression: str) -> None:
    assert in_words(expression) == ""


def test_every_fact_has_a_name_that_is_a_part_of_a_sentence() -> None:
    for name in REGISTRY.facts:
        assert re.fullmatch(r"[a-z][^.;:()_]+", thing(name)), (name, thing(name))
    assert dotted("letters.issue") == "Letters: issue"
