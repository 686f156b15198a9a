"""What the partner confirms by a program: that it has what we told it (R-098)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.calendar import said
from engine.casework.open_tasks import is_open_unled
from engine.casework.partners import told_by
from engine.commands.instances import open_door
from engine.commands.work_items import complete_as_system
from engine.errors import InvalidAnswers, Problem, Rejected, Unavailable
from engine.installation import read_surroundings
from engine.partner.fields import check_fields
from engine.releases import bundle
from engine.tables.database import Database
from engine.tables.decisions import PartnerEvent
from engine.tables.process import WorkItem
from forms import Form

#: Whoever may send notices confirms ours.
_DOOR, _FORM = "partner_notice", "partner_acknowledgement"
_REFERENCE, _DAY = "notice_reference", "acknowledged_on"


def take_acknowledgement(database: Database, raw: Mapping[str, Any], *, by: str) -> bool:
    """Take that the partner has something we told it; True where the same was said before.

    It completes the task that waits for it, by the form and with its checks, in the name of `by`.
    Raises InvalidAnswers with what is wrong, NotAllowed for somebody who may send no notices.
    """
    with database.reading() as session:
        item_id = _waiting(session, raw, by)
    if item_id is None:
        return True
    answers = {name: value for name, value in raw.items() if value and name != _REFERENCE}
    try:
        done = complete_as_system(database, item_id, lambda _: answers, keep=lambda _: None, by=by)
    except Rejected:
        with database.reading() as session:
            if _waiting(session, raw, by) is None:
                return True
        raise
    if done.stuck:
        raise Unavailable("Expected the acknowledgement to be kept, but the step got stuck.")
    return False


def _waiting(session: Session, raw: Mapping[str, Any], by: str) -> int | None:
    """Give the task that waits for this; None where the same was said before."""
    context = open_door(session, read_surroundings(session), _DOOR, by=by, refs={})
    form = bundle(session, context.release_id).forms[_FORM]
    check_fields(raw, {_REFERENCE, *(question.id for question in form.questions)})
    reference = raw.get(_REFERENCE, "").strip()
    event = told_by(session, context.policy("partner.name"), reference)
    if event is None:
        raise _refused(
            _REFERENCE,
            "Expected the reference of something we told you, as it stands in what we sent, but "
            "there is none like it. Check it.",
        )
    if event.acknowledged_on is not None:
        _check_is_the_same(form, event, raw)
        return None
    item_id = session.scalar(
        select(WorkItem.id)
        .where(WorkItem.instance_id == event.instance_id, WorkItem.form == _FORM, is_open_unled())
        .limit(1)
    )
    if item_id is None:
        raise _refused(
            _REFERENCE,
            "Expected something that waits for your confirmation, but this waits no more. There is "
            "nothing left to do.",
        )
    return item_id


def _check_is_the_same(form: Form, event: PartnerEvent, raw: Mapping[str, Any]) -> None:
    """Raise InvalidAnswers for another day than the one that is kept."""
    day = next(question for question in form.questions if question.id == _DAY)
    kept = event.acknowledged_on
    if kept is not None and day.shown(raw.get(_DAY), {}) != day.shown(kept.isoformat(), {}):
        raise _refused(
            _DAY,
            f"Expected nothing more about this, because you confirmed it on {said(kept)}. To "
            "correct that day, tell our Data Management Officer.",
        )


def _refused(field: str, text: str) -> InvalidAnswers:
    return InvalidAnswers([Problem(field, text)])
