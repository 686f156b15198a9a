"""One cycle of the engine alone: restore, complete, run to the next wait, save."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

from bench.arrangement import our_cycle, ours
from bench.figures import Effort, Measure, Measured
from bench.naive import naive, naive_cycle
from bench.pairs import Pairs, alternate, timed

#: What somebody without tables of their own would keep among the variables.
NOTE = "n" * 400
LAST_REVIEW = 500
_ours = cache(ours)


def against_naive(effort: Effort) -> Iterator[Measured]:
    """Compare with the library as it is delivered, after 1 and after 100 reviews."""
    for reviews, pairs, noted in ((1, effort.of(400, 20), 400), (100, effort.of(200, 5), 40)):
        plain = _compared(reviews, naive(reviews), pairs)
        with_note = _compared(reviews, naive(reviews, NOTE), min(pairs, noted))
        yield Measured(
            f"cycle_vs_naive_{reviews}",
            plain.ratio,
            f"{pairs} pairs in turn; the same diagrams, variables, expressions and evaluator",
            (
                *plain.lines("SpiffWorkflow, stock parser and serializer", "ours"),
                f"with a note of {len(NOTE)} characters in its variables: "
                f"{with_note.ratio:.2f} ({len(with_note.first)} pairs)",
            ),
        )


def growth(effort: Effort) -> Iterator[Measured]:
    """Compare our cycle in the first year with one 500 reviews later."""
    last = _ours(LAST_REVIEW)
    pairs = alternate(
        partial(timed, partial(our_cycle, last)),
        partial(timed, partial(our_cycle, _ours(1))),
        effort.of(400, 40),
    )
    yield Measured(
        "cycle_growth",
        pairs.ratio,
        f"{len(pairs.first)} pairs in turn",
        pairs.lines(f"review {LAST_REVIEW}", "review 1"),
    )
    yield Measured("state_bytes", len(last), f"review {LAST_REVIEW} just opened")


def _compared(reviews: int, theirs: str, pairs: int) -> Pairs:
    return alternate(
        partial(timed, partial(naive_cycle, theirs)),
        partial(timed, partial(our_cycle, _ours(reviews))),
        pairs,
        warm_up=min(pairs, 10),
    )


MEASURES = (
    Measure(("cycle_vs_naive_1", "cycle_vs_naive_100"), against_naive),
    Measure(("cycle_growth", "state_bytes"), growth),
)
