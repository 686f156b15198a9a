"""The life of a case: how it begins, what is still open in it, and how it closes."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select

from engine.casework import appeals, arrangements, invitations, people, stages
from engine.casework.context import Context
from engine.casework.holders import CASE_OWNERS
from engine.casework.references import next_reference
from engine.tables.casefile import CaseFile
from engine.tables.decisions import Arrangement, Flag
from engine.tables.process import WorkItem
from forms import Choice

#: The form of every letter: one that is open is a letter not sent.
_LETTER_FORM = "issue_letter"
#: How a stage ended -> why the case is closed, where the two are not the same word.
_REASONS = {"closed": "closed_without_action", "withdrawn": "warning_withdrawn"}


def open_case(context: Context) -> CaseFile:
    """Make a new case, carried by the person acting; its customer is named later."""
    case = CaseFile(
        reference=next_reference(context.session, context.today),
        parameter_set=context.parameter_set,
        opened_on=context.today,
        opened_by=context.actor,
        owner=context.actor,
        behaviour_kinds=[],
        allegation_against=[],
        stage="informal",
    )
    context.session.add(case)
    context.session.flush()
    context.case_id = case.id
    context.audit("case_opened", "case_file", case.id)
    return case


def ref(context: Context) -> str:
    """Give how messages address the case: ``case:12``."""
    return f"case:{context.case().id}"


def opened_on(context: Context) -> dt.date:
    """Give the day the case was opened."""
    return context.case().opened_on


def owner(context: Context) -> str:
    """Give the user name of the one who carries the case."""
    return context.case().owner


def possible_owners(context: Context) -> list[Choice]:
    """Offer those who may carry a case: team leaders and managers."""
    return people.holders_in(context, CASE_OWNERS)


def find_open_matters(context: Context) -> int:
    """Count what keeps the case from closing: appeals, letters not sent, flags not removed.

    Each of them says so when it is settled, and then this is asked again (R-067, R-078).
    """
    letters = select(func.count()).where(
        WorkItem.case_id == context.case_id,
        WorkItem.form == _LETTER_FORM,
        WorkItem.completed_at.is_(None),
        WorkItem.cancelled_at.is_(None),
        WorkItem.instance_id != (context.instance_id or 0),
    )
    flags = (
        select(func.count())
        .select_from(Flag)
        .join(Arrangement, Arrangement.id == Flag.arrangement_id)
        .where(
            Arrangement.case_id == context.case_id,
            Arrangement.ended_on.is_not(None),
            Flag.removed_on.is_(None),
        )
    )
    counted = [context.session.scalar(question) or 0 for question in (letters, flags)]
    return len(appeals.open_of_case(context)) + sum(counted)


def close(context: Context) -> None:
    """Close the case, whatever of it is still open in its stages, and say why (R-021, R-107)."""
    case = context.case()
    arrangement = arrangements.find(context)
    if arrangement is not None and arrangement.ended_on is None:
        arrangements.end(context, case.closed_reason or "never_in_force")
    outcome = stages.end_all(context)
    case.closed_reason = case.closed_reason or _reason(arrangement, outcome)
    case.stage, case.closed_on = "closed", context.today
    invitations.call_off(context, "The case was closed.")
    context.audit(
        "case_closed",
        "case_file",
        case.id,
        new={"reason": case.closed_reason, "ended_on": ended_on(context).isoformat()},
    )


def ended_on(context: Context) -> dt.date:
    """Give the day from which the case is kept and then deleted (X-9).

    The day its arrangement ended, else the day it was closed, which is today while it closes.
    """
    arrangement = arrangements.find(context)
    if arrangement is not None and arrangement.ended_on is not None:
        return arrangement.ended_on
    return context.case().closed_on or context.today


def _reason(arrangement: Arrangement | None, outcome: str | None) -> str:
    if arrangement is not None and arrangement.end_reason:
        return arrangement.end_reason
    return _REASONS.get(outcome or "", outcome or "settled")
