"""Batches that work frozen dates out again: after the calendar changed, after a wrong date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, undefer

from engine.batches.kind import Done, Item, Planned
from engine.calendar import said
from engine.casework import corrected_dates
from engine.casework.context import THE_SYSTEM
from engine.commands import Moved, dates_anew, rearm_run
from engine.commands.unit import Unit, lock_instance
from engine.errors import NotFound, Rejected
from engine.installation import read_surroundings
from engine.tables.casefile import CaseFile
from engine.tables.decisions import Appeal, Decision
from engine.tables.process import ProcessInstance, WorkItem

#: Who may say that a date was wrong.
MAY_REARM = frozenset({"dmo", "manager"})
#: What was wrong.
CALENDAR, RECEIPT = "calendar", "receipt"


class Rearm:
    """Works the dates of runs out again.

    ``{"what": "calendar"}``: of every run that has one, by the calendar as it is now.
    ``{"what": "receipt", "appeal": 3, "received_on": "2026-03-27"}``: of the run of one appeal,
    counted from another date of receipt (K-9).
    """

    name = "rearm"
    may = MAY_REARM
    needs_preview = True
    undone_by = ""
    do, done, thing = "Work out again the dates of", "Worked out again", "run"

    def title(self, session: Session, wanted: Mapping[str, Any]) -> str:
        """Say what was wrong. Raises NotFound, Rejected when it cannot be what is wanted."""
        if wanted.get("what") == CALENDAR:
            return "Work dates out again by the changed calendar"
        appeal = _open_appeal(session, wanted)
        case = session.get_one(CaseFile, appeal.case_id)
        on = dt.date.fromisoformat(wanted["received_on"])
        if on > read_surroundings(session).today:
            raise Rejected("Expected a day that has come, but nothing is received in the future.")
        if on == appeal.received_on:
            raise Rejected(f"Expected another day, but {said(on)} is the one on file.")
        return f"Correct when the appeal of {case.reference} was received: {said(on)}"

    def subjects(self, session: Session, wanted: Mapping[str, Any]) -> Select[Any]:
        """Give the runs that go on and have a date."""
        run = ProcessInstance
        going_on = select(run.id).where(run.ended_at.is_(None))
        if wanted["what"] == RECEIPT:
            return going_on.where(run.appeal_id == wanted["appeal"])
        has_task = exists().where(
            WorkItem.instance_id == run.id,
            WorkItem.completed_at.is_(None),
            WorkItem.cancelled_at.is_(None),
            WorkItem.due_on.is_not(None),
        )
        can_appeal = exists().where(
            Decision.case_id == run.case_id,
            Decision.appeal_until >= read_surroundings(session).today,
        )
        return going_on.where(or_(run.next_due_at.is_not(None), has_task, can_appeal))

    def plan(self, session: Session, wanted: Mapping[str, Any], subject_id: int) -> Planned:
        """Work one run out in memory."""
        instance = session.scalar(
            select(ProcessInstance)
            .where(ProcessInstance.id == subject_id, ProcessInstance.ended_at.is_(None))
            .options(undefer(ProcessInstance.state))
        )
        if instance is None:
            return Planned("cannot", f"Run {subject_id}", ("It has ended.",))
        unit = Unit.look(session, read_surroundings(session), instance, THE_SYSTEM)
        says: tuple[str, ...] = ()
        with session.no_autoflush:
            if wanted["what"] == RECEIPT:
                says = _receive(session, wanted)
            moved = dates_anew(unit)
        changes = bool(says) or any(not one.kept for one in moved)
        return Planned(
            "changes" if changes else "as_is",
            unit.bundle.definitions.diagram(instance.process_id).name,
            (*says, *_sentences(moved)),
            case_id=instance.case_id,
            instance_id=instance.id,
        )

    def apply(
        self, session: Session, wanted: Mapping[str, Any], item: Item, *, by: str, reason: str
    ) -> Done:
        """Write the dates of one run; what is past by them happens at once and is on record."""
        around = read_surroundings(session)
        instance = lock_instance(session, item.subject_id)
        if instance.ended_at is not None:
            raise Rejected("It has ended meanwhile.")
        unit = Unit.load(session, around, instance, by)
        says: tuple[str, ...] = ()
        if wanted["what"] == RECEIPT:
            appeal = _open_appeal(session, wanted)
            received_on = dt.date.fromisoformat(wanted["received_on"])
            says = (_received(appeal.received_on, received_on),)
            corrected_dates.receive_on(unit.host.context, appeal, received_on, reason)
            session.flush()
        moved = rearm_run(unit, reason=reason)
        changed = bool(says) or any(not one.kept for one in moved)
        return Done("done" if changed else "left_out", (*says, *_sentences(moved)))


def _receive(session: Session, wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """Take the other date of receipt in memory alone."""
    appeal = _open_appeal(session, wanted)
    old, appeal.received_on = appeal.received_on, dt.date.fromisoformat(wanted["received_on"])
    return (_received(old, appeal.received_on),)


def _open_appeal(session: Session, wanted: Mapping[str, Any]) -> Appeal:
    appeal = session.get(Appeal, wanted["appeal"])
    if appeal is None:
        raise NotFound(f"Expected an appeal {wanted['appeal']}, but there is none.")
    if appeal.decided_on is not None or appeal.withdrawn_on is not None:
        raise Rejected("Expected an appeal that is not decided yet, but this one is over.")
    return appeal


def _received(old: dt.date, new: dt.date) -> str:
    return f"Received: {said(old)} → {said(new)}."


def _sentences(moved: list[Moved]) -> tuple[str, ...]:
    """Say each move once: several timers of one step come to the same."""
    return tuple(dict.fromkeys(one.sentence for one in moved))
