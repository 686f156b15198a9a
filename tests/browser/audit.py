"""axe-core on each kind of page, at both widths: what WCAG 2.2 AA forbids and it can see."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.screen import NARROW, WIDE, Screen

AXE = Path("web/assets/node_modules/axe-core/axe.min.js")
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

_RUN = """tags => axe.run(
    {runOnly: tags, resultTypes: ['violations'], selectors: false, preload: false}
).then(found => found.violations.map(
    one => `${one.id}: ${one.nodes.map(node => node.html).join(' | ')}`))"""


_HEAD = """main => [...main.querySelectorAll('.govuk-caption-l, h1')]
    .map(one => one.textContent.trim())
    .concat(main.querySelector('.govuk-error-summary') ? ['in error'] : [])
    .concat(main.querySelector('.govuk-notification-banner') ? ['with a banner'] : [])
    .concat(main.querySelector('.letter') ? ['with a letter'] : [])
    .join(', ')"""


class Audit:
    """Looks at each kind of page once, or at each page, and keeps what it finds."""

    def __init__(self, *, each: bool = False) -> None:
        """Begin with nothing seen; `each`: look at every page, whatever its kind."""
        self._each = each
        self.found: list[str] = []
        self.seen: set[str] = set()

    def __call__(self, screen: Screen) -> None:
        """Look at a page in its state, unless one of its kind was looked at before."""
        kind = kind_of(screen)
        if self._each or kind not in self.seen:
            self.seen.add(kind)
            self.look(screen)

    def look(self, screen: Screen) -> None:
        """Look at a page at both widths; it must not scroll sideways at either."""
        for size in (NARROW, WIDE):
            screen.page.set_viewport_size(size)
            screen.hold()
            for violation in violations_of(screen.page):
                self.found.append(f"{kind_of(screen)} at {size['width']} px: {violation}")


def violations_of(page: Page) -> list[str]:
    """Give what axe finds on a page as it stands: the rule, then what breaks it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    found: list[str] = page.evaluate(_RUN, WCAG_22_AA)
    return found


def kind_of(screen: Screen) -> str:
    """Name the kind of a page: its address without numbers, what stands at its head, its state."""
    path = re.sub(r"\d+", "n", screen.path.split("?")[0].split("#")[0])
    head = screen.page.locator("main").evaluate(_HEAD)
    return f"{path}: {head}"


@cache
def _axe() -> str:
    return AXE.read_text()
