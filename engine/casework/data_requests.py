"""Requests for data: taken in by anybody, with the law's clock from the first receipt (R-104)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from engine.calendar import Due, said
from engine.casework import holds
from engine.casework.context import Context
from engine.casework.run_rows import row_of_run
from engine.errors import Problem, Rejected
from engine.tables.casefile import CaseFile
from engine.tables.data_requests import DataRequest

#: The control variable that says which request a run is about: ``data_request:12``.
REF = "data_request_ref"
KIND = "data_request"
#: What no answer to somebody's request for data may rest on (R-104).
_ELSEWHERE = re.compile(
    r"\bspoc\b|single point of contact|(?:must|has to|should|needs? to|is to) "
    r"(?:write|go|turn|send|apply|address)\b|not (?:entitled|allowed) to ask",
    re.I,
)


def data_request_can_be_logged(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse the same request twice; Rejected for a case without a customer (R-104)."""
    if context.case().customer_id is None:
        raise Rejected(
            "Expected a case with a customer, but nobody said yet who it is. Do its first task "
            "first, then log the request."
        )
    same = context.session.scalars(
        select(DataRequest).where(
            DataRequest.case_id == context.case_id,
            DataRequest.kind == values["request_kind"],
            DataRequest.closed_on.is_(None),
        )
    ).first()
    if same is None:
        return []
    return [
        Problem(
            "request_kind",
            f"Expected a request that is not open, but one of this kind came on "
            f"{said(same.received_on)} and its time runs. Tell the Data Management Officer what "
            "else was said.",
        )
    ]


def log_data_request(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep a request with its clock from the first receipt, and hold every case of the person."""
    received_on = dt.date.fromisoformat(values["received_on"])
    due = counted_from(context, received_on)
    request = DataRequest(
        case_id=context.case().id,
        kind=values["request_kind"],
        what=values["request_words"],
        received_on=received_on,
        received_by=values["received_by"],
        channel=values["channel"],
        logged_by=context.actor,
        logged_on=context.today,
        due_on=due.on,
        due_reason=due.reason,
    )
    context.session.add(request)
    context.session.flush()
    new = {"kind": request.kind, "received_on": values["received_on"], "due_on": str(due.on)}
    context.audit("data_request_received", KIND, request.id, new=new)
    for case in cases_of(context):
        holds.place_for_request(context, case, request.id)
    context.payload[REF] = f"{KIND}:{request.id}"


def counted_from(context: Context, day: dt.date) -> Due:
    """Give the last day of the law's month from a day (K-7)."""
    return context.calendar.statutory_months(day, int(context.policy("data_request.within")))


def cases_of(context: Context) -> list[CaseFile]:
    """Give every case of the customer that was not deleted, this one too."""
    found = select(CaseFile).where(
        CaseFile.customer_id == context.case().customer_id, CaseFile.deleted_on.is_(None)
    )
    return list(context.session.scalars(found.order_by(CaseFile.id)))


def of_run(context: Context) -> DataRequest:
    """Give the request a run is about; NotFound when there is none."""
    return row_of_run(context, DataRequest, REF, "a request for data to work on")


def sends_elsewhere(question: str, text: str) -> Iterator[Problem]:
    """Refuse a reason that turns somebody away because of how they get in touch (R-104)."""
    if found := _ELSEWHERE.search(text or ""):
        yield Problem(
            question,
            f"Expected a reason the law knows, but “{found.group()}” sends the person elsewhere. "
            "Everybody may ask, in any way and of anybody here. Answer the request.",
        )
