"""A worker that was held up past its claim finds what others did since, and leaves it be."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from sqlalchemy import select, update

from engine import batches, clock
from engine.batches import KINDS, working
from engine.tables.batches import Batch, BatchItem
from engine.tables.database import Database
from tests.engine.batches.conftest import MO
from tests.engine.batches.tallying import add_subjects, countable, counted


def _items(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(BatchItem.status).order_by(BatchItem.id)))


def _end_the_claim(database: Database) -> None:
    """Let its time be over."""
    with database.writing() as session:
        long_ago = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
        session.execute(update(Batch).values(claimed_until=long_ago))


def _all_done(database: Database) -> None:
    for _ in range(50):
        batches.work(database, 0.5)
        if batches.batches(database, MO)[0].state == "ended":
            return
    pytest.fail("Expected the batch to end, but it did not.")


@pytest.mark.parametrize("steps", [3, 10])
def test_a_look_that_was_held_up_past_its_claim_changes_nothing_of_what_was_done_since(
    house: Database, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    add_subjects(house, 10)
    batches.start(house, "promptly", {"above": 0}, by="mo", reason="To know")
    kind, soon = KINDS["promptly"], time.monotonic() + 60
    look = working._look
    done: list[str] = []

    def held_up(*given: Any) -> list[dict[str, Any]]:
        found = look(*given)
        monkeypatch.setattr(working, "_look", look)
        _end_the_claim(house)
        assert working._plan_all(house, 1, kind, soon) == 10
        for _ in range(steps):
            assert working._Step(house, 1, kind, 0).take()
        working._end(house, 1)
        done.extend(_items(house))
        return found

    monkeypatch.setattr(working, "_look", held_up)
    assert working._plan_all(house, 1, kind, soon) == 0
    assert done == ["done"] * steps + ["planned"] * (10 - steps)
    assert _items(house) == done
    _all_done(house)
    assert counted(house) == countable(10)
    with house.reading() as session:
        kept = session.scalars(select(BatchItem.kept).order_by(BatchItem.id)).all()
    assert kept == [{"was": number} for number in range(1, 11)]


def test_a_clock_put_back_keeps_no_batch_in_dead_hands(house: Database) -> None:
    add_subjects(house, 10)
    batches.start(house, "promptly", {"above": 0}, by="mo", reason="To know")
    with house.writing() as session:
        an_hour = clock.real() + dt.timedelta(hours=1)
        session.execute(update(Batch).values(claimed_until=an_hour))
    _all_done(house)
    assert counted(house) == countable(10)
