"""A letter template that names what nobody knows does not get into a release."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from engine.casework.letter_placeholders import CODES, PLACEHOLDERS
from engine.checks import check_letters
from engine.errors import Finding
from engine.releases import Bundle, build, read_folder
from forms import load_letter
from tests.engine.checks.plainly import said_plainly

TEMPLATE = Path("forms/letters/fair_treatment.md")


@pytest.fixture(scope="module")
def release() -> Bundle:
    return build(read_folder(Path()))


def findings(release: Bundle, old: str, new: str) -> list[Finding]:
    content = TEMPLATE.read_text()
    assert old in content
    letter = load_letter("fair_treatment", content.replace(old, new, 1).encode())
    return said_plainly(check_letters(replace(release, letters={"fair_treatment": letter})))


def test_our_own_letters_name_only_what_there_is(release: Bundle) -> None:
    assert check_letters(release) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("**((review_on))**", "((review_day))", "Expected “((review_day))” to be something"),
        ('when="appealable_code:yes"', 'when="weather:yes"', "Expected “((weather))”"),
        ('when="appealable_code:yes"', 'when="appealable_code:yse"', "“yes” or “no”, but it is"),
        ("due_within: letter.issue_within", "due_within: letter.soon", "Expected “letter.soon”"),
        ("appealable_if: appeal.warning_letter", "appealable_if: appeal.maybe", "appeal.maybe"),
        ("due_from: asked_on", "due_from: christmas", "to be one of “decided_on”"),
        ("default_from: default_warning_review_on", "default_from: moon", "the fact “moon”"),
        ("type: textarea", "type: person\n    choices: stars", "the list of choices “stars”"),
        ("id: review_on", "id: sent_on", "to have ids of their own"),
    ],
)
def test_a_name_with_nothing_behind_it_is_told(
    release: Bundle, old: str, new: str, words: str
) -> None:
    told = findings(release, old, new)
    assert any(words in one.message for one in told), told
    assert {one.file for one in told} == {"forms/letters/fair_treatment.md"}


def test_a_name_that_is_nearly_right_is_told_with_what_it_says(release: Bundle) -> None:
    """R-031: who writes a letter sees the page alone, not the guide of a checkout."""
    told = findings(release, "**((review_on))**", "**((reviev_on))**")
    (one,) = [each for each in told if "reviev_on" in each.message]
    assert "Did you mean “((review_on))”? It says the day" in one.message


def test_what_a_part_may_wait_for_is_what_its_sentence_says() -> None:
    """R-031: a part that waits for what never comes would be left out of every letter."""
    codes = {name for name in PLACEHOLDERS if name.endswith("_code")}
    assert set(CODES) == codes
    for name, values in CODES.items():
        assert re.findall(r"\w+", PLACEHOLDERS[name].split(":")[0].replace(" or ", " ")) == [
            *values
        ]
