"""How long a case is kept, and what keeps it longer (R-107, R-108; X-9)."""

from __future__ import annotations

import datetime as dt

from engine.calendar import said
from engine.casework import arrangements, cases, deletion, held
from engine.casework.context import Context
from engine.errors import NotFound, Rejected


def plan(context: Context) -> None:
    """Work out how long the case is kept, from the day its arrangement ended or it was closed.

    However long ago that was, the officer has the days of notice before anything goes (R-107).
    """
    case = context.case()
    kept = context.calendar.months(cases.ended_on(context), _months(context))
    told = context.calendar.calendar_days(context.today, context.policy("retention.notice"))
    old, case.delete_after = case.delete_after, max(kept.on, told.on)
    context.audit(
        "deletion_planned",
        "case_file",
        case.id,
        old={"delete_after": old.isoformat() if old else None},
        new={"delete_after": case.delete_after.isoformat()},
    )


def delete_after(context: Context) -> dt.date:
    """Give the last day on which the case is kept; NotFound before it was worked out."""
    last = context.case().delete_after
    if last is None:
        raise NotFound("Expected a last day to keep the case, but none was worked out yet.")
    return last


def deletion_notice_on(context: Context) -> dt.date:
    """Give the day on which the Data Management Officer is told that the deletion is near."""
    days = context.policy("retention.notice")
    return context.calendar.calendar_days(delete_after(context), -days).on


def holds_looked_at_on(context: Context) -> dt.date:
    """Give the next day, on which a held case is looked at again whatever was told (R-108)."""
    return context.calendar.calendar_days(context.today, 1).on


def find_holds(context: Context) -> int:
    """Count what keeps the case from being deleted; each says when it is settled (R-108).

    A hold placed by a person, an open appeal, complaint or request to look again, something an
    Ombudsman asked for, a flag not yet removed, something we still owe the customer.
    """
    return len(held.standing(context.session, [context.case().id]))


def delete(context: Context) -> None:
    """Delete everything personal about the case and certify it; its reference stays (R-107).

    Raises Rejected while anything holds the case or its last day has not passed (R-108): whatever
    a diagram draws, nothing is deleted then.
    """
    last = delete_after(context)
    if context.today <= last:
        raise Rejected(
            f"Expected the time of the records to be over, but they are kept to {said(last)}."
        )
    holding = held.standing(context.session, [context.case().id])
    if holding:
        words = "; ".join(held.words_of({one.kind for one in holding}))
        raise Rejected(f"Expected nothing that holds the case, but: {words}. Settle it first.")
    deletion.delete_case(context)


def _months(context: Context) -> int:
    """Give how many months a case is kept: a figure of its own where there was no arrangement.

    A release from before there was that figure keeps all cases alike (X-9).
    """
    months = context.policy("retention.period")
    if arrangements.find(context) is not None:
        return int(months)
    try:
        return int(context.policy("retention.period_no_arrangement"))
    except (KeyError, ValueError):
        return int(months)
