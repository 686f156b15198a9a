"""Runs that begin without anybody asking: on a date, or for what a case waits for."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.casework import flag_comparisons, holds, owed_action_runs, policy_reviews
from engine.casework.context import THE_SYSTEM, Context
from engine.commands.contexts import context_of_case
from engine.commands.delivery import deliver_messages
from engine.commands.tries import keeps_trying
from engine.errors import NotFound
from engine.installation import Surroundings, read_surroundings
from engine.releases import Bundle, bundle, current_release_id
from engine.tables.casefile import CaseFile, LegalHold, OwedAction
from engine.tables.database import Database

#: Begins what is due in an open transaction; gives how many messages it sent.
Begin = Callable[[Session, Surroundings, Bundle], int]
#: So many cases at a time, so that writing them takes a moment; the next look finds the rest.
_CASES_AT_ONCE = 25


def start_policy_review(db: Database) -> bool:
    """Begin the next review of the policy once its first reminder is due; tells whether it did.

    Nothing without a version on record, while a review runs, or where the published version does
    not draw the process (R-112).
    """
    return bool(_begin(db, policy_reviews.WANTED, _policy_review))


def start_flag_comparisons(db: Database) -> int:
    """Begin the comparison with each system whose date is near; gives how many were begun.

    None where the published version does not draw the process (R-068).
    """
    with db.reading() as session:
        try:
            parsed = bundle(session, current_release_id(session))
        except NotFound:
            return 0
        if parsed.starts(flag_comparisons.WANTED) is None:
            return 0
        near = flag_comparisons.near(_of_no_case(session, read_surroundings(session), parsed))
    # Every flag was looked at by now: nobody waits for that to write something.
    return _begin(db, flag_comparisons.WANTED, partial(_comparisons, near)) if near else 0


def begin_owed_actions(db: Database) -> int:
    """Begin a run for each open thing we owe that no run follows; gives how many were begun.

    Nothing where the published version does not draw the process: what is owed stays a line of its
    case, and whoever owes it was told by e-mail. At most those of 25 cases a call (R-015).
    """
    return _begin(db, owed_action_runs.WANTED, _what_is_owed)


def begin_hold_reviews(db: Database) -> int:
    """Begin the review of each standing hold that has none; gives how many were begun.

    Nothing where the published version does not draw the process. At most those of 25 cases a call
    (R-108).
    """
    return _begin(db, holds.PLACED, _holds)


def _begin(db: Database, message: str, begin: Begin) -> int:
    """Begin what is due where the published version starts with this message, and deliver it."""
    begun = _sent(db, message, begin)
    if begun:
        deliver_messages(db)
    return begun


@keeps_trying
def _sent(db: Database, message: str, begin: Begin) -> int:
    with db.writing() as session:
        try:
            parsed = bundle(session, current_release_id(session))
        except NotFound:
            return 0
        if parsed.starts(message) is None:
            return 0
        return begin(session, read_surroundings(session), parsed)


def _policy_review(session: Session, around: Surroundings, parsed: Bundle) -> int:
    return int(policy_reviews.begin_due(_of_no_case(session, around, parsed)))


def _comparisons(
    near: Collection[str], session: Session, around: Surroundings, parsed: Bundle
) -> int:
    return flag_comparisons.begin_due(_of_no_case(session, around, parsed), near)


def _what_is_owed(session: Session, around: Surroundings, parsed: Bundle) -> int:
    open_ones = (OwedAction.begun_on.is_(None), owed_action_runs.is_open())
    contexts = _of_cases(session, around, parsed, OwedAction.case_id, *open_ones)
    return sum(owed_action_runs.begin_all(context) for context in contexts)


def _holds(session: Session, around: Surroundings, parsed: Bundle) -> int:
    standing = (LegalHold.begun_on.is_(None), LegalHold.lifted_on.is_(None))
    contexts = _of_cases(session, around, parsed, LegalHold.case_id, *standing)
    return sum(holds.begin_all(context) for context in contexts)


def _of_cases(
    session: Session,
    around: Surroundings,
    parsed: Bundle,
    case_id: InstrumentedAttribute[int],
    *waiting: ColumnElement[bool],
) -> list[Context]:
    """Give the next cases with such a row, each to work on."""
    cases = session.execute(
        select(CaseFile.id, CaseFile.parameter_set)
        .join(case_id.class_, case_id == CaseFile.id)
        .where(CaseFile.deleted_on.is_(None), *waiting)
        .distinct()
        .order_by(CaseFile.id)
        .limit(_CASES_AT_ONCE)
    ).all()
    return [
        context_of_case(session, around, parsed, THE_SYSTEM, case_id=number, parameter_set=figures)
        for number, figures in cases
    ]


def _of_no_case(session: Session, around: Surroundings, parsed: Bundle) -> Context:
    chosen = around.parameter_set
    return context_of_case(session, around, parsed, THE_SYSTEM, case_id=None, parameter_set=chosen)
