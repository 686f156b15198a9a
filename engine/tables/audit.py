"""Tables of the audit chains: events that stay for ever, details that go at the purge."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, UtcDateTime


class AuditEvent(Row):
    """One link of one chain: ids, action, time and the salted hash of its detail (R-111)."""

    __tablename__ = "audit_event"
    __table_args__ = (UniqueConstraint("chain", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    #: ``case:12`` or ``administration``.
    chain: Mapped[str]
    #: Counts the links of its chain from 1.
    number: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    action: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[int | None]
    detail_hash: Mapped[str]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class AuditDetail(Row):
    """Who did it and what changed; deleted with the case, after which the chain still verifies."""

    __tablename__ = "audit_detail"
    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), primary_key=True)
    actor: Mapped[str | None]
    old: Mapped[Any] = mapped_column(JSON)
    new: Mapped[Any] = mapped_column(JSON)
    salt: Mapped[str]


class AuditAnchor(Row):
    """The head of a chain as it stood at the end of a day."""

    __tablename__ = "audit_anchor"
    __table_args__ = (UniqueConstraint("chain", "on"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    chain: Mapped[str]
    on: Mapped[dt.date]
    number: Mapped[int]
    hash: Mapped[str]
