"""Who may open a file of evidence and who may remove it (R-102, R-109)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from engine.casework.visibility import Part, Viewer, parts_of
from engine.errors import NotFound
from engine.tables.files import EvidenceFile

#: Somebody took a file of evidence out of the case file; one of another's that is restricted.
FILE_READ, RESTRICTED_FILE_READ = "evidence_file_read", "restricted_file_read"
#: Roles that may remove a file of somebody else.
_MAY_REMOVE = frozenset({"dmo"})


def may_open(file: EvidenceFile, viewer: Viewer, parts: Collection[Part]) -> bool:
    """Tell whether somebody who sees these parts of the case sees this file.

    Who sees the evidence sees its files; restricted ones are for who added them and for those
    who see what is restricted.
    """
    if Part.EVIDENCE not in parts:
        return False
    return not file.is_restricted or file.added_by == viewer.name or Part.RESTRICTED in parts


def may_remove(file: EvidenceFile, viewer: Viewer) -> bool:
    """Tell whether this person may remove a file: who added it, or the Data Management Officer."""
    is_theirs = file.added_by == viewer.name or bool(_MAY_REMOVE.intersection(viewer.roles))
    return file.removed_at is None and is_theirs


def file_seen(session: Session, file_id: int, viewer: Viewer) -> EvidenceFile:
    """Give a file that exists for this person; NotFound otherwise."""
    file = session.get(EvidenceFile, file_id)
    if file is None or not may_open(file, viewer, parts_of(session, viewer, file.case_id)):
        raise NotFound
    return file
