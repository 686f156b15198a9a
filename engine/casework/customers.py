"""Customers: the people cases concern, known by tenancy reference and name (R-033)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from engine.casework.context import Context
from engine.casework.plain_names import plain_name
from engine.casework.usable_ways import WAYS
from engine.errors import NotFound, Problem
from engine.tables.casefile import CaseFile, Customer

#: Letters, digits and the signs landlords put between them, with at least one digit.
_REFERENCE = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9 ./-]{1,28}[A-Za-z0-9]", re.ASCII)
#: Columns a form may fill, by the id of the question.
_COLUMNS = {
    "customer_kind": "kind",
    "other_tenants": "other_tenants",
    "address": "address",
    "email": "email",
    "phone": "phone",
    "needs": "needs",
}
#: The same, and what is asked only where a customer is changed.
_CHANGED = {
    "customer_name": "name",
    "tenancy_reference": "tenancy_reference",
    **_COLUMNS,
    "language": "language",
    "formats": "formats",
    "cannot_use": "cannot_use",
}
#: Formats of talking, which change nothing about a letter.
_NOT_ON_PAPER = {"bsl", "relay"}
#: Kept name -> what a letter and a page say of it.
FORMATS: Mapping[str, str] = {
    "large_print": "Large print",
    "easy_read": "Easy read",
    "braille": "Braille",
    "audio": "Audio, or read to them",
    "bsl": "British Sign Language",
    "relay": "Text relay",
}


def reference_fits(reference: str) -> bool:
    """Tell whether a text can be a tenancy reference: letters, digits and signs between (R-033)."""
    return _REFERENCE.fullmatch(reference) is not None


def tenancy_reference_fits(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when a tenancy reference cannot be one (R-033)."""
    if reference_fits(values.get("tenancy_reference", "")):
        return []
    return [
        Problem(
            "tenancy_reference",
            "Expected a tenancy reference of letters and digits, such as 204518/02, but this is "
            "none. Copy it from the housing system.",
        )
    ]


def find(context: Context, name: str, tenancy_reference: str) -> Customer | None:
    """Give the customer of that name on that tenancy, None when we do not know them yet.

    Capitals and blanks make no difference; two tenants of one home are two customers.
    """
    on_tenancy = context.session.scalars(
        select(Customer)
        .where(func.upper(Customer.tenancy_reference) == tenancy_reference.upper())
        .order_by(Customer.id)
    )
    return next((one for one in on_tenancy if plain_name(one.name) == plain_name(name)), None)


def keep(context: Context, values: dict[str, Any]) -> Customer:
    """Keep the customer a form describes: the one we know, brought up to date, or a new one.

    What stood there before is in the log of the case (R-105).
    """
    customer = find(context, values["customer_name"], values["tenancy_reference"])
    if customer is None:
        customer = Customer(
            name=values["customer_name"],
            tenancy_reference=values["tenancy_reference"],
            address=values["address"],
        )
        context.session.add(customer)
    known = customer.id is not None
    old: dict[str, Any] = {}
    for question, column in _COLUMNS.items():
        if question in values and getattr(customer, column) != values[question]:
            old[column] = getattr(customer, column)
            setattr(customer, column, values[question])
    context.session.flush()
    if known and old:
        new = {column: getattr(customer, column) for column in old}
        context.audit("customer_changed", "customer", customer.id, old=old, new=new)
    return customer


def of_case(context: Context) -> Customer | None:
    """Give the customer of the case, None while nobody has said who it is."""
    customer_id = context.case().customer_id
    return context.session.get(Customer, customer_id) if customer_id else None


def add_need(context: Context, need: str) -> None:
    """Keep one more thing we should do so that the customer can deal with us (R-056)."""
    customer = of_case(context)
    if customer is not None and need not in customer.needs:
        old, customer.needs = customer.needs, f"{customer.needs}\n{need}".strip()
        said = {"old": {"needs": old}, "new": {"needs": customer.needs}}
        context.audit("customer_changed", "customer", customer.id, **said)


def formats_of(customer: Customer) -> list[str]:
    """Give in which language and formats a customer needs our letters; [] for plain English."""
    language = [customer.language] if customer.language else []
    on_paper = [name for name in customer.formats if name not in _NOT_ON_PAPER]
    return [*language, *(FORMATS.get(name, name).lower() for name in on_paper)]


def needs_of(customer: Customer) -> str:
    """Say everything we do so that this customer can deal with us, a line a thing (R-056)."""
    lines = [f"Language: {customer.language}"] if customer.language else []
    lines += [FORMATS.get(name, name) for name in customer.formats]
    ways = [WAYS[way] for way in customer.cannot_use if way in WAYS]
    lines += [f"Cannot use {' or '.join(ways)}"] if ways else []
    return "\n".join([*lines, customer.needs] if customer.needs else lines)


def customer_is_nobody_else(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when a change would make two customers one, or when there is none to change."""
    customer = of_case(context)
    if customer is None:
        return [Problem("", "Expected a case with a customer, but nobody said yet who it is.")]
    other = find(context, values.get("customer_name", ""), values.get("tenancy_reference", ""))
    if other is None or other.id == customer.id:
        return []
    return [
        Problem(
            "customer_name",
            f"Expected a name nobody else on the tenancy has, but {other.name} of "
            f"{other.tenancy_reference} is another customer here. Check name and reference.",
        )
    ]


def change_customer(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Write what was answered onto the customer; what stood there before is in the log (R-105)."""
    customer = of_case(context)
    if customer is None:
        raise NotFound("Expected a case with a customer, but this one has none.")
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for question, column in _CHANGED.items():
        before = getattr(customer, column)
        after = values.get(question, [] if isinstance(before, list) else "")
        if after != before:
            old[column], new[column] = before, after
            setattr(customer, column, after)
    context.session.flush()
    if new:
        context.audit("customer_changed", "customer", customer.id, old=old, new=new)


def other_cases(context: Context, customer: Customer) -> list[CaseFile]:
    """Give the customer's other cases that were not deleted, newest first."""
    return list(
        context.session.scalars(
            select(CaseFile)
            .where(
                CaseFile.customer_id == customer.id,
                CaseFile.id != context.case().id,
                CaseFile.deleted_on.is_(None),
            )
            .order_by(CaseFile.id.desc())
        )
    )
