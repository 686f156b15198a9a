"""Arrangements: from the letter that begins one to the day it ends (R-045, R-059 to R-064)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from engine.casework import (
    appeal_decisions,
    away,
    cover_tasks,
    look_requests,
    outgoing,
    refusals,
    terms,
)
from engine.casework.context import Context
from engine.casework.people import Holder
from engine.errors import ElementFailed, NotFound
from engine.tables.decisions import Arrangement

CEASED = "ceased"
CANCELLED = "cancelled_on_appeal"


def find(context: Context) -> Arrangement | None:
    """Give the arrangement the instance works on, else the newest of the case; None without one.

    Another case's arrangement is never given, whatever number was named.
    """
    if context.arrangement_id is not None:
        named = context.session.get(Arrangement, context.arrangement_id)
        return named if named is not None and named.case_id == context.case_id else None
    return context.session.scalars(
        select(Arrangement)
        .where(Arrangement.case_id == context.case_id)
        .order_by(Arrangement.id.desc())
        .limit(1)
    ).one_or_none()


def current(context: Context) -> Arrangement:
    """Give the arrangement the instance works on, else the newest of the case; NotFound if none."""
    arrangement = find(context)
    if arrangement is None:
        raise NotFound("Expected an arrangement to work on, but the case has none.")
    return arrangement


def arrangement_ref(context: Context) -> str:
    """Give how messages address this arrangement: ``arrangement:7``."""
    return f"arrangement:{current(context).id}"


def start_on(context: Context) -> dt.date:
    """Give the day it takes effect: as decided, but never before its letter is issued (R-041)."""
    arrangement = current(context)
    return max(arrangement.from_on, arrangement.letter_issued_on or arrangement.from_on)


def end_on(context: Context) -> dt.date | None:
    """Give the day on which it is to end; None while no end is decided."""
    return current(context).end_on


def spoc_of_case(context: Context) -> Holder:
    """Give the single point of contact, or whoever stands in today (R-072).

    The Data Management Officer while nobody does, and once that person has left.
    """
    return cover_tasks.contact_holder(context, current(context))


def put_in_force(context: Context) -> None:
    """Put the arrangement in force, once, and only after its letter (R-045; C-03).

    A letter can only be issued complete, so a date of issue is proof of a complete one.
    """
    arrangement = current(context)
    if arrangement.in_force_on is not None:
        return
    if arrangement.letter_issued_on is None and not arrangement.taken_over:
        raise ElementFailed(
            context.process_id,
            context.element_id,
            "Expected the introduction letter to be issued before the arrangement takes effect, "
            "but no letter is on file. Issue the letter, then try again.",
        )
    arrangement.in_force_on = start_on(context)
    if arrangement.next_review_on is None and arrangement.review_months:
        months = context.calendar.months(arrangement.in_force_on, arrangement.review_months)
        arrangement.next_review_on = months.on
    context.case().stage = "in_force"
    context.audit(
        "arrangement_put_in_force",
        "arrangement",
        arrangement.id,
        new={"in_force_on": arrangement.in_force_on.isoformat()},
    )
    away.look_again(context, arrangement.spoc)
    outgoing.announce(context, "arrangement.started", arrangement_id=arrangement.id)


def apply_appeal(context: Context) -> None:
    """Put into effect what an appeal changed: new terms, or a review opened now (R-078)."""
    arrangement = current(context)
    appeal = appeal_decisions.to_apply(context, arrangement.id)
    if appeal is None:
        return
    if appeal.effect == "terms":
        outcome = appeal_decisions.outcome_of(context, appeal)
        answered = outcome.details.get("terms", {}) if outcome else {}
        terms.apply(context, arrangement, answered, from_on=max(context.today, start_on(context)))
    else:
        arrangement.review_opens_on = context.today
    appeal.applied_on = context.today
    context.audit(
        "appeal_put_into_effect",
        "arrangement",
        arrangement.id,
        new={"appeal_id": appeal.id, "effect": appeal.effect},
    )


def end(context: Context, reason: str) -> None:
    """End the arrangement, once; one that ceases ends on the day that was decided (R-064)."""
    arrangement = current(context)
    if arrangement.ended_on is not None:
        return
    decided = arrangement.end_on if reason == CEASED else None
    arrangement.ended_on = decided or context.today
    arrangement.end_reason = reason
    terms.end_restrictions(context, arrangement, on=arrangement.ended_on)
    look_requests.drop_open(context, arrangement)
    refusals.wants_end(context, arrangement.id, refusals.WITH_ARRANGEMENT)
    if reason == CANCELLED:
        appeal = appeal_decisions.to_apply(context, arrangement.id)
        if appeal is not None:
            appeal.applied_on = context.today
    context.case().stage = "ended"
    context.audit(
        "arrangement_ended",
        "arrangement",
        arrangement.id,
        new={"ended_on": arrangement.ended_on.isoformat(), "reason": reason},
    )
    away.look_again(context, arrangement.spoc)
    outgoing.announce(context, "arrangement.ended", arrangement_id=arrangement.id)
