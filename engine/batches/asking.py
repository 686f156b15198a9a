"""What a person does with a batch: start, begin, stop, resume, put aside."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, literal, select
from sqlalchemy.orm import Session

from engine.batches.kind import Kind
from engine.batches.kinds import kind_for
from engine.batches.states import begin_now, state_of
from engine.casework import people
from engine.casework.audit import Chain, Entry
from engine.commands.tries import keeps_trying
from engine.errors import InvalidAnswers, NotFound, Problem, Rejected
from engine.installation import read_surroundings
from engine.queries import Person
from engine.tables.batches import Batch, BatchItem
from engine.tables.database import Database

#: Of a reason, in characters.
LONGEST_REASON = 500
#: How a state is called in a sentence.
_STATES = {
    "planning": "its preview is still being made",
    "ready": "it waits to be begun",
    "running": "it is at work",
    "stopped": "it was stopped",
    "ended": "it has ended",
    "discarded": "it was put aside",
}


class NothingToDo(Rejected):
    """What a batch was asked for is about nothing; nothing was changed."""


@keeps_trying
def start(db: Database, kind: str, wanted: Mapping[str, Any], *, by: str, reason: str = "") -> int:
    """Make a batch of everything it is about now; the worker looks at each. Gives its id.

    reason: may come later, with ``begin``, when the kind shows first what it would do.
    Raises NotFound for a kind that does not exist for this person, InvalidAnswers for a missing
    or long reason, NothingToDo when it would be about nothing, and what the kind says.
    """
    with db.writing() as session:
        around = read_surroundings(session)
        chosen = kind_for(kind, people.roles_of(session, by, around.today))
        said = _checked(reason, needed=not chosen.needs_preview)
        batch = Batch(
            kind=kind,
            title=chosen.title(session, wanted),
            wanted=dict(wanted),
            reason=said,
            made_by=by,
            made_at=around.now,
        )
        session.add(batch)
        session.flush()
        found = chosen.subjects(session, wanted).subquery()
        subject = next(iter(found.c))
        session.execute(
            insert(BatchItem).from_select(
                ["batch_id", "subject_id", "status"],
                select(literal(batch.id), subject, literal("new")).order_by(subject),
            )
        )
        batch.total = _count(session, batch.id)
        if not batch.total:
            raise NothingToDo(
                f"Expected at least one {chosen.thing} that this is about, but there is none. "
                "Choose others."
            )
        _keep(session, batch, "batch_planned", by, around.now, total=batch.total)
        return batch.id


def begin(db: Database, batch_id: int, person: Person, reason: str = "") -> None:
    """Let a batch do what its preview showed; what cannot be done is left out.

    Raises NotFound, InvalidAnswers without a reason, Rejected unless it waits to be begun.
    """
    with _held(db, batch_id, person) as held:
        held.need("begin it", "ready")
        held.batch.reason = _checked(reason or held.batch.reason, needed=True)
        begin_now(held.batch, person.name, held.now)
        # What is said about one customer stands in the chain of that case alone, and goes with it.
        of_one = _cases_of(held.session, batch_id) == 1
        held.keep("batch_begun", **({} if of_one else {"reason": held.batch.reason}))


def stop(db: Database, batch_id: int, person: Person) -> None:
    """Let a batch stand still: the one subject at work is finished, no other is begun.

    Raises NotFound, Rejected unless it is at work.
    """
    with _held(db, batch_id, person) as held:
        held.need("stop it", "planning", "running")
        held.batch.stop_asked_at, held.batch.stop_asked_by = held.now, person.name
        held.keep("batch_stopped")


def resume(db: Database, batch_id: int, person: Person) -> None:
    """Let a batch that was stopped go on where it stands. Raises NotFound, Rejected."""
    with _held(db, batch_id, person) as held:
        held.need("resume it", "stopped")
        held.batch.stop_asked_at, held.batch.stop_asked_by = None, None
        held.keep("batch_resumed")


def discard(db: Database, batch_id: int, person: Person) -> None:
    """Put a batch aside that did nothing yet. Raises NotFound, Rejected once it has begun."""
    with _held(db, batch_id, person) as held:
        held.need("put it aside", "planning", "ready", "stopped")
        if held.batch.started_at is not None:
            raise Rejected(
                "Expected a batch that did nothing yet to put aside, but this one has begun. "
                "Leave it stopped, or undo what it did."
            )
        held.batch.ended_at = held.now
        held.keep("batch_discarded")


@dataclass
class _Held:
    """A batch whose row is locked, and who changes it."""

    session: Session
    batch: Batch
    kind: Kind
    person: Person
    now: dt.datetime

    def need(self, wish: str, *states: str) -> None:
        state = state_of(self.batch)
        if state not in states:
            raise Rejected(
                f"Expected “{self.batch.title}” to be such that one can {wish}, but "
                f"{_STATES[state]}. Look at how it stands now."
            )

    def keep(self, action: str, **said: Any) -> None:
        _keep(self.session, self.batch, action, self.person.name, self.now, **said)


@contextlib.contextmanager
def _held(db: Database, batch_id: int, person: Person) -> Iterator[_Held]:
    with db.writing() as session:
        around = read_surroundings(session)
        batch = session.scalar(select(Batch).where(Batch.id == batch_id).with_for_update())
        if batch is None:
            raise NotFound(f"Expected a batch {batch_id}, but there is none.")
        kind = kind_for(batch.kind, people.roles_of(session, person.name, around.today))
        yield _Held(session, batch, kind, person, around.now)


def _keep(
    session: Session, batch: Batch, action: str, by: str, at: dt.datetime, **said: Any
) -> None:
    """Add what happened to a batch to the chain of administration."""
    new = {"kind": batch.kind, "title": batch.title, **said}
    entry = Entry(action, "batch", batch.id, actor=by, new=new)
    Chain.of_administration(session).add(entry, at=at)


def _count(session: Session, batch_id: int) -> int:
    counted = select(func.count(BatchItem.id)).where(BatchItem.batch_id == batch_id)
    return session.scalar(counted) or 0


def _cases_of(session: Session, batch_id: int) -> int:
    cases = select(func.count(BatchItem.case_id.distinct())).where(BatchItem.batch_id == batch_id)
    return session.scalar(cases) or 0


def _checked(reason: str, *, needed: bool) -> str:
    said = reason.replace("\0", "").strip()
    if needed and not said:
        raise InvalidAnswers([Problem("reason", "Expected the reason why. Write it.")])
    if len(said) > LONGEST_REASON:
        raise InvalidAnswers(
            [
                Problem(
                    "reason",
                    f"Expected a reason in at most {LONGEST_REASON} characters, but it has "
                    f"{len(said)}. Shorten it.",
                )
            ]
        )
    return said
