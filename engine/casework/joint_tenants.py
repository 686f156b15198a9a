"""To whom on a shared tenancy a case applies: asked, checked, kept and narrowed (R-002, R-033)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select

from engine.casework import customers, stages
from engine.casework.context import Context
from engine.casework.plain_names import plain_name
from engine.casework.shared_tenancies import applies_to, is_shared, names_in
from engine.errors import Problem
from engine.tables.casefile import CaseFile, Customer
from forms import Choice


def also_applies_to(context: Context) -> str | None:
    """Give who else on the tenancy the case applies to, as a first value; None for nobody."""
    return ", ".join(context.case().also_applies_to) or None


def meant(context: Context) -> list[str]:
    """Give to whom the case applies, as first values of the list to tick."""
    customer = customers.of_case(context)
    return applies_to(customer, context.case()) if customer else []


def people_on_tenancy(context: Context) -> list[Choice]:
    """Offer everybody on the tenancy, the customer first."""
    customer = customers.of_case(context)
    if customer is None:
        return []
    if not is_shared(customer):
        return [Choice(customer.name, customer.name, "Nobody else is on the tenancy")]
    others = [
        Choice(name, name, "Also on the tenancy") for name in names_in(customer.other_tenants)
    ]
    return [Choice(customer.name, customer.name, "The customer of this case"), *others]


def meant_are_on_tenancy(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse somebody a case is to apply to who is not on the tenancy, or who cannot be added.

    Whom the warning was not written to is a case of their own: their behaviour, their warning,
    their appeal (R-002, R-005).
    """
    also = names_in(values.get("also_applies_to", ""))
    if not also:
        return []
    return [
        *_not_on_tenancy(also, values),
        *_never_warned(context, also),
        *_case_of_their_own(context, also, values.get("tenancy_reference", "")),
    ]


def meant_were_warned(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a referral on a shared tenancy for others than the customer (R-033).

    Where nobody is ticked it applies to whom the case applied before.
    """
    customer, ticked = customers.of_case(context), values.get("applies_to")
    if customer is None or not is_shared(customer) or ticked is None:
        return []
    if customer.name not in ticked:
        return [
            Problem(
                "applies_to",
                f"Expected {customer.name} to be ticked, whose case this is. Tick to whom it "
                "applies. If it is about somebody else only, open a case for them.",
            )
        ]
    also = [name for name in ticked if name != customer.name]
    return list(_never_warned(context, also, question="applies_to"))


def keep(context: Context, values: dict[str, Any]) -> None:
    """Keep who else on the tenancy the case applies to."""
    context.case().also_applies_to = names_in(values.get("also_applies_to", ""))


def change_customer(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Write what was answered onto the customer, and to whom the case applies (R-033, R-105)."""
    customers.change_customer(context, values, restricted)
    change(context, values)


def change(context: Context, values: dict[str, Any]) -> None:
    """Change who else the case applies to, and keep in the log who it was (R-105)."""
    case = context.case()
    also = names_in(values.get("also_applies_to", ""))
    if also != case.also_applies_to:
        old, case.also_applies_to = case.also_applies_to, also
        context.audit(
            "applies_to_changed",
            "case_file",
            case.id,
            old={"also_applies_to": old},
            new={"also_applies_to": also},
        )


def narrow(context: Context, values: dict[str, Any]) -> None:
    """Keep to whom a referral applies; whom it leaves out deals with us as always again."""
    customer = customers.of_case(context)
    if customer is not None and is_shared(customer) and "applies_to" in values:
        also = [name for name in values.get("applies_to", []) if name != customer.name]
        change(context, {"also_applies_to": ", ".join(also)})


def _not_on_tenancy(also: list[str], values: dict[str, Any]) -> Iterator[Problem]:
    there = {plain_name(name) for name in names_in(values.get("other_tenants", ""))}
    for name in also:
        if plain_name(name) not in there:
            yield Problem(
                "also_applies_to",
                f"Expected names that stand under “Who else is on the tenancy?”, but {name} does "
                "not. Write it as it stands there, or leave it out.",
            )


def _never_warned(
    context: Context, also: list[str], question: str = "also_applies_to"
) -> Iterator[Problem]:
    """Once a warning was given, nobody can be added whom it was not given to."""
    case = context.session.get(CaseFile, context.case_id) if context.case_id else None
    informal = stages.find(context, "informal") if case is not None else None
    if case is None or informal is None or informal.warned_on is None:
        return
    warned = {plain_name(name) for name in case.also_applies_to}
    for name in also:
        if plain_name(name) not in warned:
            yield Problem(
                question,
                f"Expected people this case applied to when the warning was given, but {name} was "
                f"not among them. Raise a concern about {name} of its own.",
            )


def _case_of_their_own(context: Context, also: list[str], reference: str) -> Iterator[Problem]:
    rows = context.session.execute(
        select(Customer.name, CaseFile.reference)
        .join(CaseFile, CaseFile.customer_id == Customer.id)
        .where(
            func.upper(Customer.tenancy_reference) == reference.upper(),
            CaseFile.closed_on.is_(None),
            CaseFile.id != (context.case_id or 0),
        )
    )
    theirs = {plain_name(name): case for name, case in rows}
    for name in also:
        if case := theirs.get(plain_name(name)):
            yield Problem(
                "also_applies_to",
                f"Expected people without a case of their own, but {case} is open for {name}. "
                "Leave the name out.",
            )
