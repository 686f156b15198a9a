"""The editors in each of their states: what axe finds is the libraries' own, and listed here."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.browser.audit import violations_of
from tests.browser.conftest import Seats
from tests.browser.editor import Editor, start_draft
from tests.browser.house import House
from tests.browser.screen import NARROW, WIDE

pytestmark = pytest.mark.browser

APPEAL = "bpmn/appeal.bpmn"
POLICY = "bpmn/decisions/policy.dmn"
#: What the drawing libraries violate themselves -> where it comes from (docs/accessibility.md).
#: Steps as a list and the text of a table do the same work without them.
OF_THE_LIBRARIES = {
    r"target-size: .*toggle-(parallel|sequential)-mi|target-size: .*toggle-loop": (
        "diagram-js, popup menu (PopupMenuHeader): the loop markers of the change menu are 22 px; "
        "not reported there, the nearest is bpmn-io/diagram-js issue 735"
    ),
}


def _not_listed(editor: Editor, state: str) -> Iterator[str]:
    for size in (WIDE, NARROW):
        editor.page.set_viewport_size(size)
        editor.screen.hold()
        for violation in violations_of(editor.page):
            if not any(re.match(known, violation) for known in OF_THE_LIBRARIES):
                yield f"{state} at {size['width']} px: {violation}"
    editor.page.set_viewport_size(WIDE)


def test_the_editor_of_diagrams_in_each_of_its_states(house: House, seats: Seats) -> None:
    editor = Editor(seats()("olive").screen, start_draft(house), APPEAL)
    found = list(_not_listed(editor, "opened"))
    editor.select("decide_appeal")
    found += _not_listed(editor, "a task is selected")
    editor.field("form").select_option("")
    editor.save()
    found += _not_listed(editor, "a finding is shown")
    editor.open_change_menu()
    found += [
        f"the change menu is open: {one}"
        for one in violations_of(editor.page)
        if not any(re.match(known, one) for known in OF_THE_LIBRARIES)
    ]
    editor.page.keyboard.press("Escape")
    editor.select("remind_director")
    found += _not_listed(editor, "a step of the system is selected")
    editor.select("time_to_answer_passed")
    found += _not_listed(editor, "a timer is selected")
    assert found == []


def test_the_editor_of_diagrams_with_a_notice(house: House, seats: Seats) -> None:
    draft_id = start_draft(house)
    seat = seats()
    first = Editor(seat("olive").screen, draft_id, APPEAL)
    second = Editor(seat("oscar").screen, draft_id, APPEAL)
    for editor, name in ((first, "Hers"), (second, "His")):
        editor.select("decide_appeal")
        editor.field("name").fill(name)
        editor.wait_until("^Saved at|^Not saved: somebody")
    assert list(_not_listed_in_conflict(second)) == []


def _not_listed_in_conflict(editor: Editor) -> Iterator[str]:
    """The answer that somebody was quicker is a 409, which a browser says in its console."""
    for size in (WIDE, NARROW):
        editor.page.set_viewport_size(size)
        for violation in violations_of(editor.page):
            if not any(re.match(known, violation) for known in OF_THE_LIBRARIES):
                yield f"somebody was quicker, at {size['width']} px: {violation}"


def test_the_editor_of_tables_in_each_of_its_states(house: House, seats: Seats) -> None:
    editor = Editor(seats()("olive").screen, start_draft(house), POLICY)
    found = list(_not_listed(editor, "opened"))
    cell = "nph_2022_informal_decide_within_value"
    editor.page.locator(f"td[data-element-id={cell}] [contenteditable]").click()
    editor.page.keyboard.press("Control+a")
    editor.page.keyboard.type('"many"')
    editor.page.locator(".editor-findings__choose", has_text="Row 2,").wait_for()
    found += _not_listed(editor, "a cell is to be mended")
    assert found == []


def test_the_panel_and_the_lists_are_reached_with_the_keyboard(house: House, seats: Seats) -> None:
    editor = Editor(seats()("olive").screen, start_draft(house), APPEAL)
    assert editor.page.get_by_role("link", name="Steps as a list").first.is_visible()
    editor.select("decide_appeal")
    editor.field("name").focus()
    for name in ("documentation", "policy_tag", "lane", "form", "due"):
        editor.page.keyboard.press("Tab")
        assert editor.field(name).evaluate("field => field === document.activeElement"), name


def test_a_due_date_is_shown_as_a_date_while_it_is_written(house: House, seats: Seats) -> None:
    editor = Editor(seats()("olive").screen, start_draft(house), APPEAL)
    editor.select("allocate_director")
    editor.field("due").fill("working_days(case.appeal_received_on, 3)")
    shown = editor.page.locator(".editor-preview")
    shown.get_by_text(re.compile(r"\w{3} \d+ \w{3} \d{4}")).first.wait_for()
    editor.field("due").fill("working_days(case.appeal_recieved_on, 3)")
    editor.page.locator(".editor-preview__problem").wait_for()
    assert "appeal_received_on" in editor.page.locator(".editor-preview__problem").inner_text()
