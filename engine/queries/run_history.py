"""What happened in one run, step by step and in words, the oldest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select

from engine.casework.context import THE_SYSTEM
from engine.queries import words
from engine.queries.reading import Reading
from engine.spiff import KINDS, Element
from engine.tables.casefile import Submission
from engine.tables.process import ElementHistory, ProcessInstance

#: The most events one run is shown with, the newest; years of most runs.
MOST_EVENTS = 2_000
#: What happened -> what that is called of an element of that kind.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "entered": {
        "user_task": "Task opened",
        "manual_task": "Task opened",
        "call_activity": "Began",
        "subprocess": "Began",
        "event_gateway": "Began to wait",
        "catch_event": "Began to wait",
        "start_event": "Began",
    },
    "left": {
        "service_task": "Done by the system",
        "business_rule_task": "Looked up",
        "call_activity": "Over",
        "subprocess": "Over",
        "exclusive_gateway": "Answered",
        "inclusive_gateway": "Answered",
        "parallel_gateway": "Passed",
        "event_gateway": "Over",
        "catch_event": "Happened",
        "boundary_event": "Happened",
        "start_event": "Happened",
        "throw_event": "Passed on",
        "end_event": "Reached",
    },
    "cancelled": {
        "user_task": "Task no longer needed",
        "call_activity": "Broken off",
        "subprocess": "Broken off",
    },
}
_OTHERWISE: Mapping[str, str] = {
    "entered": "Reached",
    "left": "Done",
    "cancelled": "No longer waited for",
    "moved": "Moved to another version",
    "stuck": "Got stuck",
    "tried_again": "Tried again",
    "settled": "Let go, for a reason that is kept",
}
#: What nobody should read past.
_ALWAYS_TOLD = frozenset({"moved", "stuck", "tried_again", "settled"})
_TASKS = frozenset({"user_task", "manual_task"})
_HOLDING = frozenset({"call_activity", "subprocess"})
#: What a reader of the short history wants to know beside tasks and what holds them.
_TOLD_WHEN_LEFT = frozenset({"catch_event", "boundary_event", "throw_event"})


@dataclass(frozen=True)
class RunEvent:
    """One thing that happened at one element of a run."""

    at: dt.datetime
    #: entered, left, cancelled
    what: str
    #: The same in words, as it is said of such an element.
    what_words: str
    process_id: str
    element_id: str
    name: str
    #: Task, question, wait and so on, in words.
    kind: str
    #: Full name of the one who did it; "" for the system and the clock.
    who: str
    #: What was answered there; None for nothing, and when it is not for this person to read.
    submission_id: int | None
    #: A step of the system that a reader can skip.
    is_routine: bool


@dataclass(frozen=True)
class History:
    """What happened in a run, as it is kept and as it is told."""

    rows: Sequence[ElementHistory]
    #: Submission answered at each of them.
    answers: Mapping[int, int]
    #: Something happened before the first of them.
    is_cut: bool


def read_history(look: Reading, instance: ProcessInstance, before: dt.datetime | None) -> History:
    """Read the newest events of a run, at most ``MOST_EVENTS``, with one statement.

    before: a moment; what happened from then on is left out.
    """
    answered = and_(
        Submission.case_id == ElementHistory.case_id,
        Submission.work_item_id == ElementHistory.work_item_id,
    )
    wanted = [ElementHistory.instance_id == instance.id]
    if before is not None:
        wanted.append(ElementHistory.at < before)
    found = look.session.execute(
        select(ElementHistory, Submission.id)
        .outerjoin(Submission, answered)
        .where(*wanted)
        .order_by(ElementHistory.id.desc())
        .limit(MOST_EVENTS + 1)
    ).all()
    shown = found[MOST_EVENTS - 1 :: -1] if len(found) > MOST_EVENTS else found[::-1]
    return History(
        rows=[row for row, _ in shown],
        answers={row.id: submission for row, submission in shown if submission is not None},
        is_cut=len(found) > MOST_EVENTS,
    )


def told(
    look: Reading, instance: ProcessInstance, history: History, *, with_answers: bool
) -> tuple[RunEvent, ...]:
    """Put the events of a run into words.

    with_answers: the person may read what was answered in this case; else only their own.
    """
    return tuple(
        _event(look, instance, row, history.answers.get(row.id), with_answers=with_answers)
        for row in history.rows
    )


def _event(
    look: Reading,
    instance: ProcessInstance,
    row: ElementHistory,
    submission: int | None,
    *,
    with_answers: bool,
) -> RunEvent:
    diagram = look.diagram(instance.release_id, row.process_id)
    element = diagram.elements.get(row.element_id) if diagram else None
    kind = element.kind if element else ""
    is_theirs = row.what == "left" and (with_answers or row.by == look.viewer.name)
    return RunEvent(
        at=row.at,
        what=row.what,
        what_words=_WORDS.get(row.what, {}).get(kind) or _OTHERWISE.get(row.what, ""),
        process_id=row.process_id,
        element_id=row.element_id,
        name=element.name if element and element.name else words.plain(row.element_id),
        kind=KINDS.get(kind, words.plain(kind)),
        who=look.full_name(row.by) if row.by != THE_SYSTEM else "",
        submission_id=submission if is_theirs else None,
        is_routine=_is_routine(row, element),
    )


def _is_routine(row: ElementHistory, element: Element | None) -> bool:
    if row.what in _ALWAYS_TOLD:
        return False
    if element is None or not element.name:
        return True
    if element.kind in _TASKS or row.by not in (None, THE_SYSTEM):
        return False
    if element.kind in _HOLDING:
        return row.what == "left"
    if row.what != "left":
        return True
    is_the_end = element.kind == "end_event" and element.parent is None
    return not (is_the_end or element.kind in _TOLD_WHEN_LEFT)
