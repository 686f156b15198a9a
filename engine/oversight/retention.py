"""Records near their deletion: what goes when, what holds it, what went (R-107, R-108; Q13)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from engine.calendar import said
from engine.casework import held
from engine.casework.going import Going, what_goes
from engine.casework.held import PLACED, Held
from engine.casework.visibility import opens
from engine.errors import NotFound
from engine.installation import read_surroundings
from engine.queries import Person, words
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import CaseFile, LegalHold
from engine.tables.database import Database
from engine.tables.process import Incident, Outbox, ProcessInstance

#: How many days ahead is looked at unless somebody says so (Q13), and the most.
AHEAD, FARTHEST = 14, 366
_COUNTS, _CASES = "retention", "retention of each case"
_MOST = 500
_PROCESS = "retention"


@dataclass(frozen=True)
class Near:
    """One case whose records are near their deletion or past it."""

    case_id: int
    reference: str
    #: The last day on which it is kept: it goes after it. None where none was worked out.
    last_day: dt.date | None
    #: When the officer was told that it is near; None while that is not so.
    told_on: dt.date | None
    #: What holds it, each with since when, in words that name nobody but in a placed hold.
    holds: tuple[str, ...]
    #: What hinders its deletion though nothing holds it: a stuck step, no run; "" for nothing.
    hindered: str
    #: Past its last day, and nothing holds it (Q13: red).
    is_late: bool
    #: What a deletion would take; empty unless it was asked for.
    going: Going = field(default_factory=Going)


@dataclass(frozen=True)
class RetentionPage:
    """What is due for deletion within some days; rows only for those who see every case's."""

    days: int
    until: dt.date
    #: How many are late, due and held, whoever looks.
    late_count: int
    due_count: int
    held_count: int
    #: False for those who are told the numbers alone (requirements A.11).
    sees_cases: bool
    late: tuple[Near, ...] = ()
    due: tuple[Near, ...] = ()
    held: tuple[Near, ...] = ()


@dataclass(frozen=True)
class Certificate:
    """What is kept of a deletion: numbers, and nothing about anybody (R-111)."""

    case_id: int
    reference: str
    opened_on: dt.date
    closed_on: dt.date | None
    deleted_on: dt.date
    #: How many rows of what, in plain words, the most first.
    counts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """Give how many rows went."""
        return sum(number for _, number in self.counts)


def retention_page(
    database: Database, person: Person, days: int = AHEAD, *, counted: bool = False
) -> RetentionPage:
    """Give what is due for deletion within so many days, late first, with what holds it.

    counted: also what would go with each case, the dry run: nothing changes. At most eight
    statements, and counted one more a table. Raises NotFound for those it does not exist for.
    """
    if not opens(person, _COUNTS):
        raise NotFound
    return _page(database, days, sees_cases=opens(person, _CASES), counted=counted)


def dry_run(database: Database, days: int = AHEAD) -> RetentionPage:
    """Give the same, counted, to whoever runs this installation; nothing changes."""
    return _page(database, days, sees_cases=True, counted=True)


def certificates(database: Database, person: Person) -> tuple[Certificate, ...]:
    """Give the deletions done, the newest first, at most five hundred; NotFound for others."""
    if not opens(person, _CASES):
        raise NotFound
    with database.reading() as session:
        return _certificates(session, None)


def certificate(database: Database, person: Person, case_id: int) -> Certificate:
    """Give the certificate of one deletion; NotFound when the case is not deleted."""
    if not opens(person, _CASES):
        raise NotFound
    with database.reading() as session:
        found = _certificates(session, case_id)
    if not found:
        raise NotFound
    return found[0]


def in_words(table: str) -> str:
    """Give what the rows of a table are, as a person would say it."""
    return _IN_WORDS.get(table) or words.plain(table)


def _page(database: Database, days: int, *, sees_cases: bool, counted: bool) -> RetentionPage:
    with database.reading() as session:
        today = read_surroundings(session).today
        until = today + dt.timedelta(days=days)
        near = _near(session, today, until, counted=counted and sees_cases)
    late = tuple(one for one in near if one.is_late)
    standing = tuple(one for one in near if one.holds)
    due = tuple(one for one in near if not one.is_late and not one.holds)
    page = RetentionPage(days, until, len(late), len(due), len(standing), sees_cases)
    if not sees_cases:
        return page
    return RetentionPage(days, until, len(late), len(due), len(standing), True, late, due, standing)


def _near(session: Session, today: dt.date, until: dt.date, *, counted: bool) -> list[Near]:
    cases = session.scalars(
        select(CaseFile)
        .where(
            CaseFile.closed_on.is_not(None),
            CaseFile.deleted_on.is_(None),
            or_(CaseFile.delete_after.is_(None), CaseFile.delete_after < until),
        )
        .order_by(CaseFile.delete_after, CaseFile.id)
        .limit(_MOST)
    ).all()
    ids = [case.id for case in cases]
    holds, told, runs = _holds(session, ids), _told(session, ids), _runs(session, ids)
    going = what_goes(session, ids) if counted else {}
    found = []
    for case in cases:
        is_over = case.delete_after is None or case.delete_after < today
        found.append(
            Near(
                case_id=case.id,
                reference=case.reference,
                last_day=case.delete_after,
                told_on=told.get(case.id),
                holds=holds.get(case.id, ()),
                hindered=_hindered(case, runs.get(case.id)),
                is_late=is_over and case.id not in holds,
                going=going.get(case.id) or Going(),
            )
        )
    return found


def _holds(session: Session, ids: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    found: dict[int, list[str]] = defaultdict(list)
    standing = held.standing(session, ids)
    placed = [one.object_id for one in standing if one.kind == PLACED]
    asked = select(LegalHold.id, LegalHold.reason).where(LegalHold.id.in_(placed))
    reasons = dict(session.execute(asked).all())
    for one in standing:
        found[one.case_id].append(_hold(one, reasons))
    return {case_id: tuple(said_of) for case_id, said_of in found.items()}


def _hold(one: Held, reasons: Mapping[int, str]) -> str:
    what = reasons.get(one.object_id, "") if one.kind == PLACED else one.words
    return f"{what.rstrip('.')}, since {said(one.since)}"


def _told(session: Session, ids: Sequence[int]) -> Mapping[int, dt.date]:
    rows = session.execute(
        select(Outbox.case_id, func.min(Outbox.made_at))
        .where(Outbox.case_id.in_(ids), Outbox.about.like("deletion_near:%"))
        .group_by(Outbox.case_id)
    )
    return {case_id: words.local_date(at) for case_id, at in rows if case_id is not None}


def _runs(session: Session, ids: Sequence[int]) -> Mapping[int, bool]:
    """Give the cases a run of the process looks after, with whether it is stuck."""
    stuck = (
        select(Incident.instance_id)
        .where(Incident.resolved_at.is_(None), Incident.instance_id.is_not(None))
        .scalar_subquery()
    )
    rows = session.execute(
        select(ProcessInstance.case_id, ProcessInstance.id.in_(stuck)).where(
            ProcessInstance.case_id.in_(ids),
            ProcessInstance.process_id == _PROCESS,
            ProcessInstance.ended_at.is_(None),
        )
    )
    return {case_id: is_stuck for case_id, is_stuck in rows if case_id is not None}


def _hindered(case: CaseFile, is_stuck: bool | None) -> str:
    if is_stuck is None:
        return "No run of the process looks after it. Tell whoever runs this installation."
    if is_stuck:
        return "A step of its run is stuck. A manager can start it again."
    if case.delete_after is None:
        return "Its last day is not worked out yet."
    return ""


def _certificates(session: Session, case_id: int | None) -> tuple[Certificate, ...]:
    wanted = (
        select(CaseFile)
        .where(CaseFile.deleted_on.is_not(None))
        .order_by(CaseFile.deleted_on.desc(), CaseFile.id.desc())
        .limit(_MOST)
    )
    if case_id is not None:
        wanted = wanted.where(CaseFile.id == case_id)
    cases = session.scalars(wanted).all()
    kept = session.execute(
        select(AuditEvent.chain, AuditDetail.new)
        .join(AuditDetail, AuditDetail.event_id == AuditEvent.id)
        .where(
            AuditEvent.action == "case_deleted",
            AuditEvent.chain.in_([f"case:{case.id}" for case in cases]),
        )
    )
    counts = {chain: new["deleted"] for chain, new in kept}
    return tuple(
        Certificate(
            case_id=case.id,
            reference=case.reference,
            opened_on=case.opened_on,
            closed_on=case.closed_on,
            deleted_on=case.deleted_on,
            counts=_in_order(counts.get(f"case:{case.id}", {})),
        )
        for case in cases
        if case.deleted_on is not None
    )


def _in_order(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    rows = [(in_words(table), number) for table, number in counts.items() if number]
    return tuple(sorted(rows, key=lambda row: (-row[1], row[0])))


#: Tables whose names are not what people call their rows.
_IN_WORDS = {
    "audit_detail": "Who did what, in the log",
    "batch_item": "Changes of many runs",
    "customer": "The customer",
    "element_instance": "Where runs stood",
    "evidence_file_part": "Parts of files",
    "outbox": "E-mails and webhooks",
    "sending": "Copies of letters sent",
    "sla_breach": "Dates that passed",
    "submission": "Forms that were answered",
    "took_part": "Who took part",
}
