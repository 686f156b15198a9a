"""Decision tables: read from DMN, checked cell by cell, decided in the language of the diagrams.

The library takes the first match of any hit policy and stumbles over a comment; so the tables are
ours. Cells: ``"ASB"``, ``> 5``, ``4 < ? < 10``, ``? in [8, 9]``, ``"a", "b"`` (any of them), ``-``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from engine.spiff.documents import Document, is_dmn, line_of, local_name
from engine.spiff.language import check_expression, parse_expression

#: The name a cell's question mark gets.
ASKED = "asked_value"
_QUOTED_OR_ASKED = re.compile(r"""'[^']*'|"[^"]*"|\?""")
_COMPARISON = re.compile(r"^(<=|>=|<|>|==|!=|in\b|not\s+in\b)")
#: What other tools write and this language would read otherwise.
_FEEL = re.compile(r"^not\s*\(|\bin\s*\(")
_BRACKETS = ("[", "]", "(", ")")
HIT_POLICIES = ("UNIQUE", "COLLECT")


@dataclass(frozen=True)
class Row:
    """One row: conditions of the inputs, then values of the outputs, as expressions."""

    id: str
    #: None where the cell says that any value fits.
    conditions: tuple[str | None, ...]
    values: tuple[str | None, ...]
    line: int
    note: str = ""


@dataclass(frozen=True)
class DecisionTable:
    """One decision table."""

    id: str
    name: str
    file: str
    #: UNIQUE or COLLECT.
    hit_policy: str
    #: Expressions of the input columns.
    inputs: tuple[str, ...]
    #: Variables of the output columns.
    outputs: tuple[str, ...]
    rows: tuple[Row, ...]
    line: int
    #: Aggregation of COLLECT, which is not supported; kept so that it can be refused.
    aggregation: str | None = None


def decision_nodes(document: Document) -> list[etree._Element]:
    """Give the decisions of a file."""
    return list(_children(document.root, "decision"))


def read_table(document: Document, decision: etree._Element) -> DecisionTable | None:
    """Read the one table of a decision; None if it has none or several."""
    tables = list(_children(decision, "decisionTable"))
    if len(tables) != 1:
        return None
    table = tables[0]
    return DecisionTable(
        id=decision.get("id") or "",
        name=decision.get("name") or "",
        file=document.file,
        hit_policy=(table.get("hitPolicy") or "UNIQUE").upper(),
        inputs=tuple(_input(column) for column in _children(table, "input")),
        outputs=tuple(column.get("name") or "" for column in _children(table, "output")),
        rows=tuple(_row(row) for row in _children(table, "rule")),
        line=line_of(table),
        aggregation=table.get("aggregation"),
    )


def condition_text(cell: str) -> str:
    """Give the expression a condition cell means, over the name of the asked value."""
    text = _QUOTED_OR_ASKED.sub(lambda found: ASKED if found[0] == "?" else found[0], cell)
    if text != cell:
        return text
    if _COMPARISON.match(text):
        return f"{ASKED} {text}"
    return text


def decide(
    table: DecisionTable, value: Callable[[str, dict[str, Any] | None], Any]
) -> dict[str, Any]:
    """Give the variables a table decides: of UNIQUE one value each, of COLLECT a list each.

    value: evaluates an expression, with names beside the variables. Outputs are None when no row
    of a UNIQUE table fits. Raises ValueError if two rows of a UNIQUE table fit.
    """
    asked = [value(text, None) for text in table.inputs]
    fitting = [row for row in table.rows if _fits(row, asked, value)]
    if table.hit_policy == "COLLECT":
        rows = [_outputs(table, row, value) for row in fitting]
        return {name: [row[name] for row in rows] for name in table.outputs}
    if len(fitting) > 1:
        both = " and ".join(str(table.rows.index(row) + 1) for row in fitting[:2])
        raise ValueError(
            f"Expected one row of {table.id} to fit, but rows {both} do. Make them differ."
        )
    return _outputs(table, fitting[0], value) if fitting else dict.fromkeys(table.outputs)


def cell_problems(table: DecisionTable) -> Iterator[tuple[int, str]]:
    """Give the line and the problem of each expression that cannot be evaluated."""
    for text in table.inputs:
        yield from _problem(table.line, f"input {text!r}", text)
    for number, row in enumerate(table.rows, start=1):
        if len(row.conditions) != len(table.inputs) or len(row.values) != len(table.outputs):
            yield row.line, f"row {number}: Expected one cell a column, but it has others."
        for cell in filter(None, row.conditions):
            if _is_feel(cell):
                yield row.line, f"row {number}, {cell!r}: Expected != or a list, but it is FEEL."
            yield from _problem(row.line, f"row {number}, {cell!r}", condition_text(cell))
        for cell in filter(None, row.values):
            yield from _problem(row.line, f"row {number}, {cell!r}", cell)


def _is_feel(cell: str) -> bool:
    """Tell whether a cell is written as other tools do: not(9), in (1, 2), [1..10]."""
    is_range = cell.startswith(_BRACKETS) and cell.endswith(_BRACKETS) and ".." in cell
    return is_range or _FEEL.match(cell) is not None


def _problem(line: int, where: str, text: str) -> Iterator[tuple[int, str]]:
    problem = check_expression(text)
    if problem:
        yield line, f"{where}: {problem}"


def _fits(row: Row, asked: list[Any], value: Callable[[str, dict[str, Any] | None], Any]) -> bool:
    return all(
        cell is None or _cell_fits(cell, input_value, value)
        for cell, input_value in zip(row.conditions, asked, strict=False)
    )


def _cell_fits(cell: str, asked: Any, value: Callable[[str, dict[str, Any] | None], Any]) -> bool:
    text = condition_text(cell)
    if asked is None and _orders(text):
        return False
    result = value(text, {ASKED: asked})
    if text != cell:
        return bool(result)
    if isinstance(result, tuple):
        return asked in result
    if isinstance(result, bool) or isinstance(asked, bool):
        return result is asked
    return bool(result == asked)


def _orders(text: str) -> bool:
    """Tell whether a condition asks what is smaller, which nothing at all is not."""
    return any(
        isinstance(node, ast.Lt | ast.LtE | ast.Gt | ast.GtE)
        for node in ast.walk(parse_expression(text))
    )


def _outputs(
    table: DecisionTable, row: Row, value: Callable[[str, dict[str, Any] | None], Any]
) -> dict[str, Any]:
    return {
        name: None if cell is None else value(cell, None)
        for name, cell in zip(table.outputs, row.values, strict=False)
    }


def _children(node: etree._Element, tag: str) -> Iterator[etree._Element]:
    return (child for child in node if is_dmn(child) and local_name(child) == tag)


def _input(column: etree._Element) -> str:
    for expression in _children(column, "inputExpression"):
        text = _text(expression)
        if text:
            return text
    return column.get("label") or ""


def _row(rule: etree._Element) -> Row:
    note = " ".join(filter(None, (_text(entry) for entry in _children(rule, "annotationEntry"))))
    description = next(_children(rule, "description"), None)
    return Row(
        id=rule.get("id") or "",
        conditions=tuple(_cell(entry) for entry in _children(rule, "inputEntry")),
        values=tuple(_text(entry) for entry in _children(rule, "outputEntry")),
        line=line_of(rule),
        note=note or (description.text or "" if description is not None else ""),
    )


def _cell(entry: etree._Element) -> str | None:
    text = _text(entry)
    return None if text == "-" else text


def _text(node: etree._Element) -> str | None:
    for part in _children(node, "text"):
        if part.text and part.text.strip():
            return part.text.strip()
    return None
