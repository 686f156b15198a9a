"""What must be caught in the warning stage, case by case, with what a person is told (A.3)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.tables.database import Database
from tests.engine.casework.new_case import COMPARED, CONTINUED, RECORD, TALKED, Landlord, at_work

HAPPENED = {**RECORD, "happened_on": "2026-02-10", "what_happened": "Called six times."}


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        found.open()
        yield found


def test_a_warning_letter_without_evidence_of_recurrence_is_refused(landlord: Landlord) -> None:
    before = landlord.evidence("2026-01-13")
    landlord.answer("informal_conversation", "2026-01-15", TALKED)
    for cites in ([], [before]):
        found = landlord.problems("informal_outcome", "2026-02-16", {**CONTINUED, "cites": cites})
        assert "cites" in found, "R-022"


def test_a_summary_without_a_day_is_no_record(landlord: Landlord) -> None:
    answers = {**HAPPENED, "evidence_class": "first_hand"}
    del answers["happened_on"]
    found = landlord.problems("add_evidence", "2026-02-11", answers)
    assert found["happened_on"] == "Enter the day on which it happened"


def test_a_record_of_no_class_is_refused(landlord: Landlord) -> None:
    found = landlord.problems("add_evidence", "2026-02-11", HAPPENED)
    assert found == {"evidence_class": "Choose how we know"}


def test_a_record_that_nobody_saw_or_heard_is_refused(landlord: Landlord) -> None:
    answers = {**HAPPENED, "evidence_class": "first_hand", "witness": "  "}
    found = landlord.problems("add_evidence", "2026-02-11", answers)
    assert found == {"witness": "Enter who saw or heard it"}


@pytest.mark.parametrize(
    "text", ["Neighbours say he shouts.", "Always rude.", "Typical troublemaker"]
)
def test_hearsay_and_opinion_in_the_words_are_pointed_at(landlord: Landlord, text: str) -> None:
    answers = {**HAPPENED, "evidence_class": "first_hand", "what_happened": text}
    found = landlord.problems("add_evidence", "2026-02-11", answers)
    assert found["what_happened"].startswith("Expected what was seen and heard, but")  # R-028, 29


def test_counts_without_their_gaps_are_refused(landlord: Landlord) -> None:
    landlord.warn()
    cited = landlord.evidence("2026-03-10")
    answers = {**COMPARED, "cites": [cited]}
    del answers["gaps"]
    assert "gaps" in landlord.problems("compare_contact", "2026-03-16", answers)
    unseen = {**COMPARED, "cites": [cited], "counts_seen": []}
    assert "counts_seen" in landlord.problems("compare_contact", "2026-03-16", unseen)
