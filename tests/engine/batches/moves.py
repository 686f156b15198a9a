"""What the tests of moved runs share: a second version, a preview, and what stands in the rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import undefer

from engine import batches, clock
from engine.queries import Person
from engine.releases import install
from engine.tables.columns import Row
from engine.tables.database import Database
from engine.tables.process import ElementInstance, ProcessInstance, Subscription, WorkItem
from tests.engine.commands.conftest import FILES

OLIVE = Person("olive", "Olive", "", ("process_owner",))
APPEAL_FILE = "bpmn/appeal.bpmn"
_MOST = 2_000


def publish(database: Database, changed: Mapping[str, bytes]) -> int:
    """Publish the files we ship with some of them changed; gives the number of the version."""
    with database.writing() as session:
        files = {**FILES, **changed}
        made = install(session, files, at=clock.now(), by="test", note="Something changed")
        return made.number or 0


def policy_with(name: str, old: str, new: str) -> dict[str, bytes]:
    """Give the table of figures with one figure of the first set changed."""
    path = "bpmn/decisions/policy.dmn"
    text = FILES[path].decode()
    at = text.index(f'"{name}"')
    value = text.index(f'"{old}"', at)
    changed = text[:value] + f'"{new}"' + text[value + len(f'"{old}"') :]
    return {path: changed.encode()}


def preview(database: Database, to: int, kind: str = "move", **wanted: Any) -> int:
    """Make the preview of a move; gives its batch."""
    asked = {"batch": to} if kind == "move_back" else {"to": to}
    batch_id = batches.start(database, kind, {**asked, **wanted}, by="olive")
    worked(database, batch_id, "ready")
    return batch_id


def worked(database: Database, batch_id: int, until: str) -> None:
    """Work until a batch is there."""
    for _ in range(_MOST):
        if batches.batch(database, batch_id, OLIVE).brief.state == until:
            return
        batches.work(database, 2.0)
    raise AssertionError(f"Expected the batch to become {until}.")


def begun(database: Database, batch_id: int, reason: str = "The policy changed") -> None:
    """Let a batch do what its preview said, to its end."""
    batches.begin(database, batch_id, OLIVE, reason)
    worked(database, batch_id, "ended")


def said(database: Database, batch_id: int, instance_id: int) -> batches.BatchItemRow:
    """Give what a batch says of one run."""
    for page in range(1, 100):
        found = batches.batch(database, batch_id, OLIVE, page=page).items
        for row in found:
            if row.subject_id == instance_id:
                return row
        if page >= found.pages:
            break
    raise AssertionError(f"Expected run {instance_id} among those of the batch.")


def run_of(database: Database, process_id: str) -> ProcessInstance:
    """Give the newest run of a process, with its state."""
    with database.reading() as session:
        return (
            session.scalars(
                select(ProcessInstance)
                .where(ProcessInstance.process_id == process_id)
                .options(undefer(ProcessInstance.state))
                .order_by(ProcessInstance.id.desc())
            ).first()
            or ProcessInstance()
        )


def rows_of(database: Database, instance_id: int) -> dict[str, list[dict[str, Any]]]:
    """Give all rows of a run that a move may write, its version and claims left out."""
    with database.reading() as session:
        instance = session.get_one(
            ProcessInstance, instance_id, options=[undefer(ProcessInstance.state)]
        )
        found = {"run": [_columns(instance)]}
        for row in (WorkItem, Subscription, ElementInstance):
            every = session.scalars(
                select(row).where(row.instance_id == instance_id).order_by(row.id)
            )
            found[row.__tablename__] = [_columns(one) for one in every]
        return found


def _columns(row: Row) -> dict[str, Any]:
    names = [column.key for column in row.__table__.columns]
    return {name: getattr(row, name) for name in names if name not in ("version", "dispatched_at")}
