"""Nothing anybody sends breaks a form: it passes, or it is told what is wrong."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import forms
from forms import AnswersInvalid, Choice, Form

TODAY = dt.date(2026, 3, 27)
CHOICES = {"staff": [Choice("amina", "Amina")], "evidence_citable": [Choice("4", "A call")]}
_LINES = """
form: everything
title: Every type once
source: R-001
layout: single
pages:
  - page: all
    title: All
    questions:
      - {id: yes_no, type: yes_no, label: A}
      - {id: text, type: text, label: B, when: {yes_no: "yes"}}
      - {id: textarea, type: textarea, label: C}
      - {id: number, type: number, label: D, min: 1, max: 9}
      - {id: date, type: date, label: E, earliest: today}
      - {id: time, type: time, label: F}
      - {id: radios, type: radios, label: G, options: [{value: a, label: A}]}
      - {id: select, type: select, label: H, options: [{value: a, label: A}]}
      - {id: checkboxes, type: checkboxes, label: I, options: [{value: a, label: A}]}
      - {id: person, type: person, label: J}
      - {id: people, type: people, label: K}
      - {id: evidence, type: evidence, label: L}
      - {id: email, type: email, label: M}
      - {id: phone, type: phone, label: N}
      - {id: confirm, type: confirm, label: O}
      - id: rows
        type: rows
        label: P
        columns:
          - {id: what, type: text, label: Q}
          - {id: when, type: date, label: R}
          - {id: who, type: person, label: S}
"""


@pytest.fixture(scope="module")
def everything() -> Form:
    return forms.load_form("everything", _LINES.encode())


texts = st.one_of(
    st.text(),
    st.sampled_from(
        ["\x00", "\ud800", "x" * 150_000, "9" * 5000, "31", "yes", "a", "4", "٣", "%s"]
    ),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    texts,
    st.binary(),
    st.dates(),
    st.datetimes(),
)
junk = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.dictionaries(st.one_of(texts, st.integers()), inner, max_size=4),
        st.dictionaries(st.sampled_from(["day", "month", "year", "what", "who", "when"]), inner),
    ),
    max_leaves=12,
)
IDS = [line.split("id: ")[1].split(",")[0] for line in _LINES.splitlines() if "{id: " in line]


@settings(max_examples=300, deadline=None)
@given(raw=st.dictionaries(st.sampled_from([*IDS, "rows", "unknown"]), junk))
def test_every_answer_passes_or_is_told(everything: Form, raw: dict[str, Any]) -> None:
    try:
        answers = forms.check(everything, raw, choices=CHOICES, today=TODAY)
    except AnswersInvalid as invalid:
        for name, sentence in invalid.problems:
            assert everything.question(name.split(".")[0]), name
            assert sentence
    else:
        json.dumps(answers.values, allow_nan=False).encode()


@settings(max_examples=200, deadline=None)
@given(raw=st.dictionaries(st.sampled_from([*IDS, "rows"]), junk))
def test_whatever_was_typed_can_be_shown_again(everything: Form, raw: dict[str, Any]) -> None:
    [(_, lines)] = forms.summary(everything, raw, CHOICES)
    assert all(isinstance(text, str) for _, _, text in lines)
    json.dumps(forms.values_so_far(everything, raw, choices=CHOICES, today=TODAY))
    assert forms.pages_asked(everything, raw)


@settings(max_examples=200, deadline=None)
@given(
    post=st.dictionaries(
        st.one_of(
            st.sampled_from([*IDS, "date-day", "rows.0.what", "rows.9.who", "add.rows"]),
            st.from_regex(r"rows\.\d{1,4}\.(what|when-day|who)", fullmatch=True),
            st.from_regex(r"remove\.rows\.\d", fullmatch=True),
        ),
        st.lists(texts, max_size=3),
    )
)
def test_whatever_a_browser_posts_is_an_answer(
    everything: Form, post: dict[str, list[str]]
) -> None:
    raw = forms.raw_from_post(everything, None, post)
    with pytest.raises(AnswersInvalid):
        forms.check(everything, {**raw, "confirm": "no"}, choices=CHOICES, today=TODAY)


@pytest.mark.parametrize("raw", [None, [], "text", 3, [("a", "b")]])
def test_answers_that_are_none_are_told(everything: Form, raw: Any) -> None:
    with pytest.raises(AnswersInvalid, match="Expected the answers as question ids"):
        forms.check(everything, raw, choices=CHOICES, today=TODAY)


@settings(max_examples=150, deadline=None)
@given(
    content=st.one_of(
        st.binary(),
        st.text().map(str.encode),
        st.just(b"[" * 20_000),
        st.just(b"[" * 900 + b"]" * 900),
    )
)
def test_a_file_that_is_no_form_is_told(content: bytes) -> None:
    with pytest.raises(forms.FormFileError):
        forms.load_form("anything", content)
    with pytest.raises(forms.FormFileError):
        forms.load_letter("anything", content)
    with pytest.raises(forms.FormFileError):
        forms.load_letter("anything", b"---\n" + content + b"\n---\n" + content)
