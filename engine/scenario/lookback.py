"""What a scenario looks back on: whether anything changed, what there is, what happened so far."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.calendar import Calendar
from engine.calendar_table import calendar_of
from engine.clock import LONDON
from engine.releases.store import bundle
from engine.tables.audit import AuditEvent
from engine.tables.casefile import Stage, Submission
from engine.tables.database import Database
from engine.tables.decisions import Appeal, Arrangement, Decision, Letter
from engine.tables.process import ElementHistory, Message, ProcessInstance, WorkItem
from engine.tables.releases import Release

_SHOWN = 40


def calendar(db: Database) -> Calendar:
    """Give the calendar of the installation."""
    with db.reading() as session:
        return calendar_of(session)


def unknown_elements(db: Database, names: Iterable[str]) -> list[str]:
    """Give those names that no diagram of any installed release has an element by."""
    with db.reading() as session:
        published = session.scalars(select(Release.id).where(Release.number.is_not(None)))
        parsed = [bundle(session, release_id).definitions for release_id in published]
    known = {
        element_id
        for definitions in parsed
        for process_id in definitions.process_ids
        for element_id in definitions.diagram(process_id).elements
    }
    return sorted(set(names) - known)


def fingerprint(db: Database) -> tuple[Any, ...]:
    """Give what changes whenever anything does: counts and the newest ids."""
    with db.reading() as session:
        tables = (AuditEvent, Submission, WorkItem, Message, ElementHistory, Letter, Decision)
        counts = tuple(session.scalar(select(func.count()).select_from(t)) for t in tables)
        versions = session.scalar(select(func.sum(ProcessInstance.version)))
    return (*counts, versions)


def newest_refs(db: Database, case_id: int) -> dict[str, int]:
    """Give the newest arrangement, open appeal and formal stage of a case by id."""
    with db.reading() as session:
        found = {
            "arrangement_id": _newest(session, Arrangement, case_id),
            "appeal_id": _newest(session, Appeal, case_id),
            "stage_id": _newest(session, Stage, case_id),
        }
    return {name: value for name, value in found.items() if value is not None}


def history_of(db: Database, case_id: int | None) -> str:
    """Write what happened so far, newest last, for somebody who wonders why it went wrong."""
    with db.reading() as session:
        rows = session.scalars(
            select(ElementHistory)
            .where(ElementHistory.case_id == case_id)
            .order_by(ElementHistory.id.desc())
            .limit(_SHOWN)
        ).all()
        lines = [
            f"  {row.at.astimezone(LONDON):%a %d %b %Y %H:%M} {row.process_id}.{row.element_id} "
            f"{row.what}"
            for row in reversed(rows)
        ]
        stuck = session.execute(
            select(ProcessInstance.process_id, ProcessInstance.id).where(
                ProcessInstance.case_id == case_id, ProcessInstance.ended_at.is_(None)
            )
        ).all()
        opened = ", ".join(
            f"{item.element_id} ({item.role})" for item in _open_items(session, case_id)
        )
    running = ", ".join(f"{process_id}" for process_id, _ in stuck)
    return "\n".join([*lines, f"  running: {running or 'none'}", f"  open: {opened or 'none'}"])


def _newest(session: Session, table: Any, case_id: int) -> int | None:
    found: int | None = session.scalar(select(func.max(table.id)).where(table.case_id == case_id))
    return found


def _open_items(session: Session, case_id: int | None) -> list[WorkItem]:
    return list(
        session.scalars(
            select(WorkItem).where(
                WorkItem.case_id == case_id,
                WorkItem.completed_at.is_(None),
                WorkItem.cancelled_at.is_(None),
            )
        )
    )
