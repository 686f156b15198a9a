"""What the product itself needs of a release: figures it asks for, letters that tables choose."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.checks import check_figures, check_letters
from engine.checks.figures import ASKED_FOR
from engine.releases import POLICY_FILE, read_folder, survey
from tests.engine.checks.plainly import said_plainly

ROOT = Path(__file__).parents[3]
FILES = read_folder(ROOT)
TABLE = "bpmn/decisions/review_letter.dmn"


def test_every_figure_asked_for_in_the_code_is_known_to_be_needed() -> None:
    asked = {
        name
        for path in (ROOT / "engine").rglob("*.py")
        for name in re.findall(r"\.policy\(\s*\"([a-z_.]+)\"", path.read_text())
    }
    assert asked == ASKED_FOR


def test_a_figure_that_dates_are_made_from_cannot_be_taken_out() -> None:
    text = FILES[POLICY_FILE].decode()
    row = next(
        one
        for one in re.findall(r"<rule .*?</rule>", text, re.S)
        if "livewest_2020_appeal_sla" in one
    )
    bundle, found = survey({**FILES, POLICY_FILE: text.replace(row, "").encode()})
    assert found == []
    (finding,) = check_figures(bundle)
    assert (finding.element_id, finding.rule) == ("appeal.sla", "figure_asked_for")


def test_an_empty_figure_needs_one_of_the_first_set_to_take() -> None:
    """C-16: what a landlord has not set is taken from the first set, which leaves none empty."""
    text = FILES[POLICY_FILE].decode()
    row = next(one for one in re.findall(r"<rule .*?</rule>", text, re.S) if "appeal.sla" in one)
    _, found = survey({**FILES, POLICY_FILE: text.replace(row, "").encode()})
    (finding,) = found
    assert (finding.element_id, finding.rule) == ("appeal.sla", "policy_row")
    assert "NPH_2022 has no value to take instead" in finding.message


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ('"many"', "policy_number"),
        ('"50"', "policy_range"),
        ('"-3"', "policy_range"),
        ("-3", "policy_range"),
        ('""', "policy_row"),
        ("5 +", "policy_row"),
    ],
)
def test_a_wrong_cell_is_named_once_and_not_by_who_would_take_its_value_too(
    cell: str, rule: str
) -> None:
    """C-16: a set that leaves the figure empty takes it from the wrong row."""
    head, row, rest = FILES[POLICY_FILE].decode().partition('<rule id="nph_2022_appeal_sla">')
    assert '<text>"5"</text>' in rest[:800]
    wrong = head + row + rest.replace('<text>"5"</text>', f"<text>{cell}</text>", 1)
    _, found = survey({**FILES, POLICY_FILE: wrong.encode()})
    assert [finding.rule for finding in found] == [rule]


@pytest.mark.parametrize(
    ("name", "was", "now", "told"),
    [
        (
            "appeal.suspends",
            "no",
            "yes",
            "Expected the figure “appeal.suspends” to be “no” in the set “NPH_2022”, because a "
            "decision stays in force while an appeal runs, and each letter says so (R-080), but it "
            "is “yes”. Put “no” back.",
        ),
        (
            "review.overdue_action",
            "escalate",
            "lapse",
            "Expected the figure “review.overdue_action” to be “escalate” in the set “NPH_2022”, "
            "because no clock ends or prolongs an arrangement; a person decides (R-062, R-110), "
            "but it is “lapse”. Put “escalate” back.",
        ),
        (
            "orders.due",
            "28",
            "14",
            "Expected the figure “orders.due” to be “28” in the set “NPH_2022”, as "
            "“ombudsman.order_due” has it, but it is “14”. Dates are made from "
            "“ombudsman.order_due”: change both.",
        ),
    ],
)
def test_a_figure_that_would_say_what_does_not_happen_is_refused(
    name: str, was: str, now: str, told: str
) -> None:
    """R-080, R-062, R-110, R-125: nobody reads in the policy what no clock and no letter does."""
    head, row, rest = (
        FILES[POLICY_FILE].decode().partition(f'<rule id="nph_2022_{name.replace(".", "_")}">')
    )
    before, cell, after = rest.partition(f'<text>"{was}"</text>')
    assert cell, row
    assert "</rule>" not in before
    edited = f'{head}{row}{before}<text>"{now}"</text>{after}'.encode()
    found = said_plainly(check_figures(survey({**FILES, POLICY_FILE: edited})[0]))
    assert [(one.element_id, one.rule, one.message) for one in found if "NPH" in one.message] == [
        (name, "figure_is_true", told)
    ]
    assert all(one.line for one in found)


def test_a_figure_that_is_summed_up_elsewhere_is_changed_in_both_places() -> None:
    """R-081: what the complaints' clocks are called in one row is what they do in the others."""
    head, row, rest = FILES[POLICY_FILE].decode().partition('<rule id="nph_2022_complaint_answer">')
    edited = (head + row + rest.replace('<text>"10"</text>', '<text>"9"</text>', 1)).encode()
    (finding,) = said_plainly(check_figures(survey({**FILES, POLICY_FILE: edited})[0]))
    assert (finding.element_id, finding.rule) == ("complaint.clocks", "figure_is_true")
    assert "“complaint.clocks” to be “5; 9; 5; 20” in the set “NPH_2022”, as" in finding.message


def test_the_table_of_figures_cannot_be_taken_out() -> None:
    files = {path: content for path, content in FILES.items() if path != POLICY_FILE}
    (finding,) = check_figures(survey(files)[0])
    assert finding.file == POLICY_FILE


def test_figures_that_cannot_be_read_are_not_called_missing() -> None:
    bundle, found = survey({**FILES, POLICY_FILE: FILES[POLICY_FILE][:5000]})
    assert found
    assert check_figures(bundle) == []


@pytest.mark.parametrize("name", ["review", "variation", "cease"])
def test_a_letter_that_a_table_chooses_cannot_be_taken_out(name: str) -> None:
    without = f"forms/letters/{name}.md"
    files = {path: content for path, content in FILES.items() if path != without}
    (finding,) = check_letters(survey(files)[0])
    assert (finding.file, finding.rule) == (TABLE, "letter_exists")
    assert finding.line
    assert f"forms/letters/{name}.md" in finding.message
