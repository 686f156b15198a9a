"""What happened in a case, newest first: people, the clock and the system told apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from sqlalchemy import select

from engine.calendar import on, said
from engine.casework.audit import RESTRICTED_READ
from engine.casework.context import THE_SYSTEM
from engine.casework.file_rights import RESTRICTED_FILE_READ
from engine.casework.kept_apart import kept_from
from engine.casework.visibility import Part, sees_every_case
from engine.messages import NUDGES
from engine.queries import words
from engine.queries.day_counts import DayCount, contacts_by_day, evidence_by_day
from engine.queries.decisions import decision_name
from engine.queries.flow_order import main_way
from engine.queries.reading import Reading
from engine.spiff import Diagram, Element
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import Submission
from engine.tables.decisions import Decision, Letter
from engine.tables.emergency import EmergencyAccess
from engine.tables.process import ElementHistory, Incident, Message, ProcessInstance, WorkItem

#: What a timer does again within this time is told once, the last time.
_DAILY = dt.timedelta(days=2)
#: Forms whose answers show as contacts, evidence and letters, and need no line of their own.
_SHOWN_OTHERWISE = frozenset({"log_contact", "add_evidence", "issue_letter"})
#: What is noted about reading -> what is said of it.
_READS = {
    RESTRICTED_READ: "Read restricted answers",
    RESTRICTED_FILE_READ: "Opened a restricted file of evidence",
}
#: Elements that tell something no other line does.
_TOLD = frozenset(
    {"user_task", "service_task", "catch_event", "boundary_event", "throw_event", "end_event"}
)


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened."""

    at: dt.datetime
    #: Full name; "" for the clock and the system.
    who: str
    #: Who made it happen: a person, the clock, the system.
    kind: Literal["person", "clock", "system"]
    text: str
    #: The process it belongs to, in words; "" for none.
    process: str = ""
    #: What was answered then, to open; None for no form.
    submission_id: int | None = None
    letter_id: int | None = None
    #: Only the day is known, not the time of day.
    is_day_only: bool = False
    #: Somebody has to know, although the system did it: a step got stuck, nobody took a message.
    is_urgent: bool = False

    @property
    def is_routine(self) -> bool:
        """Tell whether it only followed by itself; a short timeline does without it."""
        return self.kind == "system" and not self.is_urgent

    @property
    def day(self) -> str:
        """Give the day: ``Fri 10 Apr 2026``."""
        return said(words.local_date(self.at))

    @property
    def time(self) -> str:
        """Give the time of day; "" where only the day is known, and for what its date began."""
        at = words.local_time(self.at)
        return "" if self.is_day_only or at == "00:00" else at


class _LeftOut(NamedTuple):
    """What somebody does not see of a case: names of forms, letters and messages, and runs."""

    names: frozenset[str]
    runs: Collection[int]


def timeline_of(look: Reading, case_id: int, parts: Collection[Part]) -> tuple[TimelineEntry, ...]:
    """Give everything that happened in a case, newest first; eleven statements at most.

    Contacts and evidence are counted by day; what waits or is open is not here but on the
    diagrams. What these parts of the case do not show (``kept_from``) is left out.
    """
    kept = kept_from(parts)
    runs = {
        row.id: row
        for row in look.session.scalars(
            select(ProcessInstance).where(ProcessInstance.case_id == case_id)
        )
    }
    instances = {id_: row for id_, row in runs.items() if row.process_id not in kept}
    left_out = _LeftOut(kept, runs.keys() - instances.keys())
    entries = [
        *_letters(look, case_id, left_out),
        *_submissions(look, case_id, left_out),
        *_decisions(look, case_id),
        *_history(look, instances),
        *_incidents(look, case_id, left_out),
        *_lost_messages(look, case_id, left_out),
        *_reads(look, case_id),
        *_emergencies(look, case_id),
        *_days(contacts_by_day(look, case_id)),
        *_days(evidence_by_day(look, case_id)),
    ]
    # What somebody did stands below what followed from it in the same moment.
    entries.sort(key=lambda entry: (entry.at, entry.kind != "person"), reverse=True)
    return tuple(entries)


def _submissions(look: Reading, case_id: int, left_out: _LeftOut) -> Iterator[TimelineEntry]:
    rows = look.session.execute(
        select(
            Submission.id,
            Submission.at,
            Submission.by,
            Submission.form,
            Submission.release_id,
            Submission.instance_id,
            WorkItem.name,
            WorkItem.process_id,
        )
        .outerjoin(WorkItem, WorkItem.id == Submission.work_item_id)
        .where(Submission.case_id == case_id, Submission.form.not_in(_SHOWN_OTHERWISE))
        .order_by(Submission.id.desc())
    )
    for row in rows:
        if row.form in left_out.names or row.instance_id in left_out.runs:
            continue
        title = row.name or _title(look, row.release_id, row.form)
        filled_in = bool(title) and row.by != THE_SYSTEM
        yield TimelineEntry(
            at=row.at,
            who=look.full_name(row.by) if filled_in else "",
            kind="person" if filled_in else "system",
            text=title or words.plain(row.form),
            process=look.process_name(row.release_id, row.process_id) if row.process_id else "",
            submission_id=row.id,
        )


def _title(look: Reading, release_id: int, form: str) -> str:
    """Give the title of a form; "" for what no form asked, such as figures the system keeps."""
    release = look.release(release_id)
    found = release.forms.get(form) if release else None
    return found.title if found else ""


def _letters(look: Reading, case_id: int, left_out: _LeftOut) -> Iterator[TimelineEntry]:
    written = (
        select(Submission.at, Submission.id)
        .where(Submission.case_id == case_id, Submission.form == "issue_letter")
        .order_by(Submission.id)
    )
    answered = dict(look.session.execute(written).all())
    columns = (Letter.id, Letter.title, Letter.issued_at, Letter.issued_by, Letter.channel)
    rows = look.session.execute(
        select(*columns)
        .where(Letter.case_id == case_id, Letter.template.not_in(left_out.names))
        .order_by(Letter.id.desc())
    )
    for row in rows:
        how = words.name_of("channel", row.channel).lower()
        yield TimelineEntry(
            at=row.issued_at,
            who=look.full_name(row.issued_by),
            kind="person",
            text=f"Letter sent: {row.title}{f' ({how})' if how else ''}",
            submission_id=answered.get(row.issued_at),
            letter_id=row.id,
        )


def _decisions(look: Reading, case_id: int) -> Iterator[TimelineEntry]:
    rows = look.session.scalars(
        select(Decision).where(Decision.case_id == case_id).order_by(Decision.id.desc())
    )
    for row in rows:
        yield TimelineEntry(
            at=on(row.decided_on),
            who=look.full_name(row.decided_by),
            kind="person",
            text=f"Decided: {words.lower_first(decision_name(row))}",
            is_day_only=True,
        )


def _history(look: Reading, instances: Mapping[int, ProcessInstance]) -> Iterator[TimelineEntry]:
    rows = look.session.scalars(
        select(ElementHistory)
        .where(
            ElementHistory.instance_id.in_(instances),
            ElementHistory.what.in_(("left", "cancelled")),
        )
        .order_by(ElementHistory.id.desc())
    )
    told: dict[tuple[int, str], Mapping[str, Element]] = {}
    seen: list[tuple[ElementHistory, Element]] = []
    for row in rows:
        drawn = (instances[row.instance_id].release_id, row.process_id)
        if drawn not in told:
            told[drawn] = _told_elements(look.diagram(*drawn))
        element = told[drawn].get(row.element_id)
        if element is not None and (row.what == "cancelled") == (element.kind == "user_task"):
            seen.append((row, element))
    for row, element in _without_daily(seen):
        drawn = (instances[row.instance_id].release_id, row.process_id)
        yield TimelineEntry(
            at=row.at,
            who=look.full_name(row.by) if row.by not in (None, THE_SYSTEM) else "",
            kind="clock" if element.event == "timer" else "system",
            text=_told(element, row.what),
            process=look.process_name(*drawn),
        )


def _without_daily(
    seen: Sequence[tuple[ElementHistory, Element]],
) -> Iterator[tuple[ElementHistory, Element]]:
    """Leave out what a timer repeats day by day, but for the last time; the newest comes first."""
    last: dict[tuple[int, str], dt.datetime] = {}
    folded: set[tuple[int, dt.datetime]] = set()
    for row, element in seen:
        if element.event != "timer":
            continue
        newer = last.get((row.instance_id, row.element_id))
        if newer is not None and newer - row.at <= _DAILY:
            folded.add((row.instance_id, row.at))
        last[row.instance_id, row.element_id] = row.at
    for row, element in seen:
        is_routine = element.event == "timer" or element.kind == "service_task"
        if not is_routine or (row.instance_id, row.at) not in folded:
            yield row, element


def _told_elements(diagram: Diagram | None) -> Mapping[str, Element]:
    """Give the elements a timeline tells of: tasks when they are cancelled, the rest when passed.

    The end of a branch that began at an edge, such as a reminder, says nothing new.
    """
    if diagram is None:
        return {}
    main = main_way(diagram)
    return {
        element.id: element
        for element in diagram.elements.values()
        if element.name
        and element.kind in _TOLD
        and (element.kind != "end_event" or (element.parent is None and element.id in main))
    }


def _told(element: Element, what: str) -> str:
    if what == "cancelled":
        return f"Task no longer needed: {element.name}"
    if element.kind == "throw_event":
        return f"Passed on: {words.lower_first(element.name)}"
    if element.kind == "end_event":
        return f"Ended: {words.lower_first(element.name)}"
    return element.name


def _incidents(look: Reading, case_id: int, left_out: _LeftOut) -> Iterator[TimelineEntry]:
    rows = look.session.scalars(
        select(Incident).where(Incident.case_id == case_id).order_by(Incident.id.desc())
    )
    for row in rows:
        if row.instance_id in left_out.runs:
            continue
        if row.resolved_at:
            yield _urgent(row.resolved_at, "", "The stuck step went on")
        yield _urgent(row.opened_at, "", f"A step got stuck: {row.reason}")


def _lost_messages(look: Reading, case_id: int, left_out: _LeftOut) -> Iterator[TimelineEntry]:
    """Tell what somebody brought in and no process has taken yet, nudges aside."""
    rows = look.session.scalars(
        select(Message).where(
            Message.case_id == case_id,
            Message.name.not_in(NUDGES | left_out.names),
            Message.sender_instance_id.is_(None),
            Message.delivered_at.is_(None),
            Message.dropped_at.is_(None),
        )
    )
    for row in rows:
        text = f"Waits to be heard: {words.lower_first(words.plain(row.name))}"
        yield _urgent(row.sent_at, look.full_name(row.sent_by), text)


def _reads(look: Reading, case_id: int) -> Iterator[TimelineEntry]:
    """Tell who read restricted answers and files of others, to those who watch over it (R-111)."""
    if not sees_every_case(look.viewer, Part.READS):
        return
    rows = look.session.execute(
        select(AuditEvent, AuditDetail.actor)
        .join(AuditDetail, AuditDetail.event_id == AuditEvent.id)
        .where(AuditEvent.chain == f"case:{case_id}", AuditEvent.action.in_(_READS))
        .order_by(AuditEvent.id.desc())
    )
    for row in rows:
        yield TimelineEntry(
            at=row.AuditEvent.at,
            who=look.full_name(row.actor),
            kind="person",
            text=_READS[row.AuditEvent.action],
            # Of a draft that somebody went on with there is nothing to open.
            submission_id=row.AuditEvent.object_id
            if row.AuditEvent.object_kind == "submission"
            else None,
        )


def _emergencies(look: Reading, case_id: int) -> Iterator[TimelineEntry]:
    """Tell whom the case was opened to in an emergency, and why: its people see who saw it."""
    rows = look.session.scalars(select(EmergencyAccess).where(EmergencyAccess.case_id == case_id))
    for row in rows:
        yield TimelineEntry(
            at=row.began_at,
            who=look.full_name(row.user_name),
            kind="person",
            text=f"Got emergency access until {words.moment(row.ended_at or row.ends_at)}, "
            f"because: {row.reason}",
        )


def _urgent(at: dt.datetime, who: str, text: str) -> TimelineEntry:
    return TimelineEntry(at, who, "system", text, is_urgent=True)


def _days(counts: tuple[DayCount, ...]) -> Iterator[TimelineEntry]:
    for count in counts:
        yield TimelineEntry(
            at=on(count.on), who="", kind="person", text=count.text, is_day_only=True
        )
