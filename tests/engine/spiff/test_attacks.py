"""The attack corpus: each expression and script is refused within 50 ms and 50 MB."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from engine.calendar import Calendar
from engine.calendar_table import published
from engine.operations.language import functions_of
from engine.spiff.expressions import Scope, evaluate, execute
from engine.spiff.vocabulary import ExpressionError
from tests.confined import confined
from tests.engine.spiff.attacks import EXPRESSIONS, SCRIPTS
from tests.engine.spiff.test_expressions import ATTACKS

MOST_SECONDS, MOST_MEGABYTES = 0.05, 50
#: At these the child is stopped, so that a hole shows as a failure and not as a full machine.
STOPPED_AT = {"seconds": 5, "megabytes": 400}


def scope() -> Scope:
    """Give what a diagram can read, each value as large as it can be."""
    text = "x" * 10_000
    figures = {"appeal.sla": 5}
    return Scope(
        variables={
            "n": 3,
            "items": [1, 2, 3],
            "big": list(range(4_900)),
            "s": text,
            "texts": [text] * 9,
            "data": {"a": 1},
            "owner": None,
        },
        known=frozenset({"outcome"}),
        functions=functions_of(Calendar(dict(published())), figures.__getitem__),
        fact={"received": dt.date(2026, 3, 2), "ref": "case:12"}.__getitem__,
    )


def _refusal(run: Callable[[str, Scope], Any], text: str) -> Callable[[], str]:
    seen = scope()

    def attempt() -> str:
        warnings.simplefilter("ignore")
        try:
            given = run(text, seen)
        except ExpressionError:
            return "refused"
        return f"gave {given!r}"[:200]

    return attempt


def _check(run: Callable[[str, Scope], Any], text: str) -> None:
    took = confined(_refusal(run, text), **STOPPED_AT)
    assert took.result == "refused"
    assert took.seconds < MOST_SECONDS
    assert took.megabytes < MOST_MEGABYTES


def test_what_is_asked_for_in_a_diagram_is_given() -> None:
    assert evaluate("working_days(case.received, policy('appeal.sla')).on", scope()) == dt.date(
        2026, 3, 9
    )


def test_the_corpus_is_large() -> None:
    assert len({*EXPRESSIONS, *ATTACKS}) > 200


@pytest.mark.parametrize("text", EXPRESSIONS, ids=lambda text: repr(text[:30]))
def test_an_expression_that_would_do_harm_is_refused(text: str) -> None:
    _check(evaluate, text)


@pytest.mark.parametrize("text", SCRIPTS, ids=lambda text: repr(text[:30]))
def test_a_script_that_would_do_harm_is_refused(text: str) -> None:
    _check(execute, text)
