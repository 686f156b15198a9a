"""What runs, at a browser: every page and state, and a diagram in step with its table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from engine.tables.process import ElementInstance, Incident
from tests.browser.audit import Audit
from tests.browser.conftest import Seats
from tests.browser.desk import Desk
from tests.browser.furniture import CUSTOMER
from tests.browser.house import House
from tests.browser.screen import NARROW, WIDE
from tests.browser.test_diagram import COVERED

pytestmark = pytest.mark.browser

PAGES = (
    "/running",
    "/running?due=late",
    "/running?sort=-customer&process=appeal",
    "/running?search=nobody+at+all",
    "/running?page=9",
    "/running/appeal",
    "/running/spoc_case?version=1",
    "/running/periodic_review",
    "/processes",
    "/processes/appeal",
)


@pytest.fixture
def audit() -> Iterator[Audit]:
    """Look at every page a test opens; nothing may be found."""
    audit = Audit(each=True)
    yield audit
    assert audit.found == []


def test_pages_of_what_runs_in_every_state(
    furnished: House, furnished_seats: Seats, audit: Audit
) -> None:
    mo = furnished_seats(audit=audit)("mo").screen
    for path in PAGES:
        mo.open(path)
    mo.open("/running")
    mo.page.get_by_text("Show only some of them").click()
    audit(mo)


def test_the_list_of_a_house_where_nothing_runs(house: House, seats: Seats, audit: Audit) -> None:
    mo = seats(audit=audit)("mo").screen
    mo.open("/running")
    assert "Nothing is running." in mo.said
    mo.open("/running/appeal")
    assert "Nothing runs in this process on version 1." in mo.said


def test_a_run_in_every_state(furnished: House, furnished_seats: Seats, audit: Audit) -> None:
    _get_stuck(furnished)
    desk = furnished_seats(audit=audit)("mo")
    path = _open_run(desk)
    assert "A step is stuck" in desk.screen.said
    for more in ("?show=everything", "?process=appeal&step=allocate_director"):
        desk.screen.open(path + more)
    desk.screen.open(f"{path}?on={furnished.working_day(-2)}")
    assert "This is how it was at the end of" in desk.screen.said
    desk.screen.open(f"{path}?on=soon", status=422)
    assert desk.screen.errors == ["Enter a date as year-month-day, such as 2026-04-10"]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280", "320"])
def test_a_diagram_with_counts_says_how_much_is_late_and_leaves_the_mark_in_sight(
    furnished: House, furnished_seats: Seats, size: dict[str, int]
) -> None:
    mo = furnished_seats()("mo").screen
    mo.page.set_viewport_size({"width": size["width"], "height": size["height"]})
    mo.open("/running/appeal")
    drawn = mo.page.locator(".diagram")
    assert drawn.locator("[data-element-id=allocate_director].diagram-late").count() == 1
    badges = drawn.locator(".diagram__badge--late").all_inner_texts()
    assert "1 running, 1 late" in [" ".join(badge.split()) for badge in badges]
    row = mo.page.locator("tr[data-element=allocate_director]")
    assert "1 late" in (row.get_attribute("data-said") or "")
    assert drawn.locator(".bjs-powered-by").evaluate(COVERED) == 0


def test_what_is_selected_in_the_diagram_is_selected_in_the_table_and_the_reverse(
    furnished: House, furnished_seats: Seats
) -> None:
    page = _counted(furnished_seats)
    page.locator(".djs-shape[data-element-id=allocate_director]").click()
    row = page.locator("tr[data-element=allocate_director]")
    expect(row).to_have_class("govuk-table__row is-selected")
    said = page.get_by_role("status")
    expect(said).to_contain_text("Allocate a director: 1 running, 1 late.")
    expect(row.get_by_role("button")).to_have_attribute("aria-pressed", "true")
    page.locator("tr[data-element=answer_the_appeal]").get_by_role("button").click()
    expect(row).to_have_class("govuk-table__row")
    chosen = page.locator(".djs-element.selected")
    expect(chosen).to_have_attribute("data-element-id", "answer_the_appeal")
    expect(said).to_contain_text("Answer the appeal: 1 running, 1 late.")


def test_the_diagram_is_walked_with_the_keyboard(furnished: House, furnished_seats: Seats) -> None:
    page = _counted(furnished_seats)
    page.locator(".djs-container > svg").focus()
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    expect(focused).to_have_attribute("aria-label", "Allocate a director: 1 running, 1 late.")
    page.keyboard.press("Home")
    expect(focused).to_have_attribute("aria-label", "Answer the appeal: 1 running, 1 late.")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(focused).to_have_attribute("aria-pressed", "true")
    expect(page.locator("tr.is-selected")).to_have_attribute("data-element", "allocate_director")
    page.keyboard.press("Escape")
    expect(page.locator("tr.is-selected")).to_have_count(0)


def test_a_run_keeps_its_diagram_and_its_history_in_step(
    furnished: House, furnished_seats: Seats
) -> None:
    desk = furnished_seats()("mo")
    _open_run(desk)
    page = desk.screen.page
    entry = page.locator("li[data-element=allocate_director]").first
    entry.get_by_role("button").click()
    chosen = page.locator(".djs-element.selected")
    expect(chosen).to_have_attribute("data-element-id", "allocate_director")
    expect(entry).to_have_class("history__entry is-selected")
    desk.screen.hold()


def test_without_a_script_lists_and_tables_say_it(furnished: House, furnished_seats: Seats) -> None:
    mo = furnished_seats(scripts=False)("mo").screen
    mo.open("/running/appeal")
    mo.follow("1 late at Allocate a director")
    assert "1 place in 1 case, 1 late." in mo.said
    mo.follow(CUSTOMER)
    assert "Allocate a director" in mo.page.locator(".run-desk__history").inner_text()


def _counted(seats: Seats) -> Page:
    mo = seats()("mo").screen
    mo.open("/running/appeal")
    return mo.page


def _open_run(desk: Desk) -> str:
    """Open the run of the appeal; gives its address."""
    desk.screen.open("/running?process=appeal")
    desk.screen.follow(CUSTOMER)
    return desk.screen.path


def _get_stuck(house: House) -> None:
    """Let the run of the appeal be stuck at a step that is waited at."""
    with house.database.writing() as session:
        place = (
            session.query(ElementInstance)
            .filter(ElementInstance.element_id == "allocate_director")
            .one()
        )
        incident = Incident(
            instance_id=place.instance_id,
            case_id=place.case_id,
            process_id=place.process_id,
            element_id=place.element_id,
            reason="Expected a director who took no part, but there is none. Name one.",
            opened_at=place.entered_at,
        )
        session.add(incident)
        session.flush()
        place.incident_id = incident.id
