"""A step is drawn into the appeal, checked, approved by two people, run, and taken out again."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Locator

import engine
from engine.scenario import Scenario
from tests.browser.conftest import Seats
from tests.browser.desk import Desk
from tests.browser.editor import READY, Editor
from tests.browser.furniture import appeal, taken_over
from tests.browser.house import House

pytestmark = pytest.mark.browser

APPEAL = "bpmn/appeal.bpmn"
#: The form of the step that is drawn; nothing records it, so the answers stay with the task.
FORM = """form: look_at_the_pack
title: Look at the appeal pack
source: R-077
pages:
  - page: pack
    title: The pack
    questions:
      - id: pack_is_complete
        type: yes_no
        label: Is everything in the pack that the decision rested on?
        messages:
          required: Say whether the pack is complete
"""
STEP = "look_at_appeal_pack"


def test_a_step_is_drawn_checked_approved_run_and_taken_out_again(
    house: House, seats: Seats
) -> None:
    house.begin_in_autumn()
    seat = seats()
    olive, oscar = seat("olive"), seat("oscar")
    before = appealed(house, "Robin Ash")

    olive.screen.open("/drafts")
    olive.screen.page.fill("#title", "Look at the pack first")
    olive.screen.press("Start a draft")
    upload_form(olive)
    editor = draw_a_step(olive)
    assert 'Expected a path to "Look at the appeal pack"' in editor.findings
    assert refused_to_hand_in(olive)
    put_into_the_flow(editor)
    publish(olive, oscar, "The pack is looked at before the appeal is decided.")

    allocated(before).expect_open(["decide_appeal"])
    before.expect_not_open([STEP])
    after = allocated(appealed(house, "Alex Birch"))
    after.expect_open([STEP])
    after.expect_not_open(["decide_appeal"])
    assert seat("dorothy").has_task("Look at the appeal pack", "team")
    seat("dorothy").work("Look at the appeal pack", {"pack_is_complete": "yes"})
    after.expect_open(["decide_appeal"])

    restore_the_first(olive)
    publish(olive, oscar, "The pack is looked at elsewhere.", started=False)
    assert engine.release_files(house.database, 3) == engine.release_files(house.database, 1)
    again = allocated(appealed(house, "Sam Cedar"))
    again.expect_open(["decide_appeal"])
    again.expect_not_open([STEP])


def appealed(house: House, customer: str) -> Scenario:
    """Take over an arrangement and log an appeal against it; gives its story so far."""
    story = Scenario(house.database)
    story.receive("arrangement_taken_over", by="dorothy", answers=taken_over(house.today, customer))
    story.receive("appeal_received", by="amina", answers=appeal(house.today))
    sent = {"channel": "letter", "sent_on": house.today, "proof": "Certificate of posting 1"}
    story.complete("issue_letter", by="dorothy", answers=sent)
    story.expect_open(["allocate_director"])
    return story


def allocated(story: Scenario) -> Scenario:
    """Let a director be chosen for the appeal."""
    story.complete("allocate_director", by="dorothy", answers={"director": "ann"})
    return story


def upload_form(desk: Desk) -> None:
    """Bring the form of the new step into the draft that is open."""
    page = desk.screen.page
    desk.screen.follow("Upload and copy")
    given = FilePayload(name="look_at_the_pack.yaml", mimeType="text/yaml", buffer=FORM.encode())
    page.set_input_files("#files", files=given)
    desk.screen.press("Upload")
    assert "1 file taken in" in desk.screen.said
    desk.screen.follow("The draft")


def draw_a_step(desk: Desk) -> Editor:
    """Draw a user task with its form and lane into the appeal, and connect it to nothing."""
    draft_id = int(desk.screen.path.split("/")[2])
    editor = Editor(desk.screen, draft_id, APPEAL)
    page = editor.page
    page.locator(".djs-palette [data-action='create.task']").click()
    editor.stand_still()
    beside = centre(editor.shape("allocate_director"))
    page.mouse.move(beside[0] + 60, beside[1] + 3, steps=4)
    page.mouse.click(beside[0] + 80, beside[1])
    page.locator(".editor-panel__heading", has_text="Task without a kind").wait_for()
    editor.save()
    editor.choose_kind("user-task")
    editor.field("name").fill("Look at the appeal pack")
    editor.field("lane").select_option(label="Data Management Officer")
    editor.field("form").select_option("look_at_the_pack")
    editor.field("due").fill("working_days(case.appeal_received_on, policy('appeal.sla'))")
    editor.field("documentation").fill("Nothing that was decided upon may be missing (R-077).")
    editor.save()
    return editor


def put_into_the_flow(editor: Editor) -> None:
    """Drag the step onto the flow before the question, which leads through it then."""
    mouse = editor.page.mouse
    editor.stand_still()
    _, down = centre(editor.shape("flow_allocate_director_to_was_it_in_time"))
    gateway = centre(editor.shape("was_it_in_time"))
    mouse.move(*centre(editor.shape(STEP)))
    mouse.down()
    mouse.move(gateway[0] - 20, down + 20, steps=6)
    mouse.move(gateway[0], down + 14, steps=6)
    mouse.up()
    editor.save()
    assert "Nothing to mend" in editor.findings, editor.findings


def refused_to_hand_in(desk: Desk) -> bool:
    """Try to hand in the draft that is open; tells whether the page said what to mend first."""
    desk.screen.open(f"/drafts/{desk.screen.path.split('/')[2]}/hand-in")
    said = desk.screen.said
    desk.screen.page.go_back()
    desk.screen.page.locator(READY).wait_for()
    return "mend" in said.lower()


def publish(writer: Desk, second: Desk, note: str, *, started: bool = True) -> None:
    """Hand in the draft that is open and have a second person publish it."""
    draft = f"/drafts/{writer.screen.path.split('/')[2]}"
    writer.screen.open(f"{draft}/hand-in")
    writer.screen.page.fill("#note", note)
    writer.screen.page.fill("#exemption", "Small changes to see how it works.")
    writer.screen.press("Hand it in")
    second.screen.open("/drafts")
    second.screen.open(f"{draft}/approval")
    assert note in second.screen.said
    assert not started or "Look at the appeal pack" in second.screen.said
    second.screen.press("Approve and publish")
    assert "New cases run on it" in second.screen.banner


def restore_the_first(desk: Desk) -> None:
    """Start a draft with the files of version 1."""
    desk.screen.open("/versions")
    desk.screen.follow("Restore version 1")
    desk.screen.press("Start a draft with its files")


def centre(shape: Locator) -> tuple[float, float]:
    """Give the middle of something drawn, in the window."""
    box = shape.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
