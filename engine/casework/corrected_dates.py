"""Dates of the case file that were worked out once, worked out again (K-8, K-9, R-079)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import and_, func, select

from engine.calendar import said
from engine.casework import complaints, letter_dates
from engine.casework.context import Context
from engine.tables.complaints import Complaint
from engine.tables.decisions import Appeal, Arrangement, Decision, Letter

#: The letter with which an arrangement begins.
BEGINS = "introduction"


@dataclass(frozen=True)
class DateMoved:
    """One date of the case file that came out differently."""

    #: ``appeal``, ``decision`` or ``complaint``, with its id.
    kind: str
    object_id: int
    #: What it is the date of, as a sentence begins: ``The answer to the appeal``.
    what: str
    old: dt.date | None
    new: dt.date
    #: Why the new date.
    reason: str
    #: Whose clock it is: see ``engine.operations.clocks``.
    whose: str
    #: The column that holds it.
    column: str


def answers_anew(context: Context) -> list[DateMoved]:
    """Work out again by when the open appeals the run works on are answered (R-076)."""
    appeal = context.session.get(Appeal, context.appeal_id) if context.appeal_id else None
    if appeal is None or appeal.decided_on is not None or appeal.answer_due_on is None:
        return []
    due = context.calendar.working_days(appeal.received_on, context.policy("appeal.sla"))
    if due.on == appeal.answer_due_on:
        return []
    return [
        DateMoved(
            "appeal",
            appeal.id,
            "The answer to the appeal",
            appeal.answer_due_on,
            due.on,
            due.reason,
            "landlord",
            "answer_due_on",
        )
    ]


def times_to_appeal_anew(context: Context) -> list[DateMoved]:
    """Work out again until when the decisions of the case can be appealed, where time is left."""
    rows = context.session.execute(
        select(
            Decision,
            func.coalesce(Letter.template, BEGINS),
            func.coalesce(Letter.issued_on, Arrangement.letter_issued_on),
        )
        .outerjoin(Letter, Letter.id == Decision.letter_id)
        # The letter of an arrangement taken over is in the old register; its date is here.
        .outerjoin(
            Arrangement,
            and_(Arrangement.decision_id == Decision.id, Arrangement.taken_over.is_(True)),
        )
        .where(Decision.case_id == context.case_id, Decision.appeal_until >= context.today)
        .order_by(Decision.id)
    ).all()
    found = []
    for decision, template, issued_on in rows:
        drawn = context.letters.get(template)
        due = letter_dates.appeal_until(context, drawn, issued_on) if drawn and issued_on else None
        if due is not None and due.on != decision.appeal_until:
            found.append(_until(decision, due.on, due.reason))
    return found


def complaints_anew(context: Context) -> list[DateMoved]:
    """Work out again by when the open complaints of the case are acknowledged and answered."""
    names = {"acknowledge_due": "The acknowledgement of", "answer_due": "The answer to"}
    return [
        DateMoved(
            "complaint",
            complaint.id,
            f"{names[which]} complaint {complaint.reference}",
            getattr(complaint, f"{which}_on"),
            due.on,
            due.reason,
            "landlord",
            f"{which}_on",
        )
        for complaint, which, due in complaints.dates_anew(context)
    ]


def time_to_appeal_until(context: Context, until: dt.date, why: str) -> list[DateMoved]:
    """Give what it comes to that a decision can be appealed until at least that day (R-079)."""
    decisions = context.session.scalars(
        select(Decision)
        .where(Decision.case_id == context.case_id, Decision.appeal_until.is_not(None))
        .order_by(Decision.id)
    )
    return [
        _until(decision, until, why)
        for decision in decisions
        if decision.appeal_until is not None and decision.appeal_until < until
    ]


def put(context: Context, moved: DateMoved) -> None:
    """Write a new date with its reason, and what follows from it for an appeal that was late."""
    if moved.kind == "appeal":
        appeal = context.session.get_one(Appeal, moved.object_id)
        appeal.answer_due_on, appeal.answer_due_reason = moved.new, moved.reason
        return
    if moved.kind == "complaint":
        complaint = context.session.get_one(Complaint, moved.object_id)
        setattr(complaint, moved.column, moved.new)
        setattr(complaint, moved.column.replace("_on", "_reason"), moved.reason)
        return
    decision = context.session.get_one(Decision, moved.object_id)
    decision.appeal_until, decision.appeal_reason = moved.new, moved.reason
    for appeal in late_appeals(context, moved.object_id):
        appeal.in_time = appeal.received_on <= moved.new


def late_appeals(context: Context, decision_id: int) -> list[Appeal]:
    """Give the open appeals against a decision that were received after its time."""
    return list(
        context.session.scalars(
            select(Appeal).where(
                Appeal.decision_id == decision_id,
                Appeal.in_time.is_(False),
                Appeal.decided_on.is_(None),
                Appeal.withdrawn_on.is_(None),
            )
        )
    )


def receive_on(context: Context, appeal: Appeal, on: dt.date, reason: str) -> None:
    """Correct the day on which anybody here first received an appeal (K-9).

    Received earlier than was thought, it may be in time after all; it never becomes late by this.
    """
    old, appeal.received_on = appeal.received_on, on
    decision = context.session.get_one(Decision, appeal.decision_id)
    until = decision.appeal_until
    appeal.in_time = bool(appeal.in_time) or until is None or on <= until
    context.audit(
        "date_of_receipt_corrected",
        "appeal",
        appeal.id,
        old={"received_on": old.isoformat()},
        new={"received_on": on.isoformat(), "in_time": appeal.in_time, "reason": reason},
    )


def _until(decision: Decision, on: dt.date, why: str) -> DateMoved:
    return DateMoved(
        "decision",
        decision.id,
        f"The time to appeal the decision of {said(decision.decided_on)}",
        decision.appeal_until,
        on,
        why,
        "customer",
        "appeal_until",
    )
