"""Holds: placed with a reason, lifted, and said to whoever waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from engine.casework import holds
from engine.tables.casefile import CaseFile, LegalHold
from engine.tables.database import Database
from engine.tables.process import Message
from tests.engine.casework.new_case import Landlord, at_work

PLACED = {"hold_kind": "ombudsman", "hold_reason": "Case 2026-0042, Nell Price"}


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        found.open()
        yield found


def test_a_hold_stands_with_its_reason_until_it_is_lifted(landlord: Landlord) -> None:
    landlord.answer("place_hold", "2026-03-02", PLACED, "dorothy")
    offered = holds.standing(landlord.context("2026-03-03"))
    assert offered[0].label == "The Ombudsman is looking at it: Case 2026-0042, Nell Price"
    lifted = {"hold": offered[0].value, "lifted_because": "Closed without a finding."}
    landlord.answer("lift_hold", "2026-04-01", lifted, "dorothy")
    hold = landlord.rows(LegalHold)[0]
    assert (hold.lifted_on, hold.lifted_by) == (dt.date(2026, 4, 1), "dorothy")
    assert holds.standing(landlord.context("2026-04-01")) == []


def test_lifting_tells_whoever_waits_for_the_case(landlord: Landlord) -> None:
    landlord.answer("place_hold", "2026-03-02", PLACED, "dorothy")
    lifted = {"hold": "1", "lifted_because": "Closed."}
    context = landlord.answer("lift_hold", "2026-04-01", lifted, "dorothy")
    told = [(message.name, message.key) for message in landlord.rows(Message)]
    assert told == [
        ("hold_placed", None),
        ("something_was_settled", f"case:{context.case_id}"),
        ("hold_lifted", "legal_hold:1"),
    ]


@pytest.mark.parametrize(
    ("review_on", "ends"),
    [
        (None, "The hold was placed on Mon 2 Mar 2026."),
        (dt.date(2026, 5, 1), "Set on Mon 2 Mar 2026, by the months that held then."),
    ],
)
def test_why_a_hold_is_due_names_the_day_it_was_placed(
    landlord: Landlord, review_on: dt.date | None, ends: str
) -> None:
    """R-108: also when it is asked later, of a hold nobody has looked at."""
    landlord.answer("place_hold", "2026-03-02", PLACED, "dorothy")
    landlord.rows(LegalHold)[0].review_on = review_on
    context = landlord.context("2026-04-13")
    context.variables = {"hold_ref": "legal_hold:1"}
    assert holds.hold_review_on(context).reason.endswith(ends)


def test_a_hold_needs_a_reason(landlord: Landlord) -> None:
    """R-108."""
    found = landlord.problems("place_hold", "2026-03-02", {"hold_kind": "claim"}, "dorothy")
    assert found == {"hold_reason": "Enter what exactly it is"}


def test_a_hold_that_does_not_stand_is_not_lifted(landlord: Landlord) -> None:
    lifted = {"hold": "7", "lifted_because": "Closed."}
    assert "hold" in landlord.problems("lift_hold", "2026-04-01", lifted, "dorothy")


def test_a_deleted_case_is_not_held(landlord: Landlord) -> None:
    landlord.rows(CaseFile)[0].deleted_on = dt.date(2026, 9, 1)
    found = landlord.problems("place_hold", "2026-09-02", PLACED, "dorothy")
    assert "deleted on Tue 1 Sep 2026" in found[""]
