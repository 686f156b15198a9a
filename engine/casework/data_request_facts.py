"""What diagrams and forms ask of a request for data: its dates, its kind, what to show (R-104)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from engine.calendar import Due, said
from engine.casework.context import Context
from engine.casework.data_requests import of_run
from engine.casework.plain_names import plain_name
from engine.tables.casefile import CaseFile, Customer, ThirdParty
from forms import Choice


def data_request_kind(context: Context) -> str:
    """Tell whether a ``copy`` or a ``correction`` is asked for."""
    return of_run(context).kind


def data_request_received_on(context: Context) -> dt.date:
    """Give the first day anybody here had the request."""
    return of_run(context).received_on


def data_request_due(context: Context) -> Due:
    """Give the last day for the answer, and why then (K-7, K-9)."""
    request = of_run(context)
    return Due(request.due_on, request.due_reason)


def data_request_warn_on(context: Context) -> dt.date:
    """Give the day on which the Data Management Officer is reminded of the answer."""
    days = int(context.policy("data_request.warn"))
    return context.calendar.working_days_before(of_run(context).due_on, days).on


def data_request_forward_due(context: Context) -> Due:
    """Give the day on which the request is looked at: that of its receipt (R-106).

    One that came on a day nobody works is looked at on the next working day.
    """
    days = int(context.policy("data_request.forward_within"))
    counted = context.calendar.working_days(of_run(context).received_on, days)
    return context.calendar.forward_to_working_day(counted)


def data_request_at_hand(context: Context) -> list[Choice]:
    """Show what is asked for, since when and until when."""
    request = of_run(context)
    asked = "A copy" if request.kind == "copy" else "A correction"
    hint = f"{asked}, received on {said(request.received_on)}, answer by {said(request.due_on)}"
    return [Choice("read", request.what, hint)]


def data_request_third_party_cases(context: Context) -> list[Choice]:
    """Offer cases of others in which somebody of the customer's name spoke for them."""
    customer = context.session.get(Customer, context.case().customer_id or 0)
    if customer is None:
        return []
    rows = context.session.execute(
        select(ThirdParty, CaseFile)
        .join(CaseFile, CaseFile.id == ThirdParty.case_id)
        .where(CaseFile.deleted_on.is_(None), CaseFile.customer_id != customer.id)
        .order_by(CaseFile.id)
    )
    named = {
        case.id: Choice(str(case.id), f"Case {case.reference}", f"{who.name}, {who.relationship}")
        for who, case in rows
        if plain_name(who.name) == plain_name(customer.name)
    }
    return list(named.values())
