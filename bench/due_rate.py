"""How many timers a second fire when 10,000 are due at once: the real workers, as processes."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.due_runs import fired, make_due
from bench.figures import Effort, Measure, Measured, Target, at_least
from bench.landlord import ROOT, folder
from engine.tables.database import Database
from tests import postgres

_WHOLE, _QUICK = 10_000, 1_000
#: Two workers are worth so many times one, by the number of cores.
_GAIN, _GAIN_OF_FOUR = 1.2, 1.6
_FOUR_CORES = 4
_LOOK_EVERY = 0.25
_GIVE_UP_AFTER = 600.0


@dataclass(frozen=True)
class Run:
    """What a number of workers did with what was due."""

    workers: int
    timers: int
    #: From the first look that found one fired to the last, and how many fired in between.
    seconds: float
    counted: int
    #: Of all workers, their start included.
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Give how many fired a second."""
        return self.counted / self.seconds

    def measured(self, name: str, target: Target | None = None) -> Measured:
        """Give the figure, with what the processor did beside it."""
        cpu = 1000 * self.cpu_seconds / self.timers
        lines = (f"{cpu:.1f} ms of the workers' processor a timer; each timer fired once",)
        how = f"{self.workers} process(es) of `flask --app web work`, {self.timers} timers"
        return Measured(name, self.rate, how, lines, target)


def _sqlite(effort: Effort) -> Iterable[Measured]:
    with folder() as place:
        run = _run(f"sqlite:///{place / 'spoc.sqlite'}", 1, effort.of(_WHOLE, _QUICK))
    yield run.measured("due_rate_sqlite")


def _postgres(effort: Effort) -> Iterable[Measured]:
    count = effort.of(_WHOLE, _QUICK)
    with postgres.server(durable=True) as url:
        one = _run(url, 1, count)
    with postgres.server(durable=True) as url:
        two = _run(url, 2, count)
    gain = _GAIN_OF_FOUR if (os.cpu_count() or 1) >= _FOUR_CORES else _GAIN
    yield one.measured("due_rate_pg1")
    yield two.measured("due_rate_pg2", target=at_least(round(gain * one.rate)))


MEASURES = (
    Measure(("due_rate_sqlite",), _sqlite),
    Measure(("due_rate_pg1", "due_rate_pg2"), _postgres),
)


def _run(url: str, workers: int, count: int) -> Run:
    """Let so many workers fire so many timers. Raises RuntimeError if one fires twice or never."""
    database = Database(url)
    database.migrate()
    make_due(database, count)
    before = _cpu()
    with _working(url, workers):
        begin, already = _reached(database, 1)
        end, _ = _reached(database, count)
    once, in_all = fired(database)
    database.close()
    if (once, in_all) != (count, count):
        raise RuntimeError(f"Expected {count} timers to fire once, but {once} fired {in_all} times")
    return Run(workers, count, end - begin, count - already, _cpu() - before)


def _reached(database: Database, count: int) -> tuple[float, int]:
    """Wait until so many have fired; gives when that was seen and how many it was."""
    give_up = time.monotonic() + _GIVE_UP_AFTER
    while (found := fired(database)[0]) < count:
        if time.monotonic() > give_up:
            raise RuntimeError(f"Expected {count} timers to fire, but only {found} did")
        time.sleep(_LOOK_EVERY)
    return time.monotonic(), found


@contextmanager
def _working(url: str, workers: int) -> Iterator[None]:
    """Run workers while the block runs, as an installation does."""
    settings = {
        **os.environ,
        "DATABASE_URL": url,
        "SPOC_WORKERS": "embedded" if url.startswith("sqlite") else "apart",
        "SPOC_SECRET_KEY": "bench",
        "SPOC_HOSTS": "localhost",
        "SPOC_THREADS": "4",
    }
    command = [sys.executable, "-m", "flask", "--app", "web", "work"]
    running = [
        subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL)
        for _ in range(workers)
    ]
    try:
        yield
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=60)


def _cpu() -> float:
    """Give the processor seconds of the child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
