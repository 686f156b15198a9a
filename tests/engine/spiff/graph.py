"""A diagram as a graph of nodes and flows, read from its XML for the reading of the token rules."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_SECONDS = re.compile(r"^PT(\d+)S$")
_CONDITION = re.compile(r"^case\.(\w+) == (\d+)$")
_NODES = (
    *("startEvent", "endEvent", "userTask", "subProcess", "callActivity", "boundaryEvent"),
    *("intermediateCatchEvent", "intermediateThrowEvent", "exclusiveGateway"),
    *("parallelGateway", "inclusiveGateway", "eventBasedGateway"),
)


@dataclass
class Node:
    """One flow node as it is drawn."""

    id: str
    tag: str
    scope: str
    default: str | None
    called: str | None
    attached_to: str | None
    interrupts: bool
    terminates: bool
    timer: dt.timedelta | None
    #: Instances of the activity, and whether they come one after the other.
    count: int
    in_turn: bool
    incoming: list[str] = field(default_factory=list)
    outgoing: list[str] = field(default_factory=list)


class Graph:
    """Everything the files draw; ids are used once in all of them."""

    def __init__(self, files: Sequence[bytes]) -> None:
        self.nodes: dict[str, Node] = {}
        self._targets: dict[str, str] = {}
        self._conditions: dict[str, tuple[str, int]] = {}
        for data in files:
            root = etree.fromstring(data)
            for tag in _NODES:
                for element in root.iter(_BPMN + tag):
                    self.nodes[element.get("id") or ""] = _node(tag, element)
        for data in files:
            for flow in etree.fromstring(data).iter(f"{_BPMN}sequenceFlow"):
                self._add_flow(flow)

    def _add_flow(self, flow: etree._Element) -> None:
        id_ = flow.get("id") or ""
        self._targets[id_] = flow.get("targetRef") or ""
        self.nodes[flow.get("sourceRef") or ""].outgoing.append(id_)
        self.nodes[self._targets[id_]].incoming.append(id_)
        text = flow.findtext(f"{_BPMN}conditionExpression")
        if text:
            found = _CONDITION.match(text)
            assert found, text
            self._conditions[id_] = found[1], int(found[2])

    def target(self, flow: str) -> Node:
        return self.nodes[self._targets[flow]]

    def holds(self, flow: str, facts: Mapping[str, int]) -> bool:
        if flow not in self._conditions:
            return True
        name, value = self._conditions[flow]
        return facts[name] == value

    def start_of(self, scope: str) -> Node:
        (start,) = (n for n in self.nodes.values() if n.tag == "startEvent" and n.scope == scope)
        return start

    def at_edge_of(self, node: Node) -> list[Node]:
        return [each for each in self.nodes.values() if each.attached_to == node.id]

    def flows_from(self, id_: str, *, without: str) -> set[str]:
        """Give the flows that a token in a node can come to without passing another node."""
        found: set[str] = set()
        stack = [id_]
        while stack:
            node = self.nodes[stack.pop()]
            if node.id == without:
                continue
            fresh = set(node.outgoing) - found
            found |= fresh
            stack += [self._targets[flow] for flow in fresh]
            stack += [edge.id for edge in self.at_edge_of(node) if not found >= set(edge.outgoing)]
        return found


def _node(tag: str, element: etree._Element) -> Node:
    parent = element.getparent()
    several = element.find(f"{_BPMN}multiInstanceLoopCharacteristics")
    duration = element.findtext(f"{_BPMN}timerEventDefinition/{_BPMN}timeDuration") or ""
    seconds = _SECONDS.match(duration)
    return Node(
        id=element.get("id") or "",
        tag=tag,
        scope="" if parent is None else parent.get("id") or "",
        default=element.get("default"),
        called=element.get("calledElement"),
        attached_to=element.get("attachedToRef"),
        interrupts=element.get("cancelActivity") != "false",
        terminates=element.find(f"{_BPMN}terminateEventDefinition") is not None,
        timer=dt.timedelta(seconds=int(seconds[1])) if seconds else None,
        count=1 if several is None else int(several.findtext(f"{_BPMN}loopCardinality") or 1),
        in_turn=several is not None and several.get("isSequential") == "true",
    )
