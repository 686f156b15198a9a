"""Whose contacts somebody may log: of cases they see, and of customers they answer calls of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from engine.casework.visibility import Part, Viewer, opens, sees
from engine.tables.casefile import CaseFile
from engine.tables.decisions import Arrangement

#: The action of the case page that logs a contact, and its form.
ACTION = "log_contact"


def may_log(viewer: Viewer, today: dt.date) -> ColumnElement[bool]:
    """Give the condition on ``CaseFile`` under which this person may log a contact (R-030).

    An open case they see the letters of, or one whose arrangement in force they are shown when
    they answer a call; whoever logs a contact there still sees nothing of the case (R-102).
    """
    ways = [sees(viewer, Part.LETTERS)]
    if opens(viewer, "callers"):
        in_force = select(Arrangement.case_id).where(
            Arrangement.in_force_on <= today, Arrangement.ended_on.is_(None)
        )
        ways.append(CaseFile.id.in_(in_force))
    return and_(CaseFile.closed_on.is_(None), CaseFile.customer_id.is_not(None), or_(*ways))


def may_log_of(
    session: Session, case_id: int, by: str, roles: Collection[str], today: dt.date
) -> bool:
    """Tell whether this person may log a contact of this case."""
    viewer = _Named(by, tuple(roles))
    found = select(CaseFile.id).where(CaseFile.id == case_id, may_log(viewer, today))
    return session.scalar(found) is not None


class _Named(NamedTuple):
    name: str
    roles: tuple[str, ...]
