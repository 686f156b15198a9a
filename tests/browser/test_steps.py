"""Steps as a list: the work of the drawing done by keyboard, at 320 px, and without scripts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import engine
from tests.browser.audit import Audit
from tests.browser.conftest import Seats
from tests.browser.editor import Editor
from tests.browser.house import House
from tests.browser.screen import NARROW, Screen

pytestmark = pytest.mark.browser

PATH = "bpmn/appeal.bpmn"
KINDS = (
    "allocate_director",
    "remind_director",
    "was_it_in_time",
    "decision_was_changed",
    "acknowledge_appeal",
    "time_to_answer_passed",
    "answer_the_appeal",
)
#: More presses of Tab than any page has stops.
_MOST_STOPS = 200


@pytest.fixture
def audit() -> Iterator[Audit]:
    """Look at every page a test opens; nothing may be found."""
    audit = Audit(each=True)
    yield audit
    assert audit.found == []


def start(house: House) -> int:
    """Start a draft in the house."""
    return engine.start_draft(house.database, engine.person(house.database, "olive"), "By list")


def drawn_places(screen: Screen, *element_ids: str) -> list[dict[str, float]]:
    """Give where shapes lie in the window, all at one moment: the drawing moves as it is fitted."""
    shapes = "ids => ids.map(id => document.querySelector(`.djs-shape[data-element-id=${id}]`)"
    places: list[dict[str, float]] = screen.page.evaluate(
        f"{shapes}.getBoundingClientRect().toJSON())", list(element_ids)
    )
    return places


def form_of(house: House, draft_id: int, element_id: str) -> str:
    olive = engine.person(house.database, "olive")
    content = engine.draft_file(house.database, draft_id, PATH, olive).content
    return next(
        one.fields["form"] for one in engine.steps_of(content) if one.element_id == element_id
    )


def test_the_list_and_the_form_of_each_kind_of_step_are_open_to_everybody(
    house: House, seats: Seats, audit: Audit
) -> None:
    draft_id = start(house)
    screen = seats(audit=audit)("olive").screen
    screen.open(f"/drafts/{draft_id}/steps/{PATH}")
    for element_id in KINDS:
        screen.open(f"/drafts/{draft_id}/steps/{PATH}/{element_id}")
    screen.open(f"/drafts/{draft_id}/steps/{PATH}/allocate_director")
    screen.page.get_by_text("What may be written here").click()
    screen.page.get_by_label("Due", exact=True).fill("working_days(")
    screen.press("Save", status=422)
    assert screen.errors[0].startswith("Expected an expression")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_form_is_changed_by_keyboard_alone_on_a_narrow_screen(
    house: House, seats: Seats, scripts: bool
) -> None:
    draft_id = start(house)
    screen = seats(scripts=scripts)("olive").screen
    screen.page.set_viewport_size(NARROW)
    screen.open(f"/drafts/{draft_id}")
    _go(screen, f"/drafts/{draft_id}/steps/{PATH}")
    _go(screen, f"/drafts/{draft_id}/steps/{PATH}/allocate_director")
    assert screen.heading == "Allocate a director"
    _reach(screen, "#field-form")
    # Typing chooses what begins like that.
    screen.page.keyboard.type("Tell the customer that the answer is late")
    _reach(screen, "button[value=save]")
    screen.do(lambda: screen.page.keyboard.press("Enter"))
    assert "Saved " in screen.banner
    assert form_of(house, draft_id, "allocate_director") == "holding_letter"


def test_a_date_is_shown_beside_its_box_without_leaving_the_page(
    house: House, seats: Seats
) -> None:
    draft_id = start(house)
    screen = seats()("olive").screen
    screen.open(f"/drafts/{draft_id}/steps/{PATH}/allocate_director")
    screen.page.get_by_label("Due", exact=True).fill("working_days(case.opened_on, 0)")
    screen.page.get_by_role("button", name="Show the date").click()
    told = screen.page.locator("[data-date-of=field-due]")
    told.get_by_text("If the day the case was opened was today").wait_for()
    assert "On the same day" in told.inner_text()
    screen.page.get_by_label("Due", exact=True).fill("case.opened_onn")
    screen.page.get_by_role("button", name="Show the date").click()
    told.get_by_text("Did you mean case.opened_on?").wait_for()
    screen.hold()


def test_a_date_is_shown_without_scripts_too(house: House, seats: Seats) -> None:
    draft_id = start(house)
    screen = seats(scripts=False)("olive").screen
    screen.open(f"/drafts/{draft_id}/steps/{PATH}/time_to_answer_passed")
    screen.press("Show the date")
    assert "If the last day for an answer was today" in screen.said
    assert form_of(house, draft_id, "allocate_director") == "allocate_director"


def test_the_list_is_printed_without_what_only_a_screen_needs(house: House, seats: Seats) -> None:
    draft_id = start(house)
    screen = seats()("olive").screen
    screen.open(f"/drafts/{draft_id}/steps/{PATH}")
    change = screen.page.locator("a[href$=allocate_director]")
    assert change.is_visible()
    screen.page.emulate_media(media="print")
    assert not change.is_visible()
    assert screen.page.get_by_role("heading", name="Allocate a director").is_visible()


def test_a_step_moved_into_another_lane_is_drawn_there(house: House, seats: Seats) -> None:
    draft_id = start(house)
    screen = seats()("olive").screen
    screen.open(f"/drafts/{draft_id}/steps/{PATH}/allocate_director")
    screen.page.get_by_label("Lane", exact=True).select_option(label="Assistant Director")
    screen.press("Save")
    Editor(screen, draft_id, PATH)
    step, lane = drawn_places(screen, "allocate_director", "lane_assistant_director")
    assert lane["top"] < step["top"]
    assert step["bottom"] < lane["bottom"]


def test_a_step_is_added_and_taken_out_without_drawing(
    house: House, seats: Seats, audit: Audit
) -> None:
    draft_id = start(house)
    screen = seats(audit=audit)("olive").screen
    screen.open(f"/drafts/{draft_id}/steps/{PATH}/allocate_director")
    screen.press("Add the step", status=422)
    assert screen.errors
    screen.page.get_by_label("What it is called").fill("Look at the pack")
    screen.press("Add the step")
    assert screen.heading == "Look at the pack"
    screen.follow("Take this step out")
    screen.press("Take it out")
    screen.open(f"/drafts/{draft_id}/steps/{PATH}")
    assert "Look at the pack" not in screen.said


def _reach(screen: Screen, wanted: str) -> None:
    """Press Tab until something has the focus; it must be in sight then."""
    for _ in range(_MOST_STOPS):
        screen.page.keyboard.press("Tab")
        if screen.page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            assert screen.page.locator(wanted).first.is_visible()
            return
    pytest.fail(f"Expected to reach {wanted} with Tab on {screen.path}.")


def _go(screen: Screen, href: str) -> None:
    """Follow a link by keyboard."""
    _reach(screen, f'a[href="{href}"]')
    screen.do(lambda: screen.page.keyboard.press("Enter"))
