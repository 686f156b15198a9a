"""Actions of the case page: a form and what it records, without any instance moving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine.casework import contact_logging, people
from engine.casework.context import Context
from engine.commands.answers import check_answers, form_named, is_known, keep_answers
from engine.commands.contexts import context_of_case
from engine.commands.delivery import deliver_messages
from engine.commands.permission import check_may_act
from engine.commands.tries import keeps_trying
from engine.errors import NotFound
from engine.installation import Surroundings, read_surroundings
from engine.operations import ACTIONS
from engine.releases import bundle, current_release_id
from engine.tables.casefile import CaseFile
from engine.tables.database import Database


def act(
    db: Database,
    action: str,
    case_id: int,
    raw: Mapping[str, Any],
    *,
    by: str,
    page_mark: str | None = None,
) -> None:
    """Do one action of the case page, such as add evidence or log a contact.

    page_mark: made once by the page that sends it; the same mark a second time does nothing.

    Raises NotFound (or a case that is not for you to see), NotAllowed, InvalidAnswers.
    """
    _act_now(db, action, case_id, raw, by=by, page_mark=page_mark)
    deliver_messages(db, by=by)


@keeps_trying
def _act_now(
    db: Database,
    action: str,
    case_id: int,
    raw: Mapping[str, Any],
    *,
    by: str,
    page_mark: str | None,
) -> None:
    with db.writing() as session:
        around = read_surroundings(session)
        if is_known(session, page_mark):
            return
        context = open_action(session, around, action, case_id, by=by)
        form = form_named(bundle(session, context.release_id), action)
        answers = check_answers(form, raw, context)
        keep_answers(form, answers, context, page_mark=page_mark)
        context.audit(action, "case_file", case_id)


def open_action(
    session: Session, around: Surroundings, action: str, case_id: int, *, by: str
) -> Context:
    """Give the context of one action for one person; NotFound or NotAllowed otherwise."""
    if action not in ACTIONS:
        raise NotFound(f"Expected an action of the case page, but {action} is not one.")
    case = session.get(CaseFile, case_id)
    roles = people.roles_of(session, by, around.today)
    if case is None or case.deleted_on is not None:
        # Of a deleted case its shell is left: what is written to it would stay for ever.
        raise NotFound(f"Expected a case {case_id}, but there is none.")
    logs = action == contact_logging.ACTION and contact_logging.may_log_of(
        session, case_id, by, roles, around.today
    )
    if not logs:
        check_may_act(session, case_id, by, roles, action)
    return context_of_case(
        session,
        around,
        bundle(session, current_release_id(session)),
        by,
        case_id=case_id,
        parameter_set=case.parameter_set,
    )
