"""Everything that is done again and again, listed once for every kind of worker."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Literal

from engine import batches, imports
from engine.casework.audit import Chain
from engine.commands import (
    begin_hold_reviews,
    begin_owed_actions,
    deliver_messages,
    dispatch_due,
    hand_back_tasks,
    read_surroundings,
    run_due,
    start_flag_comparisons,
    start_policy_review,
    sweep_unclaimed,
)
from engine.outbox import Senders, ask_notify, deliver_outbox, task_mail
from engine.sign_in import forget_old
from engine.tables import copies
from engine.tables.database import Database

logger = logging.getLogger("spoc.worker")

#: Seconds between two looks at what is due.
TICK_SECONDS = 5
SWEEP_SECONDS = 600
#: Any number that nobody else asks this database to lock.
_SWEEPS = 7764
#: So long one tick goes on with timers; the next tick must find it over.
_MOST_SECONDS = 4.0
#: The heads of so many chains are kept at a time, so that writing them takes a moment.
_CHAINS_A_WRITE = 50


@dataclass(frozen=True)
class Periodic:
    """One thing to do again and again; what one call leaves, the next one finds."""

    name: str
    #: What stands in one lane is done one after the other; a lane never waits for another.
    lane: Literal["tick", "file", "post", "sweep"]
    seconds: int
    run: Callable[[Database], object]
    #: What workers apart do instead; None when they do the same.
    apart: Callable[[Database], object] | None = None

    def try_on(self, db: Database) -> None:
        """Do it; a failure is logged, and the next call tries again.

        What sweeps looks at everything: only one process does at a time, the others leave it out.
        """
        try:
            with db.first(_SWEEPS) if self.lane == "sweep" else nullcontext(True) as mine:
                if mine:
                    self.run(db)
        except Exception:
            logger.exception("%s failed; it is tried again.", self.name.capitalize())


def periodics(senders: Senders | None = None) -> tuple[Periodic, ...]:
    """Give all of them, in their order. Without senders nothing leaves the house."""
    ways = senders or Senders()
    send = partial(deliver_outbox, senders=ways)
    ask = partial(ask_notify, settings=ways.notify)
    write = partial(task_mail.write_task_mail, is_sent=ways.mail is not None)
    return (
        Periodic("messages", "tick", TICK_SECONDS, deliver_messages),
        Periodic("timers", "tick", TICK_SECONDS, fire_timers, apart=dispatch_due),
        Periodic("batches", "tick", TICK_SECONDS, batches.work),
        # Lanes of their own: neither a long file nor a mail server that hangs makes a timer late.
        Periodic("imports of contacts", "file", TICK_SECONDS, imports.work),
        Periodic("imports of registers", "file", TICK_SECONDS, imports.registers.work),
        Periodic("the outbox", "post", TICK_SECONDS, send),
        Periodic("unclaimed messages", "sweep", SWEEP_SECONDS, sweep_unclaimed),
        Periodic("tasks of leavers", "sweep", SWEEP_SECONDS, hand_back_tasks),
        Periodic("old sign-ins", "sweep", SWEEP_SECONDS, forget_old),
        Periodic("letters at Notify", "sweep", SWEEP_SECONDS, ask),
        Periodic("e-mail about tasks", "sweep", SWEEP_SECONDS, write),
        Periodic("what we owe customers", "sweep", SWEEP_SECONDS, begin_owed_actions),
        Periodic("reviews of holds", "sweep", SWEEP_SECONDS, begin_hold_reviews),
        Periodic("reviews of the policy", "sweep", SWEEP_SECONDS, start_policy_review),
        Periodic("comparisons of flags", "sweep", SWEEP_SECONDS, start_flag_comparisons),
        Periodic("audit anchors", "sweep", SWEEP_SECONDS, anchor),
        Periodic("what was deleted", "sweep", SWEEP_SECONDS, copies.tidy),
    )


def fire_timers(db: Database) -> int:
    """Run everything that is due, for as long as a tick may last; returns how many moved."""
    until = time.monotonic() + _MOST_SECONDS
    moved = last = run_due(db)
    while last and time.monotonic() < until:
        last = run_due(db)
        moved += last
    return moved


def anchor(db: Database) -> None:
    """Keep today's head of the administration's chain and of each case's chain that grew.

    Each is verified once a day, and only read meanwhile: nobody waits to write for that.
    """
    with db.reading() as session:
        today = read_surroundings(session).today
        names = [chain.name for chain in Chain.grown_since_anchor(session, today)]
    for begin in range(0, len(names), _CHAINS_A_WRITE):
        heads = _verified(db, names[begin : begin + _CHAINS_A_WRITE])
        with db.writing() as session:
            for name, head in heads.items():
                Chain(session, name).anchor(today, head)


def _verified(db: Database, names: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Give the heads of those chains that hold; of the others the log tells."""
    heads: dict[str, tuple[int, str]] = {}
    with db.reading() as session:
        for chain in (Chain(session, name) for name in names):
            broken = chain.broken_at()
            if broken is None:
                heads[chain.name] = chain.head
            else:
                logger.critical("The audit chain %s does not hold at %s.", chain.name, broken)
    return heads
