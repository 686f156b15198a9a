"""Compares a copy with its original, field by field, without knowing how it was made."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import JSON, Date, Table
from sqlalchemy.orm import Session

from engine.clock import LONDON
from engine.demo.multiplying import columns
from engine.demo.multiplying.originals import Rows, read_rows
from engine.spiff.state import unpacked
from engine.tables.columns import Sealed, UtcDateTime

#: Chained anew, salted anew, taken from the text of a letter, or a key of its own.
_ITS_OWN = {
    *columns.KEYS,
    "audit_anchor.hash",
    "audit_detail.salt",
    "audit_event.detail_hash",
    "audit_event.hash",
    "audit_event.previous_hash",
    "case_file.audit_head",
    "case_file.reference",
    "letter.sha256",
}
#: Names under which JSON keeps ids, some of them as texts.
_IDS = {
    *columns.REFERENCES,
    "complaint",
    "complaints_weighed",
    "record",
    "evidence",
    "owed_action",
    "owed_actions_weighed",
    "third_party",
}
_SHORTEST = 2
#: Whatever may differ inside a text: ids behind a colon or a way, references, dates, prints.
_MASKS = [
    (re.compile(r"\b[0-9a-f]{64}\b"), "<print>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<task>"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "<task>"),
    (re.compile(r"\bSP-\d{4}-\d{3,}\b"), "<reference>"),
    (re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+\+00:00)?"), "<date>"),
    (re.compile(r"\b(\w{3,9} )?\d{1,2} [A-Z][a-z]{2,8} \d{4}\b"), "<date>"),
    (re.compile(r"\b([a-z_]+):\d+\b"), r"\1:<id>"),
    (re.compile(r"/cases/\d+"), "/cases/<id>"),
    # What each record of evidence of a copy says beside its words.
    (re.compile(r" It was about [A-Z][a-z]+ [A-Z][a-z]+\.$"), ""),
]


class Compared:
    """An original and one of its copies, side by side."""

    def __init__(self, session: Session, original: int, copy: int) -> None:
        self.original: Rows = read_rows(session, original)
        self.copy: Rows = read_rows(session, copy)
        [mine], [theirs] = self.original["case_file"], self.copy["case_file"]
        self.days = (mine["opened_on"] - theirs["opened_on"]).days

    def differences(self) -> list[str]:
        """Give every field that differs by more than an id, a name or the days between."""
        return list(self._differences())

    def texts(self) -> Iterator[str]:
        """Give everything that the copy says, in every column, sealed ones and states too."""
        for rows in self.copy.values():
            for row in rows:
                for name, value in row.items():
                    yield str(unpacked(value) if name == "state" and value else value)

    def _differences(self) -> Iterator[str]:
        for table in columns.tables():
            mine, theirs = self.original[table.name], self.copy[table.name]
            if table.name == "audit_anchor":
                theirs = theirs[: len(mine)]
            if len(mine) != len(theirs):
                yield f"{table.name}: {len(mine)} rows became {len(theirs)}"
            for one, other in zip(mine, theirs, strict=False):
                yield from self._of_row(table, one, other)

    def _of_row(self, table: Table, one: dict[str, Any], other: dict[str, Any]) -> Iterator[str]:
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            if name in _ITS_OWN or name in columns.LEFT_OUT:
                continue
            mine, theirs = one[column.name], other[column.name]
            led_to = columns.leads_to(column, one)
            if led_to in self.original and isinstance(mine, int):
                alike = _place(mine, self.original[led_to]) == _place(theirs, self.copy[led_to])
            else:
                alike = self._is_alike(table, column.name, mine, theirs)
            if not alike:
                yield f"{name}: {mine!r} became {theirs!r}"

    def _is_alike(self, table: Table, name: str, mine: Any, theirs: Any) -> bool:
        kind = table.columns[name].type
        if mine is None or theirs is None:
            return mine is theirs
        if isinstance(kind, UtcDateTime):
            return bool(_wall(mine) - _wall(theirs) == dt.timedelta(days=self.days))
        if isinstance(kind, Date):
            return bool((mine - theirs).days == self.days)
        if name == "state":
            mine, theirs = unpacked(mine), unpacked(theirs)
            told = (self._plain(mine, self.original), self._plain(theirs, self.copy))
            return bool(told[0] == told[1])
        if isinstance(kind, JSON | Sealed) or isinstance(mine, str):
            told = (self._plain(mine, self.original, name), self._plain(theirs, self.copy, name))
            return bool(told[0] == told[1])
        return bool(mine == theirs)

    def _plain(self, value: Any, rows: Rows, name: str = "") -> Any:
        if isinstance(value, dict):
            if set(value) == {"day", "month", "year"} and value["day"]:
                return "<date>"
            return {key: self._plain(inner, rows, key) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._plain(inner, rows, name) for inner in value]
        if name in _IDS and str(value).isdigit():
            return "<id>"
        if not isinstance(value, str):
            return value
        return self._masked(value, rows)

    def _masked(self, text: str, rows: Rows) -> str:
        text = html.unescape(text)
        for word in sorted(_private(rows), key=len, reverse=True):
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "<private>", text)
        for pattern, mask in _MASKS:
            text = pattern.sub(mask, text)
        return text


def _private(rows: Rows) -> set[str]:
    """Give what the case says of its people, whole and in parts."""
    found: set[str] = set()
    for row in rows["customer"]:
        line = row["address"].split(",")[0]
        found |= {
            line,
            line.partition(" ")[2],
            row["tenancy_reference"],
            row["email"],
            row["phone"],
        }
        found |= {row["name"], *row["name"].split()}
    for row in rows["third_party"]:
        found |= {row["name"], *row["name"].split(), row["contact"]}
    for row in rows["work_item"]:
        draft = row["draft"] or {}
        found |= {draft.get(name) or "" for name in ("customer_name", "tenancy_reference")}
        found |= {draft.get("phone") or "", (draft.get("address") or "").split(",")[0]}
    return {word for word in found if len(word) > _SHORTEST}


def _place(known: int, rows: list[dict[str, Any]]) -> list[int]:
    """Give where among the rows of a table an id stands; nowhere for one of another case."""
    return [at for at, row in enumerate(rows) if row.get("id", row.get("event_id")) == known]


def _wall(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(LONDON).replace(tzinfo=None)


def private_words(session: Session, case_id: int) -> set[str]:
    """Give what a case says of its people: names, addresses, numbers."""
    return _private(read_rows(session, case_id))
