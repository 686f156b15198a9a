"""Drives one instance: to the next wait, by a person's answer, a message or a due timer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.errors import ElementFailed, NotFound, Rejected
from engine.spiff.activities import begin
from engine.spiff.definitions import Definitions
from engine.spiff.diagram import Diagram, Element
from engine.spiff.evaluator import Evaluator, calling_of, drawn
from engine.spiff.host import (
    Happened,
    Host,
    Place,
    Rearmed,
    SentMessage,
    WaitingMessage,
    WaitingTask,
    WaitingTimer,
)
from engine.spiff.instance import Instance, tasks, tasks_that_are, waits
from engine.spiff.merging import merged
from engine.spiff.messages import BROUGHT
from engine.spiff.places import places_of
from engine.spiff.prune import prune
from engine.spiff.state import decode, encode
from engine.spiff.timers import DUE
from engine.spiff.work import STUCK, Work

_OPEN = TaskState.READY | TaskState.WAITING | TaskState.STARTED


class Run:
    """One process instance in memory.

    An automatic element that fails keeps its token, is told in ``failed`` and waits for ``retry``;
    what else runs beside it goes on. Where that is not possible ElementFailed is raised, and after
    any error that is raised the run is worth nothing any more: load it again.
    """

    def __init__(self, definitions: Definitions, process_id: str, work: Work) -> None:
        """Take over an instance; use ``start`` or ``load``."""
        self.definitions = definitions
        self.process_id = process_id
        self._work = work
        self._top = work.top

    @classmethod
    def start(
        cls,
        definitions: Definitions,
        process_id: str,
        host: Host,
        *,
        start_element: str | None = None,
        variables: Mapping[str, Any] | None = None,
    ) -> Run:
        """Start an instance and carry it on until everything waits.

        start_element: the start event that happened, such as a message start; without it the none
            start event. Other start events are dropped.
        variables: control variables to begin with.

        Raises NotFound for an unknown process or start event, ElementFailed; EngineErrors of
        operations pass.
        """
        chosen = _start_event(definitions.diagram(process_id), start_element)
        evaluator = Evaluator(host)
        top = Instance(definitions.specs[process_id], script_engine=evaluator)
        work = Work(top, evaluator)
        work.begin()
        values = work.plain(top.task_tree, variables or {})
        fired = start_element is not None
        work.guarded(top.task_tree, partial(begin, top, chosen.id, values, fired=fired))
        work.carry_on()
        return cls(definitions, process_id, work)

    @classmethod
    def load(cls, definitions: Definitions, state: bytes, host: Host) -> Run:
        """Load a saved instance; nothing moves. Raises UnreadableState."""
        evaluator = Evaluator(host)
        top, process_id, ended_with = decode(state, definitions.specs, evaluator)
        work = Work(top, evaluator)
        work.ended_with = ended_with
        return cls(definitions, process_id, work)

    def save(self) -> bytes:
        """Give the bytes to keep; what is over and done with is taken out first."""
        prune(self._top)
        return encode(self._top, self.process_id, self._work.ended_with)

    # What moves it

    def settle(self) -> None:
        """Fire due timers, the earliest first, and advance until every token waits.

        Raises ElementFailed, also when the work goes on for too long; EngineErrors of operations
        pass.
        """
        self._work.begin()
        self._work.carry_on()

    def complete(self, task_id: str, variables: Mapping[str, Any]) -> None:
        """Complete a task of a person, after the timers that are due, and carry on.

        Raises Rejected if the task does not wait any more, and as ``settle``.
        """
        self.settle()
        task = self._work.task(task_id)
        task.data.update(self._work.plain(task, variables))
        self._work.step(task)
        self._work.carry_on()

    def deliver(self, task_id: str, variables: Mapping[str, Any]) -> None:
        """Deliver a message to the one place that waits for it, after due timers, and carry on.

        Raises Rejected if nothing waits there any more, and as ``settle``.
        """
        self.settle()
        for wait in waits(self._top):
            if wait.id == task_id and wait.is_message:
                brought = {BROUGHT: self._work.plain(wait.task, variables)}
                self._work.guarded(wait.task, partial(wait.happen, **brought))
                self._work.carry_on()
                return
        raise Rejected(
            f"Expected {self.process_id} to wait for a message at {task_id}, but it does not any "
            "more. Look up what it waits for now."
        )

    def retry(self) -> None:
        """Try every stuck element once more and settle; ``failed`` tells those that fail again."""
        self._work.failed.clear()
        for task in tasks(self._top):
            task.internal_data.pop(STUCK, None)
        self.settle()

    def rearm(self, may_move: Callable[[Rearmed], bool] = lambda _: True) -> list[Rearmed]:
        """Work out the moment of each waiting timer anew; give those that came out differently.

        may_move: asked for each; one that may not keeps its moment. A duration still counts from
        when its timer was reached. Nothing fires. Raises ElementFailed.
        """
        self._work.begin()
        moved = []
        for wait in waits(self._top):
            old = wait.due_at
            if old is None:
                continue
            new = wait.definition.due(wait.task, wait.since)
            if new == old:
                continue
            said = str(wait.definition.expression or "")
            rearmed = Rearmed(wait.element, wait.id, old, new, said)
            if may_move(rearmed):
                wait.record[DUE] = new.isoformat()
            else:
                rearmed = replace(rearmed, kept=True)
            moved.append(rearmed)
        return moved

    # What it tells

    @property
    def waiting_tasks(self) -> list[WaitingTask]:
        """Give the tasks that wait for a person."""
        return [
            WaitingTask(str(task.id), element, calling_of(task), dict(task.data))
            for task in tasks_that_are(self._top, TaskState.READY)
            if task.task_spec.manual
            for element in [drawn(task)]
            if element is not None
        ]

    @property
    def waiting_messages(self) -> list[WaitingMessage]:
        """Give the places where a message is waited for, each branch of an event gateway too."""
        return [
            WaitingMessage(wait.id, wait.element, wait.definition.name, wait.key)
            for wait in waits(self._top)
            if wait.is_message
        ]

    @property
    def waiting_timers(self) -> list[WaitingTimer]:
        """Give the moments that are waited for."""
        return [
            WaitingTimer(wait.id, wait.element, due)
            for wait in waits(self._top)
            for due in [wait.due_at]
            if due is not None
        ]

    @property
    def next_due_at(self) -> dt.datetime | None:
        """Give the earliest moment that is waited for, None if there is none."""
        return min((timer.due_at for timer in self.waiting_timers), default=None)

    @property
    def places(self) -> list[Place]:
        """Give the elements it is at now, what it stands in before what stands inside."""
        return [] if self.ended else list(places_of(self._top))

    @property
    def happened(self) -> list[Happened]:
        """Give what happened since this run was started or loaded, in order."""
        return list(self._work.journal.happened)

    @property
    def sent(self) -> list[SentMessage]:
        """Give what was sent since this run was started or loaded, in order."""
        return list(self._work.evaluator.sent)

    @property
    def failed(self) -> list[ElementFailed]:
        """Give the elements that got stuck since start, load or the last ``retry``."""
        return list(self._work.failed)

    @property
    def ended(self) -> bool:
        """Tell whether the instance came to its end."""
        return bool(self._top.completed)

    @property
    def ended_with(self) -> list[str]:
        """Give the end events of the top process that were reached, each once, the last last."""
        return list(self._work.ended_with)

    @property
    def variables(self) -> dict[str, Any]:
        """Give the control variables: at the end the final ones, before that of all open paths."""
        if self.ended:
            final = dict(self._top.data)
            final.pop("data_objects", None)
            return final
        open_ = [task for task in self._top.tasks.values() if task.has_state(_OPEN) and task.parent]
        return merged(open_) if open_ else dict(self._top.task_tree.data)

    def value(self, task_id: str, expression: str) -> Any:
        """Give what an expression means in the place of a waiting task, such as its due date.

        Raises ElementFailed, and Rejected if no such task waits.
        """
        self._work.begin()
        return self._work.evaluator.evaluate(self._work.task(task_id), expression)


def _start_event(diagram: Diagram, wanted: str | None) -> Element:
    starts = [e for e in diagram.elements.values() if e.kind == "start_event" and not e.parent]
    for element in starts:
        if element.id == wanted or (wanted is None and element.event == "none"):
            return element
    if wanted is None and len(starts) == 1 and starts[0].event == "timer":
        return starts[0]
    known = ", ".join(element.id for element in starts)
    raise NotFound(
        f"Expected a start event of {diagram.process_id} ({known}), but got {wanted or 'none'}. "
        "Name one."
    )
