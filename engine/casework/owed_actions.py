"""What the landlord itself still owes the customer, shown until it is done (R-015, R-021)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from engine.calendar import Due, said
from engine.casework import notices, owed_action_runs
from engine.casework.context import Context
from engine.casework.people import full_name
from engine.errors import Problem
from engine.tables.casefile import OwedAction
from forms import Choice


def owed_actions_are_possible(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when something owed is due before today."""
    return [
        Problem(
            f"owed.{number}.due_on",
            "Expected a date from today on, but it has passed. Choose a later one, or leave it "
            "empty.",
        )
        for number, row in enumerate(values.get("owed", []))
        if row.get("due_on") and dt.date.fromisoformat(row["due_on"]) < context.today
    ]


def add(context: Context, row: dict[str, Any]) -> OwedAction:
    """Keep one thing we owe and who does it; without a date, the policy's own time applies."""
    due = _due(context, row.get("due_on"))
    owed = OwedAction(
        case_id=context.case().id,
        what=row["what"],
        owner=row["owner"],
        due_on=due.on,
        due_reason=due.reason,
        opened_on=context.today,
    )
    context.session.add(owed)
    context.session.flush()
    context.audit(
        "owed_action_added",
        "owed_action",
        owed.id,
        new={"owner": owed.owner, "due_on": owed.due_on.isoformat()},
    )
    return owed


def open_actions(context: Context) -> int:
    """Begin a run for each thing the case owes; gives how many things are open.

    Where the version at work draws no such run yet, each owner is told once instead.
    """
    owed = open_of(context)
    left = [one for one in owed if one.begun_on is None]
    left = [one for one in left if not owed_action_runs.begin(context, one)]
    for owner in dict.fromkeys(one.owner for one in left):
        due_on = min(one.due_on for one in left if one.owner == owner)
        notices.write(context, [owner], "owed_action", due_on)
    return len(owed)


def open_of(context: Context) -> list[OwedAction]:
    """Give what is still owed on the case, the soonest due first."""
    return list(
        context.session.scalars(
            select(OwedAction)
            .where(OwedAction.case_id == context.case_id, owed_action_runs.is_open())
            .order_by(OwedAction.due_on, OwedAction.id)
        )
    )


def still_open(context: Context) -> list[Choice]:
    """Offer what is still owed, with who does it and by when."""
    return [
        Choice(str(owed.id), owed.what, _who_and_when(context, owed)) for owed in open_of(context)
    ]


def owed_action_is_open(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when what was done is dated before it was owed."""
    owed = context.session.get(OwedAction, int(values["owed_action"]))
    if owed is None or owed.case_id != context.case_id:
        return [Problem("owed_action", "Expected something this case owes. Choose from the list.")]
    return owed_action_runs.done_too_early(owed, values)


def owed_action_done(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep on the page of the case what became of something owed; its run ends with it (R-015)."""
    owed = context.session.get_one(OwedAction, int(values["owed_action"]))
    owed_action_runs.end_elsewhere(context, owed, values)


def _due(context: Context, given: str | None) -> Due:
    if given:
        return Due(
            dt.date.fromisoformat(given), f"Agreed when it was noted on {said(context.today)}."
        )
    return context.calendar.working_days(context.today, context.policy("owed_action.within"))


def _who_and_when(context: Context, owed: OwedAction) -> str:
    late = ", late" if owed.due_on < context.today else ""
    return f"{full_name(context.session, owed.owner)}, due {said(owed.due_on)}{late}"
