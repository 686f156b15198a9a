"""A customer who moves to another of our homes: case and arrangement go on (R-033, R-069)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import exists, select

from engine.calendar import said
from engine.casework import arrangements, complained_about, customers, shared_tenancies
from engine.casework.context import Context
from engine.casework.plain_names import plain_name
from engine.errors import NotFound, Problem, Rejected
from engine.tables.casefile import Customer, FormerHome
from engine.tables.decisions import Flag

#: What other processes are asked for, and the variable that says which change it is.
_FLAGS, _FLAG_ACTION = "flag_change_wanted", "flag_action"
_PARTNER, _PARTNER_ACTION = "partner_notice_wanted", "partner_action"
_UPDATE = "update"


def customer_can_move(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a move to the home they have, before the last one, or away from whom it applies to.

    Raises Rejected for a closed case or one without a customer.
    """
    case, customer = context.case(), customers.of_case(context)
    if customer is None or case.closed_on is not None:
        raise Rejected(
            f"Expected an open case with a customer, but {case.reference} is closed or nobody "
            "said yet who the customer is. Record the move in the case that is open."
        )
    return [
        *_same_home(customer, values),
        *_before_the_last(context, values),
        *_somebody_else(context, customer, values),
        *_left_behind(context, values),
        *complained_about.takes_no_part(context, "owner", [values["owner"]]),
    ]


def customer_moved(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Write the new home onto the customer, keep the old one, and ask others to follow (R-069).

    Flags and the partner are asked for an update where the arrangement is known to them.
    """
    case, customer = context.case(), customers.of_case(context)
    if customer is None:
        raise NotFound("Expected a case with a customer, but this one has none.")
    old = _home(customer, case.owner)
    context.session.add(
        FormerHome(
            case_id=case.id,
            address=customer.address,
            tenancy_reference=customer.tenancy_reference,
            until_on=dt.date.fromisoformat(values["moved_on"]),
            recorded_on=context.today,
        )
    )
    customer.address = values["address"]
    customer.tenancy_reference = values["tenancy_reference"]
    customer.other_tenants = values.get("other_tenants", "")
    if customer.other_tenants:
        customer.kind = shared_tenancies.JOINT
    elif customer.kind == shared_tenancies.JOINT:
        customer.kind = "tenant"
    case.owner = values["owner"]
    context.session.flush()
    new = {**_home(customer, case.owner), "moved_on": values["moved_on"]}
    context.audit("customer_moved", "customer", customer.id, old=old, new=new)
    tell_others(context)


def last_home(context: Context) -> FormerHome | None:
    """Give the home the customer left last while this case runs; None for none."""
    return context.session.scalars(
        select(FormerHome)
        .where(FormerHome.case_id == context.case_id)
        .order_by(FormerHome.until_on.desc(), FormerHome.id.desc())
        .limit(1)
    ).one_or_none()


def _home(customer: Customer, owner: str) -> dict[str, str]:
    return {
        "address": customer.address,
        "tenancy_reference": customer.tenancy_reference,
        "other_tenants": customer.other_tenants,
        "owner": owner,
    }


def tell_others(context: Context) -> None:
    """Ask flags and the partner for an update where the arrangement is known to them (R-069)."""
    arrangement = arrangements.find(context)
    if arrangement is None or arrangement.ended_on is not None:
        return
    refs = {"arrangement_id": arrangement.id}
    known = exists().where(Flag.arrangement_id == arrangement.id, Flag.removed_on.is_(None))
    if context.session.scalar(select(known)):
        context.send(_FLAGS, refs=refs, payload={_FLAG_ACTION: _UPDATE})
    if arrangement.in_force_on is not None:
        context.send(_PARTNER, refs=refs, payload={_PARTNER_ACTION: _UPDATE})


def _same_home(customer: Customer, values: dict[str, Any]) -> Iterator[Problem]:
    if _plain(values["address"]) == _plain(customer.address):
        yield Problem(
            "address",
            "Expected the address of another home, but it is the one we have. Enter the new one, "
            "or mend a wrong address with “Change what we know of the customer”.",
        )
    if values["tenancy_reference"].upper() == customer.tenancy_reference.upper():
        yield Problem(
            "tenancy_reference",
            "Expected the reference of the new tenancy, but it is that of the old one. Copy the "
            "new one from the housing system.",
        )


def _before_the_last(context: Context, values: dict[str, Any]) -> Iterator[Problem]:
    before = last_home(context)
    moved_on = dt.date.fromisoformat(values["moved_on"])
    if before is not None and moved_on < before.until_on:
        yield Problem(
            "moved_on",
            f"Expected a day on or after {said(before.until_on)}, when they moved last, but it is "
            "before it. Check the date.",
        )


def _somebody_else(
    context: Context, customer: Customer, values: dict[str, Any]
) -> Iterator[Problem]:
    other = customers.find(context, customer.name, values["tenancy_reference"])
    if other is not None and other.id != customer.id:
        yield Problem(
            "tenancy_reference",
            f"Expected a tenancy on which nobody else is called {customer.name}, but another "
            "customer here is. Check the reference.",
        )


def _left_behind(context: Context, values: dict[str, Any]) -> Iterator[Problem]:
    there = shared_tenancies.names_in(values.get("other_tenants", ""))
    known = {plain_name(name) for name in there}
    for name in context.case().also_applies_to:
        if plain_name(name) not in known:
            yield Problem(
                "other_tenants",
                f"Expected {name} on the new tenancy too, because this case applies to them as "
                "well. Add the name, or first take it out with “Change what we know of the "
                "customer”.",
            )


def _plain(text: str) -> str:
    return " ".join(text.replace(",", " ").casefold().split())
