"""The run of one thing we owe a customer: begun for its owner, done or withdrawn (R-015)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, and_

from engine.calendar import said
from engine.casework.context import Context
from engine.casework.run_rows import begin_waiting
from engine.errors import Problem
from engine.tables.casefile import OwedAction

#: The message that begins the process of one thing we owe.
WANTED = "action_is_owed"
#: The message that ends it when somebody else said on the case what became of it.
_ENDED_ELSEWHERE = "owed_action_settled"
#: What a waiting case is told: look again.
_NUDGE = "something_was_settled"
#: The control variable that says which one a run is about: ``owed_action:12``.
REF = "owed_action_ref"


def is_open() -> ColumnElement[bool]:
    """Give the condition under which something is still owed."""
    return and_(OwedAction.done_on.is_(None), OwedAction.withdrawn_reason.is_(None))


def begin(context: Context, owed: OwedAction) -> bool:
    """Begin the run of something owed, once; False where the version at work draws none.

    One from before that, or owed by a run of an older version, is begun by the worker as soon as
    the published version draws it.
    """
    if owed.begun_on is not None or not context.begins(WANTED):
        return False
    owed.begun_on = context.today
    context.send(WANTED, payload={REF: ref_of(owed)})
    return True


def begin_all(context: Context) -> int:
    """Begin a run for each open thing the case owes that has none; gives how many."""
    begun = begin_waiting(context, begin, OwedAction.begun_on, is_open())
    if begun:
        context.audit("owed_actions_begun", "case_file", context.case_id, new={"how_many": begun})
    return begun


def done_too_early(owed: OwedAction, values: dict[str, Any]) -> list[Problem]:
    """Tell when what was done is dated before it was owed."""
    done_on = values.get("done_on")
    if done_on and dt.date.fromisoformat(done_on) < owed.opened_on:
        sentence = f"Expected a date from {said(owed.opened_on)} on, when it was first owed."
        return [Problem("done_on", f"{sentence} Check the date.")]
    return []


def end_elsewhere(context: Context, owed: OwedAction, values: dict[str, Any]) -> None:
    """Keep what became of it, said on the page of the case; its run ends and tells the case.

    Where it has no run, whoever waits for the case is told from here (R-108).
    """
    end(context, owed, values)
    if owed.begun_on is not None:
        context.send(_ENDED_ELSEWHERE, key=ref_of(owed))
    else:
        context.send(_NUDGE, key=f"case:{context.case().id}")


def end(context: Context, owed: OwedAction, values: dict[str, Any]) -> None:
    """Write that it was done and when, or why it is no longer owed (R-015)."""
    if values["owed_result"] == "done":
        owed.done_on = dt.date.fromisoformat(values["done_on"])
    else:
        owed.withdrawn_reason = values["withdrawn_reason"]
    context.audit(
        "owed_action_ended",
        "owed_action",
        owed.id,
        new={"result": values["owed_result"], "done_on": values.get("done_on")},
    )


def ref_of(owed: OwedAction) -> str:
    """Give how messages address something owed: ``owed_action:12``."""
    return f"owed_action:{owed.id}"
