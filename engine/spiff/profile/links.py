"""Rules on what refers to something else: calls, decisions, errors caught, data objects."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from lxml import etree

from engine.errors import Finding
from engine.spiff.profile.drawn import Drawn, Scope, called
from engine.spiff.profile.events import kind_of
from engine.spiff.reader import DrawnNode, bpmn, declared, extension, text_of

_CODES = {"error": "errorCode", "escalation": "escalationCode"}


def calls(drawn: Drawn) -> Iterator[Finding]:
    """A call names a process of this release that begins by itself."""
    processes = {process.id: process for process in drawn.processes}
    for scope, each in drawn.nodes:
        if each.kind != "call_activity":
            continue
        name = each.node.get("calledElement")
        if name not in processes:
            what = "it names none" if not name else f"{name} is none"
            yield scope.refuse(
                each.node,
                "unknown_process",
                f"Expected {called(each.node)} to call a process of this release, but {what}. "
                "Choose one.",
            )
        elif all(start.events for start in Scope(processes[name], processes[name].node).starts):
            yield scope.refuse(
                each.node,
                "called_without_start",
                f"Expected {name} to have a start event without a trigger, because "
                f"{called(each.node)} calls it. Draw one.",
            )


def recursion(drawn: Drawn) -> Iterator[Finding]:
    """No process calls itself, not by way of others either."""
    graph: dict[str, list[tuple[Scope, DrawnNode]]] = {each.id: [] for each in drawn.processes}
    for scope, each in drawn.nodes:
        if each.kind == "call_activity":
            graph[scope.process.id].append((scope, each))
    for process_id, made in graph.items():
        for scope, each in made:
            if process_id in _callable(graph, each.node.get("calledElement") or ""):
                yield scope.refuse(
                    each.node,
                    "recursion",
                    f"Expected {process_id} not to call itself, but {called(each.node)} leads back "
                    "to it and would never end. Draw a loop.",
                )


def _callable(graph: dict[str, list[tuple[Scope, DrawnNode]]], first: str) -> set[str]:
    found: set[str] = set()
    stack = [first]
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            made = graph.get(name, [])
            stack.extend(each.node.get("calledElement") or "" for _, each in made)
    return found


def decisions(drawn: Drawn) -> Iterator[Finding]:
    """A business rule task names a decision table of this release."""
    for scope, each in drawn.nodes:
        if each.kind == "business_rule_task":
            name = text_of(extension(each.node, "calledDecisionId"))
            if name not in drawn.tables:
                what = "it names none" if not name else f"{name} is none"
                yield scope.refuse(
                    each.node,
                    "unknown_decision",
                    f"Expected {called(each.node)} to ask a decision table of this release, but "
                    f"{what}. Choose one.",
                )


def codes(drawn: Drawn) -> Iterator[Finding]:
    """An error or escalation is caught at one place, and that place catches nothing else.

    The library triggers every boundary event with the code in a scope, whichever activity threw.
    """
    for scope in drawn.scopes:
        caught: dict[tuple[str, str], DrawnNode] = {}
        for each in scope.nodes.values():
            kind = kind_of(each)
            if kind not in _CODES or each.kind not in (
                "boundary_event",
                "end_event",
                "throw_event",
            ):
                continue
            code = code_of(scope, each)
            if not code:
                yield scope.refuse(
                    each.node,
                    "no_code",
                    f"Expected {called(each.node)} to have a code of its own, but it has none and "
                    "would meet others. Give it one.",
                )
            elif each.kind == "boundary_event":
                before = caught.setdefault((kind, code), each)
                if before.node.get("attachedToRef") != each.node.get("attachedToRef"):
                    yield scope.refuse(
                        each.node,
                        "code_not_unique",
                        f"Expected the code {code} to be caught once, but {called(before.node)} "
                        "beside it has it too and both would run. Give each its own code.",
                    )
        yield from _thrown_beside(scope, caught)


def _thrown_beside(scope: Scope, caught: dict[tuple[str, str], DrawnNode]) -> Iterator[Finding]:
    for each in scope.nodes.values():
        found = caught.get((kind_of(each), code_of(scope, each) or ""))
        if each.kind in ("end_event", "throw_event") and found is not None:
            yield scope.refuse(
                each.node,
                "code_not_unique",
                f"Expected the code of {called(each.node)} to be thrown inside what "
                f"{called(found.node)} stands on, but it is thrown beside it and would be caught. "
                "Give it another code.",
            )


def code_of(scope: Scope, each: DrawnNode) -> str | None:
    """Give the error or escalation code of an event."""
    kind = kind_of(each)
    if kind not in _CODES:
        return None
    known = declared(scope.process.document, kind)
    declaration = known.get(each.events[0].get(f"{kind}Ref") or "")
    return None if declaration is None else declaration.get(_CODES[kind])


def uncaught(drawn: Drawn) -> Iterator[Finding]:
    """Each error that ends something is caught, wherever its process is called from."""
    catching = _Catching(drawn)
    for scope, each in drawn.nodes:
        if each.kind == "end_event" and kind_of(each) == "error":
            code = code_of(scope, each)
            if code and not catching.catches(scope, code):
                yield scope.refuse(
                    each.node,
                    "uncaught_error",
                    f"Expected the error {code} to be caught, but it is not everywhere and the "
                    "process would go on as if nothing had happened. Draw a boundary event.",
                )


class _Catching:
    """Tells where errors are caught."""

    def __init__(self, drawn: Drawn) -> None:
        self.drawn = drawn
        #: Answers so far; False while the question is open, so that a recursion ends.
        self._known: dict[tuple[etree._Element, str], bool] = {}

    @cached_property
    def _owners(self) -> dict[etree._Element, list[tuple[Scope, DrawnNode]]]:
        """Give, for each process or subprocess node, the activities that run it."""
        found: dict[etree._Element, list[tuple[Scope, DrawnNode]]] = {}
        processes = {process.id: process.node for process in self.drawn.processes}
        for scope, each in self.drawn.nodes:
            node = each.node
            if each.kind == "call_activity":
                node = processes.get(node.get("calledElement") or "", node)
            if each.kind in ("call_activity", "subprocess"):
                found.setdefault(node, []).append((scope, each))
        return found

    def catches(self, scope: Scope, code: str) -> bool:
        question = (scope.node, code)
        if question not in self._known:
            self._known[question] = False
            owners = self._owners.get(scope.node, [])
            self._known[question] = bool(owners) and all(
                self._on(around, owner, code) or self.catches(around, code)
                for around, owner in owners
            )
        return self._known[question]

    @staticmethod
    def _on(scope: Scope, owner: DrawnNode, code: str) -> bool:
        return any(
            kind_of(each) == "error" and code_of(scope, each) == code
            for each in scope.boundaries[owner.id]
        )


def signals(drawn: Drawn) -> Iterator[Finding]:
    """A signal that is waited for is thrown somewhere in the same process."""
    for process in drawn.processes:
        thrown = {
            event.get("signalRef")
            for each in process.nodes
            if each.kind == "throw_event"
            for event in each.events
        }
        for scope in (scope for scope in drawn.scopes if scope.process is process):
            for each in scope.nodes.values():
                waits = each.kind != "throw_event" and kind_of(each) == "signal"
                if waits and each.events[0].get("signalRef") not in thrown:
                    yield scope.refuse(
                        each.node,
                        "signal_never_thrown",
                        f"Expected the signal of {called(each.node)} to be thrown in this process, "
                        "but it is not. Use a message.",
                    )


def data(drawn: Drawn) -> Iterator[Finding]:
    """Data is read and written where it is declared, or one level below."""
    for scope, each in drawn.nodes:
        for tag, end in (
            ("dataInputAssociation", "sourceRef"),
            ("dataOutputAssociation", "targetRef"),
        ):
            for link in each.node.findall(bpmn(tag)):
                for part in link.findall(bpmn(end)):
                    if not _resolves(scope, text_of(part) or ""):
                        yield scope.refuse(
                            each.node,
                            "data_reference",
                            f"Expected the data of {called(each.node)} to be declared beside it or "
                            f"one level up, but {text_of(part)} is not. Use a control variable.",
                        )


def _resolves(scope: Scope, name: str) -> bool:
    root = scope.process.document.root
    wanted = [ref for ref in root.iter(bpmn("dataObjectReference")) if ref.get("id") == name]
    around = [scope.node]
    parent = scope.node.getparent()
    if scope.node is not scope.process.node and parent is not None:
        around.append(parent)
    return bool(wanted) and any(
        item.get("id") == wanted[0].get("dataObjectRef")
        for node in around
        for item in node.findall(bpmn("dataObject"))
    )


RULES = (calls, recursion, decisions, codes, uncaught, signals, data)
