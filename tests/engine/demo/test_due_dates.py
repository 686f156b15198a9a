"""Each task with a date says why that date, whatever diagram it stands in (K-1 to K-8)."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import select

from engine.calendar import Due
from engine.operations.drawn import FACTS
from engine.tables.process import WorkItem
from tests.engine.demo.conftest import Loaded

_DIAGRAMS = sorted((Path(__file__).parents[3] / "bpmn").glob("*.bpmn"))
_TASK = "{http://www.omg.org/spec/BPMN/20100524/MODEL}userTask"
_PROPERTY = "{http://spiffworkflow.org/bpmn/schema/1.0/core}property"
#: What gives a date with its reason, whatever it is counted from.
_COUNTED = ("working_days(", "calendar_days(", "months(", "statutory_months(")
_FACT = re.compile(r"case\.([a-z_]+)")


def _dated() -> Iterator[tuple[str, str]]:
    for path in _DIAGRAMS:
        for task in etree.parse(str(path)).iter(_TASK):
            for one in task.iter(_PROPERTY):
                if one.get("name") == "due":
                    yield f"{path.stem}.{task.get('id')}", one.get("value", "")


DATED = dict(_dated())


def _explains(expression: str) -> bool:
    if expression.startswith(_COUNTED):
        return True
    fact = _FACT.fullmatch(expression)
    given = typing.get_type_hints(FACTS[fact[1]])["return"] if fact else None
    return given is Due or set(typing.get_args(given)) == {Due, type(None)}


def test_there_are_tasks_with_dates_to_look_at() -> None:
    assert len(DATED) >= 40


@pytest.mark.parametrize("task", DATED)
def test_a_date_is_counted_or_comes_with_its_reason(task: str) -> None:
    assert _explains(DATED[task]), DATED[task]


def test_each_task_of_the_demonstration_says_why_its_date(loaded: Loaded) -> None:
    with loaded.db.reading() as session:
        rows = session.execute(
            select(WorkItem.process_id, WorkItem.element_id, WorkItem.due_reason).where(
                WorkItem.due_on.is_not(None)
            )
        ).all()
    assert len(rows) > 100
    assert {(row.process_id, row.element_id) for row in rows if not row.due_reason} == set()
