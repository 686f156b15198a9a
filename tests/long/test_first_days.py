"""The demonstration landlord can be played on whatever day, at whatever hour, somebody starts."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select

from engine import clock, queries
from engine.calendar import Calendar
from engine.calendar_table import published
from engine.demo import load_demo
from engine.demo.stories import read_stories
from engine.publishing import prepare
from engine.queries import TaskFilter
from engine.tables.database import Database
from engine.tables.process import Incident

ROOT = Path(__file__).parents[2]
CALENDAR = Calendar(dict(published()))
#: Working days, the edges of weekends and of bank holidays, a leap day; early, late, at noon.
FIRST_STARTS = [
    dt.datetime(2026, 11, 23, 8, 15),
    dt.datetime(2026, 11, 25, 10),
    dt.datetime(2026, 11, 26, 17, 45),
    dt.datetime(2026, 11, 27, 12),
    dt.datetime(2026, 11, 28, 0, 1),
    dt.datetime(2026, 11, 29, 23, 58),
    dt.datetime(2026, 12, 24, 16),
    dt.datetime(2026, 12, 29, 9),
    dt.datetime(2027, 1, 1, 12),
    dt.datetime(2027, 1, 4, 7),
    dt.datetime(2027, 3, 28, 1, 30),
    dt.datetime(2027, 3, 29, 9),
    dt.datetime(2027, 3, 30, 9),
    dt.datetime(2027, 8, 31, 11),
    dt.datetime(2028, 2, 29, 16),
    dt.datetime(2028, 5, 2, 10),
]


def _loaded(db: Database, now: dt.datetime) -> int:
    prepare(db, ROOT)
    cases = load_demo(db, ROOT, lambda *_: None, now=now)
    with db.reading() as session:
        assert session.scalars(select(Incident.reason)).all() == []
    return cases


@pytest.mark.parametrize("now", FIRST_STARTS, ids=lambda now: f"{now:%a %d %b %Y}")
def test_every_story_can_be_played_on_any_day(now: dt.datetime, full: bool, tmp_path: Path) -> None:
    """The sample only works the dates out; playing takes as long as a first start does."""
    if not full:
        assert len({moment.story for moment in read_stories(now, CALENDAR)}) >= 16
        return
    db = Database(f"sqlite:///{tmp_path / 'spoc.sqlite'}")
    assert _loaded(db, now) >= 16
    with clock.frozen(now):
        dorothy = queries.person(db, "dorothy")
        counts = queries.task_list(db, dorothy, TaskFilter(view="all")).counts
    assert counts["all"] >= 25
    assert counts["late"] >= 5
    db.close()


def test_the_landlord_is_the_same_in_postgresql(full: bool, postgres_database: Database) -> None:
    """The sample only prepares it."""
    if full:
        assert _loaded(postgres_database, FIRST_STARTS[1]) >= 16
    else:
        assert prepare(postgres_database, ROOT) == 1
