"""Complaints beside a case: their reference, stages and the clocks of the Code (R-081; D.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import func, select

from engine.calendar import Due, said
from engine.casework.context import Context
from engine.errors import Problem
from engine.tables.complaints import Complaint
from forms import Choice

#: There are two stages and never a third (Complaint Handling Code, 5.2 and 5.3).
LAST_STAGE = 2
_FIRST_STAGE = 1
_SETTLED = "something_was_settled"


def acknowledge_due(context: Context, received_on: dt.date) -> Due:
    """Give by when a complaint is acknowledged, in either stage, counted from its first receipt."""
    return context.calendar.working_days(received_on, context.policy("complaint.acknowledge"))


def answer_due(context: Context, acknowledged_on: dt.date | Due, stage: int = _FIRST_STAGE) -> Due:
    """Give by when one stage of a complaint is answered, counted from its acknowledgement."""
    if stage == LAST_STAGE:
        return context.calendar.working_days(
            acknowledged_on, context.policy("complaint.answer_again")
        )
    return context.calendar.working_days(acknowledged_on, context.policy("complaint.answer"))


def add(context: Context, values: Mapping[str, Any], **linked: Any) -> Complaint:
    """Record a complaint as it came in, its clocks from the first receipt by anyone (K-9).

    values: ``said``, ``received_on``, ``received_by``, ``channel`` and, where there is one, the
        ``complaint_reference`` of the landlord; without it the case's own is given.
    linked: the columns of a second stage, and what was logged with it.
    """
    received_on = dt.date.fromisoformat(values["received_on"])
    stage = linked.get("stage", _FIRST_STAGE)
    first, last = _clocks(context, received_on, stage)
    complaint = Complaint(
        case_id=context.case().id,
        reference=values.get("complaint_reference") or _next_reference(context),
        about=values["said"],
        channel=values.get("channel", ""),
        received_on=received_on,
        received_by=values["received_by"],
        logged_by=context.actor,
        acknowledge_due_on=first.on,
        acknowledge_due_reason=first.reason,
        answer_due_on=last.on,
        answer_due_reason=last.reason,
        **{"stage": stage, **linked},
    )
    context.session.add(complaint)
    context.session.flush()
    context.audit(
        "complaint_received",
        "complaint",
        complaint.id,
        new={
            "stage": stage,
            "received_on": values["received_on"],
            "acknowledge_due_on": first.on.isoformat(),
            "answer_due_on": last.on.isoformat(),
        },
    )
    return complaint


def of_case(context: Context) -> list[Complaint]:
    """Give the complaints of the case, oldest first, each stage by itself."""
    return list(
        context.session.scalars(
            select(Complaint).where(Complaint.case_id == context.case_id).order_by(Complaint.id)
        )
    )


def count_open(context: Context) -> int:
    """Count the complaints of the case that are not answered; each keeps it from deletion."""
    return (
        context.session.scalar(
            select(func.count()).where(
                Complaint.case_id == context.case_id, Complaint.answered_on.is_(None)
            )
        )
        or 0
    )


def dates_anew(context: Context) -> list[tuple[Complaint, str, Due]]:
    """Work out the clocks of the open complaints again: each with its column, where it differs.

    A complaint of which more time was agreed keeps the day that was agreed.
    """
    found: list[tuple[Complaint, str, Due]] = []
    for one in of_case(context):
        if one.answered_on is not None:
            continue
        first, last = _clocks(context, one.received_on, one.stage)
        if one.acknowledged_on is None:
            found.append((one, "acknowledge_due", first))
        else:
            counted = answer_due(context, one.acknowledged_on, one.stage)
            last = min(last, counted, key=lambda due: due.on)
        if one.extended_to is None:
            found.append((one, "answer_due", last))
    return [each for each in found if getattr(each[0], f"{each[1]}_on") != each[2].on]


def to_weigh(context: Context) -> list[Choice]:
    """Offer the complaints of the case that wait for an answer, to be ticked once read (R-015)."""
    return [
        Choice(str(one.id), _name(one), _stands(one))
        for one in of_case(context)
        if one.answered_on is None
    ]


def complaints_are_weighed(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when nothing of ours is said to have led to it while a complaint is open (R-015)."""
    ticked = set(values.get("complaints_weighed", ()))
    unread = [one for one in to_weigh(context) if one.value not in ticked]
    if values.get("root_cause") != "no" or not unread:
        return []
    return [
        Problem(
            "complaints_weighed",
            f"Expected each open complaint to be read before you say that it was not us, but "
            f"“{unread[0].label}” is not ticked. Read it, then tick it or answer yes.",
        )
    ]


def to_go_on_with(context: Context) -> list[Choice]:
    """Offer the complaints that are open, and the answered ones with a stage left."""
    return [Choice(str(one.id), _name(one), _stands(one)) for one in _movable(context)]


def complaint_step_fits(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse a step the complaint cannot take now, and a date before the one it follows."""
    complaint = _chosen(context, values)
    if complaint is None:
        return [Problem("complaint", "Expected a complaint of this case. Choose from the list.")]
    step = values["complaint_step"]
    refused = _out_of_turn(complaint, step)
    if refused:
        return [Problem("complaint_step", refused)]
    return _CHECKS[step](context, complaint, values) if step in _CHECKS else []


def complaint_step(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep what became of a complaint, with its old and its new dates.

    Whoever waits for the case to be free of open complaints looks at it again (R-108).
    """
    complaint = context.session.get_one(Complaint, int(values["complaint"]))
    step = values["complaint_step"]
    old = _dates(complaint)
    if step == "second_stage":
        add(
            context,
            {
                **values,
                "received_on": values["step_on"],
                "complaint_reference": complaint.reference,
            },
            stage=LAST_STAGE,
            earlier_id=complaint.id,
        )
        return
    _STEPS[step](context, complaint, values)
    context.audit(f"complaint_{step}", "complaint", complaint.id, old=old, new=_dates(complaint))
    if complaint.answered_on is not None:
        context.send(_SETTLED, key=f"case:{complaint.case_id}")


def _acknowledge(context: Context, complaint: Complaint, values: Mapping[str, Any]) -> None:
    """Count the answer from the acknowledgement; one that was late gains us no day (0029)."""
    complaint.acknowledged_on = dt.date.fromisoformat(values["step_on"])
    complaint.reference = values.get("complaint_reference") or complaint.reference
    counted = answer_due(context, complaint.acknowledged_on, complaint.stage)
    if counted.on <= complaint.answer_due_on:
        complaint.answer_due_on, complaint.answer_due_reason = counted.on, counted.reason


def _extend(context: Context, complaint: Complaint, values: Mapping[str, Any]) -> None:
    complaint.extended_to = dt.date.fromisoformat(values["extended_to"])
    complaint.extended_reason = values["step_note"]


def _answer(context: Context, complaint: Complaint, values: Mapping[str, Any]) -> None:
    complaint.answered_on = dt.date.fromisoformat(values["step_on"])
    complaint.outcome = values["complaint_outcome"]


def _withdraw(context: Context, complaint: Complaint, values: Mapping[str, Any]) -> None:
    complaint.answered_on = dt.date.fromisoformat(values["step_on"])
    complaint.outcome = "withdrawn"


_STEPS: Mapping[str, Callable[[Context, Complaint, Mapping[str, Any]], None]] = {
    "acknowledged": _acknowledge,
    "more_time": _extend,
    "answered": _answer,
    "withdrawn": _withdraw,
}


def _not_before(context: Context, complaint: Complaint, values: Mapping[str, Any]) -> list[Problem]:
    after = max(filter(None, (complaint.received_on, complaint.acknowledged_on)))
    if values["complaint_step"] == "second_stage":
        after = complaint.answered_on or after
    if dt.date.fromisoformat(values["step_on"]) >= after:
        return []
    return [
        Problem(
            "step_on",
            f"Expected a date from {said(after)} on, because that came before it. Check the date.",
        )
    ]


def _time_is_allowed(
    context: Context, complaint: Complaint, values: Mapping[str, Any]
) -> list[Problem]:
    before = complaint.extended_to or complaint.answer_due_on
    if dt.date.fromisoformat(values["step_on"]) > before:
        return [
            Problem(
                "step_on",
                f"Expected more time to be agreed by {said(before)}, when the answer was due, but "
                "that day had passed. Record the answer when it is given: it was late.",
            )
        ]
    most = context.policy("complaint.extend")
    if complaint.stage == LAST_STAGE:
        most = context.policy("complaint.extend_again")
    latest = context.calendar.working_days(complaint.answer_due_on, most)
    if complaint.answer_due_on < dt.date.fromisoformat(values["extended_to"]) <= latest.on:
        return []
    return [
        Problem(
            "extended_to",
            f"Expected a day after {said(complaint.answer_due_on)} and not after "
            f"{said(latest.on)}, which is all the time that can be added. Choose a day in between.",
        )
    ]


_CHECKS: Mapping[str, Callable[[Context, Complaint, Mapping[str, Any]], list[Problem]]] = {
    "acknowledged": _not_before,
    "more_time": _time_is_allowed,
    "answered": _not_before,
    "withdrawn": _not_before,
    "second_stage": _not_before,
}


def _out_of_turn(complaint: Complaint, step: str) -> str:
    """Say why a complaint cannot take this step now; "" when it can."""
    if step == "second_stage":
        if complaint.answered_on is None:
            return (
                "Expected an answer before the second stage, but this complaint has none yet. "
                "Record the answer first."
            )
        return ""
    if complaint.answered_on is not None:
        return (
            f"Expected a complaint that is open, but it was answered on "
            f"{said(complaint.answered_on)}. Choose the second stage if the customer goes on."
        )
    if step == "acknowledged" and complaint.acknowledged_on is not None:
        return (
            "Expected a complaint that is not acknowledged yet, but it was on "
            f"{said(complaint.acknowledged_on)}. Choose what came after it."
        )
    if step in ("answered", "more_time") and complaint.acknowledged_on is None:
        return (
            "Expected an acknowledgement first, because the time to answer is counted from it. "
            "Record when the customer was told that we have the complaint."
        )
    return ""


def _movable(context: Context) -> list[Complaint]:
    """Give the complaints that are open, and the answered first stages no second one follows."""
    every = of_case(context)
    followed = {one.earlier_id for one in every}
    return [
        one
        for one in every
        if one.answered_on is None
        or (one.stage < LAST_STAGE and one.id not in followed and one.outcome != "withdrawn")
    ]


def _chosen(context: Context, values: Mapping[str, Any]) -> Complaint | None:
    number = int(values["complaint"])
    return next((one for one in _movable(context) if one.id == number), None)


def _clocks(context: Context, received_on: dt.date, stage: int) -> tuple[Due, Due]:
    first = acknowledge_due(context, received_on)
    return first, answer_due(context, first, stage)


def _next_reference(context: Context) -> str:
    """Give a reference of our own, ``SP-2026-014/C1``, for a complaint that has no other yet."""
    firsts = sum(one.stage == _FIRST_STAGE for one in of_case(context))
    return f"{context.case().reference}/C{firsts + 1}"


def _dates(complaint: Complaint) -> dict[str, Any]:
    days = {
        "acknowledged_on": complaint.acknowledged_on,
        "answer_due_on": complaint.answer_due_on,
        "extended_to": complaint.extended_to,
        "answered_on": complaint.answered_on,
    }
    told = {name: day.isoformat() if day else None for name, day in days.items()}
    return {**told, "outcome": complaint.outcome}


def _name(complaint: Complaint) -> str:
    return f"Complaint {complaint.reference}, stage {complaint.stage}"


def _stands(complaint: Complaint) -> str:
    received = f"Received {said(complaint.received_on)}"
    if complaint.answered_on is not None:
        return f"{received}, answered {said(complaint.answered_on)}. A second stage is possible."
    if complaint.acknowledged_on is None:
        return f"{received}. To be acknowledged by {said(complaint.acknowledge_due_on)}."
    due = complaint.extended_to or complaint.answer_due_on
    return f"{received}. To be answered by {said(due)}."
