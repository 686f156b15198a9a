"""What a periodic review looks at: the figures of both sides since the last one (R-030, R-084)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, func, select

from engine.calendar import said
from engine.casework import (
    appeals,
    arrangements,
    complaints,
    contacts,
    evidence,
    known_outside,
    passing_on,
    promises,
)
from engine.casework.context import Context
from engine.tables.casefile import Evidence, OwedAction, Submission, SupportOffer
from engine.tables.complaints import Complaint
from engine.tables.decisions import Appeal, Arrangement, BreachOfClock, Decision, Promise
from engine.tables.passing_on import PassedOn
from forms import Choice

#: The figures are kept beside the forms of the case, under a name no form has.
FIGURES = "review_pack_figures"
_REVIEWS = ("review", "variation")
#: The outcome of a variation that no review made: only the people changed.
OTHER_CONTACT = "other_contact"


def since(context: Context) -> dt.date:
    """Give the first day a review looks at: the last review's day, else the day it took effect."""
    arrangement = arrangements.current(context)
    last = context.session.scalar(
        select(func.max(Decision.decided_on)).where(
            Decision.case_id == arrangement.case_id,
            Decision.owner_kind == "arrangement",
            Decision.owner_id == arrangement.id,
            Decision.kind.in_(_REVIEWS),
            Decision.outcome.is_distinct_from(OTHER_CONTACT),
        )
    )
    return last or arrangement.in_force_on or arrangements.start_on(context)


def build_pack(context: Context) -> None:
    """Count what happened since the last review and keep the figures with the case (R-084)."""
    arrangement = arrangements.current(context)
    first, last = since(context), context.today
    figures = {
        "from": first.isoformat(),
        "to": last.isoformat(),
        **_contacts(context, first, last),
        **_kept_dates(context, arrangement, first),
        **_still_open(context),
        **_failings(context),
    }
    context.session.add(
        Submission(
            case_id=arrangement.case_id,
            instance_id=context.instance_id,
            release_id=context.release_id,
            form=FIGURES,
            answers=figures,
            by=context.actor,
            at=context.now,
        )
    )
    context.audit("review_pack_built", "arrangement", arrangement.id)


def review_figures(context: Context) -> list[Choice]:
    """Offer the figures of the newest pack, a line each, to be ticked once somebody saw them.

    Contact and records are those of the day of the pack; our own side is counted today, since
    what we failed in is often put on file only later (R-078, R-084).
    """
    figures = _newest(context)
    if not figures:
        return []
    first = dt.date.fromisoformat(figures["from"])
    figures = {
        **figures,
        **_kept_dates(context, arrangements.current(context), first),
        **_still_open(context),
        **_failings(context),
    }
    records = f"{figures['records_citable']} a decision may rest on"
    late = (
        f"{_counted(figures['dates_missed'], 'date')} of ours missed, "
        f"{_counted(figures['appeals_late'], 'appeal')} late"
    )
    still_open = (
        f"{_counted(figures['owed_actions_open'], 'thing')} we owe the customer, "
        f"{_counted(figures['promises_open'], 'promise')}, "
        f"{_counted(figures['appeals_open'], 'appeal')}"
    )
    return [
        Choice("contacts", f"Contact: {figures['contacts']}", figures["gap"]),
        Choice(
            "records",
            f"Records: {records}",
            f"{figures['records_not_citable']} more are hearsay, opinion or corrected."
            + _disputed(figures.get("disputed", 0)),
        ),
        Choice(
            "our_dates",
            f"Our own part: {late}, {_counted(figures['safeguards_not_kept'], 'safeguard')} "
            "not kept",
            f"Counted today; dates and appeals since {_said(figures['from'])}."
            + _where_to_read(figures["safeguards_not_kept"]),
        ),
        Choice("still_open", f"Still open: {still_open}, {_waiting(figures)}", "Counted today."),
    ]


def evidence_since_review(context: Context) -> list[Choice]:
    """Offer the records since the last review; those no decision may rest on say why (R-083)."""
    recent = {
        str(number)
        for number in context.session.scalars(
            select(Evidence.id).where(
                Evidence.case_id == context.case_id, Evidence.on >= since(context)
            )
        )
    }
    return [choice for choice in evidence.citable(context) if choice.value in recent]


def spoc_report(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep that support was offered again, and whether the customer took it (R-123)."""
    if values.get("support_offered") != "yes":
        return
    context.session.add(
        SupportOffer(
            case_id=context.case().id,
            offered_on=context.today,
            agreed=values["support_agreed"] == "yes",
            agency=values.get("agency", ""),
            by=context.actor,
        )
    )


def _newest(context: Context) -> dict[str, Any]:
    kept = context.session.scalars(
        select(Submission.answers)
        .where(Submission.case_id == context.case_id, Submission.form == FIGURES)
        .order_by(Submission.id.desc())
        .limit(1)
    ).one_or_none()
    return kept or {}


def _contacts(context: Context, first: dt.date, last: dt.date) -> dict[str, Any]:
    counted = contacts.count(context, first, last)
    citable = evidence_since_review(context)
    return {
        "contacts": counted.sentence,
        "contacts_total": counted.total,
        "contacts_by_channel": counted.by_channel,
        "gap": counted.gap,
        "records_citable": sum(not choice.disabled for choice in citable),
        "records_not_citable": sum(choice.disabled for choice in citable),
        "disputed": _count(
            context,
            Evidence.case_id == context.case_id,
            Evidence.on >= first,
            Evidence.own_view.is_not(None),
        ),
    }


def _kept_dates(context: Context, arrangement: Arrangement, first: dt.date) -> dict[str, int]:
    case_id = arrangement.case_id
    answered = (Appeal.case_id == case_id, Appeal.answered_on >= first)
    return {
        "dates_missed": _count(
            context, BreachOfClock.case_id == case_id, BreachOfClock.due_on >= first
        ),
        "appeals_answered": _count(context, *answered),
        "appeals_late": _count(context, *answered, Appeal.breached_at.is_not(None)),
    }


def _still_open(context: Context) -> dict[str, int]:
    return {
        "owed_actions_open": _count(
            context,
            OwedAction.case_id == context.case_id,
            OwedAction.done_on.is_(None),
            OwedAction.withdrawn_reason.is_(None),
        ),
        "promises_open": _count(context, Promise.case_id == context.case_id, promises.is_open()),
        "appeals_open": len(appeals.open_of_case(context)),
    }


def _failings(context: Context) -> dict[str, int]:
    """Count what is on file of our own failings, and what the customer waits for (R-078, R-084)."""
    open_now = [one for one in complaints.of_case(context) if one.answered_on is None]
    passed = (PassedOn.case_id == context.case_id, passing_on.is_open())
    return {
        "safeguards_not_kept": known_outside.count_failures(
            context.session, context.case().id, as_of=context.today
        ),
        "complaints_open": len(open_now),
        "complaints_late": sum(_next_due(one) < context.today for one in open_now),
        "passed_on_open": _count(context, *passed),
        "passed_on_late": _count(context, *passed, PassedOn.due_on < context.today),
    }


def _next_due(complaint: Complaint) -> dt.date:
    """Give by when the next step of an open complaint is due: to acknowledge, then to answer."""
    if complaint.acknowledged_on is None:
        return complaint.acknowledge_due_on
    return complaint.extended_to or complaint.answer_due_on


def _where_to_read(safeguards: int) -> str:
    """Say where the safeguards that were not kept stand, whatever their day; "" for none."""
    if not safeguards:
        return ""
    return (
        " The safeguards, of any day, stand on the page of the case, under Decisions, with what "
        "happened outside: read them before you decide."
    )


def _waiting(figures: dict[str, Any]) -> str:
    told = _counted(figures["complaints_open"], "complaint")
    passed = _counted(figures["passed_on_open"], "matter")
    return (
        f"{told} ({figures['complaints_late']} late), {passed} passed on and not answered "
        f"({figures['passed_on_late']} late)"
    )


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def _count(context: Context, *conditions: ColumnElement[bool]) -> int:
    return context.session.scalar(select(func.count()).where(*conditions)) or 0


def _disputed(number: int) -> str:
    """Say that the customer's own view stands beside some of them; "" for none (R-105)."""
    if not number:
        return ""
    return f" The customer's own view stands beside {number} of all of them: read it."


def _said(date: str) -> str:
    return said(dt.date.fromisoformat(date))
