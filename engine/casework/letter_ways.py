"""Whether a customer can still use the way a letter names, asked again before it leaves (R-044)."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from engine.casework import arrangements, customers, letter_facts, usable_ways
from engine.casework.context import Context
from engine.errors import Problem
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import Customer
from engine.tables.decisions import Arrangement, Decision
from forms import LetterTemplate

#: What a letter says that tells the customer how they are to get in touch.
_NAMES_A_WAY = frozenset({"contact_method", "restrictions"})
_DO = (
    "Their details say so now. Say there, under what else we do, how they can, before this letter "
    "leaves (R-044)."
)
_FIND_OUT = (
    "Find out their address and enter it in their details, or say there, under what else we do, "
    "how they get in touch without one, before this letter leaves (R-044)."
)
#: What shuts a way when it is entered, and what is entered to open it again.
_SHUTS, _OPENS = frozenset({"cannot_use", "email"}), "needs"


def problems(
    context: Context, template: LetterTemplate, decision: Decision | None
) -> Iterator[Problem]:
    """Tell which way of a letter the customer cannot use by what we know of them today.

    It was asked where the terms were decided; days may lie between, and what was entered since
    counts. What we do so that they can resolves it: as the decision says, but for an address that
    is not there, or as their details say with or after what shut the way. decision: the one the
    letter tells; None for none.
    """
    sets_terms = decision is not None and bool(decision.details.get("terms"))
    if not (sets_terms or _NAMES_A_WAY & template.placeholders):
        return
    customer, arrangement = customers.of_case(context), arrangements.find(context)
    if customer is None or arrangement is None or _said_since(context, customer):
        return
    now = {
        **letter_facts.terms_now(context, arrangement, decision),
        "method_adjustment": _said_at_the_decision(context, arrangement),
    }
    for found in usable_ways.problems(customer, now):
        first = found.message.partition(". ")[0].removesuffix(".")
        is_address = usable_ways.NO_ADDRESS in first
        yield Problem("", f"{first}. {_FIND_OUT if is_address else _DO}")


def _said_at_the_decision(context: Context, arrangement: Arrangement) -> str:
    decision = context.session.get(Decision, arrangement.decision_id or 0)
    return str(decision.details.get("method_adjustment") or "") if decision else ""


def _said_since(context: Context, customer: Customer) -> bool:
    """Tell whether what we do was entered with or after the newest thing that shut a way."""
    changes = context.session.scalars(
        select(AuditDetail.new)
        .join(AuditEvent, AuditEvent.id == AuditDetail.event_id)
        .where(
            AuditEvent.action == "customer_changed",
            AuditEvent.object_kind == "customer",
            AuditEvent.object_id == customer.id,
        )
        .order_by(AuditEvent.id.desc())
    )
    for new in changes:
        if _OPENS in new or _SHUTS & set(new):
            return _OPENS in new and bool(customer.needs)
    return False
