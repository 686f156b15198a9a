"""Stuck steps and what could not be delivered, at a browser: at both widths, for everybody."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from engine.tables.process import Incident
from tests.web import running_cases
from tests.web.at_a_browser import Open, address, app, is_sound, open_as, turn
from tests.web.test_stuck import lose
from tests.web.test_undelivered import write

pytestmark = pytest.mark.browser

_ALIKE = ("instance_id", "case_id", "process_id", "element_id", "reason", "opened_at")
__all__ = ["address", "app", "open_as"]


@pytest.mark.parametrize("width", [320, 1280])
def test_what_was_not_delivered_is_seen_tried_and_given_up(
    app: Flask, open_as: Open, width: int
) -> None:
    database = app.extensions["database"]
    write(database, 27)
    write(database, 1, dead=False)
    page = open_as("Mo Hassan", width=width)
    page.goto("/undelivered")
    is_sound(page)
    page.goto("/undelivered?show=waiting")
    is_sound(page)
    page.goto("/undelivered?page=2")
    page.locator("input[type=checkbox]").first.check()
    turn(page.get_by_role("button", name="Give up the chosen"))
    is_sound(page)
    turn(page.get_by_role("button", name="Give up"))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    is_sound(page)
    page.get_by_label("Why?").fill("Nobody works there any more")
    turn(page.get_by_role("button", name="Give up"))
    expect(page.locator(".govuk-notification-banner")).to_contain_text("1 message given up")
    is_sound(page)


@pytest.mark.parametrize("width", [320, 1280])
def test_stuck_steps_are_seen_tried_together_and_let_go(
    app: Flask, open_as: Open, width: int
) -> None:
    running_cases.write(app)
    database = app.extensions["database"]
    with database.writing() as session:
        one = session.scalars(select(Incident)).one()
        session.add(Incident(**{name: getattr(one, name) for name in _ALIKE}, retries=2))
    lose(database)
    page = open_as("Mo Hassan", width=width)
    page.goto("/stuck")
    is_sound(page)
    turn(page.get_by_role("link", name="Try all 2 again"))
    turn(page.get_by_role("button", name="Try all 2 again"))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    is_sound(page)
    page.goto("/stuck")
    turn(page.get_by_role("button", name="Try all 3 again"))
    is_sound(page)
    page.get_by_label("Why should they go on now?").fill("Mended")
    turn(page.get_by_role("button", name="Try all 3 again"))
    expect(page.locator("h1")).to_have_text("Try all stuck steps again")
    is_sound(page)
    page.goto("/stuck")
    turn(page.get_by_role("link", name="Let it go"))
    is_sound(page)
