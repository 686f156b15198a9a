"""The register, its derived status, and the references of cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import event

from engine.casework import arrangements, flags
from engine.casework import register as register_entries
from engine.casework.references import next_reference
from engine.casework.register import RegisterEntry
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.decisions import Appeal, Flag
from tests.engine.casework.old_register import Register, opened

TODAY = dt.date(2026, 4, 2)


@pytest.fixture
def register(sqlite_database: Database) -> Iterator[Register]:
    with opened(sqlite_database) as landlord:
        landlord.take_over()
        yield landlord


def test_an_entry_says_who_how_and_until_when_without_reasons(register: Register) -> None:
    entry = _entry(register)
    assert (entry.reference, entry.customer) == ("SP-2026-001", "Jo Carter")
    assert (entry.spoc_name, entry.cover_name) == ("Priya Nair", "Tom Reed")
    assert entry.restrictions == (("channel", "E-mail only"),)
    assert (entry.start_on, entry.next_review_on) == (dt.date(2026, 4, 1), dt.date(2026, 10, 1))
    assert entry.taken_over
    assert "Forty calls" not in repr(entry)
    assert "Calls blocked" not in repr(entry)


def test_the_status_follows_what_happened(register: Register) -> None:
    arrangement = register.arrangement()
    arrangement.letter_issued_on = None
    assert _entry(register).status == "letter_awaited"
    arrangement.letter_issued_on = dt.date(2026, 3, 27)
    assert _entry(register).status == "letter_issued"
    arrangements.put_in_force(register.context("2026-04-01"))
    assert _entry(register).status == "in_force_unconfirmed"
    flags.request(register.context("2026-04-01"), "add")
    assert _entry(register).status == "in_force_unconfirmed"
    for flag in register.rows(Flag):
        flag.set_on = TODAY
    assert _entry(register).status == "in_force"
    flags.request(register.context("2026-04-02"), "update")
    assert _entry(register).status == "in_force_unconfirmed"
    arrangements.end(register.context("2026-04-02"), reason="customer_left")
    assert _entry(register).status == "ended"


def test_an_open_appeal_lies_over_the_status(register: Register) -> None:
    assert not _entry(register).under_appeal
    register.appeal("2026-04-01")
    assert _entry(register).under_appeal
    register.rows(Appeal)[0].withdrawn_on = TODAY
    assert not _entry(register).under_appeal


def test_a_review_that_passed_shows_as_late_until_the_end_is_decided(register: Register) -> None:
    assert not _entry(register, dt.date(2026, 10, 1)).review_late
    assert _entry(register, dt.date(2026, 10, 2)).review_late
    register.arrangement().end_on = dt.date(2026, 10, 9)
    assert not _entry(register, dt.date(2026, 10, 2)).review_late


def test_the_register_takes_the_same_few_statements_however_long_it_is(
    register: Register,
) -> None:
    for number in range(5):
        register.take_over(customer_name=f"Kim {number}", tenancy_reference=f"30000{number}")
    register.session.flush()
    statements: list[str] = []
    connection = register.session.connection()
    event.listen(connection, "before_cursor_execute", lambda *call: statements.append(call[2]))
    assert len(register_entries.entries(register.session, TODAY)) == 6
    assert len(statements) == 5


def test_references_count_from_one_each_year_and_are_never_used_twice(database: Database) -> None:
    with database.writing() as session:
        assert next_reference(session, dt.date(2026, 1, 2)) == "SP-2026-001"
        for reference in ("SP-2026-009", "SP-2026-1000", "SP-2026-010", "SP-2025-500"):
            session.add(
                CaseFile(
                    reference=reference,
                    parameter_set="NPH_2022",
                    opened_on=TODAY,
                    opened_by="",
                    owner="",
                )
            )
        session.flush()
        assert next_reference(session, dt.date(2026, 12, 31)) == "SP-2026-1001"
        assert next_reference(session, dt.date(2027, 1, 1)) == "SP-2027-001"


def _entry(register: Register, today: dt.date = TODAY) -> RegisterEntry:
    register.session.flush()
    [entry] = register_entries.entries(register.session, today, case_id=register.case_id)
    return entry
