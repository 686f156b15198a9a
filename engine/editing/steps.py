"""A diagram as an ordered list of steps, each with everything an editor can change about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from engine.errors import Finding, InvalidDiagram
from engine.queries import words
from engine.queries.flow_order import in_reading_order
from engine.spiff import KINDS, Diagram, Element, Lane, read_diagrams

#: Kinds whose outgoing flows are chosen by condition.
DECIDING = frozenset({"exclusive_gateway", "inclusive_gateway"})
#: Kinds that send a message.
SENDING = frozenset({"throw_event", "end_event", "send_task"})
#: Kinds that may be taken out of a line.
IN_A_LINE = frozenset(
    {"user_task", "service_task", "business_rule_task", "call_activity", "manual_task", "task"}
    | {"send_task", "throw_event"}
)
_MORE_KINDS: Mapping[str, str] = {
    "parallel_gateway": "All of these at the same time",
    "inclusive_gateway": "Question with several answers",
    "send_task": "Message sent",
    "receive_task": "Wait for a message",
    "task": "Task without a kind",
}
#: Kind -> the properties of ours it may carry, in the order of the page.
_PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "user_task": ("form", "due", "about"),
    "call_activity": ("letter", "letter_from", "author"),
}


@dataclass(frozen=True)
class Onward:
    """One way on from a step."""

    flow_id: str
    #: What is written at the arrow; "" for nothing.
    name: str
    target_id: str
    #: In words, gateways without a name passed over.
    target: str
    #: "" when it has none.
    condition: str
    is_default: bool


@dataclass(frozen=True)
class DraftStep:
    """One element of a diagram that is being edited."""

    element_id: str
    process_id: str
    #: user_task and so on, and the same in words.
    kind: str
    kind_words: str
    name: str
    #: What to call it where it has no name.
    title: str
    documentation: str
    #: How deep it stands in subprocesses; 0 is the process itself.
    depth: int
    #: Id and name of the lane it is listed in; "" for none.
    lane_id: str
    lane: str
    #: Role or person of the case who holds it; "" for nobody.
    held_by: str
    line: int
    #: Field of ``change_step`` -> what stands there now; "" for what may be filled in.
    fields: Mapping[str, str] = field(hash=False)
    onward: tuple[Onward, ...]
    #: How often it runs, in words; "" for once.
    repeats: str
    #: Of a boundary event: what it stands on, and whether it ends that.
    attached_to: str
    interrupting: bool
    #: Boundary events on it, by id and name.
    edges: tuple[tuple[str, str], ...]
    #: none, timer, message ...
    event: str = "none"
    #: The lanes it may move to, by id and name.
    lanes: tuple[tuple[str, str], ...] = ()
    #: How many flows lead to it.
    ways_in: int = 0

    @property
    def can_be_removed(self) -> bool:
        """Tell whether it stands in a line and can be taken out by itself."""
        return (
            self.kind in IN_A_LINE
            and self.ways_in == 1
            and len(self.onward) == 1
            and bool(self.onward[0].flow_id and self.onward[0].target_id and self.element_id)
            and not self.edges
        )

    @property
    def can_be_followed(self) -> bool:
        """Tell whether a step can be added behind it: it leads on one way, without a choice."""
        return (
            len(self.onward) == 1
            and bool(self.onward[0].flow_id and self.onward[0].target_id and self.element_id)
            and self.kind not in ("event_gateway", "end_event")
        )


def steps_of(xml: bytes, file: str = "") -> tuple[DraftStep, ...]:
    """Give every element of a diagram, process by process, in the order in which it is read.

    The diagram may be wrong in any way as long as it is BPMN; InvalidDiagram when it is not.
    """
    found = read_diagrams(file, xml)
    if isinstance(found, Finding):
        raise InvalidDiagram([found])
    return tuple(step for diagram in found for step in _steps(diagram))


def _steps(diagram: Diagram) -> Iterator[DraftStep]:
    lanes = {element_id: lane for lane in diagram.lanes for element_id in lane.elements}
    for element, depth in in_reading_order(diagram):
        lane = lanes.get(element.id)
        yield DraftStep(
            element_id=element.id,
            process_id=diagram.process_id,
            kind=element.kind,
            kind_words=_kind(element),
            name=element.name,
            title=title_of(diagram, element),
            documentation=element.documentation,
            depth=depth,
            lane_id=lane.id if lane else "",
            lane=element.lane or "",
            held_by=element.held_by or "",
            line=element.line,
            fields=_fields(diagram, element, lane),
            onward=tuple(_onward(diagram, element)),
            repeats=_repeats(element),
            attached_to=_name_of(diagram, element.attached_to or ""),
            interrupting=element.interrupting,
            edges=tuple(
                (other.id, title_of(diagram, other))
                for other in diagram.elements.values()
                if other.attached_to == element.id and other.id
            ),
            event=element.event,
            lanes=tuple((lane.id, lane.name or lane.id) for lane in diagram.lanes if lane.id),
            ways_in=sum(flow.target == element.id for flow in diagram.flows),
        )


def title_of(diagram: Diagram, element: Element) -> str:
    """Give what people call an element: its name, else what it does there."""
    if element.name:
        return element.name
    if element.kind.endswith("gateway"):
        ways = sum(flow.source == element.id for flow in diagram.flows)
        return "Paths meet" if ways <= 1 else _kind(element)
    return words.plain(element.id) or _kind(element)


def _kind(element: Element) -> str:
    return KINDS.get(element.kind) or _MORE_KINDS.get(element.kind) or words.plain(element.kind)


def _name_of(diagram: Diagram, element_id: str) -> str:
    element = diagram.elements.get(element_id)
    return title_of(diagram, element) if element else element_id


def _fields(diagram: Diagram, element: Element, lane: Lane | None) -> dict[str, str]:
    """Give what an editor can change about an element, in the order of the page."""
    found = {"name": element.name}
    if diagram.lanes and element.kind != "boundary_event":
        found["lane"] = lane.id if lane else ""
    named = element.properties
    for name in _PROPERTIES.get(element.kind, ()):
        found[name] = named.get(name, "")
    found.update(_of_kind(element))
    if element.event == "timer":
        found["timer"] = element.timer or ""
    if element.event == "message":
        found.update(_of_message(element))
    if element.kind in DECIDING:
        found.update(_of_question(diagram, element))
    found["policy_tag"] = named.get("policy_tag", "")
    found["documentation"] = element.documentation
    return found


def _of_kind(element: Element) -> dict[str, str]:
    if element.kind == "service_task":
        parameters = {f"parameter.{name}": text for name, text in element.parameters.items()}
        return {
            "operation": element.operation or "",
            **parameters,
            "result": element.result or "",
        }
    if element.kind == "call_activity":
        return {"called": element.called or ""}
    return {"decision": element.decision or ""} if element.kind == "business_rule_task" else {}


def _of_message(element: Element) -> dict[str, str]:
    found = {"message": element.message or ""}
    named = element.properties
    names: Iterable[str] = ("message_key",)
    if element.kind in SENDING:
        names = ("message_key", "fallback_key", "payload")
    elif element.kind == "start_event":
        names = ("form",)
    return {**found, **{name: named.get(name, "") for name in names}}


def _of_question(diagram: Diagram, element: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    ways = [flow for flow in diagram.flows if flow.source == element.id and flow.id]
    is_question = len(ways) > 1 or bool(element.default)
    if not is_question:
        return found
    found["default"] = element.default or ""
    for flow in ways:
        found[f"flow_name.{flow.id}"] = flow.name
        found[f"condition.{flow.id}"] = flow.condition or ""
    return found


def _onward(diagram: Diagram, element: Element) -> Iterator[Onward]:
    for flow in diagram.flows:
        if flow.source == element.id:
            yield Onward(
                flow.id,
                flow.name,
                flow.target,
                _name_of(diagram, _passed(diagram, flow.target)),
                flow.condition or "",
                flow.is_default,
            )


def _passed(diagram: Diagram, element_id: str) -> str:
    """Give where a flow comes to, past gateways without a name that only bring paths together."""
    seen: set[str] = set()
    while element_id not in seen:
        seen.add(element_id)
        element = diagram.elements.get(element_id)
        if element is None or element.name or not element.kind.endswith("gateway"):
            return element_id
        ways = [flow.target for flow in diagram.flows if flow.source == element_id]
        if len(ways) != 1:
            return element_id
        element_id = ways[0]
    return element_id


def _repeats(element: Element) -> str:
    multiple = element.multiple
    if multiple is None:
        return ""
    order = "one after the other" if multiple.sequential else "all at once"
    if multiple.collection:
        return f"Once for each of “{words.plain(multiple.collection)}”, {order}"
    return f"{multiple.cardinality or 'Several'} times, {order}"
