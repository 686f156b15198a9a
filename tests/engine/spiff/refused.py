"""Diagrams that the engine profile refuses: the rule, the element it names, the diagram."""

from __future__ import annotations

from tests.engine.spiff.drawing import (
    both,
    boundary,
    call,
    catch,
    draw,
    each,
    end,
    event,
    first,
    node,
    rule,
    script,
    service,
    some,
    start,
    sub,
    throw,
    user,
    xor,
)

CODES = (
    '<bpmn:error id="e1" name="e1" errorCode="E1"/><bpmn:error id="e0" name="e0"/>'
    '<bpmn:escalation id="x1" name="x1" escalationCode="X1"/><bpmn:signal id="sig" name="sig"/>'
)


def line(*parts: str, rest: str = CODES) -> bytes:
    """A process s -> x -> e around one element or more, x being the one that is tested."""
    return draw("p", start(), *parts, end(), flows="s->x->e", rest=rest)


def broken(*parts: str, flows: str, rest: str = CODES) -> bytes:
    return draw("p", start(), *parts, end(), flows=flows, rest=rest)


def inner(*parts: str, flows: str) -> str:
    return sub("x", start("s1"), *parts, end("e9"), flows=flows)


def compensation() -> str:
    return node("userTask", "x", isForCompensation="true")


def event_subprocess(*trigger: str) -> str:
    return node(
        "subProcess", "es",
        node("startEvent", "es1", "".join(trigger))
        + node("endEvent", "es2")
        + '<bpmn:sequenceFlow id="esf" sourceRef="es1" targetRef="es2"/>',
        triggeredByEvent="true",
    )  # fmt: skip


MISSING_REF = "<bpmn:messageEventDefinition/>"
UNKNOWN_REF = '<bpmn:messageEventDefinition messageRef="gone"/>'

#: The library runs these without a word.
UNNOTICED: list[tuple[str, str, bytes]] = [
    ("result_name", "x", line(service("x", "do", "a result"))),
    ("repetition", "x", line(node("userTask", "x", each(items="who", item="case")))),
    (
        "event_subprocess",
        "es",
        broken(user("x"), event_subprocess(event(message="m")), flows="s->x->e"),
    ),
    (
        "event_subprocess",
        "es",
        broken(user("x"), event_subprocess(event(timer="P1D")), flows="s->x->e"),
    ),
    ("ad_hoc_subprocess", "x", line(node("adHocSubProcess", "x", user("u")))),
    ("compensation", "x", line(compensation())),
    ("time_cycle", "x", line(catch("x", cycle="R3/P1D"))),
    ("no_time", "x", line(catch("x", timer=""))),
    ("expression", "x", line(catch("x", timer="R/P1D"))),
    ("expression", "x", line(catch("x", timer="on(("))),
    ("event_kind", "x", line(node("intermediateCatchEvent", "x"))),
    ("event_kind", "x", line(catch("x", error="e1"))),
    ("event_kind", "x", line(catch("x", escalation="x1"))),
    ("event_kind", "x", line(catch("x", link=""))),
    ("event_kind", "x", line(catch("x", conditional="n > 1"))),
    ("event_kind", "x", line(node("intermediateThrowEvent", "x", event(link="")))),
    ("event_kind", "x", line(node("intermediateThrowEvent", "x", event(compensate="")))),
    ("event_kind", "x", line(node("intermediateThrowEvent", "x", event(error="e1")))),
    ("event_kind", "x", line(node("intermediateThrowEvent", "x", event(timer="P1D")))),
    ("event_kind", "e2", broken(user("x"), end("e2", signal="sig"), flows="s->x->e2")),
    ("event_kind", "e2", broken(user("x"), end("e2", timer="P1D"), flows="s->x->e2")),
    ("event_kind", "e2", broken(user("x"), end("e2", cancel=""), flows="s->x->e2")),
    ("event_kind", "e2", broken(user("x"), end("e2", compensate=""), flows="s->x->e2")),
    ("event_kind", "s2", broken(user("x"), start("s2", error="e1"), flows="s->x->e; s2->x")),
    ("event_kind", "s2", broken(user("x"), start("s2", escalation="x1"), flows="s->x->e; s2->x")),
    (
        "several_events",
        "x",
        line(node("intermediateCatchEvent", "x", event(message="m") + event(timer="P1D"))),
    ),
    ("reserved_id", "End", broken(user("End"), flows="s->End->e")),
    (
        "reserved_id",
        "p.EndJoin",
        broken(user("x"), flows="s->x->e").replace(b'"x"', b'"p.EndJoin"'),
    ),
    ("missing_id", "", line(user("x")).replace(b'id="s_to_x" ', b"")),
    ("missing_id", "", line(user("x"), user("y")).replace(b'id="y"', b"")),
    ("duplicate_id", "x", line(user("x"), user("x"))),
    ("duplicate_id", "s_to_x", broken(user("x"), flows="s->x->e; s->x")),
    ("dangling_flow", "gone_to_e", broken(user("x"), flows="s->x->e; gone->e")),
    (
        "dangling_flow",
        "x_to_u",
        broken(
            user("x"),
            inner(user("u"), flows="s1->u->e9").replace('"x"', '"y"'),
            flows="s->y->e; s->x->u",
        ),
    ),
    (
        "not_attached",
        "b",
        broken(user("x"), boundary("b", "gone", timer="P1D"), flows="s->x->e; b->e"),
    ),
    ("not_attached", "b", broken(xor("x"), boundary("b", "x", timer="P1D"), flows="s->x->e; b->e")),
    ("no_message", "x", line(node("intermediateCatchEvent", "x", MISSING_REF))),
    ("no_message", "x", line(node("sendTask", "x"))),
    ("no_message", "x", line(node("receiveTask", "x"))),
    ("no_code", "b", broken(user("x"), boundary("b", "x", error="e0"), flows="s->x->e; b->e")),
    (
        "error_goes_on",
        "b",
        broken(user("x"), boundary("b", "x", goes_on=True, error="e1"), flows="s->x->e; b->e"),
    ),
    ("signal_never_thrown", "x", line(catch("x", signal="sig"))),
    ("recursion", "x", line(call("x", "p"))),
    ("empty_script", "x", line(node("scriptTask", "x"))),
    ("expression", "x", line(script("x", "while True: pass"))),
    ("expression", "x", line(service("x", "do", n="1 +"))),
    ("expression", "x", line(catch("x", message="m", key="case."))),
    ("expression", "x", line(throw("x", "m", payload="{'a'"))),
    ("expression", "x", line(user("x", due="working_days("))),
    ("expression", "x", line(user("x", about="a b"))),
    ("expression", "x", line(node("userTask", "x", each(count="n +")))),
    ("repetition", "x", line(node("userTask", "x", each(items="a.b", item="i")))),
    ("condition_ignored", "x_to_e", broken(user("x"), flows="s->x->e [n > 1]")),
    ("condition_ignored", "s_to_x", broken(user("x"), flows="s->x [n > 1]; x->e")),
    ("no_way_on", "x", broken(user("x"), user("y"), flows="s->x; s->y->e")),
    ("no_way_on", "x", broken(xor("x"), user("y"), flows="s->x; s->y->e")),
    ("no_way_on", "b", broken(user("x"), boundary("b", "x", timer="P1D"), flows="s->x->e")),
    ("way_into_start", "s", broken(user("x"), xor("g"), flows="s->x->g; g->s [n > 1]; g=>e")),
    ("way_out_of_end", "e", broken(user("x"), user("y"), end("e2"), flows="s->x->e->y->e2")),
    ("unreachable", "y", broken(user("x"), user("y"), flows="s->x->e; y->e")),
    (
        "no_default",
        "g",
        broken(xor("g"), user("x"), flows="s->g; g->x [n > 1]; g->e [n < 2]; x->e"),
    ),
    (
        "no_default",
        "g",
        broken(some("g"), user("x"), flows="s->g; g->x [n > 1]; g->e [n < 2]; x->e"),
    ),
    ("no_default", "g", broken(xor("g"), flows="s->g; g->e [n > 1]")),
    ("expression", "g_to_x", broken(xor("g"), user("x"), flows="s->g; g->x [n = 1]; g=>e; x->e")),
    (
        "choice_of_events",
        "c",
        broken(
            first("g"),
            catch("c", timer="P1D"),
            catch("d", timer="P1D"),
            both("f"),
            flows="s->f; f->g; f->c; g->c->e; g->d->e",
        ),
    ),
    (
        "join_waits_for_itself",
        "j",
        broken(both("j"), user("x"), xor("g"), flows="s->j->x->g; g->j [n > 1]; g=>e"),
    ),
    (
        "loop_without_wait",
        "m",
        broken(xor("m"), service("x", "do"), xor("g"), flows="s->m->x->g; g->m [n > 1]; g=>e"),
    ),
    ("loop_without_exit", "x", broken(user("x"), user("y"), flows="s->x->y->x")),
    ("subprocess_start", "x", line(sub("x", start("s1", message="m"), end("e1"), flows="s1->e1"))),
    ("several_starts", "s2", broken(user("x"), start("s2"), flows="s->x->e; s2->x")),
]
#: The library stops at these itself, at the first of them.
NOTICED: list[tuple[str, str, bytes]] = [
    ("transaction", "x", line(node("transaction", "x"))),
    ("complex_gateway", "x", line(node("complexGateway", "x"))),
    ("choreography_task", "x", line(node("choreographyTask", "x"))),
    (
        "event_kind",
        "b",
        broken(user("x"), node("boundaryEvent", "b", attachedToRef="x"), flows="s->x->e; b->e"),
    ),
    (
        "event_kind",
        "b",
        broken(user("x"), boundary("b", "x", compensate=""), flows="s->x->e; b->e"),
    ),
    ("reserved_id", "Start", broken(user("Start"), flows="s->Start->e")),
    ("dangling_flow", "x_to_gone", broken(user("x"), flows="s->x->gone")),
    ("unknown_message", "x", line(node("intermediateCatchEvent", "x", UNKNOWN_REF))),
    ("unknown_signal", "x", line(catch("x", signal="gone"))),
    (
        "unknown_error",
        "b",
        broken(user("x"), boundary("b", "x", error="gone"), flows="s->x->e; b->e"),
    ),
    ("unknown_process", "x", line(call("x", "gone"))),
    ("unknown_process", "x", line(node("callActivity", "x"))),
    ("unknown_decision", "x", line(rule("x", "gone"))),
    ("unknown_decision", "x", line(node("businessRuleTask", "x"))),
    ("no_operation", "x", line(node("serviceTask", "x"))),
    ("repetition", "x", line(node("userTask", "x", each()))),
    ("repetition", "x", line(node("userTask", "x", "<bpmn:standardLoopCharacteristics/>"))),
    ("several_ways_on", "x", broken(user("x"), user("y"), flows="s->x->e; x->y->e")),
    ("no_condition", "g_to_x", broken(xor("g"), user("x"), flows="s->g; g->x; g=>e; x->e")),
    (
        "unknown_default",
        "g",
        broken(xor("g"), user("x"), flows="s->g; g->x [n > 1]; g=>e; x->e").replace(
            b'default="g_to_e"', b'default="x_to_e"'
        ),
    ),
    (
        "choice_of_events",
        "x",
        broken(first("g"), user("x"), catch("c", timer="P1D"), flows="s->g; g->x->e; g->c->e"),
    ),
    ("subprocess_start", "x", line(sub("x", user("u"), end("e1"), flows="u->e1"))),
    ("subprocess_end", "x", line(sub("x", start("s1"), user("u"), flows="s1->u"))),
    ("no_way_on", "u", line(sub("x", start("s1"), user("u"), flows="s1->u"))),
    ("no_start", "p", draw("p", user("x"), end(), flows="x->e")),
    ("no_process", "all", line(user("x")).replace(b"bpmn:process", b"bpmn:collaboration")),
    (
        "not_executable",
        "p",
        line(user("x")).replace(b'isExecutable="true"', b'isExecutable="false"'),
    ),
    ("data_store", "st", line(user("x"), rest='<bpmn:dataStore id="st" name="st"/>')),
]
REFUSED = [*UNNOTICED, *NOTICED]
