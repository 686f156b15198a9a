"""Every message of a check is plain English: names and expressions stand whole in quotes (C)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.checks import check_release
from engine.errors import Finding
from engine.releases import POLICY_FILE, read_folder, survey
from tests.engine.checks.plainly import odd_in, said_plainly

FILES = read_folder(Path(__file__).parents[3])
DIAGRAMS = [path for path in FILES if path.endswith(".bpmn")]
#: What is written wrong in every diagram at once, and the rules that must speak.
WRONG = [
    (r'(name="form" value="\w+)"', r'\1_gone"', {"form_exists"}),
    (r' name="form" value="', r' name="no_form" value="', {"task_has_form"}),
    (r'(name="letter" value="\w+)"', r'\1_gone"', {"letter_exists", "law_of_the_process"}),
    (r'(name="author" value=")[\w.]+"', r'\1the_cat"', {"author_exists"}),
    (r'(name="held_by" value=")[\w.]+"', r'\1the_cat"', {"role_exists"}),
    (r'(name="held_by" value=")[\w.]+"', r'\1"', {"task_has_role"}),
    (r'(name="due" value="[^"]*case\.\w+)', r"\1_gone", {"fact_exists"}),
    (r"(policy\('\w+\.\w+)'\)", r"\1_gone')", {"figure_exists"}),
    (r"(>\w+) (==|!=|in|&gt;) ", r"\1_gone \2 ", {"variable_exists"}),
    (r'(name="message_key" value="case\.\w+)', r"\1_gone", {"fact_exists"}),
    (r"(<bpmn:timeDate[^>]*>\w+\(case\.\w+)", r"\1_gone", {"fact_exists", "law_of_the_process"}),
    (r'(<spiffworkflow:parameter id=")', r"\1un", {"operation_parameters"}),
    (r'(name="policy_tag" value="\w+)"', r'\1_gone"', {"law_of_the_process"}),
]


def findings_of(changed: dict[str, bytes]) -> list[Finding]:
    """Give what the checks say of a set of files."""
    return said_plainly(check_release(survey(changed)[0]))


@pytest.mark.parametrize(("old", "new", "rules"), WRONG)
def test_what_is_said_of_a_wrong_name_is_for_people(old: str, new: str, rules: set[str]) -> None:
    changed = {path: re.sub(old, new, FILES[path].decode()).encode() for path in DIAGRAMS}
    assert changed != {path: FILES[path] for path in DIAGRAMS}
    found = findings_of({**FILES, **changed})
    assert rules <= {one.rule for one in found}


@pytest.mark.parametrize("folder", ["forms/definitions/", "forms/letters/", "bpmn/decisions/"])
def test_what_is_said_when_files_are_gone_is_for_people(folder: str) -> None:
    left = {path: text for path, text in FILES.items() if not path.startswith(folder)}
    assert findings_of(left)


def test_what_is_said_of_a_gone_process_is_for_people() -> None:
    """No process waits any more for what the pages offer."""
    left = {path: text for path, text in FILES.items() if path not in DIAGRAMS}
    assert {one.rule for one in findings_of(left)} == {"door_leads_somewhere"}


def test_what_is_said_of_gone_figures_is_for_people() -> None:
    text = re.sub(r"<rule id=\"livewest.*?</rule>", "", FILES[POLICY_FILE].decode(), flags=re.S)
    rows = list(re.finditer(r"<rule .*?</rule>", text, re.S))
    kept = text.replace(rows[0][0], "").replace(rows[5][0], "")
    assert findings_of({**FILES, POLICY_FILE: kept.encode()})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("due_within: letter.issue_within", "due_within: letter.soon"),
        ("due_from: asked_on", "due_from: christmas"),
        ("default_from: default_warning_review_on", "default_from: the_moon"),
        ("**((review_on))**", "((review_day))"),
    ],
)
def test_what_is_said_of_a_letter_is_for_people(old: str, new: str) -> None:
    path = "forms/letters/fair_treatment.md"
    text = FILES[path].decode()
    assert old in text
    found = findings_of({**FILES, path: text.replace(old, new, 1).encode()})
    assert {one.rule for one in found} == {"letter_name"}


@pytest.mark.parametrize(
    "message",
    [
        "Expected case.owed_action_due.",
        "No step waits for after(the day.",
        "No step asks the form “Referral.",
        "No step asks the form ”Referral“.",
        "No step waits for “after(case.owed_action_due”.",
        "Put it back",
        "Write forms/letters/review.md.",
    ],
)
def test_a_bit_of_an_expression_is_noticed(message: str) -> None:
    assert odd_in(message)
    assert not odd_in("Name “after(case.owed_action_due)” in the step (R-015, R-108).")
