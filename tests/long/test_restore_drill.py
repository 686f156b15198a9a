"""The restore drill: a backup while people work, a restore elsewhere, and nothing is missing."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from engine import clock, commands
from engine.backups import Wish, backup, restore, verify
from engine.errors import EngineError
from engine.publishing import prepare
from engine.releases import forget
from engine.scenario import Scenario
from engine.tables.casefile import CaseFile, Contact, Submission
from engine.tables.database import Database
from engine.tables.process import ElementHistory, ProcessInstance, WorkItem
from tests.engine.freezing import FROZEN, KEY, NOW, ROOT, key_of_the_frozen, take_up
from tests.engine.whereabouts import told_by_engine, told_by_rows

OPENED: dict[str, Any] = {
    "customer_kind": "tenant",
    "address": "12 Lime Walk, Northfield",
    "concern_on": "2026-11-25",
    "concern": "Rang the repairs line nineteen times on one day about the same appointment.",
    "behaviour_kinds": ["excessive_demands"],
    "demand_types": ["volume"],
    "allegation": "no",
    "owner": "amina",
}
RANG: dict[str, Any] = {
    "contacted_on": "2026-11-26",
    "at_time": "09:00",
    "channel": "telephone",
    "direction": "in",
    "triage": "nothing_new",
}
#: People who may open a case; one who opens two at once is taken to have clicked twice.
PEOPLE = ("amina", "grace", "mo", "ruth")
#: How many seconds they work before the backup begins: as a sample, at full size.
SHORTLY, LONG = 1.5, 60.0


@dataclass
class Shift:
    """What some people did, each thing noted once they were told that it is done."""

    db: Database
    ended: threading.Event = field(default_factory=threading.Event)
    #: (case, contacts logged in it so far)
    told: list[tuple[int, int]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def work(self, person: str) -> None:
        """Open case after case and log calls in each, until the shift ends."""
        with clock.frozen(NOW):
            turn = 0
            while not self.ended.is_set():
                turn += 1
                try:
                    self._one_case(person, f"Robin Vale {turn}", f"NF-{turn:06}")
                except EngineError as error:
                    self.failed.append(str(error))

    def _one_case(self, by: str, name: str, tenancy: str) -> None:
        story = Scenario(self.db)
        story.start("spoc_case", by=by)
        answers = {**OPENED, "customer_name": f"{name} {by}", "tenancy_reference": tenancy}
        story.complete("open_the_case", by=by, answers=answers)
        assert story.case_id is not None
        self.told.append((story.case_id, 0))
        for call in range(1, 3):
            story.act("log_contact", by=by, answers={**RANG, "note": f"Call {call}"})
            self.told.append((story.case_id, call))


@pytest.fixture(autouse=True)
def _key() -> Iterator[None]:
    with key_of_the_frozen(), clock.frozen(NOW):
        forget()
        yield
        forget()


@pytest.fixture(params=["sqlite", "postgres"])
def landlord(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Where people work: the frozen landlord at the present revision."""
    file = tmp_path / "frozen.sqlite"
    take_up(FROZEN / "0003.sql.xz", file)
    database = Database(f"sqlite:///{file}")
    if request.param == "postgres":
        backup(database, tmp_path / "frozen.backup", product="1", tell=_quietly)
        database.close()
        database = request.getfixturevalue("postgres_database")
        restore(database, tmp_path / "frozen.backup", Wish("1", "a test"), _quietly)
    prepare(database, ROOT)
    yield database
    database.close()


def _quietly(_done: int, _total: int, _what: str) -> None:
    """Nobody looks."""


def test_nothing_acknowledged_before_a_backup_under_load_is_missing_and_clocks_go_on(
    landlord: Database, full: bool, tmp_path: Path, capsys: Any
) -> None:
    seconds = LONG if full else SHORTLY
    shift, file = Shift(landlord), tmp_path / "night.backup"
    with _at_work(shift):
        time.sleep(seconds)
        before, began = list(shift.told), time.monotonic()
        _back_up(landlord, file)
        took = time.monotonic() - began
        after = len(shift.told)
        time.sleep(seconds / 4)
    assert shift.failed == []
    assert len(before) >= len(PEOPLE)
    # People went on working while it was written.
    assert after > len(before)
    elsewhere = Database(f"sqlite:///{tmp_path}/elsewhere/spoc.sqlite")
    began = time.monotonic()
    restored = restore(elsewhere, file, Wish("1", "a test"), _quietly)
    with capsys.disabled():
        print(
            f"\n{len(before)} things done before, {after - len(before)} meanwhile; backup of "
            f"{restored.rows} rows {took:.1f} s, restore {time.monotonic() - began:.1f} s"
        )
    assert restored.broken_chains == ()
    _expect_everything(elsewhere, before)
    _expect_nothing_half(elsewhere)
    assert told_by_engine(elsewhere) == told_by_rows(elsewhere)
    _expect_clocks_to_go_on(elsewhere)
    elsewhere.close()


class _at_work:  # noqa: N801  (reads as a sentence)
    """People who work while the block runs."""

    def __init__(self, shift: Shift) -> None:
        self._shift = shift
        self._threads = [threading.Thread(target=shift.work, args=(name,)) for name in PEOPLE]

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()

    def __exit__(self, *_what: object) -> None:
        self._shift.ended.set()
        for thread in self._threads:
            thread.join(60)


def _back_up(db: Database, file: Path) -> None:
    """As an operator does it: the command, in a process of its own."""
    command = [sys.executable, "-m", "flask", "--app", "web", "backup", str(file)]
    environment = {
        **os.environ,
        "DATABASE_URL": db.url.render_as_string(hide_password=False),
        "SPOC_DATA_KEYS": KEY,
        "SPOC_SECRET_KEY": "of a test",
        "SPOC_HOSTS": "localhost",
    }
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert verify(file, _quietly).rows > 0


def _expect_everything(db: Database, told: list[tuple[int, int]]) -> None:
    with db.reading() as session:
        for case_id, calls in told:
            case = session.get(CaseFile, case_id)
            assert case is not None, case_id
            counted = select(func.count()).where(Contact.case_id == case_id)
            assert (session.scalar(counted) or 0) >= calls, case_id
            opened = select(func.count()).where(
                Submission.case_id == case_id, Submission.form == "open_case"
            )
            assert session.scalar(opened) == 1, case_id


def _expect_nothing_half(db: Database) -> None:
    """A task that is done has its answers and its history, and one without neither."""
    with db.reading() as session:
        items = session.scalars(select(WorkItem).where(WorkItem.element_id == "open_the_case"))
        for item in items.all():
            answers = select(func.count()).where(Submission.work_item_id == item.id)
            left = select(func.count()).where(
                ElementHistory.work_item_id == item.id, ElementHistory.what == "left"
            )
            done = int(item.completed_at is not None)
            assert (session.scalar(answers), session.scalar(left)) == (done, done), item.id


def _expect_clocks_to_go_on(db: Database) -> None:
    """What falls due in the next fortnight happens, each timer once; then nothing is due."""
    later = NOW + dt.timedelta(days=14)
    passed: Callable[[], dict[int, int]] = lambda: _passed(db)  # noqa: E731
    before = passed()
    with clock.frozen(later):
        while commands.run_due(db):
            pass
        fired = passed()
        assert commands.run_due(db) == 0
        with db.reading() as session:
            due = select(func.count()).where(ProcessInstance.next_due_at <= clock.now())
            assert session.scalar(due) == 0
    assert len(fired) > len(before)
    assert set(fired.values()) == {1}


def _passed(db: Database) -> dict[int, int]:
    """How often the manager of each run was told that nobody has talked with the customer."""
    with db.reading() as session:
        rows = session.execute(
            select(ElementHistory.instance_id, func.count())
            .where(
                ElementHistory.element_id == "tell_manager_contact_is_late",
                ElementHistory.what == "entered",
            )
            .group_by(ElementHistory.instance_id)
        ).all()
        return dict(rows)
