"""A comment, a task handed over, a task put off: each from the page of the task and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from engine import clock
from engine.scenario import Scenario
from tests.absent import away
from tests.engine.commands.conftest import APPEAL, TAKEN_OVER
from tests.web.visitor import Page, Visitor

As = Callable[[str], Visitor]
#: The day on which the appeal is received.
NOW = dt.datetime(2026, 4, 1, 10, 0)


@pytest.fixture
def story(app: Flask) -> Iterator[Scenario]:
    """A case with an open appeal, of which the acknowledgement waits for the officer."""
    told = Scenario(app.extensions["database"])
    with clock.frozen(NOW):
        told.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
        told.receive("appeal_received", by="amina", answers=APPEAL)
        yield told


def started(dorothy: Visitor) -> Page:
    """Start the acknowledgement; gives its page."""
    page = dorothy.get("/tasks?view=team")
    return page.send("Start", {})


def test_a_comment_is_written_from_the_case_and_from_the_task(story: Scenario, as_: As) -> None:
    dorothy = as_("dorothy")
    page = dorothy.get(f"/cases/{story.case_id}").follow("Write a comment for colleagues")
    wrong = page.press("Keep this comment", text=" ")
    assert wrong.status == 422
    assert wrong.errors == [("Enter what your colleagues should know", "#text")]
    page = wrong.press("Keep this comment", text="Rings after <noon>.")
    assert page.path == f"/cases/{story.case_id}"
    assert "Rings after <noon>." in page.text
    page = started(dorothy).follow("Write a comment")
    page = page.press("Keep this comment", text="By second post.")
    assert page.path.startswith("/tasks/")
    assert "By second post." in as_("mo").get(f"/cases/{story.case_id}").text
    priya = as_("priya")
    assert "second post" not in priya.get(f"/cases/{story.case_id}").text
    priya.get(f"/cases/{story.case_id}/comment", 404)
    for odd in ("9" * 30, "x", "0"):
        dorothy.get(f"/cases/{story.case_id}/comment?task={odd}", 404)


def test_a_task_is_put_off_and_taken_back(story: Scenario, as_: As) -> None:
    dorothy = as_("dorothy")
    page = started(dorothy).follow("Put it off to a later day")
    wrong = page.press("Put it off", day__day="1", day__month="1", day__year="2030")
    assert "putting it off does not move its date" in wrong.errors[0][0]
    wrong = wrong.press("Put it off", day__day="32")
    assert wrong.errors[0][1] == "#day-day"
    page = wrong.press("Put it off", day__day="2", day__month="4", day__year="2026")
    assert "is off your list until Thu 2 Apr 2026" in page.banner
    later = dorothy.get("/tasks?view=put_off")
    assert "Put off until Thu 2 Apr 2026" in later.text
    page = later.visitor.get(later.one("//td/a[contains(@class, 'row-link')]").get("href")).follow(
        "Put off until Thu 2 Apr 2026: change"
    )
    page = page.press("Put it back on my list now")
    assert "is on your list again" in page.banner
    assert "Put off" not in dorothy.get("/tasks").text


def test_a_task_is_handed_over_with_a_note(app: Flask, story: Scenario, as_: As) -> None:
    iris = as_("iris")
    iris.get("/setting-up/people/amina/role").press("Give this role", role="manager")
    page = as_("mo").get(f"/cases/{story.case_id}")
    dorothy = as_("dorothy")
    address = started(dorothy).path.split("/pages")[0]
    page = dorothy.get(f"{address}/hand-over")
    assert "Nobody else holds the role" in page.text
    iris.get("/setting-up/people/dorothy").follow("Data Management Officer").press(
        "Save the deputy", deputy="claire"
    )
    with story.db.writing() as session:
        away(session, "dorothy", NOW.date())
    page = dorothy.get(address).follow("Hand it over to somebody")
    wrong = page.press("Hand it over", note="The scan lies in the tray.")
    assert wrong.errors[0][1] == "#to"
    assert "The scan lies in the tray." in wrong.text
    page = wrong.press("Hand it over", to="claire")
    assert page.banner.endswith("is now with Claire Novak.")
    assert "The scan lies in the tray." in as_("claire").get(address).text
    as_("sam").get(f"{address}/hand-over", 404)
