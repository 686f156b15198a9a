"""One order or recommendation of an Ombudsman: its date, its owner, its proof (R-125 to R-129)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from engine.calendar import Due, said
from engine.casework import breaches, people
from engine.casework.context import Context
from engine.casework.deliveries import letter_named
from engine.casework.people import Holder
from engine.casework.run_rows import row_of_run
from engine.errors import Problem
from engine.tables.ombudsman import Determination, OmbudsmanItem
from forms import Choice

#: The control variable that says which item a run is about: ``ombudsman_item:12``.
REF = "order_ref"
KIND = "ombudsman_item"
_DECLINED = "declined"
#: Whoever sees to an order without any other role.
_ANY_STAFF = "officer"


def order_kind(context: Context) -> str:
    """Tell whether the run is about an ``order`` or a ``recommendation``."""
    return _of_run(context).kind


def order_due(context: Context) -> Due:
    """Give the day by which the item is done or, a recommendation, decided, and why then."""
    item = _of_run(context)
    return Due(item.due_on, item.due_reason)


def order_owner(context: Context) -> Holder:
    """Give who sees to the item; the Complaints Manager once that person has left."""
    owner = _of_run(context).owner
    if owner in {user.name for user in people.working_here(context.session, context.today)}:
        held = sorted(people.roles_of(context.session, owner, context.today))
        return Holder(held[0] if held else _ANY_STAFF, owner)
    return Holder("complaints_manager", None)


def order_at_hand(context: Context) -> list[Choice]:
    """Show what this run is about: what the Ombudsman asked for, in whose report, by when."""
    item = _of_run(context)
    report = context.session.get_one(Determination, item.determination_id)
    paid = f" £{item.amount:,} is to be paid." if item.amount else ""
    where = f"Report {report.reference} of {said(report.reported_on)}.{paid}"
    return [Choice("read", item.what, f"{where} By {said(item.due_on)}.")]


def recommendation_can_be_decided(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a day for a recommendation that was taken up which lies before its decision."""
    if values["recommendation_result"] == _DECLINED:
        return []
    if dt.date.fromisoformat(values["do_by"]) >= context.today:
        return []
    return [
        Problem("do_by", "Expected a day from today on, but it has passed. Choose a later one.")
    ]


def decide_recommendation(
    context: Context, values: dict[str, Any], restricted: dict[str, Any]
) -> None:
    """Keep whether a recommendation is taken up, by whom and when, or why it is not (R-129)."""
    item = _of_run(context)
    old = {"owner": item.owner, "due_on": item.due_on.isoformat()}
    item.decision, item.decided_on = values["recommendation_result"], context.today
    item.decision_reason = values.get("decision_reason")
    if item.decision != _DECLINED:
        item.owner, item.due_on = values["do_owner"], dt.date.fromisoformat(values["do_by"])
        item.due_reason = f"Chosen when the recommendation was taken up on {said(context.today)}"
    context.audit(
        "recommendation_decided",
        KIND,
        item.id,
        old=old,
        new={"result": item.decision, "owner": item.owner, "due_on": item.due_on.isoformat()},
    )


def order_is_proved(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse proof of another kind than asked for, and less than was to be paid (R-125 to R-128).

    A letter from before the report counts: an order may ask for what was done already.
    """
    item = _of_run(context)
    if values["proof_given"] != item.proof_kind:
        return [Problem("proof_given", _WANTED[item.proof_kind])]
    if item.amount and values.get("amount_paid", 0) < item.amount:
        return [
            Problem(
                "amount_paid",
                f"Expected £{item.amount:,} or more, which the Ombudsman set, but it is less. "
                "Record it when the rest is paid too.",
            )
        ]
    return []


def order_done(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep that an item was done, when, and what shows it; from then on it is closed (R-125)."""
    item = _of_run(context)
    item.done_on = dt.date.fromisoformat(values["done_on"])
    item.proof = _proof(values)
    if values.get("letter"):
        item.letter_id = letter_named(context, values["letter"]).id
    context.audit(
        "ombudsman_item_done",
        KIND,
        item.id,
        new={"done_on": values["done_on"], "due_on": item.due_on.isoformat()},
    )


def record_breach(context: Context) -> None:
    """Record once that the date passed without proof; nothing is closed by it (R-110, R-125)."""
    item = _of_run(context)
    breaches.record_once(context, KIND, item.id, item.due_on)


_WANTED = {
    "payment": "Expected the payment, which this order is about. Choose it, or wait until it is "
    "paid.",
    "letter": "Expected a letter to the customer, which this order asks for. Choose it once it has "
    "gone: a call does not count.",
    "other": "Expected what shows that it was done. Choose that and say where it can be seen.",
}


def _proof(values: Mapping[str, Any]) -> str:
    """Say in one sentence what shows that it was done."""
    if values["proof_given"] != "payment":
        return str(values.get("letter_sent") or values.get("proof_note"))
    set_off = values.get("set_off_note")
    said_of = f" Set off against money owed: {set_off}" if set_off else ""
    return f"£{values['amount_paid']:,} paid, reference {values['payment_reference']}.{said_of}"


def _of_run(context: Context) -> OmbudsmanItem:
    return row_of_run(context, OmbudsmanItem, REF, "an order of the Ombudsman to work on")
