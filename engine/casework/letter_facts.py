"""What a letter can say about a case: the value of every placeholder, never asked for twice."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from engine.casework import (
    appeals,
    arrangements,
    contacts,
    customers,
    data_request_words,
    letter_words,
    look_requests,
    owners,
    refusals,
    shared_tenancies,
    stages,
    terms,
)
from engine.casework.context import Context
from engine.own_values import own_text
from engine.tables.casefile import Customer, Submission
from engine.tables.decisions import Appeal, Arrangement, Decision, LookRequest
from engine.tables.people import User
from forms import LetterTemplate

#: Placeholder -> text, the items of a list, or a date.
Facts = dict[str, str | list[str] | dt.date]
_OFFICE_HOURS = "on working days, during our office hours"
#: Decisions whose new terms may reach the register only after their letter.
_SET_TERMS = ("variation", "appeal")


@dataclass(frozen=True)
class Subject:
    """What one letter is about."""

    template: LetterTemplate
    #: The decision it tells; None when it tells none, or makes one itself.
    decision: Decision | None
    issued_on: dt.date
    #: What the author filled in so far, by question id.
    answers: Mapping[str, Any] = field(default_factory=dict)


def facts(context: Context, subject: Subject) -> Facts:
    """Give every placeholder that has a value; what a template names and is not here is missing."""
    found: Facts = {}
    for part in (
        _told_before(context, subject),
        _details(subject.decision),
        _counts(context, subject),
        _policy(context),
        _frame(context, subject),
        _stages(context),
        _arrangement(context, subject),
        _appeal(context, subject),
        _request(context, subject),
        _refusal(context, subject),
        data_request_words.facts(context),
        _decision(subject.decision),
        _answers(subject),
    ):
        found.update({name: value for name, value in part.items() if value})
    return found


def customer_of(context: Context) -> Customer | None:
    """Give the customer of the case; None while the case has none."""
    customer_id = context.case().customer_id
    return context.session.get(Customer, customer_id) if customer_id else None


def customer_address(context: Context) -> str | None:
    """Offer the customer's postal address."""
    customer = customer_of(context)
    if customer is None:
        return None
    return f"{_addressed(context, customer)}\n{customer.address}"


def customer_needs(context: Context) -> str | None:
    """Offer the format or language the customer needs (R-056)."""
    customer = customer_of(context)
    return customers.needs_of(customer) or None if customer else None


def _addressed(context: Context, customer: Customer) -> str:
    """Name everybody a letter is written to: on a shared tenancy those it applies to."""
    return shared_tenancies.said(shared_tenancies.applies_to(customer, context.case()))


def arrangement_of(context: Context, subject: Subject) -> Arrangement | None:
    """Give the arrangement a letter speaks of; None when there is none yet."""
    if context.appeal_id is not None:
        appealed = context.session.get(Decision, appeals.current(context).decision_id)
        return owners.arrangement_of(context, appealed) if appealed else None
    return arrangements.find(context)


def starts_on(arrangement: Arrangement, issued_on: dt.date) -> dt.date:
    """Give the day an arrangement takes effect, never before its letter (R-041, R-050)."""
    told_on = arrangement.letter_issued_on or issued_on
    return arrangement.in_force_on or max(arrangement.from_on, told_on)


def _policy(context: Context) -> Mapping[str, Any]:
    return {
        "landlord_name": str(context.policy("landlord.name")),
        "landlord_head": _head(context),
        "appeal_addressee": str(context.policy("appeal.addressee")),
        "emergency_route": str(context.policy("emergency.route")),
        "appeal_days": letter_words.count(int(context.policy("appeal.sla")), "working day"),
        "request_days": letter_words.count(
            int(context.policy("review.request_sla")), "working day"
        ),
    }


def _head(context: Context) -> list[str]:
    """Give the lines of the letterhead below the name; none where nothing was said."""
    named = ("landlord.address", "landlord.phone", "landlord.email")
    return [line for name in named for line in own_text(context.settings, name).splitlines()]


def _frame(context: Context, subject: Subject) -> Mapping[str, Any]:
    customer = customer_of(context)
    author = context.session.get(User, context.actor)
    return {
        "customer_name": _addressed(context, customer) if customer else "",
        "customer_address": customer.address if customer else "",
        "for_whom": shared_tenancies.told_to(customer, context.case()) if customer else "",
        "case_reference": context.case().reference,
        "letter_date": subject.issued_on,
        "author_name": author.full_name if author else "",
        "author_title": author.job_title if author else "",
    }


def _stages(context: Context) -> Mapping[str, Any]:
    warning, formal = stages.find(context, "warning"), stages.find(context, "formal")
    return {
        "warning_letter_on": warning.warned_on if warning else None,
        "look_again_on": formal.look_on if formal else None,
    }


def _arrangement(context: Context, subject: Subject) -> Mapping[str, Any]:
    arrangement = arrangement_of(context, subject)
    if arrangement is None:
        return {}
    start = starts_on(arrangement, subject.issued_on)
    months = arrangement.review_months or int(context.policy("review.interval"))
    review = arrangement.next_review_on or context.calendar.months(start, months).on
    return {
        "arrangement_kind_code": arrangement.kind,
        "start_on": start,
        "review_on": review,
        "review_length": letter_words.count(months, "month"),
        "end_on": arrangement.end_on,
        **_old_register(arrangement, review, subject.issued_on),
        "emergency_route": arrangement.emergency_route,
        **_terms(context, terms_now(context, arrangement, subject.decision)),
    }


def _old_register(
    arrangement: Arrangement, review: dt.date, issued_on: dt.date
) -> Mapping[str, Any]:
    """Give what only the letter of an arrangement taken over says (K-10)."""
    if not arrangement.taken_over:
        return {}
    return {
        "old_letter_on": arrangement.letter_issued_on,
        "old_letter_code": "found" if arrangement.letter_issued_on else "none",
        "old_review_code": "late" if review <= issued_on else "ahead",
    }


def terms_now(
    context: Context, arrangement: Arrangement, decision: Decision | None
) -> dict[str, Any]:
    """Give the terms of the register; those this decision sets anew take their place (R-055)."""
    rows = terms.restrictions_of(context, arrangement)
    kept: dict[str, Any] = {
        name: getattr(arrangement, name, None) for name in terms.QUESTIONS if name != "restrictions"
    }
    kept["response_time"] = arrangement.response_time
    kept["restrictions"] = [letter_words.as_row(row) for row in rows]
    sets_terms = decision is not None and decision.kind in _SET_TERMS
    decided = decision.details.get("terms") or {} if decision and sets_terms else {}
    if "response_days" in decided:
        kept["response_time"] = letter_words.count(decided["response_days"], "working day")
    return {**kept, **decided}


def _terms(context: Context, now: Mapping[str, Any]) -> Mapping[str, Any]:
    spoc = context.session.get(User, now["spoc"]) if now["spoc"] else None
    cover = context.session.get(User, now["cover"]) if now["cover"] else None
    method = letter_words.CONTACT_METHODS.get(now["contact_method"], now["contact_method"] or "")
    limits = letter_words.restrictions(now["restrictions"])
    return {
        "spoc_name": spoc.full_name if spoc else "",
        "cover_name": cover.full_name if cover else "",
        "contact_hours": _hours(context, spoc),
        "contact_method": method,
        "contact_address": now["contact_address"] or "",
        "visiting": letter_words.sentence(now["visiting"] or ""),
        "response_time": now["response_time"] or "",
        "support": now["support"] or "",
        "restrictions": limits,
        "terms": [f"How to get in touch: {method}, {now['contact_address']}.", *limits],
    }


def _hours(context: Context, spoc: User | None) -> str:
    """Give when a SPOC can be reached: as they said on accepting the role, else as we know them."""
    if spoc is None:
        return _OFFICE_HOURS
    accepted = context.session.scalars(
        select(Submission)
        .where(
            Submission.case_id == context.case_id,
            Submission.form == "accept_spoc_role",
            Submission.by == spoc.name,
        )
        .order_by(Submission.id.desc())
        .limit(1)
    ).one_or_none()
    said = str(accepted.answers.get("working_hours", "")) if accepted else ""
    return said or spoc.working_hours or _OFFICE_HOURS


def _appeal(context: Context, subject: Subject) -> Mapping[str, Any]:
    if context.appeal_id is None:
        return {}
    appeal = appeals.current(context)
    appealed = context.session.get_one(Decision, appeal.decision_id)
    return {
        "appeal_received_on": appeal.received_on,
        "appeal_answer_on": appeal.answer_due_on,
        "appeal_in_time_code": "no" if appeal.in_time is False else "yes",
        "appeal_outcome_code": appeal.outcome or "",
        "appeal_effect_code": appeal.effect or "",
        "appeal_late_code": "yes" if _is_late(appeal, subject.issued_on) else "no",
        "appealed_decision": letter_words.DECISIONS.get(appealed.kind, ""),
        "appealed_decision_on": appealed.decided_on,
        "appealed_until": appealed.appeal_until,
    }


def _is_late(appeal: Appeal, issued_on: dt.date) -> bool:
    decided_on = appeal.decided_on or issued_on
    return appeal.answer_due_on is not None and decided_on > appeal.answer_due_on


def _request(context: Context, subject: Subject) -> Mapping[str, Any]:
    request = _request_row(context, subject)
    if request is None:
        return {}
    days = int(context.policy("review.request_sla"))
    due = context.calendar.working_days(request.received_on, days)
    return {
        "look_received_on": request.received_on,
        "look_answer_on": due.on,
    }


def _refusal(context: Context, subject: Subject) -> Mapping[str, Any]:
    """Give what a letter says of refused contact, once it is decided (R-091 to R-096)."""
    if refusals.REF not in context.variables:
        return {}
    refusal = refusals.current(context)
    decision = context.session.get(Decision, refusal.decision_id or 0)
    if decision is None:
        return {}
    arrangement = context.session.get_one(Arrangement, refusal.arrangement_id)
    days = [day for day in (arrangement.next_review_on, refusal.until_on) if day]
    told = decision.appeal_until
    return {
        "refusal_decided_on": decision.decided_on,
        "refusal_stops": refusal.stopped,
        "refusal_until": refusal.until_on,
        "refusal_review_on": min(days) if days else None,
        "refusal_ended_on": refusal.ended_on,
        "refusal_appeal_until": told,
        "ombudsman_code": refusal.ombudsman or "",
    }


def _told_before(context: Context, subject: Subject) -> Mapping[str, Any]:
    """Give what an earlier letter said must change; a new decision need not say it again."""
    if "change_required" not in subject.template.placeholders:
        return {}
    letters = context.session.scalars(
        select(Submission.answers)
        .where(Submission.case_id == context.case_id, Submission.form == "issue_letter")
        .order_by(Submission.id.desc())
    )
    said = (answers.get("change_required") for answers in letters)
    return {"change_required": next((text for text in said if text), "")}


def _counts(context: Context, subject: Subject) -> Mapping[str, Any]:
    """Give the contact counted before and after the warning, as on the day it was compared."""
    if "contact_counts" not in subject.template.placeholders or subject.decision is None:
        return {}
    then = dataclasses.replace(context, today=subject.decision.decided_on)
    counted = contacts.before_and_after(then)
    names = {"before": "Before our letter", "after": "After our letter"}
    said = [
        " ".join(filter(None, [f"{names[name]}, {one.sentence}.", one.gap]))
        for name, one in counted.items()
    ]
    return {"contact_counts": said}


def _request_row(context: Context, subject: Subject) -> LookRequest | None:
    known = subject.decision.details.get("request_id") if subject.decision else None
    if known is not None:
        return context.session.get(LookRequest, known)
    return look_requests.at_hand(context, context.arrangement_id)


def _decision(decision: Decision | None) -> Mapping[str, Any]:
    if decision is None:
        return {}
    return {"decided_on": decision.decided_on, "reasons": decision.reasons}


def _details(decision: Decision | None) -> Mapping[str, Any]:
    """Give what the form of the decision asked beyond its columns; the register goes before it."""
    kept = decision.details if decision else {}
    found = {name: letter_words.of_detail(value) for name, value in kept.items()}
    return {**found, "contact_gaps": found.get("gaps")}


def _answers(subject: Subject) -> Facts:
    found: Facts = {}
    for question in subject.template.asks:
        given = subject.answers.get(question.id)
        if given is None:
            continue
        found[question.id] = letter_words.of_detail(given) or question.shown(given, {})
    return found
