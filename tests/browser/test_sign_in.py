"""Signing in as staff do: Chromium, an installation of real people, and a real OpenID provider."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import engine
from tests.browser.audit import Audit
from tests.browser.house import listening
from tests.browser.screen import NARROW, WIDE, Screen
from tests.openid import CLIENT_ID, CLIENT_SECRET, OpenId, free_port, openid
from web import create_app
from web.settings import ROOT, Settings
from web.sign_in_settings import ProviderSettings, SignInSettings

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery staple"
#: Pictures to look at go there, if it is set.
PICTURES = os.environ.get("SPOC_PICTURES", "")


@pytest.fixture
def audit() -> Iterator[Audit]:
    """Look at every page a test opens; nothing may be found."""
    audit = Audit(each=True)
    yield audit
    assert audit.found == []


def _install(folder: Path, issuer: str, pages: str) -> Settings:
    settings = Settings(
        f"sqlite:///{folder / 'real.sqlite'}",
        "only for tests",
        pages=pages,
        sign_in=SignInSettings(
            provider=ProviderSettings(
                issuer=issuer,
                client_id=CLIENT_ID,
                client_secret=CLIENT_SECRET,
                roles={"Spoc.Manager": frozenset({"manager"})},
            )
        ),
    )
    database = engine.Database(settings.database_url)
    engine.prepare(database, ROOT)
    engine.sign_in.set_password(
        database, "envelope", PASSWORD, by="a test", full_name="Envelope in the safe", roles=["dmo"]
    )
    database.close()
    return settings


def test_staff_come_in_by_their_work_account_and_by_an_emergency_account(
    browser: Browser, tmp_path: Path, audit: Audit
) -> None:
    port = free_port()
    pages = f"http://127.0.0.1:{port}"
    with openid(f"{pages}/sign-in/back") as provider:
        app = create_app(_install(tmp_path, provider.issuer, pages))
        with listening(app, port), browser.new_context(base_url=pages, viewport=WIDE) as context:
            _in_an_emergency(Screen(context, audit))
        with listening(app, port), browser.new_context(base_url=pages, viewport=WIDE) as context:
            _by_the_work_account(Screen(context, audit), provider)
        app.extensions["database"].close()


def _in_an_emergency(screen: Screen) -> None:
    screen.open("/tasks")
    assert screen.heading == "Sign in"
    _picture(screen, "ways")
    screen.follow("Sign in with an emergency account")
    screen.press("Sign in", status=422)
    assert len(screen.errors) == 2
    _picture(screen, "emergency")
    screen.page.get_by_label("Name of the account").fill("envelope")
    screen.page.get_by_label("Password").fill(PASSWORD)
    screen.page.get_by_label("Why you sign in this way").fill("The provider is away")
    screen.press("Sign in")
    assert screen.path.startswith("/tasks")
    screen.open("/sign-ins")
    assert "Not yet: somebody else has to" in screen.said
    screen.press("Sign out")


def _by_the_work_account(screen: Screen, provider: OpenId) -> None:
    provider.knows("1", name="Jo Real", roles=["Spoc.Manager"], email="jo@homes.example")
    screen.open("/sign-ins")
    screen.named("button", "Sign in with your work account").click()
    screen.page.wait_for_url("**/interaction/**")
    screen.do(lambda: screen.page.goto(f"{screen.page.url}?as=1"))
    assert screen.path == "/sign-ins"
    assert "Jo Real" in screen.page.inner_text("body")
    _picture(screen, "list")
    screen.press("I have looked at it")
    assert "It is kept that you looked" in screen.banner
    screen.press("Sign out")
    assert screen.heading == "You are signed out"
    _picture(screen, "out")
    screen.open("/sign-in/back?state=made+up&code=1", status=400)
    assert screen.heading == "You were not signed in"
    _picture(screen, "failed")


def _picture(screen: Screen, name: str) -> None:
    for size in (WIDE, NARROW):
        screen.page.set_viewport_size(size)
        if PICTURES:
            screen.page.screenshot(path=f"{PICTURES}/{name}-{size['width']}.png", full_page=True)
