"""What is drawn is read as values; damaged drawings are findings, never crashes."""

from __future__ import annotations

import contextlib
import copy
import random
from typing import Any

import pytest
from lxml import etree

from engine.errors import EngineError, Finding, InvalidDiagram
from engine.spiff import Run, parse
from tests.engine.spiff.acting import Stage
from tests.engine.spiff.drawing import (
    boundary,
    call,
    catch,
    draw,
    each,
    end,
    node,
    properties,
    service,
    start,
    sub,
    throw,
    user,
    xor,
)
from tests.engine.spiff.test_state import INNER, LETTER, LIFE, REVIEWS


def lane(name: str, held_by: str, *ids: str, inner: str = "") -> str:
    """A lane with what stands in it."""
    refs = "".join(f"<bpmn:flowNodeRef>{id_}</bpmn:flowNodeRef>" for id_ in ids)
    return node("lane", f"lane_{name}", properties(held_by=held_by) + refs + inner, name=name)


DRAWN = draw(
    "p",
    node(
        "laneSet",
        "lanes",
        lane("Manager", "manager", "s", "u", "x",
             inner=node("childLaneSet", "inner", lane("Author", "call.author", "x"))),
    ),
    start(),
    start("told", message="told"),
    user("u", form="talk", policy_tag="warned", due="working_days(5)"),
    boundary("late", "u", goes_on=True, timer="after(case.due)"),
    end("e2"),
    xor("x"),
    service("do", "letters.open", result="ref", template="call.letter"),
    sub("ph", start("s1"), node("userTask", "ask", each("who", "person", in_turn=True)), end("e1"),
        flows="s1->ask->e1"),
    call("c", "q", letter="warning"),
    throw("out", "told", message_key="case.ref"),
    catch("wait", message="heard"),
    end(),
    flows="s->u->x; told->x; x->do [n > 1]; x=>ph; do->ph->c->out->wait->e; late->e2",
)  # fmt: skip
CALLED = draw("q", start(), user("w"), end(), flows="s->w->e")


def test_elements_are_read_with_all_they_say() -> None:
    elements = parse({"a.bpmn": DRAWN, "b.bpmn": CALLED}).diagram("p").elements
    u, late, do = elements["u"], elements["late"], elements["do"]
    assert (u.kind, u.lane, u.held_by) == ("user_task", "Manager", "manager")
    assert dict(u.properties)["due"] == "working_days(5)"
    assert (late.kind, late.attached_to, late.interrupting) == ("boundary_event", "u", False)
    assert (late.event, late.timer, late.lane) == ("timer", "after(case.due)", "Manager")
    assert (do.operation, do.result, dict(do.parameters)) == (
        "letters.open",
        "ref",
        {"template": "call.letter"},
    )
    assert (elements["c"].called, elements["out"].message) == ("q", "told")
    assert (elements["out"].kind, elements["wait"].kind) == ("throw_event", "catch_event")
    assert {element.process_id for element in elements.values()} == {"p"}


def test_the_innermost_lane_counts_and_a_subprocess_hands_its_lane_on() -> None:
    elements = parse({"a.bpmn": DRAWN, "b.bpmn": CALLED}).diagram("p").elements
    assert (elements["x"].lane, elements["x"].held_by) == ("Author", "call.author")
    assert (elements["ask"].parent, elements["ask"].lane) == ("ph", None)
    assert elements["c"].lane is None


def test_flows_repetition_and_starts_are_read() -> None:
    diagram = parse({"a.bpmn": DRAWN, "b.bpmn": CALLED}).diagram("p")
    flows = {flow.id: flow for flow in diagram.flows}
    assert (flows["x_to_do"].condition, flows["x_to_do"].is_default) == ("n > 1", False)
    assert flows["x_to_ph"].is_default
    assert "s1_to_ask" in flows
    several = diagram.elements["ask"].multiple
    assert several is not None
    assert (several.sequential, several.collection, several.item) == (True, "who", "person")
    assert dict(diagram.start_messages) == {"told": "told"}
    assert (diagram.file, diagram.xml) == ("a.bpmn", DRAWN)


def damaged(data: bytes, dice: random.Random) -> bytes:
    """Change a few things of a file, as a bad editor would."""
    root = etree.fromstring(data)
    for _ in range(dice.choice([1, 1, 2, 4])):
        nodes = list(root.iter())
        one, other = dice.choice(nodes), dice.choice(nodes)
        ids = [found for found in (at.get("id") for at in nodes) if found]
        parent = one.getparent()
        kind = dice.randrange(6)
        if kind == 0 and one.attrib:
            del one.attrib[dice.choice(list(one.attrib))]
        elif kind == 1 and parent is not None:
            parent.remove(one)
        elif kind == 2 and parent is not None:
            parent.append(copy.deepcopy(one))
        elif kind == 3 and one.attrib:
            one.set(dice.choice(list(one.attrib)), dice.choice([*ids, "", "End", "-1", "a b"]))
        elif kind == 4:
            one.tag = other.tag
        else:
            one.text = dice.choice(["", "((", "a +", "9**9", "P3M", "x" * 5000, '"'])
    text = etree.tostring(root)
    return text if dice.random() > 0.05 else text[: dice.randrange(len(text))]


def read(files: dict[str, bytes]) -> tuple[Any, list[Finding]]:
    """Give the definitions, or what is wrong with the files."""
    try:
        return parse(files), []
    except InvalidDiagram as refused:
        return None, list(refused.findings)


@pytest.mark.parametrize("seed", range(120))
def test_a_damaged_drawing_is_refused_or_runs_and_nothing_else(seed: int) -> None:
    dice = random.Random(seed)
    files = {"a.bpmn": DRAWN, "b.bpmn": CALLED, "c.bpmn": LIFE.replace(b'id="p"', b'id="l"', 1)}
    files |= {"d.bpmn": INNER, "e.bpmn": REVIEWS.replace(b'id="p"', b'id="r"', 1), "f.bpmn": LETTER}
    name = dice.choice(sorted(files))
    files[name] = damaged(files[name], dice)
    definitions, findings = read(files)
    assert all(finding.file in files for finding in findings)
    assert "not_runnable" not in {finding.rule for finding in findings}
    for process_id in definitions.process_ids if definitions else ():
        with contextlib.suppress(EngineError):
            run = Run.start(definitions, process_id, Stage(due="2026-03-09"), variables={"who": []})
            Run.load(definitions, run.save(), Stage())
