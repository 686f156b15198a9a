"""A kind of batch that only counts: each subject is a number, doing it writes the number down."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Integer, Select, cast, func, insert, select
from sqlalchemy.orm import Session

from engine.batches import KINDS, Done, Item, Planned
from engine.errors import ElementFailed, Rejected
from engine.tables.database import Database
from engine.tables.process import Setting

#: Each of these times something is handled in its own way.
CANNOT, FAILS, BREAKS, GOES_ON = 97, 89, 83, 79


class Tally:
    """Writes each subject down, which fails when it is written down already."""

    name = "tally"
    may = frozenset({"manager"})
    needs_preview = True
    undone_by = ""
    do, done, thing = "Count", "Counted", "number"

    def title(self, session: Session, wanted: Mapping[str, Any]) -> str:
        return f"Count the numbers above {wanted['above']}"

    def subjects(self, session: Session, wanted: Mapping[str, Any]) -> Select[Any]:
        number = cast(Setting.value, Integer)
        is_subject = Setting.name.startswith("subject ")
        return select(number).where(is_subject, number > wanted["above"])

    def plan(self, session: Session, wanted: Mapping[str, Any], subject_id: int) -> Planned:
        if subject_id % CANNOT == 0:
            return Planned("cannot", f"Number {subject_id}", ("It has two sevens.",))
        return Planned(
            "changes" if subject_id % 2 else "as_is",
            f"Number {subject_id}",
            details={"half": subject_id // 2},
        )

    def apply(
        self, session: Session, wanted: Mapping[str, Any], item: Item, *, by: str, reason: str
    ) -> Done:
        number = item.subject_id
        session.add(Setting(name=f"done {number}", value=f"{by}: {reason}"))
        session.flush()
        if number == wanted.get("dies_at"):
            os.kill(os.getpid(), signal.SIGKILL)
        if number % FAILS == 0:
            raise ElementFailed("counting", "count", "It is unlucky.")
        if number % GOES_ON == 0:
            raise Rejected("Expected a number that stands still, but it went on.")
        if number % BREAKS == 0:
            raise ValueError("a fault of ours")
        assert item.details == {"half": number // 2}
        return Done(says=("It was counted.",), kept={"was": number})


class Promptly(Tally):
    """The same, begun without anybody looking."""

    name = "promptly"
    needs_preview = False


def register() -> None:
    """Let batches be of these kinds."""
    KINDS["tally"] = Tally()
    KINDS["promptly"] = Promptly()


def add_subjects(database: Database, count: int) -> None:
    """Let there be so many numbers, from 1."""
    rows = [{"name": f"subject {n}", "value": str(n)} for n in range(1, count + 1)]
    with database.writing() as session:
        session.execute(insert(Setting), rows)


def counted(database: Database) -> set[int]:
    """Give the numbers that were written down."""
    with database.reading() as session:
        names = session.scalars(select(Setting.name).where(Setting.name.startswith("done ")))
        return {int(name.removeprefix("done ")) for name in names}


def countable(count: int) -> set[int]:
    """Give the numbers that end up written down, of so many."""
    special = (CANNOT, FAILS, BREAKS, GOES_ON)
    return {n for n in range(1, count + 1) if all(n % one for one in special)}


def how_many_counted(database: Database) -> int:
    """Count the numbers that were written down."""
    with database.reading() as session:
        done = select(func.count()).where(Setting.name.startswith("done "))
        return session.scalar(done) or 0
