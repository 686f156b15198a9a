"""Rules on sequence flows: every path is connected, decided where it may be, and leads on."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.errors import Finding
from engine.spiff.profile.drawn import CHOOSING, GATEWAYS, Drawn, Scope, called, warning
from engine.spiff.reader import DrawnNode, bpmn, child, text_of


def ends(drawn: Drawn) -> Iterator[Finding]:
    """A flow leads from one element to another of the same scope."""
    for scope in drawn.scopes:
        for flow in scope.node.findall(bpmn("sequenceFlow")):
            for end, word in (("sourceRef", "begin"), ("targetRef", "end")):
                if flow.get(end) not in scope.nodes:
                    yield scope.refuse(
                        flow,
                        "dangling_flow",
                        f"Expected the flow {called(flow)} to {word} at an element beside it, but "
                        f"{flow.get(end) or 'nothing'} is none. Connect it.",
                    )


def ways_in(drawn: Drawn) -> Iterator[Finding]:
    """Nothing leads into an event that begins a path."""
    for scope, each in drawn.nodes:
        if each.kind in ("start_event", "boundary_event") and scope.incoming[each.id]:
            yield scope.refuse(
                each.node,
                "way_into_start",
                f"Expected nothing to lead into {called(each.node)}, but a flow does. "
                "Lead it to the step behind.",
            )


def ways_on(drawn: Drawn) -> Iterator[Finding]:
    """Everything but an end leads on, and only gateways lead several ways."""
    for scope, each in drawn.nodes:
        count = len(scope.outgoing[each.id])
        if each.kind == "end_event":
            if count:
                yield scope.refuse(
                    each.node,
                    "way_out_of_end",
                    f"Expected nothing after {called(each.node)}, but a flow leads on. Remove it.",
                )
        elif count == 0:
            yield scope.refuse(
                each.node,
                "no_way_on",
                f"Expected {called(each.node)} to lead on, but no flow leaves it and the process "
                "would never end. Lead it to an end event.",
            )
        elif count > 1 and each.kind not in (*GATEWAYS, "start_event"):
            yield scope.refuse(
                each.node,
                "several_ways_on",
                f"Expected one flow out of {called(each.node)}, but there are {count}. "
                "Draw a gateway behind it.",
            )


def conditions(drawn: Drawn) -> Iterator[Finding]:
    """Conditions stand on flows out of exclusive and inclusive gateways, where one is default."""
    for scope, each in drawn.nodes:
        if each.kind in CHOOSING:
            yield from _decision(scope, each)
        else:
            for flow in scope.outgoing[each.id]:
                if condition_of(flow):
                    yield scope.refuse(
                        flow,
                        "condition_ignored",
                        f"Expected no condition on a flow out of {called(each.node)}, because it "
                        "would be passed over. Draw an exclusive gateway behind it.",
                    )


def condition_of(flow: etree._Element) -> str | None:
    """Give the condition of a flow."""
    return text_of(child(flow, "conditionExpression"))


def _decision(scope: Scope, each: DrawnNode) -> Iterator[Finding]:
    flows = scope.outgoing[each.id]
    default = each.node.get("default")
    if default is not None and default not in {flow.get("id") for flow in flows}:
        yield scope.refuse(
            each.node,
            "unknown_default",
            f"Expected the default flow {default} to leave {called(each.node)}, but it does not. "
            "Mark one that does.",
        )
    if default is None and (len(flows) > 1 or any(condition_of(flow) for flow in flows)):
        yield scope.refuse(
            each.node,
            "no_default",
            f"Expected a path of {called(each.node)} for when no condition holds, but none is "
            "marked. Mark one flow as default.",
        )
    for flow in flows:
        if flow.get("id") == default:
            if condition_of(flow):
                yield warning(
                    scope.process.document,
                    flow,
                    "condition_on_default",
                    f"Expected no condition on the default flow of {called(each.node)}, because it "
                    "is passed over. Remove it.",
                )
        elif len(flows) > 1 and not condition_of(flow):
            yield scope.refuse(
                flow,
                "no_condition",
                f"Expected a condition on each flow out of {called(each.node)} but the default, "
                f"but {called(flow)} has none. Write one.",
            )


def reachable(drawn: Drawn) -> Iterator[Finding]:
    """Everything can be reached from a start event."""
    for scope in drawn.scopes:
        if not scope.starts:
            continue
        found = scope.reached({each.id for each in scope.starts})
        for each in scope.nodes.values():
            if each.id not in found:
                yield scope.refuse(
                    each.node,
                    "unreachable",
                    f"Expected a path to {called(each.node)}, but none leads there. "
                    "Connect it or remove it.",
                )


RULES = (ends, ways_in, ways_on, conditions, reachable)
