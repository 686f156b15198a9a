"""Tables of contacts that come in a file: one row for the file, one for each of its rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, UtcDateTime


class ContactImport(Row):
    """One file of contacts: taken in, checked row by row, looked at by a person, then logged."""

    __tablename__ = "contact_import"
    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str]
    #: Fingerprint of the file: the same file again is told.
    sha256: Mapped[str] = mapped_column(index=True)
    #: The headings of the file as they stand in it; the cells of a row come in their order.
    headings: Mapped[list[str]] = mapped_column(JSON)
    made_by: Mapped[str]
    made_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: How many rows the file has below its headings.
    total: Mapped[int] = mapped_column(default=0)
    #: When every row had been taken in; None while that goes on, and for ever if it was broken off.
    read_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: When every row had been checked.
    checked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: When and by whom it was begun; None until a person has seen what it would do.
    started_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    started_by: Mapped[str | None]
    #: Since when it stands still because somebody stopped it; begun again by emptying both.
    stopped_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    stopped_by: Mapped[str | None]
    #: When nothing was left to do, or when it was put aside.
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: Counted when it ended: logged, known already, wrong; the rows themselves go.
    logged: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    wrong: Mapped[int] = mapped_column(default=0)


class ContactImportRow(Row):
    """One row of such a file; it goes when it is logged, with its case, or after the end."""

    __tablename__ = "contact_import_row"
    __table_args__ = (
        Index("ix_contact_import_row_status", "import_id", "status", "case_id", "id"),
        Index("ix_contact_import_row_content", "import_id", "content"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("contact_import.id"))
    #: The row as a spreadsheet counts it: the headings are row 1.
    number: Mapped[int]
    cells: Mapped[list[str]] = mapped_column(JSON)
    #: ``new``, ``ready``, ``known``, ``wrong``; a row that was logged is gone.
    status: Mapped[str]
    case_id: Mapped[int | None] = mapped_column(index=True)
    #: Fingerprint of what the row says, to tell how often the file says it.
    content: Mapped[str | None]
    #: Fingerprint of the contact: what is logged once is never logged again.
    mark: Mapped[str | None]
    #: Question of the contact -> its answer, once the row was checked and found right.
    answers: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    #: What is wrong: pairs of a heading and a sentence.
    problems: Mapped[list[list[str]] | None] = mapped_column(JSON)
