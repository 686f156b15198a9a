"""What is known of the customer, offered as first values where it can be changed."""

from __future__ import annotations

from engine.casework import customers
from engine.casework.context import Context


def name(context: Context) -> str | None:
    """Give the customer's name; None while the case has no customer."""
    return _text(context, "name")


def kind(context: Context) -> str | None:
    """Give how the customer comes to us: tenant, leaseholder and so on."""
    return _text(context, "kind")


def other_tenants(context: Context) -> str | None:
    """Give who else is on the tenancy, as it was entered."""
    return _text(context, "other_tenants")


def home(context: Context) -> str | None:
    """Give the customer's address without the name."""
    return _text(context, "address")


def tenancy(context: Context) -> str | None:
    """Give the tenancy reference."""
    return _text(context, "tenancy_reference")


def email(context: Context) -> str | None:
    """Give the customer's e-mail address."""
    return _text(context, "email")


def phone(context: Context) -> str | None:
    """Give the customer's telephone number."""
    return _text(context, "phone")


def language(context: Context) -> str | None:
    """Give the language to be used when it is not English."""
    return _text(context, "language")


def formats(context: Context) -> list[str]:
    """Give the forms in which the customer needs what we send (R-056)."""
    customer = customers.of_case(context)
    return list(customer.formats) if customer else []


def cannot_use(context: Context) -> list[str]:
    """Give the ways of contact the customer cannot use (R-044)."""
    customer = customers.of_case(context)
    return list(customer.cannot_use) if customer else []


def adjustments(context: Context) -> str | None:
    """Give what else is done so that the customer can deal with us."""
    return _text(context, "needs")


def _text(context: Context, column: str) -> str | None:
    customer = customers.of_case(context)
    return (getattr(customer, column) or None) if customer else None
