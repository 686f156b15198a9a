"""Runs saved by every released version load, go on and finish under the present one."""

from __future__ import annotations

import contextlib
import datetime as dt
import lzma
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, func, select

from engine import clock, commands
from engine.backups import Wish, backup, restore
from engine.errors import EngineError, InvalidAnswers
from engine.publishing import prepare
from engine.releases import forget
from engine.scenario import Scenario
from engine.tables import Row, job_schema
from engine.tables.casefile import CaseFile, LegalHold, OwedAction, Submission
from engine.tables.database import Database
from engine.tables.process import ElementHistory, ProcessInstance, WorkItem
from tests.engine.freezing import FROZEN, NOW, ROOT, key_of_the_frozen, take_up
from tests.engine.whereabouts import told_by_engine, told_by_rows

#: The day after they were frozen, and a day by which every case has been kept long enough.
NEXT_DAY = NOW + dt.timedelta(days=1)
A_YEAR_LATER = dt.datetime(2027, 12, 1)
TODAY = NEXT_DAY.date().isoformat()
#: Whoever holds a role for which nobody is named.
HOLDERS = {"dmo": "dorothy", "systems_team": "sam"}
#: Task -> what people answer; where several are, whichever its form takes then.
ANSWERS: dict[str, list[dict[str, Any]]] = {
    "confirm_flag": [
        {"shows": shown, "done_on": TODAY, "reference": "Looked"}
        for shown in (["nothing"], ["not_needed"], "all")
    ],
    "share_with_partner": [
        {
            "partner_scope": "yes",
            "agreement_until": "2027-03-31",
            "told": "all",
            "shared_on": TODAY,
        }
    ],
    "record_acknowledgement": [{"acknowledged_on": TODAY}],
    "decide_appeal": [{"outcome": "not_upheld", "reasons": "It was proportionate."}],
    "issue_letter": [
        {"channel": "letter", "sent_on": TODAY, "proof": "Certificate of posting 1", **more}
        for more in ({}, {"change_required": "Calls on one matter at a time."})
    ],
    "tell_both": [
        {
            "customer_told_on": TODAY,
            "customer_told_how": "telephone",
            "third_party_told_on": TODAY,
            "third_party_told_how": "letter",
        }
    ],
}
KEPT = {"owed_action": "first", "owed_result": "done", "done_on": TODAY}
LEFT = {"left_because": "moved", "left_on": NOW.date().isoformat(), "left_note": "Keys are back."}


@pytest.fixture(params=sorted(FROZEN.glob("*.sql.xz")), ids=lambda path: path.name[:4])
def frozen(request: pytest.FixtureRequest) -> Path:
    """A database as an older version left it."""
    found: Path = request.param
    return found


@pytest.fixture(params=["sqlite", "postgres"])
def upgraded(request: pytest.FixtureRequest, frozen: Path, tmp_path: Path) -> Iterator[Database]:
    """The same, brought to the present version as an operator does it."""
    file = tmp_path / "old.sqlite"
    take_up(frozen, file)
    database = Database(f"sqlite:///{file}")
    with key_of_the_frozen(), clock.frozen(NEXT_DAY):
        forget()
        if request.param == "postgres":
            old, database = database, request.getfixturevalue("postgres_database")
            backup(old, tmp_path / "old.backup", product="an older one", tell=_quietly)
            old.close()
            restore(database, tmp_path / "old.backup", Wish("this one", "a test"), _quietly)
        prepare(database, ROOT)
        yield database
        forget()
    database.close()


def _quietly(_done: int, _total: int, _what: str) -> None:
    """Nobody looks."""


def test_every_table_was_frozen_with_rows_and_keeps_them(frozen: Path, upgraded: Database) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as old:
        before = _counts_of(frozen, old)
    assert min(before.values()) > 0
    if not upgraded.is_sqlite:
        # What was restored is one event of the administration.
        before["audit_event"] += 1
        before["audit_detail"] += 1
    with upgraded.snapshot() as connection:
        known = MetaData()
        known.reflect(connection)
        after = {
            name: connection.scalar(select(func.count()).select_from(known.tables[name]))
            for name in before
        }
        assert after == before
        migrated = MigrationContext.configure(connection, opts={"include_name": job_schema.is_ours})
        assert compare_metadata(migrated, Row.metadata) == []


def _counts_of(frozen: Path, memory: sqlite3.Connection) -> dict[str, int]:
    memory.executescript(lzma.decompress(frozen.read_bytes()).decode())
    names = memory.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        name: memory.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        for (name,) in names
        if name != "alembic_version"
    }


def test_every_run_loads_where_its_rows_say_it_is(upgraded: Database) -> None:
    assert told_by_engine(upgraded) == told_by_rows(upgraded)
    with upgraded.reading() as session:
        processes = set(session.scalars(select(ProcessInstance.process_id)))
        # What was sealed then opens now.
        assert [row.restricted for row in session.scalars(select(Submission)) if row.restricted]
    assert len(processes) >= 7
    assert all(state.broken_at is None for state in commands.verify_chains(upgraded))


def test_every_case_goes_on_to_its_end_by_forms_and_timers(upgraded: Database) -> None:
    with upgraded.reading() as session:
        cases = session.scalars(select(CaseFile.id).where(CaseFile.closed_on.is_(None))).all()
        held = set(session.scalars(select(LegalHold.case_id)))
    for case_id in cases:
        Scenario(upgraded, case_id).receive("customer_left", by="dorothy", answers=LEFT)
    while _done(upgraded):
        pass
    for case_id in _owing(upgraded):
        Scenario(upgraded, case_id).act("owed_action_done", by="ruth", answers=KEPT)
    with clock.frozen(A_YEAR_LATER):
        while commands.run_due(upgraded):
            pass
    with upgraded.reading() as session:
        going_on = session.scalars(
            select(ProcessInstance).where(ProcessInstance.ended_at.is_(None))
        ).all()
        assert {run.case_id for run in going_on} == held
        deleted = session.scalars(select(CaseFile.id).where(CaseFile.deleted_on.is_not(None))).all()
        assert len(deleted) == len(cases) + 1 - len(held)
        once = select(func.count()).where(ElementHistory.element_id == "delete_the_case")
        assert session.scalar(once.where(ElementHistory.what == "entered")) == len(deleted)
    assert all(state.broken_at is None for state in commands.verify_chains(upgraded))
    assert told_by_engine(upgraded) == told_by_rows(upgraded)


def _owing(db: Database) -> list[int]:
    """The case of each thing still owed, as often as something is."""
    with db.reading() as session:
        return list(session.scalars(select(OwedAction.case_id).where(OwedAction.done_on.is_(None))))


def _done(db: Database) -> int:
    """Let everybody do what is open and answered above; gives how many tasks were done."""
    with db.reading() as session:
        open_ = session.execute(
            select(WorkItem.case_id, WorkItem.element_id, WorkItem.assignee, WorkItem.role).where(
                WorkItem.completed_at.is_(None),
                WorkItem.cancelled_at.is_(None),
                WorkItem.element_id.in_(ANSWERS),
            )
        ).all()
    return sum(
        _did(Scenario(db, case_id), element, assignee or HOLDERS[role])
        for case_id, element, assignee, role in open_
    )


def _did(story: Scenario, element: str, by: str) -> bool:
    for answers in ANSWERS[element]:
        try:
            story.complete(element, by=by, answers=answers)
        except InvalidAnswers:
            continue
        except EngineError:
            # Done or cancelled by what somebody else did.
            return False
        return True
    return False
