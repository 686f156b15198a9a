"""Somebody who is away on some days, as a row, for tests that are not about booking it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from engine import clock
from engine.tables.absences import Absence


def away(session: Session, user: str, first: dt.date, last: dt.date | None = None) -> Absence:
    """Let somebody be on leave from the first day to the last; one day without a last."""
    absence = Absence(
        user_name=user,
        kind="leave",
        from_on=first,
        until_on=last or first,
        made_by=user,
        made_at=clock.now(),
    )
    session.add(absence)
    session.flush()
    return absence
