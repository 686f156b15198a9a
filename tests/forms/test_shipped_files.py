"""The forms and letters we ship: each can be read, and each letter says what the rules ask for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import forms
from forms import Form, LetterTemplate
from forms.letter_blocks import REQUIRED_BLOCKS

HERE = Path(forms.__file__).parent
FORMS = sorted((HERE / "definitions").glob("*.yaml"))
LETTERS = sorted((HERE / "letters").glob("*.md"))
#: R-046 and R-047 together with what both left out (R-048 to R-053, C-12).
UNION = {
    "reasons",
    "change_required",
    "spoc",
    "method",
    "restrictions",
    "duration_and_review",
    "appeal",
    "decision",
    "meaning",
    "how_to_ask_for_a_review",
    "emergency",
    "spoc_absent",
    "response_time",
    "formal_statement_and_date",
    "unaffected",
    "tone_and_hours",
    "who_sees_your_messages",
}


def load(path: Path) -> LetterTemplate:
    return forms.load_letter(path.stem, path.read_bytes())


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_each_form_can_be_read(path: Path) -> None:
    assert forms.load_form(path.stem, path.read_bytes()).questions


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_each_letter_can_be_read_and_issued_with_its_form(path: Path) -> None:
    letter = load(path)
    issuing: Form = forms.load_form(
        "issue_letter", (HERE / "definitions" / "issue_letter.yaml").read_bytes()
    )
    assert forms.with_questions(issuing, "letter", "The letter", letter.asks).questions
    assert all(re.match(r"R-\d{3}", block.source) for block in letter.blocks)


def test_each_letter_with_rules_is_there() -> None:
    assert {path.stem for path in LETTERS} == set(REQUIRED_BLOCKS)


@pytest.mark.parametrize("name", ["introduction", "review", "variation"])
def test_letters_that_set_terms_have_every_part_of_the_union(name: str) -> None:
    letter = load(HERE / "letters" / f"{name}.md")
    assert set(letter.required_blocks) >= UNION
    assert letter.appealable


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_the_appeal_part_names_addressee_date_and_an_independent_decider(path: Path) -> None:
    """R-051, R-081, X-3: not to the SPOC only, by a computed date, and no stage of a complaint."""
    letter = load(path)
    if not letter.appealable:
        assert "appeal" not in letter.required_blocks
        return
    [appeal] = [block for block in letter.blocks if block.id == "appeal"]
    assert {"appeal_addressee", "appeal_until", "appeal_days"} <= appeal.placeholders
    text = " ".join(path.read_text().split("{#appeal")[1].split())
    assert "had no part in" in text
    assert "An appeal is not a complaint and not a stage of one" in text


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_letters_speak_plainly(path: Path) -> None:
    text = path.read_text().split("\n---\n", 1)[1]
    sentences = [len(one.split()) for one in re.split(r"[.!?:]\s", re.sub(r"##.*", ".", text))]
    assert max(sentences) <= 40, max(sentences)
    assert not re.search(r"\b(pursuant|aforementioned|hereby|utilise|regarding)\b", text)


def test_the_fair_treatment_letter_has_its_three_parts_and_a_date() -> None:
    letter = load(HERE / "letters" / "fair_treatment.md")
    assert {"expected_behaviour", "spoc_may_follow", "review_timescale"} <= set(
        letter.required_blocks
    )
    assert letter.makes_decision == "warning"
    [review_on] = [question for question in letter.asks if question.id == "review_on"]
    assert review_on.default_from == "default_warning_review_on"
