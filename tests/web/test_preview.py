"""Forms and letters beside their text: as they will be, or what is in the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from lxml import html

from tests.web.drafting import FORM, LETTER, send, start, text_of
from tests.web.visitor import Visitor
from web.preview import form_preview, letter_preview
from web.settings import ROOT

As = Callable[[str], Visitor]
FORMS = sorted((ROOT / "forms" / "definitions").glob("*.yaml"))
LETTERS = sorted(
    path for path in (ROOT / "forms" / "letters").glob("*.md") if path.name != "README.md"
)


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_each_form_has_a_preview_whose_boxes_have_names(app: Flask, path: Path) -> None:
    with app.test_request_context():
        shown: Any = html.fromstring(f"<main>{form_preview(path.stem, path.read_bytes())}</main>")
    assert "There is no preview" not in shown.text_content()
    ids = shown.xpath("//@id")
    assert len(ids) == len(set(ids))
    for control in shown.xpath("//input | //select | //textarea"):
        assert control.get("id").startswith("preview-")
        assert shown.xpath("//label[@for=$id]", id=control.get("id"))


@pytest.mark.parametrize("path", LETTERS, ids=lambda path: path.stem)
def test_each_letter_has_a_preview_in_which_nothing_is_missing(app: Flask, path: Path) -> None:
    with app.test_request_context():
        shown = letter_preview(path.stem, path.read_bytes())
    assert "There is no preview" not in shown
    assert "letter__missing" not in shown
    assert "((" not in shown


def test_a_letter_shows_every_way_it_can_read_and_when(as_: As) -> None:
    olive = as_("olive")
    start(olive)
    page = olive.get("/drafts/2/files/forms/letters/appeal_outcome.md")
    said = page.one("//*[@data-preview-here]").text_content()
    assert "Your appeal is upheld." in said
    assert "Your appeal is not upheld." in said
    assert "Said only when “Appeal outcome” is “not upheld”" in said


@pytest.mark.parametrize("path", [FORM, LETTER])
def test_a_preview_is_part_of_a_page_and_runs_nothing(as_: As, path: str) -> None:
    olive = as_("olive")
    start(olive)
    text = text_of(olive, path)
    shown = send(olive, f"/drafts/2/preview/{path}", {"content": text})
    assert shown.status_code == 200
    assert "<html" not in shown.get_data(as_text=True)
    hostile = text.replace("title: ", "title: <script>alert(1)</script> ", 1) + "<img src=x>\n"
    answer = send(olive, f"/drafts/2/preview/{path}", {"content": hostile}).get_data(as_text=True)
    assert "<script>" not in answer
    assert "<img" not in answer


@pytest.mark.parametrize("path", [FORM, LETTER])
@pytest.mark.parametrize("content", ["", "x", "---\n", "a: [" * 5000, "\0"])
def test_what_is_no_form_and_no_letter_says_what_is_in_the_way(
    as_: As, path: str, content: str
) -> None:
    olive = as_("olive")
    start(olive)
    answer = send(olive, f"/drafts/2/preview/{path}", {"content": content})
    assert answer.status_code == 200
    assert "There is no preview while this is to be mended" in answer.get_data(as_text=True)
