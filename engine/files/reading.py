"""Reading a file of evidence: only by whom it is for, and noted before it is given."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy import select

from engine.casework import file_contents, file_rights
from engine.casework.audit import Chain, Entry
from engine.casework.evidence_records import label_of
from engine.casework.visibility import Part, parts_of
from engine.commands.tries import keeps_trying
from engine.errors import NotFound, Rejected
from engine.files.kinds import KINDS
from engine.installation import read_surroundings
from engine.queries.people import Person
from engine.queries.reading import reading
from engine.tables.casefile import CaseFile, Customer, Evidence
from engine.tables.database import Database


@dataclass(frozen=True)
class FileToSend:
    """A file with its content, as it was added."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Record:
    """A record of evidence in brief, for a page about its files."""

    id: int
    case_id: int
    case_reference: str
    customer: str
    on: dt.date
    #: Its day and how its text begins.
    label: str


@keeps_trying
def open_file(db: Database, case_id: int, file_id: int, person: Person) -> FileToSend:
    """Give a file of a case; who read it is in the case's log before it is given (R-103, R-111).

    Raises NotFound when there is none, it was removed, or it is not for this person to see;
    Rejected when its content is no longer what was added.
    """
    with db.writing() as session:
        file = file_rights.file_seen(session, file_id, person)
        if file.case_id != case_id or file.removed_at is not None:
            raise NotFound
        content = b"".join(file_contents.parts(session, file.id))
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise Rejected(
                "Expected the file as it was added, but its content does not match its "
                "fingerprint. Tell the Data Management Officer; it is not given out."
            )
        is_anothers = file.is_restricted and file.added_by != person.name
        action = file_rights.RESTRICTED_FILE_READ if is_anothers else file_rights.FILE_READ
        case = session.get_one(CaseFile, file.case_id, with_for_update=True)
        entry = Entry(action, "evidence_file", file.id, actor=person.name)
        Chain.of_case(session, case).add(entry, at=read_surroundings(session).now)
        return FileToSend(file.name, KINDS[file.kind].media_type, content)


@dataclass(frozen=True)
class FileBrief:
    """A file in brief, for the page that asks why it is removed."""

    id: int
    evidence_id: int
    name: str
    #: When it was added, and by whom.
    added_at: dt.datetime
    added_by: str


def file_to_remove(db: Database, case_id: int, file_id: int, person: Person) -> FileBrief:
    """Give a file this person may remove; NotFound for any other."""
    with reading(db, person) as look:
        file = file_rights.file_seen(look.session, file_id, person)
        if file.case_id != case_id or not file_rights.may_remove(file, person):
            raise NotFound
        by = look.full_name(file.added_by)
        return FileBrief(file.id, file.evidence_id, file.name, file.added_at, by)


def record(db: Database, case_id: int, evidence_id: int, person: Person) -> Record:
    """Give a record of evidence in brief; NotFound when it is not for this person to add to."""
    with reading(db, person) as look:
        found = look.session.execute(
            select(Evidence, CaseFile.reference, Customer.name)
            .join(CaseFile, CaseFile.id == Evidence.case_id)
            .outerjoin(Customer, Customer.id == CaseFile.customer_id)
            .where(Evidence.id == evidence_id, Evidence.case_id == case_id)
        ).first()
        if found is None or Part.EVIDENCE_ADDED not in parts_of(look.session, person, case_id):
            raise NotFound
        row: Evidence = found.Evidence
        return Record(row.id, case_id, found.reference, found.name or "", row.on, label_of(row))
