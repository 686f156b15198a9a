"""A date was wrong: each page from what was typed to the preview, without a script."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from engine import batches, clock
from engine.scenario import Scenario
from engine.tables.database import Collision, Database
from engine.tables.decisions import Appeal, Decision
from engine.tables.people import Holiday
from tests.engine.commands.conftest import APPEAL, TAKEN_OVER
from tests.web.visitor import Visitor

#: After the appeal of that file was received.
NOW = dt.datetime(2026, 4, 2, 10, 0)


@pytest.fixture
def arrangement(app: Flask) -> Iterator[Scenario]:
    """A case with an arrangement that was taken over."""
    told = Scenario(app.extensions["database"])
    with clock.frozen(NOW):
        told.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
        yield told


@pytest.fixture
def story(arrangement: Scenario) -> Scenario:
    """The same, and an open appeal against it."""
    arrangement.receive("appeal_received", by="amina", answers=APPEAL)
    return arrangement


def _db(app: Flask) -> Database:
    database: Database = app.extensions["database"]
    return database


def test_a_new_closure_is_previewed_before_any_date_changes(
    app: Flask, as_: Callable[[str], Visitor], story: Scenario
) -> None:
    page = as_("mo").get("/batches").follow("A date was wrong").follow("The calendar changed")
    page = page.press(
        "Show what changes",
        what="add",
        day__day="3",
        day__month="4",
        day__year="2026",
        name="",
        reason="",
    )
    assert page.status == 422
    assert page.errors == [
        ("Enter what day it is", "#name"),
        ("Enter why", "#reason"),
    ]
    page = page.press("Show what changes", name="A day of mourning", reason="Proclaimed")
    assert page.errors == [
        ("Expected a day that is not free yet, but Fri 3 Apr 2026 is Good Friday.", "#day-day")
    ]
    page = page.press("Show what changes", day__day="7", name="A day of mourning")
    assert page.heading == "Work dates out again by the changed calendar"
    with _db(app).reading() as session:
        assert session.get_one(Holiday, dt.date(2026, 4, 7)).kind == "closure"
    batches.work(_db(app))
    page = page.visitor.get(page.path)
    assert "never moved later" in page.text
    page = page.follow("Work out again the dates of").press("Work out again the dates of")
    batches.work(_db(app))
    assert "Finished" in page.visitor.get(page.path.split("?")[0]).text


def test_a_preview_that_could_not_begin_is_said_and_can_be_asked_for_again(
    as_: Callable[[str], Visitor], story: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_asked: object, **_more: object) -> int:
        raise Collision

    sent = {"what": "add", "day__day": "7", "day__month": "4", "day__year": "2026"}
    sent |= {"name": "Mourning\0day", "reason": "Proclaimed"}
    with monkeypatch.context() as patch:
        patch.setattr(batches, "start", busy)
        page = as_("mo").get("/dates/calendar").press("Show what changes", **sent)
    ((said, where),) = page.errors
    assert "The calendar is changed, but the preview could not begin" in said
    assert where == "#what"
    with story.db.reading() as session:
        assert session.get_one(Holiday, dt.date(2026, 4, 7)).name == "Mourning day"
    page = page.press("Show what changes", what="again")
    assert page.heading == "Work dates out again by the changed calendar"


def test_the_day_of_receipt_is_corrected_from_the_case(
    app: Flask, as_: Callable[[str], Visitor], story: Scenario
) -> None:
    page = as_("dorothy").get(f"/cases/{story.case_id}/decisions")
    page = page.follow("Correct the day on which it was received")
    assert page.heading == "When was the appeal received?"
    page = page.press("Show what changes", day__day="31", day__month="2", day__year="2026")
    assert [where for _, where in page.errors] == ["#day-day", "#reason"]
    given = {"day__day": "30", "day__month": "3", "day__year": "2026"}
    page = page.press("Show what changes", **given, reason="A letter lay at the front desk")
    assert page.heading == "Correct when the appeal of SP-2026-001 was received: Mon 30 Mar 2026"
    batches.work(_db(app))
    assert "Received: Wed 1 Apr 2026 → Mon 30 Mar 2026." in page.visitor.get(page.path).text
    with _db(app).reading() as session:
        assert session.scalars(select(Appeal.received_on)).one() == dt.date(2026, 4, 1)


def test_a_customer_and_every_customer_can_be_given_more_time(
    app: Flask, as_: Callable[[str], Visitor], arrangement: Scenario
) -> None:
    dorothy = as_("dorothy")
    page = dorothy.get(f"/cases/{arrangement.case_id}/decisions")
    page = page.follow("Give more time to appeal")
    assert "now it can until Fri 17 Apr 2026" in page.text
    given = {"day__day": "29", "day__month": "5", "day__year": "2026", "reason": "In hospital"}
    early = page.press("Show what changes", **{**given, "day__month": "3"})
    assert "has passed. Choose a later one." in early.errors[0][0]
    page = page.press("Show what changes", **given)
    assert page.heading == (
        "Let the decision of Wed 18 Mar 2026 in SP-2026-001 be appealed until Fri 29 May 2026"
    )
    batches.work(_db(app))
    page.visitor.get(page.path).follow("Give more time in 1 case").press("Give more time in")
    batches.work(_db(app))
    with _db(app).reading() as session:
        assert session.scalars(select(Decision.appeal_until)).first() == dt.date(2026, 5, 29)
    page = dorothy.get("/dates").follow("Customers need more time to appeal")
    assert page.heading == "More time to appeal for every customer"
    page = page.press("Show what changes", **given)
    assert "but there is none" in page.errors[0][0]


def test_nobody_else_is_led_there(as_: Callable[[str], Visitor], story: Scenario) -> None:
    for name in ("amina", "olive", "claire"):
        visitor = as_(name)
        for path in ("/dates", "/dates/calendar", "/dates/appeal-time"):
            visitor.get(path, status=404)
    page = as_("amina").get(f"/cases/{story.case_id}/decisions")
    assert "Correct the day" not in page.text
