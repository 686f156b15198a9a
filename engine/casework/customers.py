"""Customers: the people cases concern, known by tenancy reference and name (R-033)."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import func, select

from engine.casework.context import Context
from engine.errors import Problem
from engine.tables.casefile import CaseFile, Customer

#: Letters, digits and the signs landlords put between them, with at least one digit.
_REFERENCE = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9 ./-]{1,28}[A-Za-z0-9]", re.ASCII)
#: Columns a form may fill, by the id of the question.
_COLUMNS = {
    "customer_kind": "kind",
    "address": "address",
    "email": "email",
    "phone": "phone",
    "needs": "needs",
}


def tenancy_reference_fits(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when a tenancy reference cannot be one (R-033)."""
    if _REFERENCE.fullmatch(values.get("tenancy_reference", "")):
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
    return next((one for one in on_tenancy if _plain(one.name) == _plain(name)), None)


def keep(context: Context, values: dict[str, Any]) -> Customer:
    """Keep the customer a form describes: the one we know, brought up to date, or a new one."""
    customer = find(context, values["customer_name"], values["tenancy_reference"])
    if customer is None:
        customer = Customer(
            name=values["customer_name"],
            tenancy_reference=values["tenancy_reference"],
            address=values["address"],
        )
        context.session.add(customer)
    for question, column in _COLUMNS.items():
        if question in values:
            setattr(customer, column, values[question])
    context.session.flush()
    return customer


def of_case(context: Context) -> Customer | None:
    """Give the customer of the case, None while nobody has said who it is."""
    customer_id = context.case().customer_id
    return context.session.get(Customer, customer_id) if customer_id else None


def add_need(context: Context, need: str) -> None:
    """Keep one more thing we should do so that the customer can deal with us (R-056)."""
    customer = of_case(context)
    if customer is not None and need not in customer.needs:
        customer.needs = f"{customer.needs}\n{need}".strip()


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


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
