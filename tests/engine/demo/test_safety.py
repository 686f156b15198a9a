"""The demonstration never touches a database that somebody works with."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine import commands
from engine.demo import demo_is_loaded, load_demo
from engine.errors import Rejected
from engine.publishing import prepare
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.people import RoleHolder, User

ROOT = Path(__file__).parents[3]


def _in_use(database: Database) -> None:
    prepare(database, ROOT)
    with database.writing() as session:
        session.add(User(name="jo", full_name="Jo Real", email="jo@example.org", is_demo=False))
        session.flush()
        session.add(RoleHolder(role="team_leader", user_name="jo", from_on=dt.date(2020, 1, 1)))
    commands.start(database, "spoc_case", by="jo")


def test_a_database_in_use_stays_as_it_is_however_often_it_is_tried(database: Database) -> None:
    _in_use(database)
    for _ in range(2):
        with pytest.raises(Rejected, match="in use"):
            load_demo(database, ROOT, lambda *_: None)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CaseFile)) == 1
    assert not demo_is_loaded(database)


def test_time_stays_real_where_real_people_work(database: Database) -> None:
    _in_use(database)
    with pytest.raises(Rejected, match="time is real"):
        commands.move_clock(database, commands.now(database) + dt.timedelta(days=1))
