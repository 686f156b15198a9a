"""The order in which a diagram is read aloud, and what can still be reached in it."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from engine.spiff import Diagram, Element

_FAR = (1e9, 1e9)


def in_reading_order(diagram: Diagram, starts: Collection[str] = ()) -> list[tuple[Element, int]]:
    """Give every element with its depth of nesting, in the order the flow reaches it.

    Breadth first from the start events (those in `starts` before others), left to right where
    two are equally far; what stands in a subprocess follows right after it. What begins at the
    edge of an activity comes after the main way, and what no start reaches comes last.
    """
    return list(_in_scope(diagram, None, 0, starts))


def still_ahead(diagram: Diagram, now: Collection[str]) -> set[str]:
    """Give the ids that can still be reached from those where something waits, these included."""
    paths = _onward(diagram)
    found: set[str] = set()
    queue = deque(now)
    while queue:
        here = queue.popleft()
        if here in found or here not in diagram.elements:
            continue
        found.add(here)
        queue.extend(paths.get(here, ()))
        if here not in now:
            queue.extend(e.id for e in diagram.elements.values() if e.parent == here)
    return found


def main_way(diagram: Diagram) -> frozenset[str]:
    """Give the ids that the flow reaches from a beginning without an event at an edge."""
    paths = _flows(diagram)
    found: set[str] = set()
    queue = deque(e.id for e in diagram.elements.values() if e.kind == "start_event")
    while queue:
        here = queue.popleft()
        if here not in found:
            found.add(here)
            queue.extend(paths.get(here, ()))
    return frozenset(found)


def _in_scope(
    diagram: Diagram, scope: str | None, depth: int, starts: Collection[str]
) -> Iterable[tuple[Element, int]]:
    inside = {e.id: e for e in diagram.elements.values() if e.parent == scope}
    place = shapes(diagram.xml).places
    for element_id in _breadth_first(diagram, inside, starts, place):
        yield inside[element_id], depth
        if inside[element_id].kind == "subprocess":
            yield from _in_scope(diagram, element_id, depth + 1, starts)


def _breadth_first(
    diagram: Diagram,
    inside: dict[str, Element],
    starts: Collection[str],
    place: Mapping[str, tuple[float, float]],
) -> list[str]:
    def spot(element_id: str) -> tuple[float, float]:
        return place.get(element_id, _FAR)

    begun = sorted((e.id for e in inside.values() if e.kind == "start_event"), key=spot)
    begun.sort(key=lambda element_id: element_id not in starts)
    edges = sorted((e.id for e in inside.values() if e.attached_to), key=spot)
    paths = _flows(diagram)
    seen: dict[str, None] = {}
    for start in [*begun[:1], *edges, *begun[1:], *sorted(inside, key=spot)]:
        ring = [start]
        while ring:
            fresh = [element_id for element_id in ring if element_id not in seen]
            seen.update(dict.fromkeys(fresh))
            onward = {to for element_id in fresh for to in paths.get(element_id, ())}
            ring = sorted((to for to in onward if to in inside), key=spot)
    return list(seen)


def _flows(diagram: Diagram) -> dict[str, list[str]]:
    paths: dict[str, list[str]] = {}
    for flow in diagram.flows:
        paths.setdefault(flow.source, []).append(flow.target)
    return paths


def _onward(diagram: Diagram) -> dict[str, list[str]]:
    """Give element id -> where it can go, over the events at its edge too."""
    paths = _flows(diagram)
    for element in diagram.elements.values():
        if element.attached_to:
            paths.setdefault(element.attached_to, []).append(element.id)
    return paths


@dataclass(frozen=True)
class Shapes:
    """What a picture says of a diagram beyond its flow."""

    #: Element id -> where its shape stands, left and top.
    places: Mapping[str, tuple[float, float]]
    #: Subprocesses drawn open, so that what is inside shows.
    open: frozenset[str]


@lru_cache(maxsize=256)
def shapes(xml: bytes) -> Shapes:
    """Read the shapes of a diagram; one without a place in numbers stands far away."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(xml, parser)
    places: dict[str, tuple[float, float]] = {}
    opened = set()
    for shape in root.iter("{*}BPMNShape"):
        bounds = next(iter(shape.iterchildren("{*}Bounds")), None)
        element_id = shape.get("bpmnElement", "")
        if bounds is not None:
            places[element_id] = (_number(bounds.get("x")), _number(bounds.get("y")))
        if shape.get("isExpanded") == "true":
            opened.add(element_id)
    return Shapes(places, frozenset(opened))


def _number(text: str | None) -> float:
    try:
        return float(text or "0")
    except ValueError:
        return _FAR[0]
