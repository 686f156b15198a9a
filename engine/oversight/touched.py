"""One thing that is not as it was written, and the sentence that names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.tables.casefile import CaseFile

#: What a chain says last of each thing: (kind, id) -> ``new`` of the link.
Told = Mapping[tuple[str, int], Mapping[str, Any]]


@dataclass(frozen=True)
class Touched:
    """One thing that is not as it was written."""

    #: Reference of the case, or ``administration``.
    chain: str
    case_id: int | None
    #: link, letter, sending, evidence, file
    kind: str
    #: Number of the link, or id of the letter, the sending, the record, the file.
    number: int
    #: What is wrong with it, in a sentence that names it.
    sentence: str


@dataclass
class Counts:
    """How much was looked at so far."""

    links: int = 0
    letters: int = 0
    evidence: int = 0
    files: int = 0


def touched(case: CaseFile, kind: str, number: int, wrong: str, called: str = "") -> Touched:
    """Name one thing of a case; called: how people know it, its kind and number unless said."""
    named = called or f"{kind} {number}"
    sentence = f"{case.reference}, {named}: {wrong}."
    return Touched(case.reference, case.id, kind, number, sentence)
