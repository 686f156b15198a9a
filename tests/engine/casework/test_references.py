"""The references of cases."""

from __future__ import annotations

import datetime as dt
import threading

from engine.casework.references import next_reference
from engine.tables.casefile import CaseFile
from engine.tables.database import Database


def test_references_count_from_one_each_year_and_are_never_used_twice(database: Database) -> None:
    with database.writing() as session:
        assert next_reference(session, dt.date(2026, 1, 2)) == "SP-2026-001"
        for reference in ("SP-2026-009", "SP-2026-1000", "SP-2026-010", "SP-2025-500"):
            session.add(_case(reference))
        session.flush()
        assert next_reference(session, dt.date(2026, 12, 31)) == "SP-2026-1001"
        assert next_reference(session, dt.date(2027, 1, 1)) == "SP-2027-001"


def test_two_who_open_a_case_at_the_same_moment_get_two_references(
    postgres_database: Database,
) -> None:
    begun, given = threading.Event(), []

    def open_second() -> None:
        with postgres_database.writing() as session:
            begun.set()
            given.append(next_reference(session, dt.date(2026, 1, 2)))

    second = threading.Thread(target=open_second)
    with postgres_database.writing() as session:
        reference = next_reference(session, dt.date(2026, 1, 2))
        second.start()
        assert begun.wait(30)
        session.add(_case(reference))
    second.join(30)
    assert (reference, given) == ("SP-2026-001", ["SP-2026-002"])


def _case(reference: str) -> CaseFile:
    return CaseFile(
        reference=reference,
        parameter_set="NPH_2022",
        opened_on=dt.date(2026, 4, 2),
        opened_by="",
        owner="",
    )
