"""Every page that can be opened is looked at by axe, as somebody for whom it is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from werkzeug.routing import Map

import engine
from engine import clock
from tests.browser import everything, house
from tests.browser.audit import Audit
from tests.browser.house import House
from tests.browser.looked_at import NOT_LOOKED_AT, PAGES, SENT_EMPTY
from tests.browser.screen import WIDE, Screen
from tests.once import demonstration, once
from web import create_app
from web.settings import Settings

PEOPLE = sorted({who for who, *_ in PAGES.values()})


@pytest.fixture(scope="session")
def with_everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration with a stuck step, a batch, a draft and mail that cannot be delivered."""
    made = demonstration(tmp_path_factory)
    folder = once(
        tmp_path_factory,
        "everything",
        lambda where: everything.furnish_everything(made, where),
    )
    return folder / house.FILE


@pytest.fixture
def full(with_everything: Path, tmp_path: Path) -> Iterator[House]:
    """It is served, and its clock stands still."""
    clock.hold(everything.NOW)
    try:
        with house.served(with_everything, tmp_path) as found:
            yield found
    finally:
        clock.hold(None)


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Map:
    """Every address the application knows."""
    url = f"sqlite:///{tmp_path_factory.mktemp('map') / 'none.sqlite'}"
    return create_app(Settings(database_url=url, secret_key="only for tests", demo=True)).url_map


def test_no_page_is_forgotten(addresses: Map) -> None:
    """A new page goes into ``PAGES``, or into ``NOT_LOOKED_AT`` with the reason."""
    opened = {rule.endpoint for rule in addresses.iter_rules() if "GET" in (rule.methods or ())}
    assert set(PAGES) | set(NOT_LOOKED_AT) == opened
    assert not set(PAGES) & set(NOT_LOOKED_AT)


def test_each_address_of_the_list_is_of_its_page(addresses: Map) -> None:
    known = addresses.bind("localhost")
    for endpoint, (_, *paths) in PAGES.items():
        for path in paths:
            numbered = re.sub(r"\{\w+\}", "1", path.partition("?")[0])
            assert known.match(numbered)[0] == endpoint, path


@pytest.mark.browser
@pytest.mark.parametrize("who", PEOPLE)
def test_axe_finds_nothing_on_any_page(browser: Browser, full: House, who: str) -> None:
    names = everything.names_of(full.database)
    audit = Audit(each=True)
    with browser.new_context(base_url=full.url, viewport=WIDE) as context:
        screen = Screen(context, None)
        screen.sign_in(engine.person(full.database, who).full_name)
        for asking, *paths in PAGES.values():
            for path in paths if asking == who else ():
                screen.open(path.format(**names))
                audit(screen)
    assert audit.found == []


@pytest.mark.browser
@pytest.mark.parametrize("who", sorted({who for who, *_ in SENT_EMPTY}))
def test_axe_finds_nothing_on_a_form_that_was_sent_empty(
    browser: Browser, full: House, who: str
) -> None:
    names = everything.names_of(full.database)
    audit = Audit(each=True)
    with browser.new_context(base_url=full.url, viewport=WIDE) as context:
        screen = Screen(context, None)
        screen.sign_in(engine.person(full.database, who).full_name)
        for _, path, button in (one for one in SENT_EMPTY if one[0] == who):
            screen.open(path.format(**names))
            _send_empty(screen, button)
            assert screen.errors, screen.path
            audit(screen)
    assert audit.found == []


def _send_empty(screen: Screen, button: str) -> None:
    for box in screen.page.locator("main form input[type=text], main form textarea").all():
        if box.is_visible():
            box.fill("")
    found = screen.page.locator("main form .govuk-button").filter(has_text=button)
    screen.do(found.first.click, 422)
