"""A diagram as a list: every element in reading order, with what can be changed about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.editing.steps import DraftStep, steps_of
from engine.errors import InvalidDiagram
from engine.spiff import read_diagrams

BPMN = Path(__file__).parents[3] / "bpmn"
DIAGRAMS = sorted(BPMN.glob("*.bpmn"))


def step(name: str, element_id: str) -> DraftStep:
    steps = steps_of((BPMN / f"{name}.bpmn").read_bytes())
    return next(one for one in steps if one.element_id == element_id)


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_each_element_is_one_step(path: Path) -> None:
    found = read_diagrams(path.name, path.read_bytes())
    assert isinstance(found, tuple)
    drawn = [element_id for diagram in found for element_id in diagram.elements]
    listed = [one.element_id for one in steps_of(path.read_bytes())]
    assert sorted(listed) == sorted(drawn)
    assert len(listed) == len(set(listed))


def test_the_list_follows_the_flow_and_edges_come_last() -> None:
    names = [one.title for one in steps_of((BPMN / "appeal.bpmn").read_bytes())]
    assert names[0] == "Appeal was received"
    assert names.index("Allocate a director") < names.index("Decide the appeal")
    assert names.index("Appeal was answered") < names.index("Day three has come")


def test_a_task_says_who_does_it_with_which_form_and_by_when() -> None:
    found = step("appeal", "allocate_director")
    assert (found.lane, found.held_by) == ("Data Management Officer", "dmo")
    assert found.fields["form"] == "allocate_director"
    assert found.fields["due"].startswith("working_days(case.appeal_received_on")
    assert found.depth == 1
    assert found.onward[0].target == "Was it in time?"


def test_a_question_says_its_ways_and_passes_over_what_only_brings_paths_together() -> None:
    found = step("appeal", "was_it_in_time")
    assert [(way.name, way.target, way.condition, way.is_default) for way in found.onward] == [
        ("no", "Decide on taking the late appeal", "in_time == 'no'", False),
        ("yes", "Decide the appeal", "", True),
    ]
    assert found.fields["default"] == "flow_was_it_in_time_to_appeal_is_heard"


def test_messages_timers_calls_and_repetition_are_told() -> None:
    assert step("appeal", "decision_was_changed").fields["fallback_key"] == "case.ref"
    assert step("appeal", "time_to_answer_passed").fields["timer"] == "after(case.appeal_due)"
    assert step("appeal", "acknowledge_appeal").fields["letter"] == "appeal_acknowledgement"
    assert step("appeal", "remind_director").fields["parameter.role"] == "'case.director'"
    assert step("flags", "confirm_flag").repeats == "Once for each of “Flag systems”, all at once"
    edges = dict(step("appeal", "answer_the_appeal").edges)
    assert edges["appeal_was_withdrawn"] == "Appeal was withdrawn"
    assert step("appeal", "appeal_was_withdrawn").attached_to == "Answer the appeal"


BROKEN = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI">
  <process id="p">
    <userTask name="No id"/>
    <userTask id="twice"/><userTask id="twice"/>
    <exclusiveGateway id="round"/>
    <sequenceFlow id="f1" sourceRef="round" targetRef="round"/>
    <sequenceFlow id="f2" sourceRef="twice" targetRef="nowhere"/>
    <boundaryEvent id="edge" attachedToRef="gone"/>
    <serviceTask id="bare"/>
  </process>
  <di:BPMNShape bpmnElement="twice"><di:Bounds x="left" y="NaN"/></di:BPMNShape>
</definitions>"""


def test_a_diagram_full_of_errors_is_listed_all_the_same() -> None:
    found = {one.element_id: one for one in steps_of(BROKEN)}
    assert set(found) == {"", "twice", "round", "edge", "bare"}
    assert found["twice"].onward[0].target == "nowhere"
    assert found["edge"].attached_to == "gone"
    assert found["bare"].fields["operation"] == ""


@pytest.mark.parametrize(
    "content", [b"", b"half <a", b"<x/>", b"\xff\xfe", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>']
)
def test_what_is_no_diagram_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(InvalidDiagram) as refused:
        steps_of(content, "bpmn/x.bpmn")
    assert refused.value.findings[0].message.startswith("Expected ")
