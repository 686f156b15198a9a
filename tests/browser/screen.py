"""One person's browser: every page it shows is held to the rules that hold for all pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Locator,
    Request,
    Response,
    ViewportSize,
)

WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 320, "height": 800}
PRODUCT = "Single point of contact"

_WATCH_THE_POLICY = """window.refused = [];
addEventListener('securitypolicyviolation',
    one => refused.push(`${one.violatedDirective}: ${one.blockedURI}`));"""
_LOOK = """() => ({
    title: document.title,
    headings: [...document.querySelectorAll('h1')].map(one => one.textContent.trim()),
    too_wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    refused: window.refused || [],
    twice: [...document.querySelectorAll('[id]')].map(one => one.id)
        .filter((id, place, all) => all.indexOf(id) !== place),
    lost: [...document.querySelectorAll('.govuk-error-summary__list a')]
        .filter(one => one.pathname === location.pathname)
        .filter(one => !document.querySelector(`${one.hash}:is(input, select, textarea, button)`))
        .map(one => one.textContent),
    errors: document.querySelectorAll('.govuk-error-summary').length,
})"""
#: What Chromium says when a page answers with an error; that the page did is looked at elsewhere.
_STATUS_SAID = "Failed to load resource: the server responded with a status of"
#: What Chromium says of what it no longer needs, because somebody went on before it had come.
_GIVEN_UP = "net::ERR_ABORTED"
#: What bpmn-js says of its own use of diagram-js when its change menu opens.
_LIBRARY_SAID = "is deprecated and will be removed in future library versions"
#: A diagram that is neither drawn and fitted yet nor said not to be had.
NOT_DRAWN = ".diagram[data-diagram]:not(:has(.diagram__buttons, p))"

#: Called with a page that has just been opened and is sound so far.
Looker = Callable[["Screen"], None]


class Screen:
    """A window with one person signed in, at an application that is being served."""

    def __init__(
        self, context: BrowserContext, look: Looker | None = None, *, scripts: bool = True
    ) -> None:
        """Open a window; `look` sees each page once it is there and sound."""
        self._scripts = scripts
        if scripts:
            context.add_init_script(_WATCH_THE_POLICY)
        self.page = context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._wrong.append(f"script: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)
        self.status = 0
        self._look = look
        self._wrong: list[str] = []

    def sign_in(self, full_name: str) -> None:
        """Sign in as one of the people of the demonstration."""
        self.open("/sign-in")
        button = self.page.get_by_role("button", name=f"Sign in as {full_name}")
        if not button.is_visible():
            self.page.get_by_text("who take part").click()
        self.do(button.click)

    def open(self, path: str, status: int = 200) -> None:
        """Open an address of the application."""
        self.do(lambda: self.page.goto(path), status)

    def press(self, button: str, status: int = 200) -> None:
        """Press the button whose name begins like this; a new page follows."""
        self.do(self.named("button", button).click, status)

    def follow(self, link: str) -> None:
        """Follow the link whose name begins like this."""
        self.do(self.named("link", link).click)

    def named(self, role: Any, begins: str) -> Locator:
        """Give what has this role, is in sight and has a name that begins like this."""
        wanted = re.compile(rf"^{re.escape(begins)}")
        return self.page.get_by_role(role, name=wanted).first

    def do(self, act: Callable[[], object], status: int = 200) -> None:
        """Do something that opens a new page, and hold that page to the rules of every page."""
        with self.page.expect_navigation(wait_until="load") as opened:
            act()
        self.arrived(opened.value)
        assert self.status == status, f"{self.path}: {self.status}, {self.heading}: {self.said}"

    def arrived(self, answer: Response) -> None:
        """Hold a page that has just been opened to the rules of every page."""
        self.status = answer.status
        self._wait_for_diagrams()
        self.hold()
        if self._look:
            self._look(self)

    def hold(self) -> None:
        """Hold the page to what every page must be, at the width of the window."""
        found = self.page.evaluate(_LOOK)
        here = f"{self.page.url} ({self.status})"
        assert found["title"].endswith(PRODUCT), f"{here}: title {found['title']!r}"
        assert len(found["headings"]) == 1, f"{here}: h1 {found['headings']}"
        assert found["too_wide"] <= 0, f"{here}: scrolls sideways by {found['too_wide']} px"
        assert found["refused"] == [], f"{here}: refused by the policy {found['refused']}"
        assert found["twice"] == [], f"{here}: ids twice {found['twice']}"
        has_errors = found["errors"] > 0
        assert found["title"].startswith("Error: ") == has_errors, f"{here}: {found['title']}"
        assert found["lost"] == [], f"{here}: errors that lead to no box {found['lost']}"
        assert self._wrong == [], f"{here}: {self._wrong}"

    @property
    def path(self) -> str:
        """Give the address of the page within the application."""
        return re.sub(r"^\w+://[^/]+", "", self.page.url)

    @property
    def heading(self) -> str:
        return self.page.locator("h1").first.inner_text()

    @property
    def said(self) -> str:
        """Give what the page says, as it is in sight."""
        return self.page.locator("main").inner_text()

    @property
    def banner(self) -> str:
        """Give what the page says has just happened; "" when it says nothing."""
        found = self.page.locator(".govuk-notification-banner__content")
        return found.inner_text() if found.count() else ""

    @property
    def errors(self) -> list[str]:
        """Give the sentences of the error summary."""
        return self.page.locator(".govuk-error-summary__list li").all_inner_texts()

    def _wait_for_diagrams(self) -> None:
        if self._scripts:
            self.page.locator(NOT_DRAWN).first.wait_for(state="detached")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning") or message.text.startswith(_STATUS_SAID):
            return
        if _LIBRARY_SAID not in message.text:
            self._wrong.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        if request.failure != _GIVEN_UP:
            self._wrong.append(f"{request.failure}: {request.url}")

    def _answered(self, response: Response) -> None:
        is_page = response.request.is_navigation_request()
        if not is_page and not response.ok:
            self._wrong.append(f"{response.status}: {response.url}")
