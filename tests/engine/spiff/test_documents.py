"""What comes in is XML of the right kind, small and without tricks, or it is refused."""

from __future__ import annotations

import time

import pytest

from engine.errors import InvalidDiagram
from engine.spiff import parse
from tests.engine.spiff.drawing import draw, end, start, user

GOOD = draw("p", start(), user("u"), end(), flows="s->u->e")


def refused(files: dict[str, bytes]) -> list[tuple[str, int]]:
    """Give rule and line of each finding."""
    with pytest.raises(InvalidDiagram) as raised:
        parse(files)
    for finding in raised.value.findings:
        assert finding.file in files
        assert finding.message.startswith("Expected")
    return [(finding.rule, finding.line) for finding in raised.value.findings]


BOMB = b"".join(
    (
        b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">',
        *(f'<!ENTITY b{n} "{"&a;" if n == 0 else f"&b{n - 1};" * 10}">'.encode() for n in range(9)),
        b"]><d>&b8;</d>",
    )
)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"hello", "not_xml"),
        (b"<a><b></a>", "not_xml"),
        (GOOD[:-20], "not_xml"),
        (GOOD.replace(b"bpmn:userTask", b"other:userTask"), "not_xml"),
        (b'<?xml version="1.0" encoding="no-such"?>' + GOOD, "not_xml"),
        (b'<?xml version="1.0" encoding="utf-16"?><a/>', "not_xml"),
        (b"<html><body>Sign in</body></html>", "wrong_kind"),
        (GOOD.replace(b"20100524", b"20200524"), "wrong_kind"),
        (b"<!DOCTYPE x>" + GOOD, "doctype"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + GOOD, "doctype"),
        (BOMB, "not_xml"),
        (b"<a>" * 250 + b"</a>" * 250, "depth"),
        (b"<a>" * 9000 + b"</a>" * 9000, "not_xml"),
        (b" " * 2_000_001, "file_size"),
        (b"\x00\x01\x02", "not_xml"),
    ],
)
def test_what_is_not_a_diagram_is_refused_with_a_reason(data: bytes, rule: str) -> None:
    began = time.process_time()
    assert [name for name, _ in refused({"bpmn/a.bpmn": data})] == [rule]
    assert time.process_time() - began < 2


def test_the_line_of_a_broken_file_is_told() -> None:
    assert refused({"a.bpmn": b"<a>\n<b>\n</a>"}) == [("not_xml", 3)]


def test_every_finding_of_every_file_is_told_at_once() -> None:
    bad = draw("q", start(), user("u"), user("lost"), end(), flows="s->u->e")
    found = refused({"a.bpmn": b"", "b.bpmn": bad, "c.dmn": b"<x/>"})
    assert {rule for rule, _ in found} >= {"empty", "unreachable", "no_way_on", "wrong_kind"}


def test_files_of_another_kind_are_left_out() -> None:
    assert parse({"README.md": b"hello", "a.bpmn": GOOD}).process_ids == ("p",)


def test_comments_instructions_and_foreign_extensions_do_no_harm() -> None:
    noted = GOOD.replace(
        b'<bpmn:userTask id="u">',
        b'<!-- why --><?pi x?><bpmn:userTask id="u"><bpmn:documentation>Ask.</bpmn:documentation>'
        b'<bpmn:extensionElements><x:y xmlns:x="urn:x" z="1"/></bpmn:extensionElements>',
    ).replace(b"</bpmn:process>", b'<bpmn:textAnnotation id="n"/></bpmn:process>')
    definitions = parse({"a.bpmn": noted})
    assert definitions.diagram("p").elements["u"].documentation == "Ask."
