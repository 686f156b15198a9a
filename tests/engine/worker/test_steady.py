"""A computer's clock that is put back stops nothing that is done again and again."""

from __future__ import annotations

import datetime as dt
import threading
import time

import pytest
from apscheduler.schedulers import base

from engine.worker import steady
from engine.worker.steady import ClockWatch, SteadyScheduler

REAL, REAL_TIME = dt.datetime, time.time


class Hands:
    """How far the clock of the computer is put back, in seconds."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.back = 0.0
        hands = self

        class Reading(dt.datetime):
            @classmethod
            def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
                return REAL.now(tz) - dt.timedelta(seconds=hands.back)

        patch.setattr(base, "datetime", Reading)
        patch.setattr(time, "time", lambda: REAL_TIME() - self.back)


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    return Hands(monkeypatch)


def test_ticks_go_on_when_the_clock_is_put_back(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steady, "LOOK_SECONDS", 0.1)
    ticked, scheduler = threading.Event(), SteadyScheduler()
    scheduler.add_job(ticked.set, "interval", seconds=0.5, next_run_time=REAL.now(dt.UTC))
    scheduler.start()
    try:
        assert ticked.wait(5)
        hands.back = 3600
        for _ in range(3):
            ticked.clear()
            assert ticked.wait(5), "no tick comes after the clock was put back"
    finally:
        scheduler.shutdown()


def test_only_a_clock_put_back_is_noticed_and_only_once(hands: Hands) -> None:
    watch = ClockWatch()
    assert watch.put_back() == 0
    hands.back = -3600
    assert watch.put_back() == 0
    hands.back = 0
    assert watch.put_back() == pytest.approx(3600, abs=1)
    assert watch.put_back() == 0
    hands.back = 0.5
    assert watch.put_back() == 0
