"""Tables of the files that belong to records of evidence, their content sealed and in parts."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, SealedBytes, UtcDateTime


class EvidenceFile(Row):
    """One file that shows what a record of evidence says (R-024, R-028)."""

    __tablename__ = "evidence_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), index=True)
    #: As it was called, made safe, with the ending of its kind.
    name: Mapped[str]
    #: pdf, png, jpeg, eml: told by its content.
    kind: Mapped[str]
    size_bytes: Mapped[int]
    #: Of its whole content, so that a change is seen.
    sha256: Mapped[str]
    #: It shows health, addiction or the like: for its author and those named in the table (R-109).
    is_restricted: Mapped[bool] = mapped_column(default=False)
    added_by: Mapped[str]
    added_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: Its content was deleted then, because it should not have been added; that it was stays.
    removed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    removed_by: Mapped[str | None]
    removed_reason: Mapped[str | None]


class EvidenceFilePart(Row):
    """A part of the content of a file: small, so that nothing has to hold a large file whole."""

    __tablename__ = "evidence_file_part"
    __table_args__ = (UniqueConstraint("file_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("evidence_file.id"))
    #: Counts the parts of its file from 1.
    number: Mapped[int]
    content: Mapped[bytes] = mapped_column(SealedBytes, deferred=True)
