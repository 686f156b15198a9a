"""The judge: from what was acknowledged it works out what must be there, and says what is not."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.calendar import on
from engine.commands import verify_chains
from engine.errors import EngineError
from engine.installation import Surroundings, read_surroundings
from engine.releases import bundle
from engine.tables.casefile import CaseFile, Submission
from engine.tables.database import Database
from engine.tables.decisions import Letter
from engine.tables.process import (
    ElementHistory,
    ElementInstance,
    Incident,
    Message,
    ProcessInstance,
    WorkItem,
)
from tests.engine.whereabouts import told_by_engine, told_by_rows
from tests.long.chaos.answers import TAKE_OVER
from tests.long.chaos.drawing import DAYS, LAP_HOURS, PATIENCE_HOURS, TOLD
from tests.long.chaos.ledger import Attempt, Ledger

#: Of each of these an arrangement that comes in begins one; of the others one or more.
_ONCE = ("arrangement", "spoc_case")
#: As many findings of one kind are told in full.
_SHOWN = 5


@dataclass(frozen=True)
class Before:
    """What was there before anything was killed."""

    instances: frozenset[int]
    last_history: int

    @classmethod
    def of(cls, db: Database) -> Before:
        """Look."""
        with db.reading() as session:
            ids = frozenset(session.scalars(select(ProcessInstance.id)))
            return cls(ids, session.scalar(select(func.max(ElementHistory.id))) or 0)


@dataclass(frozen=True)
class Step:
    """One row of the history."""

    what: str
    at: dt.datetime


class Verdict:
    """What the database says after everything has settled, held against the ledger."""

    def __init__(
        self, db: Database, before: Before, ledger: Ledger, *, forwards: bool = True
    ) -> None:
        """forwards: the clock of the computer was never put back."""
        self.db, self.before, self.ledger, self._forwards = db, before, ledger, forwards
        self.timers_fired = 0

    def findings(self) -> list[str]:
        """Give everything that is wrong, shortened; empty when nothing is."""
        found: list[str] = []
        with self.db.reading() as session:
            around = read_surroundings(session)
            checks = {
                "instances": self._instances(session, around),
                "completions": self._completions(session),
                "arrangements": self._arrangements(session),
                "vigils": self._vigils(session, around),
                "histories": self._histories(session),
                "stuck": session.scalars(
                    select(Incident.reason).where(Incident.resolved_at.is_(None))
                ),
            }
            for name, wrong in checks.items():
                found += _told(name, list(wrong))
        found += _told("places", list(self._places()))
        broken = [state.chain for state in verify_chains(self.db) if state.broken_at is not None]
        return found + _told("audit chains", broken) + _told("strange", self.ledger.strange)

    def _instances(self, session: Session, around: Surroundings) -> Iterator[str]:
        """None is lost; a new one was begun by exactly one message; nothing is overdue."""
        there = {
            instance.id: instance.next_due_at
            for instance in session.scalars(select(ProcessInstance))
        }
        yield from (f"run {lost} is lost" for lost in self.before.instances - there.keys())
        begun = session.scalars(
            select(Message.delivered_to).where(
                Message.key.is_(None), Message.delivered_at.is_not(None)
            )
        ).all()
        times = Counter(begun)
        yield from (
            f"run {one} was begun {count} times" for one, count in times.items() if count > 1
        )
        for one in there.keys() - self.before.instances - times.keys():
            yield f"run {one} was begun by nobody"
        waiting = select(Message.name).where(Message.key.is_(None), Message.delivered_at.is_(None))
        yield from (f"{name} was sent and begins nothing" for name in session.scalars(waiting))
        for one, due in there.items():
            if due is not None and due <= around.now:
                yield f"run {one} is due since {due} and was not run"

    def _completions(self, session: Session) -> Iterator[str]:
        """What was acknowledged is there once, what was not is whole or not there at all."""
        answered = select(Submission).where(Submission.work_item_id.is_not(None))
        kept: dict[int, list[str]] = defaultdict(list)
        for submission in session.scalars(answered):
            kept[submission.work_item_id or 0].append(str(submission.answers))
        left = Counter(
            session.scalars(
                select(ElementHistory.work_item_id).where(
                    ElementHistory.what == "left", ElementHistory.work_item_id.is_not(None)
                )
            )
        )
        tried: dict[int, list[Attempt]] = defaultdict(list)
        for attempt in self.ledger.attempts:
            tried[attempt.work_item_id].append(attempt)
        for item in session.scalars(select(WorkItem)):
            done = item.completed_at is not None
            if not int(done) == len(kept[item.id]) == left[item.id]:
                yield (
                    f"task {item.id} is half done: completed {done}, "
                    f"answers {len(kept[item.id])}, left {left[item.id]} times"
                )
            elif done and item.cancelled_at is not None:
                yield f"task {item.id} is completed and cancelled"
            else:
                yield from _against(item.id, tried[item.id], kept[item.id])

    def _arrangements(self, session: Session) -> Iterator[str]:
        """What came in at the counter is one case with one run of each kind, or not there."""
        kept = Counter(
            session.scalars(select(Submission.page_mark).where(Submission.page_mark.is_not(None)))
        )
        for attempt in self.ledger.attempts:
            if attempt.form == TAKE_OVER and attempt.answer == "taken" and not kept[attempt.mark]:
                yield f"{attempt.mark} was acknowledged and is not there"
        came = select(Submission.case_id).where(Submission.form == TAKE_OVER)
        runs: dict[int | None, Counter[str]] = {case: Counter() for case in session.scalars(came)}
        for case_id, process_id in session.execute(
            select(ProcessInstance.case_id, ProcessInstance.process_id)
        ):
            if case_id in runs:
                runs[case_id][process_id] += 1
        for case_id, has in runs.items():
            once = {name: has[name] for name in (*_ONCE, "flags", "partner_share")}
            if any(once[name] != 1 for name in _ONCE) or 0 in once.values():
                yield f"case {case_id} has the runs {dict(has)}"
        letters = session.scalar(select(func.count(Letter.id))) or 0
        written = select(func.count(Submission.id)).where(Submission.form == "issue_letter")
        if letters != session.scalar(written):
            yield f"{letters} letters were issued, {session.scalar(written)} asked for"

    def _vigils(self, session: Session, around: Surroundings) -> Iterator[str]:
        """Each timer of the drawn process fired exactly once for each time it was reached."""
        opened = dict(
            session.execute(
                select(ProcessInstance.id, CaseFile.opened_on)
                .join(CaseFile, CaseFile.id == ProcessInstance.case_id)
                .where(ProcessInstance.process_id == "vigil")
            ).all()
        )
        told: dict[int, dict[str, list[Step]]] = defaultdict(lambda: defaultdict(list))
        rows = session.execute(
            select(
                ElementHistory.instance_id,
                ElementHistory.element_id,
                ElementHistory.what,
                ElementHistory.at,
            )
            .where(ElementHistory.process_id == "vigil")
            .order_by(ElementHistory.id)
        )
        for instance_id, element_id, what, at in rows:
            told[instance_id][element_id].append(Step(what, at))
        for instance_id, opened_on in opened.items():
            steps = told[instance_id]
            for wrong in (*self._days(steps, opened_on, around), *self._laps(steps, around)):
                yield f"vigil {instance_id}: {wrong}"

    def _days(
        self, steps: dict[str, list[Step]], opened_on: dt.date, around: Surroundings
    ) -> Iterator[str]:
        for number in range(1, DAYS + 1):
            moment = on(opened_on + dt.timedelta(days=number))
            had = [step.what for step in steps[f"day_{number}"]]
            reached = number == 1 or moment - dt.timedelta(days=1) <= around.now
            fired = moment <= around.now
            wanted = ["entered"] * reached + ["left"] * fired
            self.timers_fired += fired
            if had != wanted:
                yield f"day {number} was {had}, not {wanted}"
            told = [step.what for step in steps[f"tell_of_day_{number}"]]
            if told != ["entered", "left"] * (fired and number in TOLD):
                yield f"day {number} was told of: {told}"

    def _laps(self, steps: dict[str, list[Step]], around: Surroundings) -> Iterator[str]:
        """A lap ends and the next begins, never early; a note is cancelled only when it is late."""
        for element, ends, hours in (
            ("lap", "left", LAP_HOURS),
            ("write_note", "cancelled", PATIENCE_HOURS),
        ):
            length = dt.timedelta(hours=hours)
            passed = steps[element]
            if [step.what == "entered" for step in passed] != [
                number % 2 == 0 for number in range(len(passed))
            ]:
                yield f"{element} was {[step.what for step in passed]}"
                continue
            for begun, ended in zip(passed[::2], passed[1::2], strict=False):
                if ended.what == ends:
                    self.timers_fired += 1
                    if ended.at - begun.at < length:
                        yield f"{element} ended after {ended.at - begun.at}"
            if len(passed) % 2 == 0 or passed[-1].at + length <= around.now:
                yield f"{element} does not wait any more"

    def _histories(self, session: Session) -> Iterator[str]:
        """Of every run: what was entered and not left is where it is; time went forwards."""
        here: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
        for place in session.scalars(select(ElementInstance)):
            here[place.instance_id][place.process_id, place.element_id] += 1
        passed: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
        last: dict[int, dt.datetime] = {}
        for row in session.scalars(select(ElementHistory).order_by(ElementHistory.id)):
            key = (row.process_id, row.element_id)
            passed[row.instance_id][key] += 1 if row.what == "entered" else -1
            if passed[row.instance_id][key] < 0:
                yield f"run {row.instance_id} left {row.element_id} more often than it came there"
            if self._forwards and row.at < last.get(row.instance_id, row.at):
                yield f"run {row.instance_id} went back in time at {row.element_id}"
            last[row.instance_id] = row.at
        for instance in session.scalars(
            select(ProcessInstance).where(ProcessInstance.ended_at.is_(None))
        ):
            unlike = _unlike(session, instance, here[instance.id], passed[instance.id])
            if unlike:
                yield f"run {instance.id} of {instance.process_id}: {unlike}"

    def _places(self) -> Iterator[str]:
        """Every state loads, and rows say what it says."""
        rows = told_by_rows(self.db)
        try:
            engine = told_by_engine(self.db)
        except (AssertionError, EngineError) as unreadable:
            yield str(unreadable)
            return
        yield from (f"only the state knows {spot}" for spot in engine - rows)
        yield from (f"only the rows know {spot}" for spot in rows - engine)


def _against(item_id: int, tried: Sequence[Attempt], kept: Sequence[str]) -> Iterator[str]:
    """Hold what was tried with one task against the answers it keeps: one text, or none."""
    taken = [one for one in tried if one.answer == "taken"]
    if len(taken) > 1:
        yield f"task {item_id} was acknowledged {len(taken)} times"
    elif taken and not kept:
        yield f"task {item_id} was acknowledged and is not done"
    for text in kept:
        theirs = [one for one in tried if one.mark in text]
        if len(theirs) != 1 or (taken and theirs != taken):
            yield f"task {item_id} keeps answers of somebody else"
        elif theirs[0].answer == "refused":
            yield f"task {item_id} was refused and is done all the same"


def _unlike(
    session: Session,
    instance: ProcessInstance,
    here: Counter[tuple[str, str]],
    passed: Counter[tuple[str, str]],
) -> dict[str, int]:
    """Give where rows and history differ; an event gateway stands for what waits behind it."""
    definitions = bundle(session, instance.release_id).definitions
    seen = {key: count for key, count in passed.items() if count}
    unlike: dict[str, int] = {}
    for process_id, element_id in {*here, *seen}:
        diagram = definitions.diagram(process_id)
        gateways = {
            flow.target: flow.source
            for flow in diagram.flows
            if diagram.elements[flow.source].kind == "event_gateway"
        }
        key = (process_id, element_id)
        if diagram.elements[element_id].kind == "event_gateway":
            if seen.get(key, 0) != 1:
                unlike[element_id] = seen.get(key, 0)
        elif element_id in gateways and key not in seen:
            if (process_id, gateways[element_id]) not in seen:
                unlike[element_id] = 1
        elif here[key] != seen.get(key, 0):
            unlike[element_id] = here[key] - seen.get(key, 0)
    return unlike


def _told(name: str, wrong: Sequence[str]) -> list[str]:
    more = [f"{name}: ... and {len(wrong) - _SHOWN} more"] if len(wrong) > _SHOWN else []
    return [f"{name}: {one}" for one in wrong[:_SHOWN]] + more
