"""What a due date comes to before any case runs: dates, reasons, and what is wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from engine.calendar import Calendar
from engine.editing.due import DuePreview, Moment, due_preview_of
from engine.releases import diagrams_of, read_folder

ROOT = Path(__file__).parents[3]
FILES = read_folder(ROOT)
CHRISTMAS = {dt.date(2026, 12, 25): "Christmas Day", dt.date(2026, 12, 28): "Boxing Day"}
AT = Moment(dt.date(2026, 12, 23), Calendar(CHRISTMAS))


def preview(expression: str) -> DuePreview:
    return due_preview_of(FILES, expression, AT)


def test_a_date_of_the_case_is_taken_as_today_and_the_sentence_says_so() -> None:
    found = preview("working_days(case.opened_on, policy('appeal.sla'))")
    assert found.problem == ""
    assert found.text == (
        "If the day the case was opened was today, Wed 23 Dec 2026, it comes to: "
        "Fri 1 Jan 2027, 5 working days later."
    )
    assert {one.set for one in found.examples} == {"NPH_2022", "LIVEWEST_2020"}
    assert "Christmas Day (Fri 25 Dec 2026)" in found.examples[0].reason


def test_parameter_sets_are_named_where_they_differ() -> None:
    found = preview("months(case.start_on, policy('review.interval'))")
    assert "NPH_2022: Wed 23 Jun 2027" in found.text
    assert "LIVEWEST_2020: Tue 23 Mar 2027" in found.text


def test_a_timer_begins_on_a_date_or_when_it_has_passed() -> None:
    assert preview("on(case.end_on)").examples[0].on == AT.today
    after = preview("after(case.review_due)").examples[0]
    assert after.on == AT.today + dt.timedelta(days=1)
    assert "has passed" in after.reason


@pytest.mark.parametrize("duration", ["P28D", "'P28D'", "2027-01-20"])
def test_a_length_of_time_and_a_plain_date_are_shown(duration: str) -> None:
    assert preview(duration).examples[0].on == dt.date(2027, 1, 20)


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("case.apeal_due", "no case.apeal_due. Did you mean case.appeal_due?"),
        ("workingdays(case.opened_on, 3)", "Did you mean working_days()?"),
        ("working_days(case.opened_on, policy('appeal.slaa'))", "Did you mean appeal.sla?"),
        ("in_tim", "Did you mean in_time?"),
        ("in_time", "depends on in_time, which only a running case has"),
        ("working_days(case.opened_on,", "cannot be read"),
        ("", "there is no text"),
        ("5", "Expected a date, but it gives 5"),
        ("case.ref", "Expected a date, but it gives text"),
        ("working_days(case.opened_on, 10001)", "at most 10000 days or months"),
        ("working_days(case.opened_on, 999999999)", "at most 20000 days or months"),
        ("case.opened_on.__class__", "begins with a letter"),
        ("2027-02-30", "Expected a date of the calendar"),
        ("x" * 10_000, "at most 4000 characters"),
        ("on(<b>'", "cannot be read"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(expression: str, said: str) -> None:
    found = preview(expression)
    assert said in found.problem
    assert found.text == ""
    assert found.examples == ()


def test_a_variable_that_is_not_set_is_said() -> None:
    found = preview("working_days(case.opened_on, 3) if in_time == 'no' else case.today")
    assert "in_time not set" in found.text


def test_every_due_date_and_timer_of_our_diagrams_has_a_preview() -> None:
    seen = 0
    for diagram in diagrams_of(FILES):
        for element in diagram.elements.values():
            for expression in (element.properties.get("due"), element.timer):
                if expression:
                    seen += 1
                    assert preview(expression).problem == "", (element.id, expression)
    assert seen > 30


def test_a_broken_policy_leaves_its_figures_unknown() -> None:
    files = {**FILES, "bpmn/decisions/policy.dmn": b"<broken"}
    found = due_preview_of(files, "working_days(case.opened_on, policy('appeal.sla'))", AT)
    assert "no appeal.sla" in found.problem
    assert due_preview_of(files, "working_days(case.opened_on, 2)", AT).problem == ""
