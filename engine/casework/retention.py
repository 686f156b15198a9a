"""How long a case is kept, and what keeps it longer (R-107, R-108; X-9)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, func, select

from engine.casework import appeals, cases, complaints, ombudsman_reports
from engine.casework.context import Context
from engine.errors import NotFound
from engine.tables.casefile import LegalHold, OwedAction
from engine.tables.decisions import Arrangement, Flag, LookRequest


def plan(context: Context) -> None:
    """Work out how long the case is kept, from the day its arrangement ended or it was closed."""
    case = context.case()
    kept = context.calendar.months(cases.ended_on(context), context.policy("retention.period"))
    old, case.delete_after = case.delete_after, kept.on
    context.audit(
        "deletion_planned",
        "case_file",
        case.id,
        old={"delete_after": old.isoformat() if old else None},
        new={"delete_after": kept.on.isoformat()},
    )


def delete_after(context: Context) -> dt.date:
    """Give the last day on which the case is kept; NotFound before it was worked out."""
    last = context.case().delete_after
    if last is None:
        raise NotFound("Expected a last day to keep the case, but none was worked out yet.")
    return last


def deletion_notice_on(context: Context) -> dt.date:
    """Give the day on which the Data Management Officer is told that the deletion is near."""
    days = context.policy("retention.notice")
    return context.calendar.calendar_days(delete_after(context), -days).on


def find_holds(context: Context) -> int:
    """Count what keeps the case from being deleted; each says when it is settled (R-108).

    A hold placed by a person, an open appeal, complaint or request to look again, something an
    Ombudsman asked for, a flag not yet removed, something we still owe the customer.
    """
    of_case = context.case().id
    flags = (
        select(func.count())
        .select_from(Flag)
        .join(Arrangement, Arrangement.id == Flag.arrangement_id)
        .where(Arrangement.case_id == of_case, Flag.removed_on.is_(None))
    )
    counted = [
        _count(context, LegalHold.case_id == of_case, LegalHold.lifted_on.is_(None)),
        _count(context, LookRequest.case_id == of_case, LookRequest.answered_on.is_(None)),
        _count(
            context,
            OwedAction.case_id == of_case,
            OwedAction.done_on.is_(None),
            OwedAction.withdrawn_reason.is_(None),
        ),
        context.session.scalar(flags) or 0,
        len(appeals.open_of_case(context)),
        complaints.count_open(context),
        ombudsman_reports.count_open(context),
    ]
    return sum(counted)


def _count(context: Context, *conditions: ColumnElement[bool]) -> int:
    return context.session.scalar(select(func.count()).where(*conditions)) or 0
