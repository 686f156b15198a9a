"""The other side: SpiffWorkflow as its own examples use it, with everything in one JSON text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any

from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.serializer import DEFAULT_CONFIG
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState

from bench.arrangement import DRAWN, FILES, MEASURED, REVIEW, TAKEN_OVER, VARIABLES, Constant
from engine.spiff.evaluator import Evaluator


class SameEvaluator(Evaluator):
    """Our script engine for the library's own elements, which want dates as text."""

    def evaluate(
        self, task: Any, expression: str, external_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Give the same value; a moment as the library reads it."""
        value = super().evaluate(task, expression, external_context)
        return value.isoformat() if isinstance(value, dt.datetime) else value

    def call_service(self, task: Any, **_what: Any) -> str:
        """Do nothing, as the operations of the other side do."""
        return "null"


@cache
def _serializer() -> BpmnWorkflowSerializer:
    return BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))


@cache
def _specs() -> tuple[Any, Any]:
    parser = SpiffBpmnParser()
    for name in DRAWN:
        data = (FILES / name).read_bytes()
        if name.endswith(".dmn"):
            parser.add_dmn_str(data)
        else:
            parser.add_bpmn_str(data, name)
    return parser.get_spec("arrangement"), parser.get_subprocess_specs("arrangement")


def naive(reviews: int, note: str = "") -> str:
    """Give the library's JSON of an arrangement after so many reviews, its next just opened.

    note: a text kept among the variables, as a product without tables of its own would.
    """
    workflow = BpmnWorkflow(*_specs(), script_engine=SameEvaluator(Constant()))
    workflow.task_tree.data.update(VARIABLES, **({"note": note} if note else {}))
    _settle(workflow)
    workflow.send_event(BpmnEvent(MessageEventDefinition(TAKEN_OVER), payload={}))
    _settle(workflow)
    for _ in range(reviews):
        for name, answers in REVIEW:
            _complete(workflow, name, answers)
    workflow.get_events()
    return str(_serializer().serialize_json(workflow))


def naive_cycle(state: str) -> str:
    """Restore, complete one task, run to the next wait, say what waits, save."""
    workflow = _serializer().deserialize_json(state)
    workflow.script_engine = SameEvaluator(Constant())
    _complete(workflow, MEASURED, {})
    workflow.get_events()
    assert workflow.get_tasks(state=TaskState.READY, manual=True), "nobody has a task any more"
    assert workflow.waiting_events(), "no date is waited for any more"
    return str(_serializer().serialize_json(workflow))


def _complete(workflow: Any, name: str, answers: Mapping[str, Any]) -> None:
    workflow.script_engine.begin()
    task = workflow.get_next_task(state=TaskState.READY, spec_name=name)
    task.data.update(answers)
    task.run()
    _settle(workflow)


def _settle(workflow: Any) -> None:
    """Run until nothing moves: a timer that was due makes a task ready, which has to run."""
    workflow.do_engine_steps()
    while any(not task.task_spec.manual for task in workflow.get_tasks(state=TaskState.READY)):
        workflow.do_engine_steps()
