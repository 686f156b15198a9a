"""The figures of the policy, read from the cells of ``policy.dmn``."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from engine.calendar import Assumed
from engine.errors import Finding
from engine.spiff import open_document

#: Where the figures stand in a release.
POLICY_FILE = "bpmn/decisions/policy.dmn"
_COLUMNS = ("parameter_set", "parameter", "value", "unit", "source", "minimum", "maximum")
_LIST_UNIT = "list"
_WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)


@dataclass(frozen=True)
class Figure:
    """One figure of one parameter set: its cell, its unit and where it comes from."""

    parameter_set: str
    name: str
    text: str
    unit: str
    source: str
    minimum: str = ""
    maximum: str = ""
    #: Where its row stands in the file; 0 when it stands in none.
    line: int = 0
    #: Its cell is empty: the landlord set none, and the value of the first set is used.
    assumed: bool = False

    @property
    def value(self) -> int | str | list[str]:
        """Give the figure as code reads it: a whole number, a list, else its text."""
        if self.unit == _LIST_UNIT:
            return [part.strip() for part in self.text.split(";") if part.strip()]
        if not _WHOLE.fullmatch(self.text):
            return self.text
        return Assumed(self.text) if self.assumed else int(self.text)


def read_figures(content: bytes) -> tuple[list[Figure], list[Finding]]:
    """Read every row of the policy table; what cannot be read comes back as findings."""
    opened = open_document(POLICY_FILE, content)
    if isinstance(opened, Finding):
        return [], [opened]
    figures: list[Figure] = []
    findings: list[Finding] = []
    wrong: set[str] = set()
    for rule in opened.root.iter("{*}rule"):
        cells = dict(zip(_COLUMNS, _cells(rule), strict=False))
        line = int(getattr(rule, "sourceline", None) or 0)
        problem = _unreadable(rule) or _problem(cells)
        if problem:
            findings.append(Finding(POLICY_FILE, rule.get("id", ""), line, problem, "policy_row"))
            wrong.add(cells.get("parameter", ""))
            continue
        figures.append(
            Figure(
                parameter_set=cells["parameter_set"],
                name=cells["parameter"],
                text=cells["value"],
                unit=cells["unit"],
                source=cells["source"],
                minimum=cells.get("minimum", ""),
                maximum=cells.get("maximum", ""),
                line=line,
            )
        )
    figures, nowhere = _filled_in(figures, wrong)
    return figures, [*findings, *nowhere, *_out_of_range(figures), *_twice(figures)]


def _filled_in(figures: list[Figure], wrong: Collection[str]) -> tuple[list[Figure], list[Finding]]:
    """Give figures whose empty cells take the value of the first set, marked as assumed.

    wrong: names with a row that could not be read: it is named once, not by who would take it too.
    """
    first = figures[0].parameter_set if figures else ""
    usual = {one.name: one for one in figures if one.parameter_set == first and one.text}
    empty = {one.name for one in figures if one.parameter_set == first and not one.text}
    filled, findings = [], []
    for one in figures:
        if one.text:
            filled.append(one)
        elif one.name in usual:
            there = usual[one.name]
            filled.append(replace(one, text=there.text, unit=there.unit, assumed=True))
        elif one.name not in wrong and (one.parameter_set == first or one.name not in empty):
            said = (
                f"Expected the column “value” to be filled in the row of “{one.name}”, since "
                f"{first} has no value to take instead, but it is empty. Fill it in."
            )
            findings.append(Finding(POLICY_FILE, one.name, one.line, said, "policy_row"))
    return filled, findings


def _cells(rule: Any) -> list[str]:
    entries = [child for child in rule if etree.QName(child).localname.endswith("Entry")]
    return [_text(entry) for entry in entries]


def _text(entry: Any) -> str:
    said = "".join(entry.itertext()).strip()
    try:
        value = ast.literal_eval(said) if said else ""
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return said
    return str(value)


def _unreadable(rule: Any) -> str | None:
    """Say which cell of a row is neither a text in quotation marks nor a number."""
    for entry in rule:
        said = "".join(entry.itertext()).strip()
        if etree.QName(entry).localname.endswith("Entry") and said and not _is_plain(said):
            return (
                f"Expected a text in quotation marks or a number, but the cell says “{said}”. "
                'Put it in quotation marks, like "5".'
            )
    return None


def _is_plain(said: str) -> bool:
    try:
        value = ast.literal_eval(said)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False
    return isinstance(value, str | int)


def _problem(cells: dict[str, str]) -> str | None:
    name = cells.get("parameter")
    row = f"“{name}”" if name else "a parameter without a name"
    for column in ("parameter_set", "parameter", "unit", "source"):
        if not cells.get(column):
            return (
                f"Expected the column “{column}” to be filled in the row of {row}, but it is "
                "empty. Fill it in."
            )
    return None


def _out_of_range(figures: list[Figure]) -> Iterator[Finding]:
    """Give each value beyond its limits; one that is wrong where it stands is named there alone."""
    found = {one.name: list(_beyond(one)) for one in figures if not one.assumed}
    for figure in figures:
        if not (figure.assumed and found.get(figure.name)):
            yield from _beyond(figure)


def _beyond(figure: Figure) -> Iterator[Finding]:
    value = _number(figure.text)
    low, high = _number(figure.minimum), _number(figure.maximum)
    if value is None and (low is not None or high is not None):
        yield _not_a_number(figure)
    if value is None:
        return
    if (low is not None and value < low) or (high is not None and value > high):
        yield Finding(
            POLICY_FILE,
            figure.name,
            figure.line,
            f"Expected the figure “{figure.name}” of “{figure.parameter_set}” to lie between "
            f"{figure.minimum or 'any'} and {figure.maximum or 'any'}, but it is {value}. "
            "Change the value, or the limits if the policy changed.",
            "policy_range",
            figure.source,
        )


def _not_a_number(figure: Figure) -> Finding:
    return Finding(
        POLICY_FILE,
        figure.name,
        figure.line,
        f"Expected a whole number for the figure “{figure.name}” of “{figure.parameter_set}”, "
        f"which has limits, but it is “{figure.text}”. Write a number, or take the limits away.",
        "policy_number",
        figure.source,
    )


def _twice(figures: list[Figure]) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for figure in figures:
        key = (figure.parameter_set, figure.name)
        if key in seen:
            yield Finding(
                POLICY_FILE,
                figure.name,
                figure.line,
                f"Expected one row for the figure “{figure.name}” of “{figure.parameter_set}”, but "
                "there are two. Take one away.",
                "policy_row_twice",
            )
        seen.add(key)


def _number(text: str) -> int | None:
    return int(text) if _WHOLE.fullmatch(text) else None
