"""One case as its page shows it: every part that exists for the person who looks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from engine.calendar import said
from engine.casework.visibility import Part, parts_of
from engine.errors import NotFound
from engine.queries import words
from engine.queries.audience import Watcher, audience_of
from engine.queries.cards import ArrangementCard, card_of_case
from engine.queries.case_actions import CaseAction, actions_on
from engine.queries.cases import CaseBrief, case_in_brief
from engine.queries.comments import CommentRow, comments_of
from engine.queries.complaints import ComplaintRow, complaints_of
from engine.queries.contacts import (
    EVERY_DAY,
    ContactCounts,
    ContactRow,
    Days,
    contacts_of,
)
from engine.queries.customer_page import CustomerPage, customer_of_case
from engine.queries.decisions import DecisionRow, decisions_of_case
from engine.queries.diagrams import DiagramState, states_of
from engine.queries.evidence import EvidenceRow, evidence_of
from engine.queries.letters import LetterRow, PromiseRow, letters_of, promises_of
from engine.queries.ombudsman_orders import ReportRow, reports_of
from engine.queries.open_matters import Forwarded, OpenMatter, forwarded_of, matters_of
from engine.queries.other_cases import OtherCase, other_cases_of
from engine.queries.outside_events import OutsideRow, outside_of
from engine.queries.owed import OwedRow, owed_of
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.queries.refusals import RefusalRow, refusals_of
from engine.queries.returned import Before, before
from engine.queries.tasks import TaskRow, open_tasks_of
from engine.queries.timeline import TimelineEntry, timeline_of
from engine.tables.casefile import CaseFile, LegalHold, ThirdParty
from engine.tables.database import Database

#: Every section of the page, in the order in which it offers them, with the part of the case
#: somebody must see to open it.
SECTIONS: dict[str, Part] = {
    "overview": Part.CARD,
    "open": Part.LETTERS,
    "customer": Part.LETTERS,
    "timeline": Part.TIMELINE,
    "contacts": Part.CONTACTS,
    "evidence": Part.EVIDENCE,
    "letters": Part.LETTERS,
    "decisions": Part.DECISIONS,
    "where": Part.DIAGRAMS,
    "audience": Part.TIMELINE,
}


@dataclass(frozen=True)
class CasePerson:
    """Somebody who has a part in a case."""

    #: What they are to it, in words.
    part: str
    name: str
    #: What else is to be known, such as since when; "" for nothing.
    note: str = ""


@dataclass(frozen=True)
class CasePage:
    """One case; a section that was not asked for or does not exist for the person is empty."""

    brief: CaseBrief
    #: The sections that exist for this person.
    sections: tuple[str, ...]
    actions: tuple[CaseAction, ...]
    card: ArrangementCard | None
    people: tuple[CasePerson, ...] = ()
    #: Other cases about the same customer that this person may open.
    other_cases: tuple[OtherCase, ...] = ()
    #: The earlier case of a concern that came back; None for none that they may see.
    before: Before | None = None
    tasks: tuple[TaskRow, ...] = ()
    owed_actions: tuple[OwedRow, ...] = ()
    promises: tuple[PromiseRow, ...] = ()
    #: What the customer waits for, the most urgent first, and what was passed on to whom.
    open_matters: tuple[OpenMatter, ...] = ()
    forwarded: tuple[Forwarded, ...] = ()
    #: What colleagues wrote, newest first.
    comments: tuple[CommentRow, ...] = ()
    #: Why the case is kept although it could be deleted.
    holds: tuple[str, ...] = ()
    #: None also where nobody said yet who the customer is.
    customer: CustomerPage | None = None
    timeline: tuple[TimelineEntry, ...] = ()
    contacts: tuple[ContactRow, ...] = ()
    counts: ContactCounts | None = None
    evidence: tuple[EvidenceRow, ...] = ()
    letters: tuple[LetterRow, ...] = ()
    decisions: tuple[DecisionRow, ...] = ()
    #: Beside the decisions: complaints, which are no stage of an appeal.
    complaints: tuple[ComplaintRow, ...] = ()
    #: What an Ombudsman found about the case and asked for.
    reports: tuple[ReportRow, ...] = ()
    #: Proposals to refuse contact, and what became of them.
    refusals: tuple[RefusalRow, ...] = ()
    #: What was done about it without this system, and which safeguards were not kept.
    outside: tuple[OutsideRow, ...] = ()
    processes: tuple[DiagramState, ...] = ()
    audience: tuple[Watcher, ...] = ()

    @property
    def takes_evidence(self) -> bool:
        """Tell whether this person can add evidence now, and files to it."""
        return any(action.name == "add_evidence" for action in self.actions)


def case(
    database: Database,
    case_id: int,
    person: Person,
    only: Collection[str] = tuple(SECTIONS),
    days: Days = EVERY_DAY,
) -> CasePage:
    """Give one case; NotFound when there is none or nothing of it exists for this person.

    days: which contacts are counted, from the first to the last day.
    only: sections to read, all unless said otherwise. Twelve statements for the page itself and
    at most ten a section, however old the case is.
    """
    with reading(database, person) as look:
        parts = parts_of(look.session, person, case_id)
        if Part.CARD not in parts:
            raise NotFound
        wanted = {name for name, part in SECTIONS.items() if part in parts and name in only}
        case_file, brief = case_in_brief(look, case_id, parts)
        return _page(look, case_file, brief, parts, wanted, days)


def _page(
    look: Reading,
    row: CaseFile,
    brief: CaseBrief,
    parts: frozenset[Part],
    wanted: Collection[str],
    days: Days,
) -> CasePage:
    sees_all, shows = Part.TIMELINE in parts, frozenset(wanted)
    overview = "overview" in shows
    contacts, counts = contacts_of(look, row.id, days) if "contacts" in shows else ((), None)
    return CasePage(
        brief=brief,
        sections=tuple(name for name, part in SECTIONS.items() if part in parts),
        actions=actions_on(look, row, parts),
        card=card_of_case(look, row.id),
        people=_people(look, row, sees_all) if overview else (),
        other_cases=other_cases_of(look, row) if overview and sees_all else (),
        before=before(look, row) if overview and sees_all else None,
        tasks=tuple(open_tasks_of(look, row.id)) if overview else (),
        owed_actions=owed_of(look, row.id) if overview and sees_all else (),
        promises=promises_of(look, row.id) if overview and Part.LETTERS in parts else (),
        open_matters=matters_of(look, row.id) if "open" in shows else (),
        forwarded=forwarded_of(look, row.id) if "open" in shows else (),
        comments=comments_of(look, row.id, parts) if overview and sees_all else (),
        holds=_holds(look, row.id) if overview and Part.RETENTION in parts else (),
        customer=customer_of_case(look, row, parts) if "customer" in shows else None,
        timeline=timeline_of(look, row.id, parts) if "timeline" in shows else (),
        contacts=contacts,
        counts=counts,
        evidence=evidence_of(look, row.id, parts) if "evidence" in shows else (),
        letters=letters_of(look, row.id, parts) if "letters" in shows else (),
        decisions=decisions_of_case(look, row.id) if "decisions" in shows else (),
        complaints=complaints_of(look, row.id) if "decisions" in shows else (),
        reports=reports_of(look, row.id) if "decisions" in shows else (),
        refusals=refusals_of(look, row.id) if "decisions" in shows else (),
        outside=outside_of(look, row.id) if "decisions" in shows else (),
        processes=tuple(states_of(look, row.id, parts)) if "where" in shows else (),
        audience=audience_of(look, row) if "audience" in shows else (),
    )


def _people(look: Reading, row: CaseFile, sees_all: bool) -> tuple[CasePerson, ...]:
    """Give who carries the case and who speaks for the customer."""
    carries = CasePerson("Carries the case", look.full_name(row.owner))
    if not sees_all:
        return (carries,)
    speaks = look.session.scalars(
        select(ThirdParty).where(ThirdParty.case_id == row.id).order_by(ThirdParty.id.desc())
    )
    return (
        carries,
        CasePerson("Opened it", look.full_name(row.opened_by), said(row.opened_on)),
        *(
            CasePerson("Complained about; takes no part", look.full_name(name))
            for name in row.allegation_against
        ),
        *(_third_party(one) for one in speaks),
    )


def _third_party(row: ThirdParty) -> CasePerson:
    until = f"until {said(row.ended_on)}" if row.ended_on else f"since {said(row.started_on)}"
    who = f"{row.relationship}, {until}" if row.relationship else until
    allowed = (
        f"; agreed to: {words.lower_first(row.scope)}" if row.scope and not row.ended_on else ""
    )
    return CasePerson("Speaks for the customer", row.name, f"{who}{allowed}")


def _holds(look: Reading, case_id: int) -> tuple[str, ...]:
    rows = look.session.scalars(
        select(LegalHold)
        .where(LegalHold.case_id == case_id, LegalHold.lifted_on.is_(None))
        .order_by(LegalHold.opened_on)
    )
    return tuple(f"{row.reason}, since {said(row.opened_on)}" for row in rows)
