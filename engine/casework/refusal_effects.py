"""Refused contact takes effect after both letters, and ends: never a day longer (R-092, R-096)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update

from engine.casework.context import Context
from engine.casework.refusals import BY_REVIEW, WITH_ARRANGEMENT, current
from engine.errors import ElementFailed
from engine.tables.decisions import Appeal, Arrangement, Decision, Letter
from engine.tables.refusals import ContactRefusal

#: What the decision came to.
_REFUSED = "refused"
_NOT_REFUSED = "not_refused"
#: The second of the two letters; the first tells the decision.
_END_OF_CORRESPONDENCE = "end_of_correspondence"
#: Ends of which no other letter tells the customer.
_TOLD_BY_LETTER = ("ran_out", BY_REVIEW)


def put_in_force(context: Context) -> None:
    """Let the refusal take effect, once, and only after both letters (R-092, R-094).

    The arrangement is reviewed by its last day, so that no refusal goes unreviewed (R-096).
    """
    refusal = current(context)
    if refusal.in_force_on is not None:
        return
    _need_both_letters(context, refusal)
    arrangement = context.session.get_one(Arrangement, refusal.arrangement_id)
    refusal.in_force_on = context.today
    arrangement.refused_on, arrangement.refused_until = context.today, refusal.until_on
    if refusal.until_on is not None:
        planned = arrangement.next_review_on or refusal.until_on
        arrangement.next_review_on = min(planned, refusal.until_on)
    context.audit(
        "contact_refused",
        "contact_refusal",
        refusal.id,
        new={"from": context.today.isoformat(), "until": _iso(refusal.until_on)},
    )


def end(context: Context, reason: str) -> str:
    """End a refusal, once, and say what is left to do: letter, changes or nothing (R-089, R-096).

    reason: ran_out, lifted_on_appeal or arrangement_ended; why it was asked to end comes first.
    """
    refusal = current(context)
    if refusal.outcome != _REFUSED and refusal.end_reason is None:
        reason = _NOT_REFUSED
    refusal.end_reason = refusal.end_reason or reason
    refusal.ended_on = refusal.ended_on or context.today
    arrangement = context.session.get_one(Arrangement, refusal.arrangement_id)
    arrangement.refused_on = arrangement.refused_until = None
    context.session.execute(
        update(Appeal)
        .where(
            Appeal.decision_id == refusal.decision_id,
            Appeal.effect == "cancelled",
            Appeal.applied_on.is_(None),
        )
        .values(applied_on=context.today)
    )
    context.audit(
        "refusal_ended",
        "contact_refusal",
        refusal.id,
        new={"ended_on": refusal.ended_on.isoformat(), "reason": refusal.end_reason},
    )
    if refusal.in_force_on is None or refusal.end_reason == WITH_ARRANGEMENT:
        return "nothing"
    return "letter" if refusal.end_reason in _TOLD_BY_LETTER else "changes"


def _need_both_letters(context: Context, refusal: ContactRefusal) -> None:
    decision = context.session.get(Decision, refusal.decision_id or 0)
    first = context.session.get(Letter, decision.letter_id or 0) if decision else None
    second = first and context.session.scalar(
        select(Letter.id)
        .where(
            Letter.case_id == refusal.case_id,
            Letter.template == _END_OF_CORRESPONDENCE,
            Letter.id > first.id,
        )
        .limit(1)
    )
    if not second:
        raise ElementFailed(
            context.process_id,
            context.element_id,
            "Expected both letters to be issued before contact is refused, but one is not on file. "
            "Issue it, then try again.",
        )


def _iso(date: dt.date | None) -> str | None:
    return date.isoformat() if date else None
