"""Legal advice and the decision on refusing contact: two people, in that order (R-091 to R-096)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from engine.calendar import said
from engine.casework import complained_about, limits, notices, people, refusals
from engine.casework.context import Context
from engine.casework.decision import each_once
from engine.casework.evidence_records import of_case
from engine.errors import NotAllowed, Problem, Rejected
from engine.tables.decisions import Arrangement, Decision
from engine.tables.refusals import ContactRefusal

#: How long a refusal may hold, in months.
_LENGTH = "refusal.review"
#: Kind of matter -> the ombudsman who looks at it, and both as people call them (R-093).
_OMBUDSMAN = {
    "landlord": ("housing_ombudsman", "the Housing Ombudsman", "a matter of ours as the landlord"),
    "other_council": (
        "local_government_ombudsman",
        "the Local Government and Social Care Ombudsman",
        "another matter of the council",
    ),
}
#: What is decided when contact is refused.
_REFUSED = "refused"
_AGAINST = "against"
#: Answers kept with the decision for its letter and for whoever looks at it again.
_KEPT = ("change_required", "proportionality", "adjustments", "despite_advice", "ombudsman")


def advice_can_be_recorded(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse advice from before what it is about, or from somebody complained about (R-091)."""
    refusal = refusals.current(context)
    cited = [record.on for record in of_case(context) if record.id in refusal.breaches]
    given = dt.date.fromisoformat(values["advised_on"])
    problems = complained_about.takes_no_part(context, "advised_on", [context.actor])
    if cited and given < max(cited):
        problems.append(
            Problem(
                "advised_on",
                f"Expected advice on everything that is named, but the newest record is of "
                f"{said(max(cited))} and the advice of {said(given)}. Ask for advice again, or "
                "check the date.",
            )
        )
    return problems


def record_legal_advice(
    context: Context, values: dict[str, Any], restricted: dict[str, Any]
) -> None:
    """Keep when legal advice was given and where it is; the advice itself stays with Legal."""
    refusal = refusals.current(context)
    refusal.advice_reference = values["advice_reference"]
    refusal.advised_on = dt.date.fromisoformat(values["advised_on"])
    refusal.advised_by, refusal.advice = context.actor, values["advice"]
    context.audit(
        "legal_advice_recorded",
        "contact_refusal",
        refusal.id,
        new={"advised_on": values["advised_on"], "advice": refusal.advice},
    )


def refusal_can_be_decided(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a decision without advice, before it, without an end, or to the wrong ombudsman.

    Raises NotAllowed when the one who advised decides (R-091), Rejected while there is no advice.
    """
    refusal = refusals.current(context)
    if refusal.advised_on is None:
        raise Rejected(
            "Expected legal advice on record before the decision, but there is none. Legal records "
            "it first."
        )
    if refusal.advised_by == context.actor:
        name = people.full_name(context.session, context.actor)
        raise NotAllowed(
            f"Expected two people, one who advises and one who decides, but {name} gave the legal "
            "advice. Leave the decision to another Complaints Manager."
        )
    decided_on = dt.date.fromisoformat(values["decided_on"])
    problems = complained_about.takes_no_part(context, "decided_on", [context.actor])
    problems.extend(_dates(refusal.advised_on, decided_on))
    if values["refusal_outcome"] == _REFUSED:
        problems.extend(_terms(context, refusal, values, decided_on))
    return problems


def decide_refusal(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Record the decision; a refusal is one that can be appealed, and inert until its letters."""
    refusal = refusals.current(context)
    refusal.outcome = values["refusal_outcome"]
    refusal.decided_on = dt.date.fromisoformat(values["decided_on"])
    refusal.decided_by = context.actor
    if refusal.outcome == _REFUSED:
        refusal.stopped = [row["enquiry"] for row in values["stopped"]]
        refusal.matter, refusal.ombudsman = values["matter"], values["ombudsman"]
        refusal.until_on = dt.date.fromisoformat(values["until_on"])
        decision = _decision(context, refusal, values)
        context.session.add(decision)
        context.session.flush()
        refusal.decision_id = decision.id
    context.audit(
        "refusal_decided",
        "contact_refusal",
        refusal.id,
        new={"outcome": refusal.outcome, "decision_id": refusal.decision_id},
    )
    notices.write(context, [refusal.proposed_by], "refusal_decided", context.today)


def _decision(context: Context, refusal: ContactRefusal, values: dict[str, Any]) -> Decision:
    arrangement = context.session.get_one(Arrangement, refusal.arrangement_id)
    return Decision(
        case_id=refusal.case_id,
        kind=refusals.KIND,
        outcome=refusal.outcome,
        reasons=values["reasons"],
        decided_on=refusal.decided_on,
        decided_by=context.actor,
        took_part=[context.actor],
        barred=each_once(
            [refusal.advised_by, refusal.proposed_by, arrangement.spoc, arrangement.cover]
        ),
        cites=refusal.breaches,
        owner_kind=refusals.KIND,
        owner_id=refusal.id,
        details={name: values[name] for name in _KEPT if name in values},
    )


def _dates(advised_on: dt.date, decided_on: dt.date) -> Iterator[Problem]:
    if decided_on < advised_on:
        yield Problem(
            "decided_on",
            f"Expected the decision on or after the legal advice of {said(advised_on)}, but it is "
            f"of {said(decided_on)}. Advice that comes after a decision is no advice on it.",
        )


def _terms(
    context: Context, refusal: ContactRefusal, values: dict[str, Any], decided_on: dt.date
) -> Iterator[Problem]:
    fewest, most = limits.of(context, _LENGTH)
    earliest = context.calendar.months(decided_on, fewest).on
    latest = context.calendar.months(decided_on, most).on
    if not earliest <= dt.date.fromisoformat(values["until_on"]) <= latest:
        yield Problem(
            "until_on",
            f"Expected an end {fewest} to {most} months after the decision, which is between "
            f"{said(earliest)} and {said(latest)}, but it is not. Nobody is refused contact for "
            "good: choose a day in between.",
        )
    theirs, name, matter = _OMBUDSMAN[values["matter"]]
    if values["ombudsman"] != theirs:
        yield Problem(
            "ombudsman",
            f"Expected {name}, who looks at {matter}, but another ombudsman is chosen. The "
            "customer would be sent away there.",
        )
    if refusal.advice == _AGAINST and not values.get("despite_advice"):
        yield Problem(
            "despite_advice",
            "Expected a reason, because legal advice is against refusing contact. Say why you "
            "decide otherwise, or do not refuse it.",
        )
