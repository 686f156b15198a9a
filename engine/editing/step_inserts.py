"""Adds a step behind another in a line and takes one out again, in the process and the drawing."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.editing.lane_moves import NoPlace, settled
from engine.editing.picture import Box, Picture
from engine.editing.room import line_lines, shape_lines, with_room
from engine.editing.source import Node, NotEditable, Source, in_attribute, in_text
from engine.editing.step_changes import need_step
from engine.editing.step_parts import StepFile
from engine.editing.steps import DraftStep
from engine.errors import InvalidAnswers, Problem

#: Kind of a new step -> how BPMN calls it.
NEW_KINDS: Mapping[str, str] = {"user_task": "userTask", "service_task": "serviceTask"}
_LONGEST_NAME = 200
_LONGEST_ID = 60
_WIDTH, _HEIGHT = 100, 80
#: How much further right everything goes that stands behind the new step.
_ROOM = 150
#: The distance to the next step at which the drawing is not opened further than needed.
_NEAR = 100


def insert_after(xml: bytes, element_id: str, kind: str, name: str) -> tuple[bytes, str]:
    """Give the diagram with a new step behind one that leads on one way, and the new step's id.

    kind: of ``NEW_KINDS``. It stands in the lane of the step before it; what is drawn behind
    moves to the right.
    Raises NotFound, InvalidDiagram, or InvalidAnswers about ``name``, ``kind`` or the step ("").
    """
    step = need_step(xml, element_id)
    name = " ".join(name.split())
    problems = _problems(step, kind, name)
    if problems:
        raise InvalidAnswers(problems)
    try:
        source = Source(xml)
        if source.twice & {element_id, step.onward[0].flow_id}:
            raise NotEditable("Expected each id once in this diagram. Draw the step again.")
        new_id = _free(source, _id_of(name))
        return _inserted(source, step, (new_id, kind, name)).data, new_id
    except (NotEditable, NoPlace) as refusal:
        raise InvalidAnswers([Problem("", str(refusal))]) from None


def _problems(step: DraftStep, kind: str, name: str) -> list[Problem]:
    found = []
    if not name:
        found.append(Problem("name", "Enter a name, such as “Check the address”."))
    if len(name) > _LONGEST_NAME:
        message = f"Expected at most {_LONGEST_NAME} characters, but there are {len(name)}."
        found.append(Problem("name", message))
    if kind not in NEW_KINDS:
        found.append(Problem("kind", "Choose who does it."))
    if not step.can_be_followed:
        message = "Expected a step that leads on one way, but this one does not. Draw it."
        found.append(Problem("", message))
    return found


def _inserted(source: Source, step: DraftStep, new: tuple[str, str, str]) -> Source:
    new_id, kind, name = new
    flow_id, target_id = step.onward[0].flow_id, step.onward[0].target_id
    new_flow = _free(source, f"flow_{new_id}_to_{target_id}"[: 2 * _LONGEST_ID])
    source = _process(source, step, (new_id, NEW_KINDS[kind], name), new_flow)
    if step.lane_id:
        source = StepFile(source, new_id).listed_in(step.lane_id)
    picture = Picture(source)
    shape, target, line = (
        picture.shapes.get(step.element_id),
        picture.shapes.get(target_id),
        picture.lines.get(flow_id),
    )
    if shape is None or target is None or line is None:
        return source
    gap = max(target.box.x - shape.box.right, 0)
    cut = shape.box.right + (min(gap, 2 * _NEAR) / 2 or _HEIGHT / 8)
    source = with_room(picture, shape.plane, cut, _ROOM)
    picture = Picture(source)
    shape, line = picture.shapes[step.element_id], picture.lines[flow_id]
    left = round(shape.box.right + min(gap, _NEAR) / 2 + (_ROOM - _WIDTH) / 2)
    box = Box(left, round(shape.box.middle[1] - _HEIGHT / 2), _WIDTH, _HEIGHT)
    drawn, edge = shape.bounds.parent, line.waypoints[0].parent
    assert drawn is not None
    assert drawn.parent is not None
    assert edge is not None
    plane_start = drawn.parent.start
    source = source.with_child(drawn.parent, shape_lines(shape, new_id, box), after=drawn)
    line = Picture(source).lines[flow_id]
    edge = line.waypoints[0].parent
    plane = _at(source, plane_start)
    source = source.with_child(
        plane, line_lines(line, new_flow, (box.middle, line.points[-1])), after=edge
    )
    return settled(source, new_id, step.lane_id)


def _process(source: Source, step: DraftStep, new: tuple[str, str, str], new_flow: str) -> Source:
    """Put the step and its flow into the process; the old flow leads to it."""
    new_id, tag, name = new
    flow_id, target_id = step.onward[0].flow_id, step.onward[0].target_id
    node = source.need(step.element_id)
    assert node.parent is not None
    prefix = node.prefix
    lines = [
        f'<{prefix}{tag} id="{new_id}" name="{in_attribute(name)}">',
        f"  <{prefix}incoming>{in_text(flow_id)}</{prefix}incoming>",
        f"  <{prefix}outgoing>{new_flow}</{prefix}outgoing>",
        f"</{prefix}{tag}>",
    ]
    source = source.with_child(node.parent, lines, after=node)
    source = source.with_attribute(source.need(flow_id), "targetRef", new_id)
    target = source.find(target_id)
    for child in target.children if target else ():
        if child.name == "incoming" and source.text_of(child) == flow_id:
            source = source.with_text(child, new_flow)
            break
    flow = source.need(flow_id)
    assert flow.parent is not None
    written = (
        f'<{prefix}sequenceFlow id="{new_flow}" sourceRef="{new_id}" '
        f'targetRef="{in_attribute(target_id)}" />'
    )
    return source.with_child(flow.parent, [written], after=flow)


def _at(source: Source, start: int) -> Node:
    return next(node for node in source.root.walk() if node.start == start)


def _id_of(name: str) -> str:
    """Give the id a step of that name gets: ``check_the_address``."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:_LONGEST_ID].strip("_")
    return plain if plain[:1].isalpha() else f"step_{plain}".rstrip("_")


def _free(source: Source, wanted: str) -> str:
    found, number = wanted, 2
    while source.find(found) is not None or found in ("start", "end"):
        found = f"{wanted}_{number}"
        number += 1
    return found
