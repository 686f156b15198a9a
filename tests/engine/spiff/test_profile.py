"""The engine profile: each thing the engine would run wrongly is refused by name."""

from __future__ import annotations

import pytest
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from engine.errors import Finding, InvalidDiagram
from engine.spiff import parse
from tests.engine.spiff import stock
from tests.engine.spiff.drawing import (
    both,
    boundary,
    call,
    catch,
    draw,
    end,
    event,
    node,
    properties,
    script,
    service,
    some,
    start,
    sub,
    user,
    xor,
)
from tests.engine.spiff.refused import (
    CODES,
    NOTICED,
    REFUSED,
    UNNOTICED,
    broken,
    inner,
    line,
)


def findings(*files: bytes) -> list[Finding]:
    """Give what is wrong with some diagrams."""
    try:
        definitions = parse({f"{number}.bpmn": data for number, data in enumerate(files)})
    except InvalidDiagram as refused:
        return list(refused.findings)
    return list(definitions.warnings)


@pytest.mark.parametrize(
    ("name", "element_id", "diagram"), REFUSED, ids=[f"{n}-{e}" for n, e, _ in REFUSED]
)
def test_what_the_engine_would_run_wrongly_is_refused_by_name(
    name: str, element_id: str, diagram: bytes
) -> None:
    found = findings(diagram)
    assert (name, element_id) in [(finding.rule, finding.element_id) for finding in found]
    for finding in found:
        assert finding.severity == "error" or finding.rule in ("script", "condition_on_default")
        assert "Expected" in finding.message
        assert finding.line == 1


@pytest.mark.parametrize(
    ("name", "element_id", "diagram"), UNNOTICED, ids=[f"{n}-{e}" for n, e, _ in UNNOTICED]
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_library_takes_it_without_a_word(name: str, element_id: str, diagram: bytes) -> None:
    spec, _ = stock.parsed(diagram)
    assert spec.name == "p"


@pytest.mark.parametrize(
    ("name", "element_id", "diagram"), NOTICED, ids=[f"{n}-{e}" for n, e, _ in NOTICED]
)
def test_the_library_stops_at_the_first_and_tells_no_line(
    name: str, element_id: str, diagram: bytes
) -> None:
    with pytest.raises(ValidationException) as refused:
        stock.parsed(diagram)
    assert refused.value.line_number == ""


def test_a_finding_names_its_element_as_people_do_and_says_what_to_do() -> None:
    named = line(node("serviceTask", "x", name="Close the case"))
    (finding,) = findings(named)
    assert str(finding) == (
        '0.bpmn:1 x: Expected an operation, but "Close the case" names none. Choose one. '
        "(no_operation, engine profile)"
    )


def test_the_line_is_that_of_the_element() -> None:
    spread = line(user("x"), user("y")).replace(b"<bpmn:userTask", b"\n<bpmn:userTask")
    assert {f.line for f in findings(spread) if f.element_id == "y"} == {3}


def test_processes_that_call_each_other_are_refused_on_both_sides() -> None:
    one = draw("one", start("s1"), call("c1", "two"), end("e1"), flows="s1->c1->e1")
    two = draw("two", start("s2"), call("c2", "one"), end("e2"), flows="s2->c2->e2")
    assert {(f.rule, f.element_id) for f in findings(one, two)} == {
        ("recursion", "c1"),
        ("recursion", "c2"),
    }


def test_a_process_that_is_called_begins_by_itself() -> None:
    called = draw("q", start("s1", message="m"), end("e1"), flows="s1->e1")
    assert [f.rule for f in findings(line(call("x", "q")), called)] == ["called_without_start"]


def test_a_process_id_is_used_once() -> None:
    assert "duplicate_process" in [f.rule for f in findings(line(user("x")), line(user("x")))]


def test_a_diagram_has_a_size_that_people_can_read() -> None:
    names = [f"u{number}" for number in range(300)]
    large = draw("p", start(), *map(user, names), end(), flows=f"s->{'->'.join(names)}->e")
    assert [f.rule for f in findings(large)] == ["too_large"]
    names = names[:290]
    fits = draw("p", start(), *map(user, names), end(), flows=f"s->{'->'.join(names)}->e")
    assert findings(fits) == []


def phases(one: str, other: str, thrown: str = "E1") -> bytes:
    """Two subprocesses beside each other, each throwing an error that its own event catches."""
    insides = [
        sub(
            f"ph{n}",
            start(f"s{n}"),
            user(f"u{n}"),
            end(f"bad{n}", error="e1"),
            flows=f"s{n}->u{n}->bad{n}",
        )
        for n in (1, 2)
    ]
    rest = CODES.replace('errorCode="E1"', f'errorCode="{thrown}"')
    return broken(
        *insides, boundary("b1", "ph1", error=one), boundary("b2", "ph2", error=other), both("f"),
        flows="s->f; f->ph1->e; f->ph2->e; b1->e; b2->e",
        rest=rest + '<bpmn:error id="e2" name="e2" errorCode="E2"/>',
    )  # fmt: skip


def test_the_library_lets_an_error_be_caught_beside_the_activity_that_threw_it() -> None:
    workflow = stock.started(phases("e1", "e1"))
    stock.do(workflow, "u1")
    assert {"b1", "b2"} <= stock.completed(workflow)


def test_the_library_waits_for_an_event_subprocess_that_never_began() -> None:
    (drawn,) = (
        data for name, _, data in UNNOTICED if name == "event_subprocess" and b"timeDate" in data
    )
    workflow = stock.started(drawn.replace(b">P1D<", b">'2099-01-01'<"))
    stock.do(workflow, "x")
    assert not workflow.is_completed()


def test_the_library_changes_a_shared_definition_for_an_event_subprocess() -> None:
    (drawn,) = (
        data for name, _, data in UNNOTICED if name == "event_subprocess" and b"messageRef" in data
    )
    parsed = stock.parsed(drawn)
    before = len(parsed[0].start.outputs)
    workflow = stock.instance(*parsed)
    workflow.do_engine_steps()
    workflow.send_event(stock.message("m"))
    assert len(parsed[0].start.outputs) > before


def test_two_activities_side_by_side_catch_different_codes() -> None:
    rules = [(f.rule, f.element_id) for f in findings(phases("e1", "e1"))]
    assert rules == [("code_not_unique", "b2")]


def test_an_error_that_nobody_catches_is_refused() -> None:
    assert ("uncaught_error", "bad2") in [
        (f.rule, f.element_id) for f in findings(phases("e1", "e2"))
    ]
    alone = broken(user("x"), end("bad", error="e1"), flows="s->x->bad")
    assert ("uncaught_error", "bad") in [(f.rule, f.element_id) for f in findings(alone)]


def test_an_error_of_a_called_process_is_caught_wherever_it_is_called() -> None:
    called = draw("q", start("s1"), end("bad", error="e1"), flows="s1->bad", rest=CODES)
    catching = broken(call("x", "q"), boundary("b", "x", error="e1"), flows="s->x->e; b->e")
    assert findings(catching, called) == []
    careless = draw("r", start("s2"), call("y", "q"), end("e2"), flows="s2->y->e2")
    assert [f.rule for f in findings(catching, called, careless)] == ["uncaught_error"]


def data_object(levels: int) -> bytes:
    """A task that reads a data object declared so many levels up."""
    reads = (
        '<bpmn:dataInputAssociation id="dia"><bpmn:sourceRef>ref</bpmn:sourceRef>'
        "</bpmn:dataInputAssociation>"
    )
    body = node("userTask", "u", reads)
    for level in range(levels):
        body = sub(
            f"level{level}",
            start(f"s{level}"),
            body,
            end(f"end{level}"),
            flows=f"s{level}->{'u' if level == 0 else f'level{level - 1}'}->end{level}",
        )
    outer = "u" if levels == 0 else f"level{levels - 1}"
    held = '<bpmn:dataObject id="obj"/><bpmn:dataObjectReference id="ref" dataObjectRef="obj"/>'
    return broken(body, held, flows=f"s->{outer}->e")


def test_data_from_two_levels_up_is_refused_instead_of_looked_for_for_ever() -> None:
    assert findings(data_object(0)) == []
    assert findings(data_object(1)) == []
    assert [f.rule for f in findings(data_object(2))] == ["data_reference"]


ALLOWED = {
    "a loop back to a task over a boundary event": broken(
        user("x"), boundary("b", "x", timer="P1D"), service("remind", "do"),
        flows="s->x->e; b->remind->x"),
    "a parallel block inside a loop": broken(
        xor("m"), both("f"), user("a"), user("b"), both("j"), xor("g"),
        flows="s->m->f; f->a->j; f->b->j; j->g; g->m [n > 1]; g=>e"),
    "a loop over a subprocess that waits": broken(
        xor("m"), inner(user("u"), flows="s1->u->e9"), xor("g"),
        flows="s->m->x->g; g->m [n > 1]; g=>e"),
    "a message that does not interrupt": broken(
        user("x"), boundary("b", "x", goes_on=True, message="m"), flows="s->x->e; b->e"),
    "durations without quotes": line(catch("x", duration="P28D")),
    "a partner's pool beside ours": line(user("x")).replace(
        b"</bpmn:definitions>", b'<bpmn:process id="q" isExecutable="false"/></bpmn:definitions>'),
    "a message start beside a plain one": broken(
        user("x"), start("s2", message="m"), flows="s->x->e; s2->x"),
    "foreign properties": line(user("x", form="talk", policy_tag="warned")),
    "an inclusive block": broken(
        some("f"), user("a"), user("b"), some("j"),
        flows="s->f; f->a [n > 1]; f=>b; a->j; b->j; j->e"),
    "signals inside one process": broken(
        both("f"), catch("c", signal="sig"), both("j"),
        node("intermediateThrowEvent", "t", event(signal="sig")),
        flows="s->f; f->c->j; f->t->j; j->e"),
    "the standard's lanes": line(user("x")).replace(
        b"<bpmn:startEvent", b'<bpmn:laneSet id="ls"><bpmn:lane id="l" name="Manager">'
        + properties(held_by="manager").encode()
        + b"<bpmn:flowNodeRef>x</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet><bpmn:startEvent"),
}  # fmt: skip


@pytest.mark.parametrize("name", ALLOWED)
def test_what_the_engine_runs_as_drawn_is_allowed(name: str) -> None:
    assert findings(ALLOWED[name]) == []


def test_scripts_are_allowed_but_not_advised() -> None:
    assert [(f.rule, f.severity) for f in findings(line(script("x", "n = 1")))] == [
        ("script", "warning")
    ]


def test_a_condition_on_the_default_flow_is_told_to_be_passed_over() -> None:
    drawn = broken(xor("g"), user("x"), flows="s->g; g->x [n > 1]; g=>e [n < 1]; x->e")
    assert [(f.rule, f.severity) for f in findings(drawn)] == [("condition_on_default", "warning")]
