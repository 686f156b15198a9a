"""A comparison of two releases leaves nothing unsaid and never fails, whatever the files hold."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.differences import FileDifference, differences
from engine.spiff import local_name
from tests.engine.differences.shipped import APPEAL, FLAGS, REVIEW, between, files
from tests.engine.spiff.drawing import draw, end, start, user

GOOD = draw("p", start(), user("u"), end(), flows="s -> u -> e")
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    b"<d>&b;</d>"
)
HOSTILE = {
    "empty": b"",
    "blank": b" \n",
    "no_xml": b"hello",
    "half": GOOD[:-40],
    "bytes": bytes(range(256)),
    "utf_16": GOOD.decode().encode("utf-16"),
    "doctype": b"<!DOCTYPE x>" + GOOD,
    "entities": BOMB,
    "outside": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    "deep": b"<a>" * 250 + b"</a>" * 250,
    "very_deep": b"<a>" * 9000 + b"</a>" * 9000,
    "large": b"<a>" + b"x" * 2_000_001 + b"</a>",
    "page": b"<html><body>Sign in</body></html>",
    "no_ids": GOOD.replace(b' id="', b' ud="'),
    "one_id": b'id="s"'.join(GOOD.split(b'id="u"')),
    "other_shapes": GOOD.replace(
        b"</bpmn:definitions>",
        b'<d:BPMNDiagram xmlns:d="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:c="urn:c">'
        b'<d:BPMNPlane><d:BPMNShape/><d:BPMNShape bpmnElement="u"><c:Bounds x="left"/>'
        b"</d:BPMNShape></d:BPMNPlane></d:BPMNDiagram></bpmn:definitions>",
    ),
}


def says_something(found: FileDifference) -> bool:
    return bool(found.elements or found.cells or found.lines or found.note)


@pytest.mark.parametrize("path", ["bpmn/p.bpmn", "bpmn/decisions/p.dmn", "forms/letters/p.md"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_compared_without_a_failure(name: str, path: str) -> None:
    began = time.process_time()
    for old, new in ((GOOD, HOSTILE[name]), (HOSTILE[name], GOOD)):
        assert says_something(between(path, old, new))
    (added,) = differences({}, {path: HOSTILE[name]})
    (removed,) = differences({path: HOSTILE[name]}, {})
    assert says_something(added)
    assert says_something(removed)
    assert (added.state, removed.state) == ("added", "removed")
    assert time.process_time() - began < 5


def test_a_file_that_cannot_be_read_says_why_and_where() -> None:
    found = between("bpmn/p.bpmn", GOOD, b"<a>\n<b>\n</a>")
    assert "cannot be read: line 3: Expected XML" in found.note


def test_nothing_differs_from_itself() -> None:
    assert differences(files(), dict(files())) == ()


def test_files_come_by_kind_then_path() -> None:
    found = differences({}, files())
    kinds = [each.kind for each in found]
    assert list(dict.fromkeys(kinds)) == ["diagram", "decision", "form", "letter", "scenario"]
    assert [each.path for each in found if each.kind == "form"] == sorted(
        path for path in files() if path.startswith("forms/definitions/")
    )
    assert len(found) == len(files())


def test_a_whole_release_is_compared_in_well_under_a_second() -> None:
    other = {path: content.replace(b"the", b"teh") for path, content in files().items()}
    assert differences(files(), other)
    began = time.process_time()
    assert differences(files(), dict(files())) == ()
    assert time.process_time() - began < 0.05
    began = time.process_time()
    assert len(differences(files(), other)) > 70
    assert time.process_time() - began < 1.5


@pytest.mark.parametrize("path", [APPEAL, FLAGS, REVIEW])
@settings(max_examples=60, deadline=None)
@given(draw=st.data())
def test_whatever_is_changed_in_a_file_is_said(path: str, draw: st.DataObject) -> None:
    root = etree.fromstring(files()[path])
    nodes = list(root.iter())
    node = nodes[draw.draw(st.integers(0, len(nodes) - 1))]
    said = _change(node, draw)
    after = etree.tostring(root)
    if _canonical(after) == _canonical(files()[path]):
        return
    found = between(path, files()[path], after)
    assert says_something(found)
    # What only tells how a file is written is these few things, and no others.
    if found.note.startswith("Only how"):
        assert said in ("id", "incoming", "outgoing", "flowNodeRef", "reversed") or said.startswith(
            "{http://www.w3.org/2001/XMLSchema-instance}"
        )


def _canonical(data: bytes) -> bytes:
    return etree.tostring(etree.fromstring(data), method="c14n")


def _change(node: etree._Element, draw: st.DataObject) -> str:
    """Change one thing about a node and say what."""
    how = draw.draw(st.sampled_from(["attribute", "more", "text", "gone", "child", "reversed"]))
    parent = node.getparent()
    if how == "attribute" and node.attrib:
        name = draw.draw(st.sampled_from(sorted(map(str, node.attrib))))
        node.set(name, f"{node.get(name)}9")
        return name
    if how == "more":
        name = draw.draw(st.sampled_from(["{urn:acme}heat", "heat", "name"]))
        node.set(name, "hot")
        return local_name(node) if local_name(node) in ("incoming", "outgoing") else name
    if how == "text" and node.text and node.text.strip():
        node.text += "x"
        return local_name(node)
    if how == "gone" and parent is not None:
        parent.remove(node)
        return local_name(node)
    if how == "child":
        node.append(etree.Element("{urn:acme}retry"))
        return local_name(node) if local_name(node) in ("incoming", "outgoing") else "retry"
    node[:] = list(node)[::-1]
    return "reversed"
