"""Where a number of the requirements is proved: the test, and which numbers it cites."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import yaml

from engine.scenario import read_scripts

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
SCENARIOS = "tests/bpmn/test_scenarios.py::test_it_happens"
_RANGE = re.compile(r"([RKCX])-(\d+) to (?:\1-)?(\d+)")
_LIST = re.compile(r"([RKCX])-(\d+)((?:, \d+)+)")
_NUMBER = re.compile(r"[RKCX]-\d+")


def numbers_in(text: str) -> set[str]:
    """Give the numbers a text cites, those within a range such as ``R-032 to R-038`` too."""
    found = set(_NUMBER.findall(text))
    for kind, first, last in _RANGE.findall(text):
        found |= {f"{kind}-{n:0{len(first)}d}" for n in range(int(first), int(last) + 1)}
    for kind, first, more in _LIST.findall(text):
        found |= {f"{kind}-{n:0{len(first)}d}" for n in map(int, more.split(", ")[1:])}
    return found


def cited_by(proof: str) -> set[str] | None:
    """Give the numbers the test of a proof cites; None when there is no such test.

    proof: ``FILE::FUNCTION``, or ``FILE::FUNCTION[NAME]`` for a scenario, whose source is read.
    """
    node, _, name = proof.partition("[")
    if node == SCENARIOS:
        return scenarios().get(name.removesuffix("]"))
    file, _, function = node.partition("::")
    return tests_of(file).get(function)


@cache
def scenarios() -> dict[str, set[str]]:
    """Give each scenario by its name with the numbers of its source."""
    scripts = read_scripts(ROOT / "bpmn" / "scenarios")
    return {script.name: numbers_in(str(script.source)) for script in scripts}


@cache
def tests_of(file: str) -> dict[str, set[str]]:
    """Give each test of a file with the numbers that stand in it; {} when there is no file."""
    path = ROOT / file
    if not path.is_file():
        return {}
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            found[node.name] = numbers_in("\n".join(lines[first - 1 : node.end_lineno]))
    return found


def read(name: str) -> dict[str, list[dict[str, str]]]:
    """Give what a file of this folder says, by number."""
    said = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return {str(number): list(entries) for number, entries in said.items()}
