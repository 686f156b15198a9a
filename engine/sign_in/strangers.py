"""Made-up people, who must never be served beside real ones."""

from __future__ import annotations

from sqlalchemy import func, select

from engine.tables.database import Database
from engine.tables.people import User


def made_up_people(db: Database) -> int:
    """Count the people of a demonstration: outside of one there must be none."""
    with db.reading() as session:
        counted = select(func.count()).select_from(User).where(User.is_demo.is_(True))
        return session.scalar(counted) or 0
