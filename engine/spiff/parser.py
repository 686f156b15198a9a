"""Builds the library's specs from checked documents, with our classes in place of its own."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import full_tag
from SpiffWorkflow.bpmn.parser.event_parsers import EventBasedGatewayParser
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser
from SpiffWorkflow.bpmn.specs import defaults as bpmn_specs
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import CallActivity, SubWorkflowTask
from SpiffWorkflow.spiff.parser import event_parsers, task_spec
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser, SpiffProcessParser
from SpiffWorkflow.spiff.specs import defaults as spiff_specs

from engine.spiff.activities import (
    CalledProcess,
    DecisionTask,
    EachAtOnce,
    EachInTurn,
    EmbeddedSubprocess,
    OperationTask,
)
from engine.spiff.decisions import DecisionTable
from engine.spiff.diagram import Diagram
from engine.spiff.documents import SPIFF, local_name, namespace
from engine.spiff.extensions import READ_EXTENSIONS
from engine.spiff.gateways import ChoiceOfEvents, EndJoin, EventChoice, InclusiveJoin, ParallelJoin
from engine.spiff.messages import RoutedMessage
from engine.spiff.reader import DrawnProcess, child, text_of
from engine.spiff.timers import ClockTimer

#: Extension elements that the library may see: it has no use for properties.
_UNDERSTOOD = tuple(name for name in READ_EXTENSIONS if name not in ("properties", "property"))


class ProcessSpec(BpmnProcessSpec):
    """A process or subprocess whose end joins by what each token changed."""

    def __init__(self, **kwargs: Any) -> None:
        """Put our end in the place of the library's."""
        super().__init__(**kwargs)
        #: Process id of the diagram it is drawn in.
        self.process_id = self.name
        name = f"{self.name}.EndJoin"
        after = self.task_specs["End"]
        after.inputs = []
        del self.task_specs[name]
        self.end: Any = EndJoin(self, name)
        self.end.connect(after)


class _ProcessParser(SpiffProcessParser):
    def create_spec(self) -> ProcessSpec:
        return ProcessSpec(name=self.bpmn_id, description=self.get_name(), filename=self.filename)

    def add_tasks(self) -> None:
        """Parse from each start event; which one begins is chosen when an instance starts."""
        for node in self.xpath("./bpmn:startEvent"):
            self.parse_node(node)


class _OurInstances:
    PARALLEL_MI_CLASS = EachAtOnce
    SEQUENTIAL_MI_CLASS = EachInTurn


class _OurEvents(_OurInstances):
    node: Any

    def parse_message_event(self, message_event: Any) -> RoutedMessage:
        name = message_event.get("messageRef") or ""
        for message in self.doc_xpath(".//bpmn:message"):  # type: ignore[attr-defined]  # of the library's half of the class
            if message.get("id") == name:
                name = message.get("name") or name
                break
        return RoutedMessage(name)

    def parse_timer_event(self, event: Any) -> ClockTimer:
        when = child(event, "timeDate")
        if when is None:
            when = child(event, "timeDuration")
        return ClockTimer(self.node.get("id"), text_of(when) or "")


class _Start(_OurEvents, event_parsers.SpiffStartEventParser):
    pass


class _End(_OurEvents, event_parsers.SpiffEndEventParser):
    pass


class _Catch(_OurEvents, event_parsers.SpiffIntermediateCatchEventParser):
    pass


class _Throw(_OurEvents, event_parsers.SpiffIntermediateThrowEventParser):
    pass


class _Boundary(_OurEvents, event_parsers.SpiffBoundaryEventParser):
    pass


class _Send(_OurEvents, event_parsers.SpiffSendTaskParser):
    pass


class _Receive(_OurEvents, event_parsers.SpiffReceiveTaskParser):
    pass


class _Task(_OurInstances, task_spec.SpiffTaskParser):
    pass


class _UserTask(_OurInstances, task_spec.UserTaskParser):
    pass


class _Script(_OurInstances, task_spec.ScriptTaskParser):
    pass


class _Service(_OurInstances, task_spec.ServiceTaskParser):
    pass


class _Subprocess(_OurInstances, task_spec.SubWorkflowParser):
    pass


class _Call(_OurInstances, task_spec.CallActivityParser):
    pass


class _Rule(_OurInstances, task_spec.BusinessRuleTaskParser):
    def create_task(self) -> DecisionTask:
        """Make the task and give it the table it names."""
        task = DecisionTask(self.spec, self.bpmn_id, dmnEngine=None, **self.bpmn_attributes)
        extensions = self.parse_extensions()
        task.prescript = extensions.get("preScript")
        task.postscript = extensions.get("postScript")
        name = (extensions.get("calledDecisionId") or "").strip()
        task.table = self.process_parser.parser.tables[name]
        return task


class _Choice(EventBasedGatewayParser):
    def create_task(self) -> Any:
        return self._create_task(ChoiceOfEvents())


class _Parser(SpiffBpmnParser):
    PROCESS_PARSER_CLASS = _ProcessParser
    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012  # the library's way to be extended
        full_tag("startEvent"): (_Start, bpmn_specs.StartEvent),
        full_tag("endEvent"): (_End, bpmn_specs.EndEvent),
        full_tag("intermediateCatchEvent"): (_Catch, bpmn_specs.IntermediateCatchEvent),
        full_tag("intermediateThrowEvent"): (_Throw, bpmn_specs.IntermediateThrowEvent),
        full_tag("boundaryEvent"): (_Boundary, bpmn_specs.BoundaryEvent),
        full_tag("task"): (_Task, spiff_specs.NoneTask),
        full_tag("manualTask"): (_Task, spiff_specs.ManualTask),
        full_tag("userTask"): (_UserTask, spiff_specs.UserTask),
        full_tag("scriptTask"): (_Script, spiff_specs.ScriptTask),
        full_tag("serviceTask"): (_Service, OperationTask),
        full_tag("sendTask"): (_Send, spiff_specs.SendTask),
        full_tag("receiveTask"): (_Receive, spiff_specs.ReceiveTask),
        full_tag("businessRuleTask"): (_Rule, DecisionTask),
        full_tag("subProcess"): (_Subprocess, EmbeddedSubprocess),
        full_tag("callActivity"): (_Call, CalledProcess),
        full_tag("exclusiveGateway"): (ConditionalGatewayParser, bpmn_specs.ExclusiveGateway),
        full_tag("parallelGateway"): (GatewayParser, ParallelJoin),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, InclusiveJoin),
        full_tag("eventBasedGateway"): (_Choice, EventChoice),
    }

    def __init__(self, tables: Mapping[str, DecisionTable]) -> None:
        super().__init__()
        self.tables = tables


def build_specs(
    processes: list[DrawnProcess], tables: Mapping[str, DecisionTable]
) -> dict[str, ProcessSpec]:
    """Build the spec of each process, with everything that runs inside it attached.

    The documents must have passed the engine profile. Raises what the library raises.
    """
    specs: dict[str, ProcessSpec] = {}
    nested: dict[str, dict[str, ProcessSpec]] = {}
    for process in processes:
        parser = _Parser(tables)
        parser.add_bpmn_xml(_copy(process), process.document.file)
        spec = specs[process.id] = parser.get_spec(process.id)
        nested[process.id] = _embedded(parser, spec)
        for each in (spec, *nested[process.id].values()):
            _finish(each, process.diagram)
    for process_id, spec in specs.items():
        for each in (spec, *nested[process_id].values()):
            _attach(each, nested[process_id], specs)
    return specs


def _embedded(parser: _Parser, spec: ProcessSpec) -> dict[str, ProcessSpec]:
    """Give the specs of the subprocesses drawn inside, at any depth, by id."""
    found: dict[str, ProcessSpec] = {}
    for task in list(spec.task_specs.values()):
        if isinstance(task, SubWorkflowTask) and not isinstance(task, CallActivity):
            inner = found[task.spec] = parser.get_spec(task.spec)
            found.update(_embedded(parser, inner))
    return found


def _copy(process: DrawnProcess) -> etree._Element:
    """Give a tree the library may keep: one process, and of our extensions what it understands."""
    root = deepcopy(process.document.root)
    for other in root.findall(full_tag("process")):
        if other.get("id") != process.id:
            root.remove(other)
    for extensions in root.iter(full_tag("extensionElements")):
        for node in list(extensions):
            if namespace(node) != SPIFF or local_name(node) not in _UNDERSTOOD:
                extensions.remove(node)
    for parameter in root.iter(f"{{{SPIFF}}}parameter"):
        parameter.set("type", parameter.get("type") or "any")
    return root


def _finish(spec: ProcessSpec, diagram: Diagram) -> None:
    """Tie each spec to its drawn element, and instances to the activity that counts them."""
    spec.process_id = diagram.process_id
    for task in spec.task_specs.values():
        task.drawn = diagram.elements.get(task.bpmn_id) if task.bpmn_id else None
    for task in list(spec.task_specs.values()):
        if isinstance(task, LoopTask):
            instance = spec.task_specs[task.task_spec]
            instance.completed_event.connect(task.merge_child)


def _attach(
    spec: ProcessSpec, nested: dict[str, ProcessSpec], specs: dict[str, ProcessSpec]
) -> None:
    for task in spec.task_specs.values():
        if isinstance(task, SubWorkflowTask):
            task.inside = (specs if isinstance(task, CallActivity) else nested)[task.spec]
