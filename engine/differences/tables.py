"""Compares two versions of a file of decision tables by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias, TypeVar

from engine.differences.changes import CellChange, What
from engine.differences.columns import (
    FILE,
    Column,
    Row,
    Table,
    cell_text,
    loose_parts,
    tables_of,
)
from engine.differences.facts import DEFAULTS, Facts, label_of
from engine.differences.places import places_of
from engine.spiff import Document

_TABLE_LABELS = {
    "@name": "Name",
    "description/text": "Description",
    "decisionTable/@aggregation": "How the rows are put together",
    "decisionTable/@hitPolicy": "Hit policy",
    "question/text": "Question",
    "variable/@name": "Variable of the decision",
    "variable/@typeRef": "Type of the decision",
}
_COLUMN_LABELS = {
    "@id": "Id",
    "@label": "Heading",
    "@name": "Variable",
    "@typeRef": "Type",
    "inputExpression/@typeRef": "Type",
    "inputExpression/text/text": "Asks",
    "inputValues/text/text": "Values allowed",
    "outputValues/text/text": "Values allowed",
}
_ROW_LABELS = {"@id": "Id", "description/text": "Note", "text/text": "Text"}
_UNIQUE = "UNIQUE"
_LONGEST_ORDER = 200

_Line = TypeVar("_Line", Column, Row)
_Pairs: TypeAlias = list[tuple[_Line | None, _Line | None]]


def cell_changes(old: Document | None, new: Document | None) -> tuple[CellChange, ...]:
    """Give every cell, row, column and other part that differs, table by table.

    None stands for a file that is not there: all its tables are added or removed.
    """
    before, after = tables_of(old), tables_of(new)
    found: list[CellChange] = []
    for key, table in after.items():
        was = before.pop(key, None)
        found += [_whole("added", table)] if was is None else _Comparison(was, table).changes()
    found += [_whole("removed", table) for table in before.values()]
    if old is not None and new is not None:
        found += _beside(old, new)
    return tuple(found)


def _whole(what: What, table: Table) -> CellChange:
    said = f"{len(table.rows)} rows"
    old, new = ("", said) if what == "added" else (said, "")
    return CellChange(table.name, "", "", old, new, what)


def _beside(old: Document, new: Document) -> Iterator[CellChange]:
    """Give what differs beside every table: other parts of the file, and where it is drawn."""
    ids = {key for document in (old, new) for key in tables_of(document)}
    before, after = loose_parts(old), loose_parts(new)
    for name in (*after, *(name for name in before if name not in after)):
        was, is_ = before.get(name), after.get(name)
        if was is None or is_ is None:
            what: What = "added" if was is None else "removed"
            yield CellChange(FILE, "", name, "" if was is None else "there", "", what)
            continue
        for label, left, right in _otherwise(was, is_, _TABLE_LABELS):
            yield CellChange(FILE, "", f"{name}: {label}", left, right, "changed")
    drawn_before, drawn_after = places_of(old.root, ids), places_of(new.root, ids)
    for id_ in (*drawn_after, *(id_ for id_ in drawn_before if id_ not in drawn_after)):
        was, is_ = drawn_before.get(id_, {}), drawn_after.get(id_, {})
        for label, left, right in _otherwise(was, is_, {label: label for label in {**was, **is_}}):
            yield CellChange(FILE, "", f"{label} of {id_ or 'the drawing'}", left, right, "moved")


class _Comparison:
    """One table before and after."""

    def __init__(self, old: Table, new: Table) -> None:
        self.old, self.new = old, new
        self.columns = _paired(old.columns, new.columns)
        self.rows = _paired_rows(old.rows, new.rows)

    def changes(self) -> Iterator[CellChange]:
        for label, was, is_ in _otherwise(self.old.facts, self.new.facts, _TABLE_LABELS):
            yield self._said("", label, was, is_, "changed")
        yield from self._of_columns()
        for old, new in self.rows:
            yield from self._of_row(old, new)
        yield from self._order(self.rows, self.old.rows, "Order of the rows")
        yield from self._order(self.columns, self.old.columns, "Order of the columns")

    def _said(self, row: str, column: str, old: str, new: str, what: What) -> CellChange:
        return CellChange(self.new.name, row, column, old, new, what)

    def _of_columns(self) -> Iterator[CellChange]:
        for old, new in self.columns:
            if new is None:
                assert old is not None
                yield self._said("", old.heading, old.said, "", "removed")
            elif old is None:
                yield self._said("", new.heading, "", new.said, "added")
            else:
                for label, was, is_ in _otherwise(old.facts, new.facts, _COLUMN_LABELS):
                    yield self._said("", f"{new.heading}: {label}", was, is_, "changed")

    def _of_row(self, old: Row | None, new: Row | None) -> Iterator[CellChange]:
        if new is None:
            assert old is not None
            said = old.said(self.old.columns)
            yield self._said(self.old.row_name(old), "", said, "", "removed")
            return
        name = self.new.row_name(new)
        if old is None:
            yield self._said(name, "", "", new.said(self.new.columns), "added")
            return
        for label, was, is_ in _otherwise(old.facts, new.facts, _ROW_LABELS):
            yield self._said(name, label, was, is_, "changed")
        for before, after in self.columns:
            left = {} if before is None else old.cell(before)
            right = {} if after is None else new.cell(after)
            what: What = "added" if before is None else "removed" if after is None else "changed"
            heading = after.heading if after else before.heading if before else ""
            yield from self._of_cell((name, heading), left, right, what)
        beyond = (old.beyond(self.old), new.beyond(self.new))
        yield from self._of_cell((name, "Cells without a column"), *beyond, "changed")

    def _of_cell(
        self, where: tuple[str, str], old: Facts, new: Facts, what: What
    ) -> Iterator[CellChange]:
        row, heading = where
        for path, was, is_ in _otherwise(old, new, {"text/text": ""}):
            shown = (was, is_)
            if path == "" and self.new.is_of_figures:
                plain = cell_text(was), cell_text(is_)
                shown = plain if plain[0] != plain[1] else shown
            yield self._said(row, f"{heading}: {path}" if path else heading, *shown, what)

    def _order(
        self, pairs: _Pairs[_Line], before: tuple[_Line, ...], label: str
    ) -> Iterator[CellChange]:
        """Say that what is in both stands in another order; of rows only COLLECT reads it."""
        at = {each.key: place for place, each in enumerate(before)}
        places = [at[old.key] for old, new in pairs if old is not None and new is not None]
        if places == sorted(places):
            return
        policy = self.new.facts.get("decisionTable/@hitPolicy", _UNIQUE)
        what: What = "changed" if label == "Order of the rows" and policy != _UNIQUE else "moved"
        numbers = (
            ", ".join(str(place + 1) for place in order) for order in (sorted(places), places)
        )
        was, is_ = (
            f"{said[:_LONGEST_ORDER]} …" if len(said) > _LONGEST_ORDER else said for said in numbers
        )
        yield self._said("", label, was, is_, what)


def _otherwise(old: Facts, new: Facts, labels: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    for path in (*new, *(path for path in old if path not in new)):
        if old.get(path) != new.get(path):
            default = DEFAULTS.get(path.rpartition("@")[2], "")
            yield label_of(path, labels), old.get(path, default), new.get(path, default)


def _paired(old: tuple[Column, ...], new: tuple[Column, ...]) -> _Pairs[Column]:
    """Pair columns by id, what is left by heading; those of one side stand alone."""
    return _pairs(old, new, lambda column: (column.kind, column.heading))


def _paired_rows(old: tuple[Row, ...], new: tuple[Row, ...]) -> _Pairs[Row]:
    """Pair rows by id, what is left by the cells of their inputs."""
    return _pairs(old, new, lambda row: row.inputs)


def _pairs(
    old: tuple[_Line, ...], new: tuple[_Line, ...], else_by: Callable[[_Line], object]
) -> _Pairs[_Line]:
    before = {each.key: each for each in old}
    by_key = {each.key: before.pop(each.key) for each in new if each.key in before}
    left: dict[object, _Line] = {}
    for each in before.values():
        left.setdefault(else_by(each), each)
    found: _Pairs[_Line] = []
    for each in new:
        was = by_key.get(each.key) or left.pop(else_by(each), None)
        if was is not None:
            before.pop(was.key, None)
        found.append((was, each))
    found.extend((each, None) for each in before.values())
    return found
