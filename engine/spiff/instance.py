"""One running instance as the library keeps it, and how to find what waits in it."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.util.task import TaskState

from engine.spiff.diagram import Element
from engine.spiff.evaluator import drawn
from engine.spiff.gateways import CHOSEN, WAITS, ChoiceOfEvents
from engine.spiff.messages import KEY, RoutedMessage
from engine.spiff.timers import DUE, SINCE, ClockTimer

# The library would put the variables of every task into its log records.
for _name in ("spiff", "spiff.workflow", "spiff.task"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Instance(BpmnWorkflow):
    """An instance whose activities bring the spec of what runs inside them."""

    def __init__(self, spec: Any, **kwargs: Any) -> None:
        """Watch for tasks that are taken out without being cancelled."""
        super().__init__(spec, {}, **kwargs)
        self.task_removed_event.connect(self._forget)

    def _forget(self, workflow: Any, task: Any) -> None:
        """Forget what a removed task waited for, and what ran inside it."""
        self.event_manager.remove_task(task)
        inside = self.subprocesses.pop(task.id, None)
        if inside is not None:
            for each in list(inside.tasks.values()):
                self._forget(inside, each)

    def create_subprocess(self, my_task: Any, spec_name: Any) -> Any:
        """Give a new workflow of the spec an activity holds, owned by its task."""
        workflow = BpmnSubWorkflow(spec_name, parent_task_id=my_task.id, top_workflow=self)
        self.subprocesses[my_task.id] = workflow
        return workflow


@dataclass(frozen=True)
class Wait:
    """One thing that a waiting task waits for; of an event gateway, one of its branches."""

    task: Any
    element: Element
    #: ClockTimer, RoutedMessage or what the library knows.
    definition: Any
    #: Where the moment or the key is kept.
    record: dict[str, Any]
    #: Name of the branch of an event gateway.
    branch: str | None = None

    @property
    def id(self) -> str:
        """Give the address of this wait alone."""
        return str(self.task.id) if self.branch is None else f"{self.task.id}/{self.branch}"

    @property
    def due_at(self) -> dt.datetime | None:
        """Give the moment a timer fires, None for anything else."""
        if not isinstance(self.definition, ClockTimer) or DUE not in self.record:
            return None
        return dt.datetime.fromisoformat(self.record[DUE])

    @property
    def since(self) -> dt.datetime:
        """Give the moment a timer was reached."""
        return dt.datetime.fromisoformat(self.record[SINCE])

    @property
    def key(self) -> str | None:
        """Give the key a message is waited for under."""
        key: str | None = self.record.get(KEY)
        return key

    @property
    def is_message(self) -> bool:
        """Tell whether a message is waited for."""
        return isinstance(self.definition, RoutedMessage)

    def happen(self, **internal: Any) -> None:
        """Let it happen: the task goes on when the instance is settled."""
        if self.branch is None:
            self.task.internal_data.update(internal, event_fired=True)
        else:
            self.task.internal_data.update(internal, **{CHOSEN: self.branch})
        self.task.task_spec._update(self.task)


def workflows(top: Any) -> list[Any]:
    """Give the instance and everything that runs inside it, outer before inner."""
    found = [top]
    for workflow in found:
        found += [each for owner, each in top.subprocesses.items() if owner in workflow.tasks]
    return found


def tasks(top: Any) -> Iterator[Any]:
    """Give every task, outer workflows first, parents before children."""
    for workflow in workflows(top):
        yield from list(workflow.tasks.values())


def tasks_that_are(top: Any, state: int) -> Iterator[Any]:
    """Give the tasks in one state, in the same order; most of a tree is over or to come."""
    for workflow in workflows(top):
        yield from [task for task in workflow.tasks.values() if task._state == state]


def waits(top: Any) -> Iterator[Wait]:
    """Give everything that is waited for, outer workflows first."""
    for task in tasks_that_are(top, TaskState.WAITING):
        yield from waits_of(task)


def waits_of(task: Any) -> Iterator[Wait]:
    """Give what one task waits for: nothing, one thing, or each branch of an event gateway."""
    if task.state != TaskState.WAITING or not isinstance(task.task_spec, CatchingEvent):
        return
    definition = task.task_spec.event_definition
    element = drawn(task)
    if element is None:
        return
    if not isinstance(definition, ChoiceOfEvents):
        yield Wait(task, element, definition, task.internal_data)
        return
    for name, branch in definition.branches.items():
        behind = drawn_behind(task, name)
        record = task.internal_data.get(WAITS, {}).get(name)
        if behind is not None and record is not None:
            yield Wait(task, behind, branch, record, name)


def drawn_behind(task: Any, name: str) -> Element | None:
    """Give the element of an event that stands behind an event gateway."""
    element: Element | None = task.workflow.spec.task_specs[name].drawn
    return element
