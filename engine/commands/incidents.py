"""Stuck steps: try one again, or let a person settle what nobody claimed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from engine.casework import people
from engine.commands.delivery import (
    close_incidents,
    deliver_in,
    deliver_messages,
    deliver_one,
)
from engine.commands.faults import shown_as_stuck
from engine.commands.openings import audit, note, show_opened
from engine.commands.places import stand_stuck, unmark
from engine.commands.tries import keeps_trying
from engine.commands.unit import Unit, lock_instance
from engine.errors import (
    ElementFailed,
    EngineError,
    InvalidAnswers,
    NotAllowed,
    NotFound,
    Problem,
    Rejected,
)
from engine.installation import Surroundings, read_surroundings
from engine.operations import MAY_RETRY
from engine.tables.database import Database
from engine.tables.process import Incident, Message, ProcessInstance, WorkItem

#: Of the reason why a message is let go, in characters.
LONGEST_REASON = 500
_REASON = f"Enter why it is let go, in {LONGEST_REASON} characters or less"


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


def try_again_in(session: Session, incident_id: int, *, by: str) -> str:
    """Try a stuck step again in a unit of work of somebody else's.

    Returns "" when it went on, else why it is stuck still; then nothing of it may be kept. Raises
    what ``retry`` raises, and what fails as a whole.
    """
    around = read_surroundings(session)
    incident = _take_up(session, around, incident_id, by)
    if incident.message_id is None:
        return _try_run_in(session, around, incident, by)
    if incident.resolved_at is None and not deliver_in(session, incident.message_id, by=by):
        return "Nobody waits for this message."
    return ""


@keeps_trying
def let_go(db: Database, incident_id: int, *, by: str, reason: str) -> None:
    """Let a message that nobody takes go for good, for a reason that is kept with the case.

    Raises NotFound, NotAllowed, InvalidAnswers without a reason, Rejected when it was settled
    already, or is a step of a run: that cannot go on without being tried again.
    """
    said = " ".join(reason.split())
    if not said or len(said) > LONGEST_REASON:
        raise InvalidAnswers([Problem("reason", _REASON)])
    with db.writing() as session:
        around = read_surroundings(session)
        incident = _open_to(session, around, incident_id, by)
        message = session.get(Message, incident.message_id or 0, with_for_update=True)
        if message is None:
            raise Rejected("Expected a message to let go, but this is a step. Try it again.")
        if message.delivered_at is not None:
            raise Rejected("Expected a message nobody took, but somebody has it meanwhile.")
        message.dropped_at = around.now
        incident.settled_by, incident.settled_reason = by, said
        close_incidents(session, message, around)
        note(session, incident, "settled", by=by, at=around.now)
        audit(session, incident, "message_let_go", by=by, at=around.now, reason=said)


@keeps_trying
def _taken_up(db: Database, incident_id: int, by: str) -> int | None:
    """Check that this person may try it, count the try, and give the message it is about."""
    with db.writing() as session:
        return _take_up(session, read_surroundings(session), incident_id, by).message_id


def _take_up(session: Session, around: Surroundings, incident_id: int, by: str) -> Incident:
    incident = _open_to(session, around, incident_id, by)
    incident.retries += 1
    incident.tried_by, incident.tried_at = by, around.now
    note(session, incident, "tried_again", by=by, at=around.now)
    audit(session, incident, "stuck_step_tried_again", by=by, at=around.now, tries=incident.retries)
    if incident.message_id is not None and _is_over(session, incident.message_id):
        incident.resolved_at = around.now
    return incident


def _open_to(session: Session, around: Surroundings, incident_id: int, by: str) -> Incident:
    """Give an incident that is open, to somebody whose it is to mend."""
    if not people.roles_of(session, by, around.today) & MAY_RETRY:
        raise NotAllowed("Expected a manager or the Data Management Officer to do this.")
    incident = session.get(Incident, incident_id)
    if incident is None:
        raise NotFound(f"Expected a stuck step {incident_id}, but there is none.")
    if incident.resolved_at is not None:
        raise Rejected("Expected a stuck step, but it was settled already.")
    return incident


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
        incident = session.get_one(Incident, incident_id)
        return not _try_run_in(session, read_surroundings(session), incident, by)


def _try_run_in(session: Session, around: Surroundings, incident: Incident, by: str) -> str:
    """Try all that is stuck in the run of an incident; gives why it is stuck still, else ""."""
    instance = lock_instance(session, incident.instance_id or 0)
    with shown_as_stuck(instance.process_id):
        unit = Unit.load(session, around, instance, by)
        earlier = _open_incidents(session, instance)
        unit.run.retry()
        unit.finish()
    _settle(session, earlier, around.now)
    _carry_on(earlier, _open_incidents(session, instance))
    return unit.run.failed[0].reason if unit.run.failed else ""


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
        process_id=getattr(failure, "process_id", "") or instance.process_id,
        element_id=element_id,
        reason=str(failure),
        opened_at=at,
    )
    session.add(incident)
    show_opened(session, [incident], at)
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


def _carry_on(earlier: Sequence[Incident], again: Sequence[Incident]) -> None:
    """Let what failed once more say since when, how often and by whom it was tried."""
    known = {(one.process_id, one.element_id): one for one in earlier}
    for new in again:
        before = known.get((new.process_id, new.element_id))
        if before is not None:
            new.opened_at, new.retries = before.opened_at, before.retries
            new.tried_by, new.tried_at = before.tried_by, before.tried_at
