"""A whole ``complete``, the person's click with everything it writes, against what others do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url

from bench.arrangement import ours
from bench.bpmn_engine import bpmn_engine
from bench.cycles import NOTE
from bench.figures import Effort, Measure, Measured, NotHereError
from bench.landlord import REPORT, REPORTED, Landlord, landlord
from bench.naive import naive, naive_cycle
from bench.pairs import WARM_UP, Side, alternate, timed
from engine import commands
from tests import postgres

#: The answers to a task of the neutral diagram, which then goes round once more.
NOTED = {"note": "Done.", "is_over": "no"}
#: One round of the neutral diagram.
ROUND = ("first", "second", "left", "right")
_AS_OURS = ("journal_mode=WAL", "synchronous=FULL")


def against_blob(effort: Effort) -> Iterator[Measured]:
    """Compare with the library writing its JSON into one column, on the same disk."""
    pairs = effort.of(300, 20)
    with landlord() as house:
        ready = _at_second_review(house, 2 * (pairs + WARM_UP))
        with blob(house, naive(1)) as theirs, blob(house, naive(1, NOTE)) as with_note:
            plain = alternate(_completing(house, ready), theirs, pairs)
            noted = alternate(_completing(house, ready), with_note, pairs)
    yield Measured(
        "complete_vs_naive_blob",
        plain.ratio,
        f"{pairs} pairs in turn on one disk, each with synchronous=FULL; ours writes state, task, "
        "places, history, answers, report and audit, theirs reads and writes one blob",
        (
            *plain.lines("ours, everything", "SpiffWorkflow, its blob"),
            f"with a note of {len(NOTE)} characters in its variables: {noted.ratio:.2f}",
        ),
    )


def statements(_: Effort) -> Iterator[Measured]:
    """Count what one ``complete`` asks of the database."""
    told: list[str] = []
    commits: list[object] = []
    with landlord() as house:
        began = commands.start(house.db, "neutral", by="dorothy")
        with (
            _listening("before_cursor_execute", lambda *given: told.append(given[2])),
            _listening("commit", commits.append),
        ):
            commands.complete(house.db, began.opened[0], NOTED, by="dorothy")
    counted = [text for text in told if not text.startswith(("BEGIN", "PRAGMA"))]
    yield Measured("complete_sql", len(counted), "counted; without BEGIN and COMMIT")
    yield Measured("complete_commits", len(commits), "counted")


def against_floor(effort: Effort) -> Iterator[Measured]:
    """Compare with the least PostgreSQL can be asked: the same bytes into one row."""
    pairs = effort.of(300, 20)
    try:
        with postgres.server(durable=True) as url, landlord(url) as house:
            ready = _at_second_review(house, pairs + WARM_UP)
            with floor(url) as theirs:
                compared = alternate(_completing(house, ready), theirs, pairs)
    except FileNotFoundError as missing:
        raise NotHereError(str(missing)) from missing
    yield Measured(
        "complete_pg_vs_floor",
        compared.ratio,
        f"{pairs} pairs in turn; PostgreSQL waits for the disk at each commit",
        compared.lines("ours, everything", "UPDATE and COMMIT of as many bytes"),
    )


def against_bpmn_engine(effort: Effort) -> Iterator[Measured]:
    """Compare with another engine's way to keep an instance, task for task of one diagram."""
    pairs = effort.of(400, 20)
    with landlord() as house, bpmn_engine(house.folder) as theirs:
        compared = alternate(theirs, _round_and_round(house), pairs)
    yield Measured(
        "complete_vs_bpmn_engine",
        compared.ratio_of_tenths,
        f"{pairs} pairs in turn; 10th percentiles; theirs is timed inside node and ends with its "
        "JSON in a file and fsync, ours with a commit and synchronous=FULL",
        compared.lines("bpmn-engine: recover, resume, signal, getState", "ours, everything"),
    )


def _at_second_review(house: Landlord, count: int) -> Iterator[int]:
    """Give so many tasks of as many like cases, each at its second review."""
    house.review_arrangement()
    house.copy_cases(count - 1)
    return iter(house.open_items(REPORT))


def _completing(house: Landlord, ready: Iterator[int]) -> Side:
    def side() -> float:
        item = next(ready)
        return timed(lambda: commands.complete(house.db, item, REPORTED, by="priya"))

    return side


def _round_and_round(house: Landlord) -> Side:
    """Complete the tasks of one case of the neutral diagram, one a call, for ever."""
    commands.start(house.db, "neutral", by="dorothy")
    calls = 0

    def side() -> float:
        nonlocal calls
        [item] = house.open_items(ROUND[calls % len(ROUND)])
        calls += 1
        return timed(lambda: commands.complete(house.db, item, NOTED, by="dorothy"))

    return side


@contextmanager
def blob(house: Landlord, state: str) -> Iterator[Side]:
    """Give the naive cycle that reads its state from a column and writes it back."""
    file = house.folder / f"blob-{len(state)}.sqlite"
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        for pragma in _AS_OURS:
            database.execute(f"PRAGMA {pragma}")
        database.execute("CREATE TABLE instance (id INTEGER PRIMARY KEY, state TEXT)")
        database.execute("INSERT INTO instance VALUES (1, ?)", (state,))

        def cycle() -> None:
            database.execute("BEGIN IMMEDIATE")
            [found] = database.execute("SELECT state FROM instance WHERE id = 1").fetchone()
            saved = naive_cycle(found)
            database.execute("UPDATE instance SET state = ? WHERE id = 1", (saved,))
            database.execute("COMMIT")

        def side() -> float:
            taken = timed(cycle)
            database.execute("UPDATE instance SET state = ? WHERE id = 1", (state,))
            return taken

        yield side


@contextmanager
def floor(url: str) -> Iterator[Side]:
    """Give one UPDATE and COMMIT of as many bytes as a state has."""
    state = ours(1)
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as database:
        database.execute("CREATE TABLE floor (id integer PRIMARY KEY, state bytea)")
        database.execute("INSERT INTO floor VALUES (1, %s)", (state,))
        database.commit()

        def write() -> None:
            database.execute("UPDATE floor SET state = %s WHERE id = 1", (state,))
            database.commit()

        yield partial(timed, write)


@contextmanager
def _listening(what: str, told: Any) -> Iterator[None]:
    event.listen(Engine, what, told)
    try:
        yield
    finally:
        event.remove(Engine, what, told)


MEASURES = (
    Measure(("complete_vs_naive_blob",), against_blob),
    Measure(("complete_vs_bpmn_engine",), against_bpmn_engine),
    Measure(("complete_sql", "complete_commits"), statements),
    Measure(("complete_pg_vs_floor",), against_floor),
)
