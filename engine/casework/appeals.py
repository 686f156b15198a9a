"""Appeals: their dates, and what is recorded about them on the way to an answer."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from engine.calendar import Due
from engine.casework import breaches
from engine.casework.context import Context
from engine.clock import LONDON
from engine.errors import NotFound
from engine.tables.decisions import Appeal, Decision


def current(context: Context) -> Appeal:
    """Give the appeal the instance works on, else the one open appeal of the case.

    Raises NotFound when there is none, when it is another case's, or when there are several and
    nobody said which.
    """
    if context.appeal_id is not None:
        appeal = context.session.get(Appeal, context.appeal_id)
        if appeal is not None and appeal.case_id != context.case_id:
            appeal = None
    else:
        open_appeals = open_of_case(context)
        appeal = open_appeals[0] if len(open_appeals) == 1 else None
    if appeal is None:
        raise NotFound("Expected one open appeal to work on, but there is none, or several.")
    return appeal


def open_of_case(context: Context) -> list[Appeal]:
    """Give the appeals of the case that are neither answered nor withdrawn, oldest first."""
    return list(
        context.session.scalars(
            select(Appeal)
            .where(
                Appeal.case_id == context.case_id,
                Appeal.answered_on.is_(None),
                Appeal.withdrawn_on.is_(None),
            )
            .order_by(Appeal.id)
        )
    )


def appeal_ref(context: Context) -> str:
    """Give how messages address this appeal: ``appeal:3``."""
    return f"appeal:{current(context).id}"


def appeal_received_on(context: Context) -> dt.date:
    """Give the day on which anybody in the organisation first received the appeal (K-9)."""
    return current(context).received_on


def appeal_due(context: Context) -> Due | None:
    """Give the last day for an answer and why; None before the dates were worked out (R-076)."""
    appeal = current(context)
    if appeal.answer_due_on is None:
        return None
    is_provisional = appeal.answer_due_on > context.calendar.horizon
    return Due(appeal.answer_due_on, appeal.answer_due_reason or "", is_provisional)


def holding_letter_due(context: Context) -> Due:
    """Give by when the customer is told of a delay, counted from the day it became one."""
    appeal = current(context)
    late_on = appeal.answer_due_on or context.today
    if appeal.breached_at is not None:
        late_on = appeal.breached_at.astimezone(LONDON).date()
    return context.calendar.working_days(late_on, context.policy("holding_letter.within"))


def work_out_dates(context: Context) -> str:
    """Work out by when the appeal must be answered and say whether it came in time: yes or no.

    It is never late while no complete letter has started the window (R-073, R-076; K-1, K-10).
    """
    appeal = current(context)
    decision = context.session.get_one(Decision, appeal.decision_id)
    due = context.calendar.working_days(appeal.received_on, context.policy("appeal.sla"))
    old = appeal.answer_due_on
    appeal.answer_due_on, appeal.answer_due_reason = due.on, due.reason
    appeal.in_time = decision.appeal_until is None or appeal.received_on <= decision.appeal_until
    context.audit(
        "appeal_dates_worked_out",
        "appeal",
        appeal.id,
        old={"answer_due_on": old.isoformat() if old else None},
        new={"answer_due_on": due.on.isoformat(), "in_time": appeal.in_time},
    )
    return "yes" if appeal.in_time else "no"


def record_breach(context: Context) -> None:
    """Record once that the last day for an answer has passed; nothing is decided (R-076)."""
    appeal = current(context)
    if appeal.answer_due_on and breaches.record_once(
        context, "appeal", appeal.id, appeal.answer_due_on
    ):
        appeal.breached_at = context.now


def record_withdrawal(context: Context) -> None:
    """Record that the customer took the appeal back; the decision stands (R-073)."""
    appeal = current(context)
    appeal.withdrawn_on = appeal.withdrawn_on or context.today
    context.audit("appeal_ended_by_withdrawal", "appeal", appeal.id)


def record_outcome(context: Context) -> None:
    """Record that the customer has the answer, and after how many working days it was decided.

    The days run from receipt to the decision, not to the letter (R-076, R-078).
    """
    appeal = current(context)
    decided_on = appeal.decided_on or context.today
    taken = context.calendar.count_working_days(appeal.received_on, decided_on)
    appeal.working_days_taken, appeal.answered_on = taken, context.today
    context.audit(
        "appeal_answered",
        "appeal",
        appeal.id,
        new={"outcome": appeal.outcome, "working_days_taken": taken, "late_by": late_by(context)},
    )


def late_by(context: Context) -> int:
    """Give by how many working days the decision missed its last day; 0 when it was in time."""
    appeal = current(context)
    if appeal.answer_due_on is None:
        return 0
    decided_on = appeal.decided_on or context.today
    return context.calendar.count_working_days(appeal.answer_due_on, decided_on)
