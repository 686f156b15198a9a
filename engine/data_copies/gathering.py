"""Everything kept about a person across their cases, row by row, so that size costs no memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, cast, literal, select
from sqlalchemy.orm import Session
from sqlalchemy.types import String

from engine.casework.deletion import OF_ARRANGEMENT, OF_CASE
from engine.casework.plain_names import plain_name
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import CaseFile, Customer, ThirdParty
from engine.tables.columns import table_of
from engine.tables.data_requests import DataRequest
from engine.tables.decisions import Arrangement
from engine.tables.people import User
from engine.tables.process import ElementHistory, WorkItem

#: Tables of a case that say nothing about the person, or are a copy of what stands elsewhere.
LEFT_OUT = frozenset(
    {
        *("data_copy", "data_copy_part", "data_mark", "element_instance", "evidence_file_part"),
        *("batch_item", "contact_import_row"),
    }
)
#: Columns that only machines read.
_MACHINES = frozenset(
    {
        *("pdf", "state", "page_mark", "source_mark", "sha256", "calling", "variables", "task_id"),
        *(
            "release_id",
            "import_id",
            "audit_head",
            "audit_number",
            "key",
            "path",
            "uid",
            "salt",
            "html",
        ),
    }
)
#: What Legal advised, wherever it is kept: the client's alone to know. That advice was given, when
#: and where it is kept stays in (R-091, R-104).
_PRIVILEGED = frozenset({"advice", "despite_advice"})
_TITLES = {
    "customer": "Who you are",
    "case_file": "Your case",
    "submission": "What was answered at each step, by whom and when",
    "contact": "Contacts with you",
    "evidence": "Records of what happened",
    "evidence_file": "Files that belong to the records",
    "letter": "Letters",
    "sending": "How letters left",
    "flag": "Flags in other systems",
    "partner_event": "What the partner organisation was told",
    "outbox": "Messages that left our system",
    "legal_hold": "Reasons why we keep a case",
    "sla_breach": "Dates of ours that passed",
    "work_item": "Tasks about you",
    "element_history": "What happened in the process",
    "audit": "Who did what in our records",
    "took_part": "Who took part",
}
_SOME = 200


@dataclass(frozen=True)
class Item:
    """One row of one section."""

    #: Name of the table.
    section: str
    title: str
    case: str
    #: Column -> value, plain enough for JSON.
    values: Mapping[str, Any]
    #: A letter as it was issued; "" for everything else.
    html: str = ""
    #: Number of that letter; 0 for everything else.
    letter_id: int = 0


def cases_in(session: Session, request: DataRequest) -> list[CaseFile]:
    """Give the person's cases that were not deleted, oldest first."""
    case = session.get_one(CaseFile, request.case_id)
    return list(
        session.scalars(
            select(CaseFile)
            .where(CaseFile.customer_id == case.customer_id, CaseFile.deleted_on.is_(None))
            .order_by(CaseFile.id)
        )
    )


def customer_of(session: Session, request: DataRequest) -> Customer:
    """Give whom the request is about."""
    case = session.get_one(CaseFile, request.case_id)
    return session.get_one(Customer, case.customer_id)


def items(session: Session, request: DataRequest) -> Iterator[Item]:
    """Give every row about the person, case by case, table by table, a few in memory at a time.

    Of other people's cases only what names this person as speaking for them.
    """
    people = dict(session.execute(select(User.name, User.full_name)).all())
    customer = customer_of(session, request)
    yield from _rows(session, table_of(Customer), Customer.id == customer.id, "", people)
    for case in cases_in(session, request):
        yield from _rows(
            session, table_of(CaseFile), CaseFile.id == case.id, case.reference, people
        )
        for table, condition in _tables(case.id):
            yield from _rows(session, table, condition, case.reference, people)
        yield from _audit(session, case, people)
    for case_id in request.third_party_cases:
        yield from _as_third_party(session, case_id, customer.name, people)


def _tables(case_id: int) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    rows: Sequence[Any] = sorted(
        (*OF_CASE, WorkItem, ElementHistory), key=lambda row: str(row.__tablename__)
    )
    for row in rows:
        if row.__tablename__ not in LEFT_OUT:
            yield table_of(row), row.case_id == case_id
    ids = select(Arrangement.id).where(Arrangement.case_id == case_id)
    for row in OF_ARRANGEMENT:
        yield table_of(row), row.arrangement_id.in_(ids)


def _rows(
    session: Session,
    table: Table,
    condition: ColumnElement[bool],
    case: str,
    people: Mapping[str, str],
) -> Iterator[Item]:
    columns = [column for column in table.columns if _is_said(table.name, column.name)]
    kept = [*columns, *([table.c.html] if table.name == "letter" else [])]
    found = session.execute(
        select(*kept).where(condition).order_by(table.c.id), execution_options={"yield_per": _SOME}
    )
    for row in found.mappings():
        values = {
            column.name: _plain(row[column], people)
            for column in columns
            if row[column] not in (None, "", [], {})
        }
        html = str(row[table.c.html]) if table.name == "letter" else ""
        letter_id = row[table.c.id] if html else 0
        yield Item(table.name, _title(table.name), case, values, html, letter_id)


def _audit(session: Session, case: CaseFile, people: Mapping[str, str]) -> Iterator[Item]:
    found = session.execute(
        select(
            AuditEvent.at,
            AuditEvent.action,
            AuditEvent.object_kind,
            AuditEvent.object_id,
            AuditDetail.actor,
            AuditDetail.old,
            AuditDetail.new,
        )
        .outerjoin(AuditDetail, AuditDetail.event_id == AuditEvent.id)
        .where(AuditEvent.chain == literal("case:") + cast(literal(case.id), String))
        .order_by(AuditEvent.number),
        execution_options={"yield_per": _SOME},
    )
    for row in found.mappings():
        values = {name: _plain(value, people) for name, value in row.items() if value is not None}
        yield Item("audit", _title("audit"), case.reference, values)


def _as_third_party(
    session: Session, case_id: int, name: str, people: Mapping[str, str]
) -> Iterator[Item]:
    rows = session.scalars(select(ThirdParty).where(ThirdParty.case_id == case_id)).all()
    ids = [row.id for row in rows if plain_name(row.name) == plain_name(name)]
    table = table_of(ThirdParty)
    for item in _rows(session, table, ThirdParty.id.in_(ids), "", people):
        yield Item("spoke_for", "Where you spoke for somebody else", "", item.values)


def _is_said(table: str, column: str) -> bool:
    if column in _PRIVILEGED:
        return False
    return column not in _MACHINES and not (column.endswith("_id") and column != "object_id")


def _title(table: str) -> str:
    return _TITLES.get(table, table.replace("_", " ").capitalize())


def _plain(value: Any, people: Mapping[str, str]) -> Any:
    """Give a value as JSON can say it, user names as full names."""
    if isinstance(value, str):
        return people.get(value, value)
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {
            str(name): _plain(inner, people)
            for name, inner in value.items()
            if name not in _PRIVILEGED
        }
    if isinstance(value, list | tuple):
        return [_plain(inner, people) for inner in value]
    return value if isinstance(value, bool | int | float) or value is None else str(value)
