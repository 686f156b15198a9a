"""Absences on pages: booked in one step, changed, listed with gaps and notices due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from engine import clock
from engine.scenario import Scenario
from engine.tables.decisions import Arrangement
from engine.tables.people import User
from tests.engine.commands.conftest import TAKEN_OVER
from tests.web.visitor import Visitor

As = Callable[[str], Visitor]
NOW = dt.datetime(2026, 4, 1, 10, 0)
DAYS = {
    **{"from_on-day": "13", "from_on-month": "4", "from_on-year": "2026"},
    **{"until_on-day": "17", "until_on-month": "4", "until_on-year": "2026"},
}


@pytest.fixture
def story(app: Flask) -> Iterator[Scenario]:
    """An arrangement in force whose contact is Priya."""
    told = Scenario(app.extensions["database"])
    with clock.frozen(NOW):
        told.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
        yield told


def test_a_contact_books_leave_and_the_lists_say_so(story: Scenario, as_: As) -> None:
    priya = as_("priya")
    page = priya.get("/tasks").follow("I will be away")
    wrong = page.press("Continue", person="priya", kind="leave", **DAYS)
    assert wrong.status == 200
    wrong = wrong.press("Confirm and record")
    assert "nobody is chosen" in wrong.text
    page = wrong.press("Continue", cover="tom").press("Confirm and record")
    assert page.banner.startswith("It is recorded.")
    mine = priya.get("/absences")
    assert "Mon 13 Apr 2026 to Fri 17 Apr 2026" in mine.text
    assert "Nobody stands in" not in mine.text
    theirs = as_("mo").get("/absences")
    assert "Somebody is there for every customer." in theirs.text
    assert "Jordan Carter" in theirs.text
    assert "Jordan Carter" not in as_("tom").get("/absences").text


def test_on_the_days_cards_and_callers_lead_to_who_stands_in(story: Scenario, as_: As) -> None:
    story.receive(
        "absence_booked",
        by="mo",
        answers={
            "person": "priya",
            "kind": "sickness",
            "from_on": "2026-04-01",
            "until_on": "2026-04-02",
            "cover": "tom",
        },
    )
    found = as_("sam").get("/callers?search=carter").text
    assert "Stands in until Thu 2 Apr 2026: Priya Nair is away" in found
    assert "ickness" not in found
    for address in (f"/cases/{story.case_id}", "/register"):
        page = as_("dorothy").get(address).text
        assert "Priya Nair is away" in page or "Away until Thu 2 Apr 2026" in page
        assert "ickness" not in page


def test_a_stand_in_without_a_telephone_is_still_who_the_contact_goes_to(
    story: Scenario, as_: As
) -> None:
    """R-072: the agreed way is the contact's own telephone."""
    with story.db.writing() as session:
        priya, tom = (session.get_one(User, name) for name in ("priya", "tom"))
        priya.phone, tom.phone = "01632 960 711", ""
        stand_in = tom.full_name
        arrangement = session.scalars(select(Arrangement)).one()
        arrangement.contact_method, arrangement.contact_address = "telephone", priya.phone
    story.receive(
        "absence_booked",
        by="mo",
        answers={
            "person": "priya",
            "kind": "leave",
            "from_on": "2026-04-01",
            "until_on": "2026-04-02",
            "cover": "tom",
        },
    )
    for who, address in (("dorothy", f"/cases/{story.case_id}"), ("sam", "/callers?search=carter")):
        page = as_(who).get(address).text
        assert f"pass it to {stand_in}" in page
        assert "until the Data Management Officer names somebody" not in page


def test_the_absence_of_a_colleague_is_changed_by_nobody_else(story: Scenario, as_: As) -> None:
    story.receive(
        "absence_booked",
        by="priya",
        answers={
            "kind": "leave",
            "from_on": "2026-04-13",
            "until_on": "2026-04-17",
            "cover": "tom",
        },
    )
    as_("tom").get("/doors/absence_changed?absence_id=1", 404)
    as_("tom").get("/doors/absence_changed", 404)
    page = as_("priya").get("/absences").follow("Change")
    page = page.press("Continue", change="called_off").press("Confirm and record")
    assert page.banner.startswith("It is recorded.")
    assert "13 Apr 2026" not in as_("priya").get("/absences").text
