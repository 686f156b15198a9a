"""Rows with a run of their own: which one a run is about, and runs for those that wait for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute

from engine.casework.context import Context
from engine.errors import NotFound
from engine.tables.columns import Row

R = TypeVar("R", bound=Row)


def number_in(variables: Mapping[str, Any] | None, variable: str) -> int | None:
    """Give the number of the row a control variable names, as ``legal_hold:3``; None for none."""
    number = str((variables or {}).get(variable, "")).rpartition(":")[2]
    return int(number) if number.isdecimal() else None


def row_of_run(context: Context, table: type[R], variable: str, expected: str) -> R:
    """Give the row a run is about; it is of the run's case wherever such rows are of a case.

    Raises NotFound, saying what was expected, where there is none.
    """
    number = number_in(context.variables, variable)
    found = context.session.get(table, number) if number is not None else None
    if found is None or getattr(found, "case_id", context.case_id) != context.case_id:
        raise NotFound(f"Expected {expected}, but there is none.")
    return found


def begin_waiting(
    context: Context,
    begin: Callable[[Context, R], bool],
    begun_on: InstrumentedAttribute[Any],
    *waiting: ColumnElement[bool],
) -> int:
    """Begin a run for each row of the case that waits for one, oldest first; gives how many.

    begin: begins one, False where the version at work draws none; begun_on: the column that says
    when one was begun, so that it is begun once.
    """
    table: Any = begun_on.class_
    rows = context.session.scalars(
        select(table)
        .where(table.case_id == context.case_id, begun_on.is_(None), *waiting)
        .order_by(table.id)
    ).all()
    return sum(begin(context, row) for row in rows)
