"""Where the elements of a file are drawn: place, size, bends, and whatever else a shape says."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from lxml import etree

from engine.differences.facts import Facts, facts_of
from engine.spiff import local_name

_SHAPES = ("BPMNShape", "BPMNEdge", "DMNShape", "DMNEdge")
_REFERS = ("bpmnElement", "dmnElementRef")
_LABELS = {
    "@isExpanded": "Drawn open",
    "@isHorizontal": "Drawn from left to right",
    "@isMarkerVisible": "Cross in the gateway",
}


def places_of(root: etree._Element, ids: Collection[str]) -> dict[str, Facts]:
    """Give the id of each drawn element -> label -> where and how it is drawn.

    Under "" stands what belongs to none of the ids: the pictures themselves, forgotten shapes.
    """
    found: dict[str, Facts] = {}
    for node in root.iter("{*}BPMNDiagram", "{*}DMNDiagram"):
        _add(found.setdefault("", {}), _of_picture(node))
    for node in root.iter(*(f"{{*}}{name}" for name in _SHAPES)):
        refers = next((node.get(name) for name in _REFERS if node.get(name)), "") or ""
        said = list(_of_shape(node))
        if refers not in ids:
            said = [(f"Shape of {refers or 'nothing'}: {label}", value) for label, value in said]
            refers = ""
        _add(found.setdefault(refers, {}), said)
    return found


def _add(facts: Facts, said: list[tuple[str, str]] | Iterator[tuple[str, str]]) -> None:
    """Put what a shape says beside what another shape of the same element said."""
    for label, value in said:
        facts[label] = f"{facts[label]}; {value}" if label in facts else value


def _of_picture(node: etree._Element) -> Iterator[tuple[str, str]]:
    for path, value in facts_of(node, _is_shape).items():
        if not path.endswith("@id"):
            yield f"Picture: {path}", value


def _of_shape(node: etree._Element) -> Iterator[tuple[str, str]]:
    said = facts_of(node, _is_geometry)
    for path, value in said.items():
        if path.endswith("@id") or path in ("@bpmnElement", "@dmnElementRef"):
            continue
        yield _LABELS.get(path, f"Shape: {path}"), value
    bends = ", then ".join(_point(each) for each in node.iterchildren("{*}waypoint"))
    if bends:
        yield "Way", bends
    for child in node.iterchildren("{*}Bounds"):
        yield "Place", _point(child)
        yield "Size", _size(child)
    for label in node.iterchildren("{*}BPMNLabel", "{*}DMNLabel"):
        for bounds in label.iterchildren("{*}Bounds"):
            yield "Place of the name", f"{_point(bounds)}, {_size(bounds)}"


def _is_shape(node: etree._Element) -> bool:
    return local_name(node) in _SHAPES


def _is_geometry(node: etree._Element) -> bool:
    """Tell whether a node says a place and nothing else, or is a label that says nothing."""
    said, name = set(map(str, node.attrib)), local_name(node)
    if len(node):
        return False
    if name in ("BPMNLabel", "DMNLabel"):
        return said <= {"id"}
    return name in ("Bounds", "waypoint") and said <= {"x", "y", "width", "height"}


def _point(node: etree._Element) -> str:
    return f"{_number(node.get('x'))}, {_number(node.get('y'))}"


def _size(node: etree._Element) -> str:
    return f"{_number(node.get('width'))} by {_number(node.get('height'))}"


def _number(text: str | None) -> str:
    """Give a number the way everybody writes it, so that 160.0 and 160 are the same."""
    try:
        number = float(text or "")
    except ValueError:
        return text or "nowhere"
    return str(int(number)) if number.is_integer() else str(number)
