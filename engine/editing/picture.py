"""How a diagram is drawn, read from the file: boxes, lines, and the planes they are drawn on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.editing.source import Node, Source

Point = tuple[float, float]
#: No drawing reaches as far; a coordinate that does is taken for none.
_BEYOND = 1e6


@dataclass(frozen=True)
class Box:
    """A rectangle; y counts downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Give its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Give its lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> Point:
        """Give its centre."""
        return self.x + self.width / 2, self.y + self.height / 2

    def holds(self, point: Point) -> bool:
        """Tell whether a point lies in it."""
        return self.x <= point[0] <= self.right and self.y <= point[1] <= self.bottom

    def grown(self, by: float) -> Box:
        """Give it with a margin; smaller with a number below 0."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def moved(self, by: Point) -> Box:
        """Give it further right and down; left and up with numbers below 0."""
        return replace(self, x=self.x + by[0], y=self.y + by[1])


@dataclass(frozen=True, eq=False)
class Shape:
    """An element as it is drawn."""

    element_id: str
    box: Box
    bounds: Node
    #: Where its name stands, when that is not inside.
    label: Node | None
    #: The plane it is drawn on.
    plane: Node
    #: bpmn name of the element: ``userTask``, ``lane``.
    kind: str
    #: Ids of the subprocesses around it, the innermost first.
    around: tuple[str, ...]
    #: What a boundary event stands on; "" for anything else.
    host: str


@dataclass(frozen=True, eq=False)
class Line:
    """A flow as it is drawn."""

    flow_id: str
    points: tuple[Point, ...]
    waypoints: tuple[Node, ...]
    label: Node | None
    plane: Node
    source: str
    target: str


class Picture:
    """Everything drawn in one file; what has no place in numbers is left out."""

    def __init__(self, source: Source) -> None:
        """Read the shapes and lines."""
        self.source = source
        self.shapes: dict[str, Shape] = {}
        self.lines: dict[str, Line] = {}
        for node in source.root.walk():
            if node.name == "BPMNShape":
                for shape in self._shape(node):
                    self.shapes.setdefault(shape.element_id, shape)
            elif node.name == "BPMNEdge":
                for line in self._line(node):
                    self.lines.setdefault(line.flow_id, line)

    def _shape(self, node: Node) -> Iterator[Shape]:
        element = self.source.find(node.attributes.get("bpmnElement", ""))
        bounds = _named(node, "Bounds")
        box = box_of(bounds)
        if element is not None and bounds is not None and box is not None and node.parent:
            label = _named(node, "BPMNLabel")
            yield Shape(
                element.id,
                box,
                bounds,
                _named(label, "Bounds") if label else None,
                node.parent,
                element.name,
                tuple(_around(element)),
                element.attributes.get("attachedToRef", ""),
            )

    def _line(self, node: Node) -> Iterator[Line]:
        element = self.source.find(node.attributes.get("bpmnElement", ""))
        waypoints = tuple(child for child in node.children if child.name == "waypoint")
        points = [_point(child) for child in waypoints]
        if element is not None and node.parent and len(points) > 1 and None not in points:
            label = _named(node, "BPMNLabel")
            yield Line(
                element.id,
                tuple(point for point in points if point is not None),
                waypoints,
                _named(label, "Bounds") if label else None,
                node.parent,
                element.attributes.get("sourceRef", ""),
                element.attributes.get("targetRef", ""),
            )


def box_of(bounds: Node | None) -> Box | None:
    """Give the rectangle of a bounds element, None when it is not in numbers."""
    if bounds is None:
        return None
    numbers = [_number(bounds.attributes.get(name)) for name in ("x", "y", "width", "height")]
    known = [number for number in numbers if number is not None]
    return Box(*known) if len(known) == len(numbers) else None


def written(number: float) -> str:
    """Write a coordinate as the editors do: whole where it is."""
    return str(int(number)) if number == int(number) else f"{number:.1f}"


def _around(element: Node) -> Iterator[str]:
    node = element.parent
    while node is not None:
        if node.name in ("subProcess", "transaction", "adHocSubProcess"):
            yield node.id
        node = node.parent


def _named(node: Node | None, name: str) -> Node | None:
    return next((child for child in node.children if child.name == name), None) if node else None


def _point(waypoint: Node) -> Point | None:
    x, y = _number(waypoint.attributes.get("x")), _number(waypoint.attributes.get("y"))
    return None if x is None or y is None else (x, y)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    # What is no number at all is not smaller either.
    return number if abs(number) < _BEYOND else None
