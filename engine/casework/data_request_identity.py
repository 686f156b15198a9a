"""Who asks for data, and since when: looked at the day it came, proved where we doubt (R-104)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from engine.calendar import said
from engine.casework import data_request_facts, data_requests
from engine.casework.context import Context
from engine.errors import Problem
from engine.tables.data_requests import DataRequest


def request_is_looked_at(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a later first receipt than the one on file: the clock is not the officer's (R-106)."""
    request = data_requests.of_run(context)
    problems = list(data_requests.sends_elsewhere("identity_note", values["identity_note"]))
    if dt.date.fromisoformat(values["first_received_on"]) > request.received_on:
        problems.append(
            Problem(
                "first_received_on",
                f"Expected {said(request.received_on)} or earlier, when a colleague first had it, "
                "but this is later. The time runs from the first receipt by anybody here, not "
                "from the day it reached the Data Management Officer.",
            )
        )
    return problems


def check_data_request(
    context: Context, values: dict[str, Any], restricted: dict[str, Any]
) -> None:
    """Keep who asks, where else the person is spoken of, and an earlier first receipt (K-9)."""
    request = data_requests.of_run(context)
    request.identity = "clear" if values["identity_clear"] == "yes" else "asked"
    request.identity_note = values["identity_note"]
    offered = {one.value for one in data_request_facts.data_request_third_party_cases(context)}
    chosen = [one for one in values.get("third_party_cases", []) if one in offered]
    request.third_party_cases = [int(one) for one in chosen]
    first = dt.date.fromisoformat(values["first_received_on"])
    if first < request.received_on:
        request.received_on = first
        _count_anew(context, request, first, "A colleague had it before.")
    context.audit(
        "data_request_looked_at", data_requests.KIND, request.id, new={"identity": request.identity}
    )


def proof_is_dated(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a proof from before the request, and a reason that sends people elsewhere."""
    request = data_requests.of_run(context)
    problems = list(data_requests.sends_elsewhere("proof_note", values["proof_note"]))
    proved_on = values.get("proved_on")
    if proved_on and dt.date.fromisoformat(proved_on) < request.received_on:
        problems.append(
            Problem(
                "proved_on",
                f"Expected a day from {said(request.received_on)} on, when the request came, but "
                "this is before it. Check the date.",
            )
        )
    return problems


def prove_identity(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep the proof; the law's month begins with it where it was needed (Art 12A)."""
    request = data_requests.of_run(context)
    request.identity = "proved" if values["identity_proved"] == "yes" else "not_proved"
    request.identity_note = values["proof_note"]
    if request.identity == "proved":
        day = request.proved_on = dt.date.fromisoformat(values["proved_on"])
        _count_anew(context, request, day, "Proof of who asks was needed, and came that day.")
    else:
        request.outcome = "not_proved"
    context.audit(
        "data_request_proved", data_requests.KIND, request.id, new={"identity": request.identity}
    )


def _count_anew(context: Context, request: DataRequest, day: dt.date, why: str) -> None:
    due = data_requests.counted_from(context, day)
    old, request.due_on = request.due_on, due.on
    request.due_reason = f"{due.reason} {why}"
    context.audit(
        "data_request_counted_anew",
        data_requests.KIND,
        request.id,
        old={"due_on": old.isoformat()},
        new={"due_on": due.on.isoformat(), "from": day.isoformat(), "reason": why},
    )
