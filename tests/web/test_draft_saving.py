"""What the editors send: kept, checked, overtaken, refused; every answer a script can read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.drafting import DIAGRAM, FORM, LETTER, hand_in, send, start, text_of, token_of, write
from tests.web.visitor import Visitor

As = Callable[[str], Visitor]


def test_a_save_says_its_version_who_and_what_is_wrong(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    broken = text_of(olive, FORM).replace("type: radios", "type: radioz", 1)
    answer = send(olive, f"/drafts/2/save/{FORM}", {"content": broken, "version": 0})
    assert answer.status_code == 200
    said = answer.get_json()
    assert said["version"] == 1
    assert said["saved_by"] == "Olive Sandberg"
    assert said["saved_at"].startswith("2026-03-04T10:00")
    (first, *_) = [one for one in said["findings"] if one["file"] == FORM]
    assert set(first) == {
        *("file", "element_id", "line", "message", "rule", "severity", "href"),
    }
    assert first["line"] > 0
    assert text_of(olive, FORM) == broken


def test_a_check_keeps_nothing(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    before = text_of(olive, FORM)
    answer = send(olive, f"/drafts/2/check/{FORM}", {"content": "form: x\n"})
    assert answer.status_code == 200
    assert [one for one in answer.get_json()["findings"] if one["file"] == FORM]
    assert answer.get_json()["losses"] == []
    assert text_of(olive, FORM) == before


def test_the_second_of_two_editors_is_told_and_given_both(as_: As) -> None:
    olive, oscar = as_("olive"), as_("oscar")
    start(olive)
    send(
        oscar, f"/drafts/2/save/{LETTER}", {"content": text_of(oscar, LETTER) + "O\n", "version": 0}
    )
    late = send(olive, f"/drafts/2/save/{LETTER}", {"content": "mine", "version": 0})
    assert late.status_code == 409
    said = late.get_json()
    assert said["version"] == 1
    assert said["content"].endswith("O\n")
    assert "Oscar" in said["saved_by"]
    assert "Nothing was saved over it." in said["message"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "DOCTYPE"),
        ("<a>" * 200 + "</a>" * 200, "deep"),
        ("<!--" + "x" * 5_000_000 + "-->", "2 MB"),
    ],
    ids=["entities", "depth", "5 MB"],
)
def test_a_diagram_that_cannot_be_kept_is_refused_with_its_sentence(
    as_: As, content: str, said: str
) -> None:
    olive = as_("olive")
    start(olive)
    before = text_of(olive, DIAGRAM)
    answer = send(olive, f"/drafts/2/save/{DIAGRAM}", {"content": content, "version": 0})
    assert answer.status_code == 422
    assert said in answer.get_json()["message"]
    assert text_of(olive, DIAGRAM) == before
    checked = send(olive, f"/drafts/2/check/{DIAGRAM}", {"content": content})
    assert said in str(checked.get_json()["findings"])


def test_more_than_any_file_may_have_is_refused_as_json(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    answer = send(olive, f"/drafts/2/save/{DIAGRAM}", {"content": "x" * 9_000_000, "version": 0})
    assert answer.status_code == 413
    assert "Expected at most 8 MB" in answer.get_json()["message"]


def test_half_a_character_is_no_text(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    for way in ("save", "check"):
        answer = olive.client.post(
            f"/drafts/2/{way}/{LETTER}",
            data='{"content": "\\ud800", "version": 0}',
            content_type="application/json",
            headers={"X-CSRFToken": token_of(olive)},
        )
        assert answer.status_code == 422
        assert "characters that no file can hold" in answer.get_json()["message"]


@pytest.mark.parametrize(
    "body", [None, [], "text", {}, {"content": 5}, {"content": None}, {"version": 1}]
)
@pytest.mark.parametrize("way", ["save", "check", "preview"])
def test_what_our_scripts_would_not_send_is_refused(as_: As, way: str, body: Any) -> None:
    olive = as_("olive")
    start(olive)
    answer = send(olive, f"/drafts/2/{way}/{LETTER}", body)
    assert answer.status_code == 400
    assert answer.get_json()["message"]


def test_what_is_nested_without_end_is_refused(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    answer = olive.client.post(
        f"/drafts/2/save/{LETTER}",
        data="[" * 200_000,
        content_type="application/json",
        headers={"X-CSRFToken": token_of(olive)},
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("version", [-5, 7, "1", None, True, 1.5])
def test_a_save_from_no_known_version_overwrites_nothing(as_: As, version: Any) -> None:
    olive = as_("olive")
    start(olive)
    write(olive, LETTER, text_of(olive, LETTER) + "One.\n")
    answer = send(olive, f"/drafts/2/save/{LETTER}", {"content": "mine", "version": version})
    assert answer.status_code == 409
    assert text_of(olive, LETTER).endswith("One.\n")


def test_a_save_without_the_token_of_the_page_is_refused_as_json(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    answer = send(olive, f"/drafts/2/save/{LETTER}", {"content": "x", "version": 0}, token="")
    assert answer.status_code == 400
    assert "Nothing was saved" in answer.get_json()["message"]


def test_who_was_signed_out_is_told_as_json_and_loses_nothing(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    token = token_of(olive)
    olive.client.delete_cookie("spoc")
    answer = send(olive, f"/drafts/2/save/{LETTER}", {"content": "x", "version": 0}, token=token)
    assert answer.status_code == 401
    assert "You are not signed in any more." in answer.get_json()["message"]


def test_a_script_of_somebody_else_finds_no_draft(as_: As) -> None:
    start(as_("olive"))
    mo = as_("mo")
    token = str(mo.get("/tasks").one("//meta[@name='csrf-token']/@content"))
    for way in ("save", "check", "preview"):
        body = {"content": "x", "version": 0}
        answer = send(mo, f"/drafts/2/{way}/{LETTER}", body, token=token)
        assert answer.status_code == 404
        assert answer.get_json()["message"]


def test_a_draft_that_waits_takes_no_save(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    write(olive, LETTER, text_of(olive, LETTER) + "One.\n")
    hand_in(olive)
    answer = send(olive, f"/drafts/2/save/{LETTER}", {"content": "x", "version": 1})
    assert answer.status_code == 409
    assert "Take it back first" in answer.get_json()["message"]
    page = olive.get(f"/drafts/2/files/{LETTER}")
    assert not page.has_button("Save")
    assert "It can only be read" in page.text


def test_what_an_editor_would_lose_is_named_before_anything_is_saved(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    foreign = text_of(olive, DIAGRAM).replace(
        "<bpmn:definitions ", '<bpmn:definitions xmlns:acme="urn:acme" ', 1
    )
    assert "xmlns:acme" in foreign
    kept = foreign.replace('id="decide_appeal"', 'id="decide_appeal" acme:colour="red"', 1)
    write(olive, DIAGRAM, kept)
    dropped = {"content": foreign, "version": 1}
    asked = send(olive, f"/drafts/2/save/{DIAGRAM}", dropped)
    assert asked.status_code == 422
    (loss,) = asked.get_json()["losses"]
    assert loss["element_id"] == "decide_appeal"
    assert "colour" in loss["what"]
    assert text_of(olive, DIAGRAM) == kept
    checked = send(olive, f"/drafts/2/check/{DIAGRAM}", dropped)
    assert checked.get_json()["losses"] == [loss]
    gone = send(olive, f"/drafts/2/save/{DIAGRAM}", {**dropped, "accept_losses": True})
    assert gone.status_code == 200
    assert text_of(olive, DIAGRAM) == foreign


def test_a_drawing_without_ids_is_kept_with_its_findings(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    without = text_of(olive, DIAGRAM).replace(' id="decide_appeal"', "", 1)
    body = {"content": without, "version": 0, "accept_losses": True}
    answer = send(olive, f"/drafts/2/save/{DIAGRAM}", body)
    assert answer.status_code == 200
    found = [one for one in answer.get_json()["findings"] if one["file"] == DIAGRAM]
    assert any(one["severity"] == "error" and one["line"] for one in found)
