"""What happens by itself: a tick of the worker with nothing to do, and the gate of a release."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from statistics import median

from sqlalchemy import Engine, event

from bench.figures import Effort, Measure, Measured
from bench.landlord import ROOT, landlord
from bench.pairs import percentile, repeat, timed
from engine.publishing.gate import findings_of
from engine.releases import read_folder
from engine.tables.database import Database
from engine.worker import periodics

IDLE_CASES = 10_000


def tick(effort: Effort) -> Iterator[Measured]:
    """Let the worker look at cases of which none is due."""
    cases, times = effort.of(IDLE_CASES, 300), effort.of(200, 20)
    told: list[str] = []
    with landlord() as house:
        house.review_arrangement()
        house.copy_cases(cases - 1)
        taken = repeat(partial(timed, partial(_tick, house.db)), times)
        with_state = _loads_of_states(house.db, told)
    if with_state:
        raise AssertionError(f"Expected no state to be loaded, but it was asked for: {with_state}")
    yield Measured(
        "idle_tick_ms",
        median(taken) * 1000,
        f"median of {times} ticks, SQLite, {cases} cases, none due; no state was loaded",
        (f"95th percentile {percentile(taken, 95) * 1000:.1f} ms, {len(told)} statements",),
    )


def publish(effort: Effort) -> Iterator[Measured]:
    """Parse and gate everything a process owner edits, as it is today."""
    files = read_folder(ROOT)
    times = effort.of(20, 2)
    numbers = iter(range(times + 1))

    def gated() -> float:
        # What was checked before is kept: each time every scenario is another file.
        mark = f"\n# {next(numbers)}\n".encode()
        fresh = {
            path: data + mark if "/scenarios/" in path else data for path, data in files.items()
        }
        return timed(partial(findings_of, fresh))

    taken = repeat(gated, times, warm_up=1)
    yield Measured(
        "publish_ms",
        median(taken) * 1000,
        f"median of {times}, {len(files)} files of the working tree; scenarios are not played",
        (f"95th percentile {percentile(taken, 95) * 1000:.0f} ms",),
    )


def _tick(db: Database) -> None:
    """Do what a worker does every few seconds, and let what fails be seen."""
    for periodic in periodics():
        if periodic.lane == "tick":
            periodic.run(db)


def _loads_of_states(db: Database, told: list[str]) -> list[str]:
    def note(*given: object) -> None:
        told.append(str(given[2]))

    event.listen(Engine, "before_cursor_execute", note)
    _tick(db)
    event.remove(Engine, "before_cursor_execute", note)
    return [text for text in told if "process_instance.state " in text or ".state," in text]


MEASURES = (Measure(("idle_tick_ms",), tick), Measure(("publish_ms",), publish))
