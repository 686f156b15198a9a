"""Diagrams and decision tables that somebody might upload to do harm, or by mistake."""

from __future__ import annotations

from collections.abc import Iterator

from tests.engine.spiff.drawing import (
    both,
    boundary,
    call,
    draw,
    end,
    node,
    script,
    start,
    sub,
    table,
    user,
    xor,
)

GOOD = draw("x", start(), user("u"), end(), flows="s->u->e")
TABLE = table("t", '"a" => 1', inputs="n", outputs="m")
_DOCTYPE = '<?xml version="1.0"?><!DOCTYPE d [{0}]>'


def _entities() -> Iterator[tuple[str, str]]:
    tens = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))
    yield "billion_laughs", f'<!ENTITY b0 "aaaaaaaaaa">{tens}'
    yield "quadratic_blowup", f'<!ENTITY b9 "{"a" * 100_000}">'
    yield "external_file", '<!ENTITY b9 SYSTEM "file:///etc/passwd">'
    yield "external_address", '<!ENTITY b9 SYSTEM "http://127.0.0.1:9/x">'
    yield "endless_device", '<!ENTITY b9 SYSTEM "file:///dev/zero">'
    yield "parameter_entity", '<!ENTITY % p SYSTEM "file:///etc/passwd"> %p; <!ENTITY b9 "x">'
    yield "refers_to_itself", '<!ENTITY b9 "&b9;">'
    yield "in_an_attribute", '<!ATTLIST d id CDATA "x"><!ENTITY b9 "x">'


def _broken() -> Iterator[tuple[str, bytes]]:
    yield "empty", b""
    yield "blank", b" \n\t "
    yield "not_xml", b"This is no diagram."
    yield "half_a_file", GOOD[: len(GOOD) // 2]
    yield "without_its_end", GOOD[:-1]
    yield "twice", GOOD + GOOD
    yield "bytes_of_a_picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
    yield "a_zip", b"PK\x03\x04" + b"\x00" * 500
    yield "nulls", GOOD.replace(b'id="u"', b'id="u\x00"')
    yield "only_nulls", b"\x00" * 100_000
    yield "control_characters", GOOD.replace(b'id="u"', b'id="u\x0b"')
    yield "wrong_encoding", b'<?xml version="1.0" encoding="utf-16"?>' + GOOD
    yield "unknown_encoding", b'<?xml version="1.0" encoding="klingon"?>' + GOOD
    yield "not_utf_8", GOOD.replace(b'id="u"', b'id="u" name="\xff\xfe\xfa"')
    yield "utf_7", b'<?xml version="1.0" encoding="utf-7"?>+ADw-a+AD4-'
    yield "a_page", b"<html><body>Please sign in</body></html>"
    yield "another_namespace", GOOD.replace(b"20100524", b"20990524")
    yield "unbound_prefix", GOOD.replace(b"<bpmn:userTask", b"<bpmnx:userTask")
    yield "five_megabytes", GOOD.replace(b"<bpmn:process", b"\n" * 5_000_000 + b"<bpmn:process")
    yield "no_process", GOOD.replace(b"bpmn:process", b"bpmn:category")


def _deep_or_wide() -> Iterator[tuple[str, bytes]]:
    yield "deep", b"<a>" * 250 + b"</a>" * 250
    yield "very_deep", b"<a>" * 50_000 + b"</a>" * 50_000
    nested = ""
    for depth in range(80):
        nested = node("subProcess", f"n{depth}", nested)
    yield "deep_subprocesses", draw("x", start(), end(), nested, flows="s->e")
    tasks = [user(f"u{number}") for number in range(5_000)]
    yield "thousands_of_tasks", draw("x", start(), end(), *tasks, flows="s->e")
    phases = [sub(f"p{number}", flows="") for number in range(10_000)]
    yield "thousands_of_subprocesses", draw("x", start(), end(), *phases, flows="s->e")
    chain = "->".join(f"u{number}" for number in range(3_000))
    yield "a_chain", draw("x", start(), *tasks[:3_000], end(), flows=f"s->{chain}->e")
    joins = [both(f"g{number}") for number in range(1_500)]
    ways = "; ".join(f"g{number}->g{number + 2}" for number in range(1_498))
    row = "->".join(f"g{number}" for number in range(1_500))
    yield "joins_of_joins", draw("x", start(), *joins, end(), flows=f"s->{row}->e; {ways}")
    choices = [xor(f"g{number}") for number in range(250)]
    back = "; ".join(f"g{n}->g{n - k} [n > 1]" for k in (1, 2, 3) for n in range(k, 250))
    on = "; ".join(f"g{number}=>g{number + 1}" for number in range(249))
    flows = f"s->g0; {on}; g249=>e; {back}"
    yield "loops_of_loops", draw("x", start(), *choices, end(), flows=flows)
    edges = [boundary(f"b{number}", "u", timer="P1D") for number in range(3_000)]
    out = "; ".join(f"b{number}->e" for number in range(3_000))
    yield "a_crowd_of_events", draw("x", start(), user("u"), end(), *edges, flows=f"s->u->e; {out}")
    inner = "".join(
        f'<bpmn:process id="q{n}" isExecutable="true"><bpmn:startEvent id="s{n}"/></bpmn:process>'
        for n in range(10_000)
    )
    yield "thousands_of_processes", draw("x", start(), end(), flows="s->e", rest=inner)
    many = " ".join(f'a{number}="b"' for number in range(60_000))
    yield "attributes", GOOD.replace(b'id="u"', f'id="u" form="gone" {many}'.encode())
    spaces = " ".join(f'xmlns:a{number}="b{number}"' for number in range(40_000))
    yield "namespaces", GOOD.replace(b'id="u"', f'id="u" {spaces}'.encode())
    yield "a_long_id", GOOD.replace(b'"u"', b'"' + b"u" * 200_000 + b'"')


def _wrong_references() -> Iterator[tuple[str, bytes]]:
    yield "duplicate_ids", draw("x", start(), user("u"), user("u"), end(), flows="s->u->e")
    yield "missing_ids", GOOD.replace(b' id="u"', b"")
    yield "nothing_has_an_id", GOOD.replace(b' id="', b' no="')
    yield "dangling_flow", GOOD.replace(b'targetRef="e"', b'targetRef="gone"')
    yield "flow_without_ends", GOOD.replace(b' sourceRef="s" targetRef="u"', b"")
    yield "unknown_call", draw("x", start(), call("c", "gone"), end(), flows="s->c->e")
    yield "calls_itself", draw("x", start(), call("c", "x"), end(), flows="s->c->e")
    edge = boundary("b", "b", timer="P1D")
    yield "attached_to_itself", draw("x", start(), edge, user("u"), end(), flows="s->u->e; b->e")
    yield "loop_by_itself", draw("x", start(), xor("g"), end(), flows="s->g; g->g [n > 1]; g=>e")
    yield "engine_names", draw("x", start("Start"), user("Root"), end("End"),
                               flows="Start->Root->End")  # fmt: skip
    yield "hanging_data_reference", _hanging()
    yield "long_condition", draw("x", start(), xor("g"), end(), user("u"),
                                 flows=f"s->g; g=>e; u->e; g->u [{'a + ' * 50_000}1]")  # fmt: skip
    yield "deep_script", draw("x", start(), script("c", "a = " + "[" * 1_000), end(),
                              flows="s->c->e")  # fmt: skip


def _hanging() -> bytes:
    """A reference to data from two levels up, which the library looks for for ever."""
    reference = (
        '<bpmn:dataObjectReference id="dr" dataObjectRef="d"/>'
        '<bpmn:userTask id="u"><bpmn:dataInputAssociation id="da">'
        "<bpmn:sourceRef>dr</bpmn:sourceRef></bpmn:dataInputAssociation></bpmn:userTask>"
    )
    inner = sub("p1", start("s1"), reference, end("e1"), flows="s1->u->e1")
    outer = sub("p2", start("s2"), inner, end("e2"), flows="s2->p1->e2")
    return draw("x", '<bpmn:dataObject id="d"/>', start(), outer, end(), flows="s->p2->e")


def _tables() -> Iterator[tuple[str, bytes]]:
    yield "question_marks", table("t", "?" * 100_000 + " => 1", inputs="n", outputs="m")
    cells = [f"{'?' * 3_900} => {n}" for n in range(400)]
    yield "tables_of_question_marks", table("t", *cells, inputs="n", outputs="m")
    yield "ranges", table("t", "[" + ".." * 50_000 + " => 1", inputs="n", outputs="m")
    ranges = [f"[{'..' * 1_900} => {n}" for n in range(400)]
    yield "tables_of_ranges", table("t", *ranges, inputs="n", outputs="m")
    rows = [f'"a{n}" => {n}' for n in range(10_000)]
    yield "thousands_of_rows", table("t", *rows, inputs="n", outputs="m")
    yield "quotes", table("t", "?'" * 1_900 + '" => 1', inputs="n", outputs="m")
    yield "a_class_chain", table("t", "().__class__.__base__ => 1", inputs="n", outputs="m")
    yield "power_tower", table("t", "9**9**9 => 1", inputs="n", outputs="m")
    yield "half_a_table", TABLE[: len(TABLE) // 2]
    yield "a_table_of_another_kind", TABLE.replace(b"www.omg.org", b"www.example.org")
    yield "no_table", TABLE.replace(b"decisionTable", b"literalExpression")
    yield "two_decisions", TABLE.replace(b"</decision>", b'</decision><decision id="t"/>')
    yield "unknown_policy", TABLE.replace(b"UNIQUE", b"NONSENSE")
    for name, declared in _entities():
        text = _DOCTYPE.format(declared) + TABLE.decode().replace('"a"', "&b9;")
        yield f"table_{name}", text.encode()


def files() -> dict[str, tuple[str, bytes]]:
    """Give name -> path in a release and content, each of which has to be answered."""
    diagrams = [*_broken(), *_deep_or_wide(), *_wrong_references()]
    for name, declared in _entities():
        text = _DOCTYPE.format(declared) + GOOD.decode().replace('name="', 'name="&b9;')
        diagrams.append((name, text.replace("<bpmn:process", "&b9;<bpmn:process").encode()))
    found = {name: ("bpmn/x.bpmn", content) for name, content in diagrams}
    return found | {name: ("bpmn/decisions/x.dmn", content) for name, content in _tables()}
