"""Files to and from one's own machine: one, several, a whole zip; all of them or none."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

import pytest

from tests.web.drafting import DIAGRAM, LETTER, send, start, text_of, write
from tests.web.visitor import Page, Visitor

As = Callable[[str], Visitor]


def _upload(visitor: Visitor, files: Mapping[str, bytes], **more: str) -> Page:
    page = visitor.get("/drafts/2/upload")
    fields = {"csrf_token": page.token, **more}
    return visitor.upload("/drafts/2/upload", fields, list(files.items()))


def _zip(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def test_a_file_is_downloaded_as_it_was_saved(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    answer = olive.client.get(f"/drafts/2/raw/{LETTER}?download=1")
    assert answer.headers["Content-Disposition"] == "attachment; filename=review.md"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.data.startswith(b"---\nletter: review")
    assert "Content-Disposition" not in olive.client.get(f"/drafts/2/raw/{DIAGRAM}").headers


def test_a_whole_release_goes_out_as_a_zip_and_comes_back(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    changed = text_of(olive, LETTER) + "Ring us.\n"
    write(olive, LETTER, changed)
    answer = olive.client.get("/drafts/2/release.zip")
    assert answer.headers["Content-Disposition"] == "attachment; filename=draft-2.zip"
    again = _upload(olive, {"draft-2.zip": answer.data})
    assert "What you sent is what the draft has already." in again.text
    start(olive, "From the zip")
    page = olive.get("/drafts/3/upload")
    fields = {"csrf_token": page.token}
    taken = olive.upload("/drafts/3/upload", fields, [("mine.zip", answer.data)])
    assert "1 file taken in:" in taken.text
    assert text_of(olive, LETTER, 3) == changed


def test_files_are_known_by_their_names(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    letter = text_of(olive, LETTER).encode() + b"More.\n"
    taken = _upload(olive, {"review.md": letter, "new.bpmn": b"<definitions/>"})
    assert taken.status == 200
    assert "2 files taken in:" in taken.text
    assert text_of(olive, LETTER).endswith("More.\n")
    assert "Findings of the draft now" in taken.text
    assert "bpmn/new.bpmn" in [one.text for one in taken.tree.iterfind(".//h3/span")]
    assert taken.tree.xpath("//a[contains(@href, '/files/bpmn/new.bpmn')]")


def test_what_another_program_left_out_of_an_upload_is_named(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    drawn = text_of(olive, "bpmn/flags.bpmn")
    named = "<bpmn:loopDataInputRef>flag_systems</bpmn:loopDataInputRef>"
    assert named in drawn
    page = _upload(olive, {"flags.bpmn": drawn.replace(named, "").encode()})
    assert "What the uploaded files leave out" in page.text
    assert "(confirm_flag): loopDataInputRef “flag_systems” is left out." in page.text.replace(
        '"flag_systems"', "“flag_systems”"
    )
    back = _upload(olive, {"flags.bpmn": drawn.encode()})
    assert "What the uploaded files leave out" not in back.text


def test_two_uploads_of_one_name_are_refused(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    before = text_of(olive, LETTER)
    page = olive.get("/drafts/2/upload")
    files = [("a/review.md", b"1"), ("b/review.md", b"2")]
    refused = olive.upload("/drafts/2/upload", {"csrf_token": page.token}, files)
    assert refused.status == 422
    assert "two of this name were sent" in refused.text
    assert text_of(olive, LETTER) == before


def test_one_file_that_cannot_be_taken_in_keeps_all_out(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    before = text_of(olive, LETTER)
    hostile = b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    files = {"review.md": before.encode() + b"x", "appeal.bpmn": hostile, "notes.txt": b"Hello"}
    page = _upload(olive, files)
    assert page.status == 422
    said = " ".join(sentence for sentence, _ in page.errors)
    assert "DOCTYPE" in said
    assert "notes.txt" in said
    assert text_of(olive, LETTER) == before


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 half", "it cannot be read"),
        (b"", "it cannot be read"),
        (_zip({"../../etc/passwd": b"x"}), "leads out of it"),
        (_zip({"a.txt": b"0" * 3_000_000}), "at most 2 MB"),
        (_zip({"bpmn/appeal.exe": b"x"}), "Expected a diagram"),
    ],
    ids=["half", "empty", "traversal", "bomb", "no file of ours"],
)
def test_a_zip_that_is_none_or_leads_out_is_refused(as_: As, content: bytes, said: str) -> None:
    olive = as_("olive")
    start(olive)
    page = _upload(olive, {"release.zip": content})
    assert page.status == 422
    assert said in page.errors[0][0]
    assert "Nothing is changed yet." in olive.get("/drafts/2").text


def test_an_upload_without_a_file_or_beyond_all_measure_is_refused(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    nothing = olive.get("/drafts/2/upload").press("Upload")
    assert nothing.status == 422
    assert nothing.errors[0][0].startswith("Choose a file of yours first")
    huge = _upload(olive, {"appeal.bpmn": b"x" * 9_000_000})
    assert huge.status == 413
    assert "Expected at most 8 MB, but 8.6 MB were sent. Nothing was kept." in huge.text


def test_a_diagram_of_five_megabytes_gets_its_sentence(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    page = _upload(olive, {"appeal.bpmn": b"<!--" + b"x" * 5_000_000 + b"-->"})
    assert page.status == 422
    assert "Expected at most 2 MB" in page.errors[0][0]


def test_what_somebody_else_saved_is_replaced_only_when_it_is_said(as_: As) -> None:
    olive, oscar = as_("olive"), as_("oscar")
    start(olive)
    text = text_of(olive, LETTER)
    write(oscar, LETTER, text + "By Oscar.\n")
    mine = {"review.md": (text + "By Olive.\n").encode()}
    asked = _upload(olive, mine)
    assert asked.status == 409
    assert "Oscar" in asked.errors[0][0]
    assert text_of(olive, LETTER).endswith("By Oscar.\n")
    assert asked.has("replacing")
    assert _upload(olive, mine, replacing=f"{LETTER}:7 nonsense").status == 409
    assert _upload(olive, mine, replacing=f"{LETTER}:1").status == 200
    assert text_of(olive, LETTER).endswith("By Olive.\n")


def test_a_file_is_added_as_a_copy(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    page = olive.get("/drafts/2/upload")
    source = "forms/definitions/decide_appeal.yaml"
    for name, said in (("Has Capitals", "Enter a name of small letters"), ("", "Enter a name")):
        wrong = page.press("Add the copy", source=source, name=name)
        assert wrong.status == 422
        assert wrong.errors[0][0].startswith(said)
    there = page.press("Add the copy", source=source, name="decide_appeal")
    assert there.errors == [("There is a file decide_appeal already. Enter another name.", "#name")]
    added = page.press("Add the copy", source=source, name="ask_again")
    assert added.path == "/drafts/2/files/forms/definitions/ask_again.yaml"
    assert "Added" in olive.get("/drafts/2").text
    gone = added.follow("Undo the changes").press("Take it out")
    assert "is gone from the draft" in gone.banner


def test_nothing_is_uploaded_into_a_draft_that_is_over(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    before = olive.get("/drafts/2/upload")
    olive.get("/drafts/2/discard").press("Discard the draft")
    fields, files = {"csrf_token": before.token}, [("review.md", b"x")]
    assert olive.upload("/drafts/2/upload", fields, files).status == 409
    assert "Nothing can be added to this draft" in olive.get("/drafts/2/upload").text


def test_a_file_that_says_it_is_a_page_is_shown_as_the_text_it_is(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    page = b'<html xmlns="http://www.w3.org/1999/xhtml"><h1>Approve this</h1></html>'
    sent = {"content": page.decode(), "version": 0, "accept_losses": True}
    assert send(olive, f"/drafts/2/save/{DIAGRAM}", sent).status_code == 200
    answer = olive.client.get(f"/drafts/2/raw/{DIAGRAM}")
    assert answer.get_data() == page
    assert answer.content_type == "text/plain; charset=utf-8"
    shown = olive.client.get(f"/versions/1/files/{DIAGRAM}")
    assert shown.content_type == "text/plain; charset=utf-8"
