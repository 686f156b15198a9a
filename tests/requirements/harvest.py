"""Where the product answers a number of the requirements, read from what it is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from lxml import etree

import forms
from engine.releases.figures import read_figures
from tests.requirements import proofs

ROOT = proofs.ROOT
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
#: A range, or a list with one, is about a whole stage; it says of no number where it is answered.
_RANGES = re.compile(r"[RKCX]-\d+ to (?:[RKCX]-)?\d+")
#: A scenario that names more numbers goes through everything; others are named before it.
_NARROW = 20
#: Tests that only tell of other tests, and what others wrote.
_APART = ("tests/requirements", "tests/provider")


@cache
def places() -> dict[str, list[str]]:
    """Give each number with where it is drawn, asked, figured, written or enforced."""
    found: dict[str, list[str]] = {}
    for where, text in (*_drawn(), *_asked(), *_figures(), *_letters(), *_modules()):
        for number in proofs.numbers_in(_RANGES.sub("", text)):
            if where not in found.setdefault(number, []):
                found[number].append(where)
    return found


@cache
def proved() -> dict[str, list[str]]:
    """Give each number with the tests that name it: those of bad input, scenarios, all others."""
    found: dict[str, list[str]] = {}
    scenarios = sorted(_of_scenarios(), key=lambda one: len(one[1]) > _NARROW)
    for proof, numbers in (*_of_bad_input(), *scenarios, *_of_files()):
        for number in sorted(numbers):
            if proof not in found.setdefault(number, []):
                found[number].append(proof)
    return found


def _of_bad_input() -> Iterator[tuple[str, set[str]]]:
    for number, cases in proofs.read("bad_input.yaml").items():
        yield from ((case["proof"], {number}) for case in cases if "proof" in case)


def _of_scenarios() -> Iterator[tuple[str, set[str]]]:
    for name, numbers in proofs.scenarios().items():
        yield f"{proofs.SCENARIOS}[{name}]", numbers


def _of_files() -> Iterator[tuple[str, set[str]]]:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        file = path.relative_to(ROOT).as_posix()
        if not file.startswith(_APART):
            for name, numbers in proofs.tests_of(file).items():
                yield f"{file}::{name}", numbers


def _drawn() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "bpmn").glob("*.bpmn")):
        for element in etree.parse(str(path)).iter():
            told = element.findtext(f"{BPMN}documentation") if element.get("name") else None
            if told and element.tag not in {f"{BPMN}participant", f"{BPMN}lane"}:
                yield f"step “{element.get('name')}” of `{path.name}`", told


def _asked() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "forms" / "definitions").glob("*.yaml")):
        form = forms.load_form(path.stem, path.read_bytes())
        for question in form.questions:
            yield f"question “{question.label}” of `{path.name}`", question.source


def _figures() -> Iterator[tuple[str, str]]:
    figures, _ = read_figures((ROOT / "bpmn" / "decisions" / "policy.dmn").read_bytes())
    for figure in figures:
        yield f"figure `{figure.name}`", figure.source


def _letters() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "forms" / "letters").glob("*.md")):
        letter = forms.load_letter(path.stem, path.read_bytes())
        for block in letter.blocks:
            yield f"part “{block.title or block.id}” of `{path.name}`", block.source


def _modules() -> Iterator[tuple[str, str]]:
    for folder in ("engine", "web"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield f"`{path.relative_to(ROOT).as_posix()}`", path.read_text(encoding="utf-8")
