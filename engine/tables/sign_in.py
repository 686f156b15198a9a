"""Tables of who is signed in, as whom a provider knows people, and passwords for emergencies."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row, UtcDateTime


class SignedIn(Row):
    """One browser of one person, from signing in to its end; moments are this machine's (R-103)."""

    __tablename__ = "signed_in"
    __table_args__ = (Index("ix_signed_in_way", "way", "looked_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    #: SHA-256 of the random id that is in the cookie and nowhere else.
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("user.name"), index=True)
    #: ``demonstration``, ``organisation`` or ``emergency``.
    way: Mapped[str]
    begun_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: When this browser last asked for something, to a few minutes.
    seen_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: When it ends whatever happens.
    ends_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    #: ``signed_out``, ``signed_in_anew``, ``ended_by_operator``; None while it goes on or ran out.
    ended_because: Mapped[str | None]
    #: Why somebody signed in by a way for emergencies.
    reason: Mapped[str] = mapped_column(default="")
    #: Who looked at an emergency sign-in afterwards, and when.
    looked_by: Mapped[str | None]
    looked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class Identity(Row):
    """As whom an organisation's provider knows somebody: its name for them never changes."""

    __tablename__ = "identity"
    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("user.name"), index=True)
    linked_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class LocalAccount(Row):
    """A password of one person for the day on which the provider is away."""

    __tablename__ = "local_account"
    user_name: Mapped[str] = mapped_column(ForeignKey("user.name"), primary_key=True)
    #: As ``engine.sign_in`` writes it: method, parameters, salt and hash.
    password: Mapped[str]
    set_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    #: Wrong passwords since the last right one.
    failures: Mapped[int] = mapped_column(default=0)
    #: Until then no password is looked at, right or wrong.
    locked_until: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
