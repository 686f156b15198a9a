"""One run: its diagrams, what happened in it step by step, and why it is stuck."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from engine.casework.context import THE_SYSTEM
from engine.casework.visibility import Part, parts_of, sees_every_case
from engine.errors import NotFound
from engine.queries import words
from engine.queries.diagrams import DiagramState, states_of
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.queries.stuck import StuckStep
from engine.spiff import KINDS
from engine.tables.casefile import CaseFile, Customer, Submission
from engine.tables.database import Database
from engine.tables.process import ElementHistory, ProcessInstance
from engine.tables.releases import Release

#: What happened to an element -> in words.
_HAPPENED: Mapping[str, str] = {
    "entered": "Begun",
    "left": "Done",
    "cancelled": "No longer needed",
}


@dataclass(frozen=True)
class RunEvent:
    """One thing that happened at one element of a run."""

    at: dt.datetime
    #: entered, left, cancelled
    what: str
    #: The same in words.
    what_words: str
    process_id: str
    element_id: str
    name: str
    #: Task, question, wait and so on, in words.
    kind: str
    #: Full name of the one who did it; "" for the system and the clock.
    who: str
    #: What was answered there; None for nothing, and when it is not for this person to read.
    submission_id: int | None
    #: A step of the system that a reader can skip.
    is_routine: bool


@dataclass(frozen=True)
class RunPage:
    """One run from its beginning to now, or to the end of an earlier day."""

    instance_id: int
    case_id: int | None
    case_reference: str
    customer: str
    #: Its own process, not one it called: id and name.
    process_id: str
    process: str
    release_number: int
    started_at: dt.datetime
    #: Full name; "" when the system began it.
    started_by: str
    ended_at: dt.datetime | None
    is_stuck: bool
    #: Its own process and each it called, first where somebody has something to do.
    diagrams: tuple[DiagramState, ...]
    #: Oldest first.
    history: tuple[RunEvent, ...]
    stuck: tuple[StuckStep, ...]


def run_page(
    database: Database, instance_id: int, person: Person, as_of: dt.date | None = None
) -> RunPage:
    """Give one run; NotFound when there is none or its case's diagrams are not for this person.

    as_of: a day, at the end of which history and diagrams are given instead of now.
    """
    with reading(database, person) as look:
        found = look.session.execute(
            select(ProcessInstance, CaseFile.reference, Customer.name, Release.number)
            .outerjoin(CaseFile, CaseFile.id == ProcessInstance.case_id)
            .outerjoin(Customer, Customer.id == CaseFile.customer_id)
            .join(Release, Release.id == ProcessInstance.release_id)
            .where(ProcessInstance.id == instance_id)
        ).first()
        if found is None or not _may_see(look, found[0].case_id):
            raise NotFound
        instance, reference, customer, number = found
        return RunPage(
            instance_id=instance.id,
            case_id=instance.case_id,
            case_reference=reference or "",
            customer=customer or "Customer not known yet",
            process_id=instance.process_id,
            process=look.process_name(instance.release_id, instance.process_id),
            release_number=number or 0,
            started_at=instance.started_at,
            started_by=_who(look, instance.started_by),
            ended_at=instance.ended_at,
            is_stuck=False,
            diagrams=tuple(states_of(look, only=(instance.id, ""))),
            history=_history(look, instance),
            stuck=(),
        )


def _may_see(look: Reading, case_id: int | None) -> bool:
    if case_id is None:
        return sees_every_case(look.viewer, Part.DIAGRAMS)
    return Part.DIAGRAMS in parts_of(look.session, look.viewer, case_id)


def _who(look: Reading, name: str | None) -> str:
    return look.full_name(name) if name != THE_SYSTEM else ""


def _history(look: Reading, instance: ProcessInstance) -> tuple[RunEvent, ...]:
    rows = look.session.execute(
        select(ElementHistory, Submission.id)
        .outerjoin(Submission, Submission.work_item_id == ElementHistory.work_item_id)
        .where(ElementHistory.instance_id == instance.id)
        .order_by(ElementHistory.id)
    )
    return tuple(_event(look, instance, row, submission_id) for row, submission_id in rows)


def _event(
    look: Reading, instance: ProcessInstance, row: ElementHistory, submission_id: int | None
) -> RunEvent:
    diagram = look.diagram(instance.release_id, row.process_id)
    element = diagram.elements.get(row.element_id) if diagram else None
    kind = element.kind if element else ""
    who = _who(look, row.by)
    return RunEvent(
        at=row.at,
        what=row.what,
        what_words=_HAPPENED.get(row.what, words.plain(row.what)),
        process_id=row.process_id,
        element_id=row.element_id,
        name=element.name if element and element.name else words.plain(row.element_id),
        kind=KINDS.get(kind, words.plain(kind)),
        who=who,
        submission_id=submission_id if row.what == "left" else None,
        is_routine=not who and kind != "user_task",
    )
