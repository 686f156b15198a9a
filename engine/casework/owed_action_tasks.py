"""The task of one thing we owe a customer: whose it is, by when, how it ends (R-015)."""

from __future__ import annotations

from typing import Any

from engine.calendar import Due, said
from engine.casework import holders, owed_action_runs
from engine.casework.context import Context
from engine.casework.people import Holder
from engine.casework.run_rows import row_of_run
from engine.errors import Problem
from engine.tables.casefile import OwedAction
from forms import Choice


def owed_action_ref(context: Context) -> str:
    """Give how messages address what this run is about: ``owed_action:12``."""
    return owed_action_runs.ref_of(_of_run(context))


def owed_action_due(context: Context) -> Due:
    """Give the day the owed action falls due, with why (R-015)."""
    owed = _of_run(context)
    return Due(owed.due_on, owed.due_reason or f"Set when it was noted on {said(owed.opened_on)}.")


def owed_action_owner(context: Context) -> Holder:
    """Give who does it; whoever carries the case once that person has left."""
    return holders.named_or_case_owner(context, _of_run(context).owner)


def owed_action_at_hand(context: Context) -> list[Choice]:
    """Show what this run is about, since when it is owed and by when it is due."""
    owed = _of_run(context)
    when = f"Owed since {said(owed.opened_on)}. By {said(owed.due_on)}."
    return [Choice("owed", owed.what, f"{when} {owed.due_reason}".strip())]


def owed_action_can_end(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when it is said to have been done before it was owed, or ended meanwhile."""
    owed = _of_run(context)
    if owed.done_on or owed.withdrawn_reason:
        sentence = "Expected something that is still owed, but somebody recorded its end already."
        return [Problem("owed_seen", f"{sentence} Look at the case.")]
    return list(owed_action_runs.done_too_early(owed, values))


def what_we_owe(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep what became of the thing this run is about; the run itself tells the case."""
    owed_action_runs.end(context, _of_run(context), values)


def _of_run(context: Context) -> OwedAction:
    return row_of_run(context, OwedAction, owed_action_runs.REF, "something we owe to work on")
