"""What the partner organisation is told, and under which agreement (R-097 to R-099)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar import said
from engine.casework import agreements, arrangements, contact_card
from engine.casework.context import Context
from engine.clock import LONDON
from engine.errors import NotFound, Problem
from engine.tables.casefile import CaseFile, Customer
from engine.tables.decisions import Arrangement, PartnerEvent
from engine.tables.process import ProcessInstance
from forms import Choice

#: Control variable of the process: add, update or end.
_ACTION = "partner_action"
#: The number of a run in a reference, as we write it and no otherwise.
_NUMBER = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


def partner_wanted_on(context: Context) -> dt.date:
    """Give the day on which the partner was to be told something: the day the process began."""
    instance = context.session.get(ProcessInstance, context.instance_id or 0)
    return instance.started_at.astimezone(LONDON).date() if instance else context.today


def partner_shared_on(context: Context) -> dt.date | None:
    """Give the day on which the partner was told; None before it was."""
    event = _event(context)
    return event.shared_on if event else None


def partner_agreement(context: Context) -> str:
    """Give the reference of the agreement that allows sharing: as recorded, else as the policy."""
    recorded = agreements.in_date(context, context.today)
    return recorded.reference if recorded else str(context.policy("partner.agreement"))


def partner_agreement_until(context: Context) -> dt.date | None:
    """Give the last day of the recorded agreement that runs today; None when none does."""
    recorded = agreements.in_date(context, context.today)
    return recorded.until_on if recorded else None


def reference_of(case_reference: str, instance_id: int | None) -> str:
    """Give by which reference the partner confirms what one run told it: ``SP-2026-014-P12``."""
    return f"{case_reference}-P{instance_id or 0}"


def told_by(session: Session, partner: str, reference: str) -> PartnerEvent | None:
    """Give what this partner was told under a reference; None where it was told nothing."""
    case_reference, sign, number = reference.rpartition("-P")
    if not sign or not _NUMBER.fullmatch(number):
        return None
    return session.scalars(
        select(PartnerEvent)
        .join(Arrangement, Arrangement.id == PartnerEvent.arrangement_id)
        .join(CaseFile, CaseFile.id == Arrangement.case_id)
        .where(
            PartnerEvent.instance_id == int(number),
            PartnerEvent.partner == partner,
            PartnerEvent.shared_on.is_not(None),
            CaseFile.reference == case_reference,
        )
        .order_by(PartnerEvent.id.desc())
        .limit(1)
    ).one_or_none()


def partner_card(context: Context) -> list[Choice]:
    """Offer what the partner is told, a line a thing; there is no place for a reason (R-102)."""
    return [Choice(name, line) for name, line in _told(context).items()]


def sharing_is_allowed(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse sharing that policy or agreement do not allow, or that leaves a line out (R-099)."""
    return list(_objections(context, values)) if values["partner_scope"] == "yes" else []


def share_with_partner(
    context: Context, values: dict[str, Any], restricted: dict[str, Any]
) -> None:
    """Record what the partner was told, or why it is told nothing."""
    is_shared = values["partner_scope"] == "yes"
    event = PartnerEvent(
        arrangement_id=arrangements.current(context).id,
        instance_id=context.instance_id,
        partner=context.policy("partner.name"),
        action=context.variables.get(_ACTION, "add"),
        wanted_on=partner_wanted_on(context),
        agreement_reference=values.get("agreement_reference", ""),
        not_shared_reason=values.get("not_shared_reason"),
    )
    if is_shared:
        event.shared_on = dt.date.fromisoformat(values["shared_on"])
        event.shared_by = context.actor
        event.told = " ".join(_told(context).values())
    context.session.add(event)
    context.session.flush()
    context.audit(
        "partner_told" if is_shared else "partner_not_told",
        "partner_event",
        event.id,
        new={"action": event.action},
    )


def acknowledgement_fits(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse an acknowledgement from before the partner was told."""
    shared_on = partner_shared_on(context)
    if shared_on and dt.date.fromisoformat(values["acknowledged_on"]) < shared_on:
        return [
            Problem(
                "acknowledged_on",
                f"Expected a day on or after {said(shared_on)}, when the partner was told, but it "
                "is before it. Check the date.",
            )
        ]
    return []


def partner_acknowledgement(
    context: Context, values: dict[str, Any], restricted: dict[str, Any]
) -> None:
    """Record that the partner has the news."""
    event = _event(context)
    if event is None:
        raise NotFound("Expected something the partner was told, but there is nothing.")
    event.acknowledged_on = dt.date.fromisoformat(values["acknowledged_on"])
    context.audit("partner_acknowledged", "partner_event", event.id)


def _told(context: Context) -> dict[str, str]:
    arrangement = arrangements.current(context)
    customer = context.session.get(Customer, context.case().customer_id or 0)
    who = {"customer": f"{customer.name}, {customer.address}."} if customer else {}
    if context.variables.get(_ACTION) == "end":
        ended_on = arrangement.ended_on or context.today
        return {**who, "end": f"The arrangement ended on {said(ended_on)}.", **_answer(context)}
    card = contact_card.lines(context.session, arrangement, context.today)
    return {**who, **card, "dates": _dates(context, arrangement), **_answer(context)}


def _answer(context: Context) -> dict[str, str]:
    reference = reference_of(context.case().reference, context.instance_id)
    return {"reference": f"Our reference, for your confirmation: {reference}."}


def _dates(context: Context, arrangement: Arrangement) -> str:
    begins = f"It applies from {said(arrangements.start_on(context))}"
    review = arrangement.next_review_on
    return f"{begins} and is next reviewed on {said(review)}." if review else f"{begins}."


def _objections(context: Context, values: dict[str, Any]) -> Iterator[Problem]:
    if context.policy("partner.share") == "no":
        yield Problem(
            "partner_scope",
            "Expected nothing to be shared, because this policy shares with no partner. Choose "
            "“No” and say so.",
        )
        return
    if agreements.latest(context) is not None and (reason := agreements.missing(context)):
        yield Problem("partner_scope", reason)
        return
    if dt.date.fromisoformat(values["agreement_until"]) < context.today:
        yield Problem(
            "agreement_until",
            "Expected an agreement that is still running, but it has ended. Have it renewed before "
            "anything is shared.",
        )
    if set(values["told"]) != set(_told(context)):
        yield Problem(
            "told",
            "Expected every line to be told, so that calls are put through correctly, but one is "
            "missing. Tell the partner, then tick it.",
        )
    wanted_on = partner_wanted_on(context)
    if dt.date.fromisoformat(values["shared_on"]) < wanted_on:
        yield Problem(
            "shared_on",
            f"Expected a day on or after {said(wanted_on)}, when this was to be told, but it is "
            "before it. Check the date.",
        )


def _event(context: Context) -> PartnerEvent | None:
    return context.session.scalars(
        select(PartnerEvent)
        .where(PartnerEvent.instance_id == context.instance_id)
        .order_by(PartnerEvent.id.desc())
        .limit(1)
    ).one_or_none()
