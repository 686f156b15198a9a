"""The heads of the audit chains are kept once a day, and nobody waits for it (R-111)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from engine import clock
from engine.casework.audit import Chain, Entry
from engine.tables.audit import AuditAnchor, AuditEvent
from engine.tables.database import Database
from engine.worker import anchor

NOW = dt.datetime(2026, 3, 27, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    clock.hold(NOW)
    yield
    clock.hold(None)


def _grow(db: Database, *names: str) -> None:
    with db.writing() as session:
        for name in names:
            Chain(session, name).add(Entry("looked", "case_file", 1, actor="amina"), at=clock.now())


def _anchors(db: Database) -> list[tuple[str, dt.date, int]]:
    with db.reading() as session:
        kept = session.scalars(select(AuditAnchor).order_by(AuditAnchor.on, AuditAnchor.chain))
        return [(one.chain, one.on, one.number) for one in kept]


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the chains that are verified from here on."""
    names: list[str] = []
    broken_at = Chain.broken_at

    def told(chain: Chain) -> int | None:
        names.append(chain.name)
        return broken_at(chain)

    monkeypatch.setattr(Chain, "broken_at", told)
    return names


def test_who_writes_does_not_wait_for_chains_to_be_verified(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chain that grows meanwhile keeps the head that was verified."""
    _grow(database, "administration", "case:1")
    broken_at = Chain.broken_at

    def meanwhile(chain: Chain) -> int | None:
        found = broken_at(chain)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_grow, database, chain.name).result(timeout=10)
        return found

    monkeypatch.setattr(Chain, "broken_at", meanwhile)
    monkeypatch.setattr("engine.tables.database.PATIENCE", 2)
    anchor(database)
    assert _anchors(database) == [("administration", NOW.date(), 1), ("case:1", NOW.date(), 1)]


def test_a_chain_is_verified_once_a_day_however_often_it_grows(
    database: Database, verified: list[str]
) -> None:
    _grow(database, "case:1", "case:2")
    anchor(database)
    _grow(database, "case:1")
    anchor(database)
    assert sorted(verified) == ["case:1", "case:2"]
    clock.hold(NOW + dt.timedelta(days=1))
    anchor(database)
    assert verified[2:] == ["case:1"]
    assert _anchors(database)[2:] == [("case:1", clock.today(), 2)]


def test_a_chain_that_does_not_hold_is_told_and_gets_no_anchor(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    _grow(database, "case:1", "case:2")
    with database.writing() as session:
        session.execute(update(AuditEvent).where(AuditEvent.chain == "case:1").values(action="?"))
    anchor(database)
    assert [name for name, *_ in _anchors(database)] == ["case:2"]
    assert "case:1 does not hold at 1" in caplog.text


def test_more_chains_than_one_write_takes_are_all_kept(
    database: Database, statements: list[str]
) -> None:
    names = [f"case:{number}" for number in range(1, 121)]
    _grow(database, *names)
    statements.clear()
    anchor(database)
    assert sorted(name for name, *_ in _anchors(database)) == sorted(names)
    assert statements.count("COMMIT") == 3
