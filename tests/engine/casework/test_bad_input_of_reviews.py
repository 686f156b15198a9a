"""What must be caught when an arrangement is looked at again, with what a person is told (A.8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import arrangements, review_packs
from engine.errors import InvalidAnswers
from engine.tables.casefile import Evidence
from engine.tables.database import Database
from engine.tables.decisions import Decision, LookRequest
from tests.engine.casework.old_register import Register, opened
from tests.engine.casework.review_answers import DECIDED

ASKED: dict[str, Any] = {
    "asked_by": "customer",
    "why": "My hours have changed, so the morning does not work.",
    "received_on": "2026-04-02",
    "received_by": "priya",
    "channel": "email",
}
PACK: dict[str, Any] = {
    "figures_seen": ["contacts", "records", "our_dates", "still_open"],
    "gaps": "Calls to mobile telephones are not logged.",
    "asked_customer": "no_answer",
    "asked_on": "2026-08-20",
    "own_part": "Two answers were late.",
}


@pytest.fixture
def register(sqlite_database: Database) -> Iterator[Register]:
    with opened(sqlite_database) as landlord:
        landlord.take_over()
        arrangements.put_in_force(landlord.context("2026-04-01"))
        landlord.session.add(
            Evidence(
                case_id=landlord.case_id,
                on=dt.date(2026, 4, 20),
                author="dorothy",
                witness="priya",
                channel="telephone",
                text="Called nine times before noon.",
                behaviour_kind="unreasonable_persistence",
                evidence_class="first_hand",
                recorded_at=landlord.context("2026-04-20").now,
            )
        )
        landlord.session.flush()
        yield landlord


def told(register: Register, form: str, on: str, answers: dict[str, Any]) -> dict[str, str]:
    try:
        register.answer(form, register.context(on, "mark"), answers)
    except InvalidAnswers as refused:
        return {one.question: one.message for one in refused.problems}
    return {}


@pytest.mark.parametrize(
    ("next_review_on", "message"),
    [
        (
            "2028-03-28",
            "Expected the next review 3 to 12 months from today, which is between Mon 28 Dec 2026 "
            "and Tue 28 Sep 2027, but it is not. Choose a day in between.",
        ),
        ("ongoing", "Enter a date that exists, like 27 3 2026"),
        ("", "Enter a date for “When is the next review?”"),
    ],
)
def test_an_arrangement_is_reviewed_within_a_year(
    register: Register, next_review_on: str, message: str
) -> None:
    """R-082."""
    answers = {**DECIDED, "next_review_on": next_review_on}
    assert told(register, "decide_review", "2026-09-28", answers) == {"next_review_on": message}


def test_nothing_rolls_forward_without_a_record(register: Register) -> None:
    """R-083: going on rests on something since the last look; ending needs no more than reasons."""
    nothing = {**DECIDED, "new_evidence": "no"}
    assert told(register, "decide_review", "2026-09-28", nothing) == {
        "new_evidence": "Expected a record from Wed 1 Apr 2026 or later on which going on rests, "
        "but there is none. Choose one, add it on the case page first, make the terms lighter, or "
        "end it."
    }
    ends = {**nothing, "review_outcome": "end", "end_on": "2026-10-01"}
    assert told(register, "decide_review", "2026-09-28", ends) == {}


@pytest.mark.parametrize(
    "question", ["findings", "proportionality", "adjustments", "equality_link"]
)
def test_a_review_weighs_what_it_is_asked_to(register: Register, question: str) -> None:
    """R-006, R-083."""
    assert told(register, "decide_review", "2026-09-28", {**DECIDED, question: "See above"}) == {
        question: "Expected an answer of its own, but this says nothing. Say what you found."
    }


def test_whether_it_has_to_do_with_a_protected_characteristic_is_asked_each_time(
    register: Register,
) -> None:
    """R-006: also where nothing changes; an end needs no such look."""
    unasked = {**DECIDED, "equality_link": ""}
    assert told(register, "decide_review", "2026-09-28", unasked) == {
        "equality_link": "Say whether the behaviour has to do with a protected characteristic"
    }
    ends = {**unasked, "review_outcome": "end", "end_on": "2026-10-01"}
    assert told(register, "decide_review", "2026-09-28", ends) == {}


@pytest.mark.parametrize("said", ["none", "See above", "No.", "as above"])
def test_no_letter_gives_a_customer_a_word_for_nothing_as_a_reason(
    register: Register, said: str
) -> None:
    """R-031, R-046: said where the decision is made; recorded it could not be put right."""
    wrong = (
        f"“{said}” says nothing, and a letter will say this. Say it so that the customer can "
        "follow it."
    )
    answers = {**DECIDED, "reasons": said, "change_required": said}
    assert told(register, "decide_review", "2026-09-28", answers) == {
        "reasons": wrong,
        "change_required": wrong,
    }
    register.answer("ask_for_a_look", register.context("2026-04-02"), ASKED)
    turned_down = {"request_outcome": "nothing", "reasons": said}
    assert told(register, "decide_request", "2026-04-07", turned_down) == {"reasons": wrong}


def test_both_sides_are_looked_at(register: Register) -> None:
    """R-084; C-11, C-12: our own part is asked for, and the customer is."""
    review_packs.build_pack(register.context("2026-09-01"))
    one_side = {**PACK, "own_part": "", "asked_customer": ""}
    assert told(register, "review_pack", "2026-09-01", one_side) == {
        "asked_customer": "Choose an answer to “What does the customer say?”",
        "own_part": "Fill in “What could we have done better?”",
    }


@pytest.mark.parametrize("question", ["gaps", "customer_view"])
def test_the_papers_of_a_review_name_no_illness(register: Register, question: str) -> None:
    """R-109: more people read the papers than may read of health."""
    answers = {**PACK, "asked_customer": "answered", "customer_view": "It is too much."}
    review_packs.build_pack(register.context("2026-09-01"))
    assert told(register, "review_pack", "2026-09-01", answers) == {}
    figures = {"record.health_words": ["depression"]}
    context = register.context("2026-09-01", "mark", figures=figures)
    with pytest.raises(InvalidAnswers) as refused:
        register.answer("review_pack", context, {**answers, question: "It was the depression."})
    said = {one.question: one.message for one in refused.value.problems}
    assert list(said) == [question]
    assert "“depression”" in said[question]


def test_a_request_is_not_turned_down_because_nothing_is_due(register: Register) -> None:
    """R-086."""
    register.answer("ask_for_a_look", register.context("2026-04-02"), ASKED)
    for reasons in ("Not due yet.", "The review is not due until October", "not due"):
        answers = {"request_outcome": "nothing", "reasons": reasons}
        assert told(register, "decide_request", "2026-04-07", answers) == {
            "reasons": "Expected an answer to what the customer says, but this says only that no "
            "review is due; they may ask at any time. Say why what they write changes nothing, or "
            "open the review now."
        }
    answers = {"request_outcome": "nothing", "reasons": "Calls after noon are possible already."}
    assert told(register, "decide_request", "2026-04-07", answers) == {}
    assert register.rows(LookRequest)[0].outcome == "nothing"


def test_a_decision_has_one_date_and_nobody_types_it(register: Register) -> None:
    """R-087; C-17, X-14: the day it is recorded, whatever else is sent with it."""
    two_dates = {**DECIDED, "decided_on": "2026-02-03"}
    assert told(register, "decide_review", "2026-09-28", two_dates) == {}
    decided = register.rows(Decision)[-1]
    assert (decided.kind, decided.decided_on) == ("review", dt.date(2026, 9, 28))
