"""What a due date or a timer of a draft comes to, with the dates of a case taken as today."""

from __future__ import annotations

import ast
import datetime as dt
import difflib
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.calendar import Calendar, Due, said
from engine.checks import named_in
from engine.clock import LONDON
from engine.operations import REGISTRY, functions_of
from engine.operations.expression_words import thing
from engine.queries import words
from engine.releases import Figure, figures_of, variables_of
from engine.spiff import FUNCTIONS as PLAIN_FUNCTIONS
from engine.spiff import (
    ExpressionError,
    Scope,
    Unreadable,
    evaluate,
    literal_timer,
    moment_of,
    parse_expression,
)

#: A text of this kind of fact; nothing that could be taken for a person.
_SAMPLE_TEXT = "sample"
_SAMPLE_NUMBER = 10
#: More days or months than any policy counts, and few enough to count them one by one.
_MOST = 10_000
#: A fact that is today in every case.
_TODAY = "today"


@dataclass(frozen=True)
class DueExample:
    """What the expression gives in one parameter set of the policy."""

    #: Name of the parameter set; "" when the policy has none.
    set: str
    on: dt.date
    #: ``Fri 27 Nov 2026, 1 working day later``.
    text: str
    #: Why that date, in the calendar's own words; "" for a date as it stands.
    reason: str


@dataclass(frozen=True)
class DuePreview:
    """What an expression comes to, or what is wrong with it."""

    expression: str
    #: What was taken for what, and the date: one sentence; "" when something is wrong.
    text: str
    examples: tuple[DueExample, ...]
    #: What is wrong and what to write instead; "" when nothing is.
    problem: str


@dataclass(frozen=True)
class Moment:
    """When a preview is made: today, and the days nobody works."""

    today: dt.date
    calendar: Calendar


class _NoPreview(Exception):
    """There is nothing to show; the message says why."""


def due_preview_of(files: Mapping[str, bytes], expression: str, at: Moment) -> DuePreview:
    """Give what a due date or timer comes to in each parameter set of the files.

    No case is read: every date of a case is taken as today, which the text says.
    """
    try:
        if literal_timer(expression):
            examples: tuple[DueExample, ...] = (_literal(expression, at),)
            return DuePreview(expression, _said("If it is reached", [], examples, at), examples, "")
        _check_names(files, expression)
        sets = figures_of(files) or {"": {}}
        variables = sorted({name for kind, name in named_in(expression) if kind == "variable"})
        examples = tuple(
            _example(expression, variables, name, figures, at)
            for name, figures in sorted(sets.items())
        )
    except (_NoPreview, Unreadable) as problem:
        return DuePreview(expression, "", (), str(problem))
    return DuePreview(
        expression, _said(_premise(expression), variables, examples, at), examples, ""
    )


def _check_names(files: Mapping[str, bytes], expression: str) -> None:
    """Raise with a sentence for the first name that nothing stands behind."""
    for name in _called(parse_expression(expression)):
        _need("function", name, _FUNCTION_NAMES, "{}()")
    for kind, name in named_in(expression):
        if kind == "fact":
            _need(kind, name, REGISTRY.facts, "case.{}")
        elif kind == "figure":
            _need(kind, name, set().union(*figures_of(files).values()), "{}")
        else:
            _need(kind, name, variables_of(files), "{}")


def _need(kind: str, name: str, known: Iterable[str], written: str) -> None:
    names = set(known)
    if name in names:
        return
    close = difflib.get_close_matches(name, sorted(names), n=1)
    advice = (
        f"Did you mean {written.format(close[0])}?"
        if close
        else f"Choose one from the list of {kind}s."
    )
    raise _NoPreview(f"Expected a known {kind}, but there is no {written.format(name)}. {advice}")


def _called(tree: ast.Expression) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


def _example(
    expression: str, variables: list[str], set_: str, figures: Mapping[str, Figure], at: Moment
) -> DueExample:
    def policy(name: str) -> Any:
        if name not in figures:
            raise ValueError(f"Expected the set {set_} to have the figure {name}, but it has none.")
        return figures[name].value

    scope = Scope(
        variables=dict.fromkeys(variables),
        functions={**_bounded(functions_of(at.calendar, policy)), **_STAND_INS},
        fact=lambda name: _sample(name, at.today),
    )
    try:
        value = evaluate(expression, scope)
    except ExpressionError as error:
        raise _NoPreview(_without_variables(variables) or str(error)) from None
    if value is None and variables:
        raise _NoPreview(_without_variables(variables))
    return _shown(value, set_, at)


def _bounded(functions: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Give the functions so that none of them counts for long."""

    def bounded(function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any) -> Any:
            if any(isinstance(one, int | float) and abs(one) > _MOST for one in given):
                raise ValueError(f"Expected at most {_MOST} days or months, but there are more.")
            return function(*given)

        return counted

    return {name: bounded(function) for name, function in functions.items()}


def _without_variables(variables: list[str]) -> str:
    if not variables:
        return ""
    return (
        f"Expected a date that can be shown without a case, but it depends on "
        f"{words.joined(variables)}, which only a running case has."
    )


def _shown(value: Any, set_: str, at: Moment) -> DueExample:
    if isinstance(value, Due):
        return _at(value.on, value.reason, set_, at)
    if isinstance(value, dt.datetime):
        return _at(value.astimezone(LONDON).date(), "", set_, at)
    if isinstance(value, dt.date):
        return _at(value, "", set_, at)
    if isinstance(value, str) and value != _SAMPLE_TEXT and literal_timer(value):
        return _literal(value, at, set_)
    gives = "text" if isinstance(value, str) else "nothing" if value is None else repr(value)
    raise _NoPreview(
        f"Expected a date, but it gives {gives}. Use a date of the case, or a function such as "
        "working_days(case.opened_on, 5)."
    )


def _literal(text: str, at: Moment, set_: str = "") -> DueExample:
    """Show a timer that is written as a date or a length of time, reached this morning."""
    since = dt.datetime.combine(at.today, dt.time(), LONDON)
    try:
        moment = moment_of(text.strip(), since).astimezone(LONDON)
    except (ValueError, OverflowError):
        raise _NoPreview(
            f"Expected a date of the calendar or a length of time such as P28D, but {text.strip()} "
            "is neither. Write it again."
        ) from None
    return _at(moment.date(), "", set_, at)


def _at(day: dt.date, reason: str, set_: str, at: Moment) -> DueExample:
    return DueExample(set_, day, f"{said(day)}, {_distance(day, at)}", reason)


def _distance(day: dt.date, at: Moment) -> str:
    if day == at.today:
        return "the same day"
    if day < at.today:
        return f"{words.counted((at.today - day).days, 'calendar day')} before"
    working = at.calendar.count_working_days(at.today, day)
    if working:
        return f"{words.counted(working, 'working day')} later"
    return f"{words.counted((day - at.today).days, 'calendar day')} later"


def _said(premise: str, variables: list[str], examples: tuple[DueExample, ...], at: Moment) -> str:
    """Put premise and dates into a sentence; parameter sets are named where they differ."""
    dates = dict.fromkeys(example.text for example in examples)
    if len(dates) == 1:
        result = next(iter(dates))
    else:
        result = "; ".join(f"{example.set}: {example.text}" for example in examples)
    unset = f" {words.joined(variables)} not set," if variables else ""
    begin = f"{premise} today, {said(at.today)}," if premise else f"Today, {said(at.today)},"
    return f"{begin}{unset} it comes to: {result}."


def _premise(expression: str) -> str:
    """Say which dates of the case are taken as today: ``If the day the case was opened were``."""
    facts = dict.fromkeys(name for kind, name in named_in(expression) if kind == "fact")
    things = [thing(name) for name in facts if _is_date(name) and name != _TODAY]
    return f"If {words.joined(things)} {'were' if len(things) > 1 else 'was'}" if things else ""


def _sample(name: str, today: dt.date) -> Any:
    """Give a value of the kind that a fact has."""
    kind = _kind_of(name)
    if "Due" in kind:
        return Due(today, f"Taken as {said(today)}, because the case works it out.")
    if "date" in kind:
        return today
    return _SAMPLE_NUMBER if kind.startswith("int") else _SAMPLE_TEXT


def _is_date(name: str) -> bool:
    return any(part in _kind_of(name) for part in ("Due", "date"))


def _kind_of(name: str) -> str:
    return str(inspect.signature(REGISTRY.facts[name]).return_annotation)


def _on(date: dt.date | Due) -> Due:
    """Show the moment a date begins as that date, with its reason kept."""
    return date if isinstance(date, Due) else Due(_day(date), "")


def _after(date: dt.date | Due) -> Due:
    """Show the moment a date has passed as the day after, with its reason kept."""
    due = _on(date)
    passed = f"When {said(due.on)} has passed."
    return Due(due.on + dt.timedelta(days=1), f"{due.reason} {passed}".strip())


def _day(value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.astimezone(LONDON).date()
    if isinstance(value, dt.date):
        return value
    raise TypeError("Expected a date in the brackets, but there is none.")


_STAND_INS: Mapping[str, Callable[..., Any]] = {"on": _on, "after": _after}
_FUNCTION_NAMES = frozenset({*functions_of(Calendar({}), str), *PLAIN_FUNCTIONS})
