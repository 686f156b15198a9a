"""Comparisons of flags with other systems, begun before their dates by themselves (R-068)."""

from __future__ import annotations

from engine.casework import flag_comparisons
from engine.casework.context import THE_SYSTEM
from engine.commands.contexts import context_of_case
from engine.commands.delivery import deliver_messages
from engine.commands.tries import keeps_trying
from engine.errors import NotFound
from engine.installation import read_surroundings
from engine.releases import bundle, current_release_id
from engine.tables.database import Database


def start_flag_comparisons(db: Database) -> int:
    """Begin the comparison with each system whose date is near; gives how many were begun.

    None where the published version does not draw the process.
    """
    begun = _begin(db)
    if begun:
        deliver_messages(db)
    return begun


@keeps_trying
def _begin(db: Database) -> int:
    with db.writing() as session:
        try:
            parsed = bundle(session, current_release_id(session))
        except NotFound:
            return 0
        if parsed.starts(flag_comparisons.WANTED) is None:
            return 0
        around = read_surroundings(session)
        context = context_of_case(
            session, around, parsed, THE_SYSTEM, case_id=None, parameter_set=around.parameter_set
        )
        return flag_comparisons.begin_due(context)
