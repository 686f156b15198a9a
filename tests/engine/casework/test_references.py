"""The references of cases."""

from __future__ import annotations

import datetime as dt

from engine.casework.references import next_reference
from engine.tables.casefile import CaseFile
from engine.tables.database import Database


def test_references_count_from_one_each_year_and_are_never_used_twice(database: Database) -> None:
    with database.writing() as session:
        assert next_reference(session, dt.date(2026, 1, 2)) == "SP-2026-001"
        for reference in ("SP-2026-009", "SP-2026-1000", "SP-2026-010", "SP-2025-500"):
            session.add(
                CaseFile(
                    reference=reference,
                    parameter_set="NPH_2022",
                    opened_on=dt.date(2026, 4, 2),
                    opened_by="",
                    owner="",
                )
            )
        session.flush()
        assert next_reference(session, dt.date(2026, 12, 31)) == "SP-2026-1001"
        assert next_reference(session, dt.date(2027, 1, 1)) == "SP-2027-001"
