"""The dates of letters: by when one must leave, and until when its decision can be appealed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from sqlalchemy import select

from engine.calendar import Due
from engine.casework import appeals, data_request_facts, look_requests, old_letters
from engine.casework.context import Context
from engine.clock import LONDON
from engine.tables.decisions import Decision
from engine.tables.process import WorkItem
from engine.tables.releases import PolicyValue
from forms import LetterTemplate

#: How a policy table says that days are working days.
_WORKING_DAYS = "working days"
_OFF = ("no", "off", "false")
#: Where a date comes from that a letter's own date is counted from.
_FROM: Mapping[str, Callable[[Context], dt.date | Due | None]] = {
    "appeal_due": appeals.appeal_due,
    "appeal_received_on": appeals.appeal_received_on,
    "data_request_due": data_request_facts.data_request_due,
    "data_request_received_on": data_request_facts.data_request_received_on,
    "look_received_on": look_requests.look_received_on,
    "old_letter_from": old_letters.old_letter_from,
}


def is_appealable(context: Context, template: LetterTemplate) -> bool:
    """Tell whether a letter starts a time to appeal: its template says so and the policy lets it.

    The figure a template names in ``appealable_if`` switches it off, such as the policy's own
    answer to whether a warning can be appealed.
    """
    if not template.appealable:
        return False
    switch = template.appealable_if
    return not switch or str(context.policy(switch)).lower() not in _OFF


def appeal_until(context: Context, template: LetterTemplate, issued_on: dt.date) -> Due | None:
    """Give the customer's last day to appeal, counted from the letter (R-051, K-5, X-5).

    None when the letter tells nothing that can be appealed.
    """
    if not is_appealable(context, template):
        return None
    length = int(context.policy("appeal.window"))
    if _unit(context, "appeal.window") == _WORKING_DAYS:
        return context.calendar.working_days(issued_on, length)
    last = context.calendar.calendar_days(issued_on, length)
    return context.calendar.forward_to_working_day(last)


def due_on(context: Context, template: LetterTemplate, decision: Decision | None) -> Due | None:
    """Give the last day on which a letter should leave, and why (R-031, R-045).

    The template names the date it is counted from and the figure that says how many working days.
    """
    start = _starts(context, template.due_from, decision)
    if start is None or not template.due_within:
        return start if isinstance(start, Due) else None
    return context.calendar.working_days(start, int(context.policy(template.due_within)))


def wanted_on(context: Context) -> dt.date | None:
    """Give the day the letter was asked for, that of its open task; None while there is none."""
    opened_at = context.session.scalar(
        select(WorkItem.opened_at)
        .where(
            WorkItem.instance_id == context.instance_id,
            WorkItem.form == "issue_letter",
            WorkItem.completed_at.is_(None),
            WorkItem.cancelled_at.is_(None),
        )
        .order_by(WorkItem.id.desc())
    )
    return opened_at.astimezone(LONDON).date() if opened_at else None


def default_warning_review_on(context: Context) -> dt.date:
    """Offer the date on which contact is compared after a warning written today (R-023)."""
    due = context.calendar.calendar_days(context.today, int(context.policy("warning.review_after")))
    return due.on


def today(context: Context) -> dt.date:
    """Offer today."""
    return context.today


def _starts(context: Context, name: str, decision: Decision | None) -> dt.date | Due | None:
    if name in _FROM:
        return _FROM[name](context)
    if decision is None or name == "asked_on":
        return wanted_on(context) or context.today
    return decision.decided_on


def _unit(context: Context, figure: str) -> str:
    return str(
        context.session.scalar(
            select(PolicyValue.unit).where(
                PolicyValue.release_id == context.release_id,
                PolicyValue.parameter_set == context.parameter_set,
                PolicyValue.name == figure,
            )
        )
        or ""
    )
