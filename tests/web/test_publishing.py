"""From a draft to a published version by two people, without a script; and back to an old one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from flask import Flask

import engine
from tests.web.drafting import DIAGRAM, LETTER, TABLE, hand_in, start, text_of, write
from tests.web.visitor import Visitor

As = Callable[[str], Visitor]


def _changed(as_: As, more: str = "Ring us.\n") -> tuple[Visitor, Visitor]:
    """Start a draft in which Olive changed a letter; give both process owners."""
    olive, oscar = as_("olive"), as_("oscar")
    start(olive)
    write(olive, LETTER, text_of(olive, LETTER) + more)
    return olive, oscar


def test_two_people_take_a_change_from_start_to_published(app: Flask, as_: As) -> None:
    engine.start(app.extensions["database"], "spoc_case", by="amina")
    olive, oscar = _changed(as_)
    draft = olive.get("/drafts/2")
    assert "1 file changed, nothing to mend." in draft.text
    asked = draft.follow("Hand it in")
    assert "1 run on version 1" in asked.text
    assert "It can be approved by Oscar" in asked.text
    handed = asked.press("Hand it in", note="Say how to ring us.", exemption="Words alone.")
    assert "is handed in. It waits for a second person: Oscar" in handed.banner
    assert "Say how to ring us." in handed.text

    waiting = oscar.get("/drafts")
    assert waiting.tree.xpath("(//h2)[1]")[0].text_content() == "Waiting for your approval"
    approval = waiting.follow("Clearer letters")
    assert approval.path == "/drafts/2/approval"
    for said in ("Say how to ring us.", "Olive Sandberg", "1 run on version 1"):
        assert said in approval.text
    published = approval.press("Approve and publish")
    assert published.banner == (
        "Version 2 is published. New cases run on it; 1 running one stays on its version."
    )
    versions = published.follow("version 2")
    assert versions.path == "/versions"
    first = versions.one("(//tbody/tr)[1]").text_content()
    assert "Version 2" in first
    assert "Written by Olive Sandberg" in first
    assert "Approved by Oscar" in first


def test_nobody_approves_their_own_change(as_: As) -> None:
    olive, _ = _changed(as_)
    hand_in(olive)
    page = olive.get("/drafts/2/approval")
    assert "You cannot approve this draft, because you changed it or handed it in." in page.text
    assert "Oscar" in page.text
    assert not page.has_button("Approve and publish")
    refused = olive.post("/drafts/2/approve", {"csrf_token": page.token})
    assert refused.status == 403
    assert "Expected a second person to publish this draft" in refused.text
    assert "Version 2" not in olive.get("/versions").text


def test_a_page_that_lay_open_approves_nothing_that_it_did_not_show(as_: As) -> None:
    olive, oscar = _changed(as_)
    page = hand_in(olive)
    lay_open = oscar.get("/drafts/2/approval")
    page.press("Take it back")
    write(olive, LETTER, text_of(olive, LETTER) + "Nobody saw this.\n")
    hand_in(olive)
    refused = lay_open.press("Approve and publish")
    assert refused.status == 409
    assert "Look at what it changes now, then decide." in refused.text
    unsaid = oscar.post("/drafts/2/approve", {"csrf_token": lay_open.token})
    assert unsaid.status == 409
    assert "Version 2" not in oscar.get("/versions").text


def test_who_changed_one_file_of_it_is_no_second_person_either(as_: As) -> None:
    olive, oscar = _changed(as_)
    write(oscar, "forms/letters/cease.md", text_of(oscar, "forms/letters/cease.md") + "More.\n")
    asked = olive.get("/drafts/2/hand-in")
    assert "Nobody could approve it:" in asked.text
    handed = asked.press("Hand it in", note="Both of us.", exemption="Words alone.")
    assert "Nobody can approve it yet" in handed.banner
    assert not oscar.get("/drafts/2/approval").has_button("Approve and publish")


def test_what_is_to_be_mended_comes_first_and_keeps_it_from_being_handed_in(as_: As) -> None:
    olive, _ = _changed(as_, more="((no_such_thing))\n")
    page = olive.get("/drafts/2/hand-in")
    assert page.tree.xpath("(//h2)[1]")[0].text_content() == "1 thing to mend first"
    assert page.tree.xpath("(//h2)[1]/following::h3[1]/span")[0].text == LETTER
    assert not page.has_button("Hand it in")
    refused = olive.post("/drafts/2/hand-in", {"csrf_token": page.token, "note": "Now."})
    assert refused.status == 422
    assert "to mend before this can be published" in olive.get("/drafts/2").text


def test_a_note_and_a_reason_are_asked_for(as_: As) -> None:
    olive, oscar = _changed(as_)
    page = olive.get("/drafts/2/hand-in")
    assert page.press("Hand it in", note=" ", exemption="Small.").errors[0][1] == "#note"
    assert page.press("Hand it in", note="x" * 2001, exemption="Small.").errors == [
        ("Use 2000 characters or fewer.", "#note")
    ]
    hand_in(olive)
    approval = oscar.get("/drafts/2/approval")
    refused = approval.press("Send it back", reason="")
    assert refused.status == 422
    assert refused.errors[0][1] == "#reason"
    back = approval.press("Send it back", reason="Say when, too.")
    assert "sent back with your reason" in back.banner
    assert "Say when, too." in olive.get("/drafts/2").text


def test_a_draft_is_taken_back_to_be_changed(as_: As) -> None:
    olive, oscar = _changed(as_)
    page = hand_in(olive)
    back = page.press("Take it back")
    assert "It can be changed again." in back.banner
    assert write(olive, LETTER, text_of(olive, LETTER) + "And write.\n").status == 200
    assert "does not wait for approval" in oscar.get("/drafts/2/approval").text


def test_a_draft_based_on_an_older_version_is_brought_up_to_date(as_: As) -> None:
    olive, oscar = _changed(as_)
    start(oscar, "Sooner")
    cease = "forms/letters/cease.md"
    write(oscar, cease, text_of(oscar, cease, 3) + "Soon.\n", 3)
    write(oscar, LETTER, text_of(oscar, LETTER, 3) + "By Oscar.\n", 3)
    hand_in(oscar, draft_id=3)
    olive.get("/drafts/3/approval").press("Approve and publish")

    draft = olive.get("/drafts/2")
    assert "A newer version was published since this draft began on version 1." in draft.text
    assert "Behind" in olive.get("/drafts").text
    assert not olive.get("/drafts/2/hand-in").has_button("Hand it in")
    told = draft.press("Bring it up to date")
    assert "up to date with version 2, but both had changed review.md" in told.banner
    assert text_of(olive, cease).endswith("Soon.\n")
    assert text_of(olive, LETTER).endswith("Ring us.\n")
    clash = olive.get("/drafts/2")
    assert "Version 2 changed it too" in clash.text
    olive.get(f"/drafts/2/files/{LETTER}").press("Save")
    assert olive.get("/drafts/2/hand-in").has_button("Hand it in")


def test_a_draft_that_waited_too_long_is_not_published(as_: As) -> None:
    olive, oscar = _changed(as_)
    hand_in(olive)
    start(oscar, "Sooner")
    write(oscar, LETTER, text_of(oscar, LETTER, 3) + "By Oscar.\n", 3)
    hand_in(oscar, draft_id=3)
    olive.get("/drafts/3/approval").press("Approve and publish")
    page = oscar.get("/drafts/2/approval")
    assert not page.has_button("Approve and publish")
    refused = oscar.post("/drafts/2/approve", {"csrf_token": page.token})
    assert refused.status == 409
    assert "Send it back to be brought up to date." in refused.text


def test_an_old_version_is_restored_as_a_draft_like_any_other(as_: As) -> None:
    olive, oscar = _changed(as_)
    before = text_of(olive, LETTER).removesuffix("Ring us.\n")
    hand_in(olive)
    oscar.get("/drafts/2/approval").press("Approve and publish")
    asked = olive.get("/versions").follow("Restore")
    assert asked.heading == "Go back to version 1?"
    draft = asked.press("Start a draft with its files")
    assert draft.heading == "Back to version 1"
    assert text_of(olive, LETTER, 3) == before
    hand_in(olive, "Back.", 3)
    done = oscar.get("/drafts/3/approval").press("Approve and publish")
    assert "Version 3 is published." in done.banner
    olive.get("/versions/9/restore", status=404)


def test_a_published_version_is_downloaded(as_: As) -> None:
    olive = as_("olive")
    answer = olive.client.get("/versions/1/release.zip")
    assert answer.headers["Content-Disposition"] == "attachment; filename=version-1.zip"
    assert answer.data.startswith(b"PK")
    assert olive.client.get(f"/versions/1/files/{LETTER}").data.startswith(b"---")
    assert olive.client.get("/versions/1/files/nothing").status_code == 404
    assert olive.client.get("/versions/7/release.zip").status_code == 404


def test_what_changed_is_shown_by_element_by_cell_and_by_line(as_: As) -> None:
    olive, _ = _changed(as_)
    drawn = text_of(olive, DIAGRAM).replace('name="Decide the appeal"', 'name="Decide it"')
    write(olive, DIAGRAM, drawn)
    figure = '_informal_contact_target_value">\n          <text>"5"'
    write(olive, TABLE, text_of(olive, TABLE).replace(figure, figure.replace("5", "6"), 1))
    page = olive.get("/drafts/2/changes")
    rows = [" ".join(row.text_content().split()) for row in page.tree.xpath("//tbody/tr")]
    assert "Decide itTask Changed Name: Decide the appeal Name: Decide it" in rows
    assert any("informal.contact_target" in row and row.endswith("Changed 5 6") for row in rows)
    assert any(row.endswith("added: Ring us.") for row in rows)
    drawing = page.one("//*[@data-changes]")
    assert drawing.get("data-diagram") == f"/drafts/2/raw/{DIAGRAM}"
    assert drawing.get("data-changes") == (
        '{"decide_appeal": {"what": "changed", "text": "Changed"}}'
    )
    one = page.visitor.get(f"/drafts/2/changes/{LETTER}")
    assert one.heading == "What changed in “The review of your arrangement”"
    assert not one.tree.xpath("//*[@data-changes]")
    assert one.follow("Show every file").path == "/drafts/2/changes"
    olive.get("/drafts/2/changes/bpmn/nothing.bpmn", status=404)


def test_what_was_only_moved_stands_folded_behind_what_changed(as_: As) -> None:
    """R-125: the second person finds the one step that is new among all that made room for it."""
    olive = as_("olive")
    start(olive)
    drawn = text_of(olive, DIAGRAM).replace('name="Decide the appeal"', 'name="Decide it"')
    place = re.compile(r'(bpmnElement="allocate_director"[^>]*>\s*<dc:Bounds x=")(\d+)')
    moved, times = place.subn(lambda found: f"{found[1]}{int(found[2]) + 5}", drawn)
    assert times == 1
    write(olive, DIAGRAM, moved)
    page = olive.get(f"/drafts/2/changes/{DIAGRAM}")
    folded = [row.text_content() for row in page.tree.xpath("//details//tbody/tr[td]")]
    assert any("Allocate a director" in row and "Moved" in row for row in folded)
    first = page.tree.xpath("(//tbody/tr)[1]/td[2]")[0]
    assert first.text_content() == "Changed"
    marks = json.loads(page.one("//*[@data-changes]").get("data-changes") or "")
    assert marks["allocate_director"] == {"what": "moved", "text": ""}
    assert marks["decide_appeal"]["text"] == "Changed"


def test_two_versions_are_compared(as_: As) -> None:
    olive, oscar = _changed(as_)
    hand_in(olive)
    oscar.get("/drafts/2/approval").press("Approve and publish")
    page = olive.get("/versions").press("Compare")
    assert page.path == "/versions/compare?from=1&to=2"
    assert page.heading == "From version 1 to version 2"
    assert "Ring us." in page.text
    same = olive.get("/versions/compare", query={"from": 2, "to": 2})
    assert "The two have the same files." in same.text
    olive.get("/versions/compare", status=404)
    olive.get("/versions/compare", query={"from": "x", "to": 2}, status=404)
    olive.get("/versions/compare", query={"from": 1, "to": 9}, status=404)
