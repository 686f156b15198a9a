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

#: Name of a box -> select, radio, checkbox, text, ...; each list with the name of its button.
_BOXES = """() => Object.fromEntries(
    [...document.querySelectorAll('main form [name]:not([type=hidden])')].map(one =>
        [one.name, one.tagName === 'SELECT' ? 'select' : one.type]))"""
_PARTS = ("day", "month", "year")


def fill(page: Page, answers: Answers, press: Press, prefix: str = "") -> set[str]:
    """Answer the questions that this page asks; returns the ids of those it did ask.

    Answers whose question is shown only with another answer stand after that answer.
    """
    boxes: Mapping[str, str] = page.evaluate(_BOXES)
    asked = set()
    for question, answer in answers.items():
        name = prefix + question
        if isinstance(answer, list) and answer and isinstance(answer[0], Mapping):
            done = _rows(page, name, answer, press)
        else:
            done = _answer(page, boxes, name, answer)
        if done:
            asked.add(question)
    return asked


def _answer(page: Page, boxes: Mapping[str, str], name: str, answer: Any) -> bool:
    if f"{name}-day" in boxes:
        given = (
            [getattr(answer, part) for part in _PARTS] if isinstance(answer, dt.date) else answer
        )
        for part, text in zip(_PARTS, given, strict=True):
            page.locator(f'[name="{name}-{part}"]').fill(str(text))
        return True
    kind = boxes.get(name, "")
    box = page.locator(f'form [name="{name}"]')
    if kind == "checkbox":
        _tick(box, answer)
    elif kind == "radio":
        chosen = "" if answer == FIRST else f'[value="{answer}"]'
        page.locator(f'input:enabled[name="{name}"]{chosen}').first.check()
    elif kind == "select":
        box.select_option(str(answer))
    elif kind:
        box.fill(str(answer))
    return bool(kind)


def _tick(boxes: Locator, answer: Any) -> None:
    wanted = [answer] if isinstance(answer, str) else answer
    for box in boxes.all():
        value, can, ticked = box.evaluate("one => [one.value, !one.disabled, one.checked]")
        if can and ticked != (answer == ALL or value in wanted):
            box.set_checked(not ticked)
    ticked = boxes.evaluate_all("all => all.filter(one => one.checked).map(one => one.value)")
    assert ticked if answer == ALL else set(ticked) == set(wanted), f"{wanted}, but {ticked}"


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
