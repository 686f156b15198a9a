"""What must be caught in the informal stage, case by case, with what a person is told (A.2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import complaints
from engine.tables.database import Database
from tests.engine.casework.new_case import CONTINUED, TALKED, Landlord, at_work

DAY = "2026-01-15"
NOT_US = {"root_cause": "no", "root_cause_checked": "We looked at the repairs."}
ONLY_TALKED = (
    "Expected what you said to the customer, but this says only that you talked. Write it as you "
    "told it to them."
)


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        found.open()
        yield found


def talk(landlord: Landlord, on: str = DAY, **changed: Any) -> dict[str, str]:
    return landlord.problems("informal_conversation", on, {**TALKED, **changed})


def test_a_talk_is_not_dated_before_what_it_is_about(landlord: Landlord) -> None:
    """R-013."""
    assert talk(landlord, talked_on="2026-01-08") == {
        "talked_on": "Expected a date from Fri 9 Jan 2026 on, when the concern was first heard "
        "of, but it is Thu 8 Jan 2026. Check the date."
    }


@pytest.mark.parametrize(
    "text", ["spoke to tenant", "Spoke to the tenant.", "Rang her today", "Talked about behaviour"]
)
def test_that_there_was_a_talk_is_not_what_was_said(landlord: Landlord, text: str) -> None:
    """R-013: each of the three things is there in the words they were told in."""
    for question in ("behaviour", "change_expected", "what_may_follow"):
        assert talk(landlord, **{question: text}) == {question: ONLY_TALKED}
    same = dict.fromkeys(("behaviour", "change_expected"), "Nine calls a day are too many.")
    assert talk(landlord, **same) == {
        "change_expected": "Expected an answer of its own, but it repeats another. Say what is "
        "different."
    }


def test_no_warning_letter_follows_on_the_day_of_the_verbal_warning(landlord: Landlord) -> None:
    """R-014; C-01, C-02."""
    landlord.answer("informal_conversation", DAY, TALKED)
    cited = landlord.evidence(DAY)
    told = landlord.problems("informal_outcome", DAY, {**CONTINUED, "cites": [cited]})
    assert told["informal_outcome"] == (
        "Expected the customer's time to change to be over, but it runs until Thu 29 Jan 2026. "
        "Decide then, or record that the matter is settled."
    )


def test_an_open_complaint_is_read_before_it_was_not_us(landlord: Landlord) -> None:
    """R-015."""
    said = {
        "said": "Nobody came for the boiler.",
        "received_on": "2026-01-13",
        "received_by": "tom",
        "complaint_reference": "ST-77",
    }
    complaint = complaints.add(landlord.context("2026-01-13"), said)
    assert talk(landlord, **NOT_US) == {
        "complaints_weighed": "Expected each open complaint to be read before you say that it was "
        "not us, but “Complaint ST-77, stage 1” is not ticked. Read it, then tick it or answer yes."
    }
    assert talk(landlord, **NOT_US, complaints_weighed=[str(complaint.id)]) == {}
    assert talk(landlord) == {}
    complaint.answered_on = dt.date(2026, 1, 14)
    assert talk(landlord, **NOT_US) == {}


@pytest.mark.parametrize(
    ("form", "answers", "question", "word"),
    [
        (
            "log_contact",
            {"contacted_on": DAY, "note": "Said he has schizophrenia.", "triage": "nothing_new"},
            "note",
            "schizophrenia",
        ),
        ("informal_conversation", {"adjustments": "Ring late, has ADHD"}, "adjustments", "ADHD"),
        (
            "informal_conversation",
            {"behaviour": "Shouted. An alcoholic."},
            "behaviour",
            "alcoholic",
        ),
    ],
)
def test_a_diagnosis_does_not_stand_in_an_open_text(
    landlord: Landlord, form: str, answers: dict[str, Any], question: str, word: str
) -> None:
    """R-016, R-109."""
    basis = {"channel": "telephone", "direction": "in"} if form == "log_contact" else TALKED
    assert landlord.problems(form, DAY, {**basis, **answers}) == {
        question: "Expected nothing about health here, because this answer is not sealed, but "
        f"“{word}” is. Write what was done or what to do without it; the detail belongs in a "
        "sealed question of the talk, the meeting or the review."
    }


def test_in_an_emergency_nobody_is_kept_from_saying_it(landlord: Landlord) -> None:
    """R-016, R-095: what is known at once keeps people safe."""
    urgent = {
        "contacted_on": DAY,
        "channel": "telephone",
        "direction": "in",
        "note": "Says she is suicidal.",
        "triage": "safeguarding",
        "done_about_it": "Told the safeguarding lead.",
    }
    assert landlord.problems("log_contact", DAY, urgent) == {}


def test_consent_is_a_yes_and_never_implied(landlord: Landlord) -> None:
    """R-017."""
    assert talk(landlord, support_agreed="implied") == {
        "support_agreed": "Choose one of the answers offered for “Did the customer agree to be "
        "referred?”"
    }
    assert talk(landlord, support_agreed="") == {
        "support_agreed": "Say whether the customer agreed to be referred"
    }


def test_nobody_from_the_other_side_speaks_for_the_customer(landlord: Landlord) -> None:
    """R-018: in the talk as on the case page."""
    told = {
        "other_side": "Expected somebody on the customer's side, but this person is on the other "
        "one. Ask the customer for somebody else."
    }
    assert talk(landlord, other_side="yes") == told
    added = {name: TALKED[name] for name in TALKED if name.startswith(("third_party", "auth"))}
    answers = {**added, "other_side": "yes", "authority_proof": "told_us"}
    assert landlord.problems("add_third_party", DAY, answers) == told


def test_it_does_not_end_without_the_customer_being_told(landlord: Landlord) -> None:
    """R-019."""
    landlord.answer("informal_conversation", DAY, TALKED)
    ended = {"third_party": "1", "ended_on": "2026-02-02", "end_reason": "Shouted at two of us."}
    landlord.answer("withdraw_third_party", "2026-02-02", ended)
    told = {"third_party_told_on": "2026-02-03", "third_party_told_how": "letter"}
    found = landlord.problems("third_party_notice", "2026-02-03", told, third_party_id=1)
    assert found == {
        "customer_told_on": "Enter the date on which the customer was told",
        "customer_told_how": "Choose how the customer was told",
    }


@pytest.mark.parametrize("mediation", ["declined", "not_offered"])
def test_mediation_is_a_condition_of_nothing(landlord: Landlord, mediation: str) -> None:
    """R-020: whoever says no to it goes the same way as everybody else."""
    assert talk(landlord, mediation=mediation) == {}
    landlord.answer("informal_conversation", DAY, {**TALKED, "mediation": mediation})
    cited = landlord.evidence("2026-02-10")
    answers = {**CONTINUED, "mediation_since": mediation, "cites": [cited]}
    assert landlord.problems("informal_outcome", "2026-02-16", answers) == {}


def test_nothing_is_settled_while_we_owe_something(landlord: Landlord) -> None:
    """R-021."""
    landlord.answer("informal_conversation", DAY, TALKED)
    settled = {
        "mediation_since": "not_offered",
        "informal_outcome": "settled",
        "reasons": "Calm since.",
    }
    assert landlord.problems("informal_outcome", "2026-02-02", settled) == {
        "informal_outcome": "Expected nothing still owed to the customer, but one thing is. Mark "
        "it as done on the case page first, or watch a little longer."
    }
