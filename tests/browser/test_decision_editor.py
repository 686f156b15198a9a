"""A decision table in its editor: cells checked as they are typed, and nothing lost."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator

from tests.browser.conftest import Seats
from tests.browser.editor import Editor, saved, start_draft
from tests.browser.house import House

pytestmark = pytest.mark.browser

LETTER = "bpmn/decisions/review_letter.dmn"
POLICY = "bpmn/decisions/policy.dmn"
_MARKED = "cell => getComputedStyle(cell, '::after').content"
_IN_SIGHT = """mark => {
    mark.scrollIntoView({block: 'center'});
    const box = mark.getBoundingClientRect();
    const middle = [box.x + box.width / 2, box.y + box.height / 2];
    return mark.contains(document.elementFromPoint(...middle));
}"""
_BELOW_THE_TOP_OF_ITS_FRAME = """head => head.getBoundingClientRect().top
    >= head.closest('.editor__table').getBoundingClientRect().top - 1"""
#: Seconds within which the largest table we have is there to be typed in, on a busy machine; it
#: takes 2 to 5 of them on one that is not.
_PATIENCE = 30


def _cell(editor: Editor, cell_id: str) -> Locator:
    return editor.page.locator(f"td[data-element-id={cell_id}]")


def _type(editor: Editor, cell_id: str, text: str) -> None:
    box = _cell(editor, cell_id).locator("[contenteditable]")
    box.click()
    editor.page.keyboard.press("Control+a")
    editor.page.keyboard.type(text)


@pytest.mark.parametrize("path", [LETTER, POLICY])
def test_a_table_opened_and_saved_unchanged_is_the_same(
    path: str, house: House, seats: Seats
) -> None:
    editor = Editor(seats()("olive").screen, start_draft(house), path)
    assert editor.opened.encode() == Path(path).read_bytes()
    assert editor.notices == ""
    assert editor.status == "Nothing to save."


def test_a_cell_is_checked_and_marked_as_it_is_typed(house: House, seats: Seats) -> None:
    draft_id = start_draft(house)
    editor = Editor(seats()("olive").screen, draft_id, POLICY)
    cell = "nph_2022_informal_decide_within_value"
    _type(editor, cell, '"many"')
    finding = editor.page.locator(".editor-findings__choose", has_text="Row 2")
    finding.wait_for()
    editor.wait_until("^Saved at")
    assert b'<text>"many"</text>' in saved(house, draft_id, POLICY)
    assert "whole number" in finding.inner_text()
    assert _cell(editor, cell).evaluate(_MARKED) == '"!"'
    _type(editor, "nph_2022_informal_contact_target_value", '"6"')
    finding.click()
    assert _cell(editor, cell).evaluate("cell => cell.contains(document.activeElement)")
    _type(editor, cell, '"20"')
    finding.wait_for(state="detached")
    assert _cell(editor, cell).evaluate(_MARKED) in ("none", "normal")


def test_the_last_cell_is_saved_without_leaving_it(house: House, seats: Seats) -> None:
    draft_id = start_draft(house)
    editor = Editor(seats()("olive").screen, draft_id, POLICY)
    _type(editor, "nph_2022_informal_contact_target_value", '"7"')
    editor.save()
    kept = saved(house, draft_id, POLICY)
    assert kept == Path(POLICY).read_bytes().replace(b'<text>"5"</text>', b'<text>"7"</text>', 1)


def test_what_a_table_would_lose_is_named_and_saving_waits(house: House, seats: Seats) -> None:
    broken = (
        Path(LETTER)
        .read_bytes()
        .replace(
            b"<decisionTable ",
            b'<informationRequirement><requiredDecision href="#nothing" />'
            b"</informationRequirement><strange>lost</strange><decisionTable ",
            1,
        )
    )
    draft_id = start_draft(house, {LETTER: broken})
    editor = Editor(seats()("olive").screen, draft_id, LETTER)
    assert "Saving waits" in editor.notices
    assert "strange" in editor.notices
    assert editor.status.startswith("Not saved: the editor cannot keep all of the file")
    assert saved(house, draft_id, LETTER) == broken


def test_a_table_of_hundreds_of_rows_can_be_filled_in(house: House, seats: Seats) -> None:
    draft_id = start_draft(house)
    began = time.monotonic()
    editor = Editor(seats()("olive").screen, draft_id, POLICY)
    assert time.monotonic() - began < _PATIENCE
    rows = editor.page.locator(".editor__table tbody tr")
    assert rows.count() > 100
    rows.nth(120).scroll_into_view_if_needed()
    head = editor.page.locator(".editor__table th", has_text="Value").first
    assert head.is_visible()
    assert head.evaluate(_BELOW_THE_TOP_OF_ITS_FRAME)


def test_without_scripts_the_table_is_shown_and_can_be_changed_as_text(
    house: House, seats: Seats
) -> None:
    draft_id = start_draft(house)
    screen = seats(scripts=False)("olive").screen
    screen.open(f"/drafts/{draft_id}/files/{LETTER}")
    assert "R-054, R-083" in screen.page.locator(".editor__plain").inner_text()
    screen.follow("Change it as text")
    assert "decisionTable" in screen.page.locator("textarea").input_value()


def test_the_mark_of_the_makers_is_uncovered(house: House, seats: Seats) -> None:
    editor = Editor(seats()("olive").screen, start_draft(house), LETTER)
    mark = editor.page.locator(".powered-by__logo, .bjs-powered-by").first
    assert mark.evaluate(_IN_SIGHT)
