"""What a browser editor drops is named, what it edits is not, whatever the files hold."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.editing.losses import MOST_NAMED, Loss, losses
from tests.engine.differences.shipped import APPEAL, FLAGS, POLICY, REVIEW, files
from tests.engine.editing.sameness import same_for_engine
from tests.engine.spiff.drawing import draw, each, end, node, service, start, sub, user

SAVED = Path(__file__).parent / "saved"
HOSTILE = [
    b"",
    b"hello",
    bytes(range(256)),
    b"<!DOCTYPE x><x/>",
    b'<!DOCTYPE d [<!ENTITY a "aaaa">]><d>&a;</d>',
    b"<a>" * 250 + b"</a>" * 250,
    b"<a>" * 9000 + b"</a>" * 9000,
    b"<a>" + b"x" * 2_000_001 + b"</a>",
    b"<html/>",
]
LOOP = b"<bpmn:loopDataInputRef>flag_systems</bpmn:loopDataInputRef>"
GOOD = draw("p", start(), user("u", form="f", due="x"), end(), flows="s -> u -> e")


def said(before: bytes, after: bytes) -> list[tuple[str, str]]:
    return [(loss.element_id, loss.what) for loss in losses(before, after)]


def within(data: bytes, opening: bytes, *inside: bytes) -> bytes:
    """Put something right behind an opening tag."""
    assert data.count(opening) == 1
    return data.replace(opening, opening + b"".join(inside))


def test_what_the_library_drops_of_a_diagram_is_named_with_its_line() -> None:
    before = (SAVED / "of_other_tools.bpmn").read_bytes()
    after = (SAVED / "of_other_tools.after.bpmn").read_bytes()
    assert losses(before, after) == (
        Loss("", 'The file: target "v" is left out.', 6),
        Loss("", 'The file: acme:stray "1" is left out.', 37),
        Loss("u", '"Ask" (u): targetRef "nowhere" is left out.', 21),
        Loss("u", '"Ask" (u): loopDataInputRef "names" is left out.', 24),
        Loss("u", '"Ask" (u): loopDataOutputRef "results" is left out.', 25),
        Loss("u", '"Ask" (u): unheard "q" is left out.', 30),
        Loss("g", "g: acme:loose is left out.", 34),
        Loss("", 'The comment "made by hand" is left out.', 2),
    )


def test_what_the_library_drops_of_a_table_is_named_with_its_line() -> None:
    before = (SAVED / "of_other_tools.dmn").read_bytes()
    after = (SAVED / "of_other_tools.after.dmn").read_bytes()
    assert losses(before, after) == (
        Loss("", 'The file: acme:stray "1" is left out.', 19),
        Loss("ks", '"Policy" (ks): locationURI "x" is left out.', 6),
        Loss("r", 'r: unheard "1" is left out.', 16),
    )


def test_nothing_is_lost_between_a_file_and_itself() -> None:
    for content in files().values():
        assert losses(content, content) == ()


@pytest.mark.parametrize("path", [APPEAL, FLAGS, POLICY, REVIEW])
def test_formatting_order_prefixes_and_the_declaration_are_no_losses(path: str) -> None:
    root = etree.fromstring(files()[path], etree.XMLParser(remove_blank_text=True))
    for each_node in root.iter():
        attributes = sorted(each_node.attrib.items(), reverse=True)
        each_node.attrib.clear()
        each_node.attrib.update(attributes)
    after = etree.tostring(root).replace(b"bpmn:", b"b:").replace(b"xmlns:bpmn=", b"xmlns:b=")
    assert losses(files()[path], after) == ()
    assert same_for_engine(files()[path], after) == ()


def test_a_variable_of_several_instances_is_named() -> None:
    assert LOOP in files()[FLAGS]
    after = files()[FLAGS].replace(LOOP, b"")
    assert said(files()[FLAGS], after) == [
        (
            "confirm_flag",
            '"Confirm the flag in one system" (confirm_flag): '
            'loopDataInputRef "flag_systems" is left out.',
        )
    ]
    assert any("collection" in each for each in same_for_engine(files()[FLAGS], after))


@pytest.mark.parametrize(
    "part", ["loopCardinality", "completionCondition", "inputDataItem", "outputDataItem"]
)
def test_other_parts_of_several_instances_are_named(part: str) -> None:
    inner = f'<bpmn:{part} id="x">3</bpmn:{part}>'.encode()
    loop = b"<bpmn:multiInstanceLoopCharacteristics>"
    before = within(
        GOOD, b'<bpmn:userTask id="u">', loop, inner, b"</bpmn:multiInstanceLoopCharacteristics>"
    )
    assert said(before, before.replace(inner, b"")) == [("u", f'u: {part} "x" is left out.')]


def test_taking_the_whole_repetition_away_is_an_edit() -> None:
    loop = each(items="names", item="name").encode()
    before = within(GOOD, b'<bpmn:userTask id="u">', loop)
    assert losses(before, GOOD) == ()


def test_a_variable_of_a_process_is_named() -> None:
    gone = etree.fromstring(files()[FLAGS])
    (variable,) = gone.findall(".//{*}property[@id]")
    parent = variable.getparent()
    assert parent is not None
    parent.remove(variable)
    (loss,) = losses(files()[FLAGS], etree.tostring(gone))
    assert (loss.element_id, loss.what) == ("flag_systems", "flag_systems: property is left out.")


@pytest.mark.parametrize(
    ("inside", "what"),
    [
        (b'<x:retry xmlns:x="urn:x"/>', "x:retry"),
        (b'<spiffworkflow:retry count="3"/>', "spiffworkflow:retry"),
        (b"<spiffworkflow:preScript>a = 1</spiffworkflow:preScript>", "preScript"),
    ],
)
def test_unknown_extensions_are_named_wherever_the_properties_go(inside: bytes, what: str) -> None:
    before = within(GOOD, b'<bpmn:userTask id="u"><bpmn:extensionElements>', inside)
    plain = draw("p", start(), user("u"), end(), flows="s -> u -> e")
    for after in (GOOD, plain):
        ((element, sentence),) = said(before, after)
        assert element == "u"
        assert what in sentence


def test_a_property_that_no_field_edits_is_named_and_those_of_ours_are_not() -> None:
    before = draw("p", start(), user("u", form="f", due="x", heat="3"), end(), flows="s -> u -> e")
    after = draw("p", start(), user("u"), end(), flows="s -> u -> e")
    assert said(before, after) == [("u", 'u: spiffworkflow:property "heat" is left out.')]


def test_attributes_of_other_tools_are_named() -> None:
    before = GOOD.replace(
        b'<bpmn:userTask id="u"', b'<bpmn:userTask xmlns:a="urn:a" a:heat="3" id="u"'
    )
    assert said(before, GOOD) == [("u", 'u: the attribute a:heat="3" is left out.')]


def test_parts_of_the_standard_that_are_not_drawn_are_named() -> None:
    inside = {
        b'<bpmn:ioSpecification id="i"><bpmn:inputSet/></bpmn:ioSpecification>': "ioSpecification",
        b"<bpmn:auditing/>": "auditing",
        b'<bpmn:potentialOwner id="o"/>': "potentialOwner",
    }
    for part, name in inside.items():
        before = within(GOOD, b'<bpmn:userTask id="u">', part)
        ((element, sentence),) = said(before, GOOD)
        assert (element, name in sentence) == ("u", True)


def test_a_data_object_is_named_unless_what_shows_it_was_deleted() -> None:
    stored = b'<bpmn:dataObject id="pack"/>'
    shown = b'<bpmn:dataObjectReference id="r" dataObjectRef="pack"/>'
    before = GOOD.replace(b"</bpmn:process>", stored + shown + b"</bpmn:process>")
    drawn = (
        b'<d:BPMNShape xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI" bpmnElement="r"/>'
        b"</bpmn:definitions>"
    )
    before = before.replace(b"</bpmn:definitions>", drawn)
    assert losses(before, before.replace(stored, b"").replace(shown, b"")) == ()
    assert said(before, before.replace(stored, b"")) == [("pack", "pack: dataObject is left out.")]


def test_a_message_nobody_names_any_more_may_go() -> None:
    before = draw("p", start(message="go"), user("u"), end(), flows="s -> u -> e")
    plain = draw("p", start(), user("u"), end(), flows="s -> u -> e")
    assert losses(before, plain) == ()
    declared = b'<bpmn:message id="m_go" name="go"/>'
    assert said(before, before.replace(declared, b"")) == [
        ("m_go", '"go" (m_go): message is left out.')
    ]


def test_an_element_that_was_deleted_takes_everything_along() -> None:
    inner = sub("b", start("bs"), user("bu", heat="1"), end("be"), flows="bs -> bu -> be")
    before = draw("p", start(), inner, end(), flows="s -> b -> e")
    shape = (
        b'<d:BPMNShape xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI" bpmnElement="b"/>'
        b"</bpmn:definitions>"
    )
    before = before.replace(b"</bpmn:definitions>", shape)
    after = draw("p", start(), end(), flows="s -> e")
    assert losses(before, after) == ()


def test_an_element_that_was_never_drawn_cannot_have_been_deleted() -> None:
    after = draw("p", start(), end(), flows="s -> e")
    assert ("u", "u: userTask is left out.") in said(GOOD, after)


def test_what_the_editor_edits_is_no_loss() -> None:
    before = draw(
        "p",
        start(timer="on(case.day)"),
        service("w", "notices.tell", "result", role="'dmo'"),
        node("callActivity", "c", calledElement="issue_a_letter", name="Write"),
        end(message="done"),
        flows="s -> w -> c -> e",
    ).replace(b'<bpmn:callActivity id="c"', b'<bpmn:callActivity default="c_to_e" id="c"')
    before = within(
        before, b'name="Write">', b"<bpmn:documentation>Why (R-1).</bpmn:documentation>"
    )
    after = draw(
        "p",
        start(),
        service("w", "other"),
        node("callActivity", "c"),
        end(),
        flows="s -> w -> c -> e",
    )
    assert losses(before, after) == ()


def test_another_kind_of_step_keeps_what_other_tools_say_and_nothing_else() -> None:
    inside = b'<bpmn:extensionElements><x:y xmlns:x="urn:x"/></bpmn:extensionElements>'
    before = draw(
        "p", start(), node("callActivity", "u", calledElement="q"), end(), flows="s->u->e"
    )
    before = within(before, b'calledElement="q">', inside, b"<bpmn:ioSpecification/>")
    after = draw("p", start(), node("userTask", "u"), end(), flows="s->u->e")
    assert said(before, after) == [("u", "u: x:y is left out.")]


def test_another_id_of_the_process_is_no_loss_of_what_it_has() -> None:
    after = files()[FLAGS].replace(b'"flags"', b'"flags_too"')
    assert losses(files()[FLAGS], after) == ()


def test_a_pool_that_was_deleted_takes_its_process_along() -> None:
    after = draw("Process_1", flows="").replace(b' isExecutable="true"', b"")
    shapes = b"".join(
        b'<d:BPMNShape bpmnElement="%s"/>' % id_ for id_ in (b"pool", b"s", b"u", b"e")
    )
    drawn = (
        b'<d:BPMNDiagram xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI">'
        b'<d:BPMNPlane bpmnElement="c">%s</d:BPMNPlane></d:BPMNDiagram></bpmn:definitions>'
    )
    before = GOOD.replace(b"</bpmn:definitions>", drawn % shapes)
    pool = b'<bpmn:participant id="pool" processRef="p"/>'
    collaboration = b'<bpmn:collaboration id="c">' + pool + b"</bpmn:collaboration>"
    before = before.replace(b"<bpmn:process", collaboration + b"<bpmn:process")
    assert losses(before, after) == ()


def test_labels_and_marks_of_the_drawing_are_drawn_anew() -> None:
    label = b'<d:BPMNLabel xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI"/>'
    shape = (
        b'<d:BPMNShape xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI" '
        b'bpmnElement="u" isExpanded="true">%s</d:BPMNShape></bpmn:definitions>'
    )
    before = GOOD.replace(b"</bpmn:definitions>", shape % label)
    after = GOOD.replace(b"</bpmn:definitions>", shape.replace(b' isExpanded="true"', b"") % b"")
    assert losses(before, after) == ()


def test_rows_columns_cells_and_the_hit_policy_are_edited_in_the_table() -> None:
    before = (SAVED / "of_other_tools.dmn").read_bytes()
    root = etree.fromstring(before)
    for tag in ("rule", "output"):
        for found in root.findall(f".//{{*}}{tag}"):
            parent = found.getparent()
            assert parent is not None
            parent.remove(found)
    root.find(".//{*}decisionTable").attrib.pop("hitPolicy")  # type: ignore[union-attr]
    assert losses(before, etree.tostring(root)) == ()


@pytest.mark.parametrize(
    ("path", "element"),
    [
        (".//{*}decision/{*}description", "t"),
        (".//{*}decision/{*}variable", "t"),
        (".//{*}decision/{*}informationRequirement", "t"),
        (".//{*}rule/{*}annotationEntry", "r"),
        (".//{*}rule/{*}extensionElements", "r"),
        (".//{*}output/{*}defaultOutputEntry", "o"),
        ("{*}inputData", "kind"),
        ("{*}knowledgeSource", "ks"),
        ("{*}description", ""),
        ("{*}DMNDI", ""),
        (".//{*}DMNShape", ""),
    ],
)
def test_parts_of_a_file_of_tables_that_its_editor_does_not_show_are_named(
    path: str, element: str
) -> None:
    before = (SAVED / "of_other_tools.dmn").read_bytes()
    root = etree.fromstring(before)
    found = root.find(path)
    assert found is not None
    parent = found.getparent()
    assert parent is not None
    parent.remove(found)
    assert [loss.element_id for loss in losses(before, etree.tostring(root))] == [element]


@pytest.mark.parametrize("bad", HOSTILE)
def test_hostile_files_are_answered_with_a_sentence(bad: bytes) -> None:
    began = time.process_time()
    for before, after in ((GOOD, bad), (bad, GOOD)):
        (loss,) = losses(before, after)
        assert "Expected" in loss.what
    assert losses(bad, bad) == ()
    assert time.process_time() - began < 3


def test_many_losses_are_counted_and_a_large_file_is_quick() -> None:
    many = b"".join(b'<x:y xmlns:x="urn:x" n="%d"/>' % number for number in range(3_000))
    before = within(GOOD, b'<bpmn:userTask id="u"><bpmn:extensionElements>', many)
    began = time.process_time()
    found = losses(before, GOOD)
    assert time.process_time() - began < 2
    assert len(found) == MOST_NAMED + 1
    assert found[-1].what == f"{3_000 - MOST_NAMED} more things are left out."
    shuffled = within(
        GOOD,
        b'<bpmn:userTask id="u"><bpmn:extensionElements>',
        *(b'<x:y xmlns:x="urn:x" n="%d"/>' % number for number in reversed(range(3_000))),
    )
    began = time.process_time()
    assert losses(before, shuffled) == ()
    assert time.process_time() - began < 10


@pytest.mark.parametrize("path", [FLAGS, REVIEW])
@settings(max_examples=50, deadline=None)
@given(draw=st.data())
def test_whatever_another_tool_said_anywhere_is_missed(path: str, draw: st.DataObject) -> None:
    root = etree.fromstring(files()[path])
    skipped = ("incoming", "outgoing", "flowNodeRef")
    nodes = [
        each_node for each_node in root.iter() if etree.QName(each_node).localname not in skipped
    ]
    place = nodes[draw.draw(st.integers(0, len(nodes) - 1))]
    if draw.draw(st.booleans()):
        place.set("{urn:acme}heat", "3")
    else:
        place.append(etree.Element("{urn:acme}retry"))
    assert losses(etree.tostring(root), files()[path])
    assert losses(files()[path], etree.tostring(root)) == ()
