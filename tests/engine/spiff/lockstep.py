"""The engine and the reading of the standard, side by side over one random life."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

from engine.spiff import Definitions, Run
from tests.engine.spiff.acting import Stage, definitions
from tests.engine.spiff.sound import Sound
from tests.engine.spiff.tokens import Game

#: Of these both tell how often they were left; the rest goes by in passing.
_TOLD = ("user_task", "catch_event", "boundary_event", "subprocess", "call_activity")


class Different(AssertionError):
    """The engine did otherwise than the standard says."""


class LockStep:
    """One diagram and one life of it, by the dice; saved and loaded at every step."""

    def __init__(self, seed: int, size: int, *, saved: bool = True) -> None:
        self.dice = random.Random(seed)
        self.saved = saved
        sound = Sound(self.dice, size)
        self.files, self.names = sound.files, sound.facts
        self.stage = Stage()
        self._roll()
        self.definitions: Definitions = definitions(*self.files)
        self.run = Run.start(self.definitions, "p", self.stage)
        self.game = Game(self.files, "p", self.stage.facts, self.stage.time)
        self.left: Counter[str] = Counter()
        self.told: list[str] = []
        self._seen = 0
        self._keep()
        self.compare()

    def walk(self, steps: int) -> int:
        """Do something at random so many times or until the end; gives how many it were."""
        for number in range(steps):
            if self.game.ended:
                return number
            self._roll()
            self._act()
            self.compare()
        return steps

    def _roll(self) -> None:
        """Decide anew what each condition will find; most loops are left soon."""
        for name in self.names:
            self.stage.facts[name] = int(self.dice.random() < 0.35)

    def _act(self) -> None:
        acts = [("complete", name) for name in self.game.tasks]
        acts += [("receive", name) for name in self.game.messages]
        acts += [("wait", due.isoformat()) for _, due in self.game.timers]
        kind, name = self.dice.choice(acts)
        self.told.append(f"{kind} {name}")
        if kind == "complete":
            found = next(t for t in self.run.waiting_tasks if t.element.id == name)
            self.run.complete(found.task_id, {})
            self.game.complete(name)
        elif kind == "receive":
            heard = next(m for m in self.run.waiting_messages if m.element.id == name)
            self.run.deliver(heard.task_id, {})
            self.game.receive(name)
        else:
            self.stage.time = max(self.stage.time, dt.datetime.fromisoformat(name))
            self.stage.time += dt.timedelta(seconds=self.dice.choice([0, 0, 7_200, 200_000]))
            self.run.settle()
            self.game.wait_until(self.stage.time)
        self._keep()

    def _keep(self) -> None:
        happened_so_far = self.run.happened
        for happened in happened_so_far[self._seen :]:
            element = self.definitions.diagram(happened.process_id).elements[happened.element_id]
            if happened.what == "left" and element.kind in _TOLD:
                self.left[element.id] += 1
        self.game.now = self.stage.time
        self._seen = 0 if self.saved else len(happened_so_far)
        if self.saved:
            self.run = Run.load(self.definitions, self.run.save(), self.stage)

    def compare(self) -> None:
        """Raise Different unless both wait for the same, and have come the same way."""
        run, game = self.run, self.game
        for what, theirs, standard in (
            ("ended", run.ended, game.ended),
            ("tasks", sorted(one.element.id for one in run.waiting_tasks), game.tasks),
            ("messages", sorted(one.element.id for one in run.waiting_messages), game.messages),
            ("timers", sorted((t.element.id, t.due_at) for t in run.waiting_timers), game.timers),
            ("ends", set(run.ended_with), game.ended_with),
            ("left", +self.left, +game.left),
        ):
            if theirs != standard:
                drawn = "\n".join(file.decode() for file in self.files)
                raise Different(
                    f"After {self.told}, {what}: the standard says {standard}, "
                    f"the engine {theirs}.\n{drawn}"
                )
