"""Drives one instance: to the next wait, by a person's answer, a message or a due timer."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from collections.abc import Mapping
from functools import partial
from typing import Any, NoReturn

from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.util.task import TaskState

from engine.errors import ElementFailed, EngineError, NotFound, Rejected
from engine.spiff.activities import begin
from engine.spiff.definitions import Definitions
from engine.spiff.diagram import Diagram, Element
from engine.spiff.evaluator import Evaluator, calling_of, drawn, element_id
from engine.spiff.expressions import FAULTS
from engine.spiff.host import (
    Happened,
    Host,
    Rearmed,
    SentMessage,
    WaitingMessage,
    WaitingTask,
    WaitingTimer,
)
from engine.spiff.instance import Instance, Wait, tasks, waits, workflows
from engine.spiff.journal import Journal
from engine.spiff.merging import merged
from engine.spiff.messages import BROUGHT
from engine.spiff.plain import NotPlain, plain_variables
from engine.spiff.prune import prune
from engine.spiff.state import decode, encode
from engine.spiff.timers import DUE

#: What one unit of work may take before it is stopped.
MOST_STEPS = 500
MOST_TASKS = 3_000
MOST_SECONDS = 2.0
#: Tasks above which a long run is pruned on the way.
_PRUNE_ABOVE = 400
#: Marks an element that failed and waits for somebody to try it again.
STUCK = "stuck"
_OPEN = TaskState.READY | TaskState.WAITING | TaskState.STARTED


class Run:
    """One process instance in memory.

    After an error is raised the run is worth nothing any more: load it again.
    """

    def __init__(
        self, definitions: Definitions, process_id: str, top: Any, evaluator: Evaluator
    ) -> None:
        """Begin to watch an instance; use ``start`` or ``load``."""
        self.definitions = definitions
        self.process_id = process_id
        self._top = top
        self._evaluator = evaluator
        self._journal = Journal(top)
        #: Elements that failed since start or load; each waits, stuck, for ``retry``.
        self.failed: list[ElementFailed] = []
        self._ended_with: list[str] = []
        self._steps = 0
        self._stop_at = 0.0

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

        Raises NotFound for an unknown process or start event, ElementFailed.
        """
        diagram = definitions.diagram(process_id)
        chosen = _start_event(diagram, start_element)
        evaluator = Evaluator(host)
        top = Instance(definitions.specs[process_id], script_engine=evaluator)
        run = cls(definitions, process_id, top, evaluator)
        values = run._plain(top.task_tree, variables or {})
        run._begin_work()
        begin(top, chosen.id, values, fired=start_element is not None)
        run._carry_on()
        return run

    @classmethod
    def load(cls, definitions: Definitions, state: bytes, host: Host) -> Run:
        """Load a saved instance; nothing moves. Raises UnreadableState."""
        evaluator = Evaluator(host)
        top, process_id, ended_with = decode(state, definitions.specs, evaluator)
        run = cls(definitions, process_id, top, evaluator)
        run._ended_with = ended_with
        return run

    def save(self) -> bytes:
        """Give the bytes to keep; what is over and done with is taken out first."""
        prune(self._top)
        return encode(self._top, self.process_id, self._ended_with)

    # What moves it

    def settle(self) -> None:
        """Fire due timers, the earliest first, and advance until every token waits.

        Raises ElementFailed, also when the work goes on for too long; EngineErrors of operations
        pass.
        """
        self._begin_work()
        self._carry_on()

    def complete(self, task_id: str, variables: Mapping[str, Any]) -> None:
        """Complete a task of a person, after the timers that are due, and carry on.

        Raises Rejected if the task does not wait any more, ElementFailed.
        """
        self._begin_work()
        self._carry_on()
        task = self._waiting_task(task_id)
        task.data.update(self._plain(task, variables))
        self._step(task)
        self._carry_on()

    def deliver(self, task_id: str, variables: Mapping[str, Any]) -> None:
        """Deliver a message to the one place that waits for it, after due timers, and carry on.

        Raises Rejected if nothing waits there any more, ElementFailed.
        """
        self._begin_work()
        self._carry_on()
        for wait in waits(self._top):
            if wait.id == task_id and wait.is_message:
                brought = {BROUGHT: self._plain(wait.task, variables)}
                self._guarded(wait.task, partial(wait.happen, **brought))
                self._carry_on()
                return
        raise Rejected(
            f"Expected {self.process_id} to wait for a message at {task_id}, but it does not any "
            "more. Look up what it waits for now."
        )

    def retry(self) -> None:
        """Try every stuck element once more and carry on; those that fail again are told."""
        for task in tasks(self._top):
            task.internal_data.pop(STUCK, None)
        self.settle()

    def rearm(self) -> list[Rearmed]:
        """Work out the moment of each waiting timer anew; give those that came out differently.

        A duration still counts from when its timer was reached. Nothing fires. Raises
        ElementFailed.
        """
        self._begin_work()
        moved = []
        for wait in waits(self._top):
            old = wait.due_at
            if old is None:
                continue
            new = wait.definition.due(wait.task, wait.since)
            if new != old:
                wait.record[DUE] = new.isoformat()
                moved.append(Rearmed(wait.element, wait.id, old, new))
        return moved

    # What it tells

    @property
    def waiting_tasks(self) -> list[WaitingTask]:
        """Give the tasks that wait for a person."""
        return [
            WaitingTask(str(task.id), element, calling_of(task), dict(task.data))
            for task in tasks(self._top)
            if task.state == TaskState.READY and task.task_spec.manual
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
    def happened(self) -> list[Happened]:
        """Give what happened since this run was started or loaded, in order."""
        return list(self._journal.happened)

    @property
    def sent(self) -> list[SentMessage]:
        """Give what was sent since this run was started or loaded, in order."""
        return list(self._evaluator.sent)

    @property
    def ended(self) -> bool:
        """Tell whether the instance came to its end."""
        return bool(self._top.completed)

    @property
    def ended_with(self) -> list[str]:
        """Give the end events of the top process that were reached, each once."""
        return list(self._ended_with)

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
        self._evaluator.now = self._evaluator.host.now().astimezone(dt.UTC)
        return self._evaluator.evaluate(self._waiting_task(task_id), expression)

    # Work

    def _begin_work(self) -> None:
        self._evaluator.now = self._evaluator.host.now().astimezone(dt.UTC)
        self._steps = 0
        self._stop_at = time.monotonic() + MOST_SECONDS

    def _carry_on(self) -> None:
        self._journal.observe(self._top)
        while not self.ended:
            task = self._next_automatic()
            if task is not None:
                self._try(task)
            elif not self._fire_next():
                self._check_for_wait()
                return

    def _check_for_wait(self) -> None:
        """Refuse to leave an instance that is open while nothing can ever move it."""
        open_ = any(task.state == TaskState.READY for task in tasks(self._top))
        if self.ended or open_ or any(True for _ in waits(self._top)):
            return
        stuck = [task for task in tasks(self._top) if task.state == TaskState.WAITING]
        at = next((task for task in stuck if drawn(task) is not None), self._top.task_tree)
        self._evaluator.fail(
            at,
            "Expected to wait for something or to end, but a path that is waited for cannot come "
            "any more. Look for a parallel gateway behind a choice.",
        )

    def _try(self, task: Any) -> None:
        """Run one automatic element; when it fails, leave its token before it, stuck."""
        try:
            self._step(task)
        except ElementFailed as failure:
            if task.state != TaskState.ERROR:
                raise
            task._state = TaskState.READY
            task.internal_data[STUCK] = failure.reason
            self.failed.append(failure)

    def _next_automatic(self) -> Any:
        """Give what runs next: an interrupting event before all else, then the innermost."""
        found = None
        for workflow in workflows(self._top):
            first = None
            for task in workflow.tasks.values():
                if task.state != TaskState.READY or task.task_spec.manual:
                    continue
                if STUCK in task.internal_data:
                    continue
                if isinstance(task.task_spec, BoundaryEvent) and task.task_spec.cancel_activity:
                    return task
                first = first or task
            found = first or found
        return found

    def _fire_next(self) -> bool:
        """Fire the timer that was due first; of two at the same moment the outer one."""
        due = [(moment, wait) for wait in waits(self._top) if (moment := wait.due_at) is not None]
        past = [(moment, wait) for moment, wait in due if moment <= self._evaluator.now]
        if not past:
            return False
        wait: Wait = min(past, key=lambda pair: pair[0])[1]
        self._count(wait.task)
        self._guarded(wait.task, wait.happen)
        self._journal.observe(self._top)
        return True

    def _step(self, task: Any) -> None:
        self._count(task)
        self._guarded(task, task.run)
        element = drawn(task)
        if element is not None and element.kind == "end_event" and task.workflow is self._top:
            self._ended_with = [*(e for e in self._ended_with if e != element.id), element.id]
        self._journal.observe(self._top)
        if len(self._top.tasks) > _PRUNE_ABOVE and self._steps % 50 == 0:
            prune(self._top)

    def _count(self, task: Any) -> None:
        self._steps += 1
        limits = (
            (self._steps > MOST_STEPS, f"{MOST_STEPS} automatic steps"),
            (sum(1 for _ in tasks(self._top)) > MOST_TASKS, f"{MOST_TASKS} tasks"),
            (time.monotonic() > self._stop_at, f"{MOST_SECONDS:g} seconds"),
        )
        for passed, limit in limits:
            if passed:
                self._evaluator.fail(
                    task,
                    f"Expected to come to a wait within {limit}, but the work goes on. "
                    "Look for a loop without a task, timer or message.",
                )

    def _guarded(self, task: Any, action: Any) -> None:
        try:
            action()
        except EngineError:
            raise
        except (SpiffWorkflowException, *FAULTS) as error:
            self._failed(task, error)

    def _failed(self, task: Any, error: Exception) -> NoReturn:
        spec = getattr(error, "task_spec", None)
        element: Element | None = getattr(spec, "drawn", None)
        if isinstance(error, RecursionError):
            reason = "Expected a short path, but it is nested too deeply. Look for a loop."
        else:
            reason = str(error.args[0]) if error.args else type(error).__name__
        raise ElementFailed(
            task.workflow.spec.process_id,
            element.id if element is not None else element_id(task),
            reason,
        ) from error

    def _waiting_task(self, task_id: str) -> Any:
        try:
            wanted = uuid.UUID(task_id)
        except ValueError:
            wanted = uuid.UUID(int=0)
        for workflow in workflows(self._top):
            task = workflow.tasks.get(wanted)
            if task is not None and task.state == TaskState.READY and task.task_spec.manual:
                return task
        raise Rejected(
            f"Expected task {task_id} of {self.process_id} to be open, but it is not any more. "
            "Look up what is open now."
        )

    def _plain(self, task: Any, variables: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return plain_variables(variables)
        except NotPlain as error:
            self._evaluator.fail(task, str(error))


def _start_event(diagram: Diagram, wanted: str | None) -> Element:
    starts = [e for e in diagram.elements.values() if e.kind == "start_event" and not e.parent]
    for element in starts:
        if element.id == wanted or (wanted is None and element.event == "none"):
            return element
    if wanted is None and len(starts) == 1 and starts[0].event == "timer":
        return starts[0]
    known = ", ".join(element.id for element in starts)
    said = wanted or "none"
    raise NotFound(
        f"Expected a start event of {diagram.process_id} ({known}), but got {said}. Name one."
    )
