"""Flags between processes: the server, the worker that works the outbox, and the other system.

Proof 4 of the whole policy (R-065 to R-067, R-069): each is started as an operator starts it, and
all they say to each other goes through sockets. The test itself sends nothing of the outbox.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import func, select

import engine
from engine import clock
from engine.demo.landlord import LOADED
from engine.demo.people import add_people
from engine.tables.audit import AuditEvent
from engine.tables.database import Database
from engine.tables.decisions import Flag
from engine.tables.flagging import FlagRequest
from engine.tables.process import Outbox, Setting, WorkItem
from tests.long.chaos import house as houses
from tests.long.chaos.ground import now_of, set_ahead
from tests.long.chaos.house import Process
from tests.once import ROOT
from tests.outside import NEXT_SECRET, SECRET
from tests.web.flag_systems import (
    LONGEST_WAIT,
    NAME,
    SYSTEM,
    TAKEN_OVER,
    change,
    signed,
    until,
)

#: A process starts within this many seconds, and what was sent is taken.
_SOON = 90.0
_STRANGE = "whsec_c3RyYW5nZXIgc2VjcmV0IG9mIGFuc3dlcnMgMQ=="


@dataclass
class Town:
    """The processes of one installation and the system beside it, each a program of its own."""

    db: Database
    ours: list[Process]
    #: How the other system answers -> its process; one of them runs at a time.
    theirs: Mapping[str, Process]
    pages: str
    ahead: dt.timedelta = dt.timedelta()

    def start(self, *processes: Process) -> None:
        """Start these, and wait until each answers."""
        for one in processes:
            one.start()
        until(lambda: all(one.is_ready() for one in processes), _SOON)

    def answers(self, mode: str) -> None:
        """Let the other system answer so from now on; "" for a system that is not there."""
        for one in self.theirs.values():
            one.stop()
        if mode:
            self.start(self.theirs[mode])

    def shows(self) -> dict[str, str]:
        """Ask the other system what flags it shows."""
        [there] = [one for one in self.theirs.values() if one.lives()]
        found: dict[str, str] = requests.get(f"http://127.0.0.1:{there.port}/", timeout=10).json()
        return found

    def taken(self) -> int:
        """Count the calls that the other system took, in all its lives."""
        logs = [one.log.read_text() for one in self.theirs.values() if one.log.exists()]
        return sum(log.count("A call was answered with 202.") for log in logs)

    def later(self, **by: float) -> None:
        """Put the clock of the installation forward, and wait until the worker did what is due."""
        self.ahead += dt.timedelta(**by)
        set_ahead(self.db, self.ahead)
        self.until(lambda: not self._calls(Outbox.next_try_at <= now_of(self.db)))

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds; each process must live meanwhile."""

        def lives_and_holds() -> bool:
            assert all(one.lives() for one in self.ours), [one.log.read_text() for one in self.ours]
            return holds()

        until(lives_and_holds, _SOON)

    def rows(self) -> list[Outbox]:
        """Give the calls to the other system, the oldest first."""
        return self._calls()

    def requests(self) -> list[FlagRequest]:
        """Give what it was asked for, the oldest first."""
        with self.db.reading() as session:
            rows = select(FlagRequest).where(FlagRequest.system == SYSTEM)
            return list(session.scalars(rows.order_by(FlagRequest.id)))

    def flag(self) -> Flag:
        """Give its one flag."""
        with self.db.reading() as session:
            return session.scalars(select(Flag).where(Flag.system == SYSTEM)).one()

    def task(self) -> WorkItem:
        """Give the newest task about it."""
        with self.db.reading() as session:
            rows = session.scalars(
                select(WorkItem)
                .where(WorkItem.element_id == "confirm_flag")
                .order_by(WorkItem.id.desc())
            )
            return next(one for one in rows if one.variables["flag_system"] == SYSTEM)

    def count(self, action: str) -> int:
        """Count what the log says happened to flags of the other system."""
        with self.db.reading() as session:
            counted = select(func.count(AuditEvent.id)).where(AuditEvent.action == action)
            return session.scalar(counted) or 0

    def _calls(self, *wanted: Any) -> list[Outbox]:
        with self.db.reading() as session:
            rows = select(Outbox).where(Outbox.kind == "flag", *wanted).order_by(Outbox.id)
            return list(session.scalars(rows))


@pytest.fixture(params=["sqlite", "postgres"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """One process on SQLite, as ``make run`` starts it; pages and worker apart on PostgreSQL."""
    clock.use_offset(dt.timedelta())
    db: Database = request.getfixturevalue(f"{request.param}_database")
    engine.prepare(db, ROOT)
    add_people(db, clock.today() - dt.timedelta(days=90))
    with db.writing() as session:
        # Nobody else's cases: the stories of the demonstration would be played first.
        session.add(Setting(name=LOADED, value="for tests"))
    port, there = houses.free_port(), houses.free_port()
    settings = {
        **houses.environment(db.url.render_as_string(hide_password=False), tmp_path),
        "SPOC_ADDRESS": f"127.0.0.1:{port}",
        "SPOC_FLAG_SYSTEMS": f"{NAME}=http://127.0.0.1:{there}/flags",
        "SPOC_FLAG_SECRETS": f"{NAME}={SECRET}",
        "SPOC_FLAG_ANSWER_SECRETS": f"{NAME}={NEXT_SECRET}",
        "SPOC_WEBHOOK_PRIVATE": "1",
        **({} if db.is_sqlite else {"SPOC_WORKERS": "apart"}),
    }
    ours = [Process("serve", ("--app", "web", "serve"), settings, tmp_path / "serve.log", port)]
    if not db.is_sqlite:
        ours.append(houses.worker("work", settings, tmp_path))
    theirs = {
        mode: _other(mode, there, settings, tmp_path) for mode in ("silent", "at_once", "down")
    }
    found = Town(db, ours, theirs, f"http://127.0.0.1:{port}")
    try:
        found.start(*ours)
        # The worker tells the house how each system is asked.
        found.until(lambda: _is_told(db))
        yield found
    finally:
        for one in (*theirs.values(), *ours):
            one.kill()
        # Whoever comes next in this process has the time as it is.
        clock.use_offset(dt.timedelta())


def _other(mode: str, port: int, settings: Mapping[str, str], folder: Path) -> Process:
    command = ("--app", "web", "flag-counterpart", NAME, "--port", str(port), "--mode", mode)
    return Process(mode, command, settings, folder / f"{mode}.log", port)


def _is_told(db: Database) -> bool:
    with db.reading() as session:
        said = session.get(Setting, "flag_systems")
        return said is not None and "webhook" in said.value


def test_a_flag_is_asked_for_answered_refused_late_and_left_to_a_person_between_processes(
    town: Town, full: bool
) -> None:
    _asked_and_answered(town)
    _down_for_a_day(town, looks=24 if full else 8)
    _stays_down(town)


def _asked_and_answered(town: Town) -> None:
    """A signed call out; forged, altered, late and repeated answers in; one confirmation."""
    town.answers("silent")
    begun = engine.receive(town.db, "arrangement_taken_over", _taken_over(), by="dorothy")
    assert begun.case_id is not None
    engine.deliver_messages(town.db)
    town.until(lambda: town.taken() == 1)
    assert list(town.shows()) == [TAKEN_OVER["tenancy_reference"]]
    [request] = town.requests()
    answer = {
        "type": "flag.confirmed",
        "timestamp": now_of(town.db).isoformat(),
        "data": {
            "request_id": request.reference,
            "by": "Kim",
            "evidence_ref": "Ticket 9",
            "at": now_of(town.db).isoformat(),
        },
    }
    headers = signed(answer, "msg_1")
    refused = [
        _post(town, {}, answer),
        _post(town, signed(answer, "msg_1", secret=_STRANGE), answer),
        # What we ourselves sign with, sent back to us.
        _post(town, signed(answer, "msg_1", secret=SECRET), answer),
        _post(town, headers, {**answer, "more": "altered"}),
        _post(town, {**headers, "webhook-id": "msg_2"}, answer),
        _post(town, signed(answer, "msg_1", ago=dt.timedelta(minutes=6)), answer),
        _post(town, signed(answer, "msg_1", ago=-dt.timedelta(minutes=6)), answer),
    ]
    assert refused == [401] * 7
    assert town.flag().set_on is None
    assert _post(town, headers, answer) == 200
    assert _post(town, headers, answer) == 200
    assert _post(town, signed(answer, "msg_2"), answer) == 409
    assert (town.flag().confirmed_by, town.flag().proof) == ("the system", "Ticket 9")
    assert (town.count("flag_confirmed"), town.count("flag_answer_ignored")) == (1, 1)


def _down_for_a_day(town: Town, looks: int) -> None:
    """Nobody is there for a day; then the change is made once, and confirmed once.

    looks: in how many steps the day goes by.
    """
    town.answers("")
    change(town.db)
    town.until(lambda: town.rows()[-1].attempts > 0)
    for _ in range(looks):
        town.later(hours=24 / looks)
    [_, row] = town.rows()
    assert (row.dead_at, row.sent_at) == (None, None)
    assert 5 <= row.attempts < 24
    assert town.flag().failed_on is None
    town.answers("at_once")
    town.later(hours=LONGEST_WAIT)
    town.until(lambda: town.flag().update_requested_on is None)
    assert list(town.shows()) == [TAKEN_OVER["tenancy_reference"]]
    assert (town.taken(), len(town.requests())) == (2, 2)
    assert town.requests()[-1].confirmed_via == "webhook"
    assert town.count("flag_confirmed") == 2


def _stays_down(town: Town) -> None:
    """It answers that it is down until no try is left: a person does it, and it never leaves."""
    town.answers("down")
    change(town.db)
    for _ in range(60):
        town.later(hours=12)
        if town.flag().failed_on is not None:
            break
    row = town.rows()[-1]
    assert (row.attempts, row.dead_at is not None) == (12, True)
    assert "answered 503" in town.requests()[-1].failed_because
    item = town.task()
    assert "do it there by hand" in (item.due_reason or "")
    view = engine.form_of_task(town.db, item.id, by="sam")
    lines = [choice.value for choice in view.choices["flag_shows"]]
    done = {"shows": lines, "done_on": clock.today().isoformat(), "reference": "Note 12"}
    engine.complete(town.db, item.id, done, by="sam")
    town.answers("at_once")
    town.later(days=2)
    assert town.shows() == {}
    assert (town.flag().failed_on, town.flag().confirmed_by) == (None, "sam")
    assert town.taken() == 2


def _taken_over() -> dict[str, Any]:
    """Give an arrangement whose dates are right today."""
    today = clock.today()
    days = {"decided_on": -14, "letter_on": -12, "from_on": -9, "next_review_on": 150}
    dates = {name: (today + dt.timedelta(days=by)).isoformat() for name, by in days.items()}
    return {**TAKEN_OVER, **dates}


def _post(town: Town, headers: Mapping[str, str], content: Any) -> int:
    sent = {"content-type": "application/json", **headers}
    url = f"{town.pages}/flags/answers/{NAME}"
    return requests.post(url, json.dumps(content), headers=sent, timeout=30).status_code
