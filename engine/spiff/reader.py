"""Reads what is drawn from BPMN XML into diagrams, without judging it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from engine.spiff.diagram import Diagram, Element, Flow, Lane, Multiple
from engine.spiff.documents import BPMN, SPIFF, Document, line_of, local_name, namespace

KINDS = {
    "userTask": "user_task",
    "manualTask": "manual_task",
    "task": "task",
    "scriptTask": "script_task",
    "serviceTask": "service_task",
    "businessRuleTask": "business_rule_task",
    "sendTask": "send_task",
    "receiveTask": "receive_task",
    "callActivity": "call_activity",
    "subProcess": "subprocess",
    "transaction": "transaction",
    "adHocSubProcess": "ad_hoc_subprocess",
    "exclusiveGateway": "exclusive_gateway",
    "inclusiveGateway": "inclusive_gateway",
    "parallelGateway": "parallel_gateway",
    "eventBasedGateway": "event_gateway",
    "complexGateway": "complex_gateway",
    "startEvent": "start_event",
    "endEvent": "end_event",
    "intermediateCatchEvent": "catch_event",
    "intermediateThrowEvent": "throw_event",
    "boundaryEvent": "boundary_event",
    "choreographyTask": "choreography_task",
    "subChoreography": "choreography_task",
    "callChoreography": "choreography_task",
}
SCOPES = ("subProcess", "transaction", "adHocSubProcess")
_EVENT = "EventDefinition"
_XML_TRUE = ("true", "1")


@dataclass(frozen=True)
class DrawnNode:
    """A flow node as it stands in the file, with the scope (process or subprocess) around it."""

    node: etree._Element
    kind: str
    scope: etree._Element

    @property
    def id(self) -> str:
        """Give its id, "" if it has none."""
        return self.node.get("id") or ""

    @cached_property
    def events(self) -> list[etree._Element]:
        """Give its event definitions, in the order they are written."""
        return [child for child in self.node if local_name(child).endswith(_EVENT)]


@dataclass(frozen=True)
class DrawnProcess:
    """One process as it stands in the file."""

    document: Document
    node: etree._Element

    @property
    def id(self) -> str:
        """Give its id, "" if it has none."""
        return self.node.get("id") or ""

    @cached_property
    def nodes(self) -> list[DrawnNode]:
        """Give every flow node, those of nested scopes included."""
        return list(_nodes(self.node))

    @cached_property
    def flows(self) -> list[etree._Element]:
        """Give every sequence flow, those of nested scopes included."""
        return list(self.node.iter(bpmn("sequenceFlow")))

    @cached_property
    def diagram(self) -> Diagram:
        """Give what is drawn as values; of two elements with one id the first counts."""
        return _Reader(self).diagram()


def bpmn(tag: str) -> str:
    """Give the full name of a BPMN tag."""
    return f"{{{BPMN}}}{tag}"


def processes(document: Document) -> list[DrawnProcess]:
    """Give the processes of a file in the order they are written."""
    return [DrawnProcess(document, node) for node in document.root.iter(bpmn("process"))]


def declared(document: Document, tag: str) -> dict[str, etree._Element]:
    """Give the messages, errors, escalations or signals that a file declares, by id."""
    found: dict[str, etree._Element] = {}
    for node in document.root.iter(bpmn(tag)):
        found.setdefault(node.get("id") or "", node)
    return found


def text_of(node: etree._Element | None) -> str | None:
    """Give the text of a node without the space around it, None if there is none."""
    if node is None or node.text is None:
        return None
    return node.text.strip() or None


def child(node: etree._Element, *path: str) -> etree._Element | None:
    """Give the first child of that BPMN name, or the first at the end of a path of names."""
    at: etree._Element | None = node
    for tag in path:
        at = None if at is None else at.find(bpmn(tag))
    return at


def extension(node: etree._Element, tag: str) -> etree._Element | None:
    """Give an extension element of ours on a node."""
    extensions = child(node, "extensionElements")
    return None if extensions is None else extensions.find(f"{{{SPIFF}}}{tag}")


def properties(node: etree._Element) -> dict[str, str]:
    """Give the properties of a node as they are written."""
    holder = extension(node, "properties")
    if holder is None:
        return {}
    pairs = ((part.get("name"), part.get("value")) for part in holder.iter(_spiff("property")))
    return {name: value or "" for name, value in pairs if name}


def _spiff(tag: str) -> str:
    return f"{{{SPIFF}}}{tag}"


def _nodes(scope: etree._Element) -> Iterator[DrawnNode]:
    for node in scope:
        kind = KINDS.get(local_name(node)) if namespace(node) == BPMN else None
        if kind is None:
            continue
        if kind == "subprocess" and node.get("triggeredByEvent") in _XML_TRUE:
            kind = "event_subprocess"
        yield DrawnNode(node, kind, scope)
        if local_name(node) in SCOPES:
            yield from _nodes(node)


class _Reader:
    """Builds the diagram of one process."""

    def __init__(self, drawn: DrawnProcess) -> None:
        self.drawn = drawn
        document = drawn.document
        self.messages = declared(document, "message")
        self.codes = {
            "errorRef": (declared(document, "error"), "errorCode"),
            "escalationRef": (declared(document, "escalation"), "escalationCode"),
            "signalRef": (declared(document, "signal"), "name"),
        }
        self.lanes = tuple(self._lanes())
        self.lane_of = {id_: lane for lane in self.lanes for id_ in lane.elements}

    def diagram(self) -> Diagram:
        node = self.drawn.node
        elements: dict[str, Element] = {}
        for drawn in self.drawn.nodes:
            elements.setdefault(drawn.id, self._element(drawn, elements))
        return Diagram(
            process_id=self.drawn.id,
            name=node.get("name") or self.drawn.id,
            documentation=text_of(child(node, "documentation")) or "",
            file=self.drawn.document.file,
            elements=elements,
            flows=tuple(self._flows()),
            lanes=self.lanes,
            start_messages={
                element.message: element.id
                for element in elements.values()
                if element.kind == "start_event" and not element.parent and element.message
            },
            xml=self.drawn.document.data,
        )

    def _lanes(self) -> Iterator[Lane]:
        """Give outer lanes before inner ones, so that the innermost counts."""
        for node in self.drawn.node.iter(bpmn("lane")):
            yield Lane(
                id=node.get("id") or "",
                name=node.get("name") or "",
                held_by=properties(node).get("held_by"),
                elements=tuple(text_of(ref) or "" for ref in node.findall(bpmn("flowNodeRef"))),
            )

    def _flows(self) -> Iterator[Flow]:
        defaults = {drawn.node.get("default") for drawn in self.drawn.nodes} - {None}
        for node in self.drawn.flows:
            yield Flow(
                id=node.get("id") or "",
                source=node.get("sourceRef") or "",
                target=node.get("targetRef") or "",
                name=node.get("name") or "",
                condition=text_of(child(node, "conditionExpression")),
                is_default=node.get("id") in defaults,
                line=line_of(node),
            )

    def _element(self, drawn: DrawnNode, elements: dict[str, Element]) -> Element:
        node = drawn.node
        parent = None if drawn.scope is self.drawn.node else drawn.scope.get("id")
        lane = self._lane(drawn, parent, elements)
        operator = extension(node, "serviceTaskOperator")
        return Element(
            id=drawn.id,
            kind=drawn.kind,
            process_id=self.drawn.id,
            name=node.get("name") or "",
            documentation=text_of(child(node, "documentation")) or "",
            lane=lane.name if lane else None,
            held_by=properties(node).get("held_by") or (lane.held_by if lane else None),
            properties=properties(node),
            parent=parent,
            attached_to=node.get("attachedToRef"),
            interrupting=(node.get("cancelActivity") or "true") in _XML_TRUE,
            event=self._event(drawn),
            message=self._message(drawn),
            timer=self._timer(drawn),
            code=self._code(drawn),
            condition=self._condition(drawn),
            called=node.get("calledElement"),
            operation=None if operator is None else operator.get("id"),
            parameters={} if operator is None else _parameters(operator),
            result=None if operator is None else operator.get("resultVariable") or None,
            decision=text_of(extension(node, "calledDecisionId")),
            multiple=_multiple(node),
            script=text_of(child(node, "script")),
            default=node.get("default"),
            line=line_of(node),
        )

    def _lane(
        self, drawn: DrawnNode, parent: str | None, elements: dict[str, Element]
    ) -> Lane | None:
        lane = self.lane_of.get(drawn.id) or self.lane_of.get(drawn.node.get("attachedToRef") or "")
        # A modeler may drop a task of a subprocess from its lane; guessing whose it is then would
        # hand it to somebody else without a word, so the gate asks instead.
        if lane is None and parent in elements and drawn.kind != "user_task":
            around = elements[parent]
            return Lane("", around.lane, around.held_by) if around.lane is not None else None
        return lane

    def _event(self, drawn: DrawnNode) -> str:
        if drawn.kind in ("send_task", "receive_task"):
            return "message"
        if not drawn.events:
            return "none"
        if len(drawn.events) > 1:
            return "several"
        return local_name(drawn.events[0]).removesuffix(_EVENT)

    def _message(self, drawn: DrawnNode) -> str | None:
        for node in (drawn.node, *drawn.events):
            declaration = self.messages.get(node.get("messageRef") or "")
            if declaration is not None:
                return declaration.get("name") or declaration.get("id")
        return None

    def _timer(self, drawn: DrawnNode) -> str | None:
        for node in drawn.events:
            if local_name(node) == "timerEventDefinition":
                for tag in ("timeDate", "timeDuration"):
                    if child(node, tag) is not None:
                        return text_of(child(node, tag))
        return None

    def _code(self, drawn: DrawnNode) -> str | None:
        for node in drawn.events:
            for attribute, (declarations, name) in self.codes.items():
                declaration = declarations.get(node.get(attribute) or "")
                if declaration is not None:
                    return declaration.get(name)
        return None

    def _condition(self, drawn: DrawnNode) -> str | None:
        for node in drawn.events:
            if local_name(node) == "conditionalEventDefinition":
                return text_of(child(node, "condition"))
        return None


def _parameters(operator: etree._Element) -> dict[str, str]:
    return {
        part.get("id") or "": part.get("value") or "" for part in operator.iter(_spiff("parameter"))
    }


def _multiple(node: etree._Element) -> Multiple | None:
    loop = child(node, "multiInstanceLoopCharacteristics")
    if loop is None:
        return None
    item = child(loop, "inputDataItem")
    return Multiple(
        sequential=loop.get("isSequential") in _XML_TRUE,
        cardinality=text_of(child(loop, "loopCardinality")),
        collection=text_of(child(loop, "loopDataInputRef")),
        item=None if item is None else item.get("id"),
        until=text_of(child(loop, "completionCondition")),
    )
