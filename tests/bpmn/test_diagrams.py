"""Each diagram is good BPMN 2.0, says what it is for, and survives the editor unchanged."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from lxml import etree
from SpiffWorkflow.spiff.parser.process import VALIDATOR, SpiffBpmnParser

from tests.bpmn.pictures import BPMN, DIAGRAMS, FLOW_NODES, GATEWAYS

ASSETS = Path(__file__).parent.parent.parent / "web" / "assets"
DECISIONS = sorted((Path(__file__).parent.parent.parent / "bpmn" / "decisions").glob("*.dmn"))
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"

#: A process has the name of its file; here that name is taken by the one task inside.
PROCESS_OF_FILE = {"issue_letter": "issue_a_letter"}

#: Opens and saves a diagram as the editor does, and prints what it would write.
SAVE = """
import { BpmnModdle } from 'bpmn-moddle';
import { readFileSync } from 'node:fs';
const read = await new BpmnModdle().fromXML(readFileSync(process.argv[1], 'utf8'));
if (read.warnings.length) throw new Error(read.warnings.map(w => w.message).join('; '));
const written = await new BpmnModdle().toXML(read.rootElement, { format: true });
process.stdout.write(written.xml);
"""

each_diagram = pytest.mark.parametrize("path", DIAGRAMS, ids=lambda path: path.stem)


def test_there_are_diagrams_to_look_at() -> None:
    assert len(DIAGRAMS) >= 15


@each_diagram
def test_it_is_valid_by_the_schema_of_the_standard(path: Path) -> None:
    VALIDATOR.validate(etree.parse(str(path)), str(path))


def test_bpmnlint_finds_nothing(tmp_path: Path) -> None:
    config = tmp_path / ".bpmnlintrc"
    config.write_text('{"extends": "bpmnlint:recommended"}')
    command = [str(_tool("bpmnlint")), "--config", str(config), *map(str, DIAGRAMS)]
    done = subprocess.run(
        command, cwd=ASSETS, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


@each_diagram
def test_opened_and_saved_in_the_editor_it_does_not_change(path: Path) -> None:
    _tool("bpmnlint")
    done = subprocess.run(
        ["node", "--input-type=module", "-e", SAVE, "--", str(path)],
        cwd=ASSETS,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == path.read_text(encoding="utf-8")


def test_the_stock_engine_reads_every_process() -> None:
    parser = SpiffBpmnParser()
    for path in DECISIONS:
        parser.add_dmn_str(path.read_bytes(), str(path))
    for path in DIAGRAMS:
        parser.add_bpmn_str(path.read_bytes(), str(path))
    for process in parser.get_process_ids():
        assert parser.get_spec(process).task_specs


@each_diagram
def test_it_holds_one_executable_process_named_like_the_file(path: Path) -> None:
    (process,) = etree.parse(str(path)).iter(BPMN + "process")
    assert process.get("id") == PROCESS_OF_FILE.get(path.stem, path.stem)
    assert process.get("isExecutable") == "true"
    assert process.get("name")


@each_diagram
def test_ids_are_unique_and_in_snake_case(path: Path) -> None:
    standard = (e for e in etree.parse(str(path)).iter("*") if not e.tag.startswith(SPIFF))
    ids = Counter(element.get("id", "") for element in standard)
    del ids[""]
    _none(name for name, times in ids.items() if times > 1)
    _none(name for name in ids if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name))


@each_diagram
def test_everything_says_what_it_is_for_and_where_that_comes_from(path: Path) -> None:
    tree = etree.parse(str(path))
    for element in tree.iter(*FLOW_NODES, BPMN + "lane", BPMN + "process", BPMN + "participant"):
        said = element.findtext(BPMN + "documentation") or ""
        assert re.search(r" \(.*\bR-\d{3}\b.*\)\.$", said), f"{element.get('id')}: {said!r}"
        assert len(re.findall(r"\. ", said)) <= 2, f"{element.get('id')} says too much"


@each_diagram
def test_everything_but_a_merge_has_a_name(path: Path) -> None:
    tree = etree.parse(str(path))
    for node in tree.iter(*FLOW_NODES):
        merges = _is_gateway(node) and len(node.findall(BPMN + "outgoing")) == 1
        assert bool(node.get("name")) != merges, node.get("id")


@each_diagram
def test_flows_are_named_after_their_ends(path: Path) -> None:
    for flow in etree.parse(str(path)).iter(BPMN + "sequenceFlow"):
        assert flow.get("id") == f"flow_{flow.get('sourceRef')}_to_{flow.get('targetRef')}"


@each_diagram
def test_a_decision_is_a_question_with_an_answer_on_each_flow(path: Path) -> None:
    tree = etree.parse(str(path))
    for gateway in tree.iter(*(BPMN + kind for kind in GATEWAYS)):
        flows = [f for f in _flows(tree) if f.get("sourceRef") == gateway.get("id")]
        if len(flows) == 1 or gateway.tag == BPMN + "parallelGateway":
            continue
        assert gateway.get("name", "").endswith("?"), gateway.get("id")
        if gateway.tag != BPMN + "exclusiveGateway":
            continue
        (default,) = [f for f in flows if f.get("id") == gateway.get("default")]
        assert default.find(BPMN + "conditionExpression") is None
        for flow in flows:
            assert flow.get("name"), flow.get("id")
            if flow is not default:
                assert flow.findtext(BPMN + "conditionExpression"), flow.get("id")


@each_diagram
def test_a_condition_stands_only_behind_a_decision(path: Path) -> None:
    tree = etree.parse(str(path))
    decisions = {gateway.get("id") for gateway in tree.iter(BPMN + "exclusiveGateway")}
    for flow in _flows(tree):
        if flow.find(BPMN + "conditionExpression") is not None:
            assert flow.get("sourceRef") in decisions, flow.get("id")


@each_diagram
def test_each_message_it_uses_is_declared_by_its_name(path: Path) -> None:
    tree = etree.parse(str(path))
    declared = {message.get("id"): message.get("name") for message in tree.iter(BPMN + "message")}
    used = {event.get("messageRef") for event in tree.iter(BPMN + "messageEventDefinition")}
    assert used == set(declared)
    assert all(name == identity for identity, name in declared.items())


def test_each_message_is_sent_by_a_diagram_or_by_a_person() -> None:
    """What one process waits for, another sends, unless a page of the web asks for it."""
    sent = {message for path in DIAGRAMS for message in _messages(path, "intermediateThrowEvent")}
    caught = {message for path in DIAGRAMS for message in _messages(path, *CATCHING)}
    assert sent <= caught
    assert caught - sent == FROM_OUTSIDE


def test_each_called_process_exists() -> None:
    trees = [etree.parse(str(path)) for path in DIAGRAMS]
    known = {process.get("id") for tree in trees for process in tree.iter(BPMN + "process")}
    _none(
        f"{call.get('id')} calls {call.get('calledElement')}"
        for tree in trees
        for call in tree.iter(BPMN + "callActivity")
        if call.get("calledElement") not in known
    )


@each_diagram
def test_each_letter_has_an_author(path: Path) -> None:
    for call in etree.parse(str(path)).iter(BPMN + "callActivity"):
        if call.get("calledElement") == PROCESS_OF_FILE["issue_letter"]:
            said = _properties(call)
            assert said.get("author"), call.get("id")
            assert ("letter" in said) != ("letter_from" in said), call.get("id")


@each_diagram
def test_no_deadline_is_a_figure(path: Path) -> None:
    """Dates come from the case and figures from the policy table, never from the drawing."""
    tree = etree.parse(str(path))
    dates = [date.text or "" for date in tree.iter(BPMN + "timeDate")]
    dues = [_properties(task).get("due", "") for task in tree.iter(BPMN + "userTask")]
    _none(date for date in (*dates, *dues) if re.search(r"\d", date))
    assert not list(tree.iter(BPMN + "timeDuration", BPMN + "timeCycle"))
    assert all(
        re.fullmatch(r"(on|after)\(.+\)", date.text or "") for date in tree.iter(BPMN + "timeDate")
    )


CATCHING = ("startEvent", "intermediateCatchEvent", "boundaryEvent")

#: Said by a person on a page of the web, or by what records something: a promise of a letter, an
#: absence, a message that nobody has read, the end of what refused contact, flags asked for anew.
FROM_OUTSIDE = {
    "agreement_recorded",
    "partner_answer_wanted",
    "partner_appeal_received",
    "partner_changed",
    "partner_reviewed",
    "partner_started",
    "absence_booked",
    "absence_changed",
    "contact_changed",
    "contact_passed_on",
    "contact_to_be_read",
    "data_request_received",
    "appeal_received",
    "appeal_withdrawn",
    "arrangement_taken_over",
    "case_opened_in_error",
    "contact_was_corrected",
    "cover_notice_dropped",
    "cover_notice_wanted",
    "customer_left",
    "earlier_look",
    "flag_comparison_wanted",
    "flags_replaced",
    "hold_lifted",
    "hold_placed",
    "look_asked",
    "matter_settled",
    "action_is_owed",
    "owed_action_settled",
    "ombudsman_item_recorded",
    "policy_review_wanted",
    "promise_made",
    "refusal_over",
    "third_party_withdrawn",
}


def _tool(name: str) -> Path:
    path = ASSETS / "node_modules" / ".bin" / name
    if not path.exists():
        pytest.fail(f"Expected {name} in web/assets/node_modules, but it is missing. make setup")
    return path


def _none(found: Iterable[str]) -> None:
    lines = list(found)
    assert not lines, "\n" + "\n".join(lines)


def _is_gateway(node: etree._Element) -> bool:
    return etree.QName(node).localname in GATEWAYS


def _flows(tree: etree._ElementTree) -> Iterator[etree._Element]:
    yield from tree.iter(BPMN + "sequenceFlow")


def _messages(path: Path, *kinds: str) -> Iterator[str]:
    for event in etree.parse(str(path)).iter(*(BPMN + kind for kind in kinds)):
        for definition in event.iter(BPMN + "messageEventDefinition"):
            yield definition.get("messageRef", "")


def _properties(element: etree._Element) -> dict[str, str]:
    path = f"{BPMN}extensionElements/{SPIFF}properties/{SPIFF}property"
    return {prop.get("name", ""): prop.get("value", "") for prop in element.iterfind(path)}
