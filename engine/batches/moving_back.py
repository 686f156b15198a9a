"""Batches that take a move back: each run exactly as it was, or moved if it has gone on since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session, undefer

from engine.batches.kind import Done, Item, Planned
from engine.batches.looking import Look, look
from engine.batches.moved_rows import put_back
from engine.batches.moving import (
    MAY_MOVE,
    audit,
    moved,
    moved_words,
    need_as_planned,
    planned,
    settled,
)
from engine.casework.context import THE_SYSTEM
from engine.errors import NotFound, Rejected
from engine.installation import Surroundings, read_surroundings
from engine.releases import bundle
from engine.tables.batches import Batch, BatchItem
from engine.tables.process import ProcessInstance
from engine.tables.releases import Release


class MoveBack:
    """Takes back what a batch of moves did: ``{"batch": 12}``."""

    name = "move_back"
    may = MAY_MOVE
    needs_preview = True
    undone_by = ""
    do, done, thing = "Move back", "Moved back", "run"

    def title(self, session: Session, wanted: Mapping[str, Any]) -> str:
        """Say what is taken back. Raises NotFound for a batch that is no move."""
        batch = session.get(Batch, wanted["batch"])
        if batch is None or batch.kind != "move":
            raise NotFound(f"Expected a move of runs {wanted['batch']}, but there is none.")
        return f"Take back: {batch.title}"

    def subjects(self, session: Session, wanted: Mapping[str, Any]) -> Select[Any]:
        """Give the runs that the batch has moved."""
        theirs = BatchItem.batch_id == wanted["batch"]
        return select(BatchItem.subject_id).where(theirs, BatchItem.status == "done")

    def plan(self, session: Session, wanted: Mapping[str, Any], subject_id: int) -> Planned:
        """Say whether one run is put back as it was, or is moved because it went on."""
        instance = session.get(ProcessInstance, subject_id)
        if instance is None or instance.ended_at is not None:
            return Planned("cannot", f"Run {subject_id}", ("It has ended since.",))
        row = _moved_item(session, wanted, subject_id)
        back = Way(session, instance, row, wanted)
        return back.planned(read_surroundings(session))

    def apply(
        self, session: Session, wanted: Mapping[str, Any], item: Item, *, by: str, reason: str
    ) -> Done:
        """Put one run back, or move it back if it would change only what the preview said."""
        around = read_surroundings(session)
        instance = settled(session, around, item.subject_id)
        row = _moved_item(session, wanted, item.subject_id)
        back = Way(session, instance, row, wanted)
        back.need_there()
        session.execute(
            update(BatchItem)
            .where(BatchItem.id == row.id)
            .values(status="undone", kept=None, changed_at=around.now)
        )
        if back.is_exact:
            return back.put_back(around, by, reason)
        seen = back.look(around, by)
        need_as_planned(seen, item)
        moved(session, around, seen, by, reason)
        return Done(says=moved_words(seen))


class Way:
    """The way of one run back to the version it came from."""

    def __init__(
        self,
        session: Session,
        instance: ProcessInstance,
        row: BatchItem,
        wanted: Mapping[str, Any],
    ) -> None:
        """Take a run and what was kept when it was moved.

        Raises Rejected when that is no longer kept.
        """
        self.session = session
        self.instance = instance
        if row.kept is None:
            raise Rejected(
                "Expected how it was before the move, but that is no longer kept. "
                "Move it to the version it came from like any other run."
            )
        self.before = row.kept
        self.to = session.get_one(Release, self.before["release_id"])
        move = session.get_one(Batch, wanted["batch"])
        self._renames = _turned(move.wanted.get("renames") or {})
        number = move.wanted["to"]
        self.was_moved_to = session.scalar(select(Release.id).where(Release.number == number))

    @property
    def is_exact(self) -> bool:
        """Tell whether it has not gone on since it was moved."""
        return bool(self.instance.version == self.before["version"])

    def need_there(self) -> None:
        """Raise Rejected when it was moved once more since."""
        if self.instance.release_id != self.was_moved_to:
            raise Rejected("It was moved to another version since.")

    def planned(self, around: Surroundings) -> Planned:
        """Say what would become of it; Rejected as ``need_there``."""
        self.need_there()
        if self.is_exact:
            definitions = bundle(self.session, self.instance.release_id).definitions
            return Planned(
                "as_is",
                definitions.diagram(self.instance.process_id).name or self.instance.process_id,
                (f"It is put back on version {self.to.number} exactly as it was.",),
                case_id=self.instance.case_id,
                instance_id=self.instance.id,
            )
        found = planned(self.look(around, THE_SYSTEM))
        if found.outcome == "cannot":
            return found
        went_on = f"It has gone on since and is moved to version {self.to.number} as it stands."
        return Planned(
            "changes",
            found.title,
            (went_on, *found.says),
            details=found.details,
            case_id=found.case_id,
            instance_id=found.instance_id,
        )

    def look(self, around: Surroundings, actor: str) -> Look:
        """Look at it as at any run that is to be moved."""
        return look(self.session, around, self.instance, self.to, self._renames, actor)

    def put_back(self, around: Surroundings, by: str, reason: str) -> Done:
        """Put it back exactly as it was."""
        way = (self.instance.release_id, self.before["release_id"])
        number = self.to.number or 0
        put_back(self.session, self.instance, self.before, number, around.now, by)
        audit(self.session, around, self.instance, way, by, reason)
        return Done(says=(f"It is on version {number} again, exactly as it was.",))


def _moved_item(session: Session, wanted: Mapping[str, Any], subject_id: int) -> BatchItem:
    found = session.scalar(
        select(BatchItem)
        .where(
            BatchItem.batch_id == wanted["batch"],
            BatchItem.subject_id == subject_id,
            BatchItem.status == "done",
        )
        .options(undefer(BatchItem.kept))
    )
    if found is None:
        raise Rejected("It was taken back already.")
    return found


def _turned(renames: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {process: {new: old for old, new in names.items()} for process, names in renames.items()}
