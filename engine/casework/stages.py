"""The three stages of a case: when each began, the dates its clocks read, how it ended (R-002)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from engine.calendar import Due
from engine.casework.context import Context
from engine.errors import NotFound
from engine.tables.casefile import Stage

#: Which stage a process is about.
_STAGE_OF = {"informal_stage": "informal", "warning_stage": "warning", "formal_stage": "formal"}


def find(context: Context, kind: str) -> Stage | None:
    """Give one stage of the case, None before it began."""
    return context.session.scalar(
        select(Stage).where(Stage.case_id == context.case_id, Stage.kind == kind)
    )


def need(context: Context, kind: str) -> Stage:
    """Give one stage of the case; it begins today if it had not."""
    stage = find(context, kind)
    if stage is None:
        stage = Stage(
            case_id=context.case().id, kind=kind, opened_on=context.today, looks=0, attendees=[]
        )
        context.session.add(stage)
        context.session.flush()
        context.case().stage = kind
        context.audit("stage_opened", "stage", stage.id, new={"kind": kind})
    return stage


def end(context: Context, stage: Stage, outcome: str) -> None:
    """End a stage with its outcome."""
    stage.closed_on, stage.outcome = context.today, outcome
    context.audit("stage_closed", "stage", stage.id, new={"kind": stage.kind, "outcome": outcome})


def end_all(context: Context) -> str | None:
    """End what is still open when the case closes and give how its latest stage ended.

    A warning that is still open then was withdrawn. None when the case had no stage.
    """
    reason = context.case().closed_reason
    of_case = _of_case(context)
    for stage in of_case:
        if stage.closed_on is None:
            end(context, stage, reason or "withdrawn")
    return of_case[-1].outcome if of_case else None


def look_again(context: Context) -> None:
    """Begin another look at a case that was not agreed (R-042, R-088).

    The days for the meeting run from the date set for it, or from today if it is looked at sooner.
    """
    stage = need(context, "formal")
    begins_on = min(stage.look_on or context.today, context.today)
    old = {"referred_on": _iso(stage.referred_on), "look_on": _iso(stage.look_on)}
    stage.looks += 1
    stage.referred_on, stage.look_on = begins_on, None
    stage.outcome, stage.meeting_on, stage.attendees = None, None, []
    context.audit(
        "looked_at_again", "stage", stage.id, old=old, new={"referred_on": _iso(begins_on)}
    )


def warning_was_issued(context: Context, issued_on: dt.date, review_on: dt.date) -> Stage:
    """Keep the dates of a written warning just issued: its day and the review it names (R-023)."""
    stage = need(context, "warning")
    stage.warned_on, stage.look_on = issued_on, review_on
    return stage


def stage_ref(context: Context) -> str:
    """Give how messages address the stage of the process that asks: ``stage:5``.

    A process that is no stage asks for the latest one.
    """
    kind = _STAGE_OF.get(context.process_id)
    stage = find(context, kind) if kind else next(reversed(_of_case(context)), None)
    if stage is None:
        raise NotFound("Expected a stage of this case, but it has none yet.")
    return f"stage:{stage.id}"


def time_to_change_ends_on(context: Context) -> dt.date:
    """Give the first day on which a step after the verbal warning is allowed (R-014).

    Without a warning there is nothing to wait for: then it is the day the case was opened.
    """
    stage = find(context, "informal")
    return (stage.look_on if stage else None) or context.case().opened_on


def warning_review_on(context: Context) -> dt.date | None:
    """Give the review date of the last Fair Treatment Letter (R-023), None before there is one."""
    stage = find(context, "warning")
    return stage.look_on if stage else None


def meeting_due(context: Context) -> Due:
    """Give by when the decision meeting is held: counted from the referral or the second look."""
    stage = find(context, "formal")
    start = (stage.referred_on if stage else None) or context.today
    return context.calendar.working_days(start, context.policy("meeting.due"))


def meeting_on(context: Context) -> dt.date | None:
    """Give the date for which the decision meeting is arranged, None before it is."""
    stage = find(context, "formal")
    return stage.meeting_on if stage else None


def look_again_on(context: Context) -> dt.date | None:
    """Give the date on which a case that was not agreed is looked at again (R-042)."""
    stage = find(context, "formal")
    return stage.look_on if stage else None


def _of_case(context: Context) -> list[Stage]:
    """Give the stages of the case in the order in which they began."""
    return list(
        context.session.scalars(
            select(Stage).where(Stage.case_id == context.case_id).order_by(Stage.id)
        )
    )


def _iso(date: dt.date | None) -> str | None:
    return date.isoformat() if date else None
