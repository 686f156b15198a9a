"""All that a customer waits for, in one list the contact keeps (R-010)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Date, func, select
from sqlalchemy.orm import Session

from engine.calendar import said
from engine.casework import owed_action_runs, passing_on, promises
from engine.casework.context import Context
from engine.casework.open_tasks import PASSED_ON, is_open, is_open_unled
from engine.casework.refused_contacts import TO_BE_READ
from engine.casework.unread_contacts import REF
from engine.errors import Problem
from engine.tables.casefile import Contact, OwedAction
from engine.tables.complaints import Complaint
from engine.tables.decisions import Appeal, Letter, LookRequest, Promise
from engine.tables.outside import OutsideEvent
from engine.tables.passing_on import PassedOn
from engine.tables.process import WorkItem
from forms import Choice

#: Kind of matter -> what people call several of them, in the order of a report.
KINDS = {
    "passed_on": "Answers the customer waits for",
    "unread": "Messages that nobody has read",
    "promise": "What our letters promised",
    "owed": "What we owe the customer",
    "complaint": "Complaints",
    "appeal": "Appeals",
    "look": "Requests to look at the arrangement again",
}
#: Who answers when nobody is named: the contact, whoever that is.
THE_CONTACT = ""
#: The process that has each message read which came while contact is refused.
_READING = "unread_contact"
_WORDS_OF_APPEAL = "An appeal is to be decided"


@dataclass(frozen=True)
class Matter:
    """One thing a customer waits for; what they said themselves is left out."""

    case_id: int
    kind: str
    #: The row it is made from, of the table of its kind.
    id: int
    what: str
    #: A user name, a role, or ``THE_CONTACT``.
    who: str
    #: None for a promise from before letters were kept here.
    since: dt.date | None
    #: None where nobody is to have it done by a day.
    due_on: dt.date | None
    #: "" for complaints and appeals too: their reasons are for those who see decisions (R-102).
    due_reason: str = ""


def open_of(session: Session, cases: Collection[int]) -> list[Matter]:
    """Give what customers of these cases wait for, the most urgent first; eight statements."""
    found = [matter for source in _SOURCES for matter in source(session, cases)]
    return sorted(
        found, key=lambda one: (one.due_on is None, one.due_on or one.since or dt.date.max, one.id)
    )


def matters_open(context: Context) -> list[Choice]:
    """Offer what the customer waits for, by kind, to be ticked once somebody knows of each."""
    found = open_of(context.session, [context.case().id])
    return [
        Choice(kind, name, "; ".join(_in_a_line(one) for one in found if one.kind == kind))
        for kind, name in KINDS.items()
        if any(one.kind == kind for one in found)
    ]


def open_matters_are_known(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Refuse the contact's report while something is open that it does not speak of (R-010)."""
    ticked = values.get("open_matters") or []
    left = [one for one in matters_open(context) if one.value not in ticked]
    if not left:
        return []
    names = ", ".join(f"“{one.label}”" for one in left)
    return [
        Problem(
            "open_matters",
            f"Expected you to know where all stands that the customer waits for, but {names} is "
            "not ticked. Look at the list of what is open, then tick it.",
        )
    ]


def _in_a_line(matter: Matter) -> str:
    return f"{matter.what}, due {said(matter.due_on)}" if matter.due_on else matter.what


def _passed_on(session: Session, cases: Collection[int]) -> Iterator[Matter]:
    query = select(PassedOn).where(PassedOn.case_id.in_(cases), passing_on.is_open())
    rows = session.scalars(query).all()
    named = {row.case_id for row in rows if row.to_user or row.to_role}
    holders = _who_answers(session, named) if named else {}
    for row in rows:
        first = row.to_user or row.to_role
        who = holders.get(f"passed_on:{row.id}", first) if first else THE_CONTACT
        dates = (row.passed_on, row.due_on, row.due_reason)
        yield Matter(row.case_id, "passed_on", row.id, row.what, who, *dates)


def _who_answers(session: Session, cases: Collection[int]) -> dict[str, str]:
    """Give matter -> who has it now: it may be handed over, or its cover's, since it was passed."""
    rows = session.execute(
        select(WorkItem.variables, WorkItem.assignee, WorkItem.role).where(
            WorkItem.case_id.in_(cases), WorkItem.form == PASSED_ON, is_open_unled()
        )
    )
    return {str(held.get(passing_on.REF)): user or role for held, user, role in rows}


def _unread(session: Session, cases: Collection[int]) -> Iterator[Matter]:
    """Give messages nobody has read; the day is that of the task to read each (R-095)."""
    query = select(Contact.case_id, Contact.id, Contact.on).where(
        Contact.case_id.in_(cases), Contact.triage == TO_BE_READ, Contact.corrected_at.is_(None)
    )
    found = session.execute(query).all()
    due = _days_to_read(session, {case_id for case_id, _, _ in found}) if found else {}
    for case_id, number, on in found:
        dates = (on, *due.get(f"contact:{number}", (None, "")))
        yield Matter(case_id, "unread", number, f"A message of {said(on)}", "dmo", *dates)


def _days_to_read(
    session: Session, cases: Collection[int]
) -> dict[str, tuple[dt.date | None, str]]:
    """Give contact -> by when the task to read it is due, and why."""
    rows = session.execute(
        select(WorkItem.variables, WorkItem.due_on, WorkItem.due_reason).where(
            WorkItem.case_id.in_(cases), WorkItem.process_id == _READING, is_open_unled()
        )
    )
    return {str(held.get(REF)): (on, why or "") for held, on, why in rows}


def _promised(session: Session, cases: Collection[int]) -> Iterator[Matter]:
    since = func.coalesce(Letter.issued_on, OutsideEvent.happened_on, type_=Date)
    query = (
        select(Promise, Letter.title, since)
        .outerjoin(Letter, Letter.id == Promise.letter_id)
        .outerjoin(OutsideEvent, OutsideEvent.id == Promise.outside_event_id)
        .where(Promise.case_id.in_(cases), promises.is_open())
    )
    for row, title, on in session.execute(query):
        dates = (on, row.due_on, promises.why_that_day(title, on))
        yield Matter(row.case_id, "promise", row.id, row.what, row.owner, *dates)


def _owed(session: Session, cases: Collection[int]) -> Iterator[Matter]:
    query = select(OwedAction).where(OwedAction.case_id.in_(cases), owed_action_runs.is_open())
    for row in session.scalars(query):
        dates = (row.opened_on, row.due_on, row.due_reason)
        yield Matter(row.case_id, "owed", row.id, row.what, row.owner, *dates)


def _complaints(session: Session, cases: Collection[int]) -> Iterator[Matter]:
    query = select(Complaint).where(Complaint.case_id.in_(cases), Complaint.answered_on.is_(None))
    for row in session.scalars(query):
        due = row.extended_to or row.answer_due_on
        if row.acknowledged_on is None:
            due = row.acknowledge_due_on
        what = f"A complaint, stage {row.stage}"
        dates = (row.received_on, due)
        yield Matter(row.case_id, "complaint", row.id, what, "complaints_manager", *dates)


def _appeals(session: Session, cases: Collection[int]) -> Iterator[Matter]:
    query = select(Appeal).where(
        Appeal.case_id.in_(cases), Appeal.outcome.is_(None), Appeal.withdrawn_on.is_(None)
    )
    for row in session.scalars(query):
        dates = (row.received_on, row.answer_due_on)
        who = row.director or "dmo"
        yield Matter(row.case_id, "appeal", row.id, _WORDS_OF_APPEAL, who, *dates)


def _looks(session: Session, cases: Collection[int]) -> Iterator[Matter]:
    """Give requests nobody has answered; the day is that of the task that answers them."""
    due = (
        select(WorkItem.case_id, func.min(WorkItem.due_on).label("due_on"))
        .where(is_open(), WorkItem.form == "decide_request", WorkItem.case_id.in_(cases))
        .group_by(WorkItem.case_id)
        .subquery()
    )
    query = (
        select(LookRequest, due.c.due_on)
        .outerjoin(due, due.c.case_id == LookRequest.case_id)
        .where(LookRequest.case_id.in_(cases), LookRequest.answered_on.is_(None))
        .where(LookRequest.outcome.is_(None))
    )
    for row, due_on in session.execute(query):
        what = "A request to look at the arrangement again"
        yield Matter(row.case_id, "look", row.id, what, "dmo", row.received_on, due_on)


_SOURCES: tuple[Callable[[Session, Collection[int]], Iterator[Matter]], ...] = (
    _passed_on,
    _unread,
    _promised,
    _owed,
    _complaints,
    _appeals,
    _looks,
)
