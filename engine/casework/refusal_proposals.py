"""Proposals to refuse contact: what was done since the letter, and what was tried first (R-090)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select

from engine.calendar import said
from engine.casework import evidence, refusals
from engine.casework.context import Context
from engine.casework.evidence_records import of_case
from engine.errors import Problem
from engine.tables.decisions import Arrangement, Decision, Letter, LookRequest
from engine.tables.refusals import ContactRefusal
from forms import Choice

#: The answer to a request that proposes it.
OUTCOME = "refusal"
_SET_TERMS = ("agreed", "other_action", "review", "variation")
_CHANGE = "variation"
#: A variation that changed nothing but the people.
_ONLY_PEOPLE = "other_contact"


def breaches_since_letter(context: Context) -> list[Choice]:
    """Offer the records of the case; what came before the letter took effect says so (C-07)."""
    since = _counts_from(context, _arrangement(context))
    days = {str(record.id): record.on for record in of_case(context)}
    return [
        replace(choice, hint=_too_early(since), disabled=True)
        if since is None or days[choice.value] < since
        else choice
        for choice in evidence.citable(context)
    ]


def refusal_can_be_proposed(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a proposal that rests on nothing since the letter, or skips what is milder (R-090)."""
    if values.get("request_outcome") != OUTCOME:
        return []
    arrangement = _arrangement(context)
    return [
        *_wrong_moment(context, arrangement),
        *evidence.problems_with(context, "breaches", values.get("breaches", [])),
        *_before_the_letter(context, arrangement, values.get("breaches", [])),
        *_change_first(context, arrangement, values),
    ]


def propose(context: Context, request: LookRequest, values: dict[str, Any]) -> ContactRefusal:
    """Keep a proposal with what it rests on; Legal and the Complaints Manager see to it."""
    arrangement = _arrangement(context)
    refusal = ContactRefusal(
        case_id=request.case_id,
        arrangement_id=arrangement.id,
        proposed_on=context.today,
        proposed_by=context.actor,
        why=values["reasons"],
        change_first=values["change_first"],
        why_no_change=values.get("why_no_change", ""),
        breaches=sorted(values["breaches"]),
    )
    context.session.add(refusal)
    context.session.flush()
    context.audit(
        "refusal_proposed", "contact_refusal", refusal.id, new={"cites": refusal.breaches}
    )
    return refusal


def _arrangement(context: Context) -> Arrangement:
    return context.session.get_one(Arrangement, context.arrangement_id)


def _wrong_moment(context: Context, arrangement: Arrangement) -> Iterator[Problem]:
    if refusals.open_of(context, arrangement.id) is not None:
        yield Problem(
            "request_outcome",
            "Expected no other proposal, but refusing contact is proposed or in force already. "
            "Choose another answer.",
        )
    asked = context.session.scalars(
        select(LookRequest.asked_by)
        .where(LookRequest.arrangement_id == arrangement.id, LookRequest.answered_on.is_(None))
        .order_by(LookRequest.id)
    ).first()
    if asked == "customer":
        yield Problem(
            "request_outcome",
            "Expected a request of ours, but the customer asked for this look, and nobody is "
            "refused contact for asking. Answer it, and ask for a look of our own.",
        )


def _before_the_letter(
    context: Context, arrangement: Arrangement, named: list[int]
) -> Iterator[Problem]:
    since, told = _counts_from(context, arrangement), _terms_told_on(context, arrangement)
    days = {record.id: record.on for record in of_case(context) if record.id in set(named)}
    early = sorted(day for day in days.values() if since is None or day < since)
    if early:
        yield Problem(
            "breaches",
            f"Expected records from after the letter, but one is of {said(early[0])}. "
            f"{_too_early(since)} Choose others.",
        )
    elif days and told is not None and max(days.values()) <= told:
        yield Problem(
            "breaches",
            "Expected at least one record from after the changed terms were told on "
            f"{said(told)}, but the newest is of {said(max(days.values()))}. Wait and see whether "
            "the change helps.",
        )


def _change_first(
    context: Context, arrangement: Arrangement, values: dict[str, Any]
) -> Iterator[Problem]:
    if values["change_first"] == "changed" and _terms_told_on(context, arrangement) is None:
        yield Problem(
            "change_first",
            "Expected the terms to have been changed with a letter, but they never were. Hold a "
            "review that changes them, or say why that is not enough.",
        )


def _counts_from(context: Context, arrangement: Arrangement) -> dt.date | None:
    """Give the first day whose records count: after a complete letter, and in force (C-07, K-10).

    None while no complete letter has told the customer what applies.
    """
    told = [
        letter_on or arrangement.letter_issued_on
        for letter_on in context.session.scalars(
            select(Letter.issued_on)
            .select_from(Decision)
            .outerjoin(Letter, Letter.id == Decision.letter_id)
            .where(
                Decision.owner_kind == "arrangement",
                Decision.owner_id == arrangement.id,
                Decision.kind.in_(_SET_TERMS),
                Decision.appeal_until.is_not(None),
            )
        )
    ]
    known = [day for day in told if day is not None]
    if not known or arrangement.in_force_on is None:
        return None
    return max(min(known) + dt.timedelta(days=1), arrangement.in_force_on)


def _terms_told_on(context: Context, arrangement: Arrangement) -> dt.date | None:
    """Give the day of the newest letter that changed the terms; None when none did."""
    return context.session.scalar(
        select(func.max(Letter.issued_on))
        .join(Decision, Decision.letter_id == Letter.id)
        .where(
            Decision.owner_kind == "arrangement",
            Decision.owner_id == arrangement.id,
            Decision.kind == _CHANGE,
            Decision.outcome.is_distinct_from(_ONLY_PEOPLE),
        )
    )


def _too_early(since: dt.date | None) -> str:
    if since is None:
        return "No complete letter has told the customer what applies, so nothing counts yet."
    return f"Only what happened from {said(since)} on counts, after the letter took effect."
