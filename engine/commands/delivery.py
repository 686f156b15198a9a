"""Messages on their way: each is taken by exactly one instance, in that instance's own unit."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from engine import messages
from engine.casework.context import THE_SYSTEM
from engine.commands.unit import Unit, lock_instance
from engine.errors import EngineError
from engine.installation import Surroundings, read_surroundings
from engine.releases import bundle, current_release_id
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.process import Incident, Message, ProcessInstance, Subscription

#: How many messages one request delivers before it leaves the rest to the worker.
PER_REQUEST = 50
#: After so long an unclaimed message is shown to a person.
UNCLAIMED_AFTER = dt.timedelta(days=1)


def deliver_messages(db: Database, *, by: str = THE_SYSTEM, limit: int = PER_REQUEST) -> int:
    """Deliver what can be delivered, oldest first, one unit of work each; returns how many.

    A message nobody waits for yet stays; one whose receiver gets stuck opens an incident
    there and counts as delivered.
    """
    delivered = 0
    tried: set[int] = set()
    while delivered < limit:
        with db.reading() as session:
            message_id = session.scalar(_deliverable(tried))
        if message_id is None:
            break
        tried.add(message_id)
        delivered += _deliver(db, message_id, by)
    return delivered


def _deliverable(tried: set[int]) -> Select[int]:
    waits = exists().where(
        Subscription.name == Message.name,
        or_(Subscription.key == Message.key, Subscription.key == Message.fallback_key),
    )
    return (
        select(Message.id)
        .where(
            Message.delivered_at.is_(None),
            Message.dropped_at.is_(None),
            or_(Message.key.is_(None), waits),
            Message.id.not_in(tried),
        )
        .order_by(Message.id)
        .limit(1)
    )


def _deliver(db: Database, message_id: int, by: str) -> int:
    """Deliver one message; 0 when its receiver is gone meanwhile or refuses it."""
    try:
        return _deliver_now(db, message_id, by)
    except EngineError as error:
        with db.writing() as session:
            message = session.get_one(Message, message_id)
            around = read_surroundings(session)
            _unclaimed(session, around, message, f"Its receiver could not take it: {error}")
        return 0


def _deliver_now(db: Database, message_id: int, by: str) -> int:
    with db.writing() as session:
        message = session.get(Message, message_id, with_for_update=True)
        if message is None or message.delivered_at is not None:
            return 0
        around = read_surroundings(session)
        unit = (
            _start(session, around, message, by)
            if message.key is None
            else _correlate(session, around, message, by)
        )
        if unit is None:
            return 0
        unit.finish()
        message.delivered_at, message.delivered_to = around.now, unit.instance.id
    return 1


def _start(session: Session, around: Surroundings, message: Message, by: str) -> Unit | None:
    """Begin the process that this message starts, on the release of its sender."""
    sender = session.get(ProcessInstance, message.sender_instance_id or 0)
    release_id = sender.release_id if sender else current_release_id(session)
    found = bundle(session, release_id).starts(message.name)
    if found is None:
        _unclaimed(session, around, message, f"No process starts with {message.name}.")
        return None
    process_id, element_id = found
    refs = message.refs
    case = session.get(CaseFile, refs.get("case_id", 0))
    instance = ProcessInstance(
        process_id=process_id,
        release_id=release_id,
        parameter_set=case.parameter_set if case else _set_of(sender),
        case_id=refs.get("case_id"),
        arrangement_id=refs.get("arrangement_id"),
        appeal_id=refs.get("appeal_id"),
        third_party_id=refs.get("third_party_id"),
        started_at=around.now,
        started_by=message.sent_by,
    )
    return Unit.start(
        session,
        around,
        instance,
        actor=by,
        start_element=element_id,
        variables=message.payload,
    )


def _correlate(session: Session, around: Surroundings, message: Message, by: str) -> Unit | None:
    """Hand the message to the one task that waits for it."""
    subscription = messages.receiver(session, message)
    if subscription is None:
        return None
    instance = lock_instance(session, subscription.instance_id)
    unit = Unit.load(session, around, instance, by)
    waiting = {(wait.task_id, wait.element.id) for wait in unit.run.waiting_messages}
    if (subscription.task_id, subscription.element_id) not in waiting:
        unit.finish()
        return None
    unit.run.deliver(subscription.task_id, message.payload)
    return unit


def sweep_unclaimed(db: Database) -> int:
    """Show each message nobody claimed for a day to a person; drop mere nudges; how many."""
    with db.writing() as session:
        around = read_surroundings(session)
        stale = session.scalars(
            select(Message).where(
                Message.delivered_at.is_(None),
                Message.dropped_at.is_(None),
                Message.sent_at < around.now - UNCLAIMED_AFTER,
                ~exists().where(and_(Incident.message_id == Message.id)),
            )
        ).all()
        for message in stale:
            if message.name in messages.NUDGES:
                message.dropped_at = around.now
            else:
                _unclaimed(session, around, message, f"Nobody waits for {message.name}.")
        return len(stale)


def _unclaimed(session: Session, around: Surroundings, message: Message, reason: str) -> None:
    """Open one incident for a message, however often it is tried."""
    known = select(Incident.id).where(
        Incident.message_id == message.id, Incident.resolved_at.is_(None)
    )
    if session.scalar(known.limit(1)) is not None:
        return
    session.add(
        Incident(
            message_id=message.id,
            case_id=message.case_id,
            process_id="",
            element_id=message.name,
            reason=f"{reason} Look at the case and decide what should happen.",
            opened_at=around.now,
        )
    )


def _set_of(sender: ProcessInstance | None) -> str:
    if sender is None:
        raise EngineError("Expected a message that starts a process to name a case.")
    return sender.parameter_set
