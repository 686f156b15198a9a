"""What customers wait for: of one case with its forwarding log, and of all one is contact of."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select

from engine.calendar import said
from engine.casework import matrix, open_matters
from engine.casework.open_tasks import is_open_unled
from engine.casework.run_rows import number_in
from engine.casework.standing_in import stands_in_on
from engine.casework.tasks_seen import sees_work_item
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

#: Control variable of a task -> the kind of matter whose row it names.
_REFS = {
    "passed_on_ref": "passed_on",
    "promise_ref": "promise",
    "owed_action_ref": "owed",
    "contact_ref": "unread",
}
#: The form that answers a request to look again, and the process that decides an appeal.
_LOOKS, _APPEALS = "decide_request", "appeal"
#: The task in which somebody says whether they take the role of the contact on (R-043).
_ACCEPTS = "accept_spoc_role"
#: Where on the page of a case a matter stands, beside the list of what is open.
_SECTIONS = {
    "passed_on": "contacts",
    "unread": "contacts",
    "promise": "overview",
    "owed": "overview",
    "complaint": "decisions",
    "appeal": "decisions",
    "look": "timeline",
}
#: A matter that its section shows only to those who may open this one too.
_SHOWN_WITH = {"owed": "timeline"}


#: A case with one of its matters or a kind of them; a task with who has it.
_Key = tuple[int, str]
_Task = tuple[int, str | None]


@dataclass(frozen=True)
class OpenMatter:
    """One thing a customer waits for."""

    #: In words: Answers the customer waits for.
    kind: str
    what: str
    #: You, a full name, or a role in words.
    who: str
    #: None where no letter of it is kept.
    since: dt.date | None
    due_on: dt.date | None
    due_reason: str
    #: late by 2 working days, in 3 working days; "" for no date.
    due_words: str
    is_late: bool
    #: The task that settles it, where they may open it; else None.
    work_item_id: int | None
    #: The section of the case that has more about it; whether it opens, the matrix decides.
    section: str
    #: The section that must open for it, mostly the same.
    shown_with: str


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
    #: What the person is: contact, asked to be it, cover, stands in today.
    part: str
    #: What help was agreed, or when it was offered last; "" for never.
    support: str
    matters: tuple[OpenMatter, ...]

    @property
    def late(self) -> int:
        """Give how many of them are late."""
        return sum(matter.is_late for matter in self.matters)


def matters_of(look: Reading, case_id: int) -> tuple[OpenMatter, ...]:
    """Give what the customer of one case waits for, the most urgent first; eleven statements."""
    return _matters(look, [case_id], _tasks(look, [case_id])).get(case_id, ())


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
    exist for; at most fifteen statements, however many customers.
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
        tasks = _tasks(look, ids)
        found = _matters(look, ids, tasks)
        offered = _support(look, ids)
        made = [
            CustomerMatters(
                case_id=case.id,
                case_reference=case.reference,
                customer=name,
                part=_part(person.name, arrangement, (case.id, _ACCEPTS) in tasks),
                support=arrangement.support.rstrip(".") or offered.get(case.id, ""),
                matters=found.get(case.id, ()),
            )
            for case, name, arrangement in rows
        ]
    return tuple(sorted(made, key=lambda one: -one.late))


def has_customers(database: Database, person: Person) -> bool:
    """Tell whether ``my_customers`` has anybody for this person; one statement of its own."""
    if not opens(person, "my customers"):
        return False
    with reading(database, person) as look:
        found = (
            select(Arrangement.id)
            .join(CaseFile, CaseFile.id == Arrangement.case_id)
            .where(_theirs(look), Arrangement.ended_on.is_(None), CaseFile.closed_on.is_(None))
        )
        return look.session.scalar(found.limit(1)) is not None


def _theirs(look: Reading) -> ColumnElement[bool]:
    """Give the condition on ``Arrangement`` under which this person answers its customer."""
    me = look.viewer.name
    stands_in = (
        select(StandIn.arrangement_id)
        .join(Arrangement, stands_in_on(look.today))
        .where(StandIn.user_name == me)
    )
    return or_(Arrangement.spoc == me, Arrangement.cover == me, Arrangement.id.in_(stands_in))


def _part(name: str, arrangement: Arrangement, is_asked: bool) -> str:
    if arrangement.spoc == name:
        return "You are asked to be the contact" if is_asked else "You are the contact"
    return "You are the cover" if arrangement.cover == name else "You stand in today"


def _matters(
    look: Reading, cases: Collection[int], tasks: Mapping[_Key, _Task]
) -> dict[int, tuple[OpenMatter, ...]]:
    found: dict[int, list[OpenMatter]] = {}
    every = open_matters.open_of(look.session, cases)
    of_kind = Counter((one.case_id, one.kind) for one in every)
    for one in every:
        task = tasks.get((one.case_id, f"{one.kind}:{one.id}"))
        # A task that names no row is about the only matter of its kind.
        if task is None and of_kind[one.case_id, one.kind] == 1:
            task = tasks.get((one.case_id, one.kind))
        found.setdefault(one.case_id, []).append(_made(look, one, task))
    return {case_id: tuple(matters) for case_id, matters in found.items()}


def _made(look: Reading, one: open_matters.Matter, task: _Task | None) -> OpenMatter:
    is_mine = one.who == look.viewer.name or (
        one.who == open_matters.THE_CONTACT and task is not None and task[1] == look.viewer.name
    )
    return OpenMatter(
        kind=open_matters.KINDS[one.kind],
        what=one.what,
        who="You" if is_mine else _who(look, one.who),
        since=one.since,
        due_on=one.due_on,
        due_reason=one.due_reason,
        due_words=look.due_words(one.due_on),
        is_late=one.due_on is not None and one.due_on < look.today,
        work_item_id=task[0] if task else None,
        section=_SECTIONS[one.kind],
        shown_with=_SHOWN_WITH.get(one.kind, _SECTIONS[one.kind]),
    )


def _tasks(look: Reading, cases: Collection[int]) -> dict[_Key, _Task]:
    """Give case and matter, or kind of it -> the open task this person may open, and whose.

    Their own where several fit.
    """
    rows = look.session.scalars(
        select(WorkItem)
        .where(WorkItem.case_id.in_(cases), is_open_unled(), sees_work_item(look.viewer))
        .order_by(WorkItem.id)
    )
    return {
        (item.case_id, about): (item.id, item.assignee)
        for item in sorted(rows, key=lambda item: item.assignee == look.viewer.name)
        if item.case_id is not None and (about := _about(look, item))
    }


def _about(look: Reading, item: WorkItem) -> str:
    """Give what a task is about: ``passed_on:12``, ``appeal``; "" for nothing of this list."""
    for variable, kind in _REFS.items():
        number = number_in(item.variables, variable)
        if number is not None:
            return f"{kind}:{number}"
    if item.form == _ACCEPTS:
        return _ACCEPTS if item.assignee == look.viewer.name else ""
    if item.form == _LOOKS:
        return "look"
    return "appeal" if item.process_id == _APPEALS else ""


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
