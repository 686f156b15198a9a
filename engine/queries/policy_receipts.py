"""Who has read a version of the policy, who still has to, and who was trained (R-113, R-123)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from engine.casework import people, policy_dates
from engine.queries import words
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.tables.database import Database
from engine.tables.policy_control import PolicyReading, PolicyVersion, TrainingRecord

_MOST = 100


def version_to_read(database: Database, person: Person) -> str:
    """Give the number of the newest version until this person has read it; "" then (R-113)."""
    with reading(database, person) as look:
        version = policy_dates.newest(look.session)
        if version is None or person.name in receipts(look, version):
            return ""
        here = people.staff_here(look.session, look.today)
        return version.number if person.name in {user.name for user in here} else ""


def receipts(look: Reading, version: PolicyVersion) -> set[str]:
    """Give the user name of everybody who has read a version."""
    theirs = select(PolicyReading.user_name).where(PolicyReading.version_id == version.id)
    return set(look.session.scalars(theirs))


def training(look: Reading) -> tuple[tuple[str, dt.date, str, str], ...]:
    """Give the latest trainings: about what, when, who took part, and who held it (R-123)."""
    rows = look.session.scalars(
        select(TrainingRecord)
        .order_by(TrainingRecord.held_on.desc(), TrainingRecord.id)
        .limit(_MOST)
    )
    return tuple(
        (
            words.name_of("training", row.topic),
            row.held_on,
            look.full_name(row.user_name),
            row.proof,
        )
        for row in rows
    )
