"""Where exceptions come from: each source reads one kind of row, in a few statements (R-063)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, func, literal, or_, select

from engine.calendar import said
from engine.casework.failed_controls import TELLING, failures
from engine.casework.known_outside import known_of
from engine.clock import LONDON
from engine.queries.past_due import still_past
from engine.queries.reading import Reading
from engine.releases import current_release_id
from engine.tables.absences import CoverNotice, StandIn
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import CaseFile, OwedAction
from engine.tables.complaints import Complaint
from engine.tables.decisions import (
    Appeal,
    Arrangement,
    BreachOfClock,
    Decision,
    Letter,
    Promise,
)
from engine.tables.emergency import EmergencyAccess
from engine.tables.ombudsman import OmbudsmanItem
from engine.tables.outside import OutsideEvent
from engine.tables.passing_on import PassedOn

#: Stands in the place of a case where a rule is not about one.
NO_CASE = 0
#: Under which numbers stand promises not kept, what we owe and have not done, late complaints.
PROMISED, OWED = "C-09", "R-015"
COMPLAINED = "R-081"
#: Safeguards about being told how to appeal, which each telling keeps or does not by itself.
_ABOUT_APPEALS = frozenset({"C-06", "K-10"})


@dataclass(frozen=True)
class Found:
    """One rule that was overridden or broken on one case."""

    #: 0 where it is about no case.
    case_id: int
    number: str
    on: dt.date
    #: User name, or a name as it was told; "" for a clock of ours.
    who: str
    why: str
    #: Whether its day has passed and it is still to be done, as of the day asked for.
    is_past_due: bool = False
    #: False where of the case only the tasks are seen, and so not what it is about.
    whole: bool = True
    #: What it is about where that is no case: the number of a comparison; 0 for nothing.
    about_id: int = 0


@dataclass(frozen=True)
class Asked:
    """What the report is asked for: as of which day, and of which cases."""

    look: Reading
    as_of: dt.date
    #: The condition on ``CaseFile`` under which a case counts.
    of_case: ColumnElement[bool]
    #: The condition under which its tasks are seen: what is past due there counts too.
    of_tasks: ColumnElement[bool]

    def rows(self, query: Any, case_id: Any) -> Any:
        """Give the rows of a query about cases that count."""
        joined = query.join(CaseFile, CaseFile.id == case_id).where(self.of_case)
        return self.look.session.execute(joined).all()

    def rows_with_tasks(self, query: Any, case_id: Any) -> Any:
        """Give the rows of cases of which at least the tasks are seen; last, if it is more."""
        whole = case((self.of_case, 1), else_=0)
        joined = query.add_columns(whole).join(CaseFile, CaseFile.id == case_id)
        return self.look.session.execute(joined.where(or_(self.of_case, self.of_tasks))).all()

    def until(self, day: dt.date | None) -> dt.date | None:
        """Give a day that was known by then; None for one that came later."""
        return day if day is not None and day <= self.as_of else None


def everything(asked: Asked) -> Iterator[Found]:
    """Give every exception of the cases that count; a fixed number of statements."""
    for source in _SOURCES:
        yield from source(asked)


def _outside(asked: Asked) -> Iterator[Found]:
    rows = asked.rows(
        select(OutsideEvent).where(OutsideEvent.recorded_on <= asked.as_of), OutsideEvent.case_id
    )
    events = [row[0] for row in rows]
    if not events:
        return
    known = known_of(asked.look.session, events, as_of=asked.as_of)
    for event in events:
        for one in failures(known[event.id]):
            why = f"{_which_telling(event, one.number)}{one.why}"
            yield Found(event.case_id, one.number, event.happened_on, event.done_by, why)


def _which_telling(event: OutsideEvent, number: str) -> str:
    """Say of what was not told about an appeal when: a later decision has a time of its own."""
    if number not in _ABOUT_APPEALS or event.kind not in TELLING:
        return ""
    return f"Of what was told on {said(event.happened_on)}: "


_CLOCKS = {"appeal": "R-076", "review": "R-062", "ombudsman_item": "R-125"}


def _clocks(asked: Asked) -> Iterator[Found]:
    still = case((still_past(asked.as_of), 1), else_=0)
    query = select(BreachOfClock, still).where(
        BreachOfClock.due_on < asked.as_of, BreachOfClock.kind.in_(_CLOCKS)
    )
    for row, is_still, whole in asked.rows_with_tasks(query, BreachOfClock.case_id):
        if row.recorded_at.astimezone(LONDON).date() > asked.as_of or not (whole or is_still):
            continue
        why = f"Due by {said(row.due_on)}, not done"
        number = _CLOCKS[row.kind]
        yield Found(row.case_id, number, row.due_on, "", why, bool(is_still), bool(whole))


def _promises(asked: Asked) -> Iterator[Found]:
    made = func.coalesce(Letter.issued_on, OutsideEvent.happened_on)
    query = (
        select(Promise, made)
        .outerjoin(Letter, Letter.id == Promise.letter_id)
        .outerjoin(OutsideEvent, OutsideEvent.id == Promise.outside_event_id)
        .where(Promise.due_on < asked.as_of, _late(Promise.kept_on, Promise.due_on))
        .where(_late(Promise.withdrawn_on, Promise.due_on))
    )
    for row, made_on, whole in asked.rows_with_tasks(query, Promise.case_id):
        if made_on is not None and made_on > asked.as_of:
            continue
        kept = asked.until(row.kept_on)
        stands = f"kept on {said(kept)}" if kept else "not kept"
        still = not kept and asked.until(row.withdrawn_on) is None
        if not whole:
            if still:
                yield only_its_task(row.case_id, PROMISED, row.due_on, row.owner)
            continue
        age = f", promised on {said(made_on)} and {(asked.as_of - made_on).days} days old"
        why = f"“{row.what}”{age if made_on else ''}: due by {said(row.due_on)}, {stands}"
        yield Found(row.case_id, PROMISED, row.due_on, row.owner, why, is_past_due=still)


def _late(done: Any, due: Any) -> ColumnElement[bool]:
    return or_(done.is_(None), done > due)


def _appeals(asked: Asked) -> Iterator[Found]:
    """Appeals after their last day, and those whose time to answer was only assumed."""
    assumed = _sets_assuming(asked.look, "appeal.sla")
    query = select(Appeal, CaseFile.parameter_set).where(
        Appeal.received_on <= asked.as_of,
        or_(Appeal.in_time.is_(False), CaseFile.parameter_set.in_(assumed)),
    )
    for row, parameter_set in asked.rows(query, Appeal.case_id):
        if row.in_time is False:
            taken = {None: "not decided yet", "not_taken": "not taken"}.get(row.outcome, "taken")
            why = f"Received after the last day; {taken}"
            yield Found(row.case_id, "R-073", row.received_on, row.director or "", why)
        if parameter_set in assumed:
            why = "The landlord had set no time to answer an appeal; the time used is assumed"
            yield Found(row.case_id, "C-16", row.received_on, "", why)


def _sets_assuming(look: Reading, figure: str) -> list[str]:
    release = look.release(current_release_id(look.session))
    sets = release.figures if release else {}
    return [name for name, figures in sets.items() if figure in figures and figures[figure].assumed]


_OVERRIDES = {
    "appeal_allocated_outside_the_list": ("R-075", "Allocated to an officer outside the list"),
    "time_to_appeal_extended": ("R-079", "More time to appeal"),
    "date_of_receipt_corrected": ("R-063", "The day of receipt was corrected"),
    "due_dates_worked_out_again": ("R-063", "Dates were worked out again"),
}


def _overrides(asked: Asked) -> Iterator[Found]:
    query = (
        select(CaseFile.id, AuditEvent.action, AuditEvent.at, AuditDetail.actor, AuditDetail.new)
        .join(AuditEvent, AuditEvent.chain == literal("case:") + cast(CaseFile.id, String))
        .join(AuditDetail, AuditDetail.event_id == AuditEvent.id)
        .where(AuditEvent.action.in_(_OVERRIDES), asked.of_case)
    )
    for case_id, action, at, actor, new in asked.look.session.execute(query):
        on = at.astimezone(LONDON).date()
        if on <= asked.as_of:
            number, what = _OVERRIDES[action]
            reason = new.get("reason") if isinstance(new, dict) else None
            until = new.get("appeal_until") if isinstance(new, dict) else None
            to = f" to {said(dt.date.fromisoformat(until))}" if until else ""
            yield Found(case_id, number, on, actor or "", f"{what}{to}{_because(reason)}")


def _because(reason: str | None) -> str:
    return f": {reason}" if reason else ""


def _absences(asked: Asked) -> Iterator[Found]:
    stand_ins = select(StandIn).where(
        StandIn.user_name.is_(None),
        StandIn.from_on <= asked.as_of,
        StandIn.from_on <= StandIn.until_on,
    )
    for (row,) in asked.rows(stand_ins, StandIn.case_id):
        days = f"{said(row.from_on)} to {said(row.until_on)}"
        if row.nobody_because:
            yield Found(row.case_id, "R-070", row.from_on, "", f"{days}: {row.nobody_because}")
        else:
            yield Found(row.case_id, "C-10", row.from_on, "", f"{days}, nobody named")
    notices = select(CoverNotice).where(
        CoverNotice.due_on < asked.as_of,
        CoverNotice.dropped_on.is_(None),
        _late(CoverNotice.told_on, CoverNotice.due_on),
    )
    for (row,) in asked.rows(notices, CoverNotice.case_id):
        told = asked.until(row.told_on)
        stands = f"told on {said(told)}" if told else "not told"
        why = f"To be told by {said(row.due_on)}, {stands}"
        yield Found(row.case_id, "R-071", row.due_on, row.told_by or "", why)


def _owed(asked: Asked) -> Iterator[Found]:
    query = select(OwedAction).where(
        OwedAction.due_on < asked.as_of,
        OwedAction.withdrawn_reason.is_(None),
        _late(OwedAction.done_on, OwedAction.due_on),
    )
    for row, whole in asked.rows_with_tasks(query, OwedAction.case_id):
        done = asked.until(row.done_on)
        if not whole:
            if not done:
                yield only_its_task(row.case_id, OWED, row.due_on, row.owner)
            continue
        stands = f"done on {said(done)}" if done else "not done"
        why = f"“{row.what}”: due by {said(row.due_on)}, {stands}"
        yield Found(row.case_id, OWED, row.due_on, row.owner, why, is_past_due=not done)


def _passed_on(asked: Asked) -> Iterator[Found]:
    """What a customer waits for, or waited for, longer than they were promised."""
    query = select(PassedOn).where(
        PassedOn.due_on < asked.as_of,
        PassedOn.passed_on <= asked.as_of,
        _late(PassedOn.ended_on, PassedOn.due_on),
        PassedOn.outcome != "passed_on",
    )
    for row, whole in asked.rows_with_tasks(query, PassedOn.case_id):
        ended = asked.until(row.ended_on)
        number = "R-007" if row.to_user or row.to_role else "R-010"
        if not whole:
            if not ended:
                yield only_its_task(row.case_id, number, row.due_on, row.to_user or "")
            continue
        stands = f"settled on {said(ended)}" if ended else "not answered"
        why = f"“{row.what}”: due by {said(row.due_on)}, {stands}"
        by = row.to_user or ""
        yield Found(row.case_id, number, row.due_on, by, why, is_past_due=not ended)


def only_its_task(case_id: int, number: str, due_on: dt.date, who: str) -> Found:
    """Give what is past due without saying what it is, for those who see only its task (R-102)."""
    why = f"Due by {said(due_on)}, not done; you see its task and not what it is about"
    return Found(case_id, number, due_on, who, why, is_past_due=True, whole=False)


def _complaints(asked: Asked) -> Iterator[Found]:
    confirmed = and_(
        Complaint.acknowledge_due_on < asked.as_of,
        _late(Complaint.acknowledged_on, Complaint.acknowledge_due_on),
        _late(Complaint.answered_on, Complaint.acknowledge_due_on),
    )
    last = func.coalesce(Complaint.extended_to, Complaint.answer_due_on)
    answered = and_(last < asked.as_of, _late(Complaint.answered_on, last))
    query = select(Complaint, confirmed, answered, last).where(or_(confirmed, answered))
    for row, late_first, late_last, last_on in asked.rows(query, Complaint.case_id):
        ended = asked.until(row.answered_on)
        waits = not ended and not asked.until(row.acknowledged_on)
        if late_first:
            first_on = row.acknowledge_due_on
            why = f"To be confirmed by {said(first_on)}"
            yield Found(row.case_id, COMPLAINED, first_on, "", why, is_past_due=waits)
        if late_last:
            why, still = f"To be answered by {said(last_on)}", not ended and not waits
            yield Found(row.case_id, COMPLAINED, last_on, "", why, is_past_due=still)


def _declined(asked: Asked) -> Iterator[Found]:
    query = select(OmbudsmanItem).where(
        OmbudsmanItem.decision == "declined", OmbudsmanItem.decided_on <= asked.as_of
    )
    for (row,) in asked.rows(query, OmbudsmanItem.case_id):
        why = f"“{row.what}”{_because(row.decision_reason)}"
        yield Found(row.case_id, "R-129", row.decided_on, row.owner, why)


def _taken_over(asked: Asked) -> Iterator[Found]:
    """Arrangements from an old register whose letter did not say how to appeal (K-10)."""
    query = (
        select(Arrangement, Decision.decided_by)
        .join(Decision, Decision.id == Arrangement.decision_id)
        .where(Arrangement.taken_over.is_(True), Decision.appeal_until.is_(None))
        .where(CaseFile.opened_on <= asked.as_of)
    )
    for row, by in asked.rows(query, Arrangement.case_id):
        on = row.letter_issued_on or row.from_on
        why = "Taken over; the letter on file does not tell how to appeal"
        yield Found(row.case_id, "K-10", on, by, why)


def _emergencies(asked: Asked) -> Iterator[Found]:
    for (row,) in asked.rows(select(EmergencyAccess), EmergencyAccess.case_id):
        on = row.began_at.astimezone(LONDON).date()
        if on <= asked.as_of:
            yield Found(row.case_id, "R-103", on, row.user_name, row.reason)


_SOURCES: tuple[Callable[[Asked], Iterator[Found]], ...] = (
    _outside,
    _clocks,
    _promises,
    _appeals,
    _overrides,
    _absences,
    _owed,
    _passed_on,
    _complaints,
    _declined,
    _taken_over,
    _emergencies,
)
