"""Who imports contacts: those who see every case, since a file names whoever it names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy.orm import Session

from engine.casework.people import roles_of
from engine.errors import NotFound

#: Roles that take files in; for all others there is no import (R-030, R-102).
MAY_IMPORT = frozenset({"dmo", "manager"})


def check_roles(roles: Collection[str]) -> None:
    """Raise NotFound unless imports exist for somebody with these roles."""
    if not MAY_IMPORT.intersection(roles):
        raise NotFound


def check_may_import(session: Session, by: str, on: dt.date) -> None:
    """Raise NotFound unless imports exist for this person that day."""
    check_roles(roles_of(session, by, on))
