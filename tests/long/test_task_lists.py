"""Lists of a hundred thousand open tasks and a thousand people: few statements, few rows read.

At full size (``make prove``) what a page costs is compared with a list of two thousand.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import sqlite3
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, or_, select, update

from bench.task_lists import ENDS, LISTS
from bench.task_rows import fill
from engine import clock
from engine.casework.open_tasks import is_open
from engine.casework.tasks_seen import sees_work_item
from engine.queries import END, TaskFilter, TaskList, person, task_list
from engine.tables.database import Database
from engine.tables.process import WorkItem
from tests.engine.queries.landlord import NOW, settle

SAMPLE, FULL = 2_000, 100_000
MOST_STATEMENTS = 6
#: No part of a plan reads more rows than the counts go, but for what is a person's own.
MOST_ROWS = 4_000
MOST_STEPS, STEPS_AT_ONCE = 200_000, 100
MOST_TIMES_LONGER = 3
ROUNDS = 15
#: Walked from end to end: so many pages.
PAGES = 60


@pytest.fixture
def size(full: bool) -> int:
    return FULL if full else SAMPLE


@pytest.fixture
def house(database: Database, size: int) -> Iterator[Database]:
    """An installation with so many open tasks, on either database."""
    settle(database)
    with clock.frozen(NOW):
        fill(database, size)
        yield database


def look(db: Database, name: str, **place: str) -> TaskList:
    user, view = LISTS[name]
    return task_list(db, person(db, user), TaskFilter(view, **place))


def test_a_page_takes_few_statements_and_reads_few_rows(
    house: Database, statements: list[str], full: bool
) -> None:
    for user, view in LISTS.values():
        who = person(house, user)
        for place in ENDS.values():
            wanted = TaskFilter(view, **place)
            task_list(house, who, wanted)
            statements.clear()
            with _told() as asked:
                found = task_list(house, who, wanted)
            assert len(found.items) == 25
            assert len(statements) <= MOST_STATEMENTS
            for sql, values in asked:
                if house.is_sqlite:
                    _few_steps_are_taken(house, sql, values)
                elif full:
                    _few_rows_are_read(house, sql, values)


def test_every_task_is_met_once_although_others_are_completed_meanwhile(
    house: Database, size: int
) -> None:
    """Forwards and backwards, for so many pages; one task of each page is gone before the next."""
    for name, (way, other) in itertools.product(LISTS, (("after", "on"), ("before", "back"))):
        page = look(house, name, **({} if way == "after" else {"before": END}))
        there = _open_ids(house, name)
        met: list[int] = []
        for _ in range(PAGES):
            ids = [row.id for row in page.items]
            met += ids if way == "after" else reversed(ids)
            _complete(house, ids[7:8])
            beyond = getattr(page, other)
            if not beyond:
                break
            page = look(house, name, **{way: beyond})
        expected = there if way == "after" else there[::-1]
        assert met == expected[: len(met)]
        assert len(met) == min(len(expected), 25 * PAGES)


def _open_ids(house: Database, name: str) -> list[int]:
    """Give what the list must hold, in order, asked for as one plain statement."""
    user, view = LISTS[name]
    who = person(house, user)
    query = select(WorkItem.id).where(is_open(), sees_work_item(who))
    if view == "mine":
        query = query.where(WorkItem.assignee == user)
    if view == "team":
        others = or_(WorkItem.assignee.is_(None), WorkItem.assignee != user)
        query = query.where(WorkItem.role.in_(who.roles), others)
    order = (WorkItem.due_on.is_(None), WorkItem.due_on, WorkItem.id)
    with house.reading() as session:
        return list(session.scalars(query.order_by(*order)))


def _complete(house: Database, ids: list[int]) -> None:
    with house.writing() as session:
        over = {"completed_at": clock.now(), "completed_by": "dorothy"}
        session.execute(update(WorkItem).where(WorkItem.id.in_(ids)).values(**over))


def test_a_long_list_costs_about_what_a_short_one_does(
    sqlite_database: Database, full: bool, tmp_path: Path
) -> None:
    """In the sample both are short, and it is only seen that the comparison works."""
    short = Database(f"sqlite:///{tmp_path}/short.sqlite")
    short.migrate()
    with clock.frozen(NOW):
        for house, rows in ((short, SAMPLE), (sqlite_database, FULL if full else 2 * SAMPLE)):
            settle(house)
            fill(house, rows)
        for name in LISTS:
            took: dict[str, list[float]] = {"short": [], "long": []}
            for _ in range(ROUNDS if full else 2):
                took["short"].append(_seconds(short, name, {}))
                took["long"].append(_seconds(sqlite_database, name, {"before": END}))
            ratio = statistics.median(took["long"]) / statistics.median(took["short"])
            assert not full or ratio <= MOST_TIMES_LONGER, (name, ratio)
    short.close()


def _seconds(house: Database, name: str, place: dict[str, str]) -> float:
    began = time.process_time()
    assert len(look(house, name, **place).items) == 25
    return time.process_time() - began


@contextlib.contextmanager
def _told() -> Iterator[list[tuple[str, Any]]]:
    """Give each statement with its values that any database is told while the block runs."""
    told: list[tuple[str, Any]] = []

    def before(_connection: object, _cursor: object, sql: str, values: Any, *_: object) -> None:
        if sql.startswith("SELECT"):
            told.append((sql, values))

    event.listen(Engine, "before_cursor_execute", before)
    try:
        yield told
    finally:
        event.remove(Engine, "before_cursor_execute", before)


def _few_steps_are_taken(db: Database, sql: str, values: Any) -> None:
    """Have SQLite count the steps of its machine: a row read takes ten to thirty."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += STEPS_AT_ONCE
        return 0

    with db.reading() as session:
        connection = session.connection()
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_progress_handler(count, STEPS_AT_ONCE)
        connection.exec_driver_sql(sql, values).all()
        driver.set_progress_handler(None, 0)
    assert counted <= MOST_STEPS, (counted, sql)


def _few_rows_are_read(db: Database, sql: str, values: Any) -> None:
    with db.reading() as session:
        asked = f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}"
        plan = session.connection().exec_driver_sql(asked, values).scalar_one()
    (root,) = json.loads(plan) if isinstance(plan, str) else plan
    for node in _nodes(root["Plan"]):
        if node["Node Type"].endswith(("Seq Scan", "Index Scan", "Index Only Scan", "Heap Scan")):
            read = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
            assert read * node["Actual Loops"] <= MOST_ROWS, node


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)
