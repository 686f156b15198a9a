"""The pages of drafts in a browser, with scripts and without: each state looked at, none breaks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

import engine
from tests.browser.audit import Audit
from tests.browser.conftest import Seats
from tests.browser.editor import saved, start_draft
from tests.browser.house import House
from tests.browser.screen import NARROW, WIDE, Screen

pytestmark = pytest.mark.browser

LETTER = "forms/letters/review.md"
FORM = "forms/definitions/decide_appeal.yaml"
DIAGRAM = "bpmn/appeal.bpmn"
TABLE = "bpmn/decisions/policy.dmn"
#: Longer than the pause after which a text is checked and saved, in milliseconds.
_PATIENCE = 30_000


@pytest.fixture
def audit() -> Iterator[Audit]:
    """Look at each kind of page in each state; nothing may be found."""
    audit = Audit()
    yield audit
    assert audit.found == []


def _drawn() -> bytes:
    """Give a diagram that differs from the published one."""
    return Path(DIAGRAM).read_bytes().replace(b'name="Decide the appeal"', b'name="Decide it"')


def _figure() -> bytes:
    """Give a table with another figure than the published one."""
    figure = b'_informal_contact_target_value">\n          <text>"'
    return Path(TABLE).read_bytes().replace(figure + b"5", figure + b"6", 1)


def _broken() -> dict[str, bytes]:
    """Give a letter, a form and a diagram with something to mend in each."""
    return {
        LETTER: Path(LETTER).read_bytes() + b"\n((no_such_thing))\n",
        FORM: Path(FORM).read_bytes().replace(b"type: radios", b"type: radioz", 1),
        DIAGRAM: Path(DIAGRAM).read_bytes().replace(b'value="decide_appeal"', b'value="nothing"'),
    }


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_change_goes_from_start_to_published(
    house: House, seats: Seats, audit: Audit, scripts: bool
) -> None:
    # axe needs scripts itself; without them the rules of every page are held at both widths.
    seat = seats(scripts=scripts, audit=audit if scripts else _both_widths)
    olive, oscar = seat("olive").screen, seat("oscar").screen
    olive.open("/drafts")
    olive.press("Start a draft", status=422)
    olive.page.get_by_label("What is it about?").fill("Clearer letters")
    olive.press("Start a draft")
    olive.open("/drafts/2/changes")
    olive.open("/drafts/2/hand-in")
    _put(house, {DIAGRAM: _drawn(), TABLE: _figure()})
    _write(olive, LETTER, Path(LETTER).read_text() + "\nRing us.\n", scripts=scripts)
    olive.open("/drafts/2")
    olive.open("/drafts/2/changes")
    olive.open(f"/drafts/2/changes/{DIAGRAM}")
    olive.follow("Hand in")
    olive.press("Hand it in", status=422)
    olive.page.get_by_label("What changed, and why?").fill("Say how to ring us.")
    olive.page.fill("#exemption", "Words alone.")
    olive.press("Hand it in")
    olive.open("/drafts/2/approval")
    olive.open(f"/drafts/2/files/{LETTER}")
    oscar.open("/drafts")
    oscar.follow("Clearer letters")
    oscar.page.get_by_text("Send it back instead").click()
    oscar.press("Send it back", status=422)
    oscar.press("Approve and publish")
    assert "Version 2 is published." in oscar.banner
    oscar.follow("version 2")
    oscar.press("Compare")
    oscar.open("/versions/1/restore")
    oscar.open("/drafts")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_what_is_wrong_is_shown_on_every_page_and_leads_to_its_place(
    house: House, seats: Seats, audit: Audit, scripts: bool
) -> None:
    start_draft(house, _broken())
    olive = seats(scripts=scripts, audit=audit if scripts else _both_widths)("olive").screen
    olive.open("/drafts/2")
    assert "to mend" in olive.said
    olive.open("/drafts/2/hand-in")
    assert "to mend first" in olive.said
    olive.open(f"/drafts/2/files/{FORM}")
    link = olive.page.locator("#findings a").first
    assert "radioz" in link.inner_text()
    if scripts:
        link.click()
        box = olive.page.locator("#content")
        expect(box).to_be_focused()
        assert box.evaluate("one => one.value.slice(one.selectionStart, one.selectionEnd)")
    else:
        olive.do(link.click)
        assert olive.page.locator(".numbered__line--here").is_visible()
    olive.open(f"/drafts/2/files/{DIAGRAM}?as=text")
    olive.open(f"/drafts/2/undo/{FORM}")
    olive.open(f"/drafts/2/remove/{FORM}")
    olive.press("Take it out")
    olive.open(f"/drafts/2/files/{FORM}")
    olive.open("/drafts/2/discard")


def test_uploads_that_are_refused_and_those_that_are_taken(
    house: House, seats: Seats, audit: Audit, tmp_path: Path
) -> None:
    start_draft(house)
    olive = seats(audit=audit)("olive").screen
    olive.open("/drafts/2/upload")
    olive.press("Upload", status=422)
    wrong, right = tmp_path / "notes.txt", tmp_path / "review.md"
    wrong.write_text("Hello")
    right.write_bytes(_broken()[LETTER])
    olive.page.locator("#files").set_input_files([wrong, right])
    olive.press("Upload", status=422)
    assert len(olive.errors) == 1
    olive.page.locator("#files").set_input_files([right])
    olive.press("Upload")
    assert "1 file taken in:" in olive.said
    olive.press("Add the copy", status=422)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_who_saves_second_keeps_the_text(house: House, seats: Seats, scripts: bool) -> None:
    draft_id = start_draft(house)
    seat = seats(scripts=scripts)
    olive, oscar = seat("olive").screen, seat("oscar").screen
    olive.open(f"/drafts/2/files/{LETTER}")
    text = Path(LETTER).read_text()
    _write(oscar, LETTER, text + "\nBy Oscar.\n", scripts=scripts)
    olive.page.locator("#content").fill(text + "\nBy Olive.\n")
    if scripts:
        # The script asks first, and is told; then the form is sent as it is without one.
        olive.page.get_by_role("button", name="Save").click()
        olive.page.get_by_role("button", name="Save mine over it").wait_for()
    else:
        olive.press("Save", status=409)
    assert olive.page.locator("#content").input_value().endswith("By Olive.\n")
    assert olive.page.locator("#theirs").input_value().endswith("By Oscar.\n")
    olive.page.get_by_role("button", name="Save mine over it").click()
    olive.page.get_by_role("button", name="Save", exact=True).wait_for()
    assert saved(house, draft_id, LETTER).decode() == text + "\nBy Olive.\n"


def test_the_two_texts_are_looked_at(house: House, seats: Seats, audit: Audit) -> None:
    start_draft(house)
    olive = seats(audit=audit)("olive").screen
    olive.open(f"/drafts/2/files/{LETTER}")
    _put(house, {LETTER: Path(LETTER).read_bytes() + b"\nFrom elsewhere.\n"})
    send = "document.querySelector('[data-text-editor]').submit()"
    olive.do(lambda: olive.page.evaluate(send), status=409)
    assert olive.errors


def test_a_text_is_kept_and_checked_as_it_is_typed(house: House, seats: Seats) -> None:
    draft_id = start_draft(house)
    olive = seats()("olive").screen
    olive.open(f"/drafts/2/files/{LETTER}")
    text = Path(LETTER).read_text().replace("title: ", "title: Quite another ", 1)
    olive.page.locator("#content").fill(text + "\n((no_such_thing))\n")
    findings = olive.page.locator("#findings")
    expect(findings).to_contain_text("no_such_thing", timeout=_PATIENCE)
    expect(olive.page.locator("[data-said]")).to_contain_text("Saved at", timeout=_PATIENCE)
    assert saved(house, draft_id, LETTER).decode() == text + "\n((no_such_thing))\n"
    olive.page.locator("#content").fill(text)
    expect(findings).to_contain_text("Nothing to mend", timeout=_PATIENCE)
    preview = olive.page.locator("[data-preview-here]")
    expect(preview).to_contain_text("Quite another", timeout=_PATIENCE)
    olive.hold()


def test_a_dropped_connection_keeps_the_text_and_says_so(house: House, seats: Seats) -> None:
    draft_id = start_draft(house)
    olive = seats()("olive").screen
    olive.open(f"/drafts/2/files/{LETTER}")
    text = Path(LETTER).read_text() + "\nRing us.\n"
    olive.page.context.set_offline(True)
    olive.page.locator("#content").fill(text)
    olive.page.get_by_role("button", name="Save").click()
    said = olive.page.locator("[data-said]")
    expect(said).to_contain_text("The server could not be reached, so nothing was saved.")
    assert olive.page.locator("#content").input_value() == text
    olive.page.context.set_offline(False)
    olive.page.get_by_role("button", name="Save").click()
    expect(said).to_contain_text("Saved at", timeout=_PATIENCE)
    assert saved(house, draft_id, LETTER).decode() == text


def test_who_was_signed_out_is_told_beside_the_text(house: House, seats: Seats) -> None:
    start_draft(house)
    olive = seats()("olive").screen
    olive.open(f"/drafts/2/files/{LETTER}")
    olive.page.context.clear_cookies()
    olive.page.locator("#content").fill("Everything anew.")
    olive.page.get_by_role("button", name="Save").click()
    said = olive.page.locator("[data-said]")
    expect(said).to_contain_text("You are not signed in any more.", timeout=_PATIENCE)
    assert olive.page.locator("#content").input_value() == "Everything anew."


def _both_widths(screen: Screen) -> None:
    for size in (NARROW, WIDE):
        screen.page.set_viewport_size(size)
        screen.hold()


def _put(house: House, files: dict[str, bytes]) -> None:
    """Save files in the draft as Olive, beside the pages."""
    olive = engine.person(house.database, "olive")
    for path, content in files.items():
        engine.save_file(house.database, 2, path, content, version=0, person=olive)


def _write(screen: Screen, path: str, content: str, *, scripts: bool) -> None:
    """Open a file as text, put a text in its place, save it and wait until it is kept."""
    screen.open(f"/drafts/2/files/{path}?as=text")
    screen.page.locator("#content").fill(content)
    if scripts:
        screen.page.get_by_role("button", name="Save").click()
        said = screen.page.locator("[data-said]")
        expect(said).to_contain_text("Saved at", timeout=_PATIENCE)
    else:
        screen.press("Save")
