"""Periodic reviews: when one opens, by when it is due, and that its date is never lost (R-062)."""

from __future__ import annotations

import datetime as dt

from engine.calendar import Due
from engine.casework import arrangements, breaches, limits, look_requests
from engine.casework.context import Context
from engine.clock import LONDON


def review_opens_on(context: Context) -> dt.date:
    """Give the day the review opens: at once when an appeal wants it, else ahead of its date."""
    arrangement = arrangements.current(context)
    if arrangement.review_opens_on is not None:
        return arrangement.review_opens_on
    planned = _planned(context)
    return context.calendar.calendar_days(planned, -context.policy("review.lead")).on


def review_due(context: Context) -> Due:
    """Give the last day of the review and why.

    The date the letter promised, worked back to a working day (K-5); earlier when the customer
    asked for a look or an appeal wants one, then within the days for an answer (R-085).
    """
    arrangement = arrangements.current(context)
    planned = context.calendar.back_to_working_day(_planned(context))
    request = look_requests.at_hand(context, arrangement.id)
    asked_on = request.received_on if request and request.outcome == "review" else None
    asked_on = asked_on or arrangement.review_opens_on
    if asked_on is None:
        return planned
    asked = context.calendar.working_days(asked_on, context.policy("review.request_sla"))
    return asked if asked.on < planned.on else planned


def review_warn_on(context: Context) -> dt.date:
    """Give the day on which those concerned are reminded that the review is due soon."""
    days = context.policy("review.warn")
    return context.calendar.working_days_before(review_due(context), days).on


def review_late_notice_due(context: Context) -> Due:
    """Give by when the customer is told that the review is late, from the day it became so."""
    due = review_due(context)
    breach = breaches.recorded(context, "review", arrangements.current(context).id, due.on)
    late_on = breach.recorded_at.astimezone(LONDON).date() if breach else due.on
    return context.calendar.working_days(late_on, context.policy("review.late_notice_within"))


def record_breach(context: Context) -> None:
    """Record once that the review's last day has passed; nothing is decided (R-062, R-110)."""
    arrangement = arrangements.current(context)
    breaches.record_once(context, "review", arrangement.id, review_due(context).on)


def interval(context: Context) -> tuple[int, int]:
    """Give the fewest and the most months the policy allows between two reviews (R-082).

    Raises ValueError when the row ``review.interval`` of the policy names no limits.
    """
    return limits.of(context, "review.interval")


def _planned(context: Context) -> dt.date:
    """Give the date of the next review; counted from the start when none was set."""
    arrangement = arrangements.current(context)
    if arrangement.next_review_on is not None:
        return arrangement.next_review_on
    start = arrangement.in_force_on or arrangements.start_on(context)
    months = arrangement.review_months or context.policy("review.interval")
    return context.calendar.months(start, months).on
