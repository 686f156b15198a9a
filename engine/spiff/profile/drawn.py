"""What the rules look at: every document of a release, and the scopes in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from engine.errors import Finding
from engine.spiff.decisions import DecisionTable
from engine.spiff.documents import Document, line_of
from engine.spiff.reader import SCOPES, DrawnNode, DrawnProcess, bpmn, processes

SOURCE = "engine profile"

TASKS = (
    "user_task",
    "manual_task",
    "task",
    "script_task",
    "service_task",
    "business_rule_task",
    "send_task",
    "receive_task",
)
ACTIVITIES = (*TASKS, "call_activity", "subprocess")
CHOOSING = ("exclusive_gateway", "inclusive_gateway")
GATEWAYS = (*CHOOSING, "parallel_gateway", "event_gateway")


@dataclass(frozen=True)
class Scope:
    """A process or an embedded subprocess: what stands directly inside it."""

    process: DrawnProcess
    node: etree._Element

    @cached_property
    def nodes(self) -> dict[str, DrawnNode]:
        """Give the flow nodes directly inside, by id; those without id are left out."""
        return {each.id: each for each in self.process.nodes if each.scope is self.node and each.id}

    @cached_property
    def flows(self) -> list[etree._Element]:
        """Give the sequence flows directly inside whose two ends stand inside too."""
        return [
            flow
            for flow in self.node.findall(bpmn("sequenceFlow"))
            if flow.get("sourceRef") in self.nodes and flow.get("targetRef") in self.nodes
        ]

    @cached_property
    def outgoing(self) -> dict[str, list[etree._Element]]:
        """Give the flows out of each node."""
        return self._by("sourceRef")

    @cached_property
    def incoming(self) -> dict[str, list[etree._Element]]:
        """Give the flows into each node."""
        return self._by("targetRef")

    @cached_property
    def boundaries(self) -> dict[str, list[DrawnNode]]:
        """Give the boundary events on each activity."""
        found: dict[str, list[DrawnNode]] = {name: [] for name in self.nodes}
        for each in self.nodes.values():
            if each.kind == "boundary_event":
                found.setdefault(each.node.get("attachedToRef") or "", []).append(each)
        return found

    def targets(self, name: str) -> Iterator[str]:
        """Give the ids that the flows out of a node lead to."""
        return (flow.get("targetRef") or "" for flow in self.outgoing[name])

    def reached(self, starts: set[str], without: str = "") -> set[str]:
        """Give what can be reached from some nodes, over boundary events too, not through one."""
        found: set[str] = set()
        stack = [name for name in starts if name != without]
        while stack:
            name = stack.pop()
            if name in found or name == without:
                continue
            found.add(name)
            stack.extend(self.targets(name))
            stack.extend(each.id for each in self.boundaries.get(name, ()) if each.id)
        return found

    @property
    def starts(self) -> list[DrawnNode]:
        """Give its start events."""
        return [each for each in self.nodes.values() if each.kind == "start_event"]

    def refuse(self, node: etree._Element, rule: str, message: str) -> Finding:
        """Give an error about a node of this scope."""
        return refusal(self.process.document, node, rule, message)

    def _by(self, end: str) -> dict[str, list[etree._Element]]:
        found: dict[str, list[etree._Element]] = {name: [] for name in self.nodes}
        for flow in self.flows:
            found[flow.get(end) or ""].append(flow)
        return found


@dataclass(frozen=True)
class Drawn:
    """Everything a release draws: its documents, and the decision tables that could be read."""

    documents: tuple[Document, ...]
    tables: Mapping[str, DecisionTable]

    @cached_property
    def diagrams(self) -> list[Document]:
        """Give the BPMN documents."""
        return [each for each in self.documents if each.file.endswith(".bpmn")]

    @cached_property
    def processes(self) -> list[DrawnProcess]:
        """Give the executable processes; one that only shows a partner is left out."""
        return [
            process
            for document in self.diagrams
            for process in processes(document)
            if process.node.get("isExecutable") not in ("false", "0")
        ]

    @cached_property
    def scopes(self) -> list[Scope]:
        """Give every process and every embedded subprocess."""
        found = []
        for process in self.processes:
            inner = (node for node in process.node.iter() if node.tag in _SCOPE_TAGS)
            found += [Scope(process, node) for node in (process.node, *inner)]
        return found

    @property
    def nodes(self) -> Iterator[tuple[Scope, DrawnNode]]:
        """Give every flow node with an id, beside its scope."""
        return ((scope, each) for scope in self.scopes for each in scope.nodes.values())


_SCOPE_TAGS = tuple(bpmn(tag) for tag in SCOPES)


def refusal(document: Document, node: etree._Element, rule: str, message: str) -> Finding:
    """Give an error about a node of a document."""
    return Finding(document.file, node.get("id") or "", line_of(node), message, rule, SOURCE)


def warning(document: Document, node: etree._Element, rule: str, message: str) -> Finding:
    """Give a warning about a node of a document."""
    id_ = node.get("id") or ""
    return Finding(document.file, id_, line_of(node), message, rule, SOURCE, "warning")


def called(node: etree._Element) -> str:
    """Give what people call a node: its name, else its id."""
    name = " ".join((node.get("name") or "").split())
    return f'"{name}"' if name else node.get("id") or "an element without a name"
