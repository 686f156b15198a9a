"""Activities that do something of ours: operations, decisions, called processes, one an item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.spiff.specs.defaults import (
    BusinessRuleTask,
    CallActivity,
    ParallelMultiInstanceTask,
    SequentialMultiInstanceTask,
    ServiceTask,
    SubWorkflowTask,
)
from SpiffWorkflow.spiff.specs.spiff_task import SpiffBpmnTask
from SpiffWorkflow.util.task import TaskState

from engine.errors import ElementFailed
from engine.spiff.decisions import DecisionTable, decide
from engine.spiff.evaluator import Evaluator, HalfDone, drawn
from engine.spiff.merging import changes

#: Tasks that one multi-instance activity may open.
MOST_INSTANCES = 200
#: Where a multi-instance activity keeps the ids of the instances that are done.
MERGED = "merged"


class OperationTask(ServiceTask):
    """A service task that calls an operation of the host and keeps its result if it is named."""

    def _execute(self, task: Any) -> bool:
        evaluator: Evaluator = task.workflow.script_engine
        element = drawn(task)
        assert element is not None
        result = evaluator.call(task, self.operation_name, element.parameters)
        if element.result:
            try:
                task.data[element.result] = evaluator.plain(task, element.result, result)
            except ElementFailed as failure:
                raise HalfDone(failure.process_id, failure.element_id, failure.reason) from failure
        return True


class DecisionTask(BusinessRuleTask):
    """A business rule task that asks one of our decision tables."""

    #: Set when the diagrams are parsed.
    table: DecisionTable

    def _run_hook(self, my_task: Any) -> bool:
        evaluator: Evaluator = my_task.workflow.script_engine

        def value(text: str, extra: dict[str, Any] | None) -> Any:
            return evaluator.evaluate(my_task, text, extra)

        try:
            outcome = decide(self.table, value)
        except ValueError as error:
            evaluator.fail(my_task, str(error))
        for name, result in outcome.items():
            my_task.data[name] = evaluator.plain(my_task, name, result)
        return True


class _Nested:
    """The part of an activity that runs a process of its own inside."""

    #: Spec of what runs inside; set when the diagrams are parsed.
    inside: Any

    def start_workflow(self, my_task: Any) -> None:
        """Start what is inside at its none start event, with a copy of the variables."""
        top = my_task.workflow.top_workflow
        workflow = top.create_subprocess(my_task, self.inside)
        workflow.completed_event.connect(self._on_subworkflow_completed, my_task)  # type: ignore[attr-defined]  # of the library's half of the class
        begin(workflow, none_start(self.inside), my_task.data)


class EmbeddedSubprocess(_Nested, SubWorkflowTask):
    """An embedded subprocess."""


class CalledProcess(_Nested, CallActivity):
    """A call activity."""


class _EachItem(LoopTask, SpiffBpmnTask):
    """One instance an item; of each instance only what it changed is kept (fact F3)."""

    sequential = False

    def _update_hook(self, my_task: Any) -> bool:
        SpiffBpmnTask._update_hook(self, my_task)
        items = list(self._items(my_task))
        my_task.internal_data.update({MERGED: [], "items": items, "next": 0})
        if self._item_name is not None:
            my_task.data.pop(self._item_name, None)
        if not items:
            return True
        # First of all: a task that was only predicted so far may have no instances.
        my_task._set_state(TaskState.STARTED)
        for _ in items[:1] if self.sequential else items:
            self._add_instance(my_task)
        return False

    @property
    def _item_name(self) -> str | None:
        return self.input_item.bpmn_id if self.input_item is not None else None

    def _items(self, my_task: Any) -> Iterator[Any]:
        evaluator: Evaluator = my_task.workflow.script_engine
        if self.data_input is not None:
            items = evaluator.evaluate(my_task, self.data_input.bpmn_id)
            expected = f"a list in {self.data_input.bpmn_id}"
        else:
            count = evaluator.evaluate(my_task, self.cardinality)
            items = list(range(min(count, MOST_INSTANCES + 1))) if _is_count(count) else None
            expected = f"{self.cardinality} to give a number"
        if not isinstance(items, list) or len(items) > MOST_INSTANCES:
            evaluator.fail(
                my_task,
                f"Expected {expected}, at most {MOST_INSTANCES} of them, but it is otherwise. "
                "Set it before this element.",
            )
        return iter(items)

    def _add_instance(self, my_task: Any) -> None:
        index = my_task.internal_data["next"]
        my_task.internal_data["next"] = index + 1
        spec = my_task.workflow.spec.task_specs[self.task_spec]
        instance = my_task._add_child(spec, TaskState.WAITING)
        instance.triggered = True
        instance.internal_data["key_or_index"] = index
        if self._item_name is not None:
            instance.data[self._item_name] = my_task.internal_data["items"][index]
        spec._update(instance)

    def merge_child(self, workflow: Any, child: Any) -> None:
        """Keep what an instance changed and go on when it was the last, or the condition holds."""
        my_task = child.parent
        changed = changes(my_task.parent.data, child.data)
        if self._item_name is not None:
            changed.pop(self._item_name, None)
        if self.data_output is not None and self.output_item is not None:
            changed.pop(self.output_item.bpmn_id, None)
            self._collect(my_task, child)
        my_task.data.update(changed)
        my_task.internal_data[MERGED].append(str(child.id))
        if self._is_over(my_task, child):
            for instance in self._instances(my_task):
                instance.cancel()
            my_task._set_state(TaskState.READY)
        elif self.sequential:
            self._add_instance(my_task)

    def _collect(self, my_task: Any, child: Any) -> None:
        collected = my_task.internal_data.setdefault("collected", {})
        index = child.internal_data["key_or_index"]
        collected[str(index)] = child.data.get(self.output_item.bpmn_id)
        my_task.data[self.data_output.bpmn_id] = [
            value for _, value in sorted(collected.items(), key=lambda pair: int(pair[0]))
        ]

    def _is_over(self, my_task: Any, child: Any) -> bool:
        if len(my_task.internal_data[MERGED]) >= len(my_task.internal_data["items"]):
            return True
        evaluator: Evaluator = my_task.workflow.script_engine
        return self.condition is not None and bool(evaluator.evaluate(child, self.condition))

    def _run_hook(self, my_task: Any) -> bool:
        """Give a variable that an item's name hid its old value back."""
        before = my_task.parent.data
        if self._item_name in before:
            my_task.data[self._item_name] = before[self._item_name]
        return True


class EachAtOnce(_EachItem, ParallelMultiInstanceTask):
    """Multi-instance, all at the same time."""


class EachInTurn(_EachItem, SequentialMultiInstanceTask):
    """Multi-instance, one after the other."""

    sequential = True


def none_start(spec: Any) -> str:
    """Give the name of the start event that a call enters by."""
    for start in spec.bpmn_start_events:
        if start.drawn is not None and start.drawn.event == "none":
            return str(start.name)
    return str(spec.bpmn_start_events[0].name)


def begin(workflow: Any, start: str, variables: dict[str, Any], *, fired: bool = False) -> None:
    """Run the root of a workflow with one start event; the others are dropped.

    fired: the event of that start has happened.
    """
    root = workflow.task_tree
    for child in root.children:
        if child.task_spec.name != start:
            workflow._remove_task(child.id)
        elif fired:
            child.internal_data["event_fired"] = True
    root.data.update(variables)
    root.run()


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
