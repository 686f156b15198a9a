"""What happened outside: kept as it was, without effect, each safeguard not kept by rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import forms
from engine.casework.context import Context
from engine.casework.failed_controls import Known, failures
from engine.errors import InvalidAnswers
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Decision, Promise
from engine.tables.outside import OutsideEvent
from engine.tables.process import Message
from tests.engine.casework.old_register import Register, opened

LETTER = Path(__file__).parents[3] / "forms" / "letters" / "introduction.md"
FIGURES = {"outside.look_back": 36, "record.health_words": ["dementia"]}
BASE: dict[str, Any] = {
    "happened_on": "2026-04-27",
    "day_sure": "exact",
    "what_happened": "The answer about parking named one person for everything.",
    "done_by": "Housing team",
    "known_how": "our_files",
    "known_on": "2026-05-04",
    "proved": "no",
}
BEGAN = {
    **BASE,
    "event_kind": "told",
    "changed_what": "began",
    "told_how": "complaint_reply",
    "told_parts": ["spoc"],
}
PROMISE = {"what": "Write what to do in an emergency", "owner": "priya", "due_on": "2026-05-19"}
COUNT = {
    **BASE,
    "event_kind": "counted",
    "counted_from": "2026-02-01",
    "how_many": 53,
    "ways_counted": "landline only",
}


@pytest.fixture
def register(sqlite_database: Database) -> Iterator[Register]:
    with opened(sqlite_database) as register:
        register.take_over()
        yield register


def at(register: Register, on: str = "2026-05-06") -> Context:
    context = register.context(on, "nell", figures=FIGURES)
    context.letters = {"introduction": forms.load_letter("introduction", LETTER.read_bytes())}
    return context


def record(register: Register, answers: dict[str, Any], on: str = "2026-05-06") -> OutsideEvent:
    register.answer("outside_event", at(register, on), answers)
    event: OutsideEvent = register.rows(OutsideEvent)[-1]
    return event


def numbers(event: OutsideEvent, **known: Any) -> set[str]:
    return {one.number for one in failures(Known(event, **known))}


def refused(register: Register, answers: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidAnswers) as error:
        record(register, answers)
    assert register.rows(OutsideEvent) == []
    return {one.question: one.message for one in error.value.problems}


def test_a_start_in_a_complaint_reply_changes_nothing_and_names_what_failed(
    register: Register,
) -> None:
    """R-063, K-10, C-01 to C-08, C-11: recorded, never in force, and no time to appeal begins."""
    before = [one.in_force_on for one in register.rows(Arrangement)]
    until = [one.appeal_until for one in register.rows(Decision)]
    event = record(register, BEGAN)
    assert [one.in_force_on for one in register.rows(Arrangement)] == before
    assert [one.appeal_until for one in register.rows(Decision)] == until
    assert {"meaning", "emergency", "appeal", "formal_statement_and_date"} <= set(event.lacked)
    named = {"C-01", "C-02", "C-03", "C-04", "C-05", "C-06", "C-08", "C-11", "C-12", "C-15"}
    assert named | {"C-19", "K-10", "R-040", "R-046"} == numbers(event)


def test_what_the_process_did_before_is_not_held_against_an_outside_letter(
    register: Register,
) -> None:
    """A letter with every part, after all the steps and with proof, fails nothing."""
    parts = at(register).letters["introduction"].required_blocks
    event = record(
        register,
        {
            **BEGAN,
            "event_kind": "letter",
            "told_how": "letter",
            "told_parts": list(parts),
            "proved": "yes",
            "proof": "Certificate of posting 4",
        },
    )
    day = dt.date(2026, 4, 1)
    kept = {"warned_on": day, "change_until": day, "letter_on": day, "decided_on": day}
    assert event.lacked == []
    assert numbers(event, **kept) == set()
    assert {"C-01", "C-02", "R-040", "C-15"} == numbers(event)


def test_how_long_nobody_said_how_to_appeal_is_counted(register: Register) -> None:
    """C-06: in the case, from 27 April to 26 October 2020, 182 days."""
    event = record(register, BEGAN)
    told = event.happened_on + dt.timedelta(days=182)
    [why] = [one.why for one in failures(Known(event, appeal_told_on=told)) if one.number == "C-06"]
    assert why == "Nothing said how to appeal until Mon 26 Oct 2026, 182 days later"


@pytest.mark.parametrize(
    ("answers", "wanted"),
    [
        (
            {"event_kind": "away", "until_on": "2026-05-01", "emergency_told": "no"},
            {"C-08", "C-10", "R-071"},
        ),
        ({"event_kind": "review", "answer_date_given": "no"}, {"C-14"}),
        ({"event_kind": "review", "answer_date_given": "yes"}, set()),
        ({"event_kind": "complaint", "called_review": "unsaid"}, {"C-21"}),
        ({"event_kind": "complaint", "called_review": "said"}, set()),
        ({"event_kind": "two_classes"}, {"C-21"}),
        (
            {"event_kind": "two_dates", "other_on": "2026-04-28", "dates_about": "telling"},
            {"C-19"},
        ),
        (
            {"event_kind": "two_dates", "other_on": "2026-04-28", "dates_about": "decision"},
            {"C-17"},
        ),
        ({"event_kind": "rarely_there"}, {"C-18"}),
        ({"event_kind": "passed_on", "passing_on_told": "no"}, {"C-12"}),
        ({"event_kind": "staff_contact"}, {"C-13"}),
        ({"event_kind": "held_against"}, {"C-07"}),
        ({"event_kind": "more_time", "until_on": "2026-06-03"}, {"R-079"}),
        ({"event_kind": "wish", "wish_answer": "none"}, {"R-010"}),
        ({"event_kind": "wish", "wish_answer": "granted"}, set()),
        ({**COUNT, "gaps": "Mobiles are missing."}, {"C-20"}),
        (COUNT, set()),
    ],
)
def test_each_kind_fails_what_its_rule_says(
    register: Register, answers: dict[str, Any], wanted: set[str]
) -> None:
    rest = {"absence_told": "no"} if answers["event_kind"] == "away" else {}
    assert numbers(record(register, {**BASE, **rest, **answers})) == wanted


def test_what_came_after_a_complete_letter_can_be_held_against_the_customer(
    register: Register,
) -> None:
    event = record(register, {**BASE, "event_kind": "held_against"})
    assert numbers(event, appeal_told_on=dt.date(2026, 4, 26)) == set()


def test_each_promise_made_outside_becomes_a_task_of_its_owner(register: Register) -> None:
    """R-058, C-09: the same run as for a promise of a letter."""
    record(register, {**BASE, "event_kind": "promise", "promises": [PROMISE]})
    [promise] = register.rows(Promise)
    assert (promise.owner, promise.due_on, promise.letter_id) == (
        "priya",
        dt.date(2026, 5, 19),
        None,
    )
    [sent] = [one for one in register.rows(Message) if one.name == "promise_made"]
    assert sent.payload == {"promise_ref": f"promise:{promise.id}"}


@pytest.mark.parametrize(
    ("answers", "about", "says"),
    [
        ({"happened_on": "2026-05-07"}, "happened_on", "cannot be in the future"),
        ({"happened_on": "2016-04-27"}, "happened_on", "Check the year"),
        ({"happened_on": "2026-02-31"}, "happened_on", ""),
        ({"known_on": "2026-05-07"}, "known_on", "cannot be in the future"),
        ({"known_on": "2026-04-26"}, "known_on", "on or after Mon 27 Apr 2026"),
        ({"told_how": "not_told"}, "told_parts", "Expected nothing ticked"),
        ({"told_parts": ["everything"]}, "told_parts", ""),
        ({"proved": "yes"}, "proof", "Enter what the proof is"),
        ({"event_kind": "breach"}, "event_kind", ""),
        ({"what_happened": "She has dementia."}, "what_happened", "nothing about health"),
        ({**BASE, "event_kind": "promise"}, "promises", ""),
        (
            {**BASE, "event_kind": "promise", "promises": [{**PROMISE, "owner": ""}]},
            "promises.0.owner",
            "",
        ),
        (
            {**BASE, "event_kind": "promise", "promises": [{**PROMISE, "due_on": ""}]},
            "promises.0.due_on",
            "",
        ),
        (
            {**BASE, "event_kind": "promise", "promises": [{**PROMISE, "due_on": "2026-04-26"}]},
            "promises.0.due_on",
            "when it was promised",
        ),
        ({**COUNT, "counted_from": ""}, "counted_from", "Enter the day from which"),
        ({**COUNT, "counted_from": "2026-04-27"}, "counted_from", "Expected a day before"),
        ({**COUNT, "how_many": 0}, "how_many", ""),
        (
            {"event_kind": "away", "until_on": "2026-04-26", "absence_told": "no"},
            "until_on",
            "Expected a last day",
        ),
        (
            {"event_kind": "two_dates", "other_on": "2026-04-27", "dates_about": "telling"},
            "other_on",
            "two different days",
        ),
        (
            {"event_kind": "review", "answer_date_given": "no", "asked_on": "2026-04-28"},
            "asked_on",
            "on or before",
        ),
        (
            {
                "event_kind": "review",
                "answer_date_given": "no",
                "asked_on": "2026-04-20",
                "confirmed_on": "2026-04-19",
            },
            "confirmed_on",
            "when the customer asked",
        ),
        ({"event_kind": "wish", "wish_answer": "refused"}, "refused_because", "Enter why not"),
    ],
)
def test_what_cannot_be_is_sent_back_with_what_to_do(
    register: Register, answers: dict[str, Any], about: str, says: str
) -> None:
    """R-063, C-15: what is recorded of others' doing is as exact as what we do ourselves."""
    base = BASE if "event_kind" in answers and answers["event_kind"] != "breach" else BEGAN
    if answers.get("event_kind") == "away":
        answers = {**answers, "emergency_told": "no"}
    assert says in refused(register, {**base, **answers})[about]


def test_the_same_event_is_recorded_once(register: Register) -> None:
    """R-063: twice would be counted twice in the report."""
    record(register, BEGAN)
    with pytest.raises(InvalidAnswers) as twice:
        record(register, BEGAN, "2026-05-08")
    assert "recorded on Wed 6 May 2026" in twice.value.problems[0].message
