"""The elements a diagram file is made of, each with everything the file says about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from engine.differences.facts import Facts, facts_of
from engine.differences.places import places_of
from engine.spiff import BPMN, KIND_OF_TAG, KINDS, Document, local_name, namespace

#: Tags that stand for themselves in a comparison, beside the flow nodes.
_APART = {
    "process": "Process",
    "participant": "Pool",
    "lane": "Lane",
    "sequenceFlow": "Flow",
    "messageFlow": "Message flow",
    "association": "Link to a note",
    "textAnnotation": "Note",
    "group": "Group",
    "dataObject": "Data object",
    "dataObjectReference": "Data object in the drawing",
    "dataStore": "Data store",
    "dataStoreReference": "Data store in the drawing",
    "message": "Message",
    "signal": "Signal",
    "error": "Error",
    "escalation": "Escalation",
    "property": "Variable of the process",
}
#: What flows and lanes say better; editors write it again by themselves.
_SAID_ELSEWHERE = ("incoming", "outgoing", "flowNodeRef")
_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_MORE_KINDS = {
    "task": "Task of no kind",
    "script_task": "Script",
    "send_task": "Message sent",
    "receive_task": "Wait for a message",
    "inclusive_gateway": "Question with several answers",
    "parallel_gateway": "Everything at once",
    "complex_gateway": "Gateway of another kind",
    "transaction": "Transaction",
    "ad_hoc_subprocess": "Phase without order",
    "choreography_task": "Choreography",
}
#: Key of what belongs to no element but to the whole file.
FILE = "(file)"
_TOP = ("process", "definitions", "collaboration")
_IN_TURN = ("exclusiveGateway", "inclusiveGateway", "complexGateway")


@dataclass(frozen=True)
class Part:
    """One element of a file: what is said about it, and where it is drawn."""

    key: str
    node: etree._Element
    facts: Facts
    place: Facts = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Give its id, "" if it has none."""
        return self.node.get("id") or ""

    @property
    def tag(self) -> str:
        """Give its tag without the namespace."""
        return local_name(self.node)

    @property
    def kind(self) -> str:
        """Give its kind in words."""
        if self.key == FILE:
            return "File"
        kind = KIND_OF_TAG.get(self.tag, "")
        return KINDS.get(kind) or _MORE_KINDS.get(kind) or _APART.get(self.tag, self.tag)

    @property
    def process_id(self) -> str:
        """Give the id of the process around it (of a pool, the one it shows), "" if none."""
        if self.tag == "participant":
            return self.node.get("processRef") or ""
        around = self.node if self.tag == "process" else None
        for node in self.node.iterancestors(f"{{{BPMN}}}process"):
            around = node
        return "" if around is None else around.get("id") or ""


class Drawing:
    """One diagram file, taken apart. Of no file at all: nothing is in it."""

    def __init__(self, document: Document | None) -> None:
        self.document = document

    @cached_property
    def parts(self) -> Mapping[str, Part]:
        """Give every element by its key: its id, with a number behind it from the second on."""
        if self.document is None:
            return {}
        root = self.document.root
        nodes = [node for node in root.iter(f"{{{BPMN}}}*") if is_apart(node)]
        nodes = [node for node in nodes if local_name(node) not in _SAID_ELSEWHERE]
        places = places_of(root, {node.get("id") or "" for node in nodes} - {""})
        found = {FILE: Part(FILE, root, facts_of(root, is_apart), places.get("", {}))}
        for node in nodes:
            id_ = node.get("id") or ""
            at = key = id_ or f"{local_name(node)} without an id"
            count = 1
            while at in found:
                count += 1
                at = f"{key} ({count})"
            facts = facts_of(node, is_apart)
            facts.pop("@id", None)
            facts.update(self._more(node))
            found[at] = Part(at, node, facts, places.get(id_, {}) if at == id_ else {})
        return found

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Give what each id is called."""
        return {part.id: self.called(part) for part in self.parts.values() if part.id}

    def called(self, part: Part) -> str:
        """Give the name of an element; of a flow without one, where it leads; else its id."""
        name = " ".join((part.node.get("name") or "").split())
        if name:
            return name
        ends = [part.node.get(end) or "nothing" for end in ("sourceRef", "targetRef")]
        if part.tag in ("sequenceFlow", "messageFlow", "association"):
            return " to ".join(self._own_names.get(end, end) for end in ends)
        return part.id or part.key

    @cached_property
    def _own_names(self) -> Mapping[str, str]:
        return {
            part.id: " ".join((part.node.get("name") or part.id).split())
            for part in self.parts.values()
        }

    def _more(self, node: etree._Element) -> Iterator[tuple[str, str]]:
        """Give what a node does not say itself: its kind, its lane, what is around it."""
        id_, tag = node.get("id") or "", local_name(node)
        yield "(tag)", tag
        process = next(node.iterancestors(f"{{{BPMN}}}process"), None)
        if process is not None:
            yield "(process)", process.get("id") or ""
        around = node.getparent()
        if around is not None and local_name(around) in ("childLaneSet", "laneSet"):
            around = around.getparent()
        if around is not None and local_name(around) not in _TOP:
            yield "(inside)", around.get("id") or ""
        if id_ in self._lanes:
            yield "(lane)", "\n".join(self._lanes[id_])
        if tag in _IN_TURN:
            yield "(turns)", "\n".join(self._flows_from.get(id_, []))
        if tag == "lane":
            refs = [(ref.text or "").strip() for ref in node.findall(f"{{{BPMN}}}flowNodeRef")]
            yield from ((f"(lost)[{ref}]", "yes") for ref in refs if ref not in self._ids)

    @cached_property
    def _ids(self) -> set[str]:
        assert self.document is not None
        return {node.get("id") or "" for node in self.document.root.iter(f"{{{BPMN}}}*")}

    @cached_property
    def _lanes(self) -> Mapping[str, list[str]]:
        """Give element id -> ids of the lanes it stands in, outer ones first."""
        assert self.document is not None
        found: dict[str, list[str]] = {}
        for lane in self.document.root.iter(f"{{{BPMN}}}lane"):
            for ref in lane.findall(f"{{{BPMN}}}flowNodeRef"):
                found.setdefault((ref.text or "").strip(), []).append(lane.get("id") or "")
        return found

    @cached_property
    def _flows_from(self) -> Mapping[str, list[str]]:
        assert self.document is not None
        found: dict[str, list[str]] = {}
        for flow in self.document.root.iter(f"{{{BPMN}}}sequenceFlow"):
            found.setdefault(flow.get("sourceRef") or "", []).append(flow.get("id") or "")
        return found


def is_apart(node: etree._Element) -> bool:
    """Tell whether a node is compared by itself, or is said otherwise."""
    if namespace(node) == _DI:
        return local_name(node) == "BPMNDiagram"
    if namespace(node) != BPMN:
        return False
    name = local_name(node)
    if name in _SAID_ELSEWHERE:
        return not (node.attrib or len(node))
    return name in KIND_OF_TAG or name in _APART
