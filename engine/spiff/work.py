"""One unit of work on an instance: step by step to the next wait, within limits."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.util.task import TaskState

from engine.errors import ElementFailed, EngineError, Rejected
from engine.spiff.diagram import Element
from engine.spiff.evaluator import Evaluator, HalfDone, drawn, element_id
from engine.spiff.expressions import FAULTS
from engine.spiff.instance import Wait, tasks_that_are, waits, workflows
from engine.spiff.journal import Journal
from engine.spiff.plain import NotPlain, plain_variables
from engine.spiff.prune import prune

#: What one unit of work may take before it is stopped.
MOST_STEPS = 500
MOST_TASKS = 3_000
#: Tasks above which a long run is pruned on the way.
_PRUNE_ABOVE = 400
#: Marks an element that failed and waits for somebody to try it again.
STUCK = "stuck"


class Work:
    """Moves an instance, and writes down what happens and what fails."""

    def __init__(self, top: Any, evaluator: Evaluator) -> None:
        """Take an instance as it stands; call ``begin`` before anything moves."""
        self.top = top
        self.evaluator = evaluator
        self.journal = Journal(top)
        self.failed: list[ElementFailed] = []
        #: End events of the top process that were reached, the last one last.
        self.ended_with: list[str] = []
        self._steps = 0

    def begin(self) -> None:
        """Begin a unit of work: one moment for all of it, and fresh limits."""
        self.evaluator.begin()
        self._steps = 0

    def carry_on(self) -> None:
        """Advance and fire due timers until everything waits, is stuck, or it ended."""
        while not self.top.completed:
            task = self._next_automatic()
            if task is not None:
                self._try(task)
            elif not self._fire_next():
                self._check_for_wait()
                return

    def step(self, task: Any) -> None:
        """Run one task. Raises ElementFailed."""
        self._count(task)
        self.guarded(task, task.run)
        element = drawn(task)
        if element is not None and element.kind == "end_event" and task.workflow is self.top:
            self.ended_with = [*(e for e in self.ended_with if e != element.id), element.id]
        if len(self.top.tasks) > _PRUNE_ABOVE and self._steps % 50 == 0:
            prune(self.top)

    def guarded(self, task: Any, action: Callable[[], Any]) -> None:
        """Do something in the place of a task and write down what happened.

        What the library raises becomes ElementFailed.
        """
        try:
            action()
        except EngineError:
            raise
        except (SpiffWorkflowException, *FAULTS) as error:
            _failed(task, error)
        self.journal.observe(self.top)

    def task(self, task_id: str) -> Any:
        """Give a task that waits for a person. Raises Rejected."""
        try:
            wanted = uuid.UUID(task_id)
        except ValueError:
            wanted = uuid.UUID(int=0)
        for workflow in workflows(self.top):
            task = workflow.tasks.get(wanted)
            if task is not None and task.state == TaskState.READY and task.task_spec.manual:
                return task
        raise Rejected(
            f"Expected task {task_id} of {self.top.spec.process_id} to be open, but it is not any "
            "more. Look up what is open now."
        )

    def plain(self, task: Any, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Give a JSON copy of variables that come from outside. Raises ElementFailed."""
        try:
            return plain_variables(variables)
        except NotPlain as error:
            self.evaluator.fail(task, str(error))

    def _try(self, task: Any) -> None:
        """Run one automatic element; when it fails, leave its token before it, stuck."""
        try:
            self.step(task)
        except ElementFailed as failure:
            if isinstance(failure, HalfDone) or task.state != TaskState.ERROR:
                raise
            task._state = TaskState.READY
            task.internal_data[STUCK] = failure.reason
            self.failed.append(failure)

    def _next_automatic(self) -> Any:
        """Give what runs next: an interrupting event before all else, then the innermost."""
        found = None
        for workflow in workflows(self.top):
            first = None
            for task in workflow.tasks.values():
                if task._state != TaskState.READY or not _runs_by_itself(task):
                    continue
                if isinstance(task.task_spec, BoundaryEvent) and task.task_spec.cancel_activity:
                    return task
                first = first or task
            found = first or found
        return found

    def _fire_next(self) -> bool:
        """Fire the timer that was due first; of two at the same moment the outer one."""
        due = [(moment, wait) for wait in waits(self.top) if (moment := wait.due_at) is not None]
        past = [(moment, wait) for moment, wait in due if moment <= self.evaluator.now]
        if not past:
            return False
        wait: Wait = min(past, key=lambda pair: pair[0])[1]
        self._count(wait.task)
        self.guarded(wait.task, wait.happen)
        return True

    def _check_for_wait(self) -> None:
        """Refuse to leave an instance that is open while nothing can ever move it."""
        open_ = any(True for _ in tasks_that_are(self.top, TaskState.READY))
        if self.top.completed or open_ or any(True for _ in waits(self.top)):
            return
        joins = list(tasks_that_are(self.top, TaskState.WAITING))
        at = next((task for task in joins if drawn(task) is not None), self.top.task_tree)
        self.evaluator.fail(
            at,
            "Expected to wait for something or to end, but a path that is waited for cannot come "
            "any more. Look for a parallel gateway behind a choice.",
        )

    def _count(self, task: Any) -> None:
        self._steps += 1
        limits = (
            (self._steps > MOST_STEPS, f"{MOST_STEPS} automatic steps"),
            (
                sum(len(each.tasks) for each in workflows(self.top)) > MOST_TASKS,
                f"{MOST_TASKS} tasks",
            ),
        )
        for passed, limit in limits:
            if passed:
                self.evaluator.fail(
                    task,
                    f"Expected to come to a wait within {limit}, but the work goes on. "
                    "Look for a loop without a task, timer or message.",
                )
        self.evaluator.check_time(task)


def _runs_by_itself(task: Any) -> bool:
    """Tell of a task that is ready whether it needs nobody."""
    return not task.task_spec.manual and STUCK not in task.internal_data


def _failed(task: Any, error: Exception) -> NoReturn:
    element: Element | None = getattr(getattr(error, "task_spec", None), "drawn", None)
    if isinstance(error, RecursionError):
        reason = "Expected a short path, but it is nested too deeply. Look for a loop."
    else:
        reason = str(error.args[0]) if error.args else type(error).__name__
    raise ElementFailed(
        task.workflow.spec.process_id,
        element.id if element is not None else element_id(task),
        reason,
    ) from error
