"""What a deletion would take, counted by the same columns by which it takes it (R-107)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from engine.casework.deletion import OF_ARRANGEMENT, OF_CASE
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import CaseFile, Customer
from engine.tables.decisions import Arrangement, Letter
from engine.tables.files import EvidenceFile
from engine.tables.process import ProcessInstance

_DETAIL = AuditDetail.__tablename__


@dataclass
class Going:
    """What goes with one case."""

    #: Table -> rows, as the certificate counts them afterwards; none that is 0.
    rows: dict[str, int] = field(default_factory=dict)
    #: Files of evidence, and letters as they were sent.
    files: int = 0
    #: Of those files, and of what the engine keeps of runs.
    size_bytes: int = 0
    #: Runs of which the engine keeps what they are doing.
    states: int = 0


def what_goes(session: Session, case_ids: Collection[int]) -> Mapping[int, Going]:
    """Count what a deletion of each of these cases would take; nothing changes.

    One statement a table, however many cases. Files that were removed before count as none.
    """
    found: dict[int, Going] = defaultdict(Going)
    if not case_ids:
        return found
    wanted = list(case_ids)
    for table, case_id, number in _rows(session, wanted):
        found[case_id].rows[table] = number
    for case_id, number, size in _files(session, wanted):
        found[case_id].files += number
        found[case_id].size_bytes += int(size or 0)
    states = (
        select(ProcessInstance.case_id, func.count(), func.sum(func.length(ProcessInstance.state)))
        .where(ProcessInstance.case_id.in_(wanted), ProcessInstance.state.is_not(None))
        .group_by(ProcessInstance.case_id)
    )
    for row in session.execute(states):
        found[row[0]].states = row[1]
        found[row[0]].size_bytes += int(row[2] or 0)
    return found


def _rows(session: Session, wanted: list[int]) -> Iterator[tuple[str, int, int]]:
    for row in OF_CASE:
        counted = select(row.case_id, func.count()).where(row.case_id.in_(wanted))
        for case_id, number in session.execute(counted.group_by(row.case_id)):
            yield row.__tablename__, case_id, number
    for row in OF_ARRANGEMENT:
        counted = (
            select(Arrangement.case_id, func.count())
            .join(row, row.arrangement_id == Arrangement.id)
            .where(Arrangement.case_id.in_(wanted))
        )
        for case_id, number in session.execute(counted.group_by(Arrangement.case_id)):
            yield row.__tablename__, case_id, number
    for case_id in _alone(session, wanted):
        yield Customer.__tablename__, case_id, 1
    chains = {f"case:{number}": number for number in wanted}
    details = (
        select(AuditEvent.chain, func.count())
        .join(AuditDetail, AuditDetail.event_id == AuditEvent.id)
        .where(AuditEvent.chain.in_(chains))
        .group_by(AuditEvent.chain)
    )
    for chain, number in session.execute(details):
        yield _DETAIL, chains[chain], number


def _alone(session: Session, wanted: list[int]) -> Iterator[int]:
    """Give the cases whose customer has no other case."""
    theirs = select(CaseFile.customer_id).where(CaseFile.id.in_(wanted))
    once = (
        select(func.min(CaseFile.id))
        .where(CaseFile.customer_id.in_(theirs))
        .group_by(CaseFile.customer_id)
        .having(func.count(distinct(CaseFile.id)) == 1)
    )
    yield from session.scalars(once)


def _files(session: Session, wanted: list[int]) -> Iterator[tuple[int, int, int]]:
    kept = select(EvidenceFile.case_id, func.count(), func.sum(EvidenceFile.size_bytes)).where(
        EvidenceFile.case_id.in_(wanted), EvidenceFile.removed_at.is_(None)
    )
    for case_id, number, size in session.execute(kept.group_by(EvidenceFile.case_id)):
        yield case_id, number, size
    letters = select(Letter.case_id, func.count(), func.sum(func.length(Letter.pdf))).where(
        Letter.case_id.in_(wanted)
    )
    for case_id, number, size in session.execute(letters.group_by(Letter.case_id)):
        yield case_id, number, size
