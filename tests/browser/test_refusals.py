"""What is refused says what was expected, keeps what was typed, and has the right status."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from engine.tables.decisions import Appeal
from tests.browser import answers
from tests.browser.audit import Audit
from tests.browser.conftest import Seats
from tests.browser.desk import Seat
from tests.browser.furniture import COLLEAGUE, CUSTOMER
from tests.browser.house import House

pytestmark = pytest.mark.browser


@pytest.fixture
def seat(furnished_seats: Seats) -> Iterator[Seat]:
    """Give people their desks; each kind of page they see is looked at."""
    audit = Audit()
    yield furnished_seats(audit=audit)
    assert audit.found == []


def test_a_day_that_does_not_exist_keeps_what_was_typed(seat: Seat) -> None:
    amina = seat("amina")
    amina.open_case(CUSTOMER)
    amina.choose_action("Log a contact")
    (sentence,) = amina.sent_wrong(answers.contact(("31", "2", "2027")))
    assert "Enter a date that exists" in sentence
    page = amina.screen.page
    assert page.locator("[name=contacted_on-day]").input_value() == "31"
    assert page.locator("[name=contacted_on-month]").input_value() == "2"
    assert page.locator("[name=note]").input_value() == "Rang about the kitchen again."
    assert page.locator("[name=direction][value=in]").is_checked()
    amina.screen.page.get_by_role("link", name=sentence).click()
    assert page.locator("[name=contacted_on-day]").evaluate("one => one === document.activeElement")


def test_two_who_complete_one_task_the_second_is_told_who_was_first(
    furnished: House, seat: Seat
) -> None:
    dorothy, colleague = seat("dorothy"), seat(COLLEAGUE)
    dorothy.open_task("Allocate a director")
    dorothy.answer({"director": "carol"})
    dorothy.screen.page.get_by_role("link", name="Allocate a director").first.click()
    address = dorothy.screen.path
    dorothy.screen.open(f"{address}/check")
    other_tab = dorothy.screen.page.context.new_page()
    other_tab.goto(address)
    other_tab.get_by_role("button", name="Put it back for my team").click()
    colleague.work("Allocate a director", {"director": "ann"})

    dorothy.screen.press("Complete this task", status=409)
    assert "Daniel" in dorothy.screen.said
    assert "carol" in dorothy.screen.said, "what was typed can be copied"
    with furnished.database.reading() as session:
        assert session.scalars(select(Appeal.director)).all() == ["ann"]


def test_a_tab_that_stayed_open_is_told_that_the_task_is_over(furnished: House, seat: Seat) -> None:
    amina = seat("amina")
    amina.open_task("Open the case")
    stale = amina.screen.page.context.new_page()
    stale.goto(amina.screen.path)
    stale.locator("[name=customer_name]").fill("Typed in another tab")
    amina.finish(answers.concern(furnished.today))
    with stale.expect_navigation() as sent:
        stale.get_by_role("button", name="Continue").click()
    assert sent.value.status == 409
    assert "Typed in another tab" in stale.locator("main").inner_text()
    stale.close()


def test_what_is_not_mine_and_what_i_may_not_see(seat: Seat) -> None:
    dorothy, mo, nell = seat("dorothy"), seat("mo"), seat("nell")
    dorothy.open_task("Allocate a director")
    address = re.sub(r"/pages/.*", "", dorothy.screen.path)
    mo.screen.open(f"{address}/check", status=403)
    assert "Dorothy" in mo.screen.said
    nell.screen.open(f"{address}/check", status=404)
    dorothy.open_case(CUSTOMER)
    nell.screen.open(dorothy.screen.path, status=404)
    nell.screen.open("/doors/no_such_message", status=404)


def test_a_page_from_before_i_signed_in_again_is_not_taken(seat: Seat) -> None:
    amina = seat("amina")
    amina.open_task("Open the case")
    amina.fill({"customer_name": "Kept for copying"})
    amina.screen.page.context.clear_cookies()
    amina.go_on(status=400)
    assert "Kept for copying" in amina.screen.said
