"""Diagrams that pass the gate and would never come to a wait, each behind a task and a timer."""

from __future__ import annotations

from tests.engine.spiff.drawing import (
    both,
    catch,
    draw,
    each,
    end,
    node,
    properties,
    rule,
    start,
    sub,
    table,
    user,
    xor,
)

_HELD = {"form": "note", "held_by": "dmo"}
#: What begins the broken part: a person, or a moment that comes.
TRIGGERS = {
    "by_person": user("begin", **_HELD),
    "by_time": catch("begin", timer="PT1H"),
}
_LEAVE = "g->after [case.case_owner == 'mended']; g=>m"
_NUMBERS = str(list(range(44)))


def _loop_around_a_path_without_a_wait() -> tuple[tuple[str, ...], str]:
    inside = sub(
        "x",
        start("s1"),
        xor("g1"),
        user("u1", **_HELD),
        end("e1"),
        flows="s1->g1; g1->u1 [case.case_owner == 'nobody']; g1=>e1; u1->e1",
    )
    return (xor("m"), inside, xor("g")), f"m->x->g; {_LEAVE}"


def _loop_around_a_moment_that_has_passed() -> tuple[tuple[str, ...], str]:
    return (xor("m"), catch("x", timer="on(case.today)"), xor("g")), f"m->x->g; {_LEAVE}"


def _thousands_at_once() -> tuple[tuple[str, ...], str]:
    tasks = node("userTask", "m", properties(**_HELD) + each(count="5000"))
    return (tasks,), "m->after"


def _many_of_many() -> tuple[tuple[str, ...], str]:
    inner = node("userTask", "u1", properties(**_HELD) + each(count="150"))
    outer = sub("m", start("s1"), inner, end("e1"), flows="s1->u1->e1", loop=each(count="150"))
    return (outer,), "m->after"


def _doubled_again_and_again() -> tuple[tuple[str, ...], str]:
    parts, flows = [xor("m")], []
    for number in range(12):
        fork, one, other, meet = (f"{name}{number}" for name in ("f", "p", "q", "x"))
        before = f"x{number - 1}" if number else "m"
        nothing = [node("intermediateThrowEvent", name) for name in (one, other)]
        parts += [both(fork), *nothing, xor(meet)]
        flows += [f"{before}->{fork}", f"{fork}->{one}->{meet}", f"{fork}->{other}->{meet}"]
    return tuple(parts), "; ".join([*flows, "x11->after"])


def _a_table_that_takes_long() -> tuple[tuple[str, ...], str]:
    return (rule("m", "slow"),), "m->after"


#: Name -> what is broken, and what its incident says.
BROKEN = {
    "loop_without_wait": (_loop_around_a_path_without_a_wait, "500 automatic steps|2 seconds"),
    "loop_of_the_past": (_loop_around_a_moment_that_has_passed, "500 automatic steps|2 seconds"),
    "thousands_at_once": (_thousands_at_once, "at most 200 of them"),
    "many_of_many": (_many_of_many, "3000 tasks|500 automatic steps|2 seconds"),
    "doubled": (_doubled_again_and_again, "3000 tasks|500 automatic steps|2 seconds"),
}


def diagrams() -> dict[str, bytes]:
    """Give the files of a release more: each broken part behind each trigger, and two sound ones.

    ``sound_by_time`` waits for the same hour as the others; ``crashing_*`` calls an operation;
    ``slow_table_*`` asks a table that takes longer than a unit of work may.
    """
    files = {"bpmn/decisions/slow.dmn": _slow_table()}
    for trigger, begin in TRIGGERS.items():
        for name, (part, _) in BROKEN.items():
            parts, flows = part()
            files |= _file(f"{name}_{trigger}", begin, *parts, flows=flows)
        slow, flows = _a_table_that_takes_long()
        files |= _file(f"slow_table_{trigger}", begin, *slow, flows=flows)
        calls = _service("m", "cases.find_open_matters")
        files |= _file(f"crashing_{trigger}", begin, calls, flows="m->after")
        files |= _file(f"sound_{trigger}", begin, xor("m"), flows="m->after")
    heard = catch("begin", message="matter_settled", key="case.ref")
    parts, flows = _loop_around_a_path_without_a_wait()
    return files | _file("loop_by_message", heard, *parts, flows=flows)


def _file(process_id: str, *parts: str, flows: str) -> dict[str, bytes]:
    drawn = draw(
        process_id,
        start(),
        *parts,
        user("after", **_HELD),
        end(),
        flows=f"s->begin->m; {flows}; after->e",
    )
    return {f"bpmn/{process_id}.bpmn": drawn}


def _service(id_: str, operation: str) -> str:
    operator = f'<spiffworkflow:serviceTaskOperator id="{operation}"/>'
    return node("serviceTask", id_, f"<bpmn:extensionElements>{operator}</bpmn:extensionElements>")


def _slow_table() -> bytes:
    """Four hundred rows of ten milliseconds or more, none of which fits."""
    cell = f"any([a * b < 0 for a in {_NUMBERS} for b in {_NUMBERS}])"
    return table("slow", *(f"{cell} => {n}" for n in range(400)), inputs="case.today", outputs="n")
