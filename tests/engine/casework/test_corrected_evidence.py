"""A record that was wrong is corrected and stays; once cited, how we know it stays too (R-105)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from engine.casework import corrected_evidence, evidence
from engine.casework.evidence_records import fingerprint
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import Evidence
from engine.tables.database import Database
from tests.engine.casework.new_case import RECORD, Landlord, at_work

FAIR = RECORD["attested"]
DAY = "2026-02-11"


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        found.open()
        yield found


def correction(record: int, **more: Any) -> dict[str, Any]:
    return {
        "record": str(record),
        "wrong_because": "It was on the tenth, says the telephone log.",
        "correction": "replaced",
        "right_text": "Called four times.",
        "attested": FAIR,
        **more,
    }


def logged(landlord: Landlord, action: str) -> list[tuple[Any, Any]]:
    query = (
        select(AuditDetail.old, AuditDetail.new)
        .join(AuditEvent, AuditEvent.id == AuditDetail.event_id)
        .where(AuditEvent.action == action)
        .order_by(AuditEvent.id)
    )
    return [(old, new) for old, new in landlord.session.execute(query)]


def test_the_wrong_record_stays_and_a_right_one_takes_its_place(landlord: Landlord) -> None:
    wrong = landlord.evidence("2026-02-09")
    answers = correction(wrong, right_day="2026-02-10", right_witness="Mark Osei")
    landlord.answer("correct_evidence", DAY, answers, "carl")
    old, new = landlord.rows(Evidence)
    assert old.text == "Called six times."
    assert (old.corrected_by, old.correction_reason) == ("carl", answers["wrong_because"])
    assert (new.text, str(new.on), new.witness) == ("Called four times.", "2026-02-10", "Mark Osei")
    assert (new.corrects_id, new.author, new.evidence_class) == (wrong, "carl", "first_hand")


def test_nothing_further_rests_on_what_was_corrected(landlord: Landlord) -> None:
    wrong = landlord.evidence("2026-02-09")
    landlord.answer("correct_evidence", DAY, correction(wrong))
    context = landlord.context(DAY)
    offered = {choice.value: choice.disabled for choice in evidence.citable(context)}
    assert offered == {str(wrong): True, str(wrong + 1): False}
    [problem] = evidence.problems_with(context, "cites", [wrong])
    assert "It was corrected" in problem.message


def test_a_record_that_should_not_be_there_is_withdrawn_without_another(
    landlord: Landlord,
) -> None:
    wrong = landlord.evidence("2026-02-09")
    answers = {"record": str(wrong), "wrong_because": "Other case.", "correction": "withdrawn"}
    landlord.answer("correct_evidence", DAY, answers)
    [record] = landlord.rows(Evidence)
    assert record.corrected_at is not None
    assert "record" in landlord.problems("correct_evidence", DAY, answers)
    assert corrected_evidence.to_correct(landlord.context(DAY)) == []


def test_what_takes_its_place_is_as_fair_as_any_record(landlord: Landlord) -> None:
    wrong = landlord.evidence("2026-02-09")
    answers = correction(wrong, right_text="He is always rude.", attested=FAIR[:2])
    found = landlord.problems("correct_evidence", DAY, answers)
    assert "“always” sounds like an opinion" in found["right_text"]
    assert found["attested"].startswith("Expected all four boxes")
    late = correction(wrong, right_day="2026-02-12")
    assert "right_day" in landlord.problems("correct_evidence", DAY, late)


def test_how_we_know_changes_with_a_reason_that_is_logged(landlord: Landlord) -> None:
    record = landlord.evidence("2026-02-09", "hearsay")
    answers = {
        "record": str(record),
        "evidence_class": "first_hand",
        "class_because": "Carl was there after all.",
    }
    landlord.answer("class_evidence", DAY, answers, "carl")
    [kept] = landlord.rows(Evidence)
    assert kept.evidence_class == "first_hand"
    [(old, new)] = logged(landlord, "evidence_class_changed")
    assert old == {"class": "hearsay"}
    assert (new["class"], new["reason"]) == ("first_hand", "Carl was there after all.")
    assert new["sha256"] == fingerprint(kept)
    assert "evidence_class" in landlord.problems("class_evidence", DAY, answers)


def test_an_opinion_does_not_become_a_fact_by_its_class(landlord: Landlord) -> None:
    # Hearsay and opinion may say what somebody thinks; what a decision rests on may not.
    record = landlord.evidence("2026-02-09", "opinion", "He is always rude.")
    answers = {
        "record": str(record),
        "evidence_class": "first_hand",
        "class_because": "Carl was there after all.",
    }
    found = landlord.problems("class_evidence", DAY, answers)["evidence_class"]
    assert "“always” sounds like an opinion" in found
    assert landlord.problems("class_evidence", DAY, {**answers, "evidence_class": "hearsay"}) == {}
    landlord.answer("class_evidence", DAY, {**answers, "words_meant": ["kept"]}, "carl")
    assert landlord.rows(Evidence)[0].evidence_class == "first_hand"


def test_a_corrected_time_that_is_still_to_come_is_refused(landlord: Landlord) -> None:
    wrong = landlord.evidence("2026-02-09")
    ahead = correction(wrong, right_day=DAY, right_time="23:59")
    assert "right_time" in landlord.problems("correct_evidence", DAY, ahead)


def test_the_class_of_a_cited_record_stays(landlord: Landlord) -> None:
    """R-027: a class that is changed once a decision rests on it."""
    landlord.warn()
    cited = landlord.rows(Evidence)[0].id
    # The form of the informal outcome was answered with it; the answers are kept as they were.
    landlord.keep("informal_outcome", {"cites": [cited]})
    other = landlord.evidence("2026-02-16")
    answers = {"record": str(cited), "evidence_class": "hearsay", "class_because": "Doubt."}
    said = landlord.problems("class_evidence", "2026-02-17", answers)["record"]
    assert said.endswith("rests on it, so how we know it stays as it was then.")
    # Cited between the page and its answer.
    [late] = corrected_evidence.class_can_change(landlord.context("2026-02-17"), answers)
    assert "a decision or a referral cites this one" in late.message
    offered = corrected_evidence.to_class(landlord.context("2026-02-17"))
    assert {choice.value: choice.disabled for choice in offered} == {
        str(other): False,
        str(cited): True,
    }


def test_a_record_that_reasons_of_a_meeting_name_is_cited(landlord: Landlord) -> None:
    first, second = landlord.evidence("2026-02-09"), landlord.evidence("2026-02-10")
    landlord.keep("record_meeting", {"reasons": [{"reason": "Calls.", "evidence": [second]}]})
    assert corrected_evidence.cited(landlord.context(DAY)) == {second}
    assert first != second


def test_a_cited_record_can_still_be_corrected_and_the_log_says_so(landlord: Landlord) -> None:
    cited = landlord.evidence("2026-02-09")
    landlord.keep("referral", {"cites": [cited]})
    landlord.answer("correct_evidence", DAY, correction(cited))
    [(_, new)] = logged(landlord, "evidence_corrected")
    assert new == {"correction": "replaced", "was_cited": True}


def test_a_record_of_another_case_is_not_corrected_from_here(landlord: Landlord) -> None:
    theirs = landlord.evidence("2026-02-09")
    landlord.open("2026-02-10", customer_name="Sam Poe", tenancy_reference="204519/01")
    found = landlord.problems("correct_evidence", DAY, correction(theirs))
    assert "record" in found


def test_each_record_is_logged_with_the_fingerprint_of_what_it_says(landlord: Landlord) -> None:
    landlord.evidence("2026-02-09")
    [record] = landlord.rows(Evidence)
    [(_, new)] = logged(landlord, "evidence_added")
    assert new["sha256"] == fingerprint(record)
    record.text = "Called sixteen times."
    assert new["sha256"] != fingerprint(record)
