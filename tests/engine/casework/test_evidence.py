"""Evidence: kept fairly, and only what somebody saw or a trusted source reported is cited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from engine.casework import evidence
from engine.tables.casefile import Evidence, Stage
from engine.tables.database import Database
from tests.engine.casework.new_case import RECORD, Landlord, at_work

KEPT = {**RECORD, "happened_on": "2026-02-10", "what_happened": "Called six times before noon."}


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        found.open()
        yield found


def test_a_record_names_its_author_its_witness_and_its_class(landlord: Landlord) -> None:
    answers = {**KEPT, "evidence_class": "first_hand", "duration_minutes": 12, "at_time": "11:40"}
    landlord.answer("add_evidence", "2026-02-11", answers, "carl")
    record = landlord.rows(Evidence)[0]
    assert (record.author, record.witness) == ("carl", "Carl Boyd")
    assert (record.duration_minutes, record.at_time) == (12, "11:40")
    assert record.recorded_at == landlord.context("2026-02-11").now


@pytest.mark.parametrize(
    ("day", "time", "question"),
    [("2026-02-12", "", "happened_on"), ("2026-02-11", "9:30", "at_time")],
)
def test_nothing_is_recorded_before_it_happens(
    landlord: Landlord, day: str, time: str, question: str
) -> None:
    """R-028: a date in the future."""
    answers = {**KEPT, "happened_on": day, "at_time": time, "evidence_class": "first_hand"}
    assert question in landlord.problems("add_evidence", "2026-02-11", answers)


def test_a_record_is_kept_only_when_all_four_boxes_are_ticked(landlord: Landlord) -> None:
    answers = {**KEPT, "evidence_class": "first_hand", "attested": ["relevant", "factual"]}
    found = landlord.problems("add_evidence", "2026-02-11", answers)
    assert found["attested"].startswith("Expected all four boxes")


def test_a_visit_broken_off_says_how_the_work_goes_on(landlord: Landlord) -> None:
    answers = {**KEPT, "evidence_class": "first_hand", "service_withdrawn": "yes"}
    assert "service_resumes" in landlord.problems("add_evidence", "2026-02-11", answers)


def test_hearsay_and_opinion_are_shown_but_cannot_be_chosen(landlord: Landlord) -> None:
    for kind in ("first_hand", "trusted_third_party", "hearsay", "opinion"):
        landlord.evidence("2026-02-10", kind)
    offered = evidence.citable(landlord.context("2026-02-11"))
    assert [choice.disabled for choice in offered] == [False, False, True, True]
    assert offered[2].hint == "It is hearsay, and no decision may rest on hearsay."
    assert offered[0].label == "Tue 10 Feb 2026: Called six times."


def test_a_long_record_is_offered_by_its_beginning(landlord: Landlord) -> None:
    landlord.evidence("2026-02-10", text="Called the repairs desk and then " * 10)
    label = evidence.citable(landlord.context("2026-02-11"))[0].label
    assert label.endswith("…")
    assert len(label) < 130


def test_what_a_decision_may_not_rest_on_is_refused_with_a_reason(landlord: Landlord) -> None:
    heard = landlord.evidence("2026-02-10", "hearsay")
    put_right = landlord.evidence("2026-02-10")
    landlord.rows(Evidence)[1].corrected_at = landlord.context("2026-02-12").now
    context = landlord.context("2026-02-13")
    found = evidence.problems_with(context, "cites", [heard, put_right, 99])
    said = [problem.message for problem in found]
    assert "no decision may rest on hearsay" in said[0]
    assert "It was corrected" in said[1]
    assert "none with the number 99" in said[2]
    assert not evidence.any_after(context, [heard, put_right, 99], dt.date(2026, 1, 15))


def test_records_of_another_case_are_no_records_of_this_one(landlord: Landlord) -> None:
    theirs = landlord.evidence("2026-02-10")
    landlord.open("2026-02-12", customer_name="Sam Poe")
    found = evidence.problems_with(landlord.context("2026-02-13"), "cites", [theirs])
    assert len(found) == 1


def test_each_reason_is_judged_by_itself(landlord: Landlord) -> None:
    heard, seen = landlord.evidence("2026-02-10", "hearsay"), landlord.evidence("2026-02-10")
    values = {"reasons": [{"evidence": [seen]}, {"evidence": [seen, heard]}], "cites": [heard]}
    found = evidence.evidence_counts(landlord.context("2026-02-13"), values)
    assert [problem.question for problem in found] == ["reasons.1.evidence", "cites"]
    assert evidence.evidence_counts(landlord.context("2026-02-13"), {"reasons": "Prose"}) == []


def test_evidence_is_collected_from_the_day_of_the_letter(landlord: Landlord) -> None:
    landlord.warn()
    warning = next(stage for stage in landlord.rows(Stage) if stage.kind == "warning")
    assert warning.evidence_from == dt.date(2026, 2, 16)
