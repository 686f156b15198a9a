"""Writes down which drawn elements were entered, left and cancelled, in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.task import TaskState

from engine.spiff.evaluator import drawn
from engine.spiff.gateways import TokenJoin
from engine.spiff.host import Happened
from engine.spiff.instance import workflows

_OPEN = TaskState.WAITING | TaskState.READY | TaskState.STARTED
_REACHED = _OPEN | TaskState.FINISHED_MASK
_QUIET_WHILE_WAITING = ("boundary_event", "start_event")


class Journal:
    """Compares an instance with what it was before each step.

    A join is entered when it goes on, a boundary or start event when it happened. Of an activity
    with several instances each instance is told, and itself only if it has none.
    """

    def __init__(self, top: Any) -> None:
        """Take everything that is there as told already."""
        self.happened: list[Happened] = []
        #: By the task itself: its id would be hashed anew each time it is looked up.
        self._open: dict[Any, tuple[str, str]] = {}
        self._done: set[Any] = set()
        self.observe(top)
        self.happened.clear()

    def observe(self, top: Any) -> None:
        """Tell what changed: what was left, what was cancelled, what came and went, what is new."""
        seen = dict.fromkeys(_told(top))
        over = [task for task in seen if task in self._open and not _is_open(task)]
        self._end([task for task in over if task.state == TaskState.COMPLETED], "left")
        self._end([task for task in over if task.state != TaskState.COMPLETED], "cancelled")
        gone = (task for task in self._open if task not in seen)
        self._end(sorted(gone, key=lambda task: str(task.id)), "cancelled")
        for task in seen:
            if task.state == TaskState.COMPLETED and task not in self._done:
                self._done.add(task)
                self._tell(*_place(task), "entered", task)
                self._tell(*_place(task), "left", task)
        for task in seen:
            if task not in self._open and task not in self._done and _is_open(task):
                self._open[task] = _place(task)
                self._tell(*_place(task), "entered", task)

    def _end(self, ended: list[Any], what: Literal["left", "cancelled"]) -> None:
        for task in ended:
            self._done.add(task)
            self._tell(*self._open.pop(task), what, task)

    def _tell(self, process_id: str, element_id: str, what: Any, task: Any) -> None:
        self.happened.append(Happened(process_id, element_id, what, str(task.id)))


def open_tasks(top: Any) -> Iterator[Any]:
    """Give the tasks at which an instance is now, outer before inner."""
    return (task for task in _told(top) if _is_open(task))


def _told(top: Any) -> Iterator[Any]:
    """Give the tasks of drawn elements; what is only predicted has nothing to tell."""
    for workflow in workflows(top):
        for task in [each for each in workflow.tasks.values() if each._state & _REACHED]:
            if drawn(task) is None:
                continue
            spec = task.task_spec
            if isinstance(spec, LoopTask) and any(child.triggered for child in task.children):
                continue
            yield task


def _is_open(task: Any) -> bool:
    if not task.has_state(_OPEN):
        return False
    if task.state != TaskState.WAITING:
        return True
    if isinstance(task.task_spec, TokenJoin):
        return False
    element = drawn(task)
    quiet = element is not None and element.kind in _QUIET_WHILE_WAITING
    return isinstance(task.task_spec, CatchingEvent) and not quiet


def _place(task: Any) -> tuple[str, str]:
    element = drawn(task)
    assert element is not None
    return element.process_id, element.id
