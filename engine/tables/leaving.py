"""Tables of what leaves the house: letters on their way, meetings, who wants which e-mail."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, UtcDateTime


class PrintPack(Row):
    """Letters that were printed together; a letter is in one pack and is never printed twice."""

    __tablename__ = "print_pack"
    id: Mapped[int] = mapped_column(primary_key=True)
    made_by: Mapped[str] = mapped_column(index=True)
    made_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: The day it was posted; None until somebody says so.
    posted_on: Mapped[dt.date | None]
    posted_by: Mapped[str | None]
    #: What shows that it was posted, such as the number of a certificate of posting.
    proof: Mapped[str] = mapped_column(default="")


class Sending(Row):
    """One copy of one letter on its way to one person, and what shows that it left (R-045, R-056).

    A letter never changes; how often and to whom it went is kept here.
    """

    __tablename__ = "sending"
    __table_args__ = (Index("ix_sending_to_print", "way", "left_on", "pack_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), index=True)
    #: None when it goes to the customer.
    third_party_id: Mapped[int | None]
    to_name: Mapped[str]
    #: letter, email, handed_over
    channel: Mapped[str]
    #: person: somebody sends it and says so; email: our mail server; notify: GOV.UK Notify;
    #: print_pack: printed with the day's other letters.
    way: Mapped[str]
    sent_to: Mapped[str]
    #: What the person who sent it entered; "" where the machine or the pack tells.
    proof: Mapped[str] = mapped_column(default="")
    asked_on: Mapped[dt.date]
    asked_by: Mapped[str]
    #: The row that carries it by e-mail or to Notify; it says whether and when it left.
    outbox_id: Mapped[int | None] = mapped_column(index=True)
    pack_id: Mapped[int | None] = mapped_column(ForeignKey("print_pack.id"), index=True)
    #: The day it left by a person's hand; None while it waits, and for what a machine sends.
    left_on: Mapped[dt.date | None]
    #: What GOV.UK Notify last said became of it; None before it said anything.
    status: Mapped[str | None]
    status_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class Meeting(Row):
    """One decision meeting as it stands in people's calendars (R-026, R-038)."""

    __tablename__ = "meeting"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_file.id"), index=True)
    stage_id: Mapped[int] = mapped_column(index=True)
    #: The same in each invitation, so that a calendar knows what is changed or called off.
    uid: Mapped[str] = mapped_column(unique=True)
    #: Rises with each change (RFC 5545, 3.8.7.4).
    sequence: Mapped[int] = mapped_column(default=0)
    on: Mapped[dt.date]
    #: In London: ``14:00``.
    at_time: Mapped[str]
    place: Mapped[str]
    invited: Mapped[list[str]] = mapped_column(JSON, default=list)
    called_off_on: Mapped[dt.date | None]
    called_off_because: Mapped[str] = mapped_column(default="")


class MailChoice(Row):
    """How a person wants to be told of tasks by e-mail; without a row: of each task."""

    __tablename__ = "mail_choice"
    user_name: Mapped[str] = mapped_column(ForeignKey("user.name"), primary_key=True)
    #: each, digest, none
    tasks: Mapped[str]
    chosen_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
