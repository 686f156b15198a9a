"""What can be asked of batches: the list of them, one with its counts, its items page by page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select

from engine.batches.kinds import KINDS, kind_for, kinds_for
from engine.batches.states import state_of
from engine.casework.kept_apart import kept_from_viewer
from engine.casework.visibility import Part, sees
from engine.errors import NotFound
from engine.queries import Page, Person
from engine.queries.reading import PAGE_SIZE, Reading, page_number, page_of, reading
from engine.tables.batches import Batch, BatchItem
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.process import ProcessInstance

#: Items that the work is over for.
_OVER = ("left_out", "done", "failed", "undone")
#: What somebody should read first: what failed, what cannot be done, what changes.
_MATTERS_FIRST = case(
    (BatchItem.status == "failed", 0),
    (BatchItem.outcome == "cannot", 1),
    (BatchItem.outcome == "changes", 2),
    else_=3,
)


@dataclass(frozen=True)
class BatchBrief:
    """One batch: what it does, where it is on its way, how much of it is done."""

    id: int
    kind: str
    title: str
    reason: str
    #: planning, ready, running, stopped, ended, discarded.
    state: str
    #: Full names; "" for nobody.
    made_by: str
    made_at: dt.datetime
    started_by: str
    started_at: dt.datetime | None
    stopped_by: str
    ended_at: dt.datetime | None
    total: int
    #: Status -> how many subjects: new, planned, left_out, done, failed, undone.
    by_status: Mapping[str, int]
    #: In words: Move, Moved, run.
    do: str
    done: str
    thing: str
    #: Kind that takes it back, "" when there is none or nothing to take back.
    undone_by: str

    @property
    def works(self) -> bool:
        """Tell whether a worker goes on with it, so that the page is different soon."""
        return self.state in {"planning", "running"}

    @property
    def finished(self) -> int:
        """Count the subjects that the present step is over for."""
        if self.started_at is None:
            return self.total_now - self.by_status.get("new", 0)
        return sum(self.by_status.get(status, 0) for status in _OVER)

    @property
    def total_now(self) -> int:
        """Count the subjects that are left: those of deleted cases are gone."""
        return sum(self.by_status.values())


@dataclass(frozen=True)
class BatchItemRow:
    """One subject of a batch."""

    id: int
    subject_id: int
    #: "" until it was looked at.
    title: str
    #: The run its page leads to; None when there is none, or not for this person to see.
    instance_id: int | None
    #: "" when there is no case, or not for this person to see.
    case_reference: str
    #: as_is, changes, cannot; "" until it was looked at.
    outcome: str
    status: str
    #: What changes or stands in the way, in sentences; then what happened.
    says: tuple[str, ...]
    result: tuple[str, ...]


@dataclass(frozen=True)
class BatchPage:
    """One batch with one page of its subjects."""

    brief: BatchBrief
    #: Outcome -> how many of those that were looked at.
    by_outcome: Mapping[str, int]
    items: Page[BatchItemRow]


def batches(database: Database, person: Person) -> list[BatchBrief]:
    """Give every batch of the kinds this person may see, newest first; three statements.

    Raises NotFound for those no kind exists for.
    """
    kinds = kinds_for(person.roles)
    if not kinds:
        raise NotFound
    with reading(database, person) as look:
        rows = look.session.scalars(
            select(Batch).where(Batch.kind.in_(kinds)).order_by(Batch.id.desc())
        ).all()
        counted = look.session.execute(
            select(BatchItem.batch_id, BatchItem.status, func.count()).group_by(
                BatchItem.batch_id, BatchItem.status
            )
        )
        counts: dict[int, dict[str, int]] = {}
        for batch_id, status, count in counted:
            counts.setdefault(batch_id, {})[status] = count
        return [_brief(look, row, counts.get(row.id, {})) for row in rows]


def batch(
    database: Database,
    batch_id: int,
    person: Person,
    *,
    outcome: str = "",
    status: str = "",
    page: int = 1,
) -> BatchPage:
    """Give one batch with a page of its subjects, narrowed by outcome and status.

    Raises NotFound when there is none or its kind does not exist for this person.
    """
    with reading(database, person) as look:
        row = look.session.get(Batch, batch_id)
        if row is None:
            raise NotFound
        kind_for(row.kind, person.roles)
        counted = look.session.execute(
            select(BatchItem.outcome, BatchItem.status, func.count())
            .where(BatchItem.batch_id == batch_id)
            .group_by(BatchItem.outcome, BatchItem.status)
        ).all()
        by_outcome: dict[str, int] = {}
        by_status: dict[str, int] = {}
        for found, stands, count in counted:
            by_status[stands] = by_status.get(stands, 0) + count
            if found is not None:
                by_outcome[found] = by_outcome.get(found, 0) + count
        items = _items(look, batch_id, outcome, status, page)
        return BatchPage(_brief(look, row, by_status), by_outcome, items)


def _items(
    look: Reading, batch_id: int, outcome: str, status: str, page: int
) -> Page[BatchItemRow]:
    conditions = [BatchItem.batch_id == batch_id]
    conditions += [BatchItem.outcome == outcome] if outcome else []
    conditions += [BatchItem.status == status] if status else []
    total = look.session.scalar(select(func.count(BatchItem.id)).where(*conditions)) or 0
    rows = look.session.scalars(
        select(BatchItem)
        .where(*conditions)
        .order_by(_MATTERS_FIRST, BatchItem.id)
        .limit(PAGE_SIZE)
        .offset((page_number(page) - 1) * PAGE_SIZE)
    ).all()
    case_ids = {row.case_id for row in rows if row.case_id is not None}
    seen = dict(
        look.session.execute(
            select(CaseFile.id, CaseFile.reference).where(
                CaseFile.id.in_(case_ids), sees(look.viewer, Part.DIAGRAMS)
            )
        ).all()
    )
    apart = set(_kept_apart(look, rows))
    items = [_item(row, {} if row.instance_id in apart else seen) for row in rows]
    return page_of(items, total, page_number(page))


def _kept_apart(look: Reading, rows: Sequence[BatchItem]) -> Iterable[int]:
    """Give those of these runs that are kept apart from the one who looks, whatever the case."""
    kept = kept_from_viewer(look.viewer)
    if not kept:
        return ()
    ids = [row.instance_id for row in rows]
    run = ProcessInstance
    return look.session.scalars(select(run.id).where(run.id.in_(ids), run.process_id.in_(kept)))


def _item(row: BatchItem, seen: Mapping[int, str]) -> BatchItemRow:
    planned, result = row.planned or {}, row.result or {}
    reference = seen.get(row.case_id or 0)
    return BatchItemRow(
        id=row.id,
        subject_id=row.subject_id,
        title=planned.get("title", ""),
        instance_id=row.instance_id if reference is not None else None,
        case_reference=reference or "",
        outcome=row.outcome or "",
        status=row.status,
        says=tuple(planned.get("says", ())),
        result=tuple(result.get("says", ())),
    )


def _brief(look: Reading, row: Batch, by_status: Mapping[str, int]) -> BatchBrief:
    kind = KINDS[row.kind]
    return BatchBrief(
        id=row.id,
        kind=row.kind,
        title=row.title,
        reason=row.reason,
        state=state_of(row),
        made_by=look.full_name(row.made_by),
        made_at=row.made_at,
        started_by=look.full_name(row.started_by),
        started_at=row.started_at,
        stopped_by=look.full_name(row.stop_asked_by),
        ended_at=row.ended_at,
        total=row.total,
        by_status=dict(by_status),
        do=kind.do,
        done=kind.done,
        thing=kind.thing,
        undone_by=_undone_by(row, kind.undone_by, by_status),
    )


def _undone_by(row: Batch, kind: str, by_status: Mapping[str, int]) -> str:
    """Name the kind that takes a batch back while it stands still and has done something."""
    is_kept = state_of(row) == "stopped" or row.undo_until is not None
    return kind if is_kept and by_status.get("done") else ""
