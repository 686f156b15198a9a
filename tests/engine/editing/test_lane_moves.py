"""A step that changes its lane is drawn in it: no shape covered, every arrow in right angles."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from engine.editing.step_changes import change_step
from engine.editing.steps import steps_of
from engine.errors import InvalidAnswers
from tests.bpmn.pictures import BPMN, Drawn, Plane, planes

FOLDER = Path(__file__).parents[3] / "bpmn"
MOVES = [
    ("appeal", "write_holding_letter", "lane_the_system"),
    ("appeal", "allocate_director", "lane_assistant_director"),
    ("appeal", "record_not_taken", "lane_data_management_officer"),
    ("formal_stage", "record_meeting", "lane_data_management_officer"),
    ("issue_letter", "issue_letter", "lane_the_system"),
    ("informal_stage", "talk_with_customer", "lane_the_system"),
    ("partner_share", "partner_knows", "lane_the_system"),
]


def faults(plane: Plane) -> list[str]:
    """Say what is wrong with a picture: what our own diagrams are held to, lines crossing aside."""
    found = [
        f"{one.id} covers {other.id}"
        for one, other in combinations(plane.nodes, 2)
        if one.box.overlaps(other.box) and not _on_purpose(one, other)
    ]
    for lane in plane.shapes.values():
        for said in lane.element.findall(BPMN + "flowNodeRef"):
            node = plane.shapes.get(said.text or "")
            if node and not lane.box.holds(node.middle):
                found.append(f"{node.id} lies outside {lane.id}")
    return [*found, *(fault for flow in plane.flows.values() for fault in _faults_of(plane, flow))]


def _faults_of(plane: Plane, flow: Drawn) -> Iterator[str]:
    ends = [flow.element.get("sourceRef", ""), flow.element.get("targetRef", "")]
    for bend, end in zip((flow.bends[0], flow.bends[-1]), ends, strict=True):
        if not plane.shapes[end].box.on_its_edge(bend):
            yield f"{flow.id} does not reach {end}"
    for leg in flow.legs:
        if 0 not in {leg.width, leg.height}:
            yield f"{flow.id} is slanted"
        for node in plane.nodes:
            if node.id not in {*ends, *plane.frames} and leg.overlaps(node.box):
                yield f"{flow.id} crosses {node.id}"


@pytest.mark.parametrize(("name", "element_id", "lane_id"), MOVES)
def test_a_step_moves_into_another_lane_with_its_arrows(
    name: str, element_id: str, lane_id: str, tmp_path: Path
) -> None:
    xml = (FOLDER / f"{name}.bpmn").read_bytes()
    moved = change_step(xml, element_id, {"lane": lane_id})
    before = {one.element_id: one for one in steps_of(xml)}
    for one in steps_of(moved):
        if one.element_id == element_id:
            assert one.lane_id == lane_id
        elif one.kind != "boundary_event":
            assert one.lane_id == before[one.element_id].lane_id
        assert one.onward == before[one.element_id].onward
    file = tmp_path / "moved.bpmn"
    file.write_bytes(moved)
    for plane in planes(file):
        assert faults(plane) == []


def test_where_there_is_no_room_it_stays_and_the_reason_is_said() -> None:
    xml = (FOLDER / "appeal.bpmn").read_bytes()
    with pytest.raises(InvalidAnswers, match="drawn open"):
        change_step(xml, "answer_the_appeal", {"lane": "lane_the_system"})
    with pytest.raises(InvalidAnswers, match="Expected room in that lane"):
        change_step(xml, "record_not_taken", {"lane": "lane_assistant_director"})


def test_a_step_that_is_not_drawn_only_changes_its_list() -> None:
    xml = (FOLDER / "appeal.bpmn").read_bytes()
    bare = xml[: xml.index(b"  <bpmndi:BPMNDiagram")] + b"</bpmn:definitions>\n"
    moved = change_step(bare, "allocate_director", {"lane": "lane_the_system"})
    assert len(moved) == len(bare)


def _on_purpose(one: Drawn, other: Drawn) -> bool:
    return any(
        inner.element.get("attachedToRef") == outer.id
        or outer.element in inner.element.iterancestors()
        for inner, outer in ((one, other), (other, one))
    )
