"""The way through a form: what is asked, what comes next, what was answered."""

from __future__ import annotations

import datetime as dt
import textwrap
from typing import Any

import pytest

import forms
from forms import AnswersInvalid, Choice, Form

TODAY = dt.date(2026, 1, 15)
STAFF = {"staff": [Choice("amina", "Amina Diallo"), Choice("ben", "Ben Okafor")]}


@pytest.fixture
def talk() -> Form:
    return forms.load_form(
        "talk",
        textwrap.dedent(
            """\
            form: talk
            title: Talk
            source: R-013
            layout: sections
            pages:
              - page: behaviour
                title: Behaviour
                questions:
                  - {id: on, type: date, label: "When?", latest: today}
                  - {id: warned, type: yes_no, label: "Warned?", variable: warned, source: R-014}
                  - {id: how, type: text, label: "How?", when: {warned: "yes"}}
              - page: help
                title: Help
                questions:
                  - {id: agency, type: text, label: Agency, when: {warned: "yes"}}
                  - {id: told, type: confirm, label: Told, when: {warned: "yes"}}
              - page: read
                title: Read this
              - page: people
                title: People
                questions:
                  - {id: who, type: person, label: "Who?"}
                  - {id: health, type: textarea, label: Needs, optional: true, restricted: true,
                     source: R-109}
            """
        ).encode(),
    )


RAW: dict[str, Any] = {
    "on": {"day": "14", "month": "1", "year": "2026"},
    "warned": "yes",
    "how": "By telephone",
    "agency": "Mind",
    "told": "yes",
    "who": "amina",
    "health": "Large print",
}


def test_answers_come_apart_into_plain_sealed_and_steering_ones(talk: Form) -> None:
    answers = forms.check(talk, RAW, choices=STAFF, today=TODAY)
    assert answers.values["on"] == "2026-01-14"
    assert answers.restricted == {"health": "Large print"}
    assert "health" not in answers.values
    assert answers.variables == {"warned": "yes"}


def test_answers_to_what_is_not_asked_are_dropped(talk: Form) -> None:
    answers = forms.check(talk, {**RAW, "warned": "no", "junk": 1}, choices=STAFF, today=TODAY)
    assert set(answers.values) == {"on", "warned", "who"}


def test_every_problem_of_a_form_is_told_at_once(talk: Form) -> None:
    raw = {**RAW, "on": "2026-02-30", "how": "", "who": "carol"}
    with pytest.raises(AnswersInvalid) as invalid:
        forms.check(talk, raw, choices=STAFF, today=TODAY)
    assert [name for name, _ in invalid.value.problems] == ["on", "how", "who"]


def test_a_page_is_checked_alone_but_its_conditions_see_the_others(talk: Form) -> None:
    raw = {"warned": "yes", "agency": "Mind"}
    with pytest.raises(AnswersInvalid) as invalid:
        forms.check_page(talk, "help", raw, today=TODAY)
    assert [name for name, _ in invalid.value.problems] == ["told"]
    assert forms.check_page(talk, "help", {"warned": "no"}, today=TODAY).values == {}
    assert not forms.page_is_complete(talk, "help", raw, today=TODAY)
    assert forms.page_is_complete(talk, "help", {**raw, "told": True}, today=TODAY)
    with pytest.raises(KeyError, match="nowhere"):
        forms.check_page(talk, "nowhere", raw, today=TODAY)


def test_pages_with_nothing_to_ask_are_left_out(talk: Form) -> None:
    assert [page.id for page in forms.pages_asked(talk, {})] == ["behaviour", "read", "people"]
    assert [page.id for page in forms.pages_asked(talk, RAW)] == [
        "behaviour",
        "help",
        "read",
        "people",
    ]
    assert [one.id for one in forms.questions_asked(talk, "behaviour", {})] == ["on", "warned"]


def test_the_next_page_is_the_next_one_asked(talk: Form) -> None:
    def after(page_id: str, raw: dict[str, Any]) -> str | None:
        page = forms.next_page(talk, page_id, raw)
        return page.id if page else None

    assert after("behaviour", {"warned": "no"}) == "read"
    assert after("behaviour", {"warned": "yes"}) == "help"
    assert after("help", {"warned": "no"}) == "read"
    assert after("people", {}) is None


def test_check_your_answers_shows_labels_and_gaps(talk: Form) -> None:
    lines = {
        label: text
        for _, questions in forms.summary(talk, {**RAW, "agency": ""}, STAFF)
        for _, label, text in questions
    }
    assert lines == {
        "When?": "Wednesday 14 January 2026",
        "Warned?": "Yes",
        "How?": "By telephone",
        "Agency": "",
        "Told": "Confirmed",
        "Who?": "Amina Diallo",
        "Needs": "Large print",
    }


def test_a_post_holds_only_what_was_on_its_page(talk: Form) -> None:
    posted = {"on-day": ["1"], "on-month": ["2"], "on-year": [""], "who": ["ben"]}
    assert forms.raw_from_post(talk, "behaviour", posted) == {
        "on": {"day": "1", "month": "2", "year": ""},
        "warned": "",
    }
    assert forms.raw_from_post(talk, None, posted)["who"] == "ben"


def test_half_filled_answers_give_what_can_be_read(talk: Form) -> None:
    raw = {"on": "2026-02-31", "warned": "yes", "how": "By telephone", "who": "nobody"}
    read = forms.values_so_far(talk, raw, choices=STAFF, today=TODAY)
    assert read == {"warned": "yes", "how": "By telephone"}
