"""Random sound diagrams: blocks with one way in and one way out, put together at random."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

from tests.engine.spiff.drawing import (
    both,
    call,
    draw,
    each,
    end,
    event,
    first,
    node,
    some,
    start,
    sub,
    user,
    xor,
)

#: Where a block begins and where it ends.
Ends = tuple[str, str]
_LONGEST = 3 * 24 * 3600


class Sound:
    """Draws one process and those it calls; every loop in it waits in each turn."""

    def __init__(self, dice: random.Random, size: int) -> None:
        self.dice = dice
        self.files: list[bytes] = []
        #: Names of the facts that conditions read.
        self.facts: list[str] = []
        self._count = 0
        self._parts: list[str] = []
        self._flows: list[str] = []
        self.files.append(self._process("p", size))
        self.files.reverse()

    def _process(self, id_: str, size: int) -> bytes:
        parts, flows = self._inside(size)
        return draw(id_, *parts, flows=flows)

    def _inside(self, size: int) -> tuple[list[str], str]:
        """Draw what stands in a process or subprocess."""
        kept = self._parts, self._flows
        self._parts, self._flows = [], []
        begun, ended = self._name("s"), self._name("e")
        self._parts += [start(begun), end(ended)]
        entry, leave = self._sequence(size)
        self._flows += [f"{begun}->{entry}", f"{leave}->{ended}"]
        drawn = self._parts, "; ".join(self._flows)
        self._parts, self._flows = kept
        return drawn

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"

    def _fact(self) -> str:
        self.facts.append(self._name("c"))
        return self.facts[-1]

    def _add(self, part: str) -> None:
        self._parts.append(part)

    def _sequence(self, size: int) -> Ends:
        count = self.dice.randint(1, 3) if size > 0 else 1
        blocks = [self._block(size) for _ in range(count)]
        for (_, one), (other, _) in itertools.pairwise(blocks):
            self._flows.append(f"{one}->{other}")
        return blocks[0][0], blocks[-1][1]

    def _block(self, size: int) -> Ends:
        simple: list[Callable[[int], Ends]] = [self._task, self._catch, self._choice_of_events]
        nested: list[Callable[[int], Ends]] = [
            *(self._exclusive, self._parallel, self._parallel, self._inclusive, self._inclusive),
            *(self._loop, self._loop, self._subprocess, self._subprocess, self._called),
            *(self._several, self._early_end, self._interrupted),
        ]
        kind = self.dice.choice(simple + nested if size > 0 else simple)
        return kind(size - 1)

    # What waits

    def _task(self, _: int) -> Ends:
        name = self._name("u")
        self._add(user(name))
        return self._with_edges(name)

    def _several(self, _: int) -> Ends:
        name = self._name("u")
        loop = each(count=str(self.dice.randint(1, 3)), in_turn=self.dice.random() < 0.5)
        self._add(node("userTask", name, loop))
        return self._with_edges(name)

    def _event(self) -> str:
        if self.dice.random() < 0.5:
            return event(message=f"msg{self._count}")
        return event(duration=f"PT{self.dice.randint(60, _LONGEST)}S")

    def _edge(self, on: str, *, goes_on: bool) -> str:
        name = self._name("b")
        stays = str(not goes_on).lower()
        self._add(
            node("boundaryEvent", name, self._event(), attachedToRef=on, cancelActivity=stays)
        )
        return name

    def _catch(self, _: int) -> Ends:
        name = self._name("w")
        self._add(node("intermediateCatchEvent", name, self._event()))
        return name, name

    def _choice_of_events(self, _: int) -> Ends:
        gate, meet = self._name("g"), self._name("x")
        self._parts += [first(gate), xor(meet)]
        for _number in range(self.dice.randint(2, 3)):
            name = self._name("w")
            self._add(node("intermediateCatchEvent", name, self._event()))
            self._flows.append(f"{gate}->{name}->{meet}")
        return gate, meet

    def _with_edges(self, name: str) -> Ends:
        """Put events at the edge of an activity, sometimes."""
        leave = name
        for _ in range(self.dice.choice([0, 0, 1, 1, 2])):
            goes_on = self.dice.random() < 0.5
            edge = self._edge(name, goes_on=goes_on)
            if goes_on:
                beside, over = self._name("u"), self._name("e")
                self._parts += [user(beside), end(over)]
                self._flows.append(f"{edge}->{beside}->{over}")
                continue
            meet = self._name("x")
            self._add(xor(meet))
            self._flows += [f"{leave}->{meet}", f"{edge}->{meet}"]
            leave = meet
        return name, leave

    def _interrupted(self, size: int) -> Ends:
        """An activity that an event leads away from, over a block of its own."""
        name, meet = self._name("u"), self._name("x")
        self._parts += [user(name), xor(meet)]
        edge = self._edge(name, goes_on=False)
        entry, leave = self._sequence(size)
        self._flows += [f"{edge}->{entry}", f"{leave}->{meet}", f"{name}->{meet}"]
        return name, meet

    # What holds other blocks

    def _branches(self, size: int, fork: str, meet: str, *, decided: bool) -> None:
        for number in range(self.dice.randint(2, 3)):
            entry, leave = self._sequence(size)
            way = f"{fork}=>{entry}" if decided and number == 0 else f"{fork}->{entry}"
            condition = f" [case.{self._fact()} == 1]" if decided and number else ""
            self._flows += [way + condition, f"{leave}->{meet}"]

    def _exclusive(self, size: int) -> Ends:
        fork, meet = self._name("x"), self._name("x")
        self._parts += [xor(fork), xor(meet)]
        self._branches(size, fork, meet, decided=True)
        return fork, meet

    def _parallel(self, size: int) -> Ends:
        fork, meet = self._name("a"), self._name("a")
        self._parts += [both(fork), both(meet)]
        self._branches(size, fork, meet, decided=False)
        return fork, meet

    def _inclusive(self, size: int) -> Ends:
        fork, meet = self._name("o"), self._name("o")
        self._parts += [some(fork), some(meet)]
        self._branches(size, fork, meet, decided=True)
        return fork, meet

    def _loop(self, size: int) -> Ends:
        again, over = self._name("x"), self._name("x")
        self._parts += [xor(again), xor(over)]
        entry, leave = self._sequence(size)
        onward = self._name("t")
        self._add(node("intermediateThrowEvent", onward))
        back = f"{over}->{again} [case.{self._fact()} == 1]"
        self._flows += [f"{again}->{entry}", f"{leave}->{over}", back, f"{over}=>{onward}"]
        return again, onward

    def _subprocess(self, size: int) -> Ends:
        name = self._name("p")
        parts, flows = self._inside(size)
        loop = each(count="2", in_turn=True) if self.dice.random() < 0.2 else ""
        self._add(sub(name, *parts, flows=flows, loop=loop))
        return self._with_edges(name)

    def _called(self, size: int) -> Ends:
        name, process = self._name("p"), self._name("q")
        self.files.append(self._process(process, size))
        self._add(call(name, process))
        return self._with_edges(name)

    def _early_end(self, _: int) -> Ends:
        """A way that ends everything around it at once."""
        task, fork, over = self._name("u"), self._name("x"), self._name("e")
        onward = self._name("t")
        self._parts += [user(task), xor(fork), end(over, terminate="")]
        self._add(node("intermediateThrowEvent", onward))
        way_out = f"{fork}->{over} [case.{self._fact()} == 1]"
        self._flows += [f"{task}->{fork}", way_out, f"{fork}=>{onward}"]
        return task, onward
