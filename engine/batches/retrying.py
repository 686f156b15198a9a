"""Trying many stuck steps again: all of them, or all at one element for one reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine.batches.kind import Done, Item, Planned
from engine.commands import try_again_in
from engine.errors import EngineError, Rejected
from engine.operations import MAY_RETRY
from engine.queries import words
from engine.releases import bundle
from engine.tables.process import Incident, ProcessInstance

_SETTLED = "Expected a stuck step, but it was settled already."


class Retry:
    """Tries each again as a person would, one at a time; what is stuck still stays as it was."""

    name = "retry"
    may = MAY_RETRY
    #: There is nothing to choose by: what happens shows when it is tried.
    needs_preview = False
    undone_by = ""
    do = "Try again"
    done = "Went on"
    thing = "stuck step"

    def title(self, session: Session, wanted: Mapping[str, Any]) -> str:
        """Say where they are stuck."""
        if not wanted.get("element_id"):
            return "Try all stuck steps again"
        step, process = _named(session, self.subjects(session, wanted).limit(1))
        return f"Try again what is stuck at “{step}” ({process})"

    def subjects(self, session: Session, wanted: Mapping[str, Any]) -> Select[Any]:
        """Give the open incidents: all, or those at one element for one reason."""
        found = select(Incident.id).where(Incident.resolved_at.is_(None))
        columns = {
            "process_id": Incident.process_id,
            "element_id": Incident.element_id,
            "cause": Incident.reason,
        }
        for name, column in columns.items():
            if name in wanted:
                found = found.where(column == wanted[name])
        return found.order_by(Incident.id)

    def plan(self, session: Session, wanted: Mapping[str, Any], subject_id: int) -> Planned:
        """Name the step; it is tried whatever stopped it."""
        incident = session.get(Incident, subject_id)
        if incident is None or incident.resolved_at is not None:
            raise Rejected(_SETTLED)
        step, process = _named(session, select(Incident.id).where(Incident.id == subject_id))
        return Planned(
            "as_is",
            f"{step} ({process})",
            case_id=incident.case_id,
            instance_id=incident.instance_id,
        )

    def apply(
        self, session: Session, wanted: Mapping[str, Any], item: Item, *, by: str, reason: str
    ) -> Done:
        """Try it again; what got stuck once more is undone and counts as failed."""
        still = try_again_in(session, item.subject_id, by=by)
        if still:
            raise EngineError(f"It got stuck again. {still}")
        return Done(says=("It went on.",))


def _named(session: Session, which: Select[Any]) -> tuple[str, str]:
    """Name the step and the process of an incident in the words of the diagram."""
    found = session.execute(
        select(Incident.process_id, Incident.element_id, ProcessInstance.release_id)
        .outerjoin(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .where(Incident.id.in_(which.subquery().select()))
    ).first()
    if found is None:
        raise Rejected(_SETTLED)
    known = bundle(session, found.release_id).definitions if found.release_id else None
    if known is None or found.process_id not in known.process_ids:
        return words.plain(found.element_id), words.plain(found.process_id) or "A message"
    diagram = known.diagram(found.process_id)
    element = diagram.elements.get(found.element_id)
    step = element.name if element and element.name else words.plain(found.element_id)
    return step, diagram.name or words.plain(found.process_id)
