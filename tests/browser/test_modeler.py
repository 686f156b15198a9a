"""A diagram in its editor: nothing is lost, what goes wrong is said, undo gives it back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browser.conftest import Seats
from tests.browser.editor import Editor, saved, start_draft
from tests.browser.house import House
from tests.browser.screen import NARROW, WIDE

pytestmark = pytest.mark.browser

APPEAL = "bpmn/appeal.bpmn"
FLAGS = "bpmn/flags.bpmn"
DIAGRAMS = sorted(str(path) for path in Path("bpmn").glob("*.bpmn"))

_STRANGE = (
    ' xmlns:acme="urn:acme" xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="definitions_'
)
_STRANGERS = (
    '<acme:note by="somebody"><acme:line>kept</acme:line></acme:note>'
    '<camunda:formData><camunda:formField id="amount" /></camunda:formData>'
    '<spiffworkflow:retry times="3" />'
)
_LOOK_OF_A_BADGE = """node => {
    const style = getComputedStyle(node), box = node.getBoundingClientRect();
    const middle = [box.x + box.width / 2, box.y + box.height / 2];
    return {width: box.width, height: box.height, background: style.backgroundColor,
            color: style.color, text: getComputedStyle(node.firstChild, '::after').content,
            top: node.contains(document.elementFromPoint(...middle))};
}"""
_CORNERS = """mark => {
    mark.scrollIntoView({block: 'center'});
    const box = mark.getBoundingClientRect();
    const corners = [[0.1, 0.1], [0.9, 0.1], [0.5, 0.5], [0.1, 0.9], [0.9, 0.9]];
    return corners.filter(([right, down]) => !mark.contains(document.elementFromPoint(
        box.x + box.width * right, box.y + box.height * down))).length;
}"""


@pytest.mark.parametrize("path", DIAGRAMS)
def test_a_diagram_opened_and_saved_unchanged_is_the_same(
    path: str, house: House, seats: Seats
) -> None:
    editor = Editor(seats()("olive").screen, start_draft(house), path)
    assert editor.opened.encode() == Path(path).read_bytes()
    assert editor.notices == ""
    assert editor.status == "Nothing to save."


def test_what_other_programs_left_in_a_diagram_is_kept(house: House, seats: Seats) -> None:
    changed = Path(FLAGS).read_text().replace(' id="definitions_', _STRANGE, 1)
    changed = changed.replace(
        "<spiffworkflow:properties>", f"{_STRANGERS}<spiffworkflow:properties>", 1
    ).replace("<bpmn:userTask ", '<bpmn:userTask acme:colour="red" ', 1)
    draft_id = start_draft(house, {FLAGS: changed.encode()})
    editor = Editor(seats()("olive").screen, draft_id, FLAGS)
    assert editor.notices == ""
    editor.select("confirm_flag")
    editor.field("documentation").fill("Somebody looks (R-065).")
    editor.save()
    kept = saved(house, draft_id, FLAGS).decode()
    for part in ("acme:note", "<acme:line>kept", 'formField id="amount"', 'retry times="3"'):
        assert part in kept, part
    for part in ('acme:colour="red"', "<bpmn:loopDataInputRef>flag_systems<", "inputDataItem"):
        assert part in kept, part


def test_what_would_be_lost_is_named_and_saving_waits(house: House, seats: Seats) -> None:
    broken = (
        Path(APPEAL)
        .read_bytes()
        .replace(b'messageRef="appeal_withdrawn"', b'messageRef="message_of_nobody"')
    )
    draft_id = start_draft(house, {APPEAL: broken})
    editor = Editor(seats()("olive").screen, draft_id, APPEAL)
    assert "Saving waits" in editor.notices
    assert "message_of_nobody" in editor.notices
    assert editor.page.get_by_role("link", name="Change the file as text").is_visible()
    editor.select("decide_appeal")
    editor.field("name").fill("Decide it")
    editor.page.keyboard.press("Control+s")
    editor.wait_until("^Not saved: the editor cannot keep all of the file")
    assert saved(house, draft_id, APPEAL) == broken


def test_the_change_menu_has_entries_of_what_the_engine_runs(house: House, seats: Seats) -> None:
    editor = Editor(seats()("olive").screen, start_draft(house), APPEAL)
    editor.select("decide_appeal")
    entries = editor.open_change_menu()
    assert "Service task" in entries
    assert "Call activity" in entries
    assert not {"Script task", "Transaction", "Manual task"} & set(entries)


def test_a_finding_has_a_badge_in_sight_and_leads_to_its_field(house: House, seats: Seats) -> None:
    editor = Editor(seats()("olive").screen, start_draft(house), APPEAL)
    editor.select("decide_appeal")
    editor.field("form").select_option("")
    editor.save()
    badge = editor.page.locator(".editor-badge--error")
    badge.wait_for()
    look = badge.evaluate(_LOOK_OF_A_BADGE)
    assert look["width"] >= 24
    assert look["height"] >= 24
    assert _contrast(look["background"], look["color"]) >= 4.5
    assert _contrast(look["background"], "rgb(255, 255, 255)") >= 3
    assert look["text"] == '"!"'
    assert look["top"]
    editor.page.locator(".editor__canvas svg").first.click(position={"x": 400, "y": 500})
    editor.page.locator(".editor-findings__choose", has_text="Decide the appeal").click()
    assert editor.field("form").evaluate("field => field === document.activeElement")


def test_the_last_edit_is_saved_without_leaving_the_field(house: House, seats: Seats) -> None:
    draft_id = start_draft(house)
    editor = Editor(seats()("olive").screen, draft_id, APPEAL)
    editor.select("decide_appeal")
    editor.field("name").fill("")
    editor.page.keyboard.type("Decide it at last")
    editor.save()
    assert b'name="Decide it at last"' in saved(house, draft_id, APPEAL)
    editor.field("documentation").press("End")
    editor.page.keyboard.type(" Typed, and nothing pressed.")
    editor.page.locator(".editor__panel").wait_for()
    editor.wait_until("^Not saved yet|^Saving")
    editor.wait_until("^Saved at")
    assert b"Typed, and nothing pressed." in saved(house, draft_id, APPEAL)


def test_a_name_being_typed_on_the_drawing_is_saved_too(house: House, seats: Seats) -> None:
    draft_id = start_draft(house)
    editor = Editor(seats()("olive").screen, draft_id, APPEAL)
    editor.shape("decide_appeal").locator(".djs-hit").first.dblclick()
    editor.page.locator(".djs-direct-editing-content").wait_for()
    editor.page.keyboard.press("Control+a")
    editor.page.keyboard.type("Typed on the drawing")
    editor.save()
    assert b'name="Typed on the drawing"' in saved(house, draft_id, APPEAL)


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1280", "320"])
def test_the_mark_of_the_makers_is_uncovered(
    house: House, seats: Seats, size: dict[str, int]
) -> None:
    screen = seats()("olive").screen
    screen.page.set_viewport_size({"width": size["width"], "height": size["height"]})
    editor = Editor(screen, start_draft(house), APPEAL)
    marks = editor.page.locator(".bjs-powered-by").all()
    assert [mark.evaluate(_CORNERS) for mark in marks] == [0]


def test_only_the_pages_that_draw_may_place_with_style_attributes(
    house: House, seats: Seats
) -> None:
    draft_id = start_draft(house)
    desk = seats()("olive")
    editor = Editor(desk.screen, draft_id, APPEAL)
    editor.append_task("decide_appeal", "Read the advice")
    editor.choose_kind("user-task")
    editor.page.keyboard.press("Control+a")
    desk.screen.hold()
    paths = (f"files/{APPEAL}", "files/bpmn/decisions/policy.dmn", f"files/{APPEAL}?as=text", "")
    answers = [desk.screen.page.request.get(f"/drafts/{draft_id}/{path}") for path in paths]
    policies = [one.headers["content-security-policy"] for one in answers[:3]]
    policies.append(desk.screen.page.request.get("/processes").headers["content-security-policy"])
    assert [policy.endswith("style-src-attr 'unsafe-inline'") for policy in policies] == [
        *(True, True, False, False)
    ]
    assert all("script-src 'self' 'sha256-" in policy for policy in policies)
    assert not any("unsafe-eval" in policy for policy in policies)


def test_a_new_step_gets_an_id_that_can_be_read_and_stands_in_its_lane(
    house: House, seats: Seats
) -> None:
    draft_id = start_draft(house)
    editor = Editor(seats()("olive").screen, draft_id, APPEAL)
    editor.append_task("decide_appeal", "Read the advice")
    editor.choose_kind("user-task")
    editor.field("lane").select_option(label="Data Management Officer")
    editor.field("form").select_option("allocate_director")
    editor.save()
    written = saved(house, draft_id, APPEAL).decode()
    lane = re.search(r'id="lane_data_management_officer".*?</bpmn:lane>', written, re.DOTALL)
    assert lane
    assert "<bpmn:flowNodeRef>read_advice</bpmn:flowNodeRef>" in lane[0]
    assert '<bpmn:userTask id="read_advice" name="Read the advice">' in written
    assert 'id="flow_decide_appeal_to_read_advice"' in written
    assert 'name="form" value="allocate_director"' in written
    for step in ("decide_appeal", "allocate_director", "was_it_in_time"):
        assert f"<bpmn:flowNodeRef>{step}</bpmn:flowNodeRef>" in written, step
    assert "Read the advice" in editor.findings


def test_undo_gives_everything_back(house: House, seats: Seats) -> None:
    draft_id = start_draft(house)
    editor = Editor(seats()("olive").screen, draft_id, APPEAL)
    for step, field, text in (
        ("decide_appeal", "documentation", "Another text (R-076)."),
        ("decide_appeal", "due", ""),
        ("remind_director", "parameter-about", "'something_else'"),
        ("time_to_answer_passed", "timer", "on(case.appeal_due)"),
        ("decision_was_changed", "payload", ""),
    ):
        editor.select(step)
        editor.field(field).fill(text)
        editor.field(field).blur()
    editor.save()
    assert saved(house, draft_id, APPEAL) != Path(APPEAL).read_bytes()
    editor.undo_all()
    editor.save()
    assert saved(house, draft_id, APPEAL) == Path(APPEAL).read_bytes()


def test_a_message_is_chosen_or_declared_by_its_name(house: House, seats: Seats) -> None:
    draft_id = start_draft(house)
    editor = Editor(seats()("olive").screen, draft_id, APPEAL)
    editor.select("appeal_was_withdrawn")
    editor.field("message").select_option("+")
    editor.page.get_by_label("Name of the new message").fill("Appeal is taken back")
    editor.page.get_by_role("button", name="Add", exact=True).click()
    editor.save()
    written = saved(house, draft_id, APPEAL).decode()
    assert '<bpmn:message id="appeal_is_taken_back" name="appeal_is_taken_back" />' in written
    assert 'messageRef="appeal_is_taken_back"' in written


def test_what_a_person_takes_away_is_asked_about_once(house: House, seats: Seats) -> None:
    strange = Path(FLAGS).read_text().replace(' id="definitions_', _STRANGE, 1)
    strange = strange.replace(
        "</bpmn:documentation>\n        <bpmn:extensionElements>",
        '</bpmn:documentation>\n        <bpmn:extensionElements><acme:note by="somebody" />',
        1,
    )
    draft_id = start_draft(house, {FLAGS: strange.encode()})
    editor = Editor(seats()("olive").screen, draft_id, FLAGS)
    editor.select("confirm_flag")
    editor.field("collection").fill("")
    editor.wait_until("^Not saved: something the file has would go")
    assert "Confirm" in editor.notices or "confirm_flag" in editor.notices
    editor.page.get_by_role("button", name="Undo", exact=True).click()
    editor.wait_until("^Saved at|^Nothing to save")
    assert editor.notices == ""
    editor.field("collection").fill("")
    editor.page.get_by_role("button", name="Save without it").click()
    editor.wait_until("^Saved at")
    assert b"loopDataInputRef" not in saved(house, draft_id, FLAGS)


def test_a_lane_is_added_and_held_by_somebody(house: House, seats: Seats) -> None:
    draft_id = start_draft(house)
    editor = Editor(seats()("olive").screen, draft_id, APPEAL)
    editor.shape("lane_the_system").locator(".djs-hit-all").first.click()
    editor.pad("lane-insert-below").click()
    editor.page.locator("[data-element-id^=Lane_] .djs-hit-all").first.click()
    editor.field("name").fill("Legal team")
    editor.field("held_by").select_option("legal")
    editor.save()
    written = saved(house, draft_id, APPEAL).decode()
    lane = re.search(r'<bpmn:lane id="legal_team" name="Legal team">.*?</bpmn:lane>', written, re.S)
    assert lane
    assert 'name="held_by" value="legal"' in lane[0]
    before = re.findall("<bpmn:flowNodeRef>(.*?)<", Path(APPEAL).read_text())
    assert sorted(re.findall("<bpmn:flowNodeRef>(.*?)<", written)) == sorted(before)


def test_a_copy_of_a_step_says_what_its_original_says(house: House, seats: Seats) -> None:
    draft_id = start_draft(house)
    editor = Editor(seats()("olive").screen, draft_id, APPEAL)
    editor.select("remind_director")
    editor.page.keyboard.press("Control+c")
    editor.page.keyboard.press("Control+v")
    editor.page.mouse.move(500, 640)
    editor.page.mouse.move(560, 700, steps=5)
    editor.page.locator(".djs-drag-group, .djs-dragger").first.wait_for(state="attached")
    editor.page.mouse.down()
    editor.page.mouse.up()
    editor.save()
    assert saved(house, draft_id, APPEAL).count(b'serviceTaskOperator id="notices.tell"') == 3


def test_half_a_file_is_not_drawn_and_can_be_mended_as_text(house: House, seats: Seats) -> None:
    half = Path(APPEAL).read_bytes()[:20_000]
    draft_id = start_draft(house, {APPEAL: half})
    editor = Editor(seats()("olive").screen, draft_id, APPEAL)
    assert "This file cannot be drawn" in editor.notices
    assert editor.status.startswith("Not saved: the file cannot be drawn")
    editor.screen.follow("Change it as text")
    assert "<bpmn:definitions" in editor.page.locator("textarea").input_value()
    assert saved(house, draft_id, APPEAL) == half


def test_a_step_of_a_part_with_a_page_of_its_own_keeps_its_lane(house: House, seats: Seats) -> None:
    draft_id = start_draft(house)
    path = "bpmn/arrangement.bpmn"
    editor = Editor(seats()("olive").screen, draft_id, path, anchor="decide_request")
    editor.page.locator(
        ".editor-panel__heading", has_text="Decide what the request needs"
    ).wait_for()
    editor.stand_still()
    editor.page.keyboard.press("Shift+ArrowUp")
    editor.field("documentation").fill("Somebody decides (R-085).")
    editor.save()
    written = saved(house, draft_id, path).decode()
    lane = re.search(r'id="lane_data_management_officer".*?</bpmn:lane>', written, re.DOTALL)
    assert lane
    assert "<bpmn:flowNodeRef>decide_request</bpmn:flowNodeRef>" in lane[0]


def _contrast(one: str, other: str) -> float:
    lights = sorted(_light(colour) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _light(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
