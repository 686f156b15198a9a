"""The figures we claim: every name of the table is measured, and the report is what was agreed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.__main__ import MEASURES
from bench.figures import Effort, Figure, Measure, Measured, NotHereError, at_most, figures_of
from bench.pairs import alternate
from bench.table import TABLE

ROOT = Path(__file__).parents[2]
#: What takes seconds, not minutes.
CHEAP = ("cycle_growth", "state_bytes")


def test_each_figure_of_the_table_is_measured_once_and_no_other() -> None:
    measured = [name for measure in MEASURES for name in measure.names]
    assert len(measured) == len(set(measured))
    assert set(measured) == TABLE.keys()


def test_the_report_for_machines_is_a_list_with_five_fields_each() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--json", *CHEAP],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    figures = json.loads(done.stdout)
    assert [figure["name"] for figure in figures] == list(CHEAP), done.stderr
    for figure in figures:
        assert list(figure) == ["name", "value", "unit", "target", "holds"]
    [size] = [figure for figure in figures if figure["name"] == "state_bytes"]
    assert (size["unit"], size["target"], size["holds"]) == ("bytes", "<= 4000", True)


def test_a_target_that_is_missed_is_told_and_one_that_cannot_be_measured_is_no_failure() -> None:
    def slow(_: Effort) -> Iterator[Measured]:
        yield Measured("idle_tick_ms", 21)

    def nowhere(_: Effort) -> list[Measured]:
        raise NotHereError("there is no PostgreSQL")

    assert TABLE["idle_tick_ms"].target == at_most(20)
    [missed] = figures_of(Measure(("idle_tick_ms",), slow), TABLE, Effort())
    [absent] = figures_of(Measure(("due_rate_pg1",), nowhere), TABLE, Effort())
    assert missed.holds is False
    assert (absent.holds, absent.missing) == (None, "there is no PostgreSQL")
    assert _without_unit(absent) == {
        "name": "due_rate_pg1",
        "value": None,
        "target": "report",
        "holds": None,
    }


def test_a_name_that_no_figure_has_is_refused_with_those_there_are() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench", "cycle_time"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 2
    assert "cycle_growth" in done.stderr


def test_two_sides_take_turns_and_the_slower_one_is_told_by_how_much() -> None:
    order: list[str] = []

    def side(name: str, seconds: float) -> float:
        order.append(name)
        return seconds

    pairs = alternate(lambda: side("a", 0.3), lambda: side("b", 0.1), 40, warm_up=2)
    assert pairs.ratio == pytest.approx(3)
    assert pairs.interval()[0] == pytest.approx(3)
    assert order[:4] in (["a", "b", "b", "a"], ["b", "a", "a", "b"])
    assert len(pairs.first) == len(pairs.second) == 40


def _without_unit(figure: Figure) -> dict[str, object]:
    return {name: value for name, value in figure.as_json().items() if name != "unit"}
