"""Opening a case: who it is about, what was raised, who carries it (R-003, R-013, R-033)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from engine.casework import customers, joint_tenants, stages, third_parties
from engine.casework.context import Context
from engine.casework.people import full_name
from engine.errors import Problem
from engine.tables.people import User


def customer_has_no_open_case(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when this customer has a case that is not closed: one person, one case at a time."""
    customer = customers.find(
        context, values.get("customer_name", ""), values.get("tenancy_reference", "")
    )
    if customer is None:
        return []
    return [
        Problem(
            "customer_name",
            f"Expected a customer without an open case, but {case.reference} is open for "
            f"{customer.name}. Record this concern there, and close this case as opened in error.",
        )
        for case in customers.other_cases(context, customer)
        if case.closed_on is None
    ][:1]


def owner_is_free(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when the one who is to carry the case is complained about (R-077)."""
    owner = values.get("owner", "")
    if owner not in values.get("complained_about", []):
        return []
    return [
        Problem(
            "owner",
            "Expected somebody the customer has not complained about to carry the case, but "
            f"{full_name(context.session, owner)} is one of those. Choose somebody else.",
        )
    ]


def colleagues_stay_out(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when the team of a customer who works here would carry or open the case (R-009).

    Their team are those with the same line manager, that manager, and whom they manage. A case is
    shown to whoever opened or carries it, and to their line managers.
    """
    member = values.get("staff_member")
    if not member:
        return []
    owner = values.get("owner", "")
    name = full_name(context.session, member)
    if _is_close(context, member, context.actor):
        return [
            Problem(
                "staff_member",
                f"Expected somebody from another team than {name}'s to open the case, but you are "
                "of it. Close this one as opened in error and tell the Data Management Officer.",
            )
        ]
    if _is_close(context, member, owner):
        return [
            Problem(
                "owner",
                f"Expected somebody from another team than {name}'s to carry the case, but "
                f"{full_name(context.session, owner)} is of it. Choose somebody else.",
            )
        ]
    return []


def open_case(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Fill the new case in and begin its informal stage; an earlier case is cited (R-003)."""
    case = context.case()
    customer = customers.keep(context, values)
    case.customer_id = customer.id
    joint_tenants.keep(context, values)
    case.concern_on = dt.date.fromisoformat(values["concern_on"])
    case.behaviour_kinds = values["behaviour_kinds"]
    case.allegation_against = values.get("complained_about", [])
    case.owner = values["owner"]
    earlier = customers.other_cases(context, customer)
    case.earlier_case_id = earlier[0].id if earlier else None
    stages.need(context, "informal")
    carried = third_parties.carry_over(context, earlier[0].id) if earlier else []
    context.audit(
        "case_described",
        "case_file",
        case.id,
        new={
            "customer_id": customer.id,
            "owner": case.owner,
            "behaviour_kinds": case.behaviour_kinds,
            "also_applies_to": case.also_applies_to,
            "earlier_case_id": case.earlier_case_id,
            "third_parties_carried_over": len(carried),
        },
    )


def _is_close(context: Context, one: str, other: str) -> bool:
    """Tell whether two are the same person, one manages the other, or both have one manager."""
    first, second = (context.session.get(User, name) for name in (one, other))
    if first is None or second is None:
        return one == other
    shared = first.line_manager is not None and first.line_manager == second.line_manager
    return one == other or shared or first.line_manager == other or second.line_manager == one
