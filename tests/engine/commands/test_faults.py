"""What one run raises: its own stuck step, a lost race, or a database that is away."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from engine.commands.faults import shown_as_stuck
from engine.commands.tries import MOST_TRIES, keeps_trying
from engine.errors import ElementFailed, NotFound, Unavailable
from engine.tables.database import Collision


@pytest.mark.parametrize(
    "error",
    [
        StaleDataError("somebody was quicker"),
        OperationalError("SELECT 1", {}, Exception("server closed the connection")),
        Unavailable("no room"),
        NotFound("no such case"),
    ],
)
def test_what_is_not_the_runs_fault_passes(error: Exception) -> None:
    with pytest.raises(type(error)), shown_as_stuck("appeal"):
        raise error


def test_any_other_fault_is_the_stuck_step_of_the_run() -> None:
    with pytest.raises(ElementFailed) as failure, shown_as_stuck("appeal"):
        raise KeyError("what the customer wrote")
    assert "the program failed (KeyError)" in str(failure.value)
    assert "customer" not in str(failure.value)


@pytest.mark.parametrize("losses", [0, 1, MOST_TRIES - 1])
def test_a_lost_race_is_run_again(losses: int) -> None:
    left = [Collision() for _ in range(losses)]

    @keeps_trying
    def work() -> str:
        if left:
            raise left.pop()
        return "won"

    assert work() == "won"


def test_who_loses_every_race_is_told_so() -> None:
    tried: list[int] = []

    @keeps_trying
    def work() -> None:
        tried.append(1)
        raise Collision

    with pytest.raises(Collision, match="Somebody else has just changed this case"):
        work()
    assert len(tried) == MOST_TRIES
