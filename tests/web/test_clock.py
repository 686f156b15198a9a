"""The demonstration's clock, from the foot of a page: forwards only, and what is due happens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from tests.web.visitor import Visitor
from web import create_app
from web.settings import Settings

As = Callable[[str], Visitor]


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The application with its own clock running."""
    made = create_app(Settings(database_url=database_url, secret_key="for tests", demo=True))
    yield made
    made.extensions["database"].close()


def test_the_foot_says_which_day_it_is_and_puts_it_forward(as_: As) -> None:
    visitor = as_("amina")
    tomorrow = dt.date.today() + dt.timedelta(days=1)
    page = visitor.get("/tasks").press("Next day")
    assert page.banner.startswith(f"It is now {tomorrow:%a} {tomorrow.day}")
    assert f"Today is {tomorrow:%a} {tomorrow.day}" in page.tree.text_content()


def test_the_next_working_day_is_never_on_a_weekend(as_: As) -> None:
    visitor = as_("amina")
    for _ in range(6):
        page = visitor.get("/tasks").press("Next working day")
        assert not page.banner.startswith(("It is now Sat", "It is now Sun"))


def test_time_does_not_run_backwards(as_: As) -> None:
    page = as_("amina").get("/tasks")
    refused = page.press("Put the clock forward to that date", day="1", month="1", year="2020")
    assert refused.status == 409
    assert "forwards" in refused.text


def test_a_day_that_does_not_exist_is_said(as_: As) -> None:
    page = as_("amina").get("/tasks")
    for wrong in ({"day": "31", "month": "2", "year": "2027"}, {"day": "x"}, {}):
        told = page.press("Put the clock forward to that date", **wrong)
        assert "Enter a day, a month and a year that exist" in told.banner


def test_outside_a_demonstration_nobody_moves_the_clock(app: Flask, as_: As) -> None:
    visitor = as_("amina")
    token = visitor.get("/tasks").token
    app.extensions["settings"] = Settings("sqlite:///x", "x", demo=False)
    moved = visitor.post("/demonstration/clock", {"to": "next_day", "csrf_token": token})
    assert moved.status == 401, "whoever is made up is signed in nowhere else"
