"""Tables of who is away when, who stands in, and what the customers concerned were told."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, UtcDateTime


class Absence(Row):
    """Days on which somebody is away, leave or sickness and nothing more of it (R-070)."""

    __tablename__ = "absence"
    __table_args__ = (Index("ix_absence_days", "user_name", "until_on", "from_on"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("user.name"))
    #: leave or sickness; shown to that person, managers and the Data Management Officer only.
    kind: Mapped[str]
    from_on: Mapped[dt.date]
    #: The last day away.
    until_on: Mapped[dt.date]
    #: Who stands in, as booked; None for nobody yet.
    cover: Mapped[str | None]
    made_by: Mapped[str]
    made_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: Called off before it began.
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None]


class StandIn(Row):
    """Who deals with a customer instead of an absent contact, from when to when (R-072).

    Rows of one arrangement and absence follow each other without a gap; where nobody is named,
    nobody stands in.
    """

    __tablename__ = "stand_in"
    __table_args__ = (
        Index("ix_stand_in_days", "arrangement_id", "until_on", "from_on"),
        Index("ix_stand_in_person", "user_name", "until_on", "from_on", "case_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    absence_id: Mapped[int] = mapped_column(ForeignKey("absence.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    arrangement_id: Mapped[int] = mapped_column(ForeignKey("arrangement.id"))
    user_name: Mapped[str | None]
    from_on: Mapped[dt.date]
    #: The last day.
    until_on: Mapped[dt.date]
    #: Why nobody stands in, where the Data Management Officer took that upon themselves.
    nobody_because: Mapped[str | None]


class CoverNotice(Row):
    """That a customer is to be told of a change of contact for a time, and the proof (R-071)."""

    __tablename__ = "cover_notice"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    arrangement_id: Mapped[int] = mapped_column(ForeignKey("arrangement.id"))
    absence_id: Mapped[int] = mapped_column(ForeignKey("absence.id"), index=True)
    #: The row it tells of; None once nothing of it is left.
    stand_in_id: Mapped[int | None]
    #: The days it is about, and who was said to stand in; changed with them until it is told.
    from_on: Mapped[dt.date]
    until_on: Mapped[dt.date]
    user_name: Mapped[str | None]
    #: begins: somebody stands in from a day on; ends: the contact is back, or not away at all.
    kind: Mapped[str]
    wanted_on: Mapped[dt.date]
    due_on: Mapped[dt.date]
    due_reason: Mapped[str] = mapped_column(default="")
    told_on: Mapped[dt.date | None]
    #: letter, email, telephone, in_person; an automatic reply is none (R-071).
    channel: Mapped[str | None]
    proof: Mapped[str] = mapped_column(default="")
    told_by: Mapped[str | None]
    #: The day it was no longer needed.
    dropped_on: Mapped[dt.date | None]
