"""Giving out a copy that was made: only to whom it is for, noted first, and as it was made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import select

from engine.casework.audit import Chain, Entry
from engine.commands.tries import keeps_trying
from engine.data_copies.making import request_seen
from engine.errors import NotFound, Rejected
from engine.installation import read_surroundings
from engine.queries.people import Person
from engine.tables.casefile import CaseFile
from engine.tables.data_requests import DataCopy, DataCopyPart
from engine.tables.database import Database


@dataclass(frozen=True)
class CopyToSend:
    """A copy with its content, as it was made."""

    #: It names nobody.
    name: str
    content: bytes


@keeps_trying
def open_copy(db: Database, copy_id: int, person: Person) -> CopyToSend:
    """Give a copy; who took it is in the case's log before it is given (R-103, R-111).

    Raises NotFound when there is none or it is not for this person, Rejected when its content is
    no longer what was made.
    """
    with db.writing() as session:
        copy = session.get(DataCopy, copy_id)
        if copy is None:
            raise NotFound
        request_seen(session, copy.data_request_id, person)
        parts = session.scalars(
            select(DataCopyPart.content)
            .where(DataCopyPart.data_copy_id == copy.id)
            .order_by(DataCopyPart.number)
        )
        content = b"".join(parts)
        if hashlib.sha256(content).hexdigest() != copy.sha256:
            raise Rejected(
                "Expected the copy as it was made, but it does not match its fingerprint. It is "
                "not given out; make another."
            )
        case = session.get_one(CaseFile, copy.case_id, with_for_update=True)
        entry = Entry("data_copy_read", "data_copy", copy.id, actor=person.name)
        Chain.of_case(session, case).add(entry, at=read_surroundings(session).now)
        return CopyToSend(f"{case.reference}-copy-{copy.id}.zip", content)
