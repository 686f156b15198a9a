"""The table of whose an arrangement was, from when, and on what legal basis it became so."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, UtcDateTime


class OwnershipChange(Row):
    """One arrangement that went from one organisation to another; never changed (R-101)."""

    __tablename__ = "ownership_change"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    arrangement_id: Mapped[int] = mapped_column(ForeignKey("arrangement.id"), index=True)
    was: Mapped[str]
    becomes: Mapped[str]
    from_on: Mapped[dt.date]
    legal_basis: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
