"""Questions on a page: every type is drawn, keeps what was typed, and travels in hidden fields."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template_string
from lxml import html
from werkzeug.datastructures import MultiDict

import forms
from web.filling import Filling
from web.questions import (
    MOST_ANSWERS,
    MOST_STEERING,
    Around,
    Field,
    error_list,
    fields_of,
    hidden_fields,
)

TODAY = dt.date(2026, 3, 4)
FILES = sorted(Path("forms/definitions").glob("*.yaml"))
PEOPLE = [forms.Choice("ann", "Ann Marsh"), forms.Choice("ben", "Ben Cole", "Is away", True)]

EVERY_TYPE = b"""
form: everything
title: Everything
source: R-001
layout: pages
pages:
  - page: first
    title: First
    questions:
      - {id: line, type: text, label: A line}
      - {id: passage, type: textarea, label: A passage, optional: true}
      - {id: number, type: number, label: A number}
      - {id: day, type: date, label: A day}
      - {id: at, type: time, label: A time, optional: true}
      - id: choice
        type: radios
        label: A choice
        options: [{value: a, label: A, hint: First}, {value: b, label: B}]
      - {id: only_a, type: text, label: Only with A, when: {choice: a}}
      - {id: both, type: text, label: With either, when: {choice: [a, b]}, optional: true}
      - id: several
        type: checkboxes
        label: Several
        options: [{value: x, label: X}, {value: y, label: Y}]
      - id: listed
        type: select
        label: A list
        options: [{value: p, label: P}, {value: q, label: Q}]
  - page: second
    title: Second
    questions:
      - {id: health, type: textarea, label: Health, restricted: true, source: R-109, optional: true}
      - {id: yes, type: yes_no, label: Yes or no}
      - {id: who, type: person, label: Who}
      - {id: team, type: people, label: Team}
      - {id: cites, type: evidence, label: Evidence, optional: true}
      - {id: sure, type: confirm, label: I am sure}
      - {id: from_a, type: text, label: From the first page, when: {choice: a}, optional: true}
      - id: group
        type: rows
        label: Group
        optional: true
        columns:
          - {id: what, type: text, label: What}
          - {id: by, type: date, label: By when, optional: true}
          - {id: owner, type: person, label: Owner}
"""

ANSWERS: dict[str, Any] = {
    "line": "a 'line' & <more>",
    "passage": "one\n  two\n\nthree",
    "number": "12",
    "day": {"day": "4", "month": "3", "year": "2026"},
    "at": "2.30pm",
    "choice": "a",
    "only_a": "yes",
    "several": ["x", "y"],
    "listed": "q",
    "health": "sealed",
    "yes": "no",
    "who": "ann",
    "team": ["ann"],
    "cites": ["1"],
    "sure": "yes",
    "group": [
        {"what": "first", "by": {"day": "1", "month": "5", "year": "2026"}, "owner": "ann"},
        {"what": "second", "by": {"day": "", "month": "", "year": ""}, "owner": "ann"},
    ],
}
CHOICES = {"staff": PEOPLE, "evidence_citable": [forms.Choice("1", "Tue 3 Mar 2026", "First-hand")]}


@pytest.fixture
def form() -> forms.Form:
    return forms.load_form("everything", EVERY_TYPE)


def test_typed_answers_travel_in_hidden_fields_and_come_back_the_same(form: forms.Form) -> None:
    sent = MultiDict(hidden_fields(form.questions, ANSWERS)).to_dict(flat=False)
    back = forms.raw_from_post(form, None, sent)
    wanted = forms.check(form, ANSWERS, choices=CHOICES, today=TODAY)
    assert forms.check(form, back, choices=CHOICES, today=TODAY) == wanted


@pytest.mark.parametrize(
    "raw", [{"day": "31st of March"}, {"day": {"day": "31"}}, {"number": "a dozen"}, {"group": "x"}]
)
def test_what_was_typed_wrong_comes_back_as_it_was(form: forms.Form, raw: dict[str, Any]) -> None:
    again = MultiDict(hidden_fields(form.questions, raw)).to_dict(flat=False)
    before = forms.summary(form, raw, CHOICES)
    assert forms.summary(form, forms.raw_from_post(form, None, again), CHOICES) == before


def test_a_question_stands_beneath_its_one_answer_on_the_same_page(form: forms.Form) -> None:
    fields = {one.name: one for one in _fields(form, "first")}
    assert [one.name for one in fields["choice"].reveals["a"]] == ["only_a"]
    assert "only_a" not in fields
    assert fields["both"].only_if == "Answer this only if “A choice” is “A” or “B”."
    assert fields["both"].asked == ["1-1 1-2"]
    assert fields["choice"].steers == 1


def test_the_style_sheet_follows_as_many_conditions_as_pages_number() -> None:
    styles = Path("web/assets/source/_product.scss").read_text()
    assert f"$most-steering: {MOST_STEERING};" in styles
    assert f"$most-answers: {MOST_ANSWERS};" in styles


def test_an_answer_on_an_earlier_page_decides_whether_a_question_is_there(form: forms.Form) -> None:
    assert "from_a" in [one.name for one in _fields(form, "second")]
    without = Filling.begun(form, CHOICES, TODAY, typed={**ANSWERS, "choice": "b"})
    second = without.page("second")
    assert second is not None
    assert "from_a" not in [one.name for one in without.fields(second)]


def test_each_problem_leads_to_the_first_box_of_its_question(form: forms.Form) -> None:
    fields = _fields(form, "second") + _fields(form, "first")
    lines = error_list(
        fields, {"day": "1", "choice": "2", "group.1.by": "3", "group": "4", "": "5", "gone": "6"}
    )
    found = {line["text"]: line.get("href") for line in lines}
    assert found == {
        "1": "#day-day",
        "2": "#choice",
        "3": "#group-1-by-day",
        "4": "#add-group",
        "5": None,
        "6": None,
    }


def test_problems_come_in_the_order_of_the_page(form: forms.Form) -> None:
    fields = _fields(form, "first")
    names = [one.name for top in fields for one in top.everything()]
    problems = {"": "Whole", **{name: name for name in reversed(names)}}
    assert [line["text"] for line in error_list(fields, problems)] == [*names, "Whole"]


def test_no_blank_gets_between_the_lines_of_a_passage(app: Flask, form: forms.Form) -> None:
    tree = _drawn(app, _fields(form, "first"))
    assert tree.xpath("//textarea[@name='passage']")[0].text == "one\n  two\n\nthree"


def test_every_type_is_drawn_with_what_was_typed(app: Flask, form: forms.Form) -> None:
    tree = _drawn(app, [*_fields(form, "first"), *_fields(form, "second")])
    values = MultiDict(tree.xpath("//form")[0].form_values()).to_dict(flat=False)
    assert forms.check(
        form, forms.raw_from_post(form, None, values), choices=CHOICES, today=TODAY
    ) == forms.check(form, ANSWERS, choices=CHOICES, today=TODAY)
    disabled = tree.xpath("//input[@name='team' and @value='ben']/@disabled")
    assert disabled
    assert "Restricted: sealed" in tree.xpath("//*[@id='health-hint']")[0].text_content()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_form_of_the_release_is_drawn_whole(app: Flask, file: Path) -> None:
    form = forms.load_form(file.stem, file.read_bytes())
    steering = {value for one in form.questions for fits in one.when.values() for value in fits}
    offered = [*PEOPLE, *(forms.Choice(value, value) for value in sorted(steering))]
    around = Around(raw={}, choices=_Everywhere(offered), problems={})
    tree = _drawn(app, fields_of(form.questions, around))
    named = {name.split(".")[0].removesuffix("-day") for name in tree.xpath("//form//@name")}
    assert {question.id for question in form.questions} <= named
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))


class _Everywhere(dict[str, list[forms.Choice]]):
    """Whatever list is asked for, the same choices are on it."""

    def __init__(self, offered: list[forms.Choice]) -> None:
        self.offered = offered

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> list[forms.Choice]:
        return self.offered


def _fields(form: forms.Form, page_id: str) -> list[Field]:
    filling = Filling.begun(form, CHOICES, TODAY, typed=ANSWERS)
    page = filling.page(page_id)
    assert page is not None
    return filling.fields(page)


def _drawn(app: Flask, fields: list[Field]) -> Any:
    with app.test_request_context():
        drawn = render_template_string(
            "{% from 'parts/questions.html' import render_all %}"
            "<form>{{ render_all(fields) }}</form>",
            fields=fields,
        )
    return html.fromstring(f"<html><body>{drawn}</body></html>")


def test_a_list_without_anything_to_choose_says_what_to_do_first(app: Flask) -> None:
    file = Path("forms/definitions/compare_flags.yaml")
    form = forms.load_form(file.stem, file.read_bytes())
    around = Around(raw={}, choices={"kept_comparisons": []}, problems={})
    said = _drawn(app, fields_of(form.questions, around)).text_content()
    assert "None was kept since this task was opened" in said
    assert "There is nothing to choose from yet" not in said
