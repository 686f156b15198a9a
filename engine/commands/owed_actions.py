"""Runs for what we owe customers that has none: from before such runs were drawn (R-015)."""

from __future__ import annotations

from sqlalchemy import select

from engine.casework import owed_action_runs
from engine.casework.context import THE_SYSTEM
from engine.commands.contexts import context_of_case
from engine.commands.delivery import deliver_messages
from engine.commands.tries import keeps_trying
from engine.errors import NotFound
from engine.installation import read_surroundings
from engine.releases import bundle, current_release_id
from engine.tables.casefile import CaseFile, OwedAction
from engine.tables.database import Database

#: So many cases at a time, so that writing them takes a moment; the next look finds the rest.
_CASES_AT_ONCE = 25


def begin_owed_actions(db: Database) -> int:
    """Begin a run for each open thing we owe that no run follows; gives how many were begun.

    Nothing where the published version does not draw the process: what is owed stays a line of its
    case, and whoever owes it was told by e-mail. At most those of 25 cases a call.
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
        if parsed.starts(owed_action_runs.WANTED) is None:
            return 0
        around = read_surroundings(session)
        waiting = (
            select(CaseFile.id, CaseFile.parameter_set)
            .join(OwedAction, OwedAction.case_id == CaseFile.id)
            .where(
                OwedAction.begun_on.is_(None),
                owed_action_runs.is_open(),
                CaseFile.deleted_on.is_(None),
            )
            .distinct()
            .order_by(CaseFile.id)
            .limit(_CASES_AT_ONCE)
        )
        return sum(
            owed_action_runs.begin_all(
                context_of_case(
                    session, around, parsed, THE_SYSTEM, case_id=number, parameter_set=figures
                )
            )
            for number, figures in session.execute(waiting).all()
        )
