"""What is done about a request for data: looked at, proved, given more time, answered, closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from engine.calendar import Due, said
from engine.casework import breaches, data_requests, holds
from engine.casework.context import Context
from engine.errors import Problem
from engine.tables.data_requests import DataCopy, DataRequest
from engine.tables.decisions import Letter
from forms import Choice

_ANSWERS = {"copy": "data_request_copy", "correction": "data_request_corrected"}
_MORE_TIME = "data_request_more_time"


def copy_can_go(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse an answer without a copy that was made, and more time the law does not give."""
    if values["request_step"] == "answer" and not _copy(context, values.get("copy_made")):
        return [Problem("copy_made", "Expected a copy of this request. Make it, then choose it.")]
    return more_time_is_lawful(context, values)


def more_time_is_lawful(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse more time a second time, after the month, or for no reason of the law (R-104)."""
    if values["request_step"] != "more_time":
        return []
    return list(_why_no_more_time(context, values))


def give_copy(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep how the request stands; a copy that goes is named in the log with its hash."""
    request = keep_step(context, values)
    copy = _copy(context, values.get("copy_made"))
    if values["request_step"] == "answer" and copy is not None:
        new = {"data_copy_id": copy.id, "sha256": copy.sha256}
        context.audit("data_copy_chosen", data_requests.KIND, request.id, new=new)


def data_copies(context: Context) -> list[Choice]:
    """Offer the copies made for this request, the newest first."""
    rows = context.session.scalars(
        select(DataCopy)
        .where(DataCopy.data_request_id == data_requests.of_run(context).id)
        .order_by(DataCopy.id.desc())
    )
    return [
        Choice(str(row.id), f"Copy {row.id}", f"SHA-256 {row.sha256[:16]}, {row.size_bytes} bytes")
        for row in rows
    ]


def extend(context: Context) -> None:
    """Move the last day by the months the law adds, if the letter left within the first one.

    A letter that left too late moves nothing: the date stays, and that it passed is recorded.
    """
    request = data_requests.of_run(context)
    letter = _letter(context, _MORE_TIME)
    left_on = letter.issued_on if letter else context.today
    if left_on > request.due_on:
        record_breach(context)
        return
    due = with_more_time(context, request)
    old, request.extended_on = request.due_on, left_on
    request.due_on = due.on
    request.due_reason = f"{due.reason} More time as our letter of {said(left_on)} says."
    context.audit(
        "data_request_extended",
        data_requests.KIND,
        request.id,
        old={"due_on": old.isoformat()},
        new={"due_on": due.on.isoformat(), "reason": request.more_time_because},
    )


def with_more_time(context: Context, request: DataRequest) -> Due:
    """Give the last day with the months the law adds, from where the first one runs."""
    names = ("data_request.within", "data_request.extension")
    months = sum(int(context.policy(name)) for name in names)
    return context.calendar.statutory_months(_counts_from(request), months)


def record_answer(context: Context) -> None:
    """Keep the day the answer left, by its letter (R-104)."""
    request = data_requests.of_run(context)
    letter = _letter(context, _ANSWERS[request.kind])
    request.answered_on = letter.issued_on if letter else context.today
    request.outcome = "answered"
    context.audit(
        "data_request_answered",
        data_requests.KIND,
        request.id,
        new={"answered_on": request.answered_on.isoformat(), "due_on": request.due_on.isoformat()},
    )


def record_breach(context: Context) -> None:
    """Record once that the law's last day passed unanswered; nothing is decided by it."""
    request = data_requests.of_run(context)
    breaches.record_once(context, data_requests.KIND, request.id, request.due_on)


def close(context: Context) -> None:
    """Close the request and lift its holds on every case; who waits for that looks again."""
    request = data_requests.of_run(context)
    request.closed_on = context.today
    holds.lift_for_request(context, request.id)
    context.audit(
        "data_request_closed", data_requests.KIND, request.id, new={"outcome": request.outcome}
    )


def keep_step(context: Context, values: dict[str, Any]) -> DataRequest:
    """Keep whether it is answered, takes longer or was taken back; gives the request."""
    request = data_requests.of_run(context)
    if values["request_step"] == "more_time":
        request.more_time_because = values["more_time_because"]
    elif values["request_step"] == "taken_back":
        request.outcome = "taken_back"
    return request


def _why_no_more_time(context: Context, values: dict[str, Any]) -> Iterator[Problem]:
    request = data_requests.of_run(context)
    yield from data_requests.sends_elsewhere("more_time_because", values["more_time_because"])
    if request.extended_on is not None:
        yield Problem(
            "request_step",
            f"Expected a request without more time yet, but our letter of "
            f"{said(request.extended_on)} took it, and the law allows it once. Answer it.",
        )
    elif context.today > request.due_on:
        yield Problem(
            "request_step",
            f"Expected to tell the person by {said(request.due_on)}, but that has passed, so the "
            "law gives no more time. Answer it now.",
        )


def _copy(context: Context, number: str | None) -> DataCopy | None:
    copy = context.session.get(DataCopy, int(number)) if number and number.isdecimal() else None
    request = data_requests.of_run(context)
    return copy if copy is not None and copy.data_request_id == request.id else None


def _counts_from(request: DataRequest) -> dt.date:
    """Give the day the month runs from: the receipt, or the proof the law lets it wait for."""
    days = [request.received_on]
    if request.proved_on is not None:
        days.append(request.proved_on)
    return max(days)


def _letter(context: Context, template: str) -> Letter | None:
    return context.session.scalars(
        select(Letter)
        .where(Letter.case_id == context.case_id, Letter.template == template)
        .order_by(Letter.id.desc())
        .limit(1)
    ).first()
