"""What the small language can do with values: its operators, functions, methods and attributes."""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
import operator
from collections.abc import Callable
from typing import Any

LONGEST_STRING = 100_000
_MOST_DIGITS = 15
_KINDS: dict[type, str] = {
    **{str: "a text", list: "a list", tuple: "a list", dict: "a mapping"},
    **{dt.date: "a date", dt.datetime: "a moment"},
}


class ExpressionError(ValueError):
    """An expression could not be evaluated; the message is for people."""


def readable(value: Any) -> frozenset[str]:
    """Give the attributes of a value that an expression may read."""
    if getattr(type(value), "__expression_value__", False) and dataclasses.is_dataclass(value):
        return frozenset(part.name for part in dataclasses.fields(value))
    if isinstance(value, dt.datetime):
        return frozenset({"year", "month", "day", "hour", "minute"})
    if isinstance(value, dt.date):
        return frozenset({"year", "month", "day"})
    if isinstance(value, dt.timedelta):
        return frozenset({"days"})
    return frozenset()


def need_numbers(*values: Any) -> None:
    """Raise ExpressionError unless each value can be calculated with."""
    for value in values:
        if value is None:
            raise ExpressionError("Expected a number, but the value is not set.")
        if not isinstance(value, int | float | dt.timedelta):
            got = _KINDS.get(type(value), "another kind of value")
            raise ExpressionError(f"Expected a number, but got {got}.")


def combine(sign: type[ast.operator], left: Any, right: Any) -> Any:
    """Give the result of an operator. Raises ExpressionError."""
    if sign is ast.Add and isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > LONGEST_STRING:
            raise ExpressionError("Expected a short text, but it grew too long. Make it shorter.")
        return left + right
    if sign is ast.Add and isinstance(left, list) and isinstance(right, list):
        return left + right
    if sign in (ast.Add, ast.Sub) and isinstance(left, dt.date):
        if not isinstance(right, dt.date | dt.timedelta):
            raise ExpressionError("Expected a length of time beside a date, but got another value.")
    else:
        need_numbers(left, right)
    return _ARITHMETIC[sign](left, right)


def compared(sign: ast.cmpop, left: Any, right: Any) -> bool:
    """Give the result of a comparison. Raises ExpressionError if a side of < is not set."""
    if isinstance(sign, ast.Lt | ast.LtE | ast.Gt | ast.GtE) and (left is None or right is None):
        side = "left" if left is None else "right"
        raise ExpressionError(f"Expected two values to compare, but the {side} one is not set.")
    return bool(_COMPARISONS[type(sign)](left, right))


def _contains(left: Any, right: Any) -> bool:
    if not isinstance(right, str | list | tuple | dict):
        raise ExpressionError("Expected a list after 'in', but it is not one.")
    return left in right


def _total(values: Any) -> Any:
    """Add up from nothing: a start value could be a list."""
    return sum(values)


def _rounded(value: float, digits: int = 0) -> float:
    if not isinstance(digits, int) or abs(digits) > _MOST_DIGITS:
        raise ExpressionError(f"Expected at most {_MOST_DIGITS} digits. Round to fewer.")
    return round(value, digits) if digits else round(value)


_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.eq,
    ast.IsNot: operator.ne,
    ast.In: _contains,
    ast.NotIn: lambda left, right: not _contains(left, right),
}
#: What can be called beside the functions of the host.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "len": len,
    "min": min,
    "max": max,
    "sum": _total,
    "abs": abs,
    "round": _rounded,
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "any": any,
    "all": all,
    "sorted": sorted,
}
#: What can be called on a value of exactly that type.
METHODS: dict[tuple[type, str], Callable[..., Any]] = {
    **{
        (str, name): getattr(str, name)
        for name in ("lower", "upper", "strip", "title", "startswith", "endswith", "split")
    },
    (dict, "get"): dict.get,
    (dict, "keys"): list,
    (dict, "values"): lambda value: list(value.values()),
    (dict, "items"): lambda value: list(value.items()),
    (list, "count"): list.count,
    (list, "index"): list.index,
    (dt.date, "isoformat"): dt.date.isoformat,
    (dt.date, "weekday"): dt.date.weekday,
    (dt.datetime, "isoformat"): dt.datetime.isoformat,
    (dt.datetime, "date"): dt.datetime.date,
}
