"""Two things compared in one run: they take turns, so that the machine's moods hit both alike."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Any

#: One repetition of one side: does what has to be there first, gives the seconds of the rest.
Side = Callable[[], float]
#: How often the medians are drawn anew for the interval.
_DRAWS = 2000
#: Rounds before anything counts.
WARM_UP = 10


@dataclass(frozen=True)
class Pairs:
    """What two sides took, in seconds, in the order of the rounds."""

    first: Sequence[float]
    second: Sequence[float]

    @property
    def ratio(self) -> float:
        """Give the median of the first side divided by that of the second."""
        return median(self.first) / median(self.second)

    @property
    def ratio_of_tenths(self) -> float:
        """Give the same of the 10th percentiles: what each can do when it is left alone."""
        return percentile(self.first, 10) / percentile(self.second, 10)

    def interval(self) -> tuple[float, float]:
        """Give the range that holds the ratio of medians with 80 %: rounds drawn anew."""
        draw = random.Random(1)
        rounds = range(len(self.first))
        ratios = []
        for _ in range(_DRAWS):
            drawn = draw.choices(rounds, k=len(rounds))
            ratios.append(
                median(self.first[i] for i in drawn) / median(self.second[i] for i in drawn)
            )
        return percentile(ratios, 10), percentile(ratios, 90)

    def lines(self, first: str, second: str) -> tuple[str, ...]:
        """Say what each side took and how sure the ratio is."""
        low, high = self.interval()
        return (
            f"{first}: {_ms(self.first)}",
            f"{second}: {_ms(self.second)}",
            f"ratio of medians {self.ratio:.2f}, 10-90 % of {_DRAWS} redraws of the "
            f"{len(self.first)} pairs {low:.2f} to {high:.2f}; "
            f"of 10th percentiles {self.ratio_of_tenths:.2f}",
        )


def alternate(first: Side, second: Side, pairs: int, warm_up: int = WARM_UP) -> Pairs:
    """Run both sides in turn, each round beginning with the other one."""
    taken: tuple[list[float], list[float]] = ([], [])
    sides = (first, second)
    with garbage_left_alone() as collect:
        for number in range(-warm_up, pairs):
            for which in (0, 1) if number % 2 else (1, 0):
                collect()
                seconds = sides[which]()
                if number >= 0:
                    taken[which].append(seconds)
    return Pairs(*taken)


def repeat(side: Side, times: int, warm_up: int = WARM_UP) -> list[float]:
    """Run one side on its own, for what is compared with nothing."""
    with garbage_left_alone() as collect:
        for _ in range(warm_up):
            side()
        taken = []
        for _ in range(times):
            collect()
            taken.append(side())
    return taken


@contextmanager
def garbage_left_alone() -> Iterator[Callable[[], Any]]:
    """Keep the collector out of what is timed, of either side; gives what collects in between."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield lambda: gc.collect(1)
    finally:
        gc.enable()
        gc.unfreeze()


def timed(action: Callable[[], object]) -> float:
    """Give the seconds something takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def percentile(values: Sequence[float], percent: int) -> float:
    """Give the value that so many per cent are not above."""
    if len(values) == 1:
        return values[0]
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def _ms(seconds: Sequence[float]) -> str:
    return (
        f"median {median(seconds) * 1000:.2f} ms, "
        f"10th percentile {percentile(seconds, 10) * 1000:.2f}, "
        f"90th {percentile(seconds, 90) * 1000:.2f}"
    )
