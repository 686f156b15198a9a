"""Badges on the densest diagrams: none covers a name, another badge or the mark of the makers."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
from lxml import etree
from playwright.sync_api import Page, Route

from tests.browser.conftest import Seats
from tests.browser.house import House
from tests.browser.screen import NARROW, WIDE

pytestmark = pytest.mark.browser

DENSEST = ("spoc_case", "arrangement", "appeal", "formal_stage", "informal_stage")
#: Elements where a run can be.
PLACES = ("userTask", "callActivity", "subProcess", "intermediateCatchEvent")
_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_COVERED = """() => {
    const seen = selector => [...document.querySelectorAll(selector)]
        .map(one => [one, one.getBoundingClientRect()])
        .filter(([, box]) => box.width && box.height);
    const badges = seen('.diagram__badge');
    const read = [...seen('.djs-visual text'), ...badges, ...seen('.bjs-powered-by')];
    return badges.flatMap(([badge, a]) => read
        .filter(([other, b]) => other !== badge
            && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
            && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)
        .map(([other]) => `${badge.textContent} on ${other.textContent || 'the mark'}`));
}"""


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280", "320"])
def test_a_badge_at_every_step_covers_nothing_that_is_read(
    house: House, seats: Seats, size: dict[str, int]
) -> None:
    mo = seats()("mo").screen
    mo.page.set_viewport_size({"width": size["width"], "height": size["height"]})
    for process in DENSEST:
        _count_at_every_step(mo.page, process)
        mo.open(f"/running/{process}")
        if size is NARROW:
            mo.page.get_by_role("button", name="Whole diagram").click()
        assert mo.page.locator(".diagram__badge").count() > 3
        assert mo.page.evaluate(_COVERED) == [], process


def _count_at_every_step(page: Page, process: str) -> None:
    """Let the page of a process say that much runs wherever something can."""
    root = etree.parse(Path("bpmn") / f"{process}.bpmn").getroot()
    ids = [one.get("id") for place in PLACES for one in root.iter(f"{_BPMN}{place}")]
    mark = {"state": "late", "text": "28 running, 7 late"}
    marks = html.escape(json.dumps(dict.fromkeys(ids, mark)))

    def answer(route: Route) -> None:
        response = route.fetch()
        drawn = re.sub("data-state='[^']*'", f'data-state="{marks}"', response.text())
        route.fulfill(response=response, body=drawn)

    page.route(f"**/running/{process}", answer)
