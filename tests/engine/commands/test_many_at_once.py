"""Two and twenty people in one run at once: everybody's own task counts, one wins a shared one."""

from __future__ import annotations

import os
import re
import time
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from engine import commands
from engine.casework.audit import Chain
from engine.errors import Rejected
from engine.scenario import Scenario
from engine.tables.casefile import CaseFile, Submission
from engine.tables.database import Database
from engine.tables.process import ElementHistory, ElementInstance, WorkItem
from tests.engine.commands.conftest import TAKEN_OVER, held_landlord
from tests.engine.commands.crowd import DONE, at_once, in_processes, opened
from tests.engine.commands.test_races import FLAG
from tests.engine.whereabouts import told_by_engine, told_by_rows


@pytest.mark.parametrize("many", [2, 20])
def test_everybody_who_completes_a_task_of_their_own_wins(landlord: Scenario, many: int) -> None:
    given = opened(landlord, many)
    complete = partial(commands.complete, landlord.db)
    raised = at_once([partial(complete, item, DONE, by=person) for item, person in given])
    assert raised == [None] * many
    _check_all_won(landlord.db, given)


@pytest.mark.parametrize("many", [2, 20])
def test_it_is_so_over_connections_that_know_nothing_of_each_other(
    landlord: Scenario, many: int
) -> None:
    given = opened(landlord, many)
    houses = [Database(landlord.db.url.render_as_string(hide_password=False)) for _ in given]
    raised = at_once(
        [
            partial(commands.complete, house, item, DONE, by=person)
            for house, (item, person) in zip(houses, given, strict=True)
        ]
    )
    for house in houses:
        house.close()
    assert raised == [None] * many
    _check_all_won(landlord.db, given)


def test_it_is_so_over_processes(landlord: Scenario, tmp_path: Path) -> None:
    given = opened(landlord, 20)
    said = in_processes(landlord.db, [given[:10], given[10:]], tmp_path, dict(os.environ))
    assert said == ["", ""]
    _check_all_won(landlord.db, given)


def test_of_twenty_who_complete_one_task_one_wins_and_the_others_hear_who(
    landlord: Scenario,
) -> None:
    given = opened(landlord, 20)
    item, people = given[0][0], [person for _, person in given]
    complete = partial(commands.complete, landlord.db)
    raised = at_once([partial(complete, item, DONE, by=person) for person in people])
    assert raised.count(None) == 1
    winner = people[raised.index(None)]
    for error in raised:
        assert error is None or isinstance(error, Rejected)
        assert error is None or re.search(f"but {winner} completed it on", str(error).lower())
    with landlord.db.reading() as session:
        done = session.scalars(select(WorkItem).where(WorkItem.completed_at.is_not(None))).all()
        kept = session.scalar(select(func.count(Submission.id)))
    assert [(one.id, one.completed_by) for one in done] == [(item, winner)]
    assert kept == 1
    assert _left(landlord.db) == {"fork": 1, "s": 1, "task_0": 1}


def test_a_loser_who_sees_nothing_of_the_case_but_the_task_hears_it_too(
    landlord: Scenario,
) -> None:
    landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    with landlord.db.reading() as session:
        flag = session.scalars(
            select(WorkItem.id).where(WorkItem.element_id == "confirm_flag").order_by(WorkItem.id)
        ).first()
    complete = partial(commands.complete, landlord.db, flag or 0, FLAG)
    raised = at_once([partial(complete, by="sam"), partial(complete, by="sue")])
    (loser,) = [error for error in raised if error is not None]
    winner = "Sue" if raised[1] is None else "Sam"
    assert isinstance(loser, Rejected)
    assert f"{winner} completed it on" in str(loser)


def test_nobody_waits_for_each_other_in_a_circle(
    postgres_database: Database,
) -> None:
    """Who completes a task may cancel the others; PostgreSQL counts whom it has to throw out."""
    for landlord in held_landlord(postgres_database):
        given = opened(landlord, 20, first_ends_all=True)
        complete = partial(commands.complete, landlord.db)
        raised = at_once([partial(complete, item, DONE, by=person) for item, person in given])
        assert raised.count(None) == 1
        assert all("was cancelled on" in str(error) for error in raised if error)
        time.sleep(1.5)  # until PostgreSQL has written down what it counted
        with landlord.db.reading() as session:
            asked = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
            assert session.scalar(text(asked)) == 0


def _check_all_won(db: Database, given: list[tuple[int, str]]) -> None:
    """Every task was done once, by its person; the run stands behind the join, and nowhere else."""
    with db.reading() as session:
        items = session.scalars(select(WorkItem).order_by(WorkItem.id)).all()
        places = session.scalars(select(ElementInstance.element_id)).all()
        kept = Counter(session.scalars(select(Submission.by)))
        case = session.scalars(select(CaseFile)).one()
        assert Chain.of_case(session, case).broken_at() is None
    done = [(item.id, item.completed_by) for item in items if item.completed_at]
    assert done == given
    assert [item.element_id for item in items if item.completed_at is None] == ["after"]
    assert list(places) == ["after"]
    assert kept == Counter(person for _, person in given)
    tasks = {f"task_{number}": 1 for number in range(len(given))}
    assert _left(db) == {"s": 1, "fork": 1, "join": 1, **tasks}
    assert told_by_rows(db) == told_by_engine(db)


def _left(db: Database) -> dict[str, int]:
    with db.reading() as session:
        rows = session.execute(
            select(ElementHistory.element_id, func.count())
            .where(ElementHistory.what == "left")
            .group_by(ElementHistory.element_id)
        )
        return dict(rows.all())
