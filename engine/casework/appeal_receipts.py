"""Appeals as they come in: which decision is meant, and whether one can still be logged (R-073)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from engine.calendar import said
from engine.casework import owners, people, visibility
from engine.casework.context import Context
from engine.errors import Problem
from engine.tables.decisions import Appeal, Decision, Letter
from forms import Choice

#: Kind of decision -> what a person calls it.
DECISION_NAMES = {
    "matter_settled": "Matter settled",
    "warning": "Warning in a Fair Treatment Letter",
    "no_further_action": "No further action",
    "not_agreed": "Formal action not agreed",
    "closed": "Closed without action",
    "agreed": "Single point of contact agreed",
    "other_action": "Other formal action agreed",
    "review": "Periodic review: the arrangement goes on",
    "variation": "The terms were changed",
    "cease": "The arrangement ends",
    "request": "Answer to a request to look again",
    "refusal": "Further contact is refused",
}


def decisions_appealable(context: Context) -> list[Choice]:
    """Offer the decisions of the case that can be appealed, newest first.

    One that was appealed before is shown, but cannot be chosen again (X-11). The value names
    the decision as people do: ``agreed``, ``review``, ``review_2`` for the second review. Whoever
    may not see decisions reads which letter told it, who sees no letters neither (R-102).
    """
    appealed, seen = _appealed(context), _parts_seen(context)
    return [
        Choice(
            name,
            f"{_called(context, decision, seen)}, decided on {said(decision.decided_on)}",
            _APPEALED if decision.id in appealed else _time_to_appeal(context, decision),
            disabled=decision.id in appealed,
        )
        for name, decision in reversed(_named(context).items())
    ]


def still_appealable(context: Context) -> list[Decision]:
    """Give the decisions of the case that nobody has appealed, oldest first (R-073, X-11)."""
    appealed = _appealed(context)
    return [one for one in _named(context).values() if one.id not in appealed]


def decision_meant(context: Context) -> str | None:
    """Offer the decision from whose page somebody comes to log an appeal; None if from none."""
    meant = context.refs.get("decision_id")
    return next((name for name, one in _named(context).items() if one.id == meant), None)


def appeal_can_be_logged(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse an appeal against nothing, a second one, and one from before the decision."""
    decision = _named(context).get(str(values.get("decision")))
    if decision is None:
        return [
            Problem(
                "decision",
                "Expected a decision of this case that can be appealed, but this is none. "
                "Choose one from the list.",
            )
        ]
    if decision.id in _appealed(context):
        return [Problem("decision", f"Expected a decision not yet appealed. {_APPEALED}")]
    if dt.date.fromisoformat(values["received_on"]) < decision.decided_on:
        return [
            Problem(
                "received_on",
                f"Expected a date on or after the decision of {said(decision.decided_on)}, but "
                "the appeal cannot have come before it. Check both.",
            )
        ]
    return []


def log_appeal(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Record an appeal as it came in; its clock runs from the first receipt by anyone (K-9)."""
    decision = _named(context)[values["decision"]]
    appeal = Appeal(
        case_id=decision.case_id,
        decision_id=decision.id,
        received_on=dt.date.fromisoformat(values["received_on"]),
        received_by=values["received_by"],
        channel=values["channel"],
        grounds=values["grounds"],
        complaint_reference=values.get("complaint_reference", ""),
        logged_by=context.actor,
    )
    context.session.add(appeal)
    context.session.flush()
    context.appeal_id = appeal.id
    arrangement = owners.arrangement_of(context, decision)
    context.arrangement_id = arrangement.id if arrangement else None
    context.audit(
        "appeal_received",
        "appeal",
        appeal.id,
        new={"decision_id": decision.id, "received_on": values["received_on"]},
    )


_APPEALED = (
    "It has been appealed already. If the customer still disagrees, they can complain or go to "
    "the ombudsman."
)


def _named(context: Context) -> dict[str, Decision]:
    """Give the decisions anybody can appeal by the name that people choose them by."""
    kinds = set(DECISION_NAMES)
    if context.policy("appeal.warning_letter") == "no":
        kinds.discard("warning")
    rows = context.session.scalars(
        select(Decision)
        .where(Decision.case_id == context.case_id, Decision.kind.in_(kinds))
        .order_by(Decision.id)
    )
    seen: Counter[str] = Counter()
    named = {}
    for decision in rows:
        seen[decision.kind] += 1
        count = seen[decision.kind]
        named[decision.kind if count == 1 else f"{decision.kind}_{count}"] = decision
    return named


def _appealed(context: Context) -> set[int]:
    """Give the decisions with an appeal that was not withdrawn."""
    return set(
        context.session.scalars(
            select(Appeal.decision_id).where(
                Appeal.case_id == context.case_id, Appeal.withdrawn_on.is_(None)
            )
        )
    )


def _called(context: Context, decision: Decision, seen: Collection[visibility.Part]) -> str:
    if visibility.Part.DECISIONS in seen:
        return DECISION_NAMES[decision.kind]
    letter = None
    if visibility.Part.LETTERS in seen and decision.letter_id:
        letter = context.session.get(Letter, decision.letter_id)
    return f"Letter “{letter.title}”" if letter else "A decision"


def _parts_seen(context: Context) -> frozenset[visibility.Part]:
    """Give what the one who acts sees of the case; anybody may log an appeal (R-073)."""
    roles = people.roles_of(context.session, context.actor, context.today)
    return visibility.parts_seen(context.session, context.case().id, context.actor, roles)


def _time_to_appeal(context: Context, decision: Decision) -> str:
    if decision.appeal_until is None:
        return "No complete letter has started the time to appeal, so an appeal is never late."
    letter = context.session.get(Letter, decision.letter_id) if decision.letter_id else None
    told = f"Letter of {said(letter.issued_on)}. " if letter else ""
    late = " That day has passed." if decision.appeal_until < context.today else ""
    return f"{told}Can be appealed until {said(decision.appeal_until)}.{late}"
