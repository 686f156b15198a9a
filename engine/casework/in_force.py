"""The arrangement of a case that is in force at this moment."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine.tables.decisions import Arrangement


def in_force(
    session: Session, case_id: int | None, *more: ColumnElement[bool]
) -> Arrangement | None:
    """Give the newest arrangement of a case that began and has not ended; None without one.

    more: what else must hold of it.
    """
    return session.scalars(
        select(Arrangement)
        .where(
            Arrangement.case_id == case_id,
            Arrangement.in_force_on.is_not(None),
            Arrangement.ended_on.is_(None),
            *more,
        )
        .order_by(Arrangement.id.desc())
        .limit(1)
    ).one_or_none()
