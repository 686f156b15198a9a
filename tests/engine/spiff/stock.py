"""The library as it is delivered, for the tests that show what we repair."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs.event_definitions import timer
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer import DEFAULT_CONFIG
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState


def parsed(*files: bytes, process_id: str = "p") -> tuple[Any, dict[str, Any]]:
    """Give the spec of a process and of what runs inside it."""
    parser = SpiffBpmnParser()
    for number, data in enumerate(files):
        if b"spec/DMN/" in data:
            parser.add_dmn_str(data)
        else:
            parser.add_bpmn_str(data, f"{number}.bpmn")
    return parser.get_spec(process_id), parser.get_subprocess_specs(process_id)


def instance(spec: Any, inside: dict[str, Any]) -> Any:
    """Give a new instance, of which nothing ran yet."""
    return BpmnWorkflow(spec, inside)


def started(*files: bytes, **variables: Any) -> Any:
    """Start an instance of process p."""
    workflow = instance(*parsed(*files))
    workflow.task_tree.data.update(variables)
    workflow.do_engine_steps()
    return workflow


def message(name: str) -> Any:
    """Give a message as the library sends it."""
    return BpmnEvent(MessageEventDefinition(name), payload={})


def do(workflow: Any, name: str, **variables: Any) -> None:
    """Complete a task."""
    task = workflow.get_next_task(state=TaskState.READY, spec_name=name)
    task.data.update(variables)
    task.run()
    workflow.do_engine_steps()


def ready(workflow: Any) -> list[str]:
    """Give the names of the open tasks of people."""
    found = workflow.get_tasks(state=TaskState.READY, manual=True)
    return sorted(task.task_spec.name for task in found)


def completed(workflow: Any) -> set[str]:
    """Give the names of what was completed."""
    return {task.task_spec.name for task in workflow.get_tasks(state=TaskState.COMPLETED)}


def serializer() -> Any:
    """Give the library's own serializer."""
    return BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))


@contextmanager
def days_later(monkeypatch: pytest.MonkeyPatch, days: int) -> Iterator[None]:
    """Let the library believe that time has passed."""

    class Later(dt.datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return dt.datetime.now(tz) + dt.timedelta(days=days)

    with monkeypatch.context() as patch:
        patch.setattr(timer, "datetime", Later)
        yield
