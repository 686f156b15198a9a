"""What only a real browser shows: focus, what is in sight, width, the policy, accessibility."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.at_a_browser import Open, address, app, is_sound, open_as, turn

pytestmark = pytest.mark.browser

__all__ = ["address", "app", "open_as"]


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_scrolls_sideways_is_refused_or_shuts_anybody_out(
    open_as: Open, width: int
) -> None:
    page = open_as("Amina Diallo", width=width)
    is_sound(page)
    turn(page.get_by_role("button", name="Raise a concern"))
    expect(page.locator(".diagram__badge")).to_be_visible()
    is_sound(page)
    turn(page.get_by_role("button", name="Continue"))
    expect(page.get_by_role("alert")).to_be_visible()
    is_sound(page)
    _fill_in(page)
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    is_sound(page)
    turn(page.get_by_role("button", name="Complete this task"))
    expect(page.get_by_role("alert")).to_contain_text("“Open the case” is done")
    is_sound(page)
    turn(page.get_by_role("link", name="Go on with"))
    is_sound(page)
    for path in ("/sign-in", "/doors/the-customer-disagrees?search=ashe", "/nowhere", "/tasks/1"):
        page.goto(path)
        is_sound(page)


def test_the_error_summary_takes_the_focus_and_leads_to_the_box(open_as: Open) -> None:
    page = open_as("Amina Diallo")
    turn(page.get_by_role("button", name="Raise a concern"))
    turn(page.get_by_role("button", name="Continue"))
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
    turn(page.get_by_role("button", name="Raise a concern"))
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
    turn(page.get_by_role("button", name="Raise a concern"))
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
    turn(page.get_by_role("button", name="Continue"))
    assert asked.is_visible()
    assert page.get_by_role("link", name="Enter what you have done about it").is_visible()


def test_the_whole_way_of_a_task_needs_no_script(open_as: Open) -> None:
    page = open_as("Amina Diallo", width=320, scripts=False)
    turn(page.get_by_role("button", name="Raise a concern"))
    _fill_in(page)
    turn(page.get_by_role("button", name="Complete this task"))
    assert "“Open the case” is done" in page.locator(".govuk-notification-banner").inner_text()
    turn(page.get_by_role("link", name="Go on with"))
    assert page.locator("h1").inner_text() == "Talk with the customer"
    page.get_by_text("Show as list").click()
    assert page.locator(".steps li").count() > 3


def _fill_in(page: Page) -> None:
    """Answer the form that opens a case."""
    page.locator("#customer_name").fill("Robin Ashe")
    page.get_by_label("As a tenant", exact=True).check()
    page.locator("#address").fill("12 Mill Lane\nNorthfield")
    page.locator("#tenancy_reference").fill("204518/02")
    turn(page.get_by_role("button", name="Continue"))
    for part, text in (("day", "4"), ("month", "3"), ("year", "2026")):
        page.locator(f"#concern_on-{part}").fill(text)
    page.locator("#concern").fill("Shouted at the front desk.")
    page.get_by_label("Demands that go too far").check()
    page.locator("#demand_types").check()
    turn(page.get_by_role("button", name="Continue"))
    page.get_by_label("No", exact=True).check()
    turn(page.get_by_role("button", name="Continue"))
