"""What customers wait for: of one case with its forwarding log, and of all one is contact of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

from engine.calendar import said
from engine.casework import matrix, open_matters
from engine.casework.open_tasks import is_open
from engine.casework.standing_in import stands_in_on
from engine.casework.visibility import Part, opens, sees
from engine.errors import NotFound
from engine.queries.cases import IS_CUSTOMER
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.tables.absences import StandIn
from engine.tables.casefile import CaseFile, Customer, SupportOffer
from engine.tables.database import Database
from engine.tables.decisions import Arrangement
from engine.tables.passing_on import PassedOn
from engine.tables.process import WorkItem

#: The control variables that say which matter a task is about.
_REFS = ("passed_on_ref", "promise_ref")
#: Where on the page of a case a matter stands; what is not here has its own list there.
_SECTIONS = {"complaint": "decisions", "appeal": "decisions", "look": "timeline"}


@dataclass(frozen=True)
class OpenMatter:
    """One thing a customer waits for."""

    #: In words: Answers the customer waits for.
    kind: str
    what: str
    #: Full name, or a role in words.
    who: str
    #: None where its letter says since when.
    since: dt.date | None
    due_on: dt.date | None
    due_reason: str
    #: late by 2 working days, in 3 working days; "" for no date.
    due_words: str
    is_late: bool
    #: Their own task that settles it; None for a task of somebody else, or for none.
    work_item_id: int | None
    #: The section of the case that has more about it; whether it opens, the matrix decides.
    section: str


@dataclass(frozen=True)
class Forwarded:
    """One line of the log of what was passed on."""

    what: str
    passed_on: dt.date
    passed_by: str
    who: str
    due_on: dt.date
    later_because: str
    #: What became of it and when, in words; "" while it is open.
    outcome: str


@dataclass(frozen=True)
class CustomerMatters:
    """A customer somebody is contact of, and what that customer waits for."""

    case_id: int
    case_reference: str
    customer: str
    #: What the person is: Contact, Cover, Stands in today.
    part: str
    #: What help was agreed, or when it was offered last; "" for never.
    support: str
    matters: tuple[OpenMatter, ...]

    @property
    def late(self) -> int:
        """Give how many of them are late."""
        return sum(matter.is_late for matter in self.matters)


def matters_of(look: Reading, case_id: int) -> tuple[OpenMatter, ...]:
    """Give what the customer of one case waits for, the most urgent first; nine statements."""
    return _matters(look, [case_id]).get(case_id, ())


def forwarded_of(look: Reading, case_id: int) -> tuple[Forwarded, ...]:
    """Give what was passed on in a case and what became of it, newest first; one statement."""
    rows = look.session.scalars(
        select(PassedOn).where(PassedOn.case_id == case_id).order_by(PassedOn.id.desc())
    )
    return tuple(
        Forwarded(
            what=row.what,
            passed_on=row.passed_on,
            passed_by=look.full_name(row.passed_by),
            who=_who(look, row.to_user or row.to_role or open_matters.THE_CONTACT),
            due_on=row.due_on,
            later_because=row.later_because,
            outcome=_outcome(row),
        )
        for row in rows
    )


def my_customers(database: Database, person: Person) -> tuple[CustomerMatters, ...]:
    """Give each customer this person is contact or cover of, or stands in for, with the list.

    Whoever waits longest for what is late comes first. NotFound for those the page does not
    exist for; at most thirteen statements, however many customers.
    """
    if not opens(person, "my customers"):
        raise NotFound
    with reading(database, person) as look:
        rows = look.session.execute(
            select(CaseFile, Customer.name, Arrangement)
            .join(Arrangement, Arrangement.case_id == CaseFile.id)
            .join(Customer, IS_CUSTOMER)
            .where(_theirs(look), sees(person, Part.LETTERS))
            .where(Arrangement.ended_on.is_(None), CaseFile.closed_on.is_(None))
            .order_by(Customer.name, CaseFile.id)
        ).all()
        ids = [case.id for case, _, _ in rows]
        found = _matters(look, ids)
        offered = _support(look, ids)
        made = [
            CustomerMatters(
                case_id=case.id,
                case_reference=case.reference,
                customer=name,
                part=_part(person.name, arrangement),
                support=arrangement.support.rstrip(".") or offered.get(case.id, ""),
                matters=found.get(case.id, ()),
            )
            for case, name, arrangement in rows
        ]
    return tuple(sorted(made, key=lambda one: -one.late))


def _theirs(look: Reading) -> ColumnElement[bool]:
    """Give the condition on ``Arrangement`` under which this person answers its customer."""
    me = look.viewer.name
    stands_in = (
        select(StandIn.arrangement_id)
        .join(Arrangement, stands_in_on(look.today))
        .where(StandIn.user_name == me)
    )
    return or_(Arrangement.spoc == me, Arrangement.cover == me, Arrangement.id.in_(stands_in))


def _part(name: str, arrangement: Arrangement) -> str:
    if arrangement.spoc == name:
        return "You are the contact"
    return "You are the cover" if arrangement.cover == name else "You stand in today"


def _matters(look: Reading, cases: Collection[int]) -> dict[int, tuple[OpenMatter, ...]]:
    tasks = _own_tasks(look, cases)
    found: dict[int, list[OpenMatter]] = {}
    for one in open_matters.open_of(look.session, cases):
        found.setdefault(one.case_id, []).append(_made(look, one, tasks))
    return {case_id: tuple(matters) for case_id, matters in found.items()}


def _made(look: Reading, one: open_matters.Matter, tasks: Mapping[str, int]) -> OpenMatter:
    return OpenMatter(
        kind=open_matters.KINDS[one.kind],
        what=one.what,
        who=_who(look, one.who),
        since=one.since,
        due_on=one.due_on,
        due_reason=one.due_reason,
        due_words=look.due_words(one.due_on),
        is_late=one.due_on is not None and one.due_on < look.today,
        work_item_id=tasks.get(f"{one.kind}:{one.id}"),
        section=_SECTIONS.get(one.kind, "open"),
    )


def _own_tasks(look: Reading, cases: Collection[int]) -> dict[str, int]:
    """Give matter -> the task of it that this person has."""
    rows = look.session.execute(
        select(WorkItem.id, WorkItem.variables).where(
            is_open(), WorkItem.case_id.in_(cases), WorkItem.assignee == look.viewer.name
        )
    )
    return {
        str(variables[ref]): number
        for number, variables in rows
        for ref in _REFS
        if variables and variables.get(ref)
    }


def _support(look: Reading, cases: Collection[int]) -> dict[int, str]:
    rows = look.session.execute(
        select(SupportOffer.case_id, SupportOffer.offered_on)
        .where(SupportOffer.case_id.in_(cases))
        .order_by(SupportOffer.offered_on)
    )
    return {case_id: f"Offered on {said(on)}" for case_id, on in rows}


def _who(look: Reading, who: str) -> str:
    if who == open_matters.THE_CONTACT:
        return "The contact"
    return matrix.ROLES.get(who) or look.full_name(who)


def _outcome(row: PassedOn) -> str:
    if row.ended_on is None:
        return ""
    what = {"answered": "Answered", "passed_on": "Passed on further"}.get(row.outcome)
    note = f": {row.outcome_note}" if row.outcome_note else ""
    return f"{what or 'No answer needed'} on {said(row.ended_on)}{note}"
