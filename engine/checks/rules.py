"""What a law can ask of a diagram: what comes before what, after what, by whom, until when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from engine.checks.ways import carrying, way_around, way_past
from engine.checks.wording import Wording, named, steps
from engine.operations.expression_words import thing
from engine.spiff import Diagram


class Rule(Protocol):
    """What a law asks of a diagram, by the marks of its steps."""

    @property
    def tags(self) -> tuple[str, ...]:
        """Give the marks it speaks of."""

    def broken(self, diagram: Diagram, wording: Wording) -> Iterator[tuple[str, str]]:
        """Give the id of each step at which it is broken, how, and what to do: sentences."""


@dataclass(frozen=True)
class Before:
    """The second is reached only through the first."""

    first: str
    then: str

    @property
    def tags(self) -> tuple[str, ...]:
        """Give the marks it speaks of."""
        return (self.first, self.then)

    def broken(self, diagram: Diagram, wording: Wording) -> Iterator[tuple[str, str]]:
        """Give each second step that another way leads to, with that way."""
        first = carrying(diagram, self.first)
        for step in carrying(diagram, self.then):
            if way := way_around(diagram, first, step):
                does = wording.doing(self.first)
                yield (
                    step,
                    f"the step {named(diagram, step)} can be reached without a step that {does}: "
                    f"by {steps(way)}. Lead that way through such a step.",
                )


@dataclass(frozen=True)
class Apart:
    """Two steps are held by different roles."""

    one: str
    other: str

    @property
    def tags(self) -> tuple[str, ...]:
        """Give the marks it speaks of."""
        return (self.one, self.other)

    def broken(self, diagram: Diagram, wording: Wording) -> Iterator[tuple[str, str]]:
        """Give each second step whose lane is held by who holds the first."""
        held = {diagram.elements[step].held_by for step in carrying(diagram, self.one)}
        for step in carrying(diagram, self.other):
            if diagram.elements[step].held_by in held:
                yield (
                    step,
                    f"the step {named(diagram, step)} stands in a lane of the same role as the "
                    f"step that {wording.doing(self.one)}. Move one of them into a lane of "
                    "another role.",
                )


@dataclass(frozen=True)
class Issues:
    """A step issues one letter, whose parts nobody can take out."""

    tag: str
    letter: str

    @property
    def tags(self) -> tuple[str, ...]:
        """Give the mark it speaks of."""
        return (self.tag,)

    def broken(self, diagram: Diagram, wording: Wording) -> Iterator[tuple[str, str]]:
        """Give each step with another letter, or none."""
        for step in carrying(diagram, self.tag):
            letter = diagram.elements[step].properties.get("letter")
            if letter != self.letter:
                issued = f"the letter “{wording.letter(letter)}”" if letter else "no letter by name"
                wanted = f"the letter “{wording.letter(self.letter)}”"
                yield (
                    step,
                    f"the step {named(diagram, step)} issues {issued}, not {wanted}. Choose "
                    "that letter in this step.",
                )


@dataclass(frozen=True)
class After:
    """Once the first is done, nothing ends before the second."""

    first: str
    then: str
    #: What must not come before the second either, in place of an end.
    before: str = ""

    @property
    def tags(self) -> tuple[str, ...]:
        """Give the marks it speaks of."""
        return tuple(filter(None, (self.first, self.then, self.before)))

    def broken(self, diagram: Diagram, wording: Wording) -> Iterator[tuple[str, str]]:
        """Give each first step from which a way leads to an end past the second."""
        then = carrying(diagram, self.then)
        for step in carrying(diagram, self.first):
            if way := way_past(diagram, step, then, carrying(diagram, self.before)):
                reached = (
                    f"to a step that {wording.doing(self.before)}" if self.before else "to an end"
                )
                yield (
                    step,
                    f"after the step {named(diagram, step)} a way leads {reached} without a step "
                    f"that {wording.doing(self.then)}: by {steps(way)}. Lead that way through "
                    "such a step.",
                )


@dataclass(frozen=True)
class There:
    """A step is there and waits for a moment that is worked out from a fact of the case."""

    tag: str
    #: The fact its timer reads; "" where it need not wait.
    fact: str = ""

    @property
    def tags(self) -> tuple[str, ...]:
        """Give the mark it speaks of."""
        return (self.tag,)

    def broken(self, diagram: Diagram, wording: Wording) -> Iterator[tuple[str, str]]:
        """Give each such step that waits for another moment."""
        for step in carrying(diagram, self.tag):
            timer = diagram.elements[step].timer or ""
            if self.fact and self.fact not in timer:
                now = f"its “When” says “{timer}”" if timer else "it waits for no moment"
                wanted = thing(self.fact.removeprefix("case."))
                yield (
                    step,
                    f"the step {named(diagram, step)} does not wait for {wanted}: {now}. Name "
                    f"“{self.fact}” there.",
                )


@dataclass(frozen=True)
class Law:
    """One sentence of the policy about a process, where it stands, and what it asks."""

    process: str
    sentence: str
    source: str
    rule: Rule
