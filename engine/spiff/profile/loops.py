"""Rules on loops: each turn waits for something, and no join waits for itself."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.errors import Finding
from engine.spiff.profile.drawn import Drawn, Scope, called
from engine.spiff.reader import DrawnNode

_WAITING = ("user_task", "manual_task", "task", "catch_event", "receive_task", "event_gateway")
_DECIDING = ("exclusive_gateway", "inclusive_gateway", "event_gateway")


def waiting_loops(drawn: Drawn) -> Iterator[Finding]:
    """A loop waits for a person, a message or a timer in each turn."""
    waiting = _Waiting(drawn)
    for scope in drawn.scopes:
        automatic = {each.id for each in scope.nodes.values() if not waiting.at(each)}
        for name in _cycle(scope, automatic):
            yield scope.refuse(
                scope.nodes[name].node,
                "loop_without_wait",
                f"Expected the loop through {called(scope.nodes[name].node)} to wait for a person, "
                "a message or a timer, but it runs by itself for ever. Draw a step that waits.",
            )


def deciding_loops(drawn: Drawn) -> Iterator[Finding]:
    """A loop has a gateway that can leave it."""
    for scope in drawn.scopes:
        plain = {each.id for each in scope.nodes.values() if each.kind not in _DECIDING}
        for name in _cycle(scope, plain):
            yield scope.refuse(
                scope.nodes[name].node,
                "loop_without_exit",
                f"Expected a gateway that leaves the loop through "
                f"{called(scope.nodes[name].node)}, but there is none. Draw an exclusive gateway.",
            )


def self_fed_joins(drawn: Drawn) -> Iterator[Finding]:
    """A parallel gateway does not wait for a path that begins behind it."""
    anything: dict[etree._Element, set[str]] = {}
    for scope, each in drawn.nodes:
        incoming = scope.incoming[each.id]
        if each.kind != "parallel_gateway" or len(incoming) < 2:  # noqa: PLR2004  # a join
            continue
        starts = {start.id for start in scope.starts}
        before = scope.reached(starts, without=each.id)
        if scope.node not in anything:
            anything[scope.node] = scope.reached(starts)
        for flow in incoming:
            source = flow.get("sourceRef") or ""
            if source in anything[scope.node] and source not in before:
                yield scope.refuse(
                    each.node,
                    "join_waits_for_itself",
                    f"Expected {called(each.node)} to wait for paths that come before it, but the "
                    f"one over {source} begins behind it. Draw an exclusive gateway in front.",
                )


class _Waiting:
    """Tells which elements wait for something, looking into what runs inside."""

    def __init__(self, drawn: Drawn) -> None:
        self._inside = {scope.node: scope for scope in drawn.scopes}
        self._called = {process.id: process.node for process in drawn.processes}
        #: Answers so far; False while the question is open, so that a recursion ends.
        self._known: dict[etree._Element, bool] = {}

    def at(self, each: DrawnNode) -> bool:
        if each.kind in _WAITING:
            return True
        node = each.node
        if each.kind == "call_activity":
            called_node = self._called.get(node.get("calledElement") or "")
            if called_node is None:
                return True
            node = called_node
        if node not in self._inside:
            return False
        if node not in self._known:
            self._known[node] = False
            inside = self._inside[node].nodes.values()
            self._known[node] = any(self.at(inner) for inner in inside)
        return self._known[node]


def _cycle(scope: Scope, names: set[str]) -> list[str]:
    """Give one element of a cycle among the named ones, or nothing."""
    done: set[str] = set()
    for first in scope.nodes:
        if first not in names or first in done:
            continue
        done.add(first)
        on_path = [first]
        stack = [(first, iter(sorted(scope.targets(first))))]
        while stack:
            target = next((name for name in stack[-1][1] if name in names), None)
            if target is None:
                stack.pop()
                on_path.pop()
            elif target in on_path:
                return [target]
            elif target not in done:
                done.add(target)
                on_path.append(target)
                stack.append((target, iter(sorted(scope.targets(target)))))
    return []


RULES = (waiting_loops, deciding_loops, self_fed_joins)
