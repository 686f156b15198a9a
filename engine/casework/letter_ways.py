"""Whether a customer can still use the way a letter names, asked again before it leaves (R-044)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.casework import arrangements, customers, letter_facts, usable_ways
from engine.casework.context import Context
from engine.errors import Problem
from engine.tables.decisions import Arrangement, Decision
from forms import LetterTemplate

#: What a letter says that tells the customer how they are to get in touch.
_NAMES_A_WAY = frozenset({"contact_method", "restrictions"})
_DO = (
    "Their details say so now. Enter there what we do so that they can, or have the terms changed "
    "before this letter leaves (R-044)."
)
_FIND_OUT = (
    "Find out their address and enter it in their details, or have the terms changed before this "
    "letter leaves (R-044)."
)


def problems(
    context: Context, template: LetterTemplate, decision: Decision | None
) -> Iterator[Problem]:
    """Tell which way of a letter the customer cannot use by what we know of them today.

    It was asked where the terms were decided; days may lie between, and what was entered since
    counts. What the decision, or their details, say we do so that they can resolves it, but for
    an address that is not there. decision: the one the letter tells; None for none.
    """
    sets_terms = decision is not None and bool(decision.details.get("terms"))
    if not (sets_terms or _NAMES_A_WAY & template.placeholders):
        return
    customer, arrangement = customers.of_case(context), arrangements.find(context)
    if customer is None or arrangement is None:
        return
    now = {
        **letter_facts.terms_now(context, arrangement, decision),
        "method_adjustment": customer.needs or _said_at_the_decision(context, arrangement),
    }
    for found in usable_ways.problems(customer, now):
        first = found.message.partition(". ")[0].removesuffix(".")
        is_address = usable_ways.NO_ADDRESS in first
        yield Problem("", f"{first}. {_FIND_OUT if is_address else _DO}")


def _said_at_the_decision(context: Context, arrangement: Arrangement) -> str:
    decision = context.session.get(Decision, arrangement.decision_id or 0)
    return str(decision.details.get("method_adjustment") or "") if decision else ""
