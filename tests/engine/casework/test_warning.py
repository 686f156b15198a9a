"""The warning stage: contact compared before and after the letter, and what follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from engine.casework import evidence, stages
from engine.tables.audit import AuditDetail
from engine.tables.casefile import CaseFile, Stage
from engine.tables.database import Database
from engine.tables.decisions import Decision
from tests.engine.casework.new_case import COMPARED, Landlord, at_work

LONGER = {**COMPARED, "warning_outcome": "longer", "review_on": "2026-04-13"}


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        found.warn()
        yield found


def test_referring_needs_a_record_later_than_the_letter(landlord: Landlord) -> None:
    before = landlord.evidence("2026-02-16")
    answers = {**COMPARED, "cites": [before]}
    found = landlord.problems("compare_contact", "2026-03-16", answers)
    assert "after the letter of Mon 16 Feb 2026" in found["cites"]
    answers["cites"].append(landlord.evidence("2026-02-17"))
    assert landlord.problems("compare_contact", "2026-03-16", answers) == {}


def test_both_counts_are_looked_at_and_their_gaps_said(landlord: Landlord) -> None:
    answers = {**LONGER, "counts_seen": ["before"]}
    assert "counts_seen" in landlord.problems("compare_contact", "2026-03-16", answers)
    del answers["gaps"]
    found = landlord.problems("compare_contact", "2026-03-16", answers)
    assert found["gaps"] == "Enter what these numbers leave out"


def test_acceptable_contact_ends_the_stage_with_a_decision(landlord: Landlord) -> None:
    landlord.answer("compare_contact", "2026-03-16", {**COMPARED, "warning_outcome": "acceptable"})
    decision, warning = landlord.rows(Decision)[0], landlord.rows(Stage)[1]
    assert (decision.kind, decision.owner_id) == ("no_further_action", warning.id)
    assert decision.details["counts"]["after"]["first"] == "2026-02-17"
    assert decision.details["gaps"] == "Calls to mobiles are not logged."
    assert (warning.outcome, landlord.rows(CaseFile)[0].stage) == ("no_further_action", "warning")


def test_watching_longer_takes_a_later_date_and_decides_nothing(landlord: Landlord) -> None:
    early = {**LONGER, "review_on": "2026-03-16"}
    assert "review_on" in landlord.problems("compare_contact", "2026-03-16", early)
    for review_on in ("2026-03-17", "2031-01-01"):
        found = {**LONGER, "review_on": review_on}
        told = landlord.problems("compare_contact", "2026-03-16", found)
        assert "7 to 91 days after" in told["review_on"]
    landlord.answer("compare_contact", "2026-03-16", LONGER)
    assert stages.warning_review_on(landlord.context("2026-03-16")) == dt.date(2026, 4, 13)
    assert landlord.rows(Decision) == []


def test_a_second_letter_does_not_move_the_day_contact_is_compared_from(landlord: Landlord) -> None:
    context = landlord.context("2026-03-17")
    stages.warning_was_issued(context, dt.date(2026, 3, 17), dt.date(2026, 4, 13))
    evidence.start_log(context)
    warning = landlord.rows(Stage)[1]
    assert (warning.evidence_from, warning.warned_on) == (
        dt.date(2026, 2, 16),
        dt.date(2026, 3, 17),
    )


def test_what_was_counted_is_kept_with_each_comparison(landlord: Landlord) -> None:
    cited = [landlord.evidence("2026-03-02")]
    landlord.answer("compare_contact", "2026-03-16", {**COMPARED, "cites": cited})
    kept = [row.new for row in landlord.session.query(AuditDetail) if row.new]
    compared = next(new for new in kept if "before" in new)
    assert compared["outcome"] == "refer"
    assert compared["before"]["gap"] == "No contact was logged for these days."
