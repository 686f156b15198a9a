"""What letters say of a request for data (R-104, R-105)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine.casework import corrections, data_request_steps, data_requests
from engine.casework.context import Context
from engine.tables.data_requests import DataMark

_NOTHING_LEFT_OUT = "Nothing was left out."
_CLOSED = {
    "not_proved": "We asked for something that shows who asks, and could not tell that it is you. "
    "Nothing about you was given to anybody.",
    "taken_back": "You told us that you no longer want it.",
}


def facts(context: Context) -> Mapping[str, Any]:
    """Give the placeholders of a request for data; nothing where the run is about none."""
    if data_requests.REF not in context.variables:
        return {}
    request = data_requests.of_run(context)
    reasons = context.session.scalars(
        select(DataMark.reason).where(
            DataMark.data_request_id == request.id, DataMark.decision == "redact"
        )
    )
    return {
        "data_request_received_on": request.received_on,
        "data_request_answer_on": request.due_on,
        "data_request_identity_code": request.identity or "",
        "data_request_more_time_because": request.more_time_because,
        "data_request_more_time_until": data_request_steps.with_more_time(context, request).on,
        "data_request_closed_because": _CLOSED.get(request.outcome or "", ""),
        "data_left_out": sorted(set(reasons)) or [_NOTHING_LEFT_OUT],
        "corrections": corrections.said_items(context, request),
        **_basis_in_law(context),
    }


def _basis_in_law(context: Context) -> Mapping[str, str]:
    """Give what the law lets us keep data for (R-109); nothing where a release is from before."""
    try:
        return {
            "lawful_basis": str(context.policy("record.lawful_basis")),
            "health_basis": str(context.policy("record.health_basis")),
        }
    except (KeyError, ValueError):
        return {}
