"""A register taken over by workers that are killed on the way: each row once, none lost (R-063)."""

from __future__ import annotations

import datetime as dt
import io
import signal
from collections import Counter

from sqlalchemy import func, select

from engine import imports
from engine.casework.audit import Chain
from engine.demo.people import add_people
from engine.publishing import prepare
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.decisions import Arrangement
from engine.tables.register_imports import RegisterImportRow
from tests.engine.imports import dirty_register as register
from tests.long.test_contact_import import ended, run
from tests.once import ROOT

ROWS, SAMPLE = 1_000, 12
#: Rows that are no arrangements: two titles, the headings, and the two of the hidden sheet.
ABOVE = 5


def test_whoever_dies_each_row_is_taken_over_once(database: Database, full: bool) -> None:
    total = ROWS if full else SAMPLE
    prepare(database, ROOT)
    add_people(database, dt.date(2026, 1, 1))
    rows = {5 + number: register.clean(number) for number in range(total)}
    file = io.BytesIO(register.workbook(rows))
    taken = imports.registers.take_in(database, file, "register.xlsx", by="dorothy")
    columns = imports.registers.suggested(register.HEADINGS)
    imports.registers.name_columns(database, taken, sheet=1, mapping=columns, by="dorothy")
    ended(run(database, "work"))
    imports.registers.begin(database, taken, by="dorothy")
    for words in (
        "INSERT INTO arrangement",
        "INSERT INTO submission",
        "UPDATE register_import_row",
    ):
        ended(run(database, "work", words, str(2 + total // 6)), -signal.SIGKILL)
    ended(run(database, "work"))
    with database.reading() as session:
        status = Counter(session.scalars(select(RegisterImportRow.status)))
        assert status == {"taken": total, "raw": ABOVE}
        assert session.scalar(select(func.count(Arrangement.id))) == total
        assert session.scalar(select(func.count(Customer.id))) == total
        for case in session.scalars(select(CaseFile).limit(20)):
            assert Chain.of_case(session, case).broken_at() is None
