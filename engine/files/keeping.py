"""Adding files to a record of evidence, all of them or none, and removing one that is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.casework import file_contents, file_rights
from engine.casework.audit import Chain, Entry
from engine.casework.visibility import Part, parts_of
from engine.commands.tries import keeps_trying
from engine.errors import InvalidAnswers, NotAllowed, NotFound, Problem, Rejected
from engine.files.kinds import Kind, kind_of
from engine.files.names import clean
from engine.installation import read_surroundings
from engine.queries.people import Person
from engine.tables.casefile import CaseFile, Evidence
from engine.tables.database import Database
from engine.tables.erasing import erase
from engine.tables.files import EvidenceFile

#: The box of the page that takes files in.
FIELD = "files"
_MEGABYTE = 1024 * 1024
_LONGEST_REASON = 500


@dataclass(frozen=True)
class Limits:
    """How much an installation keeps."""

    #: The largest file, in MB.
    largest_mb: int = 10
    #: The most files of one record.
    most: int = 20


@dataclass(frozen=True)
class _Given:
    """A file that was looked at and can be kept."""

    name: str
    kind: Kind
    content: bytes
    sha256: str


def add(
    db: Database,
    evidence_id: int,
    given: Sequence[tuple[str, bytes]],
    person: Person,
    *,
    limits: Limits,
    is_restricted: bool = False,
) -> int:
    """Add files to a record of evidence; gives how many were added.

    given: name and content of each. A file that the record has already is passed over.
    Raises NotFound when there is no such record or it is not for this person to add to, Rejected
    when its case is closed, InvalidAnswers with every file that is not taken and why: then none is.
    """
    looked_at = _looked_at(given, limits)
    return _keep(db, evidence_id, looked_at, person, limits, is_restricted)


@keeps_trying
def remove(db: Database, file_id: int, reason: str, person: Person) -> None:
    """Delete the content of a file that should not have been added; that it was there stays.

    Raises NotFound, NotAllowed when it is somebody else's, InvalidAnswers without a reason.
    """
    why = reason.strip()
    with db.writing() as session:
        now = read_surroundings(session).now
        file = file_rights.file_seen(session, file_id, person)
        if not file_rights.may_remove(file, person):
            raise NotAllowed(
                "Expected whoever added the file, or the Data Management Officer, to remove it."
            )
        if not why or len(why) > _LONGEST_REASON:
            sentence = f"Enter why it is removed, in at most {_LONGEST_REASON} characters"
            raise InvalidAnswers([Problem("reason", sentence)])
        file.removed_at, file.removed_by, file.removed_reason = now, person.name, why
        file_contents.forget(session, file.id)
        erase(session)
        entry = Entry(
            "evidence_file_removed",
            "evidence_file",
            file.id,
            actor=person.name,
            old={"sha256": file.sha256},
            new={"reason": why},
        )
        _chain(session, file.case_id).add(entry, at=now)


def _looked_at(given: Sequence[tuple[str, bytes]], limits: Limits) -> list[_Given]:
    """Look at every file; raises InvalidAnswers with all that is wrong."""
    problems: list[Problem] = []
    found: list[_Given] = []
    for name, content in given:
        try:
            found.append(_look_at(name, content, limits))
        except Rejected as refused:
            problems.append(Problem(FIELD, str(refused)))
    if not given:
        problems.append(Problem(FIELD, "Choose a file first: a PDF, a picture or an e-mail"))
    if problems:
        raise InvalidAnswers(problems)
    return found


def _look_at(name: str, content: bytes, limits: Limits) -> _Given:
    shown = name.replace("\\", "/").rsplit("/", 1)[-1][:100]
    if len(content) > limits.largest_mb * _MEGABYTE:
        raise Rejected(
            f"Expected at most {limits.largest_mb} MB, but “{shown}” has "
            f"{len(content) / _MEGABYTE:.1f} MB. Save it smaller, or as several files."
        )
    kind = kind_of(content, shown)
    return _Given(clean(name, kind), kind, content, hashlib.sha256(content).hexdigest())


@keeps_trying
def _keep(
    db: Database,
    evidence_id: int,
    given: Sequence[_Given],
    person: Person,
    limits: Limits,
    is_restricted: bool,
) -> int:
    with db.writing() as session:
        now = read_surroundings(session).now
        record = session.get(Evidence, evidence_id)
        if record is None or Part.EVIDENCE_ADDED not in parts_of(session, person, record.case_id):
            raise NotFound
        chain = _chain(session, record.case_id, is_open=True)
        for file in (new := _new_ones(session, record, given, limits)):
            row = EvidenceFile(
                case_id=record.case_id,
                evidence_id=record.id,
                name=file.name,
                kind=file.kind.name,
                size_bytes=len(file.content),
                sha256=file.sha256,
                is_restricted=is_restricted,
                added_by=person.name,
                added_at=now,
            )
            session.add(row)
            session.flush()
            file_contents.put(session, row, file.content)
            said = {"evidence_id": record.id, "sha256": row.sha256, "restricted": is_restricted}
            entry = Entry("evidence_file_added", "evidence_file", row.id, person.name, new=said)
            chain.add(entry, at=now)
        return len(new)


def _new_ones(
    session: Session, record: Evidence, given: Sequence[_Given], limits: Limits
) -> list[_Given]:
    """Give the files that the record does not have yet; InvalidAnswers when they are too many."""
    there = select(EvidenceFile.sha256).where(
        EvidenceFile.evidence_id == record.id, EvidenceFile.removed_at.is_(None)
    )
    known = set(session.scalars(there))
    new = list({file.sha256: file for file in given if file.sha256 not in known}.values())
    if len(known) + len(new) > limits.most:
        sentence = (
            f"Expected at most {limits.most} files for one record, but with these there would be "
            f"{len(known) + len(new)}. Put pages of one thing into one PDF."
        )
        raise InvalidAnswers([Problem(FIELD, sentence)])
    return new


def _chain(session: Session, case_id: int, *, is_open: bool = False) -> Chain:
    case = session.get(CaseFile, case_id, with_for_update=True)
    if case is None or case.deleted_on is not None:
        raise NotFound
    if is_open and case.closed_on is not None:
        raise Rejected("Expected a case that is open, but this one is closed. Nothing was added.")
    return Chain.of_case(session, case)
