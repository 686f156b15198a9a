"""What comes while contact is refused: sorted and confirmed when it is logged (R-095)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from engine.casework.context import Context
from engine.errors import Problem
from engine.tables.decisions import Arrangement
from forms import Choice

#: The sorting of what nobody has read yet.
TO_BE_READ = "to_be_read"
_INCOMING = "in"
#: When the customer was told that a message came.
_TODAY = "today"
_SAME_DAY = "same_day"
#: Once help is on its way, nobody waits for a confirmation first.
HELP_FIRST = ("emergency", "safeguarding")


def is_refused(context: Context) -> bool:
    """Tell whether further contact with the customer of the case is refused today."""
    found = select(Arrangement.id).where(
        Arrangement.case_id == context.case_id,
        Arrangement.refused_on.is_not(None),
        Arrangement.ended_on.is_(None),
    )
    return context.session.scalar(found.limit(1)) is not None


def contact_is_sorted(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a contact that is filed unread, or not confirmed while contact is refused (R-095)."""
    theirs = values["direction"] == _INCOMING and is_refused(context)
    if values["triage"] == TO_BE_READ and not theirs:
        return [
            Problem(
                "triage",
                "Expected somebody to have read it, because contact with this customer is not "
                "refused. Read it and choose what it calls for.",
            )
        ]
    needs_it = theirs and values["triage"] not in (TO_BE_READ, *HELP_FIRST)
    if needs_it and not values.get("confirmed"):
        return [
            Problem(
                "confirmed",
                "Expected you to have confirmed to the customer that it came, because contact is "
                "refused and everything is confirmed all the same. Confirm it, then log it.",
            )
        ]
    return []


def confirmations(context: Context) -> list[Choice]:
    """Offer when the customer was told that it came; nothing while contact is not refused."""
    if not is_refused(context):
        return []
    return [Choice(_TODAY, "Yes, today"), Choice(_SAME_DAY, "Yes, on the day it came")]


def confirmed_on(context: Context, answer: str | None, came_on: dt.date) -> dt.date | None:
    """Give the day the customer was told that it came; None while nobody told them."""
    return {_TODAY: context.today, _SAME_DAY: came_on}.get(answer or "")
