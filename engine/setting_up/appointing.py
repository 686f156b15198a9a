"""The first person of an empty installation, appointed from the command line."""

from __future__ import annotations

from collections.abc import Mapping

from engine.commands.tries import keeps_trying
from engine.installation import read_surroundings
from engine.setting_up.roles import Term, given
from engine.setting_up.staff import added
from engine.tables.database import Database
from engine.tables.people import User


@keeps_trying
def appoint(db: Database, raw: Mapping[str, str], role: str, *, by: str) -> str:
    """Add somebody if they are not known yet, and give them a role from today.

    For those who run the machine: nobody who is signed in is asked for their right. Gives the user
    name. Raises InvalidAnswers with every problem.
    """
    with db.writing() as session:
        around = read_surroundings(session)
        name = raw.get("name", "").strip().lower()
        if session.get(User, name) is None:
            name = added(session, around, raw, by=by)
        given(session, around, Term(role, name, around.today), by=by)
        return name
