"""The reference a case goes by: the one name of it that tells nothing about anybody."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from engine.tables.casefile import CaseFile

#: What stands before the year and the number.
PREFIX = "SP"
#: Any number that nobody else asks PostgreSQL to lock.
_REFERENCE_LOCK = 7764


def next_reference(session: Session, on: dt.date) -> str:
    """Give the reference of the next case opened in that year: ``SP-2026-014``."""
    return next(next_references(session, on.year))


def next_references(session: Session, of_year: int) -> Iterator[str]:
    """Give the references of the next cases of a year, one after the other.

    Numbers begin anew each year and are never used twice, since a deleted case leaves its
    reference behind. Nobody else opens a case until the transaction ends: two at the same moment
    would get the same one.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_REFERENCE_LOCK)))
    year = f"{PREFIX}-{of_year}-"
    number = cast(func.substr(CaseFile.reference, len(year) + 1), Integer)
    last = session.scalar(select(func.max(number)).where(CaseFile.reference.startswith(year)))
    for following in itertools.count((last or 0) + 1):
        yield f"{year}{following:03d}"
