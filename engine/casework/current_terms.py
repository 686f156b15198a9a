"""The terms that apply now, offered as first values where they can be changed."""

from __future__ import annotations

from engine.casework import arrangements, terms
from engine.casework.context import Context


def spoc(context: Context) -> str | None:
    """Give the single point of contact by user name; None when there is no arrangement."""
    arrangement = arrangements.find(context)
    return arrangement.spoc if arrangement else None


def cover(context: Context) -> str | None:
    """Give the one who stands in for the single point of contact, by user name."""
    arrangement = arrangements.find(context)
    return arrangement.cover if arrangement else None


def contact_method(context: Context) -> str | None:
    """Give how the customer should get in touch: email, telephone, letter, in_person."""
    arrangement = arrangements.find(context)
    return arrangement.contact_method if arrangement else None


def contact_address(context: Context) -> str | None:
    """Give the landlord's address or number the customer uses."""
    arrangement = arrangements.find(context)
    return arrangement.contact_address if arrangement else None


def visiting(context: Context) -> str | None:
    """Give what applies to visiting the landlord's offices."""
    arrangement = arrangements.find(context)
    return arrangement.visiting if arrangement else None


def response_days(context: Context) -> int:
    """Give within how many working days the customer gets an answer; the policy's own at first."""
    arrangement = arrangements.find(context)
    first = (arrangement.response_time if arrangement else "").split(" ")[0]
    return int(first) if first.isdigit() else int(context.policy("spoc.response_time"))


def support(context: Context) -> str | None:
    """Give what support was agreed with the customer."""
    arrangement = arrangements.find(context)
    return arrangement.support if arrangement else None


def restrictions(context: Context) -> list[dict[str, str]]:
    """Give the restrictions that apply, as rows of the question that asks for them."""
    arrangement = arrangements.find(context)
    rows = terms.restrictions_of(context, arrangement) if arrangement else []
    return [{"kind": row.kind, "limit": row.limit, "reason": row.reason} for row in rows]
