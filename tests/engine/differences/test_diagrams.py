"""Two versions of a diagram are compared by element, in words."""

from __future__ import annotations

import pytest

from engine.differences import ElementChange, FileDifference
from tests.engine.differences.shipped import APPEAL, FLAGS, between, difference, files
from tests.engine.spiff.drawing import draw, each, end, script, start, table, user, xor

PATH = "bpmn/p.bpmn"
GOOD = draw("p", start(), user("u", form="f"), end(), flows="s -> u -> e")


def one(found: FileDifference) -> ElementChange:
    assert len(found.elements) == 1, found.elements
    return found.elements[0]


@pytest.mark.parametrize(
    ("old", "new", "element", "detail"),
    [
        (
            'name="Allocate a director"',
            'name="Choose a director"',
            "allocate_director",
            ("Name", "Allocate a director", "Choose a director"),
        ),
        (
            'name="form" value="allocate_director"',
            'name="form" value="other"',
            "allocate_director",
            ("Form", "allocate_director", "other"),
        ),
        (
            "working_days(case.appeal_received_on, policy(&#39;appeal.allocate_within&#39;))",
            "case.appeal_due",
            "allocate_director",
            (
                "Due date",
                "working_days(case.appeal_received_on, policy('appeal.allocate_within'))",
                "case.appeal_due",
            ),
        ),
        (
            'id="appeals.work_out_dates"',
            'id="appeals.other"',
            "work_out_dates",
            ("Operation", "appeals.work_out_dates", "appeals.other"),
        ),
        (
            'calledElement="issue_a_letter"',
            'calledElement="appeal"',
            "acknowledge_appeal",
            ("Calls the process", "issue_a_letter", "appeal"),
        ),
        (
            'id="lane_data_management_officer" name="Data Management Officer"',
            'id="lane_data_management_officer" name="Officer"',
            "lane_data_management_officer",
            ("Name", "Data Management Officer", "Officer"),
        ),
        (
            '<bpmn:message id="appeal_received" name="appeal_received"',
            '<bpmn:message id="appeal_received" name="appeal_came"',
            "appeal_received",
            ("Name", "appeal_received", "appeal_came"),
        ),
    ],
)
def test_a_changed_field_is_named_in_words(
    old: str, new: str, element: str, detail: tuple[str, str, str]
) -> None:
    found = difference(APPEAL, (old, new))
    assert (found.kind, found.state, found.is_layout_only) == ("diagram", "changed", False)
    changes = {change.element_id: change for change in found.elements}
    assert changes[element].what == "changed"
    assert changes[element].process_id in ("appeal", "")
    assert detail in changes[element].details


def test_a_flow_without_a_name_is_called_after_its_ends() -> None:
    condition = ("in_time == 'no'", "in_time != 'yes'")
    change = one(difference(APPEAL, condition))
    assert (change.kind, change.name) == ("Flow", "no")
    assert change.details == (("Condition", "in_time == 'no'", "in_time != 'yes'"),)
    unnamed = draw("p", start(), user("u"), end(), flows="s -> u -> e")
    loud = unnamed.replace(b'targetRef="e">', b'targetRef="e" isImmediate="true">')
    assert one(between(PATH, unnamed, loud)).name == "u to e"


def test_another_default_flow_is_called_by_where_it_leads() -> None:
    old = draw("p", start(), xor("g"), end("a"), end("b"), flows="s -> g; g => a; g -> b [x]")
    new = old.replace(b'default="g_to_a"', b'default="g_to_b"')
    assert one(between(PATH, old, new)).details == (
        ("Way when no condition holds", "g to a", "g to b"),
    )


def test_a_flow_that_leads_elsewhere_says_from_where_to_where() -> None:
    old = draw("p", start(), user("u"), end("a"), end("b"), flows="s -> u -> a")
    new = old.replace(b'targetRef="a"', b'targetRef="b"')
    assert one(between(PATH, old, new)).details == (("To", "a", "b"),)


def test_a_step_that_changes_lane_says_so_and_its_lanes_do_not() -> None:
    ref = "        <bpmn:flowNodeRef>allocate_director</bpmn:flowNodeRef>\n"
    text = files()[APPEAL].decode()
    lane = '<bpmn:lane id="lane_the_system" name="The system">'
    assert ref in text
    head, _, tail = text.replace(ref, "").partition(lane)
    before, closing, after = tail.partition("        <bpmn:flowNodeRef>")
    moved = f"{head}{lane}{before}{ref}{closing}{after}"
    change = one(between(APPEAL, text.encode(), moved.encode()))
    assert change.element_id == "allocate_director"
    assert change.details == (("Lane", "Data Management Officer", "The system"),)


def test_what_only_stands_elsewhere_in_the_drawing_has_moved() -> None:
    shape = 'bpmnElement="allocate_director">\n        <dc:Bounds x="'
    found = difference(APPEAL, (shape, shape + "1"))
    change = one(found)
    assert (change.element_id, change.what) == ("allocate_director", "moved")
    assert [label for label, _, _ in change.details] == ["Place"]
    assert found.is_layout_only


def test_bends_of_a_flow_are_a_move_and_the_size_of_a_box_too() -> None:
    found = difference(
        APPEAL, ('<di:waypoint x="1', '<di:waypoint x="2'), ('width="100"', 'width="120"')
    )
    assert found.is_layout_only
    assert {change.what for change in found.elements} == {"moved"}
    assert {label for change in found.elements for label, _, _ in change.details} == {"Way", "Size"}


def test_numbers_written_otherwise_are_the_same_place() -> None:
    found = difference(APPEAL, ('x="160" y="80"', 'x="160.0" y="80.0"'))
    assert found.elements == ()
    assert found.is_layout_only
    assert found.note.startswith("Only how the file is written")


def test_a_changed_step_that_also_moved_says_both() -> None:
    shape = 'bpmnElement="allocate_director">\n        <dc:Bounds x="'
    change = one(difference(APPEAL, (shape, shape + "1"), ("Allocate a director", "Choose one")))
    assert change.what == "changed"
    assert [label for label, _, _ in change.details] == ["Name", "Place in the drawing"]


def test_an_inserted_step_is_added_and_the_flows_around_it_change() -> None:
    new = draw("p", start(), user("u", form="f"), user("v", form="g"), end(), flows="s->u->v->e")
    found = between(PATH, GOOD, new)
    said = {change.element_id: change.what for change in found.elements}
    assert said == {"v": "added", "u_to_v": "added", "v_to_e": "added", "u_to_e": "removed"}
    added = next(change for change in found.elements if change.element_id == "v")
    assert added.details == (("Form", "", "g"),)


def test_another_kind_under_the_same_id_is_a_change_of_kind() -> None:
    new = GOOD.replace(b"userTask", b"manualTask").replace(b'value="f"', b'value="f"')
    assert ("Kind", "Task", "Task") not in one(between(PATH, GOOD, new)).details
    (label, old, to), *_ = one(between(PATH, GOOD, new)).details
    assert (label, old, to) == ("Kind", "userTask", "manualTask")


def test_several_instances_are_told_part_by_part() -> None:
    change = one(
        difference(FLAGS, ("<bpmn:loopDataInputRef>flag_systems", "<bpmn:loopDataInputRef>all"))
    )
    assert change.details == (("Several, one for each of", "flag_systems", "all"),)
    old = draw("p", start(), each(), user("u"), end(), flows="s -> u -> e")
    assert between(PATH, old, GOOD).elements


def test_a_loop_without_a_word_in_it_is_missed_when_it_goes() -> None:
    with_loop = GOOD.replace(
        b'<bpmn:userTask id="u">', b'<bpmn:userTask id="u"><bpmn:standardLoopCharacteristics/>'
    )
    assert one(between(PATH, with_loop, GOOD)).element_id == "u"


def test_a_default_value_written_out_is_no_difference() -> None:
    new = GOOD.replace(b'<bpmn:userTask id="u"', b'<bpmn:userTask id="u" startQuantity="1"')
    found = between(PATH, GOOD, new)
    assert (found.elements, found.is_layout_only) == ((), True)


def test_unknown_extensions_and_attributes_are_told() -> None:
    new = GOOD.replace(
        b'<bpmn:userTask id="u">',
        b'<bpmn:userTask xmlns:a="urn:acme" id="u" a:heat="3">',
    ).replace(
        b"</spiffworkflow:properties>", b'</spiffworkflow:properties><x:y xmlns:x="urn:x">1</x:y>'
    )
    labels = [label for label, _, _ in one(between(PATH, GOOD, new)).details]
    assert labels == [
        "Other part of the file: @{urn:acme}heat",
        "Other part of the file: extensionElements/{urn:x}y/text",
    ]


def test_another_id_of_a_process_is_said_clearly() -> None:
    found = difference(APPEAL, ('<bpmn:process id="appeal"', '<bpmn:process id="appeals"'))
    said = {(change.element_id, change.what) for change in found.elements}
    assert said == {("appeal", "removed"), ("appeals", "added")}
    assert found.note.startswith("The process appeal is gone and appeals is new.")
    assert not found.is_layout_only


def test_the_order_in_which_answers_are_asked_is_a_difference() -> None:
    parts = (start(), xor("g"), end("a"), end("b"), end("c"))
    old = draw("p", *parts, flows="s -> g; g => a; g -> b [x]; g -> c [y]")
    new = draw("p", *parts, flows="s -> g; g => a; g -> c [y]; g -> b [x]")
    (label, _, to), *_ = one(between(PATH, old, new)).details
    assert (label, to) == ("Order in which its answers are asked", "g to a, g to c, g to b")


def test_comments_are_told_by_line() -> None:
    found = between(PATH, GOOD, GOOD.replace(b"<bpmn:process", b"<!-- why -->\n<bpmn:process"))
    assert (found.elements, found.is_layout_only) == ((), True)
    assert found.note == "Comments in the file differ."
    assert found.lines


def test_other_prefixes_and_another_order_of_attributes_are_only_writing() -> None:
    new = GOOD.replace(b"bpmn:", b"b:").replace(b"xmlns:bpmn=", b"xmlns:b=")
    new = new.replace(
        b' id="all" targetNamespace="urn:test"', b' targetNamespace="urn:test" id="all"'
    )
    found = between(PATH, GOOD, new)
    assert (found.elements, found.lines, found.is_layout_only) == ((), (), True)
    assert found.note.startswith("Only how the file is written differs")


def test_a_diagram_that_does_not_pass_the_gate_is_compared_by_element() -> None:
    old = draw("p", user("u"), user("lost"), script("x", "import os"), flows="u -> nowhere")
    new = old.replace(b"import os", b"import sys")
    assert one(between(PATH, old, new)).details == (("Script", "import os", "import sys"),)


def test_two_elements_of_one_id_and_some_without_are_both_compared() -> None:
    twice = b'<bpmn:userTask id="u" name="A"/><bpmn:userTask id="u" name="B"/><bpmn:task name="C"/>'
    old = GOOD.replace(b"</bpmn:process>", twice + b"</bpmn:process>")
    for name in (b"A", b"B", b"C"):
        new = old.replace(b'name="%s"' % name, b'name="Z"')
        assert one(between(PATH, old, new)).details == (("Name", name.decode(), "Z"),)


def test_a_file_of_another_kind_is_compared_by_line_with_the_reason() -> None:
    rules = table("d", '"a" => "x"', inputs="i", outputs="o")
    found = between(PATH, GOOD, rules)
    assert "Expected a diagram" in found.note
    assert found.lines
    assert not found.is_layout_only
