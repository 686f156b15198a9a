"""The pages beside the journey, looked at in each state: lists, sections of a case, forms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.audit import Audit
from tests.browser.conftest import Seats
from tests.browser.furniture import CUSTOMER
from tests.browser.house import House
from tests.browser.screen import WIDE, Screen
from tests.engine.files.samples import PDF, eml

pytestmark = pytest.mark.browser

#: What a filter finds; every other state of a list stands in ``looked_at.PAGES``.
LISTS = (
    "/tasks?view=all&search=carter&stage=in_force",
    "/contacts/log?search=carter",
    "/cases?search=elm+court",
    "/register?show=all&search=carter",
    "/doors/the-customer-disagrees?search=carter",
)
SECTIONS = (
    "Overview",
    "What is open",
    "Customer",
    "Timeline",
    "Contacts",
    "Evidence",
    "Letters",
    "Decisions",
    "Where it is",
    "Who sees this",
)


@pytest.fixture
def audit() -> Iterator[Audit]:
    """Look at every page a test opens; nothing may be found."""
    audit = Audit(each=True)
    yield audit
    assert audit.found == []


def test_the_first_page_and_what_a_stranger_is_told(
    browser: Browser, furnished: House, audit: Audit
) -> None:
    with browser.new_context(base_url=furnished.url, viewport=WIDE) as context:
        stranger = Screen(context, audit)
        stranger.open("/sign-in")
        stranger.page.get_by_text("who take part").click()
        audit(stranger)
        stranger.open("/tasks")
        assert stranger.path == "/sign-in?next=/tasks"
        stranger.open("/nowhere")
        assert stranger.path == "/sign-in?next=/nowhere"


def test_what_a_filter_finds_and_what_unfolds(
    furnished: House, furnished_seats: Seats, audit: Audit
) -> None:
    dorothy = furnished_seats(audit=audit)("dorothy").screen
    for path in LISTS:
        dorothy.open(path)
    dorothy.open("/tasks?view=all")
    dorothy.page.get_by_text("Show only some of them").click()
    for why in dorothy.page.get_by_text("Why this date?").all():
        why.click()
    dorothy.page.get_by_text("Put the clock forward", exact=True).click()
    audit(dorothy)


def test_the_sections_of_a_case_and_what_they_lead_to(
    furnished: House, furnished_seats: Seats, audit: Audit
) -> None:
    desk = furnished_seats(audit=audit)("dorothy")
    desk.open_case(CUSTOMER)
    for section in SECTIONS:
        desk.screen.follow(section)
        assert desk.screen.page.locator(".views__link[aria-current]").inner_text() == section
    desk.open_case(CUSTOMER, "Timeline")
    desk.screen.follow("What was answered")
    desk.open_case(CUSTOMER, "Letters")
    desk.screen.page.locator(".row-link").first.click()
    desk.screen.page.wait_for_load_state("load")
    audit(desk.screen)
    desk.open_case(CUSTOMER)
    desk.screen.page.locator(".more summary").click()
    audit(desk.screen)


def test_files_of_a_record_and_the_papers_of_a_case(
    furnished: House, furnished_seats: Seats, audit: Audit, tmp_path: Path
) -> None:
    desk = furnished_seats(audit=audit)("dorothy")
    screen = desk.screen
    desk.open_case(CUSTOMER, "Evidence")
    screen.follow("Add files")
    screen.press("Add the files", 422)
    for name, content in (("stairs.pdf", PDF), ("mail.eml", eml())):
        (tmp_path / name).write_bytes(content)
    screen.page.locator("#files").set_input_files([tmp_path / "stairs.pdf", tmp_path / "mail.eml"])
    screen.page.locator("#restricted").check()
    screen.press("Add the files")
    assert screen.banner == "2 files added to the record."
    screen.follow("Remove stairs.pdf")
    screen.press("Remove the file", 422)
    screen.page.locator("#reason").fill("It belongs to another customer.")
    screen.press("Remove the file")
    for paper in ("Summary of the case", "Who told the customer what"):
        desk.open_case(CUSTOMER)
        screen.follow(paper)


def test_the_forms_of_a_case_and_of_the_register_are_sent_empty(
    furnished: House, furnished_seats: Seats, audit: Audit
) -> None:
    desk = furnished_seats(audit=audit, empties=True)("dorothy")
    desk.open_case(CUSTOMER)
    actions = desk.screen.page.locator(".case-head__actions a")
    addresses = [one.get_attribute("href") or "" for one in actions.all()]
    assert len(addresses) > 5
    for address in [*addresses, "/doors/arrangement_taken_over"]:
        desk.screen.open(address)
        if desk.screen.page.locator("main form [name=action]").count():
            desk.fill({})


def test_tasks_that_are_not_mine_and_tasks_that_are_over(
    furnished: House, furnished_seats: Seats, audit: Audit
) -> None:
    seat = furnished_seats(audit=audit)
    seat("dorothy").screen.open("/tasks?view=team")
    seat("dorothy").screen.follow("Allocate a director")
    assert "Start it to make it yours" in seat("dorothy").screen.said
    seat("dorothy").screen.open("/tasks?view=done")
    seat("dorothy").screen.follow("Write and issue the letter")
    assert "Completed on" in seat("dorothy").screen.said
    seat("mo").screen.open("/tasks?view=all")
    seat("mo").screen.follow("Allocate a director")
    assert "What is asked" in seat("mo").screen.said
    assert not seat("mo").screen.page.get_by_role("button", name="Start").count()


def test_the_forms_of_setting_up_are_sent_empty(
    furnished: House, furnished_seats: Seats, audit: Audit
) -> None:
    iris = furnished_seats(audit=audit)("iris").screen
    for path in ("people/add", "own/landlord", "people/dorothy/role", "people/dorothy/leaves"):
        iris.open(f"/setting-up/{path}")
        iris.page.locator("main form input[type=text]").first.fill("")
        iris.page.locator("main form .govuk-button").first.click()
        iris.page.locator(".govuk-error-summary").wait_for()
        audit(iris)


def test_emergency_access_is_asked_for_and_looked_at(
    furnished: House, furnished_seats: Seats, audit: Audit
) -> None:
    seat = furnished_seats(audit=audit)
    grace = seat("grace").screen
    grace.open("/emergency")
    grace.page.get_by_role("button", name="Open this case to me").click()
    grace.page.wait_for_load_state("load")
    audit(grace)
    grace.page.get_by_label("Reference of the case").fill("NF-104233")
    grace.page.get_by_label("Why do you need to see it now?").fill("The police are at the door.")
    grace.page.get_by_role("button", name="Open this case to me").click()
    grace.page.wait_for_load_state("load")
    audit(grace)
    grace.open("/emergency")
    dorothy = seat("dorothy").screen
    dorothy.open("/log/emergencies")
    dorothy.page.get_by_role("button", name="I have looked at it").click()
    dorothy.page.wait_for_load_state("load")
    audit(dorothy)
    dorothy.open("/log/verify")
    dorothy.page.get_by_role("button", name="Look at all").click()
    dorothy.page.wait_for_load_state("load")
    audit(dorothy)
