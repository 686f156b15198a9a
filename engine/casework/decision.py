"""Decisions made in a stage, and the one of the decision meeting with what it puts in place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from engine.casework import invitations, stages, terms
from engine.casework.context import Context
from engine.tables.casefile import Stage
from engine.tables.decisions import Arrangement, Decision

#: Outcomes of the meeting that put something in force, and what kind of arrangement each makes.
ARRANGED = {"agreed": "spoc", "other_action": "other_action"}
#: Answers kept with the meeting's decision beside its terms; sealed ones never are.
_KEPT = (
    "severity",
    "instances",
    "breadth_and_frequency",
    "why_difficult",
    "equality_conclusion",
    "ways_to_mend",
    "less_restrictive",
    "proportionality",
    "method_adjustment",
    "from_on",
    "review_months",
    "look_again_on",
)


def decide(context: Context, stage: Stage, kind: str, **more: Any) -> Decision:
    """Keep a decision of a stage, made today by the person acting unless `more` says otherwise.

    more: further columns of ``Decision``, such as reasons, cites and details.
    """
    made = {
        "outcome": kind,
        "decided_on": context.today,
        "took_part": [context.actor],
        "owner_kind": "stage",
        "owner_id": stage.id,
        **more,
    }
    decision = Decision(case_id=stage.case_id, kind=kind, decided_by=context.actor, **made)
    context.session.add(decision)
    context.session.flush()
    context.audit(
        "decided",
        "decision",
        decision.id,
        new={"kind": kind, "stage_id": stage.id, "cites": decision.cites},
    )
    return decision


def record_meeting(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep what the decision meeting decided, and draft the arrangement if it agreed on one."""
    stage = stages.need(context, "formal")
    outcome = values["formal_outcome"]
    stage.meeting_on = dt.date.fromisoformat(values["held_on"])
    stage.attendees = values["attendees"]
    # Held on an earlier day than was arranged: what still stands in calendars is over.
    invitations.call_off(context, "The meeting was held before.", after=stage.meeting_on)
    arrangement = _draft(context, values) if outcome in ARRANGED else None
    decision = decide(
        context,
        stage,
        outcome,
        decided_on=stage.meeting_on,
        reasons="\n\n".join(row["reason"] for row in values["reasons"]),
        cites=sorted({cited for row in values["reasons"] for cited in row.get("evidence", [])}),
        took_part=each_once([context.actor, *values["attendees"]]),
        barred=each_once(
            [stage.referred_by, stage.discussed_with, values.get("spoc"), values.get("cover")]
        ),
        details=_details(values),
        **({"owner_kind": "arrangement", "owner_id": arrangement.id} if arrangement else {}),
    )
    if arrangement is not None:
        arrangement.decision_id = decision.id
        context.arrangement_id = arrangement.id
    if outcome == "not_agreed":
        stage.look_on = dt.date.fromisoformat(values["look_again_on"])
        stage.outcome = outcome
    else:
        stages.end(context, stage, outcome)


def bar(decision: Decision, people: Iterable[str | None]) -> None:
    """Keep that more people have to do with a decision, so that none of them hears an appeal."""
    decision.barred = each_once([*decision.barred, *people])


def each_once(people: Iterable[str | None]) -> list[str]:
    """Give user names each once, in their order, without those that were left open."""
    return list(dict.fromkeys(name for name in people if name))


def _draft(context: Context, values: dict[str, Any]) -> Arrangement:
    """Draft the arrangement; it takes effect only after its letter (R-041, R-045, R-059)."""
    from_on = dt.date.fromisoformat(values["from_on"])
    months = values["review_months"]
    arrangement = Arrangement(
        case_id=context.case().id,
        kind=ARRANGED[values["formal_outcome"]],
        contact_method=values["contact_method"],
        contact_address=values["contact_address"],
        emergency_route=context.policy("emergency.route"),
        owner_organisation=context.policy("landlord.name"),
        from_on=from_on,
        review_months=months,
        next_review_on=context.calendar.months(from_on, months).on,
    )
    context.session.add(arrangement)
    context.session.flush()
    terms.apply(context, arrangement, values, from_on=from_on)
    context.audit(
        "arrangement_drafted", "arrangement", arrangement.id, new={"review_months": months}
    )
    return arrangement


def _details(values: dict[str, Any]) -> dict[str, Any]:
    kept = {name: values[name] for name in _KEPT if name in values}
    agreed = terms.kept(values)
    return {**kept, "terms": agreed} if agreed else kept
