"""Rules on decision tables: one in each file, of a hit policy that is meant as it is written."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.errors import Finding
from engine.spiff.decisions import (
    HIT_POLICIES,
    DecisionTable,
    cell_problems,
    decision_nodes,
    read_table,
)
from engine.spiff.documents import Document
from engine.spiff.plain import NotPlain, variable_name
from engine.spiff.profile.drawn import SOURCE, Drawn, refusal

#: Of one table; a person reads a few dozen.
MOST_ROWS = 1_000


def tables(drawn: Drawn) -> Iterator[Finding]:
    """A file holds one decision with one table, and its id is used once in a release."""
    seen: dict[str, str] = {}
    for document in drawn.documents:
        if not document.file.endswith(".dmn"):
            continue
        found = decision_nodes(document)
        if len(found) != 1:
            yield refusal(
                document,
                document.root,
                "one_decision",
                f"Expected one decision in the file, but there are {len(found)}. Use a file each.",
            )
        for node in found:
            yield from _decision(document, node)
            if node.get("id") in seen:
                yield refusal(
                    document,
                    node,
                    "duplicate_decision",
                    f"Expected one decision {node.get('id')}, but {seen[node.get('id') or '']} has "
                    "one too. Rename one of them.",
                )
            seen.setdefault(node.get("id") or "", document.file)


def _decision(document: Document, node: etree._Element) -> Iterator[Finding]:
    table = read_table(document, node)
    if not node.get("id"):
        yield refusal(document, node, "missing_id", "Expected an id for the decision. Give it one.")
    if table is None:
        yield refusal(
            document,
            node,
            "one_table",
            "Expected the decision to be one table, but it is not. Draw exactly one table.",
        )
        return
    yield from _policy(table)
    for column in table.outputs:
        try:
            variable_name(column)
        except NotPlain as problem:
            yield _at(table, table.line, "output_name", f"output: {problem}")
    if not table.outputs:
        yield _at(table, table.line, "no_output", "Expected an output, but there is none. Add one.")
    if len(table.rows) > MOST_ROWS:
        message = f"Expected at most {MOST_ROWS} rows, but there are {len(table.rows)}. Split it."
        yield _at(table, table.line, "too_large", message)
        return
    for line, problem_text in cell_problems(table):
        yield _at(table, line, "expression", problem_text)


def _policy(table: DecisionTable) -> Iterator[Finding]:
    if table.hit_policy not in HIT_POLICIES:
        yield _at(
            table,
            table.line,
            "hit_policy",
            f"Expected the hit policy UNIQUE or COLLECT, but it is {table.hit_policy}. "
            "Make the rows exclude each other and use UNIQUE.",
        )
    if table.aggregation:
        yield _at(
            table,
            table.line,
            "hit_policy",
            f"Expected COLLECT to give the list, but it asks for {table.aggregation}. Remove it.",
        )


def _at(table: DecisionTable, line: int, rule: str, message: str) -> Finding:
    return Finding(table.file, table.id, line, message, rule, SOURCE)


RULES = (tables,)
