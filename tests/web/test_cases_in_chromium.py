"""The pages of a case and the register in a real browser: accessible, in width, drawn."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import FloatRect, expect

from tests.browser.screen import NOT_DRAWN
from tests.web import at_a_browser, case_file
from tests.web.at_a_browser import Open, is_sound
from tests.web.test_cases import SECTIONS

pytestmark = pytest.mark.browser

#: Where everything lies in the window, all at one moment: a drawing moves while it is fitted.
_PLACES = """selectors => selectors.map(selector => [...document.querySelectorAll(selector)]
    .map(one => one.getBoundingClientRect().toJSON()))"""

app = at_a_browser.app
address = at_a_browser.address
open_as = at_a_browser.open_as


@pytest.fixture
def case_id(app: Flask) -> int:
    return case_file.write(app)


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_of_a_case_scrolls_sideways_or_shuts_anybody_out(
    case_id: int, open_as: Open, width: int
) -> None:
    page = open_as("Dorothy Pell", width=width)
    case = f"/cases/{case_id}"
    paths = ["/cases", "/cases?search=nobody", case, *(f"{case}/{name}" for name in SECTIONS)]
    for path in [*paths, f"{case}/letters/1", f"{case}/answers/1", "/register"]:
        page.goto(path)
        is_sound(page)


def test_the_diagram_shows_what_the_list_says(case_id: int, open_as: Open) -> None:
    page = open_as("Dorothy Pell")
    page.goto(f"/cases/{case_id}/where")
    expect(page.locator("[data-element-id=decide_appeal]")).to_contain_class("diagram-late")
    expect(page.locator(".diagram__badge--late")).to_contain_text("late by")


def test_a_wide_diagram_begins_readable_at_its_step_and_no_badge_covers_a_name(
    case_id: int, open_as: Open
) -> None:
    page = open_as("Dorothy Pell")
    page.goto(f"/cases/{case_id}/where")
    badge = page.locator(".diagram__badge--late")
    expect(badge).to_be_visible()
    page.locator(NOT_DRAWN).first.wait_for(state="detached")
    (step,), (canvas,), (over,), names = page.evaluate(
        _PLACES,
        [
            "[data-element-id=decide_appeal] .djs-visual > rect",
            ".diagram__canvas",
            ".diagram__badge--late",
            ".diagram .djs-label",
        ],
    )
    assert canvas["x"] <= step["x"]
    assert step["x"] + step["width"] <= canvas["x"] + canvas["width"]
    assert step["width"] >= 55
    assert over["y"] + over["height"] <= step["y"] + 5
    in_sight = [name for name in names if name["width"]]
    assert in_sight
    assert not [name for name in in_sight if _meet(over, name)]


def _meet(one: FloatRect, other: FloatRect) -> bool:
    """Tell whether two boxes on the page cover a point together."""
    return (
        one["x"] < other["x"] + other["width"]
        and other["x"] < one["x"] + one["width"]
        and one["y"] < other["y"] + other["height"]
        and other["y"] < one["y"] + one["height"]
    )


def test_the_look_up_and_the_processes_shut_nobody_out(case_id: int, open_as: Open) -> None:
    for name, paths in {
        "Kit Lavelle": ["/callers", "/callers?search=x", "/callers?search=ashe"],
        "Olive Sandberg": ["/processes", "/processes/appeal"],
    }.items():
        for width in (320, 1280):
            page = open_as(name, width=width)
            for path in paths:
                page.goto(path)
                is_sound(page)


def test_without_a_script_the_list_is_there(case_id: int, open_as: Open) -> None:
    page = open_as("Dorothy Pell", width=320, scripts=False)
    page.goto(f"/cases/{case_id}/where")
    expect(page.get_by_text("Appeal is now at: Decide the appeal")).to_have_count(2)
    expect(page.locator(".step-row--late")).to_be_visible()
    page.get_by_text("More", exact=True).click()
    expect(page.get_by_role("link", name="A letter has arrived")).to_be_visible()
