"""The agenda of a decision meeting: what it looks at, from the referral and the file (R-040)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.calendar import said
from engine.casework.visibility import Part, parts_of
from engine.errors import NotFound
from engine.queries import words
from engine.queries.cases import CaseBrief, case_in_brief
from engine.queries.contacts import contacts_of
from engine.queries.evidence import EvidenceRow, evidence_of
from engine.queries.letters import PromiseRow, promises_of
from engine.queries.owed import OwedRow, owed_of
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.releases import bundle, current_release_id
from engine.tables.casefile import Stage, Submission
from engine.tables.database import Database
from engine.tables.leaving import Meeting

_REFERRAL = "referral"
#: What nobody may do without: to see the agenda is to see the reasons.
_NEEDS = frozenset({Part.DECISIONS, Part.EVIDENCE, Part.CONTACTS})


@dataclass(frozen=True)
class Concern:
    """One kind of behaviour as the referral describes it (R-036)."""

    kind: str
    what: str
    frequency: str
    first_on: dt.date
    last_on: dt.date


@dataclass(frozen=True)
class CitedRecord:
    """A record the referral rests on, as it stands now."""

    record: EvidenceRow
    #: Names of its files, for whoever brings them to the meeting.
    files: tuple[str, ...]
    #: What took its place, if it was corrected and something did; "" otherwise (R-105).
    instead: str = ""


@dataclass(frozen=True)
class Agenda:
    """What a decision meeting is about."""

    brief: CaseBrief
    made_at: dt.datetime
    #: None while the meeting is not arranged, and after it was called off.
    meeting_on: dt.date | None
    #: Full name and job of each who is invited, or was there.
    invited: tuple[str, ...]
    #: Full names of those the customer has complained about: they take no part.
    takes_no_part: tuple[str, ...]
    referred_on: dt.date | None
    referred_by: str
    discussed_with: str
    why_formal: str
    concerns: tuple[Concern, ...]
    proposed_spoc: str
    proposed_cover: str
    #: How each stage before went, in sentences.
    stages: tuple[str, ...]
    #: What is counted of the contacts and what is missing, in sentences (R-030).
    contacts: str
    gaps: tuple[str, ...]
    cited: tuple[CitedRecord, ...]
    #: How many further records there are: that could be used, and that cannot.
    usable: int
    not_usable: int
    owed: tuple[OwedRow, ...]
    promises: tuple[PromiseRow, ...]
    #: What the policy wants weighed, and how many must be there.
    factors: tuple[str, ...]
    quorum: int


def agenda(database: Database, case_id: int, person: Person) -> Agenda:
    """Give the agenda of the decision meeting of a case.

    Raises NotFound when the case was not referred, or its reasons are not for this person to see.
    """
    with reading(database, person) as look:
        parts = parts_of(look.session, person, case_id)
        if _NEEDS - parts:
            raise NotFound
        stages = {
            stage.kind: stage
            for stage in look.session.scalars(select(Stage).where(Stage.case_id == case_id))
        }
        formal = stages.get("formal")
        if formal is None or formal.referred_on is None:
            raise NotFound
        return _agenda(look, case_id, parts, stages)


def _agenda(
    look: Reading, case_id: int, parts: frozenset[Part], stages: Mapping[str, Stage]
) -> Agenda:
    case, brief = case_in_brief(look, case_id, parts)
    formal, asked = stages["formal"], _referral(look, case.id)
    records = evidence_of(look, case.id, parts)
    cited = set(asked.get("cites", []))
    rest = [record for record in records if record.id not in cited]
    _, counts = contacts_of(look, case.id)
    figures = _figures(look, case.parameter_set)
    return Agenda(
        brief=brief,
        made_at=look.now,
        meeting_on=None if _is_called_off(look, formal) else formal.meeting_on,
        invited=tuple(look.full_name(name) for name in formal.attendees or ()),
        takes_no_part=tuple(look.full_name(name) for name in case.allegation_against),
        referred_on=formal.referred_on,
        referred_by=look.full_name(formal.referred_by),
        discussed_with=look.full_name(formal.discussed_with),
        why_formal=str(asked.get("why_formal", "")),
        concerns=tuple(_concern(row) for row in asked.get("history", [])),
        proposed_spoc=look.full_name(formal.proposed_spoc),
        proposed_cover=look.full_name(formal.proposed_cover),
        stages=tuple(_stage(stages[kind]) for kind in ("informal", "warning") if kind in stages),
        contacts=counts.window,
        gaps=counts.gaps,
        cited=tuple(_cited(record, records) for record in reversed(records) if record.id in cited),
        usable=sum(record.is_usable for record in rest),
        not_usable=sum(not record.is_usable for record in rest),
        owed=owed_of(look, case.id, only_open=True),
        promises=promises_of(look, case.id, only_open=True),
        factors=tuple(figures.get("assessment.factors", ())),
        quorum=figures.get("meeting.quorum", 0),
    )


def _cited(record: EvidenceRow, records: Sequence[EvidenceRow]) -> CitedRecord:
    files = tuple(file.name for file in record.files if not file.removed_at)
    instead = next((one.text for one in records if one.corrects_id == record.id), "")
    return CitedRecord(record, () if record.corrected_at else files, instead)


def _is_called_off(look: Reading, formal: Stage) -> bool:
    """Tell whether the meeting that was arranged last is not to be held."""
    if formal.outcome is not None:
        return False
    newest = select(Meeting).where(Meeting.stage_id == formal.id).order_by(Meeting.id.desc())
    meeting = look.session.scalars(newest.limit(1)).one_or_none()
    return meeting is not None and meeting.called_off_on is not None


def _referral(look: Reading, case_id: int) -> dict[str, Any]:
    """Give the answers of the newest referral; {} when none was given here."""
    query = (
        select(Submission.answers)
        .where(Submission.case_id == case_id, Submission.form == _REFERRAL)
        .order_by(Submission.id.desc())
        .limit(1)
    )
    return look.session.scalar(query) or {}


def _figures(look: Reading, parameter_set: str) -> dict[str, Any]:
    known = bundle(look.session, current_release_id(look.session)).figures.get(parameter_set, {})
    return {name: figure.value for name, figure in known.items()}


def _concern(row: Mapping[str, Any]) -> Concern:
    return Concern(
        kind=words.name_of("behaviour", row.get("kind")),
        what=str(row.get("what", "")),
        frequency=str(row.get("frequency", "")),
        first_on=dt.date.fromisoformat(row["first_on"]),
        last_on=dt.date.fromisoformat(row["last_on"]),
    )


def _stage(stage: Stage) -> str:
    """Say how a stage went: when it began, how the customer was warned, when it ended."""
    name = {"informal": "Informal stage", "warning": "Warning stage"}[stage.kind]
    way = {"informal": "warned in words", "warning": "Fair Treatment Letter"}[stage.kind]
    told = [f"begun {said(stage.opened_on)}"]
    told.append(f"{way} {said(stage.warned_on)}" if stage.warned_on else f"{way}: never")
    if stage.look_on:
        what = {"informal": "time to change until", "warning": "reviewed on"}[stage.kind]
        told.append(f"{what} {said(stage.look_on)}")
    told.append(f"ended {said(stage.closed_on)}" if stage.closed_on else "not ended")
    return f"{name}: {', '.join(told)}."
