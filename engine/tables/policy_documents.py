"""The documents the policy is read with, in each of their versions."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, UtcDateTime


class PolicyDocument(Row):
    """One version of a document the policy is read with; it never changes (R-012)."""

    __tablename__ = "policy_document"
    __table_args__ = (UniqueConstraint("owner", "title", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    #: The same for each version of one document.
    title: Mapped[str]
    #: ours, partner
    owner: Mapped[str]
    #: As the document has it: ``3``, ``2.1``, ``March 2026``.
    number: Mapped[str]
    #: The date it bears.
    dated_on: Mapped[dt.date]
    #: An http or https address, or words that say where it is.
    found_at: Mapped[str]
    #: From when the policy is read with this version.
    since: Mapped[dt.date]
    recorded_by: Mapped[str]
    recorded_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
