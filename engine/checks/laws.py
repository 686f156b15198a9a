"""Laws of a process that no edit may break: each one asked of the diagrams of a release."""

from __future__ import annotations

from collections.abc import Iterator

from engine.checks.law_book import LAWS
from engine.checks.rules import Law
from engine.checks.ways import carrying
from engine.checks.wording import Wording, process
from engine.errors import Finding
from engine.releases import Bundle
from engine.spiff import Diagram

__all__ = ["LAWS", "check_laws"]


def check_laws(bundle: Bundle) -> list[Finding]:
    """Give a finding for each law that a diagram of the release breaks, with the way around it.

    A release without the process has nothing to break; a step whose policy tag is gone does.
    """
    drawn = bundle.definitions.process_ids
    wording = Wording.of(bundle)
    return [
        finding
        for law in LAWS
        if law.process in drawn
        for finding in _broken(law, bundle.definitions.diagram(law.process), wording)
    ]


def _broken(law: Law, diagram: Diagram, wording: Wording) -> Iterator[Finding]:
    gone = [tag for tag in law.rule.tags if not carrying(diagram, tag)]
    if gone:
        lacks = " and ".join(dict.fromkeys(wording.lacking(mark) for mark in gone))
        back = " ".join(dict.fromkeys(wording.back(mark) for mark in gone))
        yield _finding(law, diagram, "", f"{lacks}. {back}")
        return
    for step, how in law.rule.broken(diagram, wording):
        yield _finding(law, diagram, step, how)


def _finding(law: Law, diagram: Diagram, step: str, how: str) -> Finding:
    line = diagram.elements[step].line if step else 0
    sentence = (
        f"Expected this to hold: {law.sentence} ({law.source}). But in the process "
        f"{process(diagram)} {how}"
    )
    return Finding(diagram.file, step, line, sentence, "law_of_the_process")
