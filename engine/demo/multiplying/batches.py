"""The copies themselves: as many as are wanted, a few at a time, each of them whole."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from engine import clock
from engine.casework.audit import Chain, Entry
from engine.casework.context import THE_SYSTEM
from engine.casework.references import next_references
from engine.demo.landlord import demo_is_loaded
from engine.demo.multiplying import columns, days
from engine.demo.multiplying.originals import Original, Rows
from engine.demo.multiplying.values import Copy
from engine.errors import Rejected
from engine.installation import read_surroundings
from engine.tables.audit import AuditAnchor
from engine.tables.casefile import CaseFile
from engine.tables.customer_words import keep_words
from engine.tables.database import Database
from engine.tables.people import User
from engine.tables.process import ProcessInstance, Setting

#: Which cases are copies: their first and last ids, in the order in which they were made.
MULTIPLIED = "multiplied_cases"
#: How many copies one transaction makes.
PER_BATCH = 100
#: So many days further back copies lie at most: the people of the house were there already.
MOST_DAYS = 90
_WEEK = 7
#: No timer of a copy fires while the copies are still being made.
_SPARE = dt.timedelta(hours=1)
#: Any name that no other installation uses for anything.
_MARKS = uuid.UUID("5f0c7c51-6a3c-4a86-9d8e-5a4d27a9b1f4")

Tell = Callable[[int, int, str], None]


def multiply(db: Database, count: int, tell: Tell, *, most_days: int = MOST_DAYS) -> int:
    """Copy the cases that run here, each as often as any other; returns how many copies were made.

    A copy is a case of its own: rows with new ids, everything some days earlier but no timer past,
    made-up people, an audit chain chained anew. The same database gives the same copies but for
    the salts of their chains. Copies are not copied again. What was made before an interruption
    stays, and only whole cases.

    tell: called with how many are made, how many there will be and what was made last;
    most_days: how much earlier than its original a copy lies at most.

    Raises Rejected outside the demonstration, and when nothing runs that could be copied.
    """
    if count < 1:
        raise Rejected(f"Expected how many cases to make, 1 or more, but got {count}.")
    with db.reading() as session:
        _check_demo(db, session)
        now = read_surroundings(session).now
        made = Made.of(session)
        originals = [Original(session, case_id) for case_id in _running(session, made)]
    if not originals:
        raise Rejected("Expected a case that runs, but none does. Open one first.")
    done = 0
    with db.hurrying():
        while done < count:
            wanted = min(PER_BATCH, count - done)
            with db.writing() as session:
                last = _Batch(session, originals, now, most_days).make(wanted)
            done += wanted
            tell(done, count, last)
    return done


@dataclass
class Made:
    """Which cases are copies, kept as a setting."""

    ranges: list[list[int]] = field(default_factory=list)

    @classmethod
    def of(cls, session: Session) -> Made:
        """Read it."""
        kept = session.get(Setting, MULTIPLIED)
        return cls(json.loads(kept.value) if kept else [])

    @property
    def count(self) -> int:
        """Give how many copies were ever made."""
        return sum(last - first + 1 for first, last in self.ranges)

    def has(self, case_id: int) -> bool:
        """Tell whether a case is a copy."""
        return any(first <= case_id <= last for first, last in self.ranges)

    def add(self, session: Session, ids: Sequence[int]) -> None:
        """Keep that these cases are copies."""
        for case_id in ids:
            if self.ranges and self.ranges[-1][1] + 1 == case_id:
                self.ranges[-1][1] = case_id
            else:
                self.ranges.append([case_id, case_id])
        session.merge(Setting(name=MULTIPLIED, value=json.dumps(self.ranges)))


def days_back(next_due_at: dt.datetime | None, now: dt.datetime, turn: int, most: int) -> int:
    """Give how many days earlier the so many-th copy of a case lies, none of its timers past.

    Whole weeks where there is room for one, so that working days stay working days; the copies
    are spread evenly over what is possible.
    """
    room = most
    if next_due_at is not None:
        room = max(0, min(room, (next_due_at - now - _SPARE).days))
        while room and days.moment_before(next_due_at, room) <= now + _SPARE:
            room -= 1
    weeks = room // _WEEK
    if weeks:
        return _WEEK * (1 + turn % weeks)
    return 1 + turn % room if room else 0


class _Batch:
    """The copies of one transaction."""

    def __init__(
        self, session: Session, originals: Sequence[Original], now: dt.datetime, most_days: int
    ) -> None:
        self._session = session
        self._most_days = most_days
        self._originals = originals
        self._now = now
        self._references: dict[int, Iterator[str]] = {}
        if session.get_bind().dialect.name == "postgresql":
            # Nobody opens a case meanwhile, whose reference would be one of these.
            session.execute(text("LOCK TABLE case_file IN SHARE ROW EXCLUSIVE MODE"))
        self._made = Made.of(session)

    def make(self, count: int) -> str:
        """Make so many copies; gives the reference of the last one."""
        first = self._made.count + 1
        chosen = [
            (number, self._originals[(number - 1) % len(self._originals)])
            for number in range(first, first + count)
        ]
        ids = self._new_ids([original for _, original in chosen])
        rows: Rows = {table.name: [] for table in columns.tables()}
        reference = ""
        for number, original in chosen:
            new = {name: [next(ids[name]) for _ in range(n)] for name, n in original.counts.items()}
            copy = self._copy(number, original, new)
            reference = copy.words[original.case["reference"]]
            for name, made in original.made(copy).items():
                rows[name] += made
        self._keep(rows)
        return reference

    def _copy(self, number: int, original: Original, ids: dict[str, list[int]]) -> Copy:
        turn = (number - 1) // len(self._originals)
        back = days_back(original.next_due_at, self._now, turn, self._most_days)
        year = days.date_before(original.case["opened_on"], back).year
        if year not in self._references:
            self._references[year] = next_references(self._session, year)
        return Copy(
            number=number,
            days=back,
            mark=uuid.uuid5(_MARKS, str(number)).int,
            words=original.words(number, next(self._references[year])),
            ids=original.number_rows(ids),
        )

    def _new_ids(self, chosen: Sequence[Original]) -> dict[str, Iterator[int]]:
        """Take ids nobody else gets: SQLite has one writer, PostgreSQL a sequence a table."""
        wanted = {name: sum(one.counts[name] for one in chosen) for name in chosen[0].counts}
        return {name: iter(self._take(name, count)) for name, count in wanted.items()}

    def _take(self, name: str, count: int) -> Sequence[int]:
        if self._session.get_bind().dialect.name == "postgresql":
            taken = text(
                "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :n)"
            )
            return self._session.scalars(taken, {"name": name, "n": count}).all()
        last = self._session.scalar(select(func.max(columns.table(name).c.id))) or 0
        return range(last + 1, last + 1 + count)

    def _keep(self, rows: Rows) -> None:
        connection = self._session.connection()
        for table in columns.tables():
            if rows[table.name]:
                connection.execute(insert(table), rows[table.name])
        keep_words(connection, rows["customer"])
        self._anchor(rows)
        cases = [row["id"] for row in rows["case_file"]]
        self._made.add(self._session, cases)
        Chain.of_administration(self._session).add(
            Entry(
                "cases_multiplied",
                "case_file",
                actor=THE_SYSTEM,
                new={"first_case": cases[0], "last_case": cases[-1], "cases": len(cases)},
            ),
            at=clock.now(),
        )

    def _anchor(self, rows: Rows) -> None:
        """Anchor the new chains today, so that the worker need not verify thousands at once."""
        today = self._now.astimezone(clock.LONDON).date()
        kept = {(row["chain"], row["on"]) for row in rows["audit_anchor"]}
        heads = (
            {"chain": f"case:{row['id']}", "number": row["audit_number"], "hash": row["audit_head"]}
            for row in rows["case_file"]
        )
        new = [{**head, "on": today} for head in heads if (head["chain"], today) not in kept]
        if new:
            self._session.execute(insert(AuditAnchor), new)


def _check_demo(db: Database, session: Session) -> None:
    real = session.scalar(select(User.name).where(User.is_demo.is_(False)).limit(1))
    if real is not None or not demo_is_loaded(db):
        raise Rejected(
            "Expected the demonstration landlord, but this database is not theirs or not ready: "
            "cases of real people are not copied. Start with SPOC_DEMO=1 and an empty database."
        )


def _running(session: Session, made: Made) -> list[int]:
    """Give the cases something still runs for, without those that are copies."""
    found = session.scalars(
        select(CaseFile.id)
        .where(
            CaseFile.deleted_on.is_(None),
            CaseFile.id.in_(
                select(ProcessInstance.case_id).where(ProcessInstance.ended_at.is_(None))
            ),
        )
        .order_by(CaseFile.id)
    )
    return [case_id for case_id in found if not made.has(case_id)]
