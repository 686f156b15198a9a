"""Tables of requests for data, and of the copies that were made for them (R-104 to R-106)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, SealedBytes, UtcDateTime


class DataRequest(Row):
    """One wish for a copy of somebody's data, or for a correction, with the law's clock."""

    __tablename__ = "data_request"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    #: copy, correction
    kind: Mapped[str]
    #: What the person said or wrote.
    what: Mapped[str]
    #: The first day anybody here had it (K-9).
    received_on: Mapped[dt.date]
    received_by: Mapped[str]
    channel: Mapped[str]
    logged_by: Mapped[str]
    logged_on: Mapped[dt.date]
    #: clear, asked, proved, not_proved; None until somebody looked.
    identity: Mapped[str | None]
    identity_note: Mapped[str] = mapped_column(default="")
    #: The day the proof came that was needed, from which the law's month runs; None without one.
    proved_on: Mapped[dt.date | None]
    #: Other people's cases that speak of this person, by id.
    third_party_cases: Mapped[list[int]] = mapped_column(JSON, default=list)
    due_on: Mapped[dt.date]
    due_reason: Mapped[str] = mapped_column(default="")
    #: Why more time is wanted, in the words the letter says; None while none is.
    more_time_because: Mapped[str | None]
    #: The day the letter about more time left; None while none was taken.
    extended_on: Mapped[dt.date | None]
    #: The day the answer left; None before.
    answered_on: Mapped[dt.date | None]
    #: The day nothing of it was open any more; None before.
    closed_on: Mapped[dt.date | None]
    #: answered, taken_back, not_proved; None while it is open.
    outcome: Mapped[str | None]


class DataCopy(Row):
    """A copy that was made for a request, as it was: it never changes."""

    __tablename__ = "data_copy"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    data_request_id: Mapped[int] = mapped_column(ForeignKey("data_request.id"), index=True)
    made_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[str]
    #: Every case it holds something of: it goes when any of them is deleted.
    case_ids: Mapped[list[int]] = mapped_column(JSON, default=list)


class DataCopyPart(Row):
    """A part of the content of a copy, small and sealed."""

    __tablename__ = "data_copy_part"
    __table_args__ = (UniqueConstraint("data_copy_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    data_copy_id: Mapped[int] = mapped_column(ForeignKey("data_copy.id"))
    #: Counts the parts of its copy from 1.
    number: Mapped[int]
    content: Mapped[bytes] = mapped_column(SealedBytes, deferred=True)


class DataMark(Row):
    """What is decided about somebody else's name in a copy: taken out or left, and why."""

    __tablename__ = "data_mark"
    __table_args__ = (UniqueConstraint("data_request_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    data_request_id: Mapped[int] = mapped_column(ForeignKey("data_request.id"), index=True)
    name: Mapped[str]
    #: redact, keep
    decision: Mapped[str]
    reason: Mapped[str]
    decided_by: Mapped[str]
    decided_on: Mapped[dt.date]
