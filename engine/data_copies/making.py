"""Making a copy: everybody else decided on, nobody taken out still named, kept with its hash."""

from __future__ import annotations

import hashlib
import tempfile
from typing import IO

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine.casework.audit import Chain, Entry
from engine.casework.visibility import Part, parts_of
from engine.commands.tries import keeps_trying
from engine.data_copies import gathering, others, writing
from engine.errors import InvalidAnswers, NotFound, Problem, Rejected
from engine.installation import read_surroundings
from engine.queries.people import Person
from engine.queries.words import local_date
from engine.releases import current_release_id
from engine.tables.casefile import CaseFile
from engine.tables.data_requests import DataCopy, DataCopyPart, DataMark, DataRequest
from engine.tables.database import Database
from engine.tables.releases import PolicyValue

_DECISIONS = frozenset({"redact", "keep"})
_STAFF_NAMES = "data_request.staff_names"
_LONGEST = 500
_PART_BYTES = 256 * 1024


@keeps_trying
def decide(
    db: Database, request_id: int, name: str, decision: str, reason: str, person: Person
) -> None:
    """Keep what is decided about somebody else's name: taken out or left, with the reason.

    name: one that was found, or one that somebody read in the text. Raises NotFound when there is
    no such request or it is not for this person, Rejected once it is closed, InvalidAnswers.
    """
    name, reason = " ".join(name.split()), reason.strip()
    problems = []
    if not name or len(name) > _LONGEST:
        problems.append(Problem("name", "Enter the name as it stands in the text"))
    if decision not in _DECISIONS:
        problems.append(Problem("decision", "Choose whether it is taken out or stays"))
    if not reason or len(reason) > _LONGEST:
        problems.append(Problem("reason", f"Enter why, in at most {_LONGEST} characters"))
    if problems:
        raise InvalidAnswers(problems)
    with db.writing() as session:
        around = read_surroundings(session)
        request = open_request(session, request_id, person)
        mark = session.scalars(
            select(DataMark).where(DataMark.data_request_id == request.id, DataMark.name == name)
        ).one_or_none()
        if mark is None:
            mark = DataMark(case_id=request.case_id, data_request_id=request.id, name=name)
            session.add(mark)
        mark.decision, mark.reason = decision, reason
        mark.decided_by, mark.decided_on = person.name, local_date(around.now)
        session.flush()
        entry = Entry(
            "data_mark_decided", "data_mark", mark.id, person.name, new={"decision": decision}
        )
        _chain(session, request).add(entry, at=around.now)


def make(db: Database, request_id: int, person: Person) -> int:
    """Make the copy of a request and keep it, sealed, with its hash; gives its id.

    Each copy stays as it was made; another is another one. It is written while others work on, and
    kept in a short transaction. Raises NotFound, or Rejected while somebody in it is not decided
    on, or a name that was taken out still stands in it.
    """
    with tempfile.TemporaryFile() as file:
        with db.reading() as session:
            request = open_request(session, request_id, person)
            _write(session, request, file)
            covered = [case.id for case in gathering.cases_in(session, request)]
            covered += request.third_party_cases
        return _kept(db, request_id, person, covered, file)


def _write(session: Session, request: DataRequest, file: IO[bytes]) -> None:
    marks = marks_of(session, request)
    left = sum(not mark.decision for mark in marks)
    if left:
        raise Rejected(
            f"Expected everybody else to be decided on, but {left} "
            f"{'is' if left == 1 else 'are'} not. Decide on each, then make it."
        )
    writing.write(session, request, marks, file)
    if writing.holds_name(file, [mark.name for mark in marks if mark.decision == "redact"]):
        raise Rejected(
            "Expected a copy without the names that were taken out, but one still stands in it. "
            "Tell whoever runs this system; nothing was kept."
        )


@keeps_trying
def _kept(
    db: Database, request_id: int, person: Person, covered: list[int], file: IO[bytes]
) -> int:
    with db.writing() as session:
        now = read_surroundings(session).now
        request = open_request(session, request_id, person)
        sha256, size = _hashed(file)
        copy = DataCopy(
            case_id=request.case_id,
            data_request_id=request.id,
            made_at=now,
            made_by=person.name,
            size_bytes=size,
            sha256=sha256,
            case_ids=covered,
        )
        session.add(copy)
        session.flush()
        _keep(session, copy, file)
        entry = Entry("data_copy_made", "data_copy", copy.id, person.name, new={"sha256": sha256})
        _chain(session, request).add(entry, at=now)
        return copy.id


def marks_of(session: Session, request: DataRequest) -> list[others.Mark]:
    """Give everybody else in the data of a request; staff where the policy says so."""
    return others.found(session, request, staff=figure(session, _STAFF_NAMES) not in ("", "keep"))


def request_seen(session: Session, request_id: int, person: Person) -> DataRequest:
    """Give a request; NotFound unless this person reads all that is kept of its case."""
    request = session.get(DataRequest, request_id)
    if request is None:
        raise NotFound
    if not {Part.RETENTION, Part.RESTRICTED} <= parts_of(session, person, request.case_id):
        raise NotFound
    return request


def open_request(session: Session, request_id: int, person: Person) -> DataRequest:
    """Give a request that is not closed; NotFound, or Rejected once it is."""
    request = request_seen(session, request_id, person)
    if request.closed_on is not None or request.answered_on is not None:
        raise Rejected(
            "Expected a request that is open, but its answer has left. The copy stays as it is."
        )
    return request


def figure(session: Session, name: str) -> str:
    """Give a figure of the release in use, as the set of new cases says it; "" for none."""
    value = session.scalar(
        select(PolicyValue.value).where(
            PolicyValue.release_id == current_release_id(session),
            PolicyValue.parameter_set == read_surroundings(session).parameter_set,
            PolicyValue.name == name,
        )
    )
    return "" if value is None else str(value)


def _hashed(file: IO[bytes]) -> tuple[str, int]:
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while part := file.read(_PART_BYTES):
        digest.update(part)
        size += len(part)
    return digest.hexdigest(), size


def _keep(session: Session, copy: DataCopy, file: IO[bytes]) -> None:
    file.seek(0)
    number = 0
    while part := file.read(_PART_BYTES):
        number += 1
        row = {"case_id": copy.case_id, "data_copy_id": copy.id, "number": number, "content": part}
        session.execute(insert(DataCopyPart), [row])


def _chain(session: Session, request: DataRequest) -> Chain:
    case = session.get(CaseFile, request.case_id, with_for_update=True)
    if case is None or case.deleted_on is not None:
        raise NotFound
    return Chain.of_case(session, case)
