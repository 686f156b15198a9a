"""The content of files of evidence: cut into sealed parts, put together again, checked by hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from engine.tables.columns import table_of
from engine.tables.files import EvidenceFile, EvidenceFilePart

#: Backups hold five hundred rows at a time, so a part is small.
_PART_BYTES = 64 * 1024
_PARTS = table_of(EvidenceFilePart)


def put(session: Session, file: EvidenceFile, content: bytes) -> None:
    """Keep the content of a file that has its number; it is sealed on its way to the database."""
    session.execute(
        insert(_PARTS),
        [
            {
                "case_id": file.case_id,
                "file_id": file.id,
                "number": number,
                "content": content[start : start + _PART_BYTES],
            }
            for number, start in enumerate(range(0, len(content), _PART_BYTES), start=1)
        ],
    )


def parts(session: Session, file_id: int) -> Iterator[bytes]:
    """Give the content of a file part by part, in its order."""
    query = select(_PARTS.c.content).where(_PARTS.c.file_id == file_id).order_by(_PARTS.c.number)
    yield from session.scalars(query.execution_options(yield_per=16))


def forget(session: Session, file_id: int) -> None:
    """Delete the content of a file."""
    session.execute(delete(_PARTS).where(_PARTS.c.file_id == file_id))


def is_whole(session: Session, file: EvidenceFile) -> bool:
    """Tell whether the content of a file is still what was added; a removed one has none."""
    if file.removed_at is not None:
        return True
    digest, size = hashlib.sha256(), 0
    for part in parts(session, file.id):
        digest.update(part)
        size += len(part)
    return (digest.hexdigest(), size) == (file.sha256, file.size_bytes)


def changed(session: Session) -> list[EvidenceFile]:
    """Give every file whose content is no longer what was added (R-103), the oldest first."""
    found = session.scalars(select(EvidenceFile).order_by(EvidenceFile.id)).all()
    return [file for file in found if not is_whole(session, file)]
