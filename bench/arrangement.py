"""The bench copy of ``arrangement`` without a database: review after review, on either engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from engine import spiff
from engine.calendar import after, on

FILES = Path(__file__).parent / "diagrams" / "bpmn"
#: What is drawn of an arrangement, and the table that names the letter after a review.
DRAWN = (
    "arrangement.bpmn",
    "periodic_review.bpmn",
    "issue_letter.bpmn",
    "decisions/review_letter.dmn",
)
#: The tasks of one review in their order, with the control variables each answer sets.
REVIEW: tuple[tuple[str, dict[str, Any]], ...] = (
    ("report_on_arrangement", {}),
    ("complete_review_pack", {}),
    ("decide_review", {"review_outcome": "continue"}),
    ("issue_letter", {}),
)
#: The task that is measured: the first of a review; the next one opens.
MEASURED = REVIEW[0][0]
#: The message it begins with, and the start event of that message.
TAKEN_OVER, START = "arrangement_taken_over", "arrangement_was_taken_over"
#: Control variables of an arrangement taken over.
VARIABLES: dict[str, Any] = {"arrangement_kind": "spoc", "flag_action": "add"}
_PAST, _FUTURE = dt.date(2020, 1, 1), dt.date(2090, 1, 1)
#: Facts of the case. The next review has always opened, so that nobody has to wait for it.
_FACTS: dict[str, Any] = {
    "arrangement_ref": "arrangement:1",
    "decision_owner": "arrangement:1",
    "end_on": _FUTURE,
    "letter_due": _FUTURE,
    "letter_title": "After the review",
    "review_due": _FUTURE,
    "review_opens_on": _PAST,
    "review_warn_on": _FUTURE,
    "start_on": _PAST,
}


class Constant:
    """A case in which every fact is the same for ever, and operations do nothing."""

    variables_known = frozenset({"review_outcome", "review_letter", "source", "kept", *VARIABLES})
    functions: Mapping[str, Callable[..., Any]] = {"on": on, "after": after}

    def now(self) -> dt.datetime:
        """Give the moment of the computer, as the library takes it."""
        return dt.datetime.now(dt.UTC)

    def fact(self, name: str, *_at: Any) -> Any:
        """Give a fact by its name; every reference to something is the same one."""
        return _FACTS.get(name, f"{name}:1")

    def call(self, *_what: Any) -> None:
        """Do nothing: operations are the product's, not the engine's."""


@cache
def definitions() -> spiff.Definitions:
    """Give the parsed bench copy, kept as a release is."""
    return spiff.parse({name: (FILES / name).read_bytes() for name in DRAWN})


def ours(reviews: int) -> bytes:
    """Give our state of an arrangement after so many reviews, its next one just opened."""
    run = spiff.Run.start(
        definitions(), "arrangement", Constant(), start_element=START, variables=VARIABLES
    )
    state = run.save()
    for _ in range(reviews):
        for name, answers in REVIEW:
            state = our_cycle(state, name, answers)
    return state


def our_cycle(
    state: bytes, name: str = MEASURED, answers: Mapping[str, Any] | None = None
) -> bytes:
    """Load, complete one task, run to the next wait, say what waits, save."""
    run = spiff.Run.load(definitions(), state, Constant())
    task = next(task for task in run.waiting_tasks if task.element.id == name)
    run.complete(task.task_id, answers or {})
    assert run.waiting_tasks, "nobody has a task any more"
    assert run.next_due_at is not None, "no date is waited for any more"
    return run.save()
