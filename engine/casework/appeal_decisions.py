"""Appeals as they are decided: taken or not, upheld or not, and what that changes (R-078)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from engine.casework import appeals, directors, owners, terms
from engine.casework.context import Context
from engine.errors import Problem, Rejected
from engine.tables.decisions import Appeal, Decision
from engine.tables.refusals import ContactRefusal

#: Owner of the decision, and its kind where that matters -> what an appeal can change.
_EFFECTS = {
    "arrangement": ("terms", "cancelled", "look_again"),
    "refusal": ("cancelled",),
    "warning": ("cancelled",),
    "not_agreed": ("look_again",),
}
_SAID = {
    "terms": "change the terms",
    "cancelled": "cancel the decision",
    "look_again": "have it looked at again",
}


def decide_late_appeal(
    context: Context, values: dict[str, Any], restricted: dict[str, Any]
) -> None:
    """Record whether a late appeal is heard, with the director's reason (R-073)."""
    appeal = appeals.current(context)
    directors.took_over(context, appeal)
    appeal.reasons = values["reasons"]
    context.audit(
        "late_appeal_decided", "appeal", appeal.id, new={"late_appeal": values["late_appeal"]}
    )


def record_not_taken(context: Context) -> None:
    """Record that a late appeal is not heard: the decision stands, the customer is told why."""
    appeal = appeals.current(context)
    _decide(context, appeal, outcome="not_taken", effect="none", details={})


def appeal_effect_fits(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse an effect that does not go with the outcome, or that the decision cannot have."""
    effect = values.get("appeal_effect", "none")
    if effect == "none":
        if values.get("outcome") != "upheld":
            return []
        return [
            Problem(
                "appeal_effect",
                "Expected an upheld appeal to change something, but nothing is to change. Say "
                "what changes, or choose “Partly upheld”.",
            )
        ]
    decision = context.session.get_one(Decision, appeals.current(context).decision_id)
    possible = _possible_effects(context, decision)
    if effect in possible:
        return []
    can = " or ".join(_SAID[name] for name in possible) or "change nothing any more"
    return [
        Problem(
            "appeal_effect",
            f"Expected a change this decision can still have, but an appeal against it can only "
            f"{can}. Choose that, or “Nothing changes”.",
        )
    ]


def decide_appeal(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Record the outcome, its reasons and what it changes; new terms are kept as answered."""
    appeal = appeals.current(context)
    directors.took_over(context, appeal)
    appeal.reasons = values["reasons"]
    _decide(
        context,
        appeal,
        outcome=values["outcome"],
        effect=values.get("appeal_effect", "none"),
        details={"terms": terms.kept(values)},
    )


def holding_letter(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Record that the customer was told of the delay and by when the answer will come."""
    appeal = appeals.current(context)
    context.audit("customer_told_of_delay", "appeal", appeal.id, new={"told_on": values["told_on"]})


def appeal_can_be_withdrawn(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a withdrawal from before the appeal came in (R-073).

    Raises Rejected when the appeal was decided or withdrawn meanwhile.
    """
    appeal = appeals.current(context)
    if appeal.decided_on is not None or appeal.withdrawn_on is not None:
        raise Rejected(
            "Expected an appeal that is still to be decided, but it has been decided or withdrawn "
            "already. Look at the case as it is now."
        )
    if dt.date.fromisoformat(values["withdrawn_on"]) < appeal.received_on:
        return [
            Problem(
                "withdrawn_on",
                "Expected a date on or after the day the appeal was received. Check both.",
            )
        ]
    return []


def withdraw_appeal(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Record when the customer took the appeal back; the process then ends it."""
    appeal = appeals.current(context)
    context.appeal_id = appeal.id
    appeal.withdrawn_on = dt.date.fromisoformat(values["withdrawn_on"])
    context.audit(
        "appeal_withdrawn", "appeal", appeal.id, new={"withdrawn_on": values["withdrawn_on"]}
    )


def to_apply(context: Context, arrangement_id: int) -> Appeal | None:
    """Give the oldest decided appeal that changes this arrangement and is not yet in effect."""
    waiting = context.session.scalars(
        select(Appeal)
        .where(
            Appeal.case_id == context.case_id,
            Appeal.applied_on.is_(None),
            Appeal.effect.in_(_EFFECTS["arrangement"]),
        )
        .order_by(Appeal.decided_on, Appeal.id)
    )
    for appeal in waiting:
        decision = context.session.get_one(Decision, appeal.decision_id)
        if owners.owner_of(context, decision) == ("arrangement", arrangement_id):
            return appeal
    return None


def outcome_of(context: Context, appeal: Appeal) -> Decision | None:
    """Give the decision in which an appeal was decided; None while it is open."""
    rows = context.session.scalars(
        select(Decision).where(Decision.case_id == appeal.case_id, Decision.kind == "appeal")
    )
    return next((row for row in rows if row.details.get("appeal_id") == appeal.id), None)


def _possible_effects(context: Context, decision: Decision) -> tuple[str, ...]:
    kind, _ = owners.owner_of(context, decision)
    if kind == "refusal":
        refusal = context.session.get(ContactRefusal, decision.owner_id)
        return _EFFECTS["refusal"] if refusal is not None and refusal.ended_on is None else ()
    if kind == "arrangement":
        arrangement = owners.arrangement_of(context, decision)
        is_running = arrangement is not None and arrangement.ended_on is None
        return _EFFECTS["arrangement"] if is_running else ()
    can_act = kind == "stage" or context.case().stage in ("warning", "formal")
    return _EFFECTS.get(decision.kind, ()) if can_act else ()


def _decide(
    context: Context, appeal: Appeal, *, outcome: str, effect: str, details: dict[str, Any]
) -> None:
    decision = context.session.get_one(Decision, appeal.decision_id)
    owner_kind, owner_id = owners.owner_of(context, decision)
    appeal.outcome, appeal.effect, appeal.decided_on = outcome, effect, context.today
    context.session.add(
        Decision(
            case_id=appeal.case_id,
            kind="appeal",
            outcome=outcome,
            reasons=appeal.reasons,
            decided_on=context.today,
            decided_by=context.actor,
            took_part=[context.actor],
            owner_kind=owner_kind,
            owner_id=owner_id,
            details={"appeal_id": appeal.id, "appeal_effect": effect, **details},
        )
    )
    context.session.flush()
    context.audit("appeal_decided", "appeal", appeal.id, new={"outcome": outcome, "effect": effect})
