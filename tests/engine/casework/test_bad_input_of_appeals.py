"""What must be caught on the way of an appeal, with what a person is told (A.7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from engine.casework import appeal_receipts, appeals, directors
from engine.errors import InvalidAnswers
from engine.tables.database import Database
from engine.tables.decisions import Appeal, Decision
from engine.tables.people import User
from tests.engine.casework.old_register import Register, opened


@pytest.fixture
def register(sqlite_database: Database) -> Iterator[Register]:
    with opened(sqlite_database) as landlord:
        landlord.take_over()
        yield landlord


def allocating(register: Register, **answers: str) -> dict[str, str]:
    try:
        register.answer("allocate_director", register.context("2026-04-02"), answers)
    except InvalidAnswers as refused:
        return {one.question: one.message for one in refused.problems}
    return {}


def test_an_appeal_that_came_to_the_contact_is_an_appeal(register: Register) -> None:
    """R-073; K-9: whoever had it first, its time runs from that day."""
    answers = {
        "decision": "agreed",
        "received_on": "2026-04-01",
        "received_by": "priya",
        "channel": "in_person",
        "grounds": "I never called that often.",
    }
    register.answer("log_appeal", register.context("2026-04-07", "amina"), answers)
    [appeal] = register.rows(Appeal)
    assert (appeal.received_by, appeal.received_on) == ("priya", dt.date(2026, 4, 1))


def test_an_appeal_is_decided_by_the_directors_of_the_policy(register: Register) -> None:
    """R-075: not by whoever manages the contact, even as a stand-in."""
    register.appeal("2026-04-01")
    register.session.get_one(User, "priya").line_manager = "nell"
    assert allocating(register, director="nell") == {
        "director": "Choose one of the answers offered for “Who is going to decide this appeal?”"
    }
    stands_in = {"director": "other", "other_director": "nell", "other_reason": "All away"}
    context = register.context("2026-04-02")
    assert "nell" not in [one.value for one in directors.senior_officers(context)]
    [told] = directors.director_is_free(context, stands_in)
    assert (told.question, told.message) == (
        "other_director",
        "Expected somebody who had no part in the decision, but Nell Price manages the single "
        "point of contact. Choose another person.",
    )


def test_the_clock_does_not_begin_anew_when_it_is_allocated(register: Register) -> None:
    """R-076; K-9."""
    register.appeal("2026-04-01")
    due = appeals.appeal_due(register.context("2026-04-01"))
    assert allocating(register, director="ben") == {}
    assert appeals.appeal_due(register.context("2026-04-09")) == due
    appeals.work_out_dates(register.context("2026-04-09"))
    again = appeals.appeal_due(register.context("2026-04-09"))
    assert due is not None
    assert again is not None
    assert (due.on, again.on) == (dt.date(2026, 4, 10), dt.date(2026, 4, 10))


def test_who_took_part_in_the_meeting_does_not_judge_it(register: Register) -> None:
    """R-077."""
    register.appeal("2026-04-01")
    told = allocating(register, director="ann")["director"]
    assert told == (
        "“Ann Abbot” cannot be chosen for “Who is going to decide this appeal?”. Cannot decide "
        "it: took part in the decision."
    )
    [late] = directors.director_is_free(register.context("2026-04-02"), {"director": "ann"})
    assert late.message == (
        "Expected somebody who had no part in the decision, but Ann Abbot took part in the "
        "decision. Choose another person."
    )


def test_upheld_changes_something(register: Register) -> None:
    """R-078: what it cancels takes the flags with it; that it changes nothing is refused."""
    register.appeal("2026-04-01")
    register.rows(Appeal)[0].director = "ben"
    nothing = {"outcome": "upheld", "reasons": "She is right.", "appeal_effect": "none"}
    with pytest.raises(InvalidAnswers) as refused:
        register.answer("decide_appeal", register.context("2026-04-08", "ben"), nothing)
    assert [one.message for one in refused.value.problems] == [
        "Expected an upheld appeal to change something, but nothing is to change. Say what "
        "changes, or choose “Partly upheld”."
    ]


def test_more_time_is_a_date_of_the_decision_and_no_note(register: Register) -> None:
    """R-079: what somebody wrote down in passing changes no date."""
    noted = {
        "contacted_on": "2026-04-20",
        "channel": "telephone",
        "direction": "in",
        "note": "Told her she may appeal until 28 May.",
        "triage": "nothing_new",
    }
    register.answer("log_contact", register.context("2026-04-20"), noted)
    [decision] = register.rows(Decision)
    assert decision.appeal_until == dt.date(2026, 4, 24)
    [offered] = appeal_receipts.decisions_appealable(register.context("2026-04-27"))
    assert offered.hint == "Can be appealed until Fri 24 Apr 2026. That day has passed."
    decision.appeal_until = dt.date(2026, 5, 28)
    register.appeal("2026-05-20")
    assert register.rows(Appeal)[0].in_time
