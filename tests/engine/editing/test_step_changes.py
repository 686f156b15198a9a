"""Changing one step: exactly that is written, everything else stays byte for byte."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from engine.editing.step_changes import change_step
from engine.editing.steps import DraftStep, steps_of
from engine.errors import InvalidAnswers, NotFound

BPMN = Path(__file__).parents[3] / "bpmn"
DIAGRAMS = sorted(BPMN.glob("*.bpmn"))
APPEAL = (BPMN / "appeal.bpmn").read_bytes()
HOSTILE = "a \"quoted\" <b> & 'it' ]]> <!-- x --> &amp; ${y} \N{SNOWMAN}"


def step(xml: bytes, element_id: str) -> DraftStep:
    return next(one for one in steps_of(xml) if one.element_id == element_id)


def changed_lines(before: bytes, after: bytes) -> list[str]:
    lines = difflib.unified_diff(
        before.decode().splitlines(), after.decode().splitlines(), n=0, lineterm=""
    )
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def value_for(one: DraftStep, field: str) -> str:
    if field == "operation":
        return "notices.tell"
    if field == "default":
        return next(way.flow_id for way in one.onward if not way.is_default)
    return "P3D" if field == "timer" else HOSTILE


@pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)
def test_each_field_of_each_step_is_written_read_back_and_put_back(path: Path) -> None:
    xml = path.read_bytes()
    seen: set[tuple[str, str]] = {("", "lane")}
    for one in steps_of(xml):
        for field, old in one.fields.items():
            kind = ("", field) if field == "lane" else (one.kind, field.split(".")[0])
            if kind in seen:
                continue
            seen.add(kind)
            new = value_for(one, field)
            changed = change_step(xml, one.element_id, {field: new})
            assert dict(step(changed, one.element_id).fields) == {**one.fields, field: new}
            assert len(changed_lines(xml, changed)) <= 6
            back = change_step(changed, one.element_id, {field: old})
            if field == "message":  # its declaration goes to the end of the others
                assert sorted(back.splitlines()) == sorted(xml.splitlines())
            else:
                assert back == xml, (one.element_id, field)


def test_a_change_of_a_form_is_a_change_of_one_line() -> None:
    changed = change_step(APPEAL, "allocate_director", {"form": "holding_letter"})
    assert changed_lines(APPEAL, changed) == [
        '-            <spiffworkflow:property name="form" value="allocate_director" />',
        '+            <spiffworkflow:property name="form" value="holding_letter" />',
    ]


def test_what_is_as_it_was_changes_nothing() -> None:
    one = step(APPEAL, "decide_appeal")
    assert change_step(APPEAL, "decide_appeal", one.fields) == APPEAL


def test_an_emptied_property_goes_whole_and_is_never_left_without_a_value() -> None:
    changed = change_step(APPEAL, "decide_late_appeal", {"form": "", "due": ""})
    assert [line.strip("- ").split()[0] for line in changed_lines(APPEAL, changed)] == [
        "<bpmn:extensionElements>",
        "<spiffworkflow:properties>",
        "<spiffworkflow:property",
        "<spiffworkflow:property",
        "</spiffworkflow:properties>",
        "</bpmn:extensionElements>",
    ]
    assert b'value=""' not in changed
    assert step(changed, "decide_late_appeal").fields["form"] == ""


def test_a_message_nobody_declared_is_declared_and_an_old_one_is_forgotten() -> None:
    changed = change_step(APPEAL, "appeal_was_withdrawn", {"message": "look_asked"})
    assert '+  <bpmn:message id="look_asked" name="look_asked" />' in changed_lines(APPEAL, changed)
    assert b'<bpmn:message id="appeal_withdrawn"' not in changed
    again = change_step(changed, "appeal_was_received", {"message": "look_asked"})
    assert again.count(b"<bpmn:message ") == 3


def test_a_message_called_like_a_step_gets_an_id_of_its_own() -> None:
    changed = change_step(APPEAL, "appeal_was_withdrawn", {"message": "decide_appeal"})
    assert b'<bpmn:message id="message_decide_appeal" name="decide_appeal" />' in changed
    assert step(changed, "decide_appeal").name == "Decide the appeal"


def test_a_parameter_is_added_and_taken_away() -> None:
    added = change_step(APPEAL, "work_out_dates", {"parameter.reason": "'late'"})
    assert step(added, "work_out_dates").fields["parameter.reason"] == "'late'"
    gone = change_step(added, "work_out_dates", {"parameter.reason": ""})
    assert step(gone, "work_out_dates").fields == step(APPEAL, "work_out_dates").fields


PLAIN = b"""<?xml version='1.0'?>
<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL' id='d'><process id='p'>\
<laneSet><lane id='l1' name='A'><flowNodeRef>t</flowNodeRef></lane><lane id='l2'/></laneSet>\
<userTask id='t' name='It&#39;s > "this"'></userTask><serviceTask id='s'/>\
<exclusiveGateway id="g"/><sequenceFlow id="f" sourceRef="g" targetRef="t"/>\
<sequenceFlow id="h" sourceRef="g" targetRef="s"/>\
<!-- <userTask id='t'/> --><intermediateCatchEvent id="c"><timerEventDefinition/>\
</intermediateCatchEvent></process></definitions>"""


@pytest.mark.parametrize(
    ("element_id", "field", "text"),
    [
        ("t", "name", HOSTILE),
        ("t", "form", "log_appeal"),
        ("t", "documentation", "Two\nlines"),
        ("t", "lane", "l2"),
        ("s", "operation", "cases.close"),
        ("g", "default", "f"),
        ("g", "condition.h", "in_time == 'no'"),
        ("g", "flow_name.h", "no"),
        ("c", "timer", "on(case.end_on)"),
    ],
)
def test_a_file_of_another_tool_in_one_line_and_without_our_extensions_is_changed_too(
    element_id: str, field: str, text: str
) -> None:
    changed = change_step(PLAIN, element_id, {field: text})
    assert step(changed, element_id).fields[field] == text
    assert b"<!-- <userTask id='t'/> -->" in changed


@pytest.mark.parametrize(
    ("element_id", "changes", "said"),
    [
        ("decide_appeal", {"name": "x" * 10_000}, "at most 200 characters"),
        ("decide_appeal", {"due": "x" * 10_000}, "at most 4000 characters"),
        ("decide_appeal", {"name": "null \0 byte"}, "a character that no file can keep"),
        ("decide_appeal", {"operation": "cases.close"}, "Expected no operation for this kind"),
        ("decide_appeal", {'parameter."><x': "1"}, "for this kind of step"),
        ("decide_appeal", {"lane": "nowhere"}, "Choose one from the list"),
        ("was_it_in_time", {"default": "nowhere"}, "a way out of this step"),
        ("day_three_has_come", {"timer": " "}, "Expected when it fires"),
        ("remind_director", {"operation": ""}, "Choose one"),
        ("appeal_was_withdrawn", {"message": ""}, "Choose one"),
        ("answer_the_appeal", {"lane": "lane_the_system"}, "Move it in the diagram"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(
    element_id: str, changes: dict[str, str], said: str
) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        change_step(APPEAL, element_id, changes)
    (problem,) = refused.value.problems
    assert said in problem.message
    assert problem.question == next(iter(changes))


def test_an_id_that_stands_there_twice_is_not_guessed() -> None:
    xml = PLAIN.replace(b"id='s'", b"id='t'")
    with pytest.raises(InvalidAnswers, match="stands there twice"):
        change_step(xml, "t", {"name": "Other"})


def test_a_step_that_is_not_there_is_not_found() -> None:
    for element_id in ("nowhere", "", "flow_decide_appeal_to_appeal_was_decided"):
        with pytest.raises(NotFound):
            change_step(APPEAL, element_id, {"name": "x"})


@settings(max_examples=40)
@given(text=some.text(max_size=300))
def test_any_text_is_kept_as_it_was_typed_or_refused(text: str) -> None:
    try:
        changed = change_step(PLAIN, "t", {"documentation": text})
    except InvalidAnswers:
        return
    kept = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    assert step(changed, "t").documentation == kept
