"""The functions of policy and calendar that every expression of a release may call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine import calendar
from engine.calendar import Calendar


@dataclass(frozen=True)
class Function:
    """One function as a process owner reads about it."""

    name: str
    #: ``working_days(date, number)``.
    signature: str
    documentation: str


#: What may be called beside the arithmetic of the language itself.
FUNCTIONS: tuple[Function, ...] = (
    Function(
        "policy",
        "policy('name')",
        "The figure of the policy with that name, in the parameter set of the case.",
    ),
    Function(
        "working_days",
        "working_days(date, number)",
        "The date that many working days after the date; the date itself is day 0.",
    ),
    Function(
        "calendar_days",
        "calendar_days(date, number)",
        "The date that many days after the date; a number below 0 counts back.",
    ),
    Function(
        "months",
        "months(date, number)",
        "The same day that many months later, or the last day of that month.",
    ),
    Function("on", "on(date)", "For timers: the moment that date begins."),
    Function("after", "after(date)", "For timers: the moment that date has passed."),
)


def functions_of(
    calendar_: Calendar, policy: Callable[[str], Any]
) -> Mapping[str, Callable[..., Any]]:
    """Give what stands behind the name of each function.

    policy: name of a figure -> its value in one parameter set.
    """
    return {
        "policy": policy,
        "working_days": calendar_.working_days,
        "calendar_days": calendar_.calendar_days,
        "months": calendar_.months,
        "on": calendar.on,
        "after": calendar.after,
    }
