"""The row a run is about: named by a control variable, of the run's case, begun once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework.context import Context
from engine.casework.run_rows import begin_waiting, number_in, row_of_run
from engine.errors import NotFound
from engine.tables.casefile import LegalHold
from engine.tables.database import Database
from tests.engine.casework.old_register import Register, opened

VARIABLE = "hold_ref"


@pytest.fixture
def register(sqlite_database: Database) -> Iterator[Register]:
    with opened(sqlite_database) as landlord:
        landlord.take_over()
        yield landlord


def _hold(context: Context, **more: Any) -> LegalHold:
    said = {"reason": "Legal claim", "opened_on": context.today, "opened_by": "dorothy"}
    hold = LegalHold(**{"case_id": context.case_id, **said, **more})
    context.session.add(hold)
    context.session.flush()
    return hold


@pytest.mark.parametrize(
    ("variables", "number"),
    [
        ({VARIABLE: "legal_hold:3"}, 3),
        ({VARIABLE: "legal_hold:"}, None),
        ({VARIABLE: "legal_hold:x"}, None),
        ({VARIABLE: None}, None),
        ({}, None),
        (None, None),
    ],
)
def test_a_control_variable_names_a_row_or_none(
    variables: dict[str, Any] | None, number: int | None
) -> None:
    assert number_in(variables, VARIABLE) == number


def test_the_row_of_another_case_is_not_given(register: Register) -> None:
    """R-102: whatever number a run names."""
    context = register.context("2026-03-27")
    hold = _hold(context)
    context.variables = {VARIABLE: f"legal_hold:{hold.id}"}
    assert row_of_run(context, LegalHold, VARIABLE, "a hold") is hold
    context.case_id = (context.case_id or 0) + 1
    with pytest.raises(NotFound, match="Expected a hold, but there is none"):
        row_of_run(context, LegalHold, VARIABLE, "a hold")


def test_what_waits_is_begun_once_and_the_oldest_first(register: Register) -> None:
    context = register.context("2026-03-27")
    holds = [_hold(context) for _ in range(3)]
    holds[1].lifted_on = dt.date(2026, 3, 27)
    begun: list[int] = []

    def begin(its: Context, hold: LegalHold) -> bool:
        hold.begun_on = its.today
        begun.append(hold.id)
        return True

    stands = LegalHold.lifted_on.is_(None)
    assert begin_waiting(context, begin, LegalHold.begun_on, stands) == 2
    assert begun == [holds[0].id, holds[2].id]
    context.session.flush()
    assert begin_waiting(context, begin, LegalHold.begun_on, stands) == 0
