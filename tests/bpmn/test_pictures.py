"""Each picture looks as a good process designer would have drawn it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pytest
from lxml import etree
from PIL import ImageFont

from tests.bpmn.pictures import BPMN, DIAGRAMS, FLOW_NODES, Box, Drawn, Plane, planes

#: What fits one screen; wider processes get a plane of their own for a subprocess.
WIDEST, HIGHEST = 2000, 920

#: Letters of the size labels have; those of a browser are about so much wider, measured.
_LETTERS = ImageFont.load_default(11)
_WIDER = 1.04

PLANES = [
    pytest.param(plane, id=f"{path.stem}-{plane.id}") for path in DIAGRAMS for plane in planes(path)
]
each_picture = pytest.mark.parametrize("plane", PLANES)


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_everything_is_drawn_once(path: Path) -> None:
    drawn = [name for plane in planes(path) for name in (*plane.shapes, *plane.flows)]
    tags = (*FLOW_NODES, BPMN + "sequenceFlow", BPMN + "lane", BPMN + "participant")
    wanted = [element.get("id", "") for element in etree.parse(str(path)).iter(*tags)]
    assert sorted(drawn) == sorted(wanted)


@each_picture
def test_what_has_a_name_outside_its_shape_has_a_place_for_it(plane: Plane) -> None:
    _none(
        drawn.id
        for drawn in (*plane.nodes, *plane.flows.values())
        if drawn.element.get("name")
        and (drawn.bends or drawn.kind.endswith(("Event", "Gateway")))
        and drawn.label is None
    )


@each_picture
def test_no_label_is_narrower_than_its_longest_word(plane: Plane) -> None:
    """Else the word is broken in two wherever the place ends."""
    _none(
        f"{drawn.id}: {max(drawn.element.get('name', '').split(), key=len)}"
        for drawn in (*plane.nodes, *plane.flows.values())
        if drawn.label and drawn.label.width < _widest_word(drawn.element.get("name", ""))
    )


@each_picture
def test_it_fits_one_screen(plane: Plane) -> None:
    boxes = [shape.box for shape in plane.shapes.values()]
    width = max(b.x + b.width for b in boxes) - min(b.x for b in boxes)
    height = max(b.y + b.height for b in boxes) - min(b.y for b in boxes)
    assert (width <= WIDEST, height <= HIGHEST) == (True, True), (width, height)


@each_picture
def test_no_two_shapes_overlap(plane: Plane) -> None:
    _none(
        f"{one.id} and {other.id}"
        for one, other in combinations(plane.nodes, 2)
        if one.box.overlaps(other.box) and not _belong_together(one, other)
    )


@each_picture
def test_a_boundary_event_sits_on_the_upper_or_lower_edge_of_its_host(plane: Plane) -> None:
    for event in plane.nodes:
        if event.kind == "boundaryEvent":
            host = plane.shapes[event.element.get("attachedToRef", "")].box
            assert event.middle.y in {host.y, host.y + host.height}, event.id
            assert host.x <= event.box.x, event.id
            assert event.box.x + event.box.width <= host.x + host.width, event.id


@each_picture
def test_what_is_inside_a_subprocess_is_drawn_inside(plane: Plane) -> None:
    for node in plane.nodes:
        parent = node.element.getparent()
        assert parent is not None
        frame = plane.shapes.get(parent.get("id", ""))
        assert frame is None or frame.box.holds(node.box), node.id


@each_picture
def test_each_element_lies_in_its_lane(plane: Plane) -> None:
    for lane in plane.shapes.values():
        for said in lane.element.findall(BPMN + "flowNodeRef"):
            node = plane.shapes.get(said.text or "")
            if node:
                assert lane.box.holds(node.middle), f"{node.id} lies outside {lane.id}"


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_each_element_is_in_one_lane(path: Path) -> None:
    tree = etree.parse(str(path))
    held = [said.text or "" for said in tree.iter(BPMN + "flowNodeRef")]
    assert sorted(held) == sorted(node.get("id", "") for node in tree.iter(*FLOW_NODES))
    _none(lane.get("name", "") for lane in tree.iter(BPMN + "lane") if len(lane) < 2)


@each_picture
def test_flows_run_straight_from_shape_to_shape(plane: Plane) -> None:
    for flow in plane.flows.values():
        for leg in flow.legs:
            assert 0 in {leg.width, leg.height}, f"{flow.id} is slanted"
        for end, name in ((flow.bends[0], "sourceRef"), (flow.bends[-1], "targetRef")):
            box = plane.shapes[flow.element.get(name, "")].box
            assert box.on_its_edge(end), f"{flow.id} does not reach {flow.element.get(name)}"


@each_picture
def test_no_flow_crosses_a_shape(plane: Plane) -> None:
    _none(
        f"{flow.id} crosses {node.id}"
        for flow in plane.flows.values()
        for node in plane.nodes
        if node.id not in {flow.element.get("sourceRef"), flow.element.get("targetRef")}
        and node.id not in plane.frames
        and any(leg.overlaps(node.box) for leg in flow.legs)
    )


@each_picture
def test_no_two_flows_cross(plane: Plane) -> None:
    _none(
        f"{one.id} and {other.id}"
        for one, other in combinations(plane.flows.values(), 2)
        for leg in one.legs
        for its in other.legs
        if _cross(leg, its)
    )


@each_picture
def test_no_label_is_covered(plane: Plane) -> None:
    nodes = [(n.id, n.box) for n in plane.nodes if n.id not in plane.frames]
    _none(
        f"the label of {owner} and {other}"
        for owner, label in plane.labels
        for other, box in nodes
        if label.grown(-1).overlaps(box) and not _corner_of_a_gateway(label, plane.shapes[other])
    )
    _none(
        f"the labels of {one} and {other}"
        for (one, label), (other, its) in combinations(plane.labels, 2)
        if label.overlaps(its)
    )


@each_picture
def test_no_label_is_struck_through(plane: Plane) -> None:
    _none(
        f"the label of {owner} by {flow.id}"
        for owner, label in plane.labels
        for flow in plane.flows.values()
        if any(leg.overlaps(label.grown(-2)) for leg in flow.legs)
    )
    _none(
        f"the label of {owner} by the edge of {frame.id}"
        for owner, label in plane.labels
        for frame in plane.shapes.values()
        if (frame.kind in {"lane", "participant"} or frame.id in plane.frames)
        and frame.box.overlaps(label)
        and not frame.box.holds(label)
    )


def _none(found: Iterable[str]) -> None:
    lines = list(found)
    assert not lines, "\n" + "\n".join(lines)


def _belong_together(one: Drawn, other: Drawn) -> bool:
    """Whether one is drawn on the other on purpose: a boundary event, or a child in its parent."""
    return any(
        inner.element.get("attachedToRef") == outer.id
        or outer.element in inner.element.iterancestors()
        for inner, outer in ((one, other), (other, one))
    )


def _cross(one: Box, other: Box) -> bool:
    """Whether an upright and a level leg pass through each other; meeting at an end does not."""
    level, upright = (one, other) if one.height == 0 else (other, one)
    if level.height or upright.width:
        return False
    return (
        level.x < upright.x < level.x + level.width
        and upright.y < level.y < upright.y + upright.height
    )


def _corner_of_a_gateway(label: Box, shape: Drawn) -> bool:
    """A gateway is a diamond: its question may stand in the empty corner of its box."""
    if not shape.kind.endswith("Gateway"):
        return False
    middle = shape.middle
    near_x = min(max(middle.x, label.x), label.x + label.width)
    near_y = min(max(middle.y, label.y), label.y + label.height)
    return abs(near_x - middle.x) + abs(near_y - middle.y) > shape.box.width / 2


def _widest_word(name: str) -> float:
    """Give the width of the widest word of a label, in letters like those of the viewer."""
    return max((_LETTERS.getlength(word) for word in name.split()), default=0.0) * _WIDER
