"""Batches that give customers longer to appeal: at least until a day, recorded with why (R-079)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine.batches.kind import Done, Item, Planned
from engine.batches.rearming import MAY_REARM
from engine.calendar import said
from engine.casework import corrected_dates
from engine.casework.context import THE_SYSTEM, Context
from engine.casework.corrected_dates import DateMoved
from engine.commands.contexts import context_of_case
from engine.errors import NotFound, Rejected
from engine.installation import read_surroundings
from engine.releases import bundle, current_release_id
from engine.tables.casefile import CaseFile
from engine.tables.decisions import Decision

_IN_TIME = "An appeal that came after its time is in time by this; whoever decides it is to know."


class MoreTime:
    """Lets decisions be appealed at least until a day: ``{"until": "2026-05-29", "decision": 7}``.

    Without a decision: every one that can still be appealed today.
    """

    name = "appeal_time"
    may = MAY_REARM
    needs_preview = True
    undone_by = ""
    do, done, thing = "Give more time in", "Given more time", "case"

    def title(self, session: Session, wanted: Mapping[str, Any]) -> str:
        """Say until when, and for whom. Raises Rejected for a day that has passed."""
        until = dt.date.fromisoformat(wanted["until"])
        if until < read_surroundings(session).today:
            raise Rejected("Expected a day to come, but it has passed. Choose a later one.")
        if not wanted.get("decision"):
            return f"Let every decision be appealed until {said(until)}"
        decision = session.get(Decision, wanted["decision"])
        if decision is None:
            raise NotFound(f"Expected a decision {wanted['decision']}, but there is none.")
        reference = session.get_one(CaseFile, decision.case_id).reference
        on = said(decision.decided_on)
        return f"Let the decision of {on} in {reference} be appealed until {said(until)}"

    def subjects(self, session: Session, wanted: Mapping[str, Any]) -> Select[Any]:
        """Give the cases with a decision whose time to appeal ends before that day."""
        found = select(Decision.case_id).where(
            Decision.appeal_until < dt.date.fromisoformat(wanted["until"])
        )
        if wanted.get("decision"):
            found = found.where(Decision.id == wanted["decision"])
        else:
            found = found.where(Decision.appeal_until >= read_surroundings(session).today)
        return found.distinct()

    def plan(self, session: Session, wanted: Mapping[str, Any], subject_id: int) -> Planned:
        """Look at the decisions of one case."""
        context = _context(session, subject_id, THE_SYSTEM)
        moved = _moved(context, wanted)
        says = [f"{one.what}: {_said(one.old)} → {said(one.new)}." for one in moved]
        if any(corrected_dates.late_appeals(context, one.object_id) for one in moved):
            says.append(_IN_TIME)
        return Planned(
            "changes" if moved else "as_is",
            context.case().reference,
            tuple(says),
            case_id=subject_id,
        )

    def apply(
        self, session: Session, wanted: Mapping[str, Any], item: Item, *, by: str, reason: str
    ) -> Done:
        """Write the new last day of each decision, old, new and reason into the audit."""
        session.execute(select(CaseFile.id).where(CaseFile.id == item.subject_id).with_for_update())
        context = _context(session, item.subject_id, by)
        moved = _moved(context, wanted)
        if not moved:
            return Done("left_out", ("It can be appealed as long already.",))
        for one in moved:
            corrected_dates.put(context, one)
            context.audit(
                "time_to_appeal_extended",
                "decision",
                one.object_id,
                old={"appeal_until": one.old.isoformat() if one.old else None},
                new={"appeal_until": one.new.isoformat(), "reason": reason},
            )
        return Done(says=tuple(f"{one.what} ends on {said(one.new)}." for one in moved))


def _moved(context: Context, wanted: Mapping[str, Any]) -> list[DateMoved]:
    until = dt.date.fromisoformat(wanted["until"])
    why = f"We gave you more time: until {said(until)}."
    found = corrected_dates.time_to_appeal_until(context, until, why)
    if wanted.get("decision"):
        return [one for one in found if one.object_id == wanted["decision"]]
    return [one for one in found if one.old is not None and one.old >= context.today]


def _context(session: Session, case_id: int, by: str) -> Context:
    case = session.get(CaseFile, case_id)
    if case is None or case.deleted_on is not None:
        raise Rejected("The case is deleted.")
    return context_of_case(
        session,
        read_surroundings(session),
        bundle(session, current_release_id(session)),
        by,
        case_id=case_id,
        parameter_set=case.parameter_set,
    )


def _said(day: dt.date | None) -> str:
    return said(day) if day else "no date"
