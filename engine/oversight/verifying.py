"""Whether the record is as it was written: chains, letters, evidence and files; names the rest."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.calendar import said
from engine.casework.audit import ADMINISTRATION, Chain, Fault, chains
from engine.casework.evidence_records import fingerprint
from engine.casework.file_contents import is_whole
from engine.casework.visibility import opens
from engine.errors import NotFound
from engine.oversight.touched import Counts, Told, Touched, touched
from engine.oversight.verified_letters import letters
from engine.queries import Person, words
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import CaseFile, Evidence
from engine.tables.database import Database
from engine.tables.files import EvidenceFile

#: How many chains are done, how many there are, and which it is.
Tell = Callable[[int, int, str], None]
_SAID = (
    *("letter_issued", "letter_sent"),
    *("evidence_added", "evidence_class_changed", "evidence_file_added"),
)
#: Chains read in one look at the database: a long look would hold up what is cleaned away.
_CHAINS = 500


@dataclass(frozen=True)
class Verified:
    """What was looked at, and everything that was found touched."""

    chains: int
    links: int
    letters: int
    evidence: int
    files: int
    touched: tuple[Touched, ...]


def verify(db: Database, tell: Tell | None = None, *, case_id: int | None = None) -> Verified:
    """Check every chain from its first link, and what it says of letters and evidence (R-111).

    case_id: only the chain of this case. What somebody writes meanwhile may or may not be among
    it. Nothing is changed, and nobody waits.
    """
    with db.reading() as session:
        names = _named(session, case_id)
    counts, found = Counts(), list[Touched]()
    for begin in range(0, len(names), _CHAINS):
        with db.reading() as session:
            for done, name in enumerate(names[begin : begin + _CHAINS], start=begin + 1):
                found += _chain(session, name, counts)
                if tell:
                    tell(done, len(names), name)
    seen = (counts.links, counts.letters, counts.evidence, counts.files)
    return Verified(len(names), *seen, touched=tuple(found))


def count_links(db: Database, person: Person) -> int:
    """Count the links of every chain; NotFound for those the log does not exist for."""
    if not opens(person, "log"):
        raise NotFound
    with db.reading() as session:
        return session.scalar(select(func.count(AuditEvent.id))) or 0


def _named(session: Session, case_id: int | None) -> list[str]:
    """Name the chains there are, and those whose every link is gone."""
    if case_id is not None:
        return [f"case:{case_id}"]
    there = chains(session)
    known = set(there)
    begun = session.scalars(select(CaseFile.id).where(CaseFile.audit_number > 0))
    return [*there, *(name for name in map("case:{}".format, begun) if name not in known)]


def _chain(session: Session, name: str, counts: Counts) -> Iterator[Touched]:
    case = None if name == ADMINISTRATION else session.get(CaseFile, int(name.partition(":")[2]))
    called = case.reference if case is not None else name
    chain = Chain(session, name, case)
    counts.links += chain.length()
    for fault in chain.faults():
        case_id = case.id if case else None
        yield Touched(called, case_id, "link", fault.number, _sentence(called, fault))
    if case is not None and case.deleted_on is None:
        told = _told(session, name)
        yield from _without_details(session, case)
        yield from letters(session, case, told, counts)
        yield from _evidence(session, case, told, counts)
        yield from _files(session, case, told, counts)


def _sentence(chain: str, fault: Fault) -> str:
    event = fault.event
    about = ""
    if event is not None:
        day = said(words.local_date(event.at))
        what = f"{event.object_kind} {event.object_id}" if event.object_id else event.object_kind
        about = f" ({words.lower_first(words.plain(event.action))}, {words.plain(what)}, {day})"
    return f"{chain}, link {fault.number}{about}: {fault.what}."


def _without_details(session: Session, case: CaseFile) -> Iterator[Touched]:
    """Give the links whose detail is gone although the case was not deleted."""
    rows = session.scalars(
        select(AuditEvent)
        .outerjoin(AuditDetail, AuditDetail.event_id == AuditEvent.id)
        .where(AuditEvent.chain == f"case:{case.id}", AuditDetail.event_id.is_(None))
        .order_by(AuditEvent.number)
    )
    for event in rows:
        fault = Fault(event.number, "who did it, and what it says, was taken out", event)
        yield Touched(
            case.reference, case.id, "link", event.number, _sentence(case.reference, fault)
        )


def _told(session: Session, chain: str) -> Told:
    """Give what the chain says last of each letter, way out and record of evidence."""
    rows = session.execute(
        select(AuditEvent.object_kind, AuditEvent.object_id, AuditDetail.new)
        .join(AuditDetail, AuditDetail.event_id == AuditEvent.id)
        .where(AuditEvent.chain == chain, AuditEvent.action.in_(_SAID))
        .order_by(AuditEvent.number)
    )
    return {
        (kind, object_id): new
        for kind, object_id, new in rows
        if object_id is not None and isinstance(new, dict)
    }


def _evidence(
    session: Session,
    case: CaseFile,
    told: Told,
    counts: Counts,
) -> Iterator[Touched]:
    there: set[int] = set()
    for record in session.scalars(select(Evidence).where(Evidence.case_id == case.id)):
        counts.evidence += 1
        there.add(record.id)
        added = told.get(("evidence", record.id))
        if added is None:
            yield touched(
                case, "evidence", record.id, "no link of the chain says that it was added"
            )
        elif added.get("sha256", fingerprint(record)) != fingerprint(record):
            wrong = f"what it says of {said(record.on)} is not what was recorded"
            yield touched(case, "evidence", record.id, wrong)
    yield from _gone(case, "evidence", there, told, "evidence")


def _files(
    session: Session,
    case: CaseFile,
    told: Told,
    counts: Counts,
) -> Iterator[Touched]:
    there: set[int] = set()
    for file in session.scalars(select(EvidenceFile).where(EvidenceFile.case_id == case.id)):
        counts.files += 1
        there.add(file.id)
        added = told.get((EvidenceFile.__tablename__, file.id), {})
        if added.get("sha256", file.sha256) != file.sha256 or not is_whole(session, file):
            wrong = f"“{file.name}” is not the file that was added"
            yield touched(case, "file", file.id, wrong)
    yield from _gone(case, "file", there, told, EvidenceFile.__tablename__)


def _gone(
    case: CaseFile,
    kind: str,
    there: Collection[int],
    told: Told,
    object_kind: str,
) -> Iterator[Touched]:
    """Name what the chain says was added and is not there."""
    for told_kind, id_ in told:
        if told_kind == object_kind and id_ not in there:
            yield touched(case, kind, id_, "it was added and is not there any more")
