"""Rows of the tables that came with files, remarks and imports, each with something personal."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.tables.casefile import Evidence
from engine.tables.comments import Comment
from engine.tables.files import EvidenceFile, EvidenceFilePart
from engine.tables.imports import ContactImport, ContactImportRow


def newer_rows(session: Session, case_id: int | None, now: dt.datetime, words: str) -> list[Any]:
    """Give one row of each for a case that has evidence; what they refer to is written."""
    record = session.scalars(select(Evidence).where(Evidence.case_id == case_id)).first()
    assert record is not None
    file = EvidenceFile(
        case_id=case_id,
        evidence_id=record.id,
        name=f"{words}.pdf",
        kind="pdf",
        size_bytes=6,
        sha256="0" * 64,
        added_by="priya",
        added_at=now,
    )
    # The import itself is nobody's case: only its rows are.
    taken_in = ContactImport(
        file_name="contacts.csv", sha256="0" * 64, headings=["Name"], made_by="gone", made_at=now
    )
    session.add_all([file, taken_in])
    session.flush()
    return [
        EvidenceFilePart(case_id=case_id, file_id=file.id, number=1, content=words.encode()),
        Comment(case_id=case_id, text=words, by="priya", at=now),
        ContactImportRow(
            import_id=taken_in.id, number=2, cells=[words], status="ready", case_id=case_id
        ),
    ]
