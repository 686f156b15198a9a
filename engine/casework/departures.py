"""Ways in which a case ends from outside: the customer left, or it should not have been opened."""

from __future__ import annotations

import datetime as dt
from typing import Any

from engine.calendar import said
from engine.casework.context import Context
from engine.errors import Problem

#: Where a case stands before anything was put in force.
_STAGES = ("informal", "warning", "formal")


def case_is_in_its_stages(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when a case is too far on to have been opened in error: a limit is in force or was."""
    case = context.case()
    if case.stage in _STAGES and case.closed_on is None:
        return []
    stands = "is closed" if case.closed_on else "has an arrangement"
    return [
        Problem(
            "",
            f"Expected a case that is still in its stages, but {case.reference} {stands}. "
            "End the arrangement by a review or an appeal instead.",
        )
    ]


def customer_can_leave(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when the case is closed already, or the date lies before the concern."""
    case = context.case()
    if case.closed_on is not None:
        sentence = f"Expected an open case, but {case.reference} was closed on"
        return [Problem("", f"{sentence} {said(case.closed_on)}. There is nothing left to end.")]
    left_on = dt.date.fromisoformat(values["left_on"])
    begun_on = case.concern_on or case.opened_on
    if left_on < begun_on:
        return [
            Problem(
                "left_on",
                f"Expected a date from {said(begun_on)} on, when the concern was raised, but it "
                f"is {said(left_on)}. Check the date.",
            )
        ]
    return []


def customer_left(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep that the customer left or died; the message ends what runs (R-064)."""
    _note(context, "customer_left", {"because": values["left_because"], "on": values["left_on"]})


def opened_in_error(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep that the case should not have been opened; the message closes it."""
    _note(context, "opened_in_error", {"because": values["error_kind"]})


def _note(context: Context, reason: str, detail: dict[str, str]) -> None:
    case = context.case()
    case.closed_reason = reason
    context.audit(reason, "case_file", case.id, new=detail)
