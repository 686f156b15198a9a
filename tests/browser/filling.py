"""Fills in whatever form a page shows, from answers by question id."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import Locator, Page

#: Instead of a list of ticked lines: every line that can be ticked.
ALL = "all"
#: Instead of the value of a line: the first that can be chosen.
FIRST = "first"

#: Presses a button that shows the same page with one entry more.
Press = Callable[[Locator], None]

Answers = Mapping[str, Any]


def fill(page: Page, answers: Answers, press: Press, prefix: str = "") -> set[str]:
    """Answer the questions that this page asks; returns the ids of those it did ask.

    Answers whose question is shown only with another answer stand after that answer.
    """
    return {name for name, answer in answers.items() if _answer(page, prefix + name, answer, press)}


def _answer(page: Page, name: str, answer: Any, press: Press) -> bool:
    if isinstance(answer, list) and answer and isinstance(answer[0], Mapping):
        return _rows(page, name, answer, press)
    if isinstance(answer, dt.date):
        answer = (str(answer.day), str(answer.month), str(answer.year))
    if isinstance(answer, tuple):
        return _date(page, name, answer)
    boxes = page.locator(f'form [name="{name}"]:not([type=hidden])')
    if not boxes.count():
        return False
    kind = boxes.first.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
    if kind == "checkbox":
        _tick(boxes, answer)
    elif kind == "radio":
        chosen = "" if answer == FIRST else f'[value="{answer}"]'
        boxes.and_(page.locator(f"input:enabled{chosen}")).first.check()
    elif kind == "select":
        boxes.select_option(str(answer))
    else:
        boxes.fill(str(answer))
    return True


def _date(page: Page, name: str, parts: tuple[str, ...]) -> bool:
    if not page.locator(f'[name="{name}-day"]').count():
        return False
    for part, text in zip(("day", "month", "year"), parts, strict=True):
        page.locator(f'[name="{name}-{part}"]').fill(text)
    return True


def _tick(boxes: Locator, answer: Any) -> None:
    wanted = [answer] if isinstance(answer, str) else answer
    for box in boxes.all():
        if box.is_enabled():
            value = box.get_attribute("value")
            box.set_checked(answer == ALL or value in wanted)
    ticked = [box.get_attribute("value") for box in boxes.all() if box.is_checked()]
    assert answer == ALL or set(ticked) == set(wanted), f"Expected to tick {wanted}, got {ticked}."


def _rows(page: Page, name: str, rows: list[Answers], press: Press) -> bool:
    add = page.locator(f'[name="add.{name}"]')
    if not add.count() and not page.locator(f'[name^="{name}.0."]').count():
        return False
    for number, row in enumerate(rows):
        if not page.locator(f'[name^="{name}.{number}."]').count():
            press(add)
        asked = fill(page, row, press, f"{name}.{number}.")
        assert asked == set(row), f"Expected {name} to ask {set(row) - asked}."
    return True
