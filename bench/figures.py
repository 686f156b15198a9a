"""What a figure is: its name, its unit, what it has to reach, and what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Target:
    """What a value has to reach; without a comparison it is reported, whatever it is."""

    comparison: str = ""
    limit: float = 0.0

    def __str__(self) -> str:
        """Say it as the table of figures does."""
        return f"{self.comparison} {self.limit:g}" if self.comparison else "report"

    def is_reached_by(self, value: float) -> bool:
        """Tell whether a value is good enough."""
        holds = {
            "": True,
            "<=": value <= self.limit,
            ">=": value >= self.limit,
            "=": value == self.limit,
        }
        return holds[self.comparison]


REPORT = Target()


def at_most(limit: float) -> Target:
    """Give the target of a figure that has to stay small."""
    return Target("<=", limit)


def at_least(limit: float) -> Target:
    """Give the target of a figure that has to be large."""
    return Target(">=", limit)


def exactly(limit: float) -> Target:
    """Give the target of a figure that is counted."""
    return Target("=", limit)


@dataclass(frozen=True)
class Wanted:
    """What the table of figures says about one name."""

    unit: str
    target: Target
    what: str


@dataclass(frozen=True)
class Measured:
    """What one measure found for one name."""

    name: str
    value: float
    #: How it was measured, in one line.
    how: str = ""
    #: What else to know, a line each: intervals, percentiles, what stands beside it.
    beside: tuple[str, ...] = ()
    #: Where it depends on what else was measured; else the table says it.
    target: Target | None = None


class NotHereError(Exception):
    """A figure cannot be measured on this machine; the words say what is missing."""


@dataclass(frozen=True)
class Effort:
    """How much to measure: everything, or as much as a minute allows."""

    quick: bool = False

    def of(self, whole: int, quick: int) -> int:
        """Give the number of repetitions: the whole one, or the quick one."""
        return quick if self.quick else whole


@dataclass(frozen=True)
class Measure:
    """A function that measures some of the figures in one go."""

    names: tuple[str, ...]
    run: Callable[[Effort], Iterable[Measured]]


@dataclass(frozen=True)
class Figure:
    """One figure as it is reported; without a value it could not be measured here."""

    name: str
    wanted: Wanted
    measured: Measured | None = None
    #: Why there is no value.
    missing: str = ""

    @property
    def target(self) -> Target:
        """Give what the value has to reach."""
        return (self.measured and self.measured.target) or self.wanted.target

    @property
    def holds(self) -> bool | None:
        """Tell whether the target is reached; None without a value."""
        if self.measured is None:
            return None
        return self.target.is_reached_by(self.measured.value)

    def as_json(self) -> dict[str, Any]:
        """Give what the report for machines says; no value and no verdict where none was found."""
        return {
            "name": self.name,
            "value": self.measured.value if self.measured else None,
            "unit": self.wanted.unit,
            "target": str(self.target),
            "holds": self.holds,
        }


def figures_of(measure: Measure, table: dict[str, Wanted], effort: Effort) -> Sequence[Figure]:
    """Run one measure and give a figure for each of its names, also for what is missing here."""
    try:
        found = {one.name: one for one in measure.run(effort)}
        missing = "it was not measured"
    except NotHereError as reason:
        found, missing = {}, str(reason)
    unknown = found.keys() - set(measure.names)
    if unknown:
        raise ValueError(f"Expected {', '.join(measure.names)}, but got {', '.join(unknown)} too.")
    return [Figure(name, table[name], found.get(name), missing) for name in measure.names]
