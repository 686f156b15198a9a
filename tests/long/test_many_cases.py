"""Ten thousand running cases: each copy opens, and the managers' pages cost what they cost at 100.

At full size (``make prove``) the figures are printed: statements, and the median time for each page
with few cases and with many, as the server works and in brackets as it passes on the clock.
"""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

import engine
from engine import clock
from engine.demo import multiply
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.decisions import Letter
from engine.tables.process import ProcessInstance
from tests.engine.demo.copies import Compared, private_words
from tests.once import DEMO, DEMO_LOADED_AT, demonstration
from tests.web.visitor import Visitor
from web import create_app
from web.settings import Settings

NOW = DEMO_LOADED_AT
FEW, MANY = 100, 10_000
#: How many cases the sample compares, and how often each page is asked for.
SAMPLE_OF_FEW, SAMPLE_OF_MANY = 60, 180
OFTEN, SELDOM = 30, 1
SAMPLE_OF_PAGES = 7
MOST_STATEMENTS = 12
#: A page with a hundred times the cases may take so many times longer.
MOST_TIMES_LONGER = 12
#: Sees every part of every case.
LOOKS = "dorothy"
SORTED_BY = ("customer", "process", "place", "held_by", "since", "due", "late")


@dataclass
class House:
    """One installation with so many cases that run, and a manager at its pages."""

    db: Database
    client: FlaskClient
    driven: int
    copies: list[int]

    def last_page(self) -> int:
        """Give the number of the last page of the list."""
        manager = engine.person(self.db, LOOKS)
        return engine.running(self.db, manager, engine.RunningFilter()).pages

    def run(self) -> int:
        """Give an arrangement that runs: of the newest copy of the first driven case."""
        copy = self.copies[(len(self.copies) - 1) // self.driven * self.driven]
        with self.db.reading() as session:
            return session.scalars(
                select(ProcessInstance.id).where(
                    ProcessInstance.case_id == copy, ProcessInstance.process_id == "arrangement"
                )
            ).one()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the demonstration landlord as it is first loaded."""
    file = tmp_path_factory.mktemp("many") / "played.sqlite"
    shutil.copyfile(demonstration(tmp_path_factory) / DEMO, file)
    return file


@pytest.fixture(scope="module")
def houses(played: Path, request: pytest.FixtureRequest) -> Iterator[tuple[House, House]]:
    """An installation with few cases and one with many."""
    is_full = request.config.getoption("--full")
    sizes = (FEW, MANY) if is_full else (SAMPLE_OF_FEW, SAMPLE_OF_MANY)
    with clock.frozen(NOW):
        few, many = (_house(played, size) for size in sizes)
        yield few, many
        for house in (few, many):
            house.db.close()


def _house(played: Path, size: int) -> House:
    file = played.with_name(f"with_{size}.sqlite")
    shutil.copyfile(played, file)
    app = create_app(Settings(f"sqlite:///{file}", "only for tests", demo=True))
    db: Database = app.extensions["database"]
    with db.reading() as session:
        driven = list(session.scalars(select(CaseFile.id)))
    begun = time.perf_counter()
    multiply(db, size - len(driven), lambda *_: None)
    print(f"{size - len(driven)} cases multiplied in {time.perf_counter() - begun:.0f} s")
    client = app.test_client()
    Visitor(client).sign_in(LOOKS)
    with db.reading() as session:
        known = session.scalars(select(CaseFile.id).order_by(CaseFile.id)).all()
        running = session.scalar(
            select(func.count(ProcessInstance.case_id.distinct())).where(
                ProcessInstance.ended_at.is_(None)
            )
        )
    assert running == len(known) == size
    return House(db, client, len(driven), [case for case in known if case not in driven])


def test_each_copy_is_like_its_original_and_all_its_pages_open(
    houses: tuple[House, House], full: bool
) -> None:
    """The sample compares every copy, and opens the pages of a few."""
    house = houses[1]
    with clock.frozen(NOW), house.db.reading() as session:
        for original, copy in enumerate(house.copies[: house.driven], start=1):
            compared = Compared(session, original, copy)
            assert compared.differences() == []
            texts = " ".join(compared.texts())
            assert [word for word in private_words(session, original) if word in texts] == []
            if full or original % SAMPLE_OF_PAGES == 0:
                _open_pages(house.client, session, copy)


def _open_pages(client: FlaskClient, session: Any, case_id: int) -> None:
    pages = [f"/cases/{case_id}", f"/cases/{case_id}/timeline"]
    letters = session.scalars(select(Letter.id).where(Letter.case_id == case_id))
    pages += [f"/cases/{case_id}/letters/{letter}" for letter in letters]
    runs = session.scalars(select(ProcessInstance.id).where(ProcessInstance.case_id == case_id))
    pages += [f"/runs/{run}" for run in runs]
    answers = {page: client.get(page).status_code for page in pages}
    assert set(answers.values()) == {200}, answers


def _pages(house: House) -> dict[str, str]:
    sorts = {f"sorted by {name}": f"/running?sort={name}" for name in SORTED_BY}
    back = {f"sorted back by {name}": f"/running?sort=-{name}" for name in SORTED_BY}
    return {
        "the list": "/running",
        "its last page": f"/running?page={house.last_page()}",
        **sorts,
        **back,
        "what is late": "/running?due=late",
        "what is stuck": "/running?due=stuck",
        "one process": "/running?process=arrangement",
        "one step": "/running?process=flags&step=confirm_flag",
        "one person": "/running?held_by=priya",
        "one role": "/running?held_by=dmo",
        "one stage": "/running?stage=formal",
        "one customer": "/running?search=otter",
        "one reference": "/running?search=SP-2026-036",
        "a diagram": "/running/arrangement",
        "the first diagram": "/running/spoc_case",
        "the processes": "/processes",
        "one run": f"/runs/{house.run()}",
    }


@dataclass
class Cost:
    """What one page costs: statements, and milliseconds of the server's own and on the clock."""

    statements: int
    worked: float
    passed: float


def test_pages_of_many_cases_take_few_statements_and_about_as_long(
    houses: tuple[House, House],
    full: bool,
    statements: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    heading = f"{'page':<24} {'statements':>10} {'few':>14} {'many':>16} {'ratio':>8}"
    lines, too_much = [heading], []
    asked = zip(*(_pages(house).items() for house in houses), strict=True)
    with clock.frozen(NOW):
        for (name, of_few), (_, of_many) in asked:
            few, many = _costs(houses, (of_few, of_many), statements, OFTEN if full else SELDOM)
            most, ratio = max(few.statements, many.statements), many.worked / few.worked
            lines.append(
                f"{name:<24} {most:>10} {few.worked:>6.1f} ({few.passed:.0f}) ms "
                f"{many.worked:>7.1f} ({many.passed:.0f}) ms {ratio:>7.1f}"
            )
            if most > MOST_STATEMENTS or (full and ratio > MOST_TIMES_LONGER):
                too_much.append(lines[-1])
    if full:
        with capsys.disabled():
            print("\n" + "\n".join(lines))
    assert too_much == []


def _costs(
    houses: tuple[House, House], pages: tuple[str, str], statements: list[str], often: int
) -> list[Cost]:
    """Ask either house in turn, so that what else the machine does falls on both alike."""
    found: list[list[Cost]] = [[], []]
    for _ in range(often + 1):
        for house, page, costs in zip(houses, pages, found, strict=True):
            costs.append(_cost(house.client, page, statements))
    # The first answer fills what the process keeps: releases, templates.
    return [_median(costs[1:]) for costs in found]


def _cost(client: FlaskClient, page: str, statements: list[str]) -> Cost:
    statements.clear()
    worked, passed = time.process_time(), time.perf_counter()
    answer = client.get(page)
    worked, passed = time.process_time() - worked, time.perf_counter() - passed
    assert answer.status_code == 200, page
    return Cost(len(statements), 1000 * worked, 1000 * passed)


def _median(costs: list[Cost]) -> Cost:
    return Cost(
        max(cost.statements for cost in costs),
        statistics.median(cost.worked for cost in costs),
        statistics.median(cost.passed for cost in costs),
    )
