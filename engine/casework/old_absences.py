"""Absences nobody needs any more: deleted with the last case they concerned, or in time (R-107)."""

from __future__ import annotations

from sqlalchemy import delete, select

from engine.casework.context import Context
from engine.clock import LONDON
from engine.tables.absences import Absence, CoverNotice, StandIn
from engine.tables.casefile import Submission

_FORMS = ("book_absence", "change_absence")


def forget(context: Context) -> int:
    """Delete what was kept of absences that are over as long as a case is kept; how many.

    One that a case still refers to stays with it: that somebody stood in is part of its record.
    What was answered when it was booked or changed goes by its own age.
    """
    months = int(context.policy("retention.period"))
    named = (select(table.absence_id) for table in (StandIn, CoverNotice))
    over = select(Absence).where(
        Absence.until_on < context.today, *(Absence.id.not_in(ids) for ids in named)
    )
    old = [
        one.id
        for one in context.session.scalars(over)
        if context.calendar.months(one.until_on, months).on < context.today
    ]
    context.session.execute(delete(Absence).where(Absence.id.in_(old)))
    answered = select(Submission.id, Submission.at).where(
        Submission.case_id.is_(None), Submission.form.in_(_FORMS)
    )
    gone = [
        number
        for number, at in context.session.execute(answered)
        if context.calendar.months(at.astimezone(LONDON).date(), months).on < context.today
    ]
    context.session.execute(delete(Submission).where(Submission.id.in_(gone)))
    return len(old)
