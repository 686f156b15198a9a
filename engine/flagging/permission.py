"""For whom the flags page is, and who may do what on it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.orm import Session

from engine.casework.matrix import PAGES
from engine.casework.people import roles_of
from engine.errors import NotFound
from engine.installation import Surroundings

#: Who keeps the register compares it with other systems and asks for what differs.
COMPARES = frozenset({"dmo"})
#: Who sets flags says what was done there.
SETS = frozenset({"systems_team"})


def check_roles(roles: Collection[str], needed: Collection[str] = PAGES["flags"]) -> None:
    """Raise NotFound unless one of the roles is among those needed: of the page, unless given."""
    if not set(needed).intersection(roles):
        raise NotFound


def check_may(
    session: Session, by: str, around: Surroundings, needed: Collection[str] = PAGES["flags"]
) -> None:
    """Raise NotFound unless this person holds one of the roles today."""
    check_roles(roles_of(session, by, around.today), needed)
