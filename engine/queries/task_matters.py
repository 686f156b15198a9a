"""What a task is about in words: what was passed on, promised or is owed (R-007, R-015, R-058)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import CompoundSelect, Select, literal, or_, select, true, union_all

from engine.casework.run_rows import number_in
from engine.casework.visibility import Part, cases_seen, sees_every_case
from engine.queries.reading import Reading
from engine.tables.casefile import OwedAction
from engine.tables.decisions import Promise
from engine.tables.passing_on import PassedOn
from engine.tables.process import WorkItem

#: Control variable of a task -> the table whose row it names: ``passed_on:12``.
_TABLES: dict[str, type[PassedOn] | type[Promise] | type[OwedAction]] = {
    "passed_on_ref": PassedOn,
    "promise_ref": Promise,
    "owed_action_ref": OwedAction,
}
#: How many characters of it a list shows.
_LONGEST = 80


def matters_of_tasks(look: Reading, items: Iterable[WorkItem]) -> dict[int, str]:
    """Give work item -> its matter, cut short, of those that have one; at most one statement.

    Only for who has the task, or may start it, and for who sees this part of its case (R-102).
    The words stand in the case file alone, never in a task or its run.
    """
    named = {item.id: (item, found) for item in items if (found := _named(item))}
    if not named:
        return {}
    rows = look.session.execute(_words(look, named.values()))
    words = {(variable, number, case_id): what for variable, number, case_id, what in rows}
    return {
        id_: _short(words[(*found, item.case_id)])
        for id_, (item, found) in named.items()
        if (*found, item.case_id) in words
    }


def _named(item: WorkItem) -> tuple[str, int] | None:
    found = ((variable, number_in(item.variables, variable)) for variable in _TABLES)
    return next(((variable, number) for variable, number in found if number is not None), None)


def _words(look: Reading, named: Iterable[tuple[WorkItem, tuple[str, int]]]) -> CompoundSelect[Any]:
    all_named = list(named)
    every = sees_every_case(look.viewer, Part.LETTERS)
    seen = None if every else cases_seen(look.viewer, Part.LETTERS)

    def of_each() -> Iterator[Select[str, int, int, str]]:
        for variable, table in _TABLES.items():
            here = [(item, found[1]) for item, found in all_named if found[0] == variable]
            theirs = [number for item, number in here if _is_theirs(look, item)]
            shown = true() if seen is None else or_(table.id.in_(theirs), table.case_id.in_(seen))
            yield select(literal(variable), table.id, table.case_id, table.what).where(
                table.id.in_([number for _, number in here]), shown
            )

    return union_all(*of_each())


def _is_theirs(look: Reading, item: WorkItem) -> bool:
    """Tell whether the one who looks has the task, or can start it."""
    if item.completed_at is not None or item.cancelled_at is not None:
        return False
    if item.assignee is None:
        return item.role in look.viewer.roles
    return item.assignee == look.viewer.name


def _short(what: str) -> str:
    line = " ".join(what.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"
