"""Which version of the policy a release follows, or why it goes without (R-012, R-114, R-115)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.casework import policy_dates
from engine.tables.policy_control import ImpactAssessment, PolicyOfRelease, PolicyVersion


def signed_now(session: Session) -> tuple[PolicyVersion | None, ImpactAssessment | None]:
    """Give the newest version of the policy and its signed assessment; None for what is not."""
    version = policy_dates.newest(session)
    return version, policy_dates.signed(session, version) if version else None


def exemption_of(session: Session, release_id: int) -> str:
    """Give why a draft goes without an assessment; "" where nobody said so."""
    row = _row(session, release_id)
    return row.exemption if row else ""


def exempt(session: Session, release_id: int, reason: str, *, by: str, at: dt.datetime) -> None:
    """Keep why a draft goes without an assessment, and who says so; the newest counts."""
    row = _row(session, release_id) or PolicyOfRelease(release_id=release_id)
    row.exemption, row.exempted_by, row.exempted_at = reason, by if reason else None, at
    session.add(row)


def tie(session: Session, release_id: int) -> bool:
    """Tie what is published to the newest version; False when nothing lets it be published.

    A signed assessment of that version lets it, else a recorded exemption (R-115).
    """
    version, assessment = signed_now(session)
    row = _row(session, release_id) or PolicyOfRelease(release_id=release_id, exemption="")
    if assessment is None and not row.exemption:
        return False
    row.version_id = version.id if version else None
    row.assessment_id = assessment.id if assessment else None
    session.add(row)
    return True


def _row(session: Session, release_id: int) -> PolicyOfRelease | None:
    theirs = select(PolicyOfRelease).where(PolicyOfRelease.release_id == release_id)
    return session.scalars(theirs).first()
