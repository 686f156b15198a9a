"""One run on its page: where it is, what happened, why it is stuck, and as it was on a day."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from engine import clock
from engine.operations.failing import fail_next
from engine.scenario import Scenario
from tests.engine.commands.conftest import TAKEN_OVER
from tests.web import running_cases
from tests.web.running_cases import LATE, REASON, STUCK
from tests.web.visitor import Page, Visitor

As = Callable[[str], Visitor]
NOW = dt.datetime(2026, 4, 15, 10, 0)
MOST_STATEMENTS = 12


@pytest.fixture(autouse=True)
def case_id(app: Flask) -> Iterator[int]:
    with clock.frozen(NOW):
        yield running_cases.write(app)


@pytest.fixture
def appeal(app: Flask) -> str:
    """The address of the run that is late."""
    return f"/runs/{running_cases.run_of(app, LATE)}"


@pytest.fixture
def stuck(app: Flask) -> str:
    """The address of the run that is stuck."""
    return f"/runs/{running_cases.run_of(app, STUCK)}"


def test_the_head_says_whose_run_it_is_on_which_version_and_where_it_is(
    as_: As, appeal: str, case_id: int
) -> None:
    page = as_("mo").get(appeal)
    assert page.heading == f"Appeal: {LATE}"
    assert "Where it is now Appeal is now at: Decide the appeal (with Ann Marsh, due" in page.text
    assert "Started Mon 13 Apr 2026, 10:00" in page.text
    assert page.follow(f"{LATE}, SP-2026-001").path == f"/cases/{case_id}"
    assert page.follow("Appeal, version 1").path == "/running/appeal?version=1"


def test_diagram_and_history_name_the_same_elements(as_: As, appeal: str) -> None:
    page = as_("mo").get(f"{appeal}?show=everything")
    drawn = page.one("//div[@data-diagram]")
    assert drawn.get("data-process") == "appeal"
    entries = page.tree.xpath("//li[@data-element]")
    assert {one.get("data-process") for one in entries} == {"appeal"}
    marked = json.loads(drawn.get("data-state"))
    assert {"appeal_was_received", "allocate_director", "decide_appeal"} <= set(marked)
    assert {"appeal_was_received", "allocate_director"} <= _elements(page)
    said = [one.get("data-said") for one in entries]
    assert "Allocate a director: done on Mon 13 Apr 2026 by Dorothy Pell." in said


def test_steps_of_the_system_are_shown_when_asked_for(as_: As, appeal: str) -> None:
    page = as_("mo").get(appeal)
    assert "allocate_director" in _elements(page)
    assert "work_out_dates" not in _elements(page)
    whole = page.follow("Show everything")
    assert "work_out_dates" in _elements(whole)
    assert _elements(whole.follow("Show people and dates only")) == _elements(page)


def test_a_step_in_the_address_is_chosen_in_both(as_: As, appeal: str) -> None:
    page = as_("mo").get(f"{appeal}?process=appeal&step=allocate_director")
    assert page.one("//div[@data-diagram]").get("data-chosen") == "allocate_director"
    chosen = page.tree.xpath("//li[contains(@class, 'is-selected')]")
    assert {one.get("data-element") for one in chosen} == {"allocate_director"}
    as_("mo").get(f"{appeal}?process=flags", 404)


def test_a_stuck_step_says_why(as_: As, stuck: str) -> None:
    page = as_("mo").get(stuck)
    assert "A step is stuck" in page.text
    assert f"What happened: {REASON}" in page.text
    assert page.has_button("Retry")


def test_a_stuck_step_is_tried_again_from_the_page_of_its_run(as_: As, app: Flask) -> None:
    fail_next("flags.request", 2, "The other system did not answer.")
    answers = {**TAKEN_OVER, "customer_name": "Sasha Malik", "tenancy_reference": "NF-300551"}
    Scenario(app.extensions["database"]).receive(
        "arrangement_taken_over", by="dorothy", answers=answers
    )
    page = as_("mo").get("/running?process=flags").follow("Sasha Malik")
    assert "The other system did not answer." in page.text
    again = page.press("Retry")
    assert again.path == page.path
    assert "got stuck again" in again.banner
    assert "The other system did not answer." in again.text
    over = again.press("Retry")
    assert over.path == page.path
    assert over.banner == "The step went on."
    assert "did not answer" not in over.text


def test_who_may_not_retry_is_told_who_may(as_: As, stuck: str) -> None:
    page = as_("leo").get(stuck)
    assert not page.has_button("Retry")
    assert "can try it again" in page.text


def test_nothing_is_said_to_be_stuck_where_nothing_is(as_: As, appeal: str) -> None:
    assert "stuck" not in as_("mo").get(appeal).text.lower()


def test_a_run_as_it_was_on_a_day(as_: As, appeal: str, app: Flask) -> None:
    running_cases.leave(app, LATE, "decide_appeal", dt.datetime(2026, 4, 14, 9, tzinfo=dt.UTC))
    page = as_("mo").get(appeal)
    assert "Tue 14 Apr 2026" in page.text
    before = page.send("Show that day", {"on": "2026-04-13"})
    assert before.path == f"{appeal}?on=2026-04-13"
    assert "This is how it was at the end of Mon 13 Apr 2026." in before.text
    assert "Tue 14 Apr 2026" not in before.text
    assert before.follow("Show it as it is now").path == appeal


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("tomorrow", "Enter a date as year-month-day, such as 2026-04-10"),
        ("2026-02-30", "Enter a date as year-month-day, such as 2026-04-10"),
        ("2026-04-16", "Enter a date that is not after today, Wed 15 Apr 2026"),
        ("2026-04-12", "This run began on Mon 13 Apr 2026. Enter a later date"),
        ("9" * 30, "Enter a date as year-month-day, such as 2026-04-10"),
    ],
)
def test_a_day_that_cannot_be_shown_is_said(as_: As, appeal: str, asked: str, said: str) -> None:
    page = as_("mo").get(f"{appeal}?on={asked}", 422)
    assert page.errors == [(said, "#on")]
    assert "Decide the appeal" in page.text


def test_the_case_leads_to_its_runs(as_: As, appeal: str, case_id: int) -> None:
    page = as_("mo").get(f"/cases/{case_id}/where").follow("Run 1 of")
    assert page.path == appeal


def test_who_sees_the_case_sees_its_runs_and_nobody_else(as_: As, appeal: str, stuck: str) -> None:
    page = as_("ann").get(appeal)
    assert page.follow("Case SP-2026-001").path.endswith("/where")
    assert not page.tree.xpath("//a[starts-with(@href, '/running')]")
    as_("ann").get(stuck, 404)
    for name in ("kit", "olive", "sam"):
        as_(name).get(appeal, 404)
    as_("mo").get("/runs/99", 404)


def test_a_run_asks_the_database_little(as_: As, appeal: str, statements: list[str]) -> None:
    mo = as_("mo")
    for path in (appeal, f"{appeal}?on=2026-04-14&show=everything"):
        mo.get(path)
        statements.clear()
        mo.get(path)
        assert len(statements) <= MOST_STATEMENTS, "\n".join(statements)


def _elements(page: Page) -> set[str]:
    return {one.get("data-element") for one in page.tree.xpath("//li[@data-element]")}
