"""Exceptions beside the clocks of a case: requests, letters late or lost, exemptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, false, func, literal, or_, select
from sqlalchemy.orm import aliased

from engine.calendar import said
from engine.casework import data_requests, issued_letters, sendings
from engine.casework.kept_apart import kept_from_viewer, shows_run
from engine.casework.visibility import opens
from engine.clock import LONDON
from engine.queries import words
from engine.queries.exception_sources import NO_CASE, Asked, Found, only_its_task
from engine.releases import current_release_id
from engine.tables.casefile import CaseFile
from engine.tables.columns import DaysBetween
from engine.tables.decisions import BreachOfClock, Letter, LookRequest
from engine.tables.leaving import Sending
from engine.tables.policy_control import PolicyOfRelease
from engine.tables.process import Outbox, WorkItem
from engine.tables.releases import Release

#: Under which number stand letters that are late.
LATE = "R-031"
#: How long a request to look again may wait (R-085).
_REQUEST = "review.request_sla"


def beside(asked: Asked) -> Iterator[Found]:
    """Give these exceptions; a fixed number of statements."""
    yield from _requests(asked)
    yield from _letters(asked)
    yield from _data_requests(asked)
    yield from _exemptions(asked)
    yield from _late_letters(asked)


def _requests(asked: Asked) -> Iterator[Found]:
    """Requests to look again that were answered after their day, or are not answered yet."""
    release = asked.look.release(current_release_id(asked.look.session))
    sets = release.figures if release else {}
    within = {
        name: int(str(figures[_REQUEST].value))
        for name, figures in sets.items()
        if _REQUEST in figures
    }
    query = select(LookRequest, CaseFile.parameter_set).where(
        LookRequest.arrangement_id.is_not(None),
        or_(false(), *(_may_be_late(asked, name, days) for name, days in within.items())),
    )
    for row, parameter_set in asked.rows(query, LookRequest.case_id):
        due = asked.look.calendar.working_days(row.received_on, within[parameter_set]).on
        answered = asked.until(row.answered_on)
        if due < (answered or asked.as_of):
            stands = f"answered on {said(answered)}" if answered else "not answered"
            why = f"Asked on {said(row.received_on)}: answer due by {said(due)}, {stands}"
            yield Found(row.case_id, "R-085", due, "", why, is_past_due=not answered)


def _may_be_late(asked: Asked, parameter_set: str, days: int) -> ColumnElement[bool]:
    """Give the condition without which no request of these figures is late.

    So many working days are never fewer than these days, whatever the holidays: what was answered
    sooner is not read at all. The calendar says of the others which are.
    """
    at_least = days + 2 * ((days - 1) // 5)
    return and_(
        CaseFile.parameter_set == parameter_set,
        LookRequest.received_on < asked.as_of - dt.timedelta(days=at_least),
        or_(
            LookRequest.answered_on.is_(None),
            DaysBetween(LookRequest.received_on, LookRequest.answered_on) > at_least,
        ),
    )


def _letters(asked: Asked) -> Iterator[Found]:
    """Letters to the customer that did not arrive, and did not go once more after that."""
    again, carried_again = aliased(Sending), aliased(Outbox)
    went_again = (
        select(again.id)
        .outerjoin(carried_again, carried_again.id == again.outbox_id)
        .where(
            again.letter_id == Sending.letter_id,
            again.id > Sending.id,
            again.third_party_id.is_(None),
            or_(again.left_on <= asked.as_of, carried_again.sent_at.is_not(None)),
        )
    )
    lost = and_(
        Sending.status.in_([one for one in sendings.FATES if one not in sendings.WELL]),
        Sending.status.is_not(None),
    )
    never_left = or_(Outbox.dead_at.is_not(None), Outbox.given_up_at.is_not(None))
    query = (
        select(Sending, Letter.title, Letter.issued_by, Letter.issued_on)
        .join(Letter, Letter.id == Sending.letter_id)
        .outerjoin(Outbox, Outbox.id == Sending.outbox_id)
        .where(Sending.third_party_id.is_(None), Sending.asked_on <= asked.as_of)
        .where(or_(lost, never_left), ~went_again.exists())
        .where(or_(Letter.delivered_on.is_(None), Letter.delivered_on > asked.as_of))
        .where(Letter.template.not_in(kept_from_viewer(asked.look.viewer)))
    )
    for row, title, by, issued_on in asked.rows(query, Sending.case_id):
        fate = sendings.FATES.get(row.status or "", "It could not be sent")
        why = f"“{title}” of {said(issued_on)}: {fate}; nothing shows that it arrived"
        yield Found(row.case_id, "C-19", row.asked_on, by, why)


def _data_requests(asked: Asked) -> Iterator[Found]:
    """Requests for data answered after the law's day, for those they exist for."""
    if not opens(asked.look.viewer, "data requests"):
        return
    query = select(BreachOfClock).where(
        BreachOfClock.kind == data_requests.KIND, BreachOfClock.due_on < asked.as_of
    )
    for (row,) in asked.rows(query, BreachOfClock.case_id):
        if words.local_date(row.recorded_at) <= asked.as_of:
            yield Found(row.case_id, "R-104", row.due_on, "", f"Due by {said(row.due_on)}")


def _exemptions(asked: Asked) -> Iterator[Found]:
    """Versions that were published without a signed impact assessment, and why (R-115)."""
    query = (
        select(PolicyOfRelease, Release.number)
        .join(Release, Release.id == PolicyOfRelease.release_id)
        .where(PolicyOfRelease.exemption != "", Release.number.is_not(None))
    )
    for row, number in asked.look.session.execute(query):
        on = row.exempted_at.astimezone(LONDON).date() if row.exempted_at else asked.as_of
        if on <= asked.as_of:
            why = f"Version {number}: {row.exemption}"
            yield Found(NO_CASE, "R-115", on, row.exempted_by or "", why)


def _late_letters(asked: Asked) -> Iterator[Found]:
    """Letters that left after their day, or are still to be issued (R-031, R-045; Q6)."""
    # The day of a moment as a database has it is one early at most: it is looked at again below.
    query = select(WorkItem).where(
        WorkItem.form == literal(issued_letters.FORM, literal_execute=True),
        WorkItem.due_on < asked.as_of,
        WorkItem.cancelled_at.is_(None),
        or_(WorkItem.completed_at.is_(None), func.date(WorkItem.completed_at) >= WorkItem.due_on),
        shows_run(asked.look.viewer, WorkItem.instance_id),
    )
    for item, whole in asked.rows_with_tasks(query, WorkItem.case_id):
        done = words.local_date(item.completed_at) if item.completed_at else None
        left = asked.until(done)
        if item.due_on is None or words.local_date(item.opened_at) > asked.as_of:
            continue
        if (done is not None and done <= item.due_on) or not (whole or left is None):
            continue
        if not whole:
            yield only_its_task(item.case_id, LATE, item.due_on, item.assignee or "")
            continue
        stands = f"issued on {said(left)}" if left else "not issued"
        why = f"“{item.name}”: due by {said(item.due_on)}, {stands}"
        by = item.assignee or ""
        yield Found(item.case_id, LATE, item.due_on, by, why, is_past_due=left is None)
