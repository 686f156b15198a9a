"""BPMN's token rules, read from the standard and not from our engine.

BPMN 2.0.2, clause 13: what each element does with tokens. It reads the XML itself and knows
nothing of SpiffWorkflow. What it does not know is refused with KeyError. One rule is ours and not
the standard's: a message at the edge of an activity that goes on is taken once each time the
activity is entered (``design.md`` 5).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.engine.spiff.graph import Graph, Node

Edge = tuple[Node, dt.datetime | None]


@dataclass(eq=False)
class Scope:
    """One going process, subprocess or called process, with the tokens that move in it."""

    id: str
    owner: Active | None
    moving: list[str] = field(default_factory=list)
    #: Join -> tokens that wait on each of its incoming flows.
    arrived: dict[str, Counter[str]] = field(default_factory=dict)
    waiting: list[Active] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.moving or self.waiting or any(self.arrived.values()))


@dataclass(eq=False)
class Active:
    """A token that rests in a node: what it waits for, and what can happen at its edge."""

    node: Node
    scope: Scope
    edges: list[Edge]
    #: Of an event, or of each branch behind an event gateway.
    events: list[Edge] = field(default_factory=list)
    #: Instances that are still to be done, this one included.
    left: int = 1
    inside: Scope | None = None


class Game:
    """One instance of a process as the standard moves it."""

    def __init__(
        self, files: Sequence[bytes], process: str, facts: Mapping[str, int], now: dt.datetime
    ) -> None:
        self.graph = Graph(files)
        self.facts = facts
        self.now = now
        self.scopes: list[Scope] = []
        self.ended = False
        self.ended_with: set[str] = set()
        #: How often each activity and event was left.
        self.left: Counter[str] = Counter()
        self._begin(process, None)
        self._run()

    # What it waits for

    @property
    def tasks(self) -> list[str]:
        found = [one for one in self._active() if one.node.tag == "userTask"]
        return sorted(
            one.node.id for one in found for _ in range(1 if one.node.in_turn else one.left)
        )

    @property
    def messages(self) -> list[str]:
        return sorted(event.id for _, (event, due) in self._events() if due is None)

    @property
    def timers(self) -> list[tuple[str, dt.datetime]]:
        return sorted((event.id, due) for _, (event, due) in self._events() if due is not None)

    # What happens

    def complete(self, task: str) -> None:
        active = next(one for one in self._active() if one.node.id == task)
        self._instance_done(active)
        self._run()

    def receive(self, event: str) -> None:
        active, edge = next(one for one in self._events() if one[1][0].id == event)
        self._happen(active, edge)
        self._run()

    def wait_until(self, now: dt.datetime) -> None:
        """Let time pass; what was due first happens first."""
        self.now = now
        while not self.ended:
            due = [(edge[1], active, edge) for active, edge in self._events() if edge[1]]
            past = [one for one in due if one[0] is not None and one[0] <= now]
            if not past:
                return
            _, active, edge = min(past, key=lambda one: one[0] or now)
            self._happen(active, edge)
            self._run()

    # Where tokens rest

    def _active(self) -> Iterator[Active]:
        for scope in self.scopes:
            yield from scope.waiting

    def _events(self) -> Iterator[tuple[Active, Edge]]:
        for active in self._active():
            for edge in (*active.events, *active.edges):
                yield active, edge

    def _event(self, node: Node) -> Edge:
        return node, None if node.timer is None else self.now + node.timer

    # Clause 13.3: activities; 13.5: events

    def _rest(self, scope: Scope, node: Node) -> None:
        edges = [self._event(edge) for edge in self.graph.at_edge_of(node)]
        active = Active(node, scope, edges, left=node.count)
        scope.waiting.append(active)
        if node.tag == "eventBasedGateway":
            behind = (self.graph.target(flow) for flow in node.outgoing)
            active.events = [self._event(event) for event in behind]
        elif node.tag == "intermediateCatchEvent":
            active.events = [self._event(node)]
        elif node.tag in ("subProcess", "callActivity"):
            active.inside = self._begin(node.called or node.id, active)

    def _begin(self, id_: str, owner: Active | None) -> Scope:
        scope = Scope(id_, owner, moving=list(self.graph.start_of(id_).outgoing))
        self.scopes.append(scope)
        return scope

    def _instance_done(self, active: Active) -> None:
        self.left[active.node.id] += 1
        active.left -= 1
        if active.left and active.node.tag != "userTask":
            active.inside = self._begin(active.node.called or active.node.id, active)
        elif not active.left:
            active.scope.waiting.remove(active)
            active.scope.moving += active.node.outgoing

    def _happen(self, active: Active, edge: Edge) -> None:
        event = edge[0]
        self.left[event.id] += 1
        if edge in active.events:
            active.scope.waiting.remove(active)
        elif event.interrupts:
            self._cancel(active)
        else:
            active.edges.remove(edge)
        active.scope.moving += event.outgoing

    def _cancel(self, active: Active) -> None:
        active.scope.waiting.remove(active)
        if active.inside is not None:
            self._clear(active.inside)

    def _clear(self, scope: Scope) -> None:
        for active in list(scope.waiting):
            self._cancel(active)
        scope.moving.clear()
        scope.arrived.clear()
        if scope in self.scopes:
            self.scopes.remove(scope)

    # Clause 13.2: sequence flows

    def _run(self) -> None:
        """Move tokens until each rests; a scope without tokens is completed."""
        while not self.ended and (self._move() or self._join_some() or self._complete_scope()):
            pass

    def _move(self) -> bool:
        scope = next((one for one in self.scopes if one.moving), None)
        if scope is None:
            return False
        flow = scope.moving.pop(0)
        node = self.graph.target(flow)
        if node.tag in ("parallelGateway", "inclusiveGateway"):
            scope.arrived.setdefault(node.id, Counter())[flow] += 1
            self._join_all(scope, node)
        elif node.tag == "exclusiveGateway":
            scope.moving.append(self._chosen(node)[0])
        elif node.tag == "endEvent":
            self._end(scope, node)
        elif node.tag == "intermediateThrowEvent":
            scope.moving += node.outgoing
        else:
            self._rest(scope, node)
        return True

    def _end(self, scope: Scope, node: Node) -> None:
        if scope.owner is None:
            self.ended_with.add(node.id)
        if node.terminates:
            for active in list(scope.waiting):
                self._cancel(active)
            scope.moving.clear()
            scope.arrived.clear()

    def _complete_scope(self) -> bool:
        scope = next((one for one in self.scopes if one.is_empty), None)
        if scope is None:
            return False
        self.scopes.remove(scope)
        if scope.owner is None:
            self.ended = True
        else:
            self._instance_done(scope.owner)
        return True

    # Clause 13.4: gateways

    def _chosen(self, node: Node) -> list[str]:
        """Give the flows whose conditions hold, in their order, else the default flow."""
        decided = [flow for flow in node.outgoing if flow != node.default]
        holding = [flow for flow in decided if self.graph.holds(flow, self.facts)]
        return holding or [flow for flow in node.outgoing if flow == node.default]

    def _join_all(self, scope: Scope, node: Node) -> None:
        """13.4.1: a parallel gateway takes one token of each incoming flow."""
        tokens = scope.arrived[node.id]
        if node.tag == "parallelGateway" and all(tokens[flow] for flow in node.incoming):
            self._take(scope, node)
            scope.moving += node.outgoing

    def _join_some(self) -> bool:
        """13.4.3: an inclusive gateway waits for every token that can still come to it."""
        for scope in self.scopes:
            for id_, tokens in scope.arrived.items():
                node = self.graph.nodes[id_]
                if node.tag == "inclusiveGateway" and tokens and self._may_join(scope, node):
                    self._take(scope, node)
                    scope.moving += node.outgoing if len(node.outgoing) == 1 else self._chosen(node)
                    return True
        return False

    def _may_join(self, scope: Scope, node: Node) -> bool:
        tokens = scope.arrived[node.id]
        empty = {flow for flow in node.incoming if not tokens[flow]}
        full = set(node.incoming) - empty
        elsewhere = [active.node.id for active in scope.waiting]
        elsewhere += [id_ for id_, held in scope.arrived.items() if held and id_ != node.id]
        for id_ in elsewhere:
            reached = self.graph.flows_from(id_, without=node.id)
            if reached & empty and not reached & full:
                return False
        return True

    def _take(self, scope: Scope, node: Node) -> None:
        tokens = scope.arrived[node.id]
        for flow in node.incoming:
            if tokens[flow]:
                tokens[flow] -= 1
        scope.arrived[node.id] = +tokens
