"""Every answer type passes the same tests: parse, refuse, show, post, be left out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest

from forms import Choice, Question
from forms.questions import TYPES, Around, Refused
from forms.questions.text import Text

TODAY = dt.date(2026, 3, 27)
STAFF = [Choice("amina", "Amina Diallo"), Choice("ben", "Ben Okafor", "On leave", disabled=True)]
RECORDS = [Choice("4", "Call of 2 February"), Choice("5", "Hearsay", "Hearsay", disabled=True)]
AROUND = Around(TODAY, {"staff": STAFF, "evidence": RECORDS})
OPTIONS = (Choice("yes", "Yes"), Choice("later", "Later"))


@dataclass(frozen=True)
class Case:
    """One answer type with answers that must pass and answers that must not."""

    type: str
    #: Raw answer -> value.
    taken: list[tuple[Any, Any]]
    refused: list[Any]
    #: What the first of `taken` is shown as.
    shown: str
    #: The first of `taken` as a browser posts it.
    posted: dict[str, list[str]]
    more: dict[str, Any] | None = None


CASES = [
    Case(
        "text",
        taken=[("  Ada  Lovelace ", "Ada Lovelace"), (42, "42"), (["one"], "one"), ("a\nb", "a b")],
        refused=["x" * 201, ["a", "b"], {"a": 1}, "a\x00b", 1.5, True, "\ud800"],
        shown="Ada Lovelace",
        posted={"q": ["Ada  Lovelace "]},
    ),
    Case(
        "textarea",
        taken=[("one\r\ntwo\r\n", "one\ntwo"), ("Word\x0bline", "Word\nline")],
        refused=["x" * 4001, "x" * 200_000, "\x07", [["a"]]],
        shown="one\ntwo",
        posted={"q": ["one\r\ntwo\r\n"]},
    ),
    Case(
        "number",
        taken=[("1,200", 1200), (7, 7), (" 12 ", 12), ("+3", 3)],
        refused=["1.5", "twelve", "1" * 30, 10**40, "٣", 2.0, True, 0, 9999],
        shown="1,200",
        posted={"q": ["1,200"]},
        more={"min": 1, "max": 5000},
    ),
    Case(
        "date",
        taken=[
            ({"day": "27", "month": "3", "year": "2026"}, "2026-03-27"),
            ("2026-03-27", "2026-03-27"),
            (dt.date(2026, 3, 27), "2026-03-27"),
            ({"day": "1", "month": "Sept", "year": "2026"}, "2026-09-01"),
            ({"day": 1, "month": 2, "year": 2026}, "2026-02-01"),
            ("27 March 2026", "2026-03-27"),
            ("27/3/2026", "2026-03-27"),
        ],
        refused=[
            {"day": "31", "month": "4", "year": "2026"},
            {"day": "", "month": "3", "year": "2026"},
            {"day": "1", "month": "13", "year": "2026"},
            {"day": "1", "month": "3", "year": "26"},
            {"day": ["1"], "month": {}, "year": None},
            "2026-02-30",
            "next week",
            dt.datetime(2026, 3, 27, tzinfo=dt.UTC),
            ["1", "3", "2026"],
            20260327,
        ],
        shown="Friday 27 March 2026",
        posted={"q-day": ["27"], "q-month": ["3"], "q-year": ["2026"]},
    ),
    Case(
        "time",
        taken=[("2.30pm", "14:30"), ("9am", "09:00"), ("12am", "00:00"), ("23:59", "23:59")],
        refused=["25:00", "13pm", "noon", "14", "9:60"],
        shown="14:30",
        posted={"q": ["2.30pm"]},
    ),
    Case(
        "radios",
        taken=[("later", "later"), (True, "yes"), (["later"], "later")],
        refused=["never", ["yes", "later"], {"a": 1}, False],
        shown="Later",
        posted={"q": ["later"]},
        more={"options": OPTIONS},
    ),
    Case(
        "select",
        taken=[("later", "later")],
        refused=["never", 3],
        shown="Later",
        posted={"q": ["later"]},
        more={"options": OPTIONS},
    ),
    Case(
        "checkboxes",
        taken=[(["later", "yes", "later"], ["later", "yes"]), ("yes", ["yes"])],
        refused=[["never"], ["yes", "never"], [["yes"]], ["x"] * 501],
        shown="Later\nYes",
        posted={"q": ["later", "yes"]},
        more={"options": OPTIONS},
    ),
    Case(
        "yes_no",
        taken=[("yes", "yes"), (False, "no"), ("no", "no")],
        refused=["maybe", 1],
        shown="Yes",
        posted={"q": ["yes"]},
    ),
    Case(
        "person",
        taken=[("amina", "amina")],
        refused=["ben", "nobody", ["amina", "ben"]],
        shown="Amina Diallo",
        posted={"q": ["amina"]},
        more={"choices": "staff"},
    ),
    Case(
        "people",
        taken=[(["amina"], ["amina"])],
        refused=[["amina", "ben"], ["nobody"]],
        shown="Amina Diallo",
        posted={"q": ["amina"]},
        more={"choices": "staff"},
    ),
    Case(
        "evidence",
        taken=[(["4"], [4]), ([4], [4])],
        refused=[["5"], ["99"], ["four"], ["٤"]],
        shown="Call of 2 February",
        posted={"q": ["4"]},
        more={"choices": "evidence"},
    ),
    Case(
        "email",
        taken=[("ada@example.co.uk", "ada@example.co.uk")],
        refused=["ada", "ada@", "a b@example.com", "ada@example", "ada@exa_mple.com"],
        shown="ada@example.co.uk",
        posted={"q": ["ada@example.co.uk"]},
    ),
    Case(
        "phone",
        taken=[("01632 960 001", "01632 960 001"), ("+44 (0)1632-960001", "+44 (0)1632-960001")],
        refused=["call me", "12", "0" * 60],
        shown="01632 960 001",
        posted={"q": ["01632 960 001"]},
    ),
    Case(
        "confirm",
        taken=[("yes", "yes"), (True, "yes"), (["yes"], "yes")],
        refused=["no", False, "perhaps"],
        shown="Confirmed",
        posted={"q": ["yes"]},
    ),
    Case(
        "rows",
        taken=[
            ([{"what": "A", "who": "B"}, {"what": " ", "who": ""}], [{"what": "A", "who": "B"}]),
            ([{"what": "A"}], [{"what": "A"}]),
        ],
        refused=[
            "A",
            {"what": "A"},
            [["A"]],
            [{"who": "B"}],
            [{"what": "A"}] * 4,
            [{"what": {}}, 3],
        ],
        shown="What: A\nWho: B",
        posted={"q.0.what": ["A"], "q.0.who": ["B"], "q.3.what": [" "], "q.3.who": [""]},
        more={
            "columns": (
                Text(id="what", label="What"),
                Text(id="who", label="Who", optional=True),
            ),
            "at_most": 3,
        },
    ),
]
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: case.type)


def question(case: Case, **more: Any) -> Question:
    return TYPES[case.type](id="q", label="The question", **(case.more or {}), **more)


def test_every_type_is_tested() -> None:
    assert {case.type for case in CASES} == set(TYPES)


@EACH
def test_good_answers_are_taken(case: Case) -> None:
    for raw, value in case.taken:
        assert question(case).answer(raw, AROUND, "q") == value


@EACH
def test_bad_answers_are_refused_with_a_sentence(case: Case) -> None:
    for raw in case.refused:
        with pytest.raises(Refused) as refused:
            question(case).answer(raw, AROUND, "q")
        for name, sentence in refused.value.problems:
            assert name.split(".")[0] == "q", raw
            assert len(sentence) > 10, raw
            assert "{" not in sentence, raw


@EACH
def test_no_answer_is_refused_when_one_is_needed(case: Case) -> None:
    nothing: tuple[Any, ...] = (None, "", "   ", [], [{}])
    for raw in nothing:
        with pytest.raises(Refused):
            question(case).answer(raw, AROUND, "q")


@EACH
def test_no_answer_is_fine_when_none_is_needed(case: Case) -> None:
    nothing: tuple[Any, ...] = (None, "", [])
    for raw in nothing:
        assert question(case, optional=True).answer(raw, AROUND, "q") is None


@EACH
def test_the_file_may_say_it_in_its_own_words(case: Case) -> None:
    asked = question(case, messages={"required": "Say it, 100% of “{label}”"})
    with pytest.raises(Refused, match="Say it, 100% of “The question”"):
        asked.answer(None, AROUND, "q")


@EACH
def test_an_answer_is_shown_as_people_read_it(case: Case) -> None:
    assert question(case).shown(case.taken[0][0], AROUND.choices) == case.shown
    assert question(case).shown(None, AROUND.choices) == ""


@EACH
def test_anything_can_be_shown_again(case: Case) -> None:
    for raw in (*case.refused, None, object(), {"day": object()}):
        assert isinstance(question(case).shown(raw, AROUND.choices), str)
        assert isinstance(question(case).given(raw), list)


@EACH
def test_a_browser_posts_what_it_means(case: Case) -> None:
    raw = question(case).from_post("q", case.posted)
    assert question(case).answer(raw, AROUND, "q") == case.taken[0][1]


@EACH
def test_a_stored_answer_is_taken_again(case: Case) -> None:
    for _, value in case.taken:
        assert question(case).answer(value, AROUND, "q") == value


@pytest.mark.parametrize("type_", ["text", "textarea"])
@pytest.mark.parametrize("raw", [".", "- ?", "\u200b\u2060", "\u3164", "…"])
def test_a_needed_text_holds_a_letter_or_a_digit(type_: str, raw: str) -> None:
    with pytest.raises(Refused, match="Fill in “Why”"):
        TYPES[type_](id="q", label="Why").answer(raw, AROUND, "q")
    assert TYPES[type_](id="q", label="Why", optional=True).answer(raw, AROUND, "q") == raw


@pytest.mark.parametrize("raw", ["Ж", "後", "7", "é!"])
def test_letters_of_every_script_and_digits_are_words(raw: str) -> None:
    assert TYPES["text"](id="q", label="Why").answer(raw, AROUND, "q") == raw


@pytest.mark.parametrize("raw", ["((spoc))", "Dear {{name}}, hello", "Dear (( your name ))"])
@pytest.mark.parametrize("optional", [True, False])
def test_what_waits_for_a_value_is_no_answer(raw: str, optional: bool) -> None:
    asked = TYPES["textarea"](id="q", label="Why", optional=optional)
    with pytest.raises(Refused, match=r"“Why” still says (\(\(|\{\{)"):
        asked.answer(raw, AROUND, "q")


def test_a_choice_that_is_not_free_says_why() -> None:
    asked = TYPES["person"](id="q", label="Who?", choices="staff")
    with pytest.raises(Refused, match=r"“Ben Okafor” cannot be chosen for “Who\?”. On leave"):
        asked.answer("ben", AROUND, "q")


def test_a_list_that_was_not_handed_over_is_a_mistake_of_the_program() -> None:
    asked = TYPES["person"](id="q", label="Who?", choices="directors")
    with pytest.raises(LookupError, match="directors"):
        asked.answer("ben", AROUND, "q")


@pytest.mark.parametrize(
    ("limits", "raw", "sentence"),
    [
        ({"earliest": "today"}, "2026-03-26", "must be Friday 27 March 2026 or later"),
        ({"earliest": "tomorrow"}, "2026-03-27", "must be Saturday 28 March 2026 or later"),
        ({"latest": "today"}, "2026-03-28", "must be Friday 27 March 2026 or earlier"),
        ({"latest": "yesterday"}, "2026-03-27", "must be Thursday 26 March 2026 or earlier"),
        ({"latest": "2026-01-01"}, "2026-01-02", "must be Thursday 1 January 2026 or earlier"),
        ({}, {"day": "31", "month": "4", "year": "2026"}, "a date that exists, like 27 3 2026"),
        ({}, {"day": "31", "month": "", "year": "2026"}, "a day, a month and a year"),
        ({"optional": True}, {"day": "", "month": "3", "year": ""}, "a day, a month and a year"),
    ],
)
def test_a_date_out_of_bounds_is_told(limits: Any, raw: Any, sentence: str) -> None:
    asked = TYPES["date"](id="q", label="The day", **limits)
    with pytest.raises(Refused, match=sentence):
        asked.answer(raw, AROUND, "q")


def test_cells_of_a_group_are_named_by_the_place_they_were_sent_from() -> None:
    case = next(case for case in CASES if case.type == "rows")
    with pytest.raises(Refused) as refused:
        question(case).answer([{"what": ""}, {"what": "x" * 300}, {"who": "B"}], AROUND, "q")
    assert [name for name, _ in refused.value.problems] == ["q.1.what", "q.2.what"]


def test_rows_are_added_and_taken_away_by_their_buttons() -> None:
    case = next(case for case in CASES if case.type == "rows")
    posted = {"q.0.what": ["A"], "q.1.what": ["B"]}
    asked = question(case)
    assert asked.from_post("q", {**posted, "add.q": [""]}) == [{"what": "A"}, {"what": "B"}, {}]
    assert asked.from_post("q", {**posted, "remove.q.0": [""]}) == [{"what": "B"}]


def test_a_group_needs_as_many_entries_as_its_file_says() -> None:
    case = next(case for case in CASES if case.type == "rows")
    asked = question(case, at_least=2)
    with pytest.raises(Refused, match="at least 2 entries"):
        asked.answer([{"what": "A"}], AROUND, "q")
