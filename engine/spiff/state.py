"""The bytes an instance is kept as: small, without definitions, and in an order that is its own.

Fact F5: the library's format depends on the order of keys, so a ``jsonb`` column loses data
silently. This one is rows, parents first, and bytes to whoever keeps it.
"""

from __future__ import annotations

import json
import uuid
import zlib
from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import EngineError
from engine.spiff.evaluator import Evaluator
from engine.spiff.instance import Instance, workflows
from engine.spiff.merging import changes

#: First byte of a state; another one means another way to read the rest.
FORMAT = b"\x01"
#: What is larger than this was not written by us.
_LARGEST = 20_000_000
_ADDRESSED = TaskState.WAITING | TaskState.READY | TaskState.STARTED
#: What stands in the row of a task, in this order.
ROW = ("spec", "parent", "state", "triggered", "id", "internal", "changed", "gone")


class UnreadableState(EngineError):
    """The state of an instance cannot be read with these definitions."""


def encode(top: Any, process_id: str, ended_with: list[str]) -> bytes:
    """Give the bytes of an instance. It should be pruned first."""
    body = {
        "process": process_id,
        "ended_with": ended_with,
        "workflows": [_workflow_row(each) for each in workflows(top)],
    }
    return packed(body)


def packed(body: Mapping[str, Any]) -> bytes:
    """Give the bytes of what a state says."""
    text = json.dumps(body, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    return FORMAT + zlib.compress(text.encode(), 6)


def decode(
    state: bytes, specs: Mapping[str, Any], evaluator: Evaluator
) -> tuple[Any, str, list[str]]:
    """Give the instance with the evaluator attached, its process id, and how it ended so far.

    Raises UnreadableState.
    """
    body = unpacked(state)
    try:
        process_id = str(body["process"])
        spec = specs.get(process_id)
        if spec is None:
            raise _unknown(f"the process {process_id}")
        first, *inner = body["workflows"]
        top = Instance(spec, script_engine=evaluator, deserializing=True)
        _fill(top, first, top)
        for row in inner:
            _restore_inner(top, row)
        return top, process_id, list(body["ended_with"])
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise UnreadableState(
            f"Expected a state that this version wrote, but it cannot be read ({error!r}). "
            "Restore it from a backup."
        ) from error


def unpacked(state: bytes) -> dict[str, Any]:
    """Give what the bytes of a state say. Raises UnreadableState."""
    if state[:1] != FORMAT:
        raise UnreadableState(
            f"Expected a state of format {FORMAT[0]}, but it begins with {state[:1]!r}. "
            "Load it with the version of the product that wrote it."
        )
    try:
        reader = zlib.decompressobj()
        text = reader.decompress(state[1:], _LARGEST)
        body = json.loads(text)
    except (zlib.error, ValueError) as error:
        raise UnreadableState(
            f"Expected a whole state, but it is damaged ({error}). Restore it from a backup."
        ) from error
    if not isinstance(body, dict):
        raise UnreadableState("Expected a state, but it is something else. Restore it.")
    return body


def _unknown(what: str) -> UnreadableState:
    return UnreadableState(
        f"Expected {what} in the release of this instance, but it is not there. "
        "Load the instance with the release it was started on."
    )


def _workflow_row(workflow: Any) -> dict[str, Any]:
    tasks = list(workflow.tasks.values())
    index = {task.id: number for number, task in enumerate(tasks)}
    names: dict[str, int] = {}
    for task in tasks:
        names.setdefault(task.task_spec.name, len(names))
    row: dict[str, Any] = {
        "names": list(names),
        "tasks": [_task_row(task, index, names) for task in tasks],
    }
    if workflow.data:
        row["data"] = workflow.data
    if workflow.completed:
        row["completed"] = True
    if workflow.parent_task_id is not None:
        row["owner"] = workflow.parent_task_id.hex
    return row


def _task_row(task: Any, index: Mapping[Any, int], names: Mapping[str, int]) -> list[Any]:
    """Give what differs from an ordinary task, without the empty end; order as in ``ROW``."""
    parent = task.parent
    before = {} if parent is None else parent.data
    row = [
        names[task.task_spec.name],
        -1 if parent is None else index[parent.id],
        task.state,
        int(task.triggered),
        task.id.hex if task.has_state(_ADDRESSED) else 0,
        task.internal_data or 0,
        changes(before, task.data) or 0,
        [name for name in before if name not in task.data] or 0,
    ]
    while row[-1] == 0:
        row.pop()
    return row


def _fill(workflow: Any, row: Mapping[str, Any], top: Any) -> None:
    specs = []
    for name in row["names"]:
        if name not in workflow.spec.task_specs:
            raise _unknown(f"the element {name} of {workflow.spec.name}")
        specs.append(workflow.spec.task_specs[name])
    tasks: list[Any] = []
    for short in row["tasks"]:
        values = [*short, *([0] * (len(ROW) - len(short)))]
        task = _task(workflow, specs[values[0]], values, tasks)
        tasks.append(task)
        workflow.tasks[task.id] = task
        if task.state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
            top.event_manager.add_task(task)
    workflow.task_tree = tasks[0]
    workflow.data = row.get("data", {})
    workflow.completed = row.get("completed", False)


def _task(workflow: Any, spec: Any, values: list[Any], before: list[Any]) -> Any:
    _, parent, state, triggered, task_id, internal, changed, gone = values
    task = Task.__new__(Task)
    task.id = uuid.UUID(hex=task_id) if task_id else uuid.uuid4()
    task.workflow = workflow
    task.task_spec = spec
    task._children = []
    task._state = state
    task._parent = None
    task.triggered = bool(triggered)
    task.thread_id = 0
    task.last_state_change = 0.0
    task.internal_data = internal or {}
    task.data = {}
    if parent >= 0:
        above = before[parent]
        above._children.append(task.id)
        task._parent = above.id
        task.data = dict(above.data)
    task.data.update(changed or {})
    for name in gone or ():
        del task.data[name]
    return task


def _restore_inner(top: Any, row: Mapping[str, Any]) -> None:
    owner = top.get_task_from_id(uuid.UUID(hex=row["owner"]))
    workflow = BpmnSubWorkflow(owner.task_spec.inside, owner.id, top, deserializing=True)
    _fill(workflow, row, top)
    top.subprocesses[owner.id] = workflow
    workflow.completed_event.connect(owner.task_spec._on_subworkflow_completed, owner)
