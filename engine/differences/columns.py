"""The tables of a decision file: columns, rows and cells, with all that is said of them."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from engine.differences.facts import Facts, facts_of, own_name
from engine.spiff import Document, is_dmn, local_name

FILE = "File"
_COLUMNS = ("input", "output", "annotation")
_ENTRIES = ("inputEntry", "outputEntry", "annotationEntry")
#: Columns that name a figure of the policy.
_FIGURE = ("parameter_set", "parameter")
_LONGEST_ROW = 300


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    key: str
    #: input, output or annotation.
    kind: str
    #: Where it stands among those of its kind.
    at: int
    facts: Facts

    @property
    def is_input(self) -> bool:
        """Tell whether its cells are conditions."""
        return self.kind == "input"

    @property
    def said(self) -> str:
        """Give what it asks or sets."""
        return self.facts.get("inputExpression/text/text") or self.facts.get("@name", "")

    @property
    def heading(self) -> str:
        """Give what people call it: its label, else what it asks or sets."""
        return self.facts.get("@label") or self.said or f"{self.kind} {self.at + 1}"


@dataclass(frozen=True)
class Row:
    """One row of a table: its cells by kind of column."""

    key: str
    number: int
    facts: Facts
    cells: dict[str, list[Facts]]

    @property
    def inputs(self) -> tuple[str, ...]:
        """Give the texts of its conditions."""
        return tuple(cell.get("text/text", "") for cell in self.cells["input"])

    def cell(self, column: Column) -> Facts:
        """Give what stands in one column; nothing if the row is too short."""
        of_kind = self.cells[column.kind]
        return of_kind[column.at] if column.at < len(of_kind) else {}

    def beyond(self, table: Table) -> Facts:
        """Give what stands in cells that no column is for."""
        found: Facts = {}
        for kind in _COLUMNS:
            count = sum(column.kind == kind for column in table.columns)
            for number, cell in enumerate(self.cells[kind][count:], start=count + 1):
                found.update({f"{kind} {number}, {path}": value for path, value in cell.items()})
                found.setdefault(f"{kind} {number}", "there")
        return found

    def said(self, columns: tuple[Column, ...]) -> str:
        """Give its cells in one line, the empty ones left out."""
        texts = ((column, self.cell(column).get("text/text", "")) for column in columns)
        line = ", ".join(f"{column.heading} {text}" for column, text in texts if _says(text))
        return line if len(line) <= _LONGEST_ROW else f"{line[:_LONGEST_ROW]} …"


@dataclass(frozen=True)
class Table:
    """One decision with its table."""

    key: str
    name: str
    facts: Facts
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @cached_property
    def is_of_figures(self) -> bool:
        """Tell whether it holds the figures of the policy, a row for each and parameter set."""
        return set(_FIGURE) <= {column.said for column in self.columns if column.is_input}

    def row_name(self, row: Row) -> str:
        """Give a row in words: the figure and its set, else its number and conditions."""
        inputs = [column for column in self.columns if column.is_input]
        cells = {column.said: row.cell(column).get("text/text", "") for column in inputs}
        if self.is_of_figures:
            return f"{cell_text(cells[_FIGURE[1]])}, {cell_text(cells[_FIGURE[0]])}"
        asked = " and ".join(text for text in cells.values() if _says(text))
        return f"row {row.number}: {asked[:_LONGEST_ROW]}" if asked else f"row {row.number}"


def tables_of(document: Document | None) -> dict[str, Table]:
    """Give the decisions of a file by id, a number behind it from the second of an id on."""
    found: dict[str, Table] = {}
    if document is not None:
        for node in document.root.iter("{*}decision"):
            if is_dmn(node):
                key = _key(node, found)
                found[key] = _table(node, key)
    return found


def loose_parts(document: Document) -> dict[str, Facts]:
    """Give what a file holds beside decisions and drawings: its own attributes, other elements."""
    found: dict[str, Facts] = {"File": {}}
    root = document.root
    found["File"] = {**facts_of(root, lambda node: True), "Version of DMN": str(root.tag)}
    for node in root:
        if is_dmn(node) and local_name(node) == "decision":
            continue
        name = node.get("name") or node.get("id") or ""
        found[_free(f"{own_name(node)} {name}".strip(), found)] = facts_of(node, _is_drawing)
    return found


def cell_text(text: str) -> str:
    """Give what a cell means when it is one value: text without its quotes."""
    try:
        return str(ast.literal_eval(text)) if text else ""
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


def _table(decision: etree._Element, key: str) -> Table:
    columns, rows = [], []
    for table in decision.iterchildren("{*}decisionTable"):
        columns += list(_columns(table))
        rows += list(_rows(table))
    return Table(
        key=key,
        name=decision.get("name") or key,
        facts=facts_of(decision, _is_apart),
        columns=tuple(columns),
        rows=tuple(rows),
    )


def _columns(table: etree._Element) -> Iterator[Column]:
    seen: dict[str, Column] = {}
    counts = dict.fromkeys(_COLUMNS, 0)
    for node in table:
        kind = own_name(node)
        if kind in counts:
            facts = facts_of(node, _none_apart)
            facts.pop("@id", None)
            key = _key(node, seen)
            seen[key] = Column(key, kind, counts[kind], facts)
            counts[kind] += 1
    yield from seen.values()


def _rows(table: etree._Element) -> Iterator[Row]:
    seen: dict[str, Row] = {}
    for node in table:
        if own_name(node) != "rule":
            continue
        cells: dict[str, list[Facts]] = {kind: [] for kind in _COLUMNS}
        for child in node:
            if own_name(child) in _ENTRIES:
                kind = own_name(child).removesuffix("Entry")
                cells[kind].append(_cell(child))
        facts = facts_of(node, _is_entry)
        key = _key(node, seen)
        seen[key] = Row(key, len(seen) + 1, facts, cells)
    yield from seen.values()


def _cell(node: etree._Element) -> Facts:
    facts = facts_of(node, _none_apart)
    if facts.get("text") == "yes":
        del facts["text"]
    return facts


def _key(node: etree._Element, seen: dict[str, Table] | dict[str, Column] | dict[str, Row]) -> str:
    return _free(node.get("id") or f"{local_name(node)} without an id", seen)


def _free(name: str, taken: Container[str]) -> str:
    at, count = name, 1
    while at in taken:
        count += 1
        at = f"{name} ({count})"
    return at


def _says(text: str) -> bool:
    return text not in ("", "-", '""')


def _none_apart(node: etree._Element) -> bool:
    return False


def _is_drawing(node: etree._Element) -> bool:
    return local_name(node) == "DMNDiagram"


def _is_entry(node: etree._Element) -> bool:
    return own_name(node) in _ENTRIES


def _is_apart(node: etree._Element) -> bool:
    parent = node.getparent()
    return (
        parent is not None
        and own_name(parent) == "decisionTable"
        and own_name(node) in (*_COLUMNS, "rule")
    )
