"""Tables of old registers that come in a file: a row for the file, one for each of its rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, UtcDateTime


class RegisterImport(Row):
    """One file of an old register: taken in, its columns named, checked, looked at, then done."""

    __tablename__ = "register_import"
    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    #: Each sheet: name, whether hidden, number of the row with the headings, the headings, rows.
    sheets: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    made_by: Mapped[str]
    made_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: Which sheet is the register, and the column of each of its headings; "" is not used.
    sheet: Mapped[int] = mapped_column(default=0)
    mapping: Mapped[list[str]] = mapped_column(JSON)
    #: Question -> answer, for rows that wait for a choice: ``who:p nayr`` -> ``priya``.
    choices: Mapped[dict[str, str]] = mapped_column(JSON)
    mapped_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    checked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    started_by: Mapped[str | None]
    #: Since when it stands still because somebody stopped it; begun again by emptying both.
    stopped_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    stopped_by: Mapped[str | None]
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: When the file was put aside; its rows went then.
    discarded_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: Status -> rows, counted when it ended.
    counts: Mapped[dict[str, int]] = mapped_column(JSON)


class RegisterImportRow(Row):
    """One row of such a file; what it said goes once it was taken over."""

    __tablename__ = "register_import_row"
    __table_args__ = (
        Index("ix_register_import_row_status", "import_id", "status", "id"),
        Index("ix_register_import_row_mark", "import_id", "mark"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("register_import.id"))
    sheet: Mapped[int]
    #: The row as a spreadsheet counts it.
    number: Mapped[int]
    cells: Mapped[list[str]] = mapped_column(JSON)
    #: ``raw``, ``new``, ``ready``, ``waiting``, ``refused``, ``duplicate``, ``blank``, ``taken``.
    status: Mapped[str]
    #: The case that was opened for it, or that its customer has already.
    case_id: Mapped[int | None] = mapped_column(index=True)
    #: Fingerprint of customer, tenancy and start: taken over once, never again.
    mark: Mapped[str | None]
    answers: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    #: What is not as the policy wants it: pairs of a column and a sentence.
    exceptions: Mapped[list[list[str]]] = mapped_column(JSON)
    #: Why it is not taken over: pairs of a column and a sentence.
    problems: Mapped[list[list[str]]] = mapped_column(JSON)
    #: The questions it waits for, each with its column and what stands there.
    waits: Mapped[list[list[str]]] = mapped_column(JSON)
