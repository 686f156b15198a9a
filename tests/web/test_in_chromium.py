"""What only a real browser shows: focus, what is in sight, width, the policy, accessibility."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from engine import clock
from tests.browser.screen import NOT_DRAWN
from tests.web.conftest import NOW
from web import create_app
from web.settings import Settings

pytestmark = pytest.mark.browser

AXE = Path("web/assets/node_modules/axe-core/axe.min.js")
FIND_VIOLATIONS = """axe.run().then(found => found.violations.map(
    one => `${one.id}: ${one.nodes.map(node => node.html).join(' | ')}`))"""
WATCH_THE_POLICY = """window.refused = [];
addEventListener('securitypolicyviolation', e => refused.push(e.violatedDirective))"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

Open = Callable[..., Page]


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The application with its clock held for every thread."""
    made = create_app(Settings(database_url=database_url, secret_key="for tests", demo=True))
    clock.hold(clock.at_local(NOW))
    yield made
    clock.hold(None)
    made.extensions["database"].close()


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application is served."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def open_as(browser: Browser, address: str) -> Iterator[Open]:
    """Sign in at a browser: ``open_as("Amina Diallo", width=320, scripts=False)``."""
    opened = []

    def at_browser(name: str, *, width: int = 1280, scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=address,
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
        )
        opened.append(context)
        if scripts:
            context.add_init_script(WATCH_THE_POLICY)
        page = context.new_page()
        page.goto("/")
        page.get_by_role("button", name=f"Sign in as {name}").click()
        return page

    yield at_browser
    for context in opened:
        context.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_scrolls_sideways_is_refused_or_shuts_anybody_out(
    open_as: Open, width: int
) -> None:
    page = open_as("Amina Diallo", width=width)
    _is_sound(page)
    page.get_by_role("button", name="Raise a concern").click()
    expect(page.locator(".diagram__badge")).to_be_visible()
    _is_sound(page)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_be_visible()
    _is_sound(page)
    _fill_in(page)
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    _is_sound(page)
    page.get_by_role("button", name="Complete this task").click()
    expect(page.get_by_role("alert")).to_contain_text("“Open the case” is done")
    _is_sound(page)
    page.get_by_role("link", name="Go on with").click()
    _is_sound(page)
    for path in ("/sign-in", "/doors/the-customer-disagrees?search=ashe", "/nowhere", "/tasks/1"):
        page.goto(path)
        _is_sound(page)


def test_the_error_summary_takes_the_focus_and_leads_to_the_box(open_as: Open) -> None:
    page = open_as("Amina Diallo")
    page.get_by_role("button", name="Raise a concern").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.get_by_role("link", name="Enter the tenancy reference").click()
    expect(page.locator("#tenancy_reference")).to_be_focused()


def test_enter_goes_on_and_never_removes_a_row(open_as: Open) -> None:
    page = open_as("Dorothy Pell")
    page.goto("/doors/arrangement_taken_over")
    page.get_by_role("button", name="Add another").click()
    page.locator("#customer_name").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    assert page.locator("[name$='.limit']").count() == 2


@pytest.mark.parametrize("scripts", [True, False])
def test_a_question_beneath_an_answer_is_in_sight_only_with_it(
    open_as: Open, scripts: bool
) -> None:
    page = open_as("Amina Diallo", scripts=scripts)
    page.get_by_role("button", name="Raise a concern").click()
    beneath = page.locator("#other_tenants")
    assert not beneath.is_visible()
    page.get_by_label("As one of several tenants of the same home").check()
    assert beneath.is_visible()
    page.get_by_label("As a leaseholder").check()
    assert not beneath.is_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_question_for_several_answers_is_in_sight_only_with_one_of_them(
    open_as: Open, scripts: bool
) -> None:
    page = open_as("Amina Diallo", scripts=scripts)
    page.get_by_role("button", name="Raise a concern").click()
    page.goto("/cases/1/act/log_contact")
    asked = page.locator("#done_about_it")
    assert not asked.is_visible()
    for answer, is_seen in (
        ("Yes, it is an emergency", True),
        ("Yes, it is a new matter", False),
        ("Yes, somebody may need protection", True),
    ):
        page.get_by_label(answer).check()
        assert asked.is_visible() == is_seen
    page.get_by_role("button", name="Continue").click()
    assert asked.is_visible()
    assert page.get_by_role("link", name="Enter what you have done about it").is_visible()


def test_the_whole_way_of_a_task_needs_no_script(open_as: Open) -> None:
    page = open_as("Amina Diallo", width=320, scripts=False)
    page.get_by_role("button", name="Raise a concern").click()
    _fill_in(page)
    page.get_by_role("button", name="Complete this task").click()
    assert "“Open the case” is done" in page.locator(".govuk-notification-banner").inner_text()
    page.get_by_role("link", name="Go on with").click()
    assert page.locator("h1").inner_text() == "Talk with the customer"
    page.get_by_text("Show as list").click()
    assert page.locator(".steps li").count() > 3


def _fill_in(page: Page) -> None:
    """Answer the form that opens a case."""
    page.locator("#customer_name").fill("Robin Ashe")
    page.get_by_label("As a tenant", exact=True).check()
    page.locator("#address").fill("12 Mill Lane\nNorthfield")
    page.locator("#tenancy_reference").fill("204518/02")
    page.get_by_role("button", name="Continue").click()
    for part, text in (("day", "4"), ("month", "3"), ("year", "2026")):
        page.locator(f"#concern_on-{part}").fill(text)
    page.locator("#concern").fill("Shouted at the front desk.")
    page.get_by_label("Demands that go too far").check()
    page.locator("#demand_types").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Continue").click()


def _is_sound(page: Page) -> None:
    """Hold what every page must hold at a browser."""
    page.locator(NOT_DRAWN).first.wait_for(state="detached")
    assert page.evaluate(SIDEWAYS) == 0, f"{page.url} scrolls sideways"
    page.evaluate(AXE.read_text())
    assert page.evaluate(FIND_VIOLATIONS) == [], page.url
    assert page.evaluate("window.refused") == [], page.url
