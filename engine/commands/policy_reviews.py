"""The policy's own reviews, begun before their dates without anybody asking (R-112)."""

from __future__ import annotations

from engine.casework import policy_reviews
from engine.casework.context import THE_SYSTEM
from engine.commands.contexts import context_of_case
from engine.commands.delivery import deliver_messages
from engine.commands.tries import keeps_trying
from engine.errors import NotFound
from engine.installation import read_surroundings
from engine.releases import bundle, current_release_id
from engine.tables.database import Database


def start_policy_review(db: Database) -> bool:
    """Begin the next review of the policy once its first reminder is due; tells whether it did.

    Nothing without a version on record, while a review runs, or where the published version does
    not draw the process.
    """
    if not _begin(db):
        return False
    deliver_messages(db)
    return True


@keeps_trying
def _begin(db: Database) -> bool:
    with db.writing() as session:
        try:
            parsed = bundle(session, current_release_id(session))
        except NotFound:
            return False
        if parsed.starts(policy_reviews.WANTED) is None:
            return False
        around = read_surroundings(session)
        chosen = around.parameter_set
        context = context_of_case(
            session, around, parsed, THE_SYSTEM, case_id=None, parameter_set=chosen
        )
        return policy_reviews.begin_due(context)
