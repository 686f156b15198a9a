"""The work on batches: each subject is looked at, then done in a commit of its own."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import clock
from engine.batches.kind import Done, Item, Kind, Planned
from engine.batches.kinds import KINDS
from engine.batches.states import begin_now
from engine.casework.audit import Chain, Entry
from engine.casework.context import THE_SYSTEM
from engine.commands import deliver_messages
from engine.commands.faults import is_nobodys
from engine.errors import EngineError, Rejected, Unavailable
from engine.installation import read_surroundings
from engine.tables.batches import Batch, BatchItem
from engine.tables.columns import table_of
from engine.tables.database import Collision, Database

logger = logging.getLogger("spoc.batches")

#: How many subjects are looked at before what was found is kept.
SLICE = 100
#: Seconds of looking before what was found is kept.
_SECONDS_A_SLICE = 1.0
#: For how long a worker has a batch to itself while it looks at a slice of its subjects.
_LEASE = dt.timedelta(seconds=20)
#: How long a batch can be undone after it ended.
_UNDO_FOR = dt.timedelta(days=30)
_UNEXPECTED = "Something unexpected went wrong; the log of the server says what. Ask for help."
#: Put together once; whatever was done with a subject since stays.
_ITEMS = table_of(BatchItem)
_KEPT = ("case_id", "instance_id", "outcome", "status", "planned", "changed_at")
_KEEP_FOUND = (
    update(_ITEMS)
    .where(_ITEMS.c.id == bindparam("of_item"), _ITEMS.c.status == "new")
    .values({name: bindparam(name) for name in _KEPT})
)


def work(db: Database, seconds: float = 5.0) -> int:
    """Go on with every open batch for about so long; gives how many subjects it moved on.

    Several workers may call it at once. Each subject is done in a commit of its own that also
    says it is done: a worker that dies leaves nothing half, and another goes on from there.
    """
    until = time.monotonic() + seconds
    moved = 0
    open_, old = _with_work(db)
    for batch_id, name in open_:
        kind = KINDS.get(name)
        if kind is None:
            logger.error("Batch %s is of kind %s, which there is none of.", batch_id, name)
            continue
        try:
            moved += _work_on(db, batch_id, kind, until)
        except Unavailable:
            raise
        except Exception:
            logger.exception("Batch %s could not go on; it is tried again.", batch_id)
    for batch_id in old:
        _forget(db, batch_id)
    return moved


def _with_work(db: Database) -> tuple[list[tuple[int, str]], Sequence[int]]:
    """Give the batches to go on with, and those that can no longer be undone."""
    with db.reading() as session:
        open_ = session.execute(
            select(Batch.id, Batch.kind)
            .where(
                Batch.ended_at.is_(None),
                Batch.stop_asked_at.is_(None),
                or_(Batch.planned_at.is_(None), Batch.started_at.is_not(None)),
            )
            .order_by(Batch.id)
        ).all()
        now = read_surroundings(session).now
        old = session.scalars(select(Batch.id).where(Batch.undo_until < now)).all()
        return [(one.id, one.kind) for one in open_], old


def _work_on(db: Database, batch_id: int, kind: Kind, until: float) -> int:
    moved = _plan_all(db, batch_id, kind, until)
    done, after = 0, 0
    while time.monotonic() < until:
        step = _Step(db, batch_id, kind, after)
        if not step.take():
            _end(db, batch_id)
            break
        done, after = done + step.counted, step.item_id
    if done:
        deliver_messages(db)
    return moved + done


# Looking


def _plan_all(db: Database, batch_id: int, kind: Kind, until: float) -> int:
    looked = 0
    while time.monotonic() < until:
        claimed = _claim(db, batch_id)
        if claimed is None:
            break
        found = _look(db, batch_id, kind, claimed.wanted)
        if _keep_found(db, batch_id, kind, found, claimed.until):
            looked += len(found)
    return looked


class _Claim(NamedTuple):
    wanted: Mapping[str, Any]
    until: dt.datetime


def _claim(db: Database, batch_id: int) -> _Claim | None:
    """Take a batch whose subjects are to be looked at, for a while; None when there is nothing."""
    try:
        with db.writing() as session:
            batch = session.scalar(
                select(Batch).where(Batch.id == batch_id).with_for_update(skip_locked=True)
            )
            if batch is None or not _may_plan(batch):
                return None
            batch.claimed_until = clock.real() + _LEASE
            return _Claim(batch.wanted, batch.claimed_until)
    except Collision:
        return None


def _may_plan(batch: Batch) -> bool:
    """Open, and claimed by nobody; a longer claim than any is of a clock that was put back."""
    now, until = clock.real(), batch.claimed_until
    is_free = until is None or until <= now or until > now + _LEASE
    is_open = batch.ended_at is None and batch.stop_asked_at is None
    return is_free and is_open and batch.planned_at is None


def _look(
    db: Database, batch_id: int, kind: Kind, wanted: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Look at the next subjects of a batch; gives the row of each."""
    stop_at = time.monotonic() + _SECONDS_A_SLICE
    found: list[dict[str, Any]] = []
    with db.reading() as session:
        rows = session.execute(
            select(BatchItem.id, BatchItem.subject_id)
            .where(BatchItem.batch_id == batch_id, BatchItem.status == "new")
            .order_by(BatchItem.id)
            .limit(SLICE)
        ).all()
        now = read_surroundings(session).now
        for row in rows:
            planned = _planned(kind, session, wanted, row.subject_id)
            session.expunge_all()
            found.append(_row_of(row.id, planned, now))
            if time.monotonic() > stop_at:
                break
    return found


def _planned(kind: Kind, session: Session, wanted: Mapping[str, Any], subject_id: int) -> Planned:
    title = f"{kind.thing.capitalize()} {subject_id}"
    try:
        return kind.plan(session, wanted, subject_id)
    except EngineError as error:
        return Planned("cannot", title, (str(error),))
    except Exception as error:
        if is_nobodys(error):
            raise
        logger.exception("Looking at %s %s failed.", kind.thing, subject_id)
        session.rollback()
        return Planned("cannot", title, (_UNEXPECTED,))


def _row_of(item_id: int, planned: Planned, now: dt.datetime) -> dict[str, Any]:
    return {
        "of_item": item_id,
        "case_id": planned.case_id,
        "instance_id": planned.instance_id,
        "outcome": planned.outcome,
        "status": "left_out" if planned.outcome == "cannot" else "planned",
        "planned": {
            "title": planned.title,
            "says": list(planned.says),
            "details": dict(planned.details),
        },
        "changed_at": now,
    }


def _keep_found(
    db: Database, batch_id: int, kind: Kind, found: list[dict[str, Any]], claimed_until: dt.datetime
) -> bool:
    """Keep what a look found and free the batch; the last look makes it ready.

    False, and nothing is kept, when the look took longer than the claim and somebody else had
    the batch since: what is to be done may be done by now.
    """
    with db.writing() as session:
        now = read_surroundings(session).now
        batch = session.get_one(Batch, batch_id, with_for_update=True)
        if batch.claimed_until != claimed_until:
            return False
        if found:
            session.execute(_KEEP_FOUND, found)
        left = exists().where(BatchItem.batch_id == batch_id, BatchItem.status == "new")
        if batch.planned_at is None and not session.scalar(select(left)):
            batch.planned_at = now
            if not kind.needs_preview:
                begin_now(batch, batch.made_by, now)
        batch.claimed_until = None
        return True


# Doing


@dataclass
class _Step:
    """The next subject of a batch, done or refused in one unit of work."""

    db: Database
    batch_id: int
    kind: Kind
    #: Items up to this one were taken by this call already.
    after: int
    item_id: int = 0
    counted: int = 0

    def take(self) -> bool:
        """Do the next subject; False when none is left for this worker."""
        try:
            with self.db.writing() as session:
                found = session.execute(self._next()).first()
                if found is None:
                    return False
                row, batch = found
                self.item_id = row.id
                done = self._do(session, row, batch)
                row.status, row.result = done.status, {"says": list(done.says)}
                row.kept = dict(done.kept) if done.kept is not None else None
                row.changed_at = read_surroundings(session).now
            self.counted = 1
        except Collision:
            # Somebody has the run just now: a later call comes back to it.
            return self.item_id > 0
        return True

    def _next(self) -> Select[BatchItem, Batch]:
        return (
            select(BatchItem, Batch)
            .join(Batch, Batch.id == BatchItem.batch_id)
            .where(
                BatchItem.batch_id == self.batch_id,
                BatchItem.status == "planned",
                BatchItem.id > self.after,
                Batch.started_at.is_not(None),
                Batch.stop_asked_at.is_(None),
                Batch.ended_at.is_(None),
            )
            .order_by(BatchItem.id)
            .limit(1)
            .with_for_update(of=BatchItem, skip_locked=True)
        )

    def _do(self, session: Session, row: BatchItem, batch: Batch) -> Done | _Refused:
        """Do it; what fails is undone to here, and the reason is kept with the rest."""
        item = Item(
            id=row.id,
            batch_id=row.batch_id,
            subject_id=row.subject_id,
            outcome=row.outcome or "",
            details=(row.planned or {}).get("details", {}),
        )
        by, reason, wanted = batch.started_by or batch.made_by, batch.reason, batch.wanted
        try:
            with session.begin_nested():
                return self.kind.apply(session, wanted, item, by=by, reason=reason)
        except Collision:
            raise
        except Rejected as error:
            return _Refused("left_out", (str(error),))
        except EngineError as error:
            return _Refused("failed", (str(error),))
        except IntegrityError as error:
            if "audit_event" in str(error.orig):
                # Another run of the same case was quicker to write into its chain.
                raise Collision from error
            return self._unexpected()
        except Exception as error:
            if is_nobodys(error):
                raise
            return self._unexpected()

    def _unexpected(self) -> _Refused:
        logger.exception("Doing item %s of batch %s failed.", self.item_id, self.batch_id)
        return _Refused("failed", (_UNEXPECTED,))


class _Refused(NamedTuple):
    status: str
    says: tuple[str, ...]
    kept: None = None


def _end(db: Database, batch_id: int) -> None:
    """End a batch when nothing of it is left to do, not even in the hands of another worker."""
    with db.writing() as session:
        now = read_surroundings(session).now
        batch = session.get_one(Batch, batch_id, with_for_update=True)
        if batch.started_at is None or batch.ended_at or batch.stop_asked_at:
            return
        counts = dict(
            session.execute(
                select(BatchItem.status, func.count())
                .where(BatchItem.batch_id == batch_id)
                .group_by(BatchItem.status)
            ).all()
        )
        if counts.get("planned"):
            return
        batch.ended_at, batch.undo_until = now, now + _UNDO_FOR
        said = {"kind": batch.kind, "title": batch.title, **counts}
        entry = Entry("batch_ended", "batch", batch_id, actor=THE_SYSTEM, new=said)
        Chain.of_administration(session).add(entry, at=now)


def _forget(db: Database, batch_id: int) -> None:
    """Empty what was kept to undo a batch that ended long ago."""
    with db.writing() as session:
        theirs = and_(BatchItem.batch_id == batch_id, BatchItem.kept.is_not(None))
        session.execute(update(BatchItem).where(theirs).values(kept=None))
        session.execute(update(Batch).where(Batch.id == batch_id).values(undo_until=None))
