"""What a periodic review looks at: the figures of both sides since the last one (R-030, R-084)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, func, select

from engine.calendar import said
from engine.casework import appeals, arrangements, contacts, evidence, promises
from engine.casework.context import Context
from engine.tables.casefile import Evidence, OwedAction, Submission, SupportOffer
from engine.tables.decisions import Appeal, Arrangement, BreachOfClock, Decision, Promise
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
    """Offer the figures of the newest pack, a line each, to be ticked once somebody saw them."""
    figures = _newest(context)
    if not figures:
        return []
    records = f"{figures['records_citable']} a decision may rest on"
    late = f"{figures['dates_missed']} dates of ours missed, {figures['appeals_late']} appeals late"
    still_open = (
        f"{figures['owed_actions_open']} things we owe the customer, "
        f"{figures['promises_open']} promises, {figures['appeals_open']} appeals"
    )
    return [
        Choice("contacts", f"Contact: {figures['contacts']}", figures["gap"]),
        Choice(
            "records",
            f"Records: {records}",
            f"{figures['records_not_citable']} more are hearsay, opinion or corrected."
            + _disputed(figures.get("disputed", 0)),
        ),
        Choice("our_dates", f"Our own part: {late}", f"Since {_said(figures['from'])}."),
        Choice("still_open", f"Still open: {still_open}"),
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


def _count(context: Context, *conditions: ColumnElement[bool]) -> int:
    return context.session.scalar(select(func.count()).where(*conditions)) or 0


def _disputed(number: int) -> str:
    """Say that the customer's own view stands beside some of them; "" for none (R-105)."""
    if not number:
        return ""
    return f" The customer's own view stands beside {number} of all of them: read it."


def _said(date: str) -> str:
    return said(dt.date.fromisoformat(date))
