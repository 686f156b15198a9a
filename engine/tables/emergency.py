"""The table of emergency access: who saw a case they do not see otherwise, why and until when."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, UtcDateTime


class EmergencyAccess(Row):
    """One case opened to one person in an emergency; it ends by itself (R-103)."""

    __tablename__ = "emergency_access"
    __table_args__ = (Index("ix_emergency_access_person", "user_name", "case_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    user_name: Mapped[str]
    reason: Mapped[str]
    began_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: The moment from which it opens nothing any more.
    ends_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: When somebody ended it before that; None when nobody did.
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None]
    #: When one of those who watch over the log looked at it, and who.
    seen_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    seen_by: Mapped[str | None]
