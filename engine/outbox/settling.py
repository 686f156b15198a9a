"""What could not be delivered, in a person's hands: try it again, or give it up with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from engine.casework import flag_requests, people
from engine.casework.audit import Chain, Entry
from engine.commands.tries import keeps_trying
from engine.errors import InvalidAnswers, NotAllowed, NotFound, Problem, Rejected
from engine.installation import Surroundings, read_surroundings
from engine.operations import MAY_RETRY
from engine.outbox.leases import is_free, is_held
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.process import Outbox

#: Changes one row and gives what its chain keeps of it.
Change = Callable[[Outbox, Surroundings], Entry]
#: How many rows one call takes on at most.
PER_CALL = 500
#: How many of them one transaction changes, so that nobody waits long for it.
_AT_A_TIME = 50
LONGEST_REASON = 500
_GIVEN_UP = "Somebody gave the call up."


def try_again(db: Database, ids: Sequence[int], *, by: str) -> int:
    """Let rows be sent as soon as possible; returns how many, those left out that have left.

    A dead one begins anew, with all its tries; one that waits only comes sooner. Who did it is
    kept in the chain of its case, or of the administration. Raises NotAllowed, NotFound when one
    of them does not exist, Rejected when none of them can be tried.
    """

    def change(row: Outbox, around: Surroundings) -> Entry:
        old = {"attempts": row.attempts, "last_error": row.last_error}
        if row.dead_at is not None:
            row.attempts, row.dead_at = 0, None
        row.next_try_at = around.now
        return Entry("delivery_tried_again", "outbox", row.id, actor=by, old=old)

    return _settle(db, ids, by, change)


def try_all_again(db: Database, *, by: str, limit: int = PER_CALL) -> int:
    """Let the oldest of all that could not be delivered be sent again; returns how many."""
    with db.reading() as session:
        dead = session.scalars(
            select(Outbox.id)
            .where(Outbox.dead_at.is_not(None), Outbox.given_up_at.is_(None))
            .order_by(Outbox.id)
            .limit(limit)
        ).all()
    return try_again(db, dead, by=by) if dead else 0


def give_up(db: Database, ids: Sequence[int], *, by: str, reason: str) -> int:
    """Never send these rows, for a reason that is kept; returns how many, as ``try_again``.

    Raises InvalidAnswers when there is no reason or too long a one; else as ``try_again``.
    """
    return _settle(db, ids, by, _giving_up(by, reason))


def give_up_older(db: Database, moment: dt.datetime, *, by: str, reason: str) -> int:
    """Give up everything that was written before a moment and has not left; returns how many.

    For somebody at the command line: mail that waited since before there was a mail server is
    of no use to anybody any more. Raises InvalidAnswers as ``give_up``.
    """
    change = _giving_up(by, reason)
    done = 0
    while True:
        with db.reading() as session:
            old = session.scalars(
                select(Outbox.id)
                .where(
                    Outbox.made_at < moment,
                    Outbox.sent_at.is_(None),
                    Outbox.given_up_at.is_(None),
                    is_free(),
                )
                .order_by(Outbox.id)
                .limit(PER_CALL)
            ).all()
        changed = _change_all(db, old, change, may=None)
        if not changed:
            return done
        done += changed


def waiting(db: Database) -> dict[str, tuple[int, int]]:
    """Count what has not left, by channel: how much waits, how much could not be delivered."""
    with db.reading() as session:
        is_dead = and_(Outbox.dead_at.is_not(None), Outbox.given_up_at.is_(None))
        rows = session.execute(
            select(Outbox.channel, func.count(Outbox.next_try_at), func.count(Outbox.dead_at))
            .where(or_(Outbox.next_try_at.is_not(None), is_dead))
            .group_by(Outbox.channel)
            .order_by(Outbox.channel)
        )
        return {channel: (waits, dead) for channel, waits, dead in rows}


def _giving_up(by: str, reason: str) -> Change:
    said = " ".join(reason.split())
    if not said:
        raise InvalidAnswers([Problem("reason", "Enter why it is given up")])
    if len(said) > LONGEST_REASON:
        too_long = f"Reason must be {LONGEST_REASON} characters or less"
        raise InvalidAnswers([Problem("reason", too_long)])

    def change(row: Outbox, around: Surroundings) -> Entry:
        row.given_up_at, row.given_up_by, row.given_up_reason = around.now, by, said
        row.next_try_at = None
        old = {"attempts": row.attempts, "last_error": row.last_error}
        return Entry("delivery_given_up", "outbox", row.id, actor=by, old=old, new={"reason": said})

    return change


def _settle(db: Database, ids: Sequence[int], by: str, change: Change) -> int:
    done = _change_all(db, sorted(set(ids))[:PER_CALL], change, may=by)
    if not done:
        raise Rejected(
            "Expected something that has not left, but it was sent, given up or is being sent at "
            "this moment. Look at the list as it is now."
        )
    return done


def _change_all(db: Database, ids: Sequence[int], change: Change, *, may: str | None) -> int:
    """Change a few rows at a time; ``may``: who must be allowed to, None at the command line."""
    done = 0
    for start in range(0, len(ids), _AT_A_TIME):
        done += _change_some(db, ids[start : start + _AT_A_TIME], change, may)
    return done


@keeps_trying
def _change_some(db: Database, ids: Sequence[int], change: Change, may: str | None) -> int:
    with db.writing() as session:
        around = read_surroundings(session)
        if may is not None:
            _check_may(session, may, around)
        rows = _rows(session, ids)
        for row in rows:
            _chain(session, row).add(change(row, around), at=around.now)
            if row.given_up_at is not None:
                flag_requests.call_failed(session, row, _GIVEN_UP, around.now)
        return len(rows)


def _check_may(session: Session, by: str, around: Surroundings) -> None:
    if not people.roles_of(session, by, around.today) & MAY_RETRY:
        raise NotAllowed("Expected a manager or the Data Management Officer to do this.")


def _rows(session: Session, ids: Sequence[int]) -> list[Outbox]:
    """Lock the rows, those left out that have left or are leaving; NotFound for no such row."""
    found = session.scalars(
        select(Outbox).where(Outbox.id.in_(ids)).order_by(Outbox.id).with_for_update()
    ).all()
    if len(found) < len(ids):
        raise NotFound
    return [
        row for row in found if row.sent_at is None and row.given_up_at is None and not is_held(row)
    ]


def _chain(session: Session, row: Outbox) -> Chain:
    """Give the chain in which a row's fate is kept: its case's, else the administration's."""
    case = session.get(CaseFile, row.case_id, with_for_update=True) if row.case_id else None
    return Chain.of_case(session, case) if case else Chain.of_administration(session)
