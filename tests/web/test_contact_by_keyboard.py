"""A contact is logged by keyboard alone in under a minute, by the pace of an average typist."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.web import at_a_browser, case_file
from tests.web.at_a_browser import Open

pytestmark = pytest.mark.browser

app = at_a_browser.app
address = at_a_browser.address
open_as = at_a_browser.open_as

#: Keystroke-level model: seconds a key at 40 words a minute, and to think of each question.
KEY, THOUGHT = 0.28, 1.35
NOTE = "Rang about the boiler again; says nobody came on Tuesday."
_WHERE = "() => [document.activeElement.name, document.activeElement.textContent.trim()]"
_MOST_STEPS = 80


class Hand:
    """Somebody at the keyboard, whose keys and thoughts are counted."""

    def __init__(self, page: Page) -> None:
        """Begin to count at a page."""
        self.page, self.keys, self.thoughts = page, 0, 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.keys += 1

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += len(text)

    def go_to(self, name: str) -> None:
        self.thoughts += 1
        for _ in range(_MOST_STEPS):
            if name in self.page.evaluate(_WHERE):
                return
            self.press("Tab")
        raise AssertionError(f"Expected {name} to be reached by Tab.")

    @property
    def seconds(self) -> float:
        return self.keys * KEY + self.thoughts * THOUGHT


def fill_in(hand: Hand) -> None:
    hand.page.wait_for_url("**/contacts/log/1")
    for name in ("channel", "direction"):
        hand.go_to(name)
        hand.press("Space")
    hand.go_to("note")
    hand.write(NOTE)
    hand.go_to("triage")
    hand.press("ArrowUp")
    assert hand.page.locator("[name=triage][value=nothing_new]").is_checked()
    hand.go_to("Log it")
    hand.press("Enter")
    hand.page.wait_for_url("**/cases/1")
    assert hand.seconds < 60, (hand.keys, hand.thoughts)


def test_from_the_page_of_a_case_and_from_any_other(app: Flask, open_as: Open) -> None:
    case_file.write(app)
    page = open_as("Dorothy Pell")
    page.goto("/cases/1")
    hand = Hand(page)
    hand.go_to("Log a contact")
    hand.press("Enter")
    fill_in(hand)
    page.goto("/tasks")
    hand = Hand(page)
    hand.go_to("Log a contact")
    hand.press("Enter")
    page.wait_for_url("**/contacts/log")
    hand.go_to("search")
    hand.write("robin a")
    hand.press("Enter")
    fill_in(hand)
