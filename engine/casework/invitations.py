"""Decision meetings in people's calendars: invited, moved, called off (R-026, R-038)."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection
from typing import Any

from sqlalchemy import select

from engine.calendar import said
from engine.casework import outgoing, stages
from engine.casework.context import Context
from engine.casework.outgoing import Mail
from engine.clock import LONDON
from engine.errors import Problem
from engine.tables.casefile import Stage
from engine.tables.leaving import Meeting
from engine.tables.people import User

_SENTENCES = {
    "invited": "You are invited to a decision meeting. Open the case to see what to read before.",
    "moved": "The decision meeting has changed: the date, the time, the place, or who comes.",
    "called off": "The decision meeting is called off, or you need not come any more.",
}


def invite(context: Context, stage: Stage, values: dict[str, Any]) -> None:
    """Invite people to the meeting of a stage, or change the one that is still ahead.

    Each gets an e-mail with a calendar file that names nobody; whoever is not invited any more
    gets one that takes the meeting out of their calendar.
    """
    meeting = _ahead(context, stage)
    before: Collection[str] = meeting.invited if meeting else ()
    if meeting is None:
        meeting = Meeting(case_id=stage.case_id, stage_id=stage.id, uid=secrets.token_hex(16))
        context.session.add(meeting)
        meeting.sequence = 0
    else:
        meeting.sequence += 1
    meeting.on = dt.date.fromisoformat(values["meeting_on"])
    meeting.at_time, meeting.place = values["meeting_time"], values["place"]
    meeting.invited = list(values["invited"])
    context.session.flush()
    stage.meeting_on, stage.attendees = meeting.on, meeting.invited
    gone = [name for name in before if name not in meeting.invited]
    _tell(context, meeting, [name for name in meeting.invited if name not in before], "invited")
    _tell(context, meeting, [name for name in meeting.invited if name in before], "moved")
    _tell(context, meeting, gone, "called off")


def meeting_can_change(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when there is no meeting of this case that could be moved or called off."""
    stage = stages.find(context, "formal")
    if stage is None or stage.meeting_on is None or stage.outcome is not None:
        return [
            Problem(
                "",
                "Expected a decision meeting that is still to be held, but there is none. Arrange "
                "it in its task first.",
            )
        ]
    if values["meeting_change"] == "called_off" and _ahead(context, stage) is None:
        return [
            Problem(
                "meeting_change",
                f"Expected a meeting that is still ahead, but {said(stage.meeting_on)} is the last "
                "one that was arranged. Give a new date instead.",
            )
        ]
    return []


def change_meeting(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Move the meeting or change who comes, or call it off; everybody concerned is told."""
    stage = stages.need(context, "formal")
    old = {"on": stage.meeting_on.isoformat() if stage.meeting_on else None}
    if values["meeting_change"] == "called_off":
        call_off(context, values["because"])
        return
    invite(context, stage, values)
    context.audit(
        "meeting_moved",
        "stage",
        stage.id,
        old=old,
        new={"on": values["meeting_on"], "invited": values["invited"]},
    )


def call_off(context: Context, because: str, *, after: dt.date | None = None) -> int:
    """Call off every meeting of the case that has not begun; returns how many.

    One that was held stays in people's calendars, also when the case is closed the same day.
    after: only those later than this day.
    """
    now = context.now.astimezone(LONDON)
    moment = (now.date(), now.strftime("%H:%M"))
    planned = context.session.scalars(
        select(Meeting).where(
            Meeting.case_id == context.case_id,
            Meeting.called_off_on.is_(None),
            Meeting.on >= context.today,
        )
    ).all()
    ahead = [
        meeting
        for meeting in planned
        if (meeting.on, meeting.at_time) > moment and (after is None or meeting.on > after)
    ]
    for meeting in ahead:
        meeting.sequence += 1
        meeting.called_off_on, meeting.called_off_because = context.today, because
        _tell(context, meeting, meeting.invited, "called off")
        context.audit("meeting_called_off", "meeting", meeting.id, new={"because": because})
    return len(ahead)


def meeting_time(context: Context) -> str | None:
    """Give at what time the meeting begins, None before it is arranged."""
    meeting = _newest(context)
    return meeting.at_time if meeting else None


def meeting_place(context: Context) -> str | None:
    """Give where the meeting is, None before it is arranged."""
    meeting = _newest(context)
    return meeting.place if meeting else None


def meeting_invited(context: Context) -> list[str]:
    """Give who is invited to the meeting, by user name."""
    meeting = _newest(context)
    return list(meeting.invited) if meeting else []


def _newest(context: Context) -> Meeting | None:
    return context.session.scalars(
        select(Meeting).where(Meeting.case_id == context.case_id).order_by(Meeting.id.desc())
    ).first()


def _ahead(context: Context, stage: Stage) -> Meeting | None:
    return context.session.scalars(
        select(Meeting)
        .where(
            Meeting.stage_id == stage.id,
            Meeting.called_off_on.is_(None),
            Meeting.on >= context.today,
        )
        .order_by(Meeting.id.desc())
    ).first()


def _tell(context: Context, meeting: Meeting, names: Collection[str], what: str) -> None:
    """Write to people about the meeting, each with a file for their calendar."""
    if not names:
        return
    users = context.session.scalars(select(User).where(User.name.in_(names)).order_by(User.name))
    subject = f"Case review {context.case().reference}"
    context.session.add_all(
        outgoing.email(
            context,
            Mail(
                to=user.email,
                subject=subject if what == "invited" else f"{subject}: {what}",
                text=_SENTENCES[what],
                path=f"/cases/{context.case_id}",
                about=f"meeting:{meeting.id}:{meeting.sequence}:{user.name}",
                meeting=_file(context, meeting, subject, is_cancelled=what == "called off"),
            ),
        )
        for user in users
    )


def _file(
    context: Context, meeting: Meeting, subject: str, *, is_cancelled: bool
) -> dict[str, Any]:
    return {
        "uid": meeting.uid,
        "sequence": meeting.sequence,
        "on": meeting.on.isoformat(),
        "at_time": meeting.at_time,
        "minutes": _minutes(context),
        "place": meeting.place,
        "subject": subject,
        "made_at": context.now.isoformat(),
        "is_cancelled": is_cancelled,
    }


def _minutes(context: Context) -> int | None:
    """Give how long a meeting lasts; None where the policy of an older version does not say."""
    try:
        return int(context.policy("meeting.length"))
    except ValueError:
        return None
