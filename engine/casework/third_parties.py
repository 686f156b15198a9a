"""People who speak for a customer by agreement, and what happens when they no longer do."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from engine.calendar import said
from engine.casework import customers
from engine.casework.context import Context
from engine.errors import NotFound, Problem
from engine.tables.casefile import ThirdParty
from forms import Choice

_MESSAGE = "third_party_withdrawn"


def add(context: Context, values: dict[str, Any], on: dt.date) -> ThirdParty:
    """Keep who speaks for the customer; not before the customer gave authority (R-018)."""
    given_on = dt.date.fromisoformat(values["authority_given_on"])
    third_party = ThirdParty(
        case_id=context.case().id,
        name=values["third_party_name"],
        relationship=values["third_party_relationship"],
        contact=values["third_party_contact"],
        scope=values["third_party_scope"],
        authority_given_on=given_on,
        authority_proof=values.get("authority_proof", ""),
        started_on=max(given_on, on),
    )
    context.session.add(third_party)
    context.session.flush()
    context.audit("third_party_added", "third_party", third_party.id)
    return third_party


def carry_over(context: Context, from_case_id: int) -> list[int]:
    """Let those who spoke for the customer in an earlier case go on by the same authority.

    Gives their new ids. Whoever the customer took it from stays where they ended.
    """
    known = context.session.scalars(
        select(ThirdParty)
        .where(ThirdParty.case_id == from_case_id, ThirdParty.ended_on.is_(None))
        .order_by(ThirdParty.id)
    )
    carried = [
        ThirdParty(
            case_id=context.case().id,
            name=one.name,
            relationship=one.relationship,
            contact=one.contact,
            scope=one.scope,
            authority_given_on=one.authority_given_on,
            authority_proof=one.authority_proof,
            started_on=one.started_on,
            carried_over=True,
        )
        for one in known
    ]
    context.session.add_all(carried)
    context.session.flush()
    return [one.id for one in carried]


def third_party_can_act(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when somebody cannot speak for the customer: the other side, or themselves (R-018)."""
    if values.get("other_side") == "yes":
        return [
            Problem(
                "other_side",
                "Expected somebody on the customer's side, but this person is on the other one. "
                "Ask the customer for somebody else.",
            )
        ]
    customer = customers.of_case(context)
    name = " ".join(values.get("third_party_name", "").casefold().split())
    if customer is not None and name == " ".join(customer.name.casefold().split()):
        sentence = "Expected somebody else than the customer, but this is the customer's name."
        return [Problem("third_party_name", f"{sentence} Name the one who speaks for them.")]
    return []


def add_third_party(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep who speaks for the customer from today on, with authority and scope (R-018)."""
    add(context, values, context.today)


def current(context: Context) -> list[Choice]:
    """Offer those who speak for the customer now."""
    rows = context.session.scalars(
        select(ThirdParty)
        .where(ThirdParty.case_id == context.case_id, ThirdParty.ended_on.is_(None))
        .order_by(ThirdParty.id)
    )
    return [
        Choice(str(row.id), row.name, f"{row.relationship}, since {said(row.started_on)}")
        for row in rows
    ]


def ended_on(context: Context) -> dt.date | None:
    """Give the day since which the third party of this instance no longer acts."""
    return _of_instance(context).ended_on


def third_party_can_be_withdrawn(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when somebody is to stop before they began."""
    third_party = context.session.get(ThirdParty, int(values["third_party"]))
    if third_party is None or third_party.case_id != context.case_id:
        return [Problem("third_party", "Expected somebody on this case. Choose from the list.")]
    if dt.date.fromisoformat(values["ended_on"]) < third_party.started_on:
        sentence = f"Expected a date from {said(third_party.started_on)} on, when they began."
        return [Problem("ended_on", f"{sentence} Check the date.")]
    return []


def withdraw_third_party(
    context: Context, values: dict[str, Any], restricted: dict[str, Any]
) -> None:
    """Keep that somebody no longer speaks for the customer; both are to be told (R-019)."""
    third_party = context.session.get_one(ThirdParty, int(values["third_party"]))
    third_party.ended_on = dt.date.fromisoformat(values["ended_on"])
    third_party.end_reason = values["end_reason"]
    context.third_party_id = third_party.id
    context.audit(
        "third_party_withdrawn", "third_party", third_party.id, new={"on": values["ended_on"]}
    )
    context.send(_MESSAGE, refs={"third_party_id": third_party.id})


def both_told_after_the_end(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when somebody was told before there was anything to tell."""
    ended = _of_instance(context).ended_on or context.today
    return [
        Problem(
            question,
            f"Expected a date from {said(ended)} on, when they stopped acting, but it is "
            f"{said(dt.date.fromisoformat(values[question]))}. Check the date.",
        )
        for question in ("customer_told_on", "third_party_told_on")
        if question in values and dt.date.fromisoformat(values[question]) < ended
    ]


def third_party_notice(
    context: Context, values: dict[str, Any], restricted: dict[str, Any]
) -> None:
    """Keep when the customer and the third party were told (R-019)."""
    third_party = _of_instance(context)
    third_party.customer_told_on = dt.date.fromisoformat(values["customer_told_on"])
    third_party.third_party_told_on = dt.date.fromisoformat(values["third_party_told_on"])
    context.audit(
        "third_party_end_told",
        "third_party",
        third_party.id,
        new={
            "customer_told_on": values["customer_told_on"],
            "third_party_told_on": values["third_party_told_on"],
        },
    )


def _of_instance(context: Context) -> ThirdParty:
    third_party = context.session.get(ThirdParty, context.third_party_id or 0)
    if third_party is None:
        raise NotFound("Expected a third party to work on, but there is none.")
    return third_party
