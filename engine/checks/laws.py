"""Laws of a process that no edit may break: what comes before what, by whom, with which letter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from engine.checks.ways import carrying, way_around
from engine.errors import Finding
from engine.releases import Bundle
from engine.spiff import Diagram


class Rule(Protocol):
    """What a law asks of a diagram, by the policy tags of its steps."""

    @property
    def tags(self) -> tuple[str, ...]:
        """Give the policy tags it speaks of."""

    def broken(self, diagram: Diagram) -> Iterator[tuple[str, str]]:
        """Give the id of each step at which it is broken, and how."""


@dataclass(frozen=True)
class Before:
    """The second is reached only through the first."""

    first: str
    then: str

    @property
    def tags(self) -> tuple[str, ...]:
        """Give the policy tags it speaks of."""
        return (self.first, self.then)

    def broken(self, diagram: Diagram) -> Iterator[tuple[str, str]]:
        """Give each second step that another way leads to, with that way."""
        first = carrying(diagram, self.first)
        for step in carrying(diagram, self.then):
            if way := way_around(diagram, first, step):
                yield step, f"there is another way: {', '.join(way)}"


@dataclass(frozen=True)
class Apart:
    """Two steps are held by different roles."""

    one: str
    other: str

    @property
    def tags(self) -> tuple[str, ...]:
        """Give the policy tags it speaks of."""
        return (self.one, self.other)

    def broken(self, diagram: Diagram) -> Iterator[tuple[str, str]]:
        """Give each second step whose lane is held by who holds the first."""
        held = {diagram.elements[step].held_by for step in carrying(diagram, self.one)}
        for step in carrying(diagram, self.other):
            if diagram.elements[step].held_by in held:
                yield step, "both stand in a lane of the same role"


@dataclass(frozen=True)
class Issues:
    """A step issues one letter, whose parts nobody can take out."""

    tag: str
    letter: str

    @property
    def tags(self) -> tuple[str, ...]:
        """Give the policy tag it speaks of."""
        return (self.tag,)

    def broken(self, diagram: Diagram) -> Iterator[tuple[str, str]]:
        """Give each step with another letter, or none."""
        for step in carrying(diagram, self.tag):
            letter = diagram.elements[step].properties.get("letter")
            if letter != self.letter:
                yield step, f"this step issues {letter or 'no letter by name'}, not {self.letter}"


@dataclass(frozen=True)
class Law:
    """One sentence of the policy about a process, where it stands, and what it asks."""

    process: str
    sentence: str
    source: str
    rule: Rule


_REFUSAL = "contact_refusal"
_ADVICE, _DECIDED = "legal_advice_recorded", "refusal_decided"
_CEASE, _END = "cease_and_desist_sent", "correspondence_ended"
_HOLDS = "contact_refused"
#: What holds whatever a process owner draws (requirements C: rules 1, 2 and 11).
LAWS: tuple[Law, ...] = (
    Law(
        _REFUSAL,
        "Legal advises before anybody decides to refuse contact",
        "R-091",
        Before(_ADVICE, _DECIDED),
    ),
    Law(_REFUSAL, "Whoever advises does not decide", "R-091", Apart(_ADVICE, _DECIDED)),
    Law(
        _REFUSAL,
        "A person decides before the customer is told",
        "R-091, R-110",
        Before(_DECIDED, _CEASE),
    ),
    Law(
        _REFUSAL,
        "Contact is refused only after the cease and desist letter",
        "R-092",
        Before(_CEASE, _HOLDS),
    ),
    Law(
        _REFUSAL,
        "Contact is refused only after the letter with the five statements",
        "R-094",
        Before(_END, _HOLDS),
    ),
    Law(
        _REFUSAL,
        "The first letter says what stops, until when and how to appeal",
        "R-092, R-096",
        Issues(_CEASE, "cease_and_desist"),
    ),
    Law(
        _REFUSAL,
        "The second letter makes the five statements",
        "R-094",
        Issues(_END, "end_of_correspondence"),
    ),
    Law(
        _REFUSAL,
        "What was refused runs out on a day that was decided",
        "R-096",
        Before(_HOLDS, "refusal_last_day"),
    ),
)


def check_laws(bundle: Bundle) -> list[Finding]:
    """Give a finding for each law that a diagram of the release breaks, with the way around it.

    A release without the process has nothing to break; a step whose policy tag is gone does.
    """
    drawn = bundle.definitions.process_ids
    return [
        finding
        for law in LAWS
        if law.process in drawn
        for finding in _broken(law, bundle.definitions.diagram(law.process))
    ]


def _broken(law: Law, diagram: Diagram) -> Iterator[Finding]:
    gone = [tag for tag in law.rule.tags if not carrying(diagram, tag)]
    if gone:
        said = f"no step carries the policy tag {' or '.join(gone)}. Put it back."
        yield _finding(law, diagram, "", said)
        return
    for step, how in law.rule.broken(diagram):
        yield _finding(law, diagram, step, f"{how}. Draw it so that it holds.")


def _finding(law: Law, diagram: Diagram, step: str, how: str) -> Finding:
    line = diagram.elements[step].line if step else 0
    sentence = f"Expected this to hold: {law.sentence} ({law.source}). But {how}"
    return Finding(diagram.file, step, line, sentence, "law_of_the_process")
