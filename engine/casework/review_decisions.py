"""Periodic reviews as they are decided: go on, change the terms, or end (R-082, R-083, R-087)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from engine.calendar import said
from engine.casework import (
    arrangements,
    look_requests,
    refusals,
    review_packs,
    reviews,
    terms,
)
from engine.casework.context import Context
from engine.casework.decision import each_once
from engine.errors import Problem
from engine.tables.decisions import Arrangement, Decision
from forms import Choice

#: What was decided -> the kind of decision it makes.
_KINDS = {"continue": "review", "change": "variation", "end": "cease"}
#: The answer that ends a refusal of contact at once.
_ENDS = "ends"
#: Answers a letter or a later review needs, beyond the columns of a decision.
_DETAILS = (
    "findings",
    "new_evidence",
    "proportionality",
    "adjustments",
    "what_changes",
    "change_required",
    "support_offered",
    "refusal_review",
    "next_review_on",
    "end_on",
)


def review_can_be_decided(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a next review outside the policy's months (K-6), or an end in the past or far off."""
    if values["review_outcome"] == "end":
        return list(_end_problems(context, values["end_on"]))
    return list(_next_review_problems(context, values["next_review_on"]))


def going_on_rests_on_records(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when an arrangement is to go on without a record since the last look (R-083)."""
    if values["review_outcome"] != "continue" or values.get("cites"):
        return []
    since = said(review_packs.since(context))
    return [
        Problem(
            "new_evidence",
            f"Expected a record from {since} or later on which going on rests, but there is none. "
            "Choose one, add it on the case page first, make the terms lighter, or end it.",
        )
    ]


def refusal_is_reviewed(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a review that goes on and says nothing of contact that is refused (R-096)."""
    refused = refusals.in_force(context, context.arrangement_id)
    if refused is None or values["review_outcome"] == "end" or values.get("refusal_review"):
        return []
    return [
        Problem(
            "refusal_review",
            "Expected to hear whether contact stays refused, because it is refused now. Choose "
            "whether that ends or stays until its own last day.",
        )
    ]


def refusal_now(context: Context) -> list[Choice]:
    """Offer to end the refusal of contact or to leave it; nothing while contact is not refused."""
    refused = refusals.in_force(context, context.arrangement_id)
    if refused is None or refused.until_on is None:
        return []
    return [
        Choice(_ENDS, "It ends today", "The customer gets a letter."),
        Choice("stays", f"It stays, until {said(refused.until_on)} at the latest"),
    ]


def decide_review(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Record what a review decided, as a decision of its own, and set the dates it sets.

    It answers the request that asked for it, and nothing wants the review opened any more.
    """
    arrangement = arrangements.current(context)
    decision = _decision(context, values, arrangement)
    context.session.add(decision)
    if values["review_outcome"] == "end":
        arrangement.end_on = dt.date.fromisoformat(values["end_on"])
    else:
        arrangement.next_review_on = dt.date.fromisoformat(values["next_review_on"])
    if values["review_outcome"] == "change":
        answered = decision.details["terms"]
        starts_on = arrangements.start_on(context)
        terms.apply(context, arrangement, answered, from_on=max(context.today, starts_on))
    if values.get("refusal_review") == _ENDS:
        refusals.wants_end(context, arrangement.id, refusals.BY_REVIEW)
    arrangement.review_opens_on = None
    look_requests.answer_by_review(context, arrangement)
    context.session.flush()
    context.audit(
        "review_decided",
        "decision",
        decision.id,
        new={"outcome": values["review_outcome"], "cites": decision.cites},
    )


def review_late_notice(
    context: Context, values: dict[str, Any], restricted: dict[str, Any]
) -> None:
    """Record that the customer was told that the review is late and by when it will be done."""
    context.audit(
        "customer_told_of_delay",
        "arrangement",
        arrangements.current(context).id,
        new={"told_on": values["told_on"]},
    )


def _decision(context: Context, values: dict[str, Any], arrangement: Arrangement) -> Decision:
    details = {name: values[name] for name in _DETAILS if name in values}
    details["evidence_from"] = review_packs.since(context).isoformat()
    details["evidence_to"] = context.today.isoformat()
    if values["review_outcome"] == "change":
        details["terms"] = terms.kept(values)
    return Decision(
        case_id=arrangement.case_id,
        kind=_KINDS[values["review_outcome"]],
        outcome=values["review_outcome"],
        reasons=values["reasons"],
        decided_on=context.today,
        decided_by=context.actor,
        took_part=each_once([context.actor, *values.get("took_part", [])]),
        barred=each_once([arrangement.spoc, arrangement.cover]),
        cites=values.get("cites", []),
        owner_kind="arrangement",
        owner_id=arrangement.id,
        details=details,
    )


def _next_review_problems(context: Context, answer: str) -> Iterator[Problem]:
    fewest, most = reviews.interval(context)
    earliest = context.calendar.months(context.today, fewest).on
    latest = context.calendar.months(context.today, most).on
    if not earliest <= dt.date.fromisoformat(answer) <= latest:
        yield Problem(
            "next_review_on",
            f"Expected the next review {fewest} to {most} months from today, which is between "
            f"{said(earliest)} and {said(latest)}, but it is not. Choose a day in between.",
        )


def _end_problems(context: Context, answer: str) -> Iterator[Problem]:
    _, most = reviews.interval(context)
    latest = context.calendar.months(context.today, most).on
    if not context.today <= dt.date.fromisoformat(answer) <= latest:
        yield Problem(
            "end_on",
            f"Expected an end between today and {said(latest)}, so that the customer can be told "
            "before it and no review is missed, but it is not. Choose a day in between.",
        )
