"""The application behind a real Chromium: people who sign in, and what every page must hold."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page
from werkzeug.serving import make_server

from engine import clock
from tests.browser.screen import NOT_DRAWN
from tests.web.conftest import NOW
from web import create_app
from web.settings import Settings

_AXE = Path("web/assets/node_modules/axe-core/axe.min.js")
_FIND_VIOLATIONS = """axe.run().then(found => found.violations.map(
    one => `${one.id}: ${one.nodes.map(node => node.html).join(' | ')}`))"""
_WATCH_THE_POLICY = """window.refused = [];
addEventListener('securitypolicyviolation', e => refused.push(e.violatedDirective))"""
_SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

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
            context.add_init_script(_WATCH_THE_POLICY)
        page = context.new_page()
        page.goto("/")
        turn(page.get_by_role("button", name=f"Sign in as {name}"))
        return page

    yield at_browser
    for context in opened:
        context.close()


def turn(leads: Locator) -> None:
    """Press what leads to another page, and wait until that page is there.

    A click alone comes back as soon as the other page begins to arrive.
    """
    with leads.page.expect_navigation(wait_until="load"):
        leads.click()


def is_sound(page: Page) -> None:
    """Hold what every page must hold at a browser."""
    page.locator(NOT_DRAWN).first.wait_for(state="detached")
    assert page.evaluate(_SIDEWAYS) <= 0, f"{page.url} scrolls sideways"
    page.evaluate(_AXE.read_text())
    assert page.evaluate(_FIND_VIOLATIONS) == [], page.url
    assert page.evaluate("window.refused") == [], page.url
