"""Messages on their way: each is taken by exactly one instance, in that instance's own unit."""

from __future__ import annotations

import datetime as dt
import logging

from sqlalchemy import ScalarSelect, Select, and_, delete, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine import messages
from engine.casework.context import THE_SYSTEM
from engine.commands.faults import shown_as_stuck
from engine.commands.openings import show_opened
from engine.commands.places import unmark
from engine.commands.tries import keeps_trying
from engine.commands.unit import Unit, lock_instance
from engine.errors import EngineError, Rejected, Unavailable
from engine.installation import Surroundings, read_surroundings
from engine.releases import bundle, current_release_id
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.process import Incident, Message, ProcessInstance, Subscription

_log = logging.getLogger("spoc.engine")

#: How many messages one request delivers before it leaves the rest to the worker.
PER_REQUEST = 50
#: After so long an unclaimed message is shown to a person.
UNCLAIMED_AFTER = dt.timedelta(days=1)
#: The process of an incident whose message no run waits for.
UNCLAIMED = ""


def deliver_messages(db: Database, *, by: str = THE_SYSTEM, limit: int = PER_REQUEST) -> int:
    """Deliver what can be delivered, oldest first, one unit of work each; returns how many.

    A message nobody waits for yet stays, and comes when somebody does. One whose receiver cannot
    take it opens an incident there and is left alone until a person tries it again. limit: the
    most that are tried.
    """
    delivered = 0
    tried: set[int] = set()
    while len(tried) < limit:
        with db.reading() as session:
            message_id = session.scalar(_deliverable(tried))
        if message_id is None:
            break
        tried.add(message_id)
        delivered += deliver_one(db, message_id, by=by)
    return delivered


def deliver_one(db: Database, message_id: int, *, by: str) -> bool:
    """Deliver one message; False when nobody can take it now. What fails is shown as incident.

    What cannot even be shown is told by the log, tried again and holds up no other; Unavailable
    is raised, since the others would get the same.
    """
    try:
        return _deliver_or_show(db, message_id, by)
    except Rejected:
        # Somebody was quicker, or its receiver is gone meanwhile: the next look decides anew. What
        # a person did before is kept, so it is nothing that they must hear.
        return False
    except Unavailable:
        raise
    except Exception:
        _log.exception("Message %s could not be taken, nor be shown as stuck.", message_id)
        return False


def _deliver_or_show(db: Database, message_id: int, by: str) -> bool:
    try:
        with shown_as_stuck(""):
            return _deliver_now(db, message_id, by)
    except Rejected:
        raise
    except EngineError as failure:
        _show_failure(db, message_id, failure)
    return False


def _deliverable(tried: set[int]) -> Select[int]:
    """Ask for the oldest message that exactly one task waits for, or that starts a process."""
    held_up = exists().where(
        Incident.message_id == Message.id,
        Incident.resolved_at.is_(None),
        Incident.process_id != UNCLAIMED,
    )
    return (
        select(Message.id)
        .where(
            Message.delivered_at.is_(None),
            Message.dropped_at.is_(None),
            or_(
                Message.key.is_(None),
                _waiting_under(Message.key) == 1,
                _waiting_under(Message.fallback_key) == 1,
            ),
            Message.id.not_in(tried),
            ~held_up,
        )
        .order_by(Message.id)
        .limit(1)
    )


def _waiting_under(key: InstrumentedAttribute[str | None]) -> ScalarSelect[int]:
    return (
        select(func.count(Subscription.id))
        .where(Subscription.name == Message.name, Subscription.key == key)
        .correlate(Message)
        .scalar_subquery()
    )


@keeps_trying
def _deliver_now(db: Database, message_id: int, by: str) -> bool:
    with db.writing() as session:
        return deliver_in(session, message_id, by=by)


def deliver_in(session: Session, message_id: int, *, by: str) -> bool:
    """Deliver one message in a unit of work of somebody else's; False when nobody takes it now.

    What fails is raised, and nothing of it may be kept.
    """
    message = session.get(Message, message_id, with_for_update=True)
    if message is None or message.delivered_at is not None or message.dropped_at is not None:
        return False
    around = read_surroundings(session)
    deliver = _start if message.key is None else _correlate
    unit = deliver(session, around, message, by)
    if unit is None:
        return False
    message.delivered_at, message.delivered_to = around.now, unit.instance.id
    close_incidents(session, message, around)
    return True


def _start(session: Session, around: Surroundings, message: Message, by: str) -> Unit:
    """Begin the process that this message starts, on the release of its sender."""
    sender = session.get(ProcessInstance, message.sender_instance_id or 0)
    release_id = sender.release_id if sender else current_release_id(session)
    found = bundle(session, release_id).starts(message.name)
    if found is None:
        raise EngineError(f"Expected a process that starts with {message.name}, but there is none.")
    process_id, element_id = found
    refs = message.refs
    case = session.get(CaseFile, refs.get("case_id", 0))
    instance = ProcessInstance(
        process_id=process_id,
        release_id=release_id,
        parameter_set=case.parameter_set if case else _set_of(sender, around),
        case_id=refs.get("case_id"),
        arrangement_id=refs.get("arrangement_id"),
        appeal_id=refs.get("appeal_id"),
        third_party_id=refs.get("third_party_id"),
        started_at=around.now,
        started_by=message.sent_by,
    )
    with shown_as_stuck(process_id):
        unit = Unit.start(
            session,
            around,
            instance,
            actor=by,
            start_element=element_id,
            variables=message.payload,
        )
        unit.finish()
    return unit


def _correlate(session: Session, around: Surroundings, message: Message, by: str) -> Unit | None:
    """Hand the message to the one task that waits for it."""
    subscription = messages.receiver(session, message)
    if subscription is None:
        return None
    instance = lock_instance(session, subscription.instance_id)
    with shown_as_stuck(instance.process_id):
        unit = Unit.load(session, around, instance, by)
        waiting = {(wait.task_id, wait.element.id) for wait in unit.run.waiting_messages}
        is_there = (subscription.task_id, subscription.element_id) in waiting
        if is_there:
            unit.run.deliver(subscription.task_id, message.payload)
        unit.finish()
    if not is_there:
        session.execute(delete(Subscription).where(Subscription.id == subscription.id))
    return unit if is_there else None


@keeps_trying
def _show_failure(db: Database, message_id: int, failure: EngineError) -> None:
    """Show why its receiver could not take a message; it waits until somebody tries it again."""
    with db.writing() as session:
        around = read_surroundings(session)
        message = session.get_one(Message, message_id)
        subscription = messages.receiver(session, message)
        instance = lock_instance(session, subscription.instance_id) if subscription else None
        process_id = getattr(failure, "process_id", "") or (instance.process_id if instance else "")
        _show(
            session,
            Incident(
                instance_id=instance.id if instance else None,
                message_id=message.id,
                case_id=message.case_id,
                process_id=process_id or message.name,
                element_id=getattr(failure, "element_id", "") or message.name,
                reason=f"The message {message.name} could not be taken: "
                f"{getattr(failure, 'reason', None) or failure}",
                opened_at=around.now,
            ),
        )


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
                _unclaimed(session, around, message)
        return len(stale)


def _unclaimed(session: Session, around: Surroundings, message: Message) -> None:
    called = message.name.replace("_", " ")
    reason = f"Nobody waits for “{called}”. Look at the case and decide what should happen."
    _show(
        session,
        Incident(
            message_id=message.id,
            case_id=message.case_id,
            process_id=UNCLAIMED,
            element_id=message.name,
            reason=reason,
            opened_at=around.now,
        ),
    )


def close_incidents(session: Session, message: Message, around: Surroundings) -> None:
    """Settle what a person was shown of a message that somebody takes now."""
    theirs = and_(Incident.message_id == message.id, Incident.resolved_at.is_(None))
    shown = session.scalars(select(Incident).where(theirs)).all()
    for one in shown:
        one.resolved_at = around.now
    if shown:
        unmark(session, [one.id for one in shown])


def _show(session: Session, incident: Incident) -> None:
    """Open one incident for a message, however often it is tried; the newest reason counts."""
    known = session.scalar(
        select(Incident)
        .where(Incident.message_id == incident.message_id, Incident.resolved_at.is_(None))
        .limit(1)
    )
    if known is None:
        session.add(incident)
        show_opened(session, [incident], incident.opened_at)
    else:
        known.instance_id, known.reason = incident.instance_id, incident.reason
        known.process_id, known.element_id = incident.process_id, incident.element_id


def _set_of(sender: ProcessInstance | None, around: Surroundings) -> str:
    """Give the figures of a run about no case: of who sent for it, else those of new cases."""
    return sender.parameter_set if sender else around.parameter_set
