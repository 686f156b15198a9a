"""Tables of the people who work here, the roles they hold and the days nobody works."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.tables.columns import Row


class User(Row):
    """A person who can sign in; history and audit name them by ``name``, which never changes."""

    __tablename__ = "user"
    name: Mapped[str] = mapped_column(primary_key=True)
    full_name: Mapped[str]
    email: Mapped[str]
    job_title: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    working_hours: Mapped[str] = mapped_column(default="")
    line_manager: Mapped[str | None]
    is_demo: Mapped[bool] = mapped_column(default=False)
    left_on: Mapped[dt.date | None]


class RoleHolder(Row):
    """Who holds a role, from when to when."""

    __tablename__ = "role_holder"
    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(index=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("user.name"), index=True)
    deputy: Mapped[str | None] = mapped_column(ForeignKey("user.name"))
    from_on: Mapped[dt.date]
    until_on: Mapped[dt.date | None]
    #: The issuer whose word it is, read again at each sign-in; None for a role given here.
    given_by: Mapped[str | None]


class Holiday(Row):
    """A day that is not a working day although it is not at a weekend (K-2)."""

    __tablename__ = "holiday"
    on: Mapped[dt.date] = mapped_column(primary_key=True)
    name: Mapped[str]
    #: ``bank_holiday`` from the published table or ``closure`` added by this landlord.
    kind: Mapped[str] = mapped_column(default="bank_holiday")
