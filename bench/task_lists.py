"""Task lists with a thousand and with a million open tasks, first and last page, rights applied."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from flask import Flask
from flask.testing import FlaskClient

import engine
from bench.figures import Effort, Measure, Measured
from bench.pairs import garbage_left_alone, percentile, timed
from bench.task_rows import MANAGER, TEAM_LEADER, fill
from engine import clock
from engine.publishing import prepare
from engine.tables.database import Database
from web import create_app
from web.settings import ROOT, Settings

#: A Wednesday at ten.
NOW = dt.datetime(2026, 4, 1, 10, 0)
#: Rows -> the figure that says what they cost; in a hurry there are fewer.
SIZES = {1_000: "task_list_ms_1k", 100_000: "task_list_ms_100k", 1_000_000: "task_list_ms_1m"}
QUICK_SIZES = {1_000: "task_list_ms_1k", 20_000: ""}
#: Who looks at which list.
LISTS = {
    "a person's": (TEAM_LEADER, "mine"),
    "a team's": (TEAM_LEADER, "team"),
    "a manager's": (MANAGER, "all"),
}
ENDS = {"first": {}, "last": {"before": engine.END}}
_ROUNDS, _FEW = 200, 15
_PAGE = 25

#: Seconds by rows, list and end.
Times = dict[tuple[int, str, str], list[float]]


@dataclass
class House:
    """One installation with so many open tasks, somebody signed in for each list."""

    db: Database
    clients: dict[str, FlaskClient]

    def page(self, name: str, end: str) -> float:
        """Give the seconds the whole page takes, from the request to its last byte."""
        _, view = LISTS[name]
        asked = {"view": view, **ENDS[end]}
        answer = None

        def ask() -> None:
            nonlocal answer
            answer = self.clients[name].get("/tasks", query_string=asked)

        seconds = timed(ask)
        assert answer is not None
        assert answer.status_code == 200, answer.status
        return seconds

    def query(self, name: str, end: str) -> float:
        """Give the seconds the engine takes for it, the person's roles already known."""
        user, view = LISTS[name]
        person = engine.person(self.db, user)
        wanted = engine.TaskFilter(view, **ENDS[end])
        began = time.perf_counter()
        found = engine.task_list(self.db, person, wanted)
        seconds = time.perf_counter() - began
        assert len(found.items) == _PAGE, (name, end, len(found.items))
        return seconds


def measure(effort: Effort) -> Iterator[Measured]:
    """Measure every list at every size, the sizes in turn."""
    sizes = QUICK_SIZES if effort.quick else SIZES
    with ExitStack() as stack, clock.frozen(NOW):
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        houses = {rows: stack.enter_context(_on_sqlite(folder, rows)) for rows in sizes}
        pages, queries = compared(houses, effort.of(_ROUNDS, _FEW))
    yield from figures(sizes, pages, queries)


def compared(houses: dict[int, House], rounds: int) -> tuple[Times, Times]:
    """Ask every house for every page in turn, so many times; a first time does not count."""
    pages, queries = defaultdict[tuple[int, str, str], list[float]](list), defaultdict(list)
    with garbage_left_alone() as collect:
        for number in range(rounds + 1):
            for name in LISTS:
                for end in ENDS:
                    collect()
                    for rows, house in houses.items():
                        took = house.page(name, end), house.query(name, end)
                        if number:
                            pages[rows, name, end].append(took[0])
                            queries[rows, name, end].append(took[1])
    return pages, queries


def figures(sizes: dict[int, str], pages: Times, queries: Times) -> Iterator[Measured]:
    """Say what the slowest page of each size takes, and how the slowest list grew."""
    for rows, figure in sizes.items():
        slowest = max(median(pages[rows, name, end]) for name in LISTS for end in ENDS)
        if figure:
            lines = tuple(_lines(rows, pages, queries))
            yield Measured(figure, slowest * 1000, "the slowest of six pages of 25", lines)
    least, most = min(sizes), max(sizes)
    grown = {
        name: median(pages[most, name, "last"]) / median(pages[least, name, "first"])
        for name in LISTS
    }
    said = ", ".join(f"{name} {times:.2f}" for name, times in grown.items())
    how = f"whole pages, {most:,} rows and {least:,} in turn; {said}"
    yield Measured("task_list_growth", max(grown.values()), how)


def _lines(rows: int, pages: Times, queries: Times) -> Iterator[str]:
    for name in LISTS:
        for end in ENDS:
            page, query = pages[rows, name, end], queries[rows, name, end]
            yield (
                f"{name} list, {end} page: median {_ms(median(page))}, 90th percentile "
                f"{_ms(percentile(page, 90))}; the query alone {_ms(median(query))}"
            )


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


@contextmanager
def _on_sqlite(folder: Path, rows: int) -> Iterator[House]:
    prepared = folder / "prepared.sqlite"
    if not prepared.exists():
        with closing(Database(f"sqlite:///{prepared}")) as database:
            prepare(database, ROOT)
    file = folder / f"{rows}.sqlite"
    shutil.copyfile(prepared, file)
    began = time.monotonic()
    with house(f"sqlite:///{file}") as made:
        fill(made.db, rows)
        print(f"{rows:,} tasks in {time.monotonic() - began:.0f} s", file=sys.stderr)
        yield made


@contextmanager
def house(url: str) -> Iterator[House]:
    """Give an installation at a database with release 1 in it."""
    app = create_app(Settings(url, "only for the bench", demo=True))
    with closing(app.extensions["database"]) as database:
        yield House(database, {name: _signed_in(app, user) for name, (user, _) in LISTS.items()})


def _signed_in(app: Flask, user: str) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as session:
        session["person"] = user
    return client


MEASURES: Sequence[Measure] = (Measure((*SIZES.values(), "task_list_growth"), measure),)
