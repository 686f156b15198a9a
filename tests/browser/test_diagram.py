"""Where a case is: drawn on its diagram, said in a list, the makers' mark in sight."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Seats
from tests.browser.furniture import CUSTOMER
from tests.browser.house import House
from tests.browser.screen import NARROW, WIDE

pytestmark = pytest.mark.browser

#: The mark covers no part of the drawing, wherever that is moved to.
_BELOW_THE_DRAWING = """mark => mark.getBoundingClientRect().top
    >= mark.parentElement.querySelector('.djs-container').getBoundingClientRect().bottom"""

COVERED = """mark => {
    mark.scrollIntoView({block: 'center'});
    const box = mark.getBoundingClientRect();
    const corners = [[0.1, 0.1], [0.9, 0.1], [0.5, 0.5], [0.1, 0.9], [0.9, 0.9]];
    return corners.filter(([right, down]) => !mark.contains(document.elementFromPoint(
        box.x + box.width * right, box.y + box.height * down))).length;
}"""


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280", "320"])
def test_the_current_step_is_marked_by_shape_and_by_words(
    furnished: House, furnished_seats: Seats, size: dict[str, int]
) -> None:
    desk = furnished_seats()("dorothy")
    desk.screen.page.set_viewport_size({"width": size["width"], "height": size["height"]})
    desk.open_case(CUSTOMER, "Where it is")
    run = desk.screen.page.locator(".run").filter(has_text="Appeal").first
    assert run.locator(".djs-container svg").first.is_visible()
    late = run.locator("[data-element-id=allocate_director].diagram-late")
    assert late.count() == 1
    badges = run.locator(".diagram__badge--late").all_inner_texts()
    assert len(badges) == 1
    assert "late" in badges[0].lower()
    row = run.locator(".step-row--late")
    assert row.count() == 1
    assert "Allocate a director" in row.inner_text() or not row.is_visible()
    assert badges[0] in (row.text_content() or "")


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280", "320"])
def test_the_mark_of_the_makers_is_in_sight_and_nothing_covers_it(
    furnished: House, furnished_seats: Seats, size: dict[str, int]
) -> None:
    desk = furnished_seats()("dorothy")
    desk.screen.page.set_viewport_size({"width": size["width"], "height": size["height"]})
    desk.open_case(CUSTOMER, "Where it is")
    marks = desk.screen.page.locator(".bjs-powered-by").all()
    assert marks
    for mark in marks:
        assert mark.is_visible()
        assert mark.evaluate(COVERED) == 0
        assert mark.evaluate(_BELOW_THE_DRAWING)
    badges = desk.screen.page.locator(".diagram__badge").all()
    assert badges
    assert all(badge.evaluate("one => one.scrollWidth <= one.clientWidth") for badge in badges)


def test_without_a_script_the_list_says_it(furnished: House, furnished_seats: Seats) -> None:
    desk = furnished_seats(scripts=False)("dorothy")
    desk.open_case(CUSTOMER, "Where it is")
    run = desk.screen.page.locator(".run").filter(has_text="Appeal").first
    if not run.locator("table").is_visible():
        run.locator("summary").first.click()
    late = run.locator(".step-row--late")
    assert "Allocate a director" in late.inner_text()
    assert "Late" in late.inner_text()
    done = run.locator(".step-row--done").all_inner_texts()
    assert len(done) > 1


def test_a_diagram_that_is_out_of_sight_for_a_moment_throws_nothing(
    furnished: House, furnished_seats: Seats
) -> None:
    desk = furnished_seats()("dorothy")
    desk.open_case(CUSTOMER, "Where it is")
    diagram = desk.screen.page.locator(".diagram").first
    for hidden in (True, False):
        diagram.evaluate("(one, hidden) => { one.style.display = hidden ? 'none' : ''; }", hidden)
        diagram.locator("svg").first.wait_for(state="hidden" if hidden else "visible")
    desk.screen.page.set_viewport_size(NARROW)
    desk.screen.hold()
