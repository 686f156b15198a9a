"""What a diagram file draws: boxes with their labels, flows with their bends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from lxml import etree

DIAGRAMS = sorted((Path(__file__).parent.parent.parent / "bpmn").glob("*.bpmn"))

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"

EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent")
TASKS = ("userTask", "serviceTask", "businessRuleTask", "callActivity", "subProcess")
GATEWAYS = ("exclusiveGateway", "parallelGateway", "eventBasedGateway")
FLOW_NODES = tuple(BPMN + name for name in (*EVENTS, "boundaryEvent", *TASKS, *GATEWAYS))

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A rectangle of the picture, in its units."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: Box) -> bool:
        """Whether the two share some area; touching edges do not count."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )

    def holds(self, other: Box) -> bool:
        """Whether the other lies wholly inside."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )

    def grown(self, by: float) -> Box:
        """Give the box with that much more (or, below nought, less) on each side."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def on_its_edge(self, point: Point) -> bool:
        """Whether the point lies on one of the four sides, within a unit."""
        px, py = point
        inside = self.grown(1)
        if not (inside.x <= px <= inside.x + inside.width):
            return False
        if not (inside.y <= py <= inside.y + inside.height):
            return False
        near = (px - self.x, self.x + self.width - px, py - self.y, self.y + self.height - py)
        return min(abs(distance) for distance in near) <= 1


@dataclass(frozen=True)
class Drawn:
    """One element of the process and where it is drawn: a box, or the bends of a flow."""

    element: etree._Element
    box: Box
    bends: tuple[Point, ...]
    label: Box | None

    @property
    def id(self) -> str:
        return self.element.get("id", "")

    @property
    def kind(self) -> str:
        return etree.QName(self.element).localname

    @property
    def middle(self) -> Box:
        """The middle of a shape, as a box without size."""
        return Box(self.box.x + self.box.width / 2, self.box.y + self.box.height / 2, 0, 0)

    @property
    def legs(self) -> list[Box]:
        """The straight parts of a flow, as boxes without width or without height."""
        return [
            Box(min(ax, bx), min(ay, by), abs(bx - ax), abs(by - ay))
            for (ax, ay), (bx, by) in pairwise(self.bends)
        ]


@dataclass(frozen=True)
class Plane:
    """One picture: the overview of a process, or the inside of a collapsed subprocess."""

    id: str
    shapes: dict[str, Drawn]
    flows: dict[str, Drawn]

    @cached_property
    def nodes(self) -> list[Drawn]:
        """Tasks, events and gateways; no lanes, no pool."""
        return [shape for shape in self.shapes.values() if shape.element.tag in FLOW_NODES]

    @cached_property
    def frames(self) -> set[str]:
        """Ids of the subprocesses whose inside is drawn in this picture."""
        return {n.element.getparent().get("id", "") for n in self.nodes} & set(self.shapes)  # type: ignore[union-attr]  # a node has a parent

    @cached_property
    def labels(self) -> list[tuple[str, Box]]:
        everything = (*self.shapes.values(), *self.flows.values())
        return [(drawn.id, drawn.label) for drawn in everything if drawn.label]


def planes(path: Path) -> list[Plane]:
    """Read the pictures of a diagram file, the overview first."""
    root = etree.parse(str(path)).getroot()
    elements = {element.get("id", ""): element for element in root.iter(BPMN + "*")}
    return [
        Plane(
            plane.get("bpmnElement", ""),
            {drawn.id: drawn for drawn in _drawn(plane, DI + "BPMNShape", elements)},
            {drawn.id: drawn for drawn in _drawn(plane, DI + "BPMNEdge", elements)},
        )
        for plane in root.iter(DI + "BPMNPlane")
    ]


def _drawn(plane: etree._Element, tag: str, elements: dict[str, etree._Element]) -> Iterator[Drawn]:
    for shape in plane.findall(tag):
        bounds = shape.find(DC + "Bounds")
        label = shape.find(f"{DI}BPMNLabel/{DC}Bounds")
        bends = tuple(
            (float(point.get("x", 0)), float(point.get("y", 0)))
            for point in shape.findall(WAYPOINT)
        )
        yield Drawn(
            elements[shape.get("bpmnElement", "")],
            Box(0, 0, 0, 0) if bounds is None else _box(bounds),
            bends,
            None if label is None else _box(label),
        )


def _box(bounds: etree._Element) -> Box:
    x, y, width, height = (float(bounds.get(name, 0)) for name in ("x", "y", "width", "height"))
    return Box(x, y, width, height)
