"""A secret of its own in every field of every case, so that a page betrays what it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import JSON, Table, delete, select, update
from sqlalchemy.orm import Session

from engine.casework.fields import FIELDS
from engine.casework.matrix import APART, RELIED_ON, Part
from engine.tables import Row
from engine.tables.columns import Sealed
from engine.tables.customer_words import keep_words

#: What a planted word looks like: the case, and which field it stands in.
PLANTED = re.compile(r"zq(\d{4})f(\d{3})z", re.IGNORECASE)
#: Stands in every planted word: who searches for it finds all there is to be found.
STEM = "zq0"
#: Fields whose values steer something, and fields that are bytes only the engine reads.
NOT_PLANTED = frozenset(
    {
        *("case_file.behaviour_kinds", "case_file.allegation_against", "evidence.behaviour_kind"),
        *("work_item.calling", "work_item.variables", "message.refs", "message.payload"),
        *("process_instance.state", "audit_detail.old", "audit_detail.salt", "batch_item.kept"),
        *("customer.formats", "customer.cannot_use", "customer.language"),
        *("customer_word.word", "contact_import.file_name", "contact_import.headings"),
        *("register_import.file_name", "register_import.sheets", "register_import.mapping"),
        *("register_import.choices", "flag_reconciliation.file_name"),
        "partner_notice.reference",
    }
)
#: Planted apart from ``submission.restricted``: the forms a decision relied on.
RELIED = "submission.restricted of a decision"
#: Fields of rows that may belong to what is kept apart from its case, and then are planted apart.
MAYBE_APART = frozenset(
    {
        *("submission.answers", "work_item.name", "comment.text", "element_instance.name"),
        *("incident.reason", "letter.title", "letter.html", "letter.sent_to", "letter.proof"),
    }
)
_IS_APART = " kept apart"
_PLACES = (*sorted(FIELDS), RELIED, *(name + _IS_APART for name in sorted(MAYBE_APART)))
NUMBERS = {name: number for number, name in enumerate(_PLACES)}
NAMES = {number: name for name, number in NUMBERS.items()}
_OF_ARRANGEMENT = ("restriction", "flag", "partner_event")


class Secret(NamedTuple):
    """One planted word as it was found."""

    case_id: int
    #: ``table.column``.
    field: str


def word(case_id: int, field: str) -> str:
    """Give the word planted in this field of this case."""
    return f"Zq{case_id:04d}f{NUMBERS[field]:03d}z"


def found_in(text: str) -> set[Secret]:
    """Give every planted word in a text."""
    return {Secret(int(case), NAMES[int(field)]) for case, field in PLANTED.findall(text)}


def part_of(field: str) -> Any:
    """Give where a field is shown, as the matrix says."""
    if field.endswith(_IS_APART):
        return Part.RETENTION
    return Part.RELIED_ON if field == RELIED else FIELDS[field]


def is_apart(field: str) -> bool:
    """Tell whether a field was planted in something that is kept apart from its case."""
    return field.endswith(_IS_APART)


def plant(session: Session) -> set[Secret]:
    """Write a word of its own into every field of every case; gives what was planted."""
    made: set[Secret] = set()
    for name, columns in _columns().items():
        table = Row.metadata.tables[name]
        key = next(iter(table.primary_key))
        for row in session.execute(select(table)).mappings():
            case_id = _case_of(session, name, row)
            if case_id is None:
                continue
            changed = {}
            for column in columns:
                field = _field(name, column, row)
                if field in MAYBE_APART and _belongs_apart(session, row):
                    field += _IS_APART
                changed[column] = _planted(table, column, row[column], word(case_id, field))
                if changed[column] != row[column]:
                    made.add(Secret(case_id, field))
            session.execute(update(table).where(key == row[key.name]).values(changed))
    customers = Row.metadata.tables["customer"]
    session.execute(delete(Row.metadata.tables["customer_word"]))
    rows = session.execute(select(customers)).mappings()
    keep_words(session.connection(), [{str(name): row[name] for name in row} for row in rows])
    return made


def _belongs_apart(session: Session, row: Mapping[Any, Any]) -> bool:
    """Tell whether a row is a form or letter that is kept apart, or of a run that is."""
    if {row.get("form"), row.get("template")} & set(APART):
        return True
    tables = Row.metadata.tables
    instance_id = row.get("instance_id")
    if instance_id is None and row.get("work_item_id") is not None:
        item = tables["work_item"]
        instance_id = session.scalar(
            select(item.c.instance_id).where(item.c.id == row["work_item_id"])
        )
    run = tables["process_instance"]
    return session.scalar(select(run.c.process_id).where(run.c.id == instance_id)) in APART


def _field(table: str, column: str, row: Mapping[Any, Any]) -> str:
    relied = table == "submission" and column == "restricted" and row["form"] in RELIED_ON
    return RELIED if relied else f"{table}.{column}"


def _columns() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for field in sorted(FIELDS):
        table, _, column = field.partition(".")
        if field not in NOT_PLANTED:
            found.setdefault(table, []).append(column)
    return found


def _case_of(session: Session, name: str, row: Mapping[Any, Any]) -> int | None:
    tables = Row.metadata.tables
    if name == "case_file":
        return int(row["id"])
    if name == "customer":
        case = tables["case_file"]
        found = select(case.c.id).where(case.c.customer_id == row["id"]).order_by(case.c.id)
        return session.scalar(found.limit(1))
    if name in _OF_ARRANGEMENT:
        arrangement = tables["arrangement"]
        of_it = select(arrangement.c.case_id).where(arrangement.c.id == row["arrangement_id"])
        return session.scalar(of_it)
    if name == "audit_detail":
        event = tables["audit_event"]
        chain = session.scalar(select(event.c.chain).where(event.c.id == row["event_id"])) or ""
        about, _, number = chain.partition(":")
        return int(number) if about == "case" else None
    case_id = row["case_id"]
    return None if case_id is None else int(case_id)


def _planted(table: Table, column: str, value: Any, said: str) -> Any:
    kind = table.columns[column].type
    if value is None:
        return None
    if isinstance(value, bytes):
        return b"%PDF-1.7 " + said.encode()
    if isinstance(kind, JSON | Sealed):
        return _worded(value, said)
    if column == "html":
        return f"<p>{said}</p>"
    return said


def _worded(value: Any, said: str) -> Any:
    """Put the word where somebody wrote a sentence; codes, dates and names of staff stay."""
    if isinstance(value, dict):
        return {name: _worded(inner, said) for name, inner in value.items()}
    if isinstance(value, list):
        return [_worded(inner, said) for inner in value]
    return said if isinstance(value, str) and " " in value.strip() else value


def fields_with_words() -> Iterator[tuple[str, str]]:
    """Give every column of every table that can hold words, as (table, column)."""
    for table in Row.metadata.sorted_tables:
        for column in table.columns:
            kind = column.type
            holds = isinstance(kind, JSON | Sealed) or kind.python_type in (str, bytes)
            if holds and not column.foreign_keys:
                yield table.name, column.name
