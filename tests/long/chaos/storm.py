"""Killing at random moments under load, and waiting until everything has settled again."""

from __future__ import annotations

import datetime as dt
import random
import time
from dataclasses import dataclass, field

from sqlalchemy import func, select

from engine.commands.delivery import _deliverable
from engine.tables.database import Database
from engine.tables.process import ProcessInstance
from tests.long.chaos.drawing import LAP_HOURS
from tests.long.chaos.ground import now_of, set_ahead
from tests.long.chaos.house import House

#: How long after it answers a process is killed at most, in seconds.
_LIVES_AT_MOST = 3.0
#: One in so many dies while it starts.
_DIES_EARLY = 6
_STARTS_IN = 1.5
#: The clock goes on when less than this share of all runs is still due.
_DONE_ENOUGH = 0.1
_SETTLES_WITHIN = 600


@dataclass
class Hands:
    """The hands of the installation's clock; a lap further each time most of what was due ran."""

    db: Database
    ahead: dt.timedelta = field(default_factory=dt.timedelta)
    moves: int = 0

    def go_on(self) -> None:
        """Let more timers fall due, when most of those before have fired."""
        with self.db.reading() as session:
            everybody = session.scalar(select(func.count(ProcessInstance.id))) or 0
        if due_now(self.db) <= everybody * _DONE_ENOUGH:
            self.move(dt.timedelta(hours=LAP_HOURS, minutes=5))

    def move(self, by: dt.timedelta) -> None:
        """Put the clock so much further."""
        self.ahead += by
        self.moves += 1
        set_ahead(self.db, self.ahead)


def rage(house: House, hands: Hands, kills: int, dice: random.Random) -> None:
    """Kill one process after another, each at a random moment of its life."""
    for _ in range(kills):
        victim = dice.choice(house.processes)
        if dice.randrange(_DIES_EARLY) == 0:
            time.sleep(dice.uniform(0, _STARTS_IN))
        else:
            house.wait_for([victim])
            time.sleep(dice.uniform(0, _LIVES_AT_MOST))
        hands.go_on()
        house.kill(victim)


def settle(house: House, db: Database) -> None:
    """Wait until nothing is due and nothing is on its way any more."""
    house.wait_for(house.processes)
    until = time.monotonic() + _SETTLES_WITHIN
    while due_now(db) or _on_its_way(db):
        for process in house.processes:
            process.start()
        assert time.monotonic() < until, f"{due_now(db)} runs are still due"
        time.sleep(0.2)


def due_now(db: Database, late: dt.timedelta = dt.timedelta()) -> int:
    """Count the runs whose timer has come, so long ago, and has not fired."""
    now = now_of(db) - late
    with db.reading() as session:
        due = select(func.count(ProcessInstance.id)).where(ProcessInstance.next_due_at <= now)
        return session.scalar(due) or 0


def _on_its_way(db: Database) -> bool:
    with db.reading() as session:
        return session.scalar(_deliverable(set())) is not None
