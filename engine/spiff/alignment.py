"""Which part of other definitions each task of an instance belongs to, and whether it can stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent
from SpiffWorkflow.util.task import TaskState

from engine.spiff.diagram import Element
from engine.spiff.evaluator import drawn, owner_of
from engine.spiff.gateways import EndJoin
from engine.spiff.messages import KEY, RoutedMessage
from engine.spiff.timers import DUE, ClockTimer

#: Process id -> old element id -> new one.
Renames = Mapping[str, Mapping[str, str]]

#: What the library adds to the id of an element in the names of its own.
_SUFFIXES = (".BoundaryEventSplit", ".BoundaryEventJoin", ".EndJoin", " [child]")
_OPEN = TaskState.WAITING | TaskState.READY | TaskState.STARTED


class Alignment:
    """One instance on its old definitions, held against new ones."""

    def __init__(self, top: Any, spec: Any, renames: Renames) -> None:
        """Take an instance and the spec of its process in the new definitions."""
        self.top = top
        self._spec = spec
        self._renames = renames

    def spec_of(self, workflow: Any) -> Any:
        """Give the spec of an instance, or of what runs inside; None when it is gone."""
        owner = owner_of(workflow)
        if owner is None:
            return self._spec
        around = self.spec_of(owner.workflow)
        target = around and around.task_specs.get(
            self.new_name(owner.workflow, owner.task_spec.name)
        )
        return getattr(target, "inside", None)

    def new_name(self, workflow: Any, name: str) -> str:
        """Give what a spec of a workflow is called now."""
        renamed = self._renames.get(workflow.spec.process_id, {})
        for suffix in _SUFFIXES:
            if name.endswith(suffix):
                own = name.removesuffix(suffix)
                return f"{renamed.get(own, own)}{suffix}"
        return renamed.get(name, name)

    def new_place(self, place: tuple[str, str]) -> tuple[str, str]:
        """Give process and name of a spec as they are now."""
        process_id, name = place
        return process_id, self._renames.get(process_id, {}).get(name, name)

    def target(self, task: Any) -> Any:
        """Give the spec a task belongs to now; None when there is none."""
        spec = self.spec_of(task.workflow)
        name = self.new_name(task.workflow, task.task_spec.name)
        return spec.task_specs.get(name) if spec is not None else None

    def keeps(self, task: Any) -> bool:
        """Tell whether a task can be of the spec that has its name now."""
        return type(self.target(task)) is type(task.task_spec)

    def keeps_event(self, task: Any) -> bool:
        """Tell whether an event at the edge of an activity is still there, for the like."""
        now = self.target(task)
        if not isinstance(now, BoundaryEvent) or now.drawn is None:
            return False
        was = drawn(task)
        assert was is not None
        attached = self.new_name(task.workflow, was.attached_to or "")
        return bool(now.drawn.attached_to == attached and now.drawn.event == was.event)

    def hinders(self, task: Any) -> Any:
        """Give why an open task cannot go on as the step drawn now; None when it can."""
        now, was = self.target(task), drawn(task)
        if now is None or was is None:
            return "gone"
        different = _different(was, now.drawn)
        return different if different or self.keeps(task) else "another_kind"

    def is_lost(self, task: Any) -> bool:
        """Tell whether a task goes, with all that hangs off it, because its event is gone.

        So does what the library itself puts beside an event.
        """
        at = task
        while at is not None:
            if self._is_gone(at):
                return True
            at = at.parent
        return False

    def _is_gone(self, task: Any) -> bool:
        if isinstance(task.task_spec, BoundaryEventJoin) and task.has_state(_OPEN):
            return self.target(task) is None
        if not isinstance(task.task_spec, BoundaryEvent) or self.keeps_event(task):
            return False
        return task.state == TaskState.WAITING or _main_is_open(task)

    def broken_paths(self) -> Iterator[Any]:
        """Give the events that are gone while a path they began is open beside their activity."""
        for workflow in (self.top, *self.top.subprocesses.values()):
            for task in workflow.tasks.values():
                is_event = isinstance(task.task_spec, BoundaryEvent)
                has_happened = is_event and task.state != TaskState.WAITING
                if has_happened and self._is_gone(task) and any(map(_is_path, task)):
                    yield task


def has_same_wait(record: Mapping[str, Any], definition: Any) -> bool:
    """Tell whether what was kept of a wait fits what is waited for now."""
    if isinstance(definition, ClockTimer):
        return DUE in record
    return isinstance(definition, RoutedMessage) and KEY in record


def _different(was: Element, now: Element | None) -> str | None:
    if now is None or was.kind != now.kind or _multiplied(was) != _multiplied(now):
        return "another_kind"
    if was.called != now.called:
        return "calls_another"
    if was.event != now.event:
        return "waits_for_another"
    return None


def _multiplied(element: Element) -> bool | None:
    return element.multiple.sequential if element.multiple else None


def _main_is_open(event: Any) -> bool:
    """Tell whether the activity an event is attached to goes on."""
    around = event.parent
    return isinstance(around.task_spec, BoundaryEventSplit) and any(
        child.has_state(_OPEN) and not isinstance(child.task_spec, BoundaryEvent)
        for child in around.children
    )


def _is_path(task: Any) -> bool:
    return task.has_state(_OPEN) and not isinstance(task.task_spec, BoundaryEventJoin | EndJoin)
