"""Killing at random moments under load, and waiting until everything has settled again."""

from __future__ import annotations

import datetime as dt
import random
import time
from dataclasses import dataclass, field

from sqlalchemy import func, select

from engine.commands.delivery import _deliverable
from engine.tables.database import Database
from engine.tables.process import Outbox, ProcessInstance
from tests.long.chaos.drawing import LAP_HOURS
from tests.long.chaos.ground import now_of, set_ahead
from tests.long.chaos.house import House
from tests.long.chaos.ledger import Ledger
from tests.long.chaos.outside_world import World

#: How long after it answers a process is killed at most, in seconds.
_LIVES_AT_MOST = 3.0
#: One in so many dies while it starts, one when something has just arrived outside.
_WAYS = 6
_JUST_AFTER = 0.005
_STARTS_IN = 1.5
#: The clock goes on when less than this share of all runs is still due.
_DONE_ENOUGH = 0.1
_SETTLES_WITHIN = 600
_LOOKS_AGAIN = 1.0
#: So many seconds a row of the outbox stays in the hands of a worker that was killed.
_HELD_BY_THE_DEAD = 15


@dataclass
class Hands:
    """The hands of the installation's clock; a lap further each time most of what was due ran."""

    db: Database
    ledger: Ledger
    ahead: dt.timedelta = field(default_factory=dt.timedelta)

    def go_on(self) -> None:
        """Let more timers fall due, when most of those before have fired."""
        with self.db.reading() as session:
            everybody = session.scalar(select(func.count(ProcessInstance.id))) or 0
        if due_now(self.db) <= everybody * _DONE_ENOUGH:
            self.move(dt.timedelta(hours=LAP_HOURS, minutes=5))

    def move(self, by: dt.timedelta) -> None:
        """Put the clock so much further."""
        self.ahead += by
        self.ledger.moved()
        set_ahead(self.db, self.ahead)


def rage(house: House, hands: Hands, world: World, kills: int, dice: random.Random) -> None:
    """Kill one process after another, each at a random moment of its life.

    Some while they start, and some just when the mail server or the listener has taken something.
    """
    for _ in range(kills):
        victim, way = dice.choice(house.processes), dice.randrange(_WAYS)
        if way == 0:
            time.sleep(dice.uniform(0, _STARTS_IN))
        else:
            house.wait_for([victim])
            hands.go_on()
            if way == 1:
                world.arrived.clear()
                world.arrived.wait(_LIVES_AT_MOST)
                time.sleep(dice.uniform(0, _JUST_AFTER))
            else:
                time.sleep(dice.uniform(0, _LIVES_AT_MOST))
        house.kill(victim)


def settle(house: House, db: Database, hands: Hands, *, sends: bool) -> None:
    """Wait until nothing is due, nothing on its way and, where it sends, nothing left to send."""
    house.wait_for(house.processes)
    until = time.monotonic() + _SETTLES_WITHIN
    while due_now(db) or _on_its_way(db) or (sends and _left_to_send(db)):
        house.keep_going()
        assert time.monotonic() < until, (due_now(db), _on_its_way(db), _left_to_send(db))
        time.sleep(_LOOKS_AGAIN)
        if time.monotonic() > until - _SETTLES_WITHIN + _HELD_BY_THE_DEAD and not due_now(db):
            # What was not taken is tried again minutes later; nobody waits for that here.
            hands.move(dt.timedelta(minutes=2))


def due_now(db: Database, late: dt.timedelta = dt.timedelta()) -> int:
    """Count the runs whose timer has come, so long ago, and has not fired."""
    now = now_of(db) - late
    with db.reading() as session:
        due = select(func.count(ProcessInstance.id)).where(ProcessInstance.next_due_at <= now)
        return session.scalar(due) or 0


def _on_its_way(db: Database) -> bool:
    with db.reading() as session:
        return session.scalar(_deliverable(set())) is not None


def _left_to_send(db: Database) -> int:
    with db.reading() as session:
        left = select(func.count(Outbox.id)).where(Outbox.next_try_at.is_not(None))
        return session.scalar(left) or 0
