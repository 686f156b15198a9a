"""What is not shown with the rest of its case but with a part of its own (R-102, A.11)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, and_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from engine.casework.matrix import APART, RUNS_APART, Part
from engine.casework.visibility import Viewer, sees_every_case
from engine.tables.process import ElementInstance, ProcessInstance


def kept_from(parts: Collection[Part]) -> frozenset[str]:
    """Give the processes, forms, messages and letters that these parts of a case do not show."""
    return frozenset(name for name, part in APART.items() if part not in parts)


def kept_from_viewer(viewer: Viewer) -> frozenset[str]:
    """Give the same for somebody who looks at many cases at once.

    What is kept apart is shown of every case or of none: no tie to a case opens it.
    """
    return kept_from([part for part in Part if sees_every_case(viewer, part)])


def shows_run(
    viewer: Viewer, instance_id: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]
) -> ColumnElement[bool]:
    """Give the condition under which what belongs to a run is shown with its case."""
    kept = kept_from_viewer(viewer) & set(RUNS_APART)
    if not kept:
        return true()
    run = aliased(ProcessInstance)
    return ~select(run.id).where(run.id == instance_id, run.process_id.in_(kept)).exists()


def shows_place(viewer: Viewer) -> ColumnElement[bool]:
    """Give the same condition on a row of ``ElementInstance``, whose path begins with its run."""
    kept = sorted(kept_from_viewer(viewer) & set(RUNS_APART))
    begins = (ElementInstance.path.startswith(f"/{name}:", autoescape=True) for name in kept)
    return and_(true(), *(~one for one in begins))


def is_kept_run(session: Session, instance_id: int | None, kept: Collection[str]) -> bool:
    """Tell whether a run is one of these processes; False for none."""
    run = session.get(ProcessInstance, instance_id) if instance_id is not None and kept else None
    return run is not None and run.process_id in kept
