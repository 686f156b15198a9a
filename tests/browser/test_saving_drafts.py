"""Saving as one goes: two at once, a dropped connection, a session that is over."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Dialog

import engine
from tests.browser.conftest import Seats
from tests.browser.editor import Editor, saved, start_draft
from tests.browser.house import House

pytestmark = pytest.mark.browser

APPEAL = "bpmn/appeal.bpmn"


def _rename(editor: Editor, name: str) -> None:
    editor.select("decide_appeal")
    editor.field("name").fill(name)


def test_who_saves_second_is_told_and_chooses(house: House, seats: Seats) -> None:
    draft_id = start_draft(house)
    seat = seats()
    first = Editor(seat("olive").screen, draft_id, APPEAL)
    second = Editor(seat("oscar").screen, draft_id, APPEAL)
    _rename(first, "Hers")
    first.save()
    _rename(second, "His")
    second.wait_until("^Not saved: somebody else saved first")
    assert re.search(r"Olive Sandberg saved this file at \d\d:\d\d", second.notices)
    second.page.get_by_role("button", name="Show theirs").click()
    second.shape("decide_appeal").locator("text", has_text="Hers").wait_for()
    second.page.get_by_role("button", name="Back to mine").click()
    second.shape("decide_appeal").locator("text", has_text="His").wait_for()
    with second.page.expect_download() as kept:
        second.page.get_by_role("button", name="Download mine").click()
    assert b'name="His"' in Path(kept.value.path()).read_bytes()
    assert b'name="Hers"' in saved(house, draft_id, APPEAL)
    second.page.get_by_role("button", name="Keep mine and save over it").click()
    second.wait_until("^Saved at")
    assert second.notices == ""
    assert b'name="His"' in saved(house, draft_id, APPEAL)


def test_who_saves_second_can_go_on_with_what_is_there(house: House, seats: Seats) -> None:
    draft_id = start_draft(house)
    seat = seats()
    first = Editor(seat("olive").screen, draft_id, APPEAL)
    second = Editor(seat("oscar").screen, draft_id, APPEAL)
    _rename(first, "Hers")
    first.save()
    _rename(second, "His")
    second.wait_until("^Not saved: somebody else saved first")
    second.page.get_by_role("button", name="Show theirs").click()
    second.page.get_by_role("button", name="Go on with theirs").click()
    second.wait_until("^Nothing to save")
    second.select("allocate_director")
    second.field("name").fill("Choose a director")
    second.save()
    kept = saved(house, draft_id, APPEAL)
    assert b'name="Hers"' in kept
    assert b'name="Choose a director"' in kept


def test_a_dropped_connection_is_said_and_saving_goes_on_by_itself(
    house: House, seats: Seats
) -> None:
    draft_id = start_draft(house)
    editor = Editor(seats()("olive").screen, draft_id, APPEAL)
    editor.drop_connection()
    _rename(editor, "Typed without a connection")
    editor.wait_until(r"^Not saved: the connection is lost\. Trying again in \d+ seconds")
    assert b"Typed without" not in saved(house, draft_id, APPEAL)
    editor.restore_connection()
    editor.wait_until("^Saved at")
    assert b'name="Typed without a connection"' in saved(house, draft_id, APPEAL)


def test_what_never_reached_the_draft_is_offered_again(house: House, seats: Seats) -> None:
    draft_id = start_draft(house)
    screen = seats()("olive").screen
    editor = Editor(screen, draft_id, APPEAL)
    editor.drop_connection()
    _rename(editor, "Typed before the crash")
    editor.wait_until("^Not saved: the connection is lost")
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    editor.page.on("dialog", answer)
    editor.page.route("**/save/**", lambda route: route.abort())
    editor.restore_connection()
    editor.page.reload()
    assert asked == ["beforeunload"]
    editor.page.unroute("**/save/**")
    editor.page.get_by_role("button", name="Take it up again").click()
    editor.wait_until("^Saved at")
    assert b'name="Typed before the crash"' in saved(house, draft_id, APPEAL)
    assert editor.notices == ""


def test_a_session_that_is_over_is_said_and_nothing_is_lost(house: House, seats: Seats) -> None:
    draft_id = start_draft(house)
    editor = Editor(seats()("olive").screen, draft_id, APPEAL)
    cookies = editor.page.context.cookies()
    editor.page.context.clear_cookies()
    _rename(editor, "Typed when signed out")
    editor.wait_until("^Not saved: ")
    assert "igned" in editor.status or "open too long" in editor.status
    assert editor.field("name").input_value() == "Typed when signed out"
    editor.page.context.add_cookies(
        [
            {"name": one["name"], "value": one["value"], "domain": one["domain"], "path": "/"}
            for one in cookies
        ]
    )
    editor.page.get_by_role("button", name="Save now").click()
    editor.wait_until("^Saved at")
    assert b'name="Typed when signed out"' in saved(house, draft_id, APPEAL)


def test_a_draft_that_waits_for_approval_is_only_shown(house: House, seats: Seats) -> None:
    draft_id = start_draft(house)
    olive = engine.person(house.database, "olive")
    shown = Path(APPEAL).read_bytes().replace(b'name="Decide the appeal"', b'name="Decide it"')
    engine.save_file(house.database, draft_id, APPEAL, shown, version=0, person=olive)
    engine.submit_draft(
        house.database, draft_id, "A shorter name.", olive, exemption="A small change."
    )
    editor = Editor(seats()("olive").screen, draft_id, APPEAL)
    assert editor.status.startswith("Not saved: this draft is not open for changes")
    _rename(editor, "Too late")
    editor.page.keyboard.press("Control+s")
    assert saved(house, draft_id, APPEAL) == shown
