"""Takes a step out of a line, in the process and in the drawing: what led to it leads on."""

from __future__ import annotations

from engine.editing.picture import Line, Picture, Point
from engine.editing.room import way_edit
from engine.editing.source import Node, NotEditable, Source
from engine.editing.step_changes import need_step
from engine.editing.step_parts import StepFile
from engine.editing.steps import DraftStep, steps_of
from engine.errors import InvalidAnswers, Problem


def remove_step(xml: bytes, element_id: str) -> bytes:
    """Give the diagram without one step that stands in a line, one way in and one way out.

    Raises NotFound, InvalidDiagram, or InvalidAnswers with a sentence about the step ("").
    """
    step = need_step(xml, element_id)
    into = _ways_into(xml, step)
    if not step.can_be_removed or len(into) != 1:
        raise InvalidAnswers(
            [
                Problem(
                    "",
                    "Expected a task or a message in a line, with one way in, one way out and "
                    "nothing on its edge, but this is none. Take it out in the diagram.",
                )
            ]
        )
    try:
        return _without(Source(xml), step, into[0]).data
    except NotEditable as refusal:
        raise InvalidAnswers([Problem("", str(refusal))]) from None


def _ways_into(xml: bytes, step: DraftStep) -> list[str]:
    return [
        way.flow_id
        for one in steps_of(xml)
        for way in one.onward
        if way.target_id == step.element_id and one.kind != "event_gateway"
    ]


def _without(source: Source, step: DraftStep, flow_id: str) -> Source:
    gone_flow, target_id = step.onward[0].flow_id, step.onward[0].target_id
    if source.twice & {step.element_id, flow_id, gone_flow, target_id}:
        raise NotEditable(
            "Expected each id once in this diagram. Take the step out in the diagram."
        )
    source = _joined(source, flow_id, gone_flow)
    source = source.with_attribute(source.need(flow_id), "targetRef", target_id)
    target = source.find(target_id)
    for child in target.children if target else ():
        if child.name == "incoming" and source.text_of(child) == gone_flow:
            source = source.with_text(child, flow_id)
            break
    message = _message_of(source.need(step.element_id))
    for element_id in (gone_flow, step.element_id):
        source = _undrawn(source, element_id)
        source = source.without(source.need(element_id))
    file = StepFile(source, target_id)
    file.forget(step.element_id, message)
    return file.source


def _joined(source: Source, flow_id: str, gone_flow: str) -> Source:
    """Draw the flow into the step on to where the flow out of it leads."""
    lines = Picture(source).lines
    first, second = lines.get(flow_id), lines.get(gone_flow)
    if first is None or second is None or first.plane is not second.plane:
        return source
    return source.with_edits([way_edit(source, first, _way(first, second))])


def _way(first: Line, second: Line) -> list[Point]:
    (x, y), (onto_x, onto_y) = first.points[-1], second.points[0]
    corner = [] if x == onto_x or y == onto_y else [(onto_x, y)]
    points = [*first.points, *corner, *second.points]
    kept = [points[0]]
    for here, after in zip(points[1:], [*points[2:], None], strict=True):
        before = kept[-1]
        is_straight = after is not None and (
            before[0] == here[0] == after[0] or before[1] == here[1] == after[1]
        )
        if not is_straight and here != before:
            kept.append(here)
    return kept


def _undrawn(source: Source, element_id: str) -> Source:
    for node in source.root.walk():
        if node.attributes.get("bpmnElement") == element_id:
            return source.without(node)
    return source


def _message_of(node: Node) -> str:
    return next(
        (one.attributes["messageRef"] for one in node.walk() if "messageRef" in one.attributes), ""
    )
