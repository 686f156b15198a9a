"""The log as a page reads it: who did what, when, and what it was before, newest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from engine.calendar import after, on
from engine.casework.audit import ADMINISTRATION
from engine.casework.visibility import opens
from engine.errors import NotFound
from engine.oversight.log_words import LogWords
from engine.queries import Person, words
from engine.queries.reading import Reading, reading
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import CaseFile
from engine.tables.database import Database

#: Links on one page.
_SIZE = 50
#: What pages call a thing whose table has another name.
_THINGS = {"work_item": "task", "case_file": "case", "process_instance": "run", "outbox": "message"}


@dataclass(frozen=True)
class LogFilter:
    """Which links of the log are wanted; a page's address says the same."""

    #: Reference of a case, or ``administration``; "" for every chain.
    chain: str = ""
    #: User name of who did it; "" for anybody.
    actor: str = ""
    #: ``case_opened``; "" for anything.
    action: str = ""
    #: The first and the last day, both included; None for no limit.
    first: dt.date | None = None
    last: dt.date | None = None
    #: Links before this one, the oldest of the page before; None for the newest.
    before: int | None = None


@dataclass(frozen=True)
class LogRow:
    """One link of the log."""

    id: int
    #: Reference of the case, or ``administration``.
    chain: str
    #: None for the chain of administration.
    case_id: int | None
    number: int
    at: dt.datetime
    #: Full name; "" where it went with the case.
    who: str
    #: In words: Letter issued.
    action: str
    #: What it was about: letter 4.
    about: str
    #: What it was before and what it is now, a line a value; () where nothing was kept.
    old: tuple[str, ...]
    new: tuple[str, ...]
    is_gone: bool


@dataclass(frozen=True)
class LogPage:
    """One page of the log, with what can be asked for."""

    rows: tuple[LogRow, ...]
    #: What to ask for ``before`` to see older ones; None at the end.
    older: int | None
    #: Action -> in words, all that ever happened.
    actions: Sequence[tuple[str, str]]
    #: User name -> full name of everybody who works or worked here.
    people: Sequence[tuple[str, str]]


def log(db: Database, person: Person, wanted: LogFilter | None = None) -> LogPage:
    """Give one page of the log; NotFound for those it does not exist for (requirements A.11).

    Six statements. A chain nobody has gives no row.
    """
    if not opens(person, "log"):
        raise NotFound
    asked = wanted or LogFilter()
    with reading(db, person) as look:
        rows = look.session.execute(
            select(AuditEvent, AuditDetail)
            .outerjoin(AuditDetail, AuditDetail.event_id == AuditEvent.id)
            .where(*_narrowed(look, asked))
            .order_by(AuditEvent.id.desc())
            .limit(_SIZE + 1)
        ).all()
        actions = look.session.scalars(select(AuditEvent.action).distinct()).all()
        cases = [_case_id(row.AuditEvent.chain) for row in rows]
        named = select(CaseFile.id, CaseFile.reference).where(CaseFile.id.in_(filter(None, cases)))
        references = dict(look.session.execute(named).all())
        in_words = LogWords(look)
        told = tuple(_row(look, row, references, in_words) for row in rows[:_SIZE])
        return LogPage(
            rows=told,
            older=told[-1].id if len(rows) > _SIZE else None,
            actions=sorted((name, words.plain(name)) for name in actions),
            people=sorted(look.full_names.items(), key=lambda one: one[1]),
        )


def _narrowed(look: Reading, asked: LogFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if asked.chain == ADMINISTRATION:
        conditions.append(AuditEvent.chain == ADMINISTRATION)
    elif asked.chain:
        of_case = select(CaseFile.id).where(CaseFile.reference == asked.chain.upper())
        conditions.append(AuditEvent.chain == f"case:{look.session.scalar(of_case)}")
    if asked.actor:
        conditions.append(AuditDetail.actor == asked.actor)
    if asked.action:
        conditions.append(AuditEvent.action == asked.action)
    if asked.first:
        conditions.append(AuditEvent.at >= on(asked.first))
    if asked.last:
        conditions.append(AuditEvent.at < after(asked.last))
    if asked.before is not None:
        conditions.append(AuditEvent.id < asked.before)
    return conditions


def _row(look: Reading, found: Any, references: Mapping[int, str], told: LogWords) -> LogRow:
    event: AuditEvent = found.AuditEvent
    detail: AuditDetail | None = found.AuditDetail
    kind, case_id = event.object_kind, _case_id(event.chain)
    about = words.plain(_THINGS.get(kind, kind))
    return LogRow(
        id=event.id,
        chain=references.get(case_id or 0, ADMINISTRATION),
        case_id=case_id,
        number=event.number,
        at=event.at,
        who=look.full_name(detail.actor) if detail else "",
        action=words.plain(event.action),
        about=f"{about} {event.object_id}" if event.object_id else about,
        old=told.lines(detail.old) if detail else (),
        new=told.lines(detail.new) if detail else (),
        is_gone=detail is None,
    )


def _case_id(chain: str) -> int | None:
    about, _, number = chain.partition(":")
    return int(number) if about == "case" else None
