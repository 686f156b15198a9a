"""Process instances that people begin: a new case, or a message brought in from outside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import forms
from engine import messages
from engine.casework import absences, cases, disagreements, people, visibility
from engine.casework.context import Context
from engine.commands.answers import check_answers, form_named, is_known, keep_answers
from engine.commands.contexts import context_of_case
from engine.commands.delivery import deliver_messages
from engine.commands.outcomes import Outcome, sentence_of, tasks_of
from engine.commands.permission import check_may_act, check_role
from engine.commands.tries import keeps_trying
from engine.commands.unit import Unit
from engine.errors import NotAllowed, NotFound
from engine.installation import PARAMETER_SET, Surroundings, read_surroundings
from engine.operations import DOORS, Door
from engine.releases import bundle, current_release_id
from engine.tables.casefile import CaseFile, Stage, ThirdParty
from engine.tables.database import Database
from engine.tables.decisions import Appeal, Arrangement, Decision
from engine.tables.process import Message, ProcessInstance, Setting, WorkItem

#: The process a new case begins with, and who may begin it (R-032).
CASE_PROCESS = "spoc_case"
_MAY_START = frozenset({"team_leader", "manager", "dmo"})
#: What a message may be about beside its case -> where that is kept.
_OF_A_CASE: Mapping[str, type[Any]] = {
    "decision_id": Decision,
    "arrangement_id": Arrangement,
    "appeal_id": Appeal,
    "stage_id": Stage,
    "third_party_id": ThirdParty,
}


def start(db: Database, process_id: str, *, by: str) -> Outcome:
    """Begin a process that starts with a task: a concern becomes a case (R-013).

    Raises NotFound for a process that does not exist, NotAllowed unless `by` leads a team,
    manages a service or is the Data Management Officer.
    """
    outcome = _start_now(db, process_id, by)
    deliver_messages(db, by=by)
    return outcome


@keeps_trying
def _start_now(db: Database, process_id: str, by: str) -> Outcome:
    with db.writing() as session:
        around = read_surroundings(session)
        if not people.roles_of(session, by, around.today) & _MAY_START:
            raise NotAllowed(
                "Expected a team leader or manager to raise a concern. Tell yours about it."
            )
        release_id = current_release_id(session)
        parsed = bundle(session, release_id)
        if process_id not in parsed.definitions.process_ids:
            raise NotFound(f"Expected a process named {process_id}, but there is none.")
        untouched = _untouched(session, process_id, by)
        if untouched is not None:
            return untouched
        chosen = around.parameter_set
        context = context_of_case(session, around, parsed, by, case_id=None, parameter_set=chosen)
        case = cases.open_case(context)
        instance = ProcessInstance(
            process_id=process_id,
            release_id=release_id,
            parameter_set=chosen,
            case_id=case.id,
            started_at=around.now,
            started_by=by,
        )
        unit = Unit.start(session, around, instance, actor=by)
        unit.finish()
        return _outcome(unit, f"Case {case.reference} was opened", by)


def _untouched(session: Session, process_id: str, by: str) -> Outcome | None:
    """Give the case this person began and has not typed anything into: a double click is one."""
    item = session.scalars(
        select(WorkItem)
        .join(ProcessInstance, ProcessInstance.id == WorkItem.instance_id)
        .join(CaseFile, CaseFile.id == WorkItem.case_id)
        .where(
            ProcessInstance.process_id == process_id,
            ProcessInstance.started_by == by,
            CaseFile.customer_id.is_(None),
            WorkItem.completed_at.is_(None),
            WorkItem.cancelled_at.is_(None),
            WorkItem.draft_saved_at.is_(None),
        )
        .limit(1)
    ).first()
    if item is None:
        return None
    return Outcome(
        instance_id=item.instance_id,
        case_id=item.case_id,
        opened=[item.id],
        sentence="You had opened this case already and it is still empty. Go on here.",
    )


def receive(
    db: Database,
    message: str,
    raw: Mapping[str, Any],
    *,
    by: str,
    refs: Mapping[str, int] | None = None,
    page_mark: str | None = None,
) -> Outcome:
    """Take in a message from outside with the answers to its form, and deliver it.

    refs: ``{"case_id": 12, "decision_id": 3}``, what the message is about as far as the
        caller knows; the form's answers name the rest.
    page_mark: made once by the page that sends it; the same mark a second time does nothing.
    Raises NotFound for a message that has no door, NotAllowed, InvalidAnswers.
    """
    kept = _receive_now(db, message, raw, by=by, refs=refs or {}, page_mark=page_mark)
    if kept is None:
        return Outcome(sentence="It was recorded already.")
    deliver_messages(db, by=by)
    sent, case_id = kept
    return _delivered(db, sent, case_id, by)


@keeps_trying
def _receive_now(
    db: Database,
    message: str,
    raw: Mapping[str, Any],
    *,
    by: str,
    refs: Mapping[str, int],
    page_mark: str | None,
) -> tuple[list[int], int | None] | None:
    """Keep the answers and the messages; gives their ids and the case, None when kept before."""
    with db.writing() as session:
        if is_known(session, page_mark):
            return None
        context = take_in(session, message, raw, by=by, refs=refs, page_mark=page_mark)
        return [one.id for one in context.kept], context.case_id


def take_in(
    session: Session,
    message: str,
    raw: Mapping[str, Any],
    *,
    by: str,
    refs: Mapping[str, int],
    page_mark: str | None = None,
) -> Context:
    """Keep a message from outside and its answers in a transaction of somebody else's.

    Whoever commits delivers it afterwards. Raises as ``receive``; nothing of it may be kept then.
    """
    context, form, answers = try_in(session, message, raw, by=by, refs=refs)
    keep_answers(form, answers, context, page_mark=page_mark)
    session.flush()
    if door_named(message).is_message:
        brought = _envelope(context, message, door_named(message), refs)
        context.kept.append(messages.send(session, brought))
    if context.case_id is not None:
        context.audit("message_received", "message", None, new={"message": message})
    session.flush()
    return context


def try_in(
    session: Session, message: str, raw: Mapping[str, Any], *, by: str, refs: Mapping[str, int]
) -> tuple[Context, forms.Form, forms.Answers]:
    """Check a message from outside and its answers; nothing is kept. Raises as ``receive``."""
    context = open_door(session, read_surroundings(session), message, by=by, refs=refs)
    form = form_named(bundle(session, context.release_id), door_named(message).form)
    return context, form, check_answers(form, raw, context)


def door_named(message: str) -> Door:
    """Give the door of a message; NotFound when nobody may bring it in from outside."""
    door = DOORS.get(message)
    if door is None:
        raise NotFound(f"Expected a message that people may bring in, but {message} is not one.")
    return door


def open_door(
    session: Session, around: Surroundings, message: str, *, by: str, refs: Mapping[str, int]
) -> Context:
    """Give the context of a door for one person; NotFound or NotAllowed as the case demands."""
    door = door_named(message)
    roles = people.roles_of(session, by, around.today)
    case = None if door.of_people else session.get(CaseFile, refs.get("case_id", 0))
    is_gone = case is not None and case.deleted_on is not None
    if door.of_people:
        # Whatever case the page before was about.
        refs = {name: refs[name] for name in ("absence_id",) if name in refs}
        _check_of_people(session, door, by, roles, refs)
    elif is_gone or (case is None and (door.needs_case or refs.get("case_id"))):
        raise NotFound("Expected a case that this is about, but there is none.")
    if case and door.about:
        check_may_act(session, case.id, by, roles, message)
    elif case and not _may_log_about(session, case, by, roles):
        raise NotFound(f"Expected a case {case.id}, but there is none.")
    check_role(door.roles, roles)
    _check_refs(session, case, refs)
    ids = {name: refs[name] for name in ("arrangement_id", "appeal_id") if name in refs}
    context = context_of_case(
        session,
        around,
        bundle(session, current_release_id(session)),
        by,
        case_id=case.id if case else None,
        parameter_set=case.parameter_set if case else around.parameter_set,
        **ids,
    )
    context.refs = dict(refs)
    return context


def _check_refs(session: Session, case: CaseFile | None, refs: Mapping[str, int]) -> None:
    """Raise NotFound unless everything named is of this case: messages are addressed by it."""
    for name, table in _OF_A_CASE.items():
        found: Any = session.get(table, refs[name]) if name in refs else None
        if name in refs and (found is None or case is None or found.case_id != case.id):
            raise NotFound(f"Expected something of this case in {name}, but there is none.")


def _check_of_people(
    session: Session, door: Door, by: str, roles: Collection[str], refs: Mapping[str, int]
) -> None:
    """Raise NotFound unless the absence a message is about exists for who brings it."""
    if door.about and not absences.may_change(session, refs.get("absence_id", 0), by, roles):
        raise NotFound("Expected an absence that this is about, but there is none.")


def _may_log_about(session: Session, case: CaseFile, by: str, roles: Collection[str]) -> bool:
    """Tell whether a case exists for somebody who logs an appeal, which anybody may."""
    if visibility.parts_seen(session, case.id, by, roles):
        return True
    return disagreements.may_be_logged_by(session, case, roles)


def _envelope(
    context: Context, message: str, door: Door, refs: Mapping[str, int]
) -> messages.Envelope:
    ids = {
        "case_id": context.case_id,
        "arrangement_id": context.arrangement_id,
        "appeal_id": context.appeal_id,
        "third_party_id": context.third_party_id,
        "stage_id": refs.get("stage_id"),
        "absence_id": refs.get("absence_id"),
    }
    about = ids.get(f"{door.about}_id") if door.about else None
    if door.about and about is None:
        raise NotFound(f"Expected to be told which {door.about} this is about.")
    return messages.Envelope(
        name=message,
        key=f"{door.about}:{about}" if door.about else None,
        refs=ids,
        payload=dict(context.payload),
        sent_by=context.actor,
        sent_at=context.now,
    )


def _delivered(db: Database, sent: Sequence[int], case_id: int | None, by: str) -> Outcome:
    with db.reading() as session:
        rows = select(Message).where(Message.id.in_(sent)).order_by(Message.id)
        kept = session.scalars(rows).all()
        takers = [message.delivered_to for message in kept if message.delivered_to]
        opened = [item for one in kept for item in _opened(session, one)]
        said = (
            "It is recorded"
            if all(message.delivered_at for message in kept)
            else ("It is recorded and waits until the case can take it")
        )
        return Outcome(
            instance_id=next(iter(takers), None),
            case_id=case_id,
            opened=[item.id for item in opened],
            tasks=tasks_of(opened),
            sentence=sentence_of(session, said, opened, stuck=False, by=by),
        )


def _opened(session: Session, message: Message) -> Sequence[WorkItem]:
    """Give the open tasks that one delivered message led to."""
    return session.scalars(
        select(WorkItem)
        .where(
            WorkItem.instance_id == (message.delivered_to or 0),
            WorkItem.opened_at >= message.sent_at,
            WorkItem.completed_at.is_(None),
            WorkItem.cancelled_at.is_(None),
        )
        .order_by(WorkItem.id)
    ).all()


def _outcome(unit: Unit, done: str, by: str) -> Outcome:
    return Outcome(
        instance_id=unit.instance.id,
        case_id=unit.instance.case_id,
        opened=[item.id for item in unit.opened],
        tasks=tasks_of(unit.opened),
        sentence=sentence_of(unit.session, done, unit.opened, stuck=bool(unit.run.failed), by=by),
        stuck=bool(unit.run.failed),
    )


def choose_parameter_set(db: Database, name: str) -> None:
    """Let new cases begin with another set of figures; running ones keep theirs."""
    with db.writing() as session:
        session.merge(Setting(name=PARAMETER_SET, value=name))
