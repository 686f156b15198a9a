"""The pages of a move in a real browser: accessible and in width, and fresh while it works."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect

from engine import batches
from engine.queries import Person
from tests.web import at_a_browser, test_moving
from tests.web.at_a_browser import Open, is_sound

pytestmark = pytest.mark.browser

app = at_a_browser.app
address = at_a_browser.address
open_as = at_a_browser.open_as
running = test_moving.running


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_of_a_move_scrolls_sideways_or_shuts_anybody_out(
    app: Flask, running: object, open_as: Open, width: int
) -> None:
    database = app.extensions["database"]
    names: dict[str, dict[str, str]] = {"spoc_case": {}}
    made = batches.start(database, "move", {"to": 2}, by="olive")
    batches.work(database)
    lost = batches.lost_steps(database, made, _olive())[0]
    names["spoc_case"][lost.step_id] = "open_it"
    ready = batches.start(database, "move", {"to": 2, "renames": names}, by="olive")
    batches.work(database)
    begun = batches.start(database, "move", {"to": 2, "renames": names}, by="olive")
    batches.work(database)
    batches.begin(database, begun, _olive(), "The task has a better name")
    batches.work(database)
    page = open_as("Olive Sandberg", width=width)
    paths = [
        *("/batches", "/batches/move", f"/batches/{made}", f"/batches/{made}/steps"),
        *(f"/batches/{ready}", f"/batches/{ready}/begin", f"/batches/{begun}"),
        *(f"/batches/{begun}/undo", "/versions"),
    ]
    for path in paths:
        page.goto(path)
        is_sound(page)


def test_the_progress_of_a_move_keeps_itself_fresh(
    app: Flask, running: object, open_as: Open
) -> None:
    database = app.extensions["database"]
    made = batches.start(database, "move", {"to": 2}, by="olive")
    page = open_as("Olive Sandberg")
    page.goto(f"/batches/{made}")
    expect(page.get_by_text("0 of 3 runs looked at.")).to_be_visible()
    batches.work(database)
    expect(page.get_by_text("3 of 3 runs looked at.")).to_be_visible(timeout=15_000)
    expect(page.get_by_text("Nothing of this can be done")).to_be_visible()


def _olive() -> Person:
    return Person("olive", "Olive", "", ("process_owner",))
