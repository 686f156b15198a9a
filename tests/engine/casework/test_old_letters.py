"""What an old register left open: the letter it owes, and flags it only claims (K-10, R-065)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from engine.casework import flags, old_letters
from engine.imports.registers.cells import claimed
from engine.queries.cards import flag_state
from engine.tables.database import Database
from engine.tables.decisions import Flag
from tests.engine.casework.old_register import Register, opened


@pytest.fixture
def register(sqlite_database: Database) -> Iterator[Register]:
    with opened(sqlite_database) as landlord:
        yield landlord


@pytest.mark.parametrize(("complete", "told"), [("yes", "yes"), ("no", "no"), ("none", "no")])
def test_a_letter_is_owed_where_the_old_one_did_not_tell_how_to_appeal(
    register: Register, complete: str, told: str
) -> None:
    register.take_over(letter_complete=complete)
    assert old_letters.appeal_is_told(register.context("2026-03-27")) == told


def test_who_has_appealed_needs_no_letter_that_says_how(register: Register) -> None:
    register.take_over(letter_complete="no")
    register.appeal("2026-03-30")
    assert old_letters.appeal_is_told(register.context("2026-03-30")) == "yes"


def test_no_letter_is_owed_where_nothing_was_taken_over(register: Register) -> None:
    register.take_over(letter_complete="no").taken_over = False
    assert old_letters.appeal_is_told(register.context("2026-03-27")) == "yes"


def test_letters_of_one_day_are_spread_only_where_the_policy_says_how_many(
    register: Register,
) -> None:
    """Five taken over on Fri 27 March, one of them with a complete letter; two letters a day."""
    for number, complete in enumerate(("no", "yes", "none", "no", "no")):
        register.take_over(
            letter_complete=complete, tenancy_reference=f"NF-{number}", customer_name=f"Jo {number}"
        )
        at_once = register.context("2026-03-27")
        assert old_letters.old_letter_from(at_once) == dt.date(2026, 3, 27)
        spread = register.context("2026-04-20", figures={"take_over.letters_a_day": 2})
        found = old_letters.old_letter_from(spread)
        on = found if isinstance(found, dt.date) else found.on
        # Two, then the next working day: the Monday. Who owes none takes no place.
        assert on == dt.date(2026, 3, 27 if number < 3 else 30)


def test_reasons_nobody_recorded_are_not_offered_as_reasons(register: Register) -> None:
    register.take_over()
    offered = old_letters.decision_reasons(register.context("2026-03-27"))
    assert offered == "Forty calls a day to six people."
    register.take_over(reasons=old_letters.NOT_RECORDED, tenancy_reference="NF-2")
    assert old_letters.decision_reasons(register.context("2026-03-27")) is None


@pytest.mark.parametrize(
    ("cell", "found", "unknown"),
    [
        ("", [], []),
        ("No", [], []),
        ("n/a", [], []),
        ("Yes", ["JADU CRM", "Open Housing"], []),
        ("jadu", ["JADU CRM"], []),
        ("Open Housing; JADU", ["JADU CRM", "Open Housing"], []),
        ("JADU and Civica", ["JADU CRM"], ["Civica"]),
        ("the office diary", [], ["the office diary"]),
    ],
)
def test_a_cell_about_flags_is_read_as_what_is_said(
    cell: str, found: list[str], unknown: list[str]
) -> None:
    assert claimed(cell, ["JADU CRM", "Open Housing"]) == (found, unknown)


def test_a_flag_that_is_only_claimed_is_not_set(register: Register) -> None:
    """R-065: two confirmations are needed, whatever the old register says."""
    register.take_over(flags_claimed=["JADU CRM"])
    flags.request(register.context("2026-03-27"), "add")
    rows = {row.system: row for row in register.rows(Flag)}
    assert {name: flags.flag_state(row) for name, row in rows.items()} == {
        "JADU CRM": "claimed",
        "Open Housing": "requested",
    }
    assert rows["JADU CRM"].set_on is None
    assert not flag_state(rows["JADU CRM"], is_over=False).is_settled
    rows["JADU CRM"].set_on = dt.date(2026, 3, 27)
    assert flags.flag_state(rows["JADU CRM"]) == "set"
