"""Who imports contacts: those who see every case, since a file names whoever it names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy.orm import Session

from engine.casework.people import roles_of
from engine.errors import NotAllowed, NotFound

#: Roles that take files in; for all others there is no import (R-030, R-102).
MAY_IMPORT = frozenset({"dmo", "manager"})

#: The role that stops an import of somebody else; whoever began one stops it too.
_OFFICER = "dmo"


def may_stop(name: str, roles: Collection[str], started_by: str | None) -> bool:
    """Tell whether somebody with these roles may stop an import that another or they began."""
    return name == started_by or _OFFICER in roles


def check_may_stop(session: Session, by: str, started_by: str | None, on: dt.date) -> None:
    """Raise NotAllowed unless this person began the import or is an officer (R-030)."""
    if not may_stop(by, roles_of(session, by, on), started_by):
        raise NotAllowed(
            "Expected whoever began this import or a Data Management Officer to stop it, but it "
            "is neither. Ask one of them."
        )


def check_roles(roles: Collection[str]) -> None:
    """Raise NotFound unless imports exist for somebody with these roles."""
    if not MAY_IMPORT.intersection(roles):
        raise NotFound


def check_may_import(session: Session, by: str, on: dt.date) -> None:
    """Raise NotFound unless imports exist for this person that day."""
    check_roles(roles_of(session, by, on))
