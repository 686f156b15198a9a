"""Who sets the installation up, and the chain that keeps what they did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from engine.casework import people, visibility
from engine.casework.audit import Chain, Entry
from engine.errors import InvalidAnswers, NotFound, Problem

#: The pages about the installation, as the table of who sees what names them.
PAGES = "setting up"


class _Viewer(NamedTuple):
    name: str
    roles: tuple[str, ...]


def need_right(session: Session, by: str, today: dt.date) -> None:
    """Raise NotFound unless this person sets the installation up today (R-011, R-102)."""
    roles = tuple(people.roles_of(session, by, today))
    if not visibility.opens(_Viewer(by, roles), PAGES):
        raise NotFound


def keep(
    session: Session, action: str, kind: str, *, by: str, at: dt.datetime, **said: Any
) -> None:
    """Add what was done to the administration chain; said: ``old`` and ``new`` (R-111)."""
    entry = Entry(action, kind, actor=by, old=said.get("old"), new=said.get("new"))
    Chain.of_administration(session).add(entry, at=at)


def refuse(problems: Sequence[Problem]) -> None:
    """Raise InvalidAnswers when something is wrong with what was typed."""
    if problems:
        raise InvalidAnswers(problems)
