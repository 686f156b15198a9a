"""The way through a form that is filled in: where to go on, how far each page is, what is kept."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

import forms
from web.filling import Filling, pressed, row_to_go_to

TODAY = dt.date(2026, 3, 4)
FORM = forms.load_form(
    "way",
    b"""
form: way
title: The way
source: R-001
layout: sections
pages:
  - page: one
    title: One
    questions:
      - {id: must, type: text, label: Must}
      - {id: more, type: yes_no, label: More}
  - page: read
    title: To be read
    intro: Nothing to fill in.
  - page: two
    title: Two
    questions:
      - {id: may, type: text, label: May, optional: true}
  - page: three
    title: Three
    questions:
      - {id: only, type: text, label: Only, when: {more: "yes"}}
""",
)


def begun(**typed: Any) -> Filling:
    """Give the form with what was typed so far."""
    return Filling.begun(FORM, {}, TODAY, suggested={"may": "suggested"}, typed=typed)


def test_a_page_is_not_started_in_progress_completed_or_optional() -> None:
    one, _, two = begun().pages()[:3]
    assert begun().status_of(one) == "Not started"
    assert begun().status_of(two) == "Optional"
    assert begun(must="x").status_of(one) == "In progress"
    assert begun(must="x", more="no").status_of(one) == "Completed"
    assert begun(may="").status_of(two) == "Completed"


def test_one_goes_on_with_the_next_page_that_is_not_done() -> None:
    def after(page: str, **typed: Any) -> str | None:
        found = begun(**typed).after(page)
        return found.id if found else None

    assert after("one", must="x", more="no") == "read"
    assert after("read", must="x", more="no") == "two"
    assert after("two", must="x", more="no", may="") is None
    assert after("two", must="x", more="yes", may="") == "three"
    assert after("two", must="", more="no", may="") == "one"
    assert after("one", must="x", more="no", may="y") is None


def test_only_what_differs_from_what_stood_there_is_something_said() -> None:
    def says(page: str, **post: str) -> bool:
        return begun().with_post(page, MultiDict(post)).says_something

    assert not begun().says_something
    assert not says("one", must="  ")
    assert not says("two", may="suggested")
    assert says("two", may="")
    assert says("one", more="no")


def test_a_form_is_taken_up_where_it_was_left() -> None:
    first = begun(must="x", more="no").first_open()
    assert first is not None
    assert first.id == "read"
    assert begun(must="x", more="no", may="").first_open() is None


def test_what_is_only_suggested_is_shown_and_not_kept() -> None:
    assert begun().raw["may"] == "suggested"
    assert begun().typed == {}
    sent = begun().with_post("two", MultiDict({"may": ""}))
    assert sent.raw["may"] == ""
    assert sent.typed == {"may": ""}


def test_the_whole_form_says_what_is_wrong_with_it_once_a_question() -> None:
    assert list(begun(more="yes").problems_of()) == ["must", "only"]
    assert list(begun(more="yes").problems_of("one")) == ["must"]


@pytest.mark.parametrize(
    ("post", "button", "row"),
    [
        ({"action": "save"}, "save", ""),
        ({"x": "1"}, "continue", ""),
        ({"add.owed": "yes"}, "rows", "add-owed"),
        ({"remove.owed.2": "yes", "action": "continue"}, "rows", "add-owed"),
    ],
)
def test_the_button_that_was_pressed_is_known(post: dict[str, str], button: str, row: str) -> None:
    assert pressed(post) == button
    assert row_to_go_to(post) == row
