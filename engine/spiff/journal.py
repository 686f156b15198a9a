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
from engine.spiff.instance import tasks

_OPEN = TaskState.WAITING | TaskState.READY | TaskState.STARTED
_QUIET_WHILE_WAITING = ("boundary_event", "start_event")


class Journal:
    """Compares an instance with what it was before each step.

    A join is entered when it goes on, a boundary or start event when it happened. Of an activity
    with several instances each instance is told, and itself only if it has none.
    """

    def __init__(self, top: Any) -> None:
        """Take everything that is there as told already."""
        self.happened: list[Happened] = []
        self._open: dict[Any, tuple[str, str]] = {}
        self._done: set[Any] = set()
        self.observe(top)
        self.happened.clear()

    def observe(self, top: Any) -> None:
        """Tell what changed: what was left, what was cancelled, what came and went, what is new."""
        seen: dict[Any, Any] = {task.id: task for task in _told(top)}
        over = [task for id_, task in seen.items() if id_ in self._open and not _is_open(task)]
        left = [task.id for task in over if task.state == TaskState.COMPLETED]
        cancelled = [task.id for task in over if task.state != TaskState.COMPLETED]
        self._end(left, "left")
        self._end(cancelled, "cancelled")
        self._end(sorted(self._open.keys() - seen.keys(), key=str), "cancelled")
        for task_id, task in seen.items():
            if task.state == TaskState.COMPLETED and task_id not in self._done:
                self._done.add(task_id)
                self._tell(*_place(task), "entered", task_id)
                self._tell(*_place(task), "left", task_id)
        for task_id, task in seen.items():
            if task_id not in self._open and task_id not in self._done and _is_open(task):
                self._open[task_id] = _place(task)
                self._tell(*_place(task), "entered", task_id)

    def _end(self, task_ids: list[Any], what: Literal["left", "cancelled"]) -> None:
        for task_id in task_ids:
            self._done.add(task_id)
            self._tell(*self._open.pop(task_id), what, task_id)

    def _tell(self, process_id: str, element_id: str, what: Any, task_id: Any) -> None:
        self.happened.append(Happened(process_id, element_id, what, str(task_id)))


def open_tasks(top: Any) -> Iterator[Any]:
    """Give the tasks at which an instance is now, outer before inner."""
    return (task for task in _told(top) if _is_open(task))


def _told(top: Any) -> Iterator[Any]:
    for task in tasks(top):
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
