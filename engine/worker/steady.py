"""The computer's clock may be put back: what is done again and again goes on all the same."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from engine import clock

#: The clock is looked at so often, in seconds.
LOOK_SECONDS = 2.0
#: A clock that is put back by less is only being set right.
_TOLERANCE_SECONDS = 1.0


class ClockWatch:
    """Notices that the clock was put back: the seconds since the start of the machine never are."""

    def __init__(self) -> None:
        self._before = _ahead()

    def put_back(self) -> float:
        """Give by how many seconds the clock was put back since this was last asked; 0 if not."""
        before, self._before = self._before, _ahead()
        back = before - self._before
        return back if back > _TOLERANCE_SECONDS else 0.0


class SteadyScheduler(BackgroundScheduler):  # type: ignore[misc]  # it ships no types
    """APScheduler, which plans by the clock: when that is put back, its plans are too.

    By itself it would do nothing for as long as the clock was put back. What it was late for, by
    however much, it does once instead of leaving it out.
    """

    def __init__(self) -> None:
        super().__init__(timezone=clock.LONDON, job_defaults={"misfire_grace_time": None})
        self._watch = ClockWatch()

    def _process_jobs(self) -> Any:
        back = self._watch.put_back()
        if back:
            for job in self.get_jobs():
                planned = job.next_run_time - dt.timedelta(seconds=back)
                self.modify_job(job.id, next_run_time=planned)
        wait = super()._process_jobs()
        return LOOK_SECONDS if wait is None else min(wait, LOOK_SECONDS)


def _ahead() -> float:
    return time.time() - time.monotonic()
