"""Stuck steps: try one again, or let a person settle what nobody claimed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from engine.casework import people
from engine.commands.delivery import deliver_messages, deliver_one
from engine.commands.faults import shown_as_stuck
from engine.commands.places import stand_stuck, unmark
from engine.commands.tries import keeps_trying
from engine.commands.unit import Unit, lock_instance
from engine.errors import ElementFailed, EngineError, NotAllowed, NotFound, Rejected
from engine.installation import read_surroundings
from engine.operations import MAY_RETRY
from engine.tables.database import Database
from engine.tables.process import Incident, Message, ProcessInstance, WorkItem


def retry(db: Database, incident_id: int, *, by: str) -> bool:
    """Try a stuck step again; True when it went on, False when it got stuck once more.

    Raises NotFound, NotAllowed, Rejected when it was settled already.
    """
    message_id = _taken_up(db, incident_id, by)
    if message_id is not None:
        deliver_one(db, message_id, by=by)
        with db.reading() as session:
            went_on = _is_over(session, message_id)
    else:
        went_on = _try_run(db, incident_id, by)
    deliver_messages(db, by=by)
    return went_on


@keeps_trying
def _taken_up(db: Database, incident_id: int, by: str) -> int | None:
    """Check that this person may try it, count the try, and give the message it is about."""
    with db.writing() as session:
        around = read_surroundings(session)
        if not people.roles_of(session, by, around.today) & MAY_RETRY:
            raise NotAllowed("Expected a manager or the Data Management Officer to do this.")
        incident = session.get(Incident, incident_id)
        if incident is None:
            raise NotFound(f"Expected a stuck step {incident_id}, but there is none.")
        if incident.resolved_at is not None:
            raise Rejected("Expected a stuck step, but it was settled already.")
        incident.retries += 1
        if incident.message_id is not None and _is_over(session, incident.message_id):
            incident.resolved_at = around.now
        return incident.message_id


def _try_run(db: Database, incident_id: int, by: str) -> bool:
    """Try all that is stuck in a run; what failed as a whole leaves it as it was."""
    try:
        return _try_run_now(db, incident_id, by)
    except ElementFailed as failure:
        with db.writing() as session:
            incident = session.get_one(Incident, incident_id)
            incident.reason = str(failure)
        return False


@keeps_trying
def _try_run_now(db: Database, incident_id: int, by: str) -> bool:
    with db.writing() as session:
        around = read_surroundings(session)
        incident = session.get_one(Incident, incident_id)
        instance = lock_instance(session, incident.instance_id or 0)
        with shown_as_stuck(instance.process_id):
            unit = Unit.load(session, around, instance, by)
            earlier = _open_incidents(session, instance)
            unit.run.retry()
            unit.finish()
        _settle(session, earlier, around.now)
        return not unit.run.failed


def open_incident(
    session: Session,
    instance: ProcessInstance,
    failure: EngineError,
    at: dt.datetime,
    *,
    item: WorkItem | None = None,
) -> None:
    """Show a failure of an instance to a person; one open incident an element is enough.

    item: the task whose completion failed.
    """
    element_id = getattr(failure, "element_id", "")
    known = session.scalar(
        select(Incident).where(
            Incident.instance_id == instance.id,
            Incident.element_id == element_id,
            Incident.resolved_at.is_(None),
        )
    )
    if known is not None:
        known.reason, known.retries = str(failure), known.retries + 1
        return
    incident = Incident(
        instance_id=instance.id,
        case_id=instance.case_id,
        process_id=getattr(failure, "process_id", instance.process_id),
        element_id=element_id,
        reason=str(failure),
        opened_at=at,
    )
    session.add(incident)
    stand_stuck(session, instance, incident, item)


def _is_over(session: Session, message_id: int) -> bool:
    """Tell whether a message was delivered, or dropped."""
    message = session.get(Message, message_id)
    return message is None or message.delivered_at is not None or message.dropped_at is not None


def _open_incidents(session: Session, instance: ProcessInstance) -> Sequence[Incident]:
    """Give what is stuck in a run; a message it could not take is tried by itself."""
    theirs = and_(Incident.instance_id == instance.id, Incident.message_id.is_(None))
    return session.scalars(select(Incident).where(theirs, Incident.resolved_at.is_(None))).all()


def _settle(session: Session, incidents: Sequence[Incident], now: dt.datetime) -> None:
    """Close what was tried again, which is all of a run; what failed once more has a new one."""
    for one in incidents:
        one.resolved_at = now
    unmark(session, [one.id for one in incidents])
