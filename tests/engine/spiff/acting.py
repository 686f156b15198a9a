"""A host for the tests of the engine, and a play that saves and loads after every act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from engine.clock import at_local
from engine.spiff import Definitions, Element, Run, parse

MONDAY = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def on(date: Any) -> dt.datetime:
    day = dt.date.fromisoformat(date) if isinstance(date, str) else date
    return at_local(dt.datetime.combine(day, dt.time()))


def after(date: Any) -> dt.datetime:
    return on(date) + dt.timedelta(days=1)


class Stage:
    """A host that holds its facts and operations in dictionaries and its clock still."""

    def __init__(self, **facts: Any) -> None:
        self.time = MONDAY
        self.facts: dict[str, Any] = {"ref": "case:12", **facts}
        self.operations: dict[str, Callable[..., Any]] = {}
        self.called: list[tuple[str, dict[str, Any], str, dict[str, str]]] = []
        self.asked: list[str] = []
        self.variables_known: frozenset[str] = frozenset({"outcome", "again", "go", "day", "who"})
        self.functions: Mapping[str, Callable[..., Any]] = {
            "on": on,
            "after": after,
            "days": lambda n: dt.timedelta(days=n),
            "today": self.today,
        }

    def today(self) -> dt.date:
        return self.time.date()

    def now(self) -> dt.datetime:
        return self.time

    def fact(
        self,
        name: str,
        element: Element | None,
        calling: Mapping[str, str],
        variables: Mapping[str, Any],
    ) -> Any:
        self.asked.append(name)
        return self.facts[name]

    def call(
        self,
        operation: str,
        parameters: Mapping[str, Any],
        at: Element,
        calling: Mapping[str, str],
        variables: Mapping[str, Any],
    ) -> Any:
        self.called.append((operation, dict(parameters), at.id, dict(calling)))
        action = self.operations.get(operation)
        return action(**parameters) if action else None


class Play:
    """One instance that is saved and loaded after every act, as between two requests.

    saved: False keeps it in memory, where nothing is pruned.
    """

    def __init__(
        self,
        *files: bytes,
        stage: Stage | None = None,
        at: str | None = None,
        process_id: str | None = None,
        saved: bool = True,
        **variables: Any,
    ) -> None:
        self.stage = stage or Stage()
        self.saved = saved
        self.definitions = definitions(*files)
        self.run = Run.start(
            self.definitions,
            process_id or self.definitions.process_ids[0],
            self.stage,
            start_element=at,
            variables=variables,
        )
        self.happened = [(each.element_id, each.what) for each in self.run.happened]
        self.sent = list(self.run.sent)
        self.state = b""
        self.keep()

    def keep(self) -> None:
        if not self.saved:
            return
        self.state = self.run.save()
        self.run = Run.load(self.definitions, self.state, self.stage)

    def _note(self) -> None:
        new = len(self.happened) if not self.saved else 0
        told = len(self.sent) if not self.saved else 0
        self.happened += [(each.element_id, each.what) for each in self.run.happened[new:]]
        self.sent += self.run.sent[told:]
        self.keep()

    def do(self, element_id: str, at: int = 0, **variables: Any) -> None:
        """Complete the task of an element, or the n-th of its tasks."""
        found = [t.task_id for t in self.run.waiting_tasks if t.element.id == element_id]
        self.run.complete(found[at], variables)
        self._note()

    def get(self, element_id: str, **variables: Any) -> None:
        """Deliver the message an element waits for."""
        (found,) = [m.task_id for m in self.run.waiting_messages if m.element.id == element_id]
        self.run.deliver(found, variables)
        self._note()

    def wait(self, **time: float) -> None:
        """Let time pass and settle."""
        self.stage.time += dt.timedelta(**time)
        self.run.settle()
        self._note()

    @property
    def open(self) -> list[str]:
        return sorted(task.element.id for task in self.run.waiting_tasks)

    @property
    def ended(self) -> list[str] | None:
        return self.run.ended_with if self.run.ended else None


def definitions(*files: bytes) -> Definitions:
    """Parse files given as bytes; what they are is seen from their content."""
    named = {
        f"{n}.{'dmn' if b'spec/DMN/' in data else 'bpmn'}": data for n, data in enumerate(files)
    }
    return parse(named)
