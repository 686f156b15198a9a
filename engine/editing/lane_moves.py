"""Moves a drawn step up or down into another lane, with its lines, where there is room for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.editing.picture import Box, Line, Picture, Point, Shape, box_of, written
from engine.editing.room import way_edit
from engine.editing.routes import IN_THE_WAY, Rect, cost_of, meet, pieces_of, rect_of, routes
from engine.editing.source import Node, Source, tag_with

#: Space kept to the edges of the lane and to other shapes.
_MARGIN = 10
_STEP = 10
#: What it costs to lie further from the middle of the lane, and on somebody's name.
_PER_POINT = 0.05
#: Where to look when there is no room straight above or below: so far to either side, at a price.
_SIDEWAYS = tuple(side * step * 20 for step in range(1, 10) for side in (1, -1))
_PER_POINT_SIDEWAYS = 0.2
_ON_A_NAME = 15
#: Space between a shape or an arrow and its name.
_TO_NAME = 4
#: How far a step may go where there is no lane.
_FREELY = 120
_FRAMES = ("lane", "participant")
_Edit = tuple[int, int, bytes]


class NoPlace(ValueError):
    """The drawing has no room for the move; the message says what to do."""


@dataclass(frozen=True)
class _Move:
    """One place for the step, with the lines that lead to it."""

    #: How far to the right and down.
    by: Point
    ways: Mapping[str, tuple[Point, ...]]
    cost: float


def moved_into_lane(source: Source, element_id: str, lane_id: str) -> Source:
    """Give the file with a step drawn in another lane, straight above or below where it can be.

    Unchanged when nothing is drawn, or it lies there already. Raises NoPlace.
    """
    picture = Picture(source)
    shape, lane = picture.shapes.get(element_id), picture.shapes.get(lane_id)
    if shape is None or lane is None or shape.plane is not lane.plane:
        return source
    if lane.box.holds(shape.box.middle):
        return source
    drawn = picture.shapes.values()
    if any(element_id in other.around and other.plane is shape.plane for other in drawn):
        raise NoPlace(
            "Expected a single step to move, but this one is drawn open, with others inside. Move "
            "it in the diagram."
        )
    moving = _Moving(picture, shape)
    move = moving.best(lane.box)
    if move is None:
        raise NoPlace(
            "Expected room in that lane near where the step is drawn now, but there is none that "
            "its arrows can reach. Move it in the diagram."
        )
    return source.with_edits(moving.edits(move))


def settled(source: Source, element_id: str, lane_id: str) -> Source:
    """Give the file with a step that was just drawn put where it fits best, with its lines.

    lane_id: the lane it is to lie in; "" for none. Unchanged when it is not drawn. Raises NoPlace.
    """
    picture = Picture(source)
    shape, lane = picture.shapes.get(element_id), picture.shapes.get(lane_id)
    if shape is None:
        return source
    has_lane = lane is not None and lane.plane is shape.plane
    frame = lane.box if lane is not None and has_lane else shape.box.grown(_FREELY)
    moving = _Moving(picture, shape)
    move = moving.best(frame)
    if move is None:
        raise NoPlace(
            "Expected room in the drawing behind this step, but there is none that its arrows can "
            "reach. Draw it in the diagram."
        )
    return source.with_edits(moving.edits(move))


def edge_events_of(source: Source, element_id: str) -> dict[str, str]:
    """Give the events on the edge of a drawn step -> the lane they are drawn in, "" for none."""
    picture = Picture(source)
    lanes = [shape for shape in picture.shapes.values() if shape.kind == "lane"]
    return {
        event.element_id: next(
            (
                lane.element_id
                for lane in reversed(lanes)
                if lane.plane is event.plane and lane.box.holds(event.box.middle)
            ),
            "",
        )
        for event in picture.shapes.values()
        if event.host == element_id
    }


class _Moving:
    """One step that is to move, and everything that stays where it is."""

    def __init__(self, picture: Picture, shape: Shape) -> None:
        self.picture = picture
        self.shape = shape
        self.shapes = {one.element_id: one for one in picture.shapes.values() if self._near(one)}
        self.moved = {
            name for name, one in self.shapes.items() if shape.element_id in (name, one.host)
        }
        near = [line for line in picture.lines.values() if line.plane is shape.plane]
        self.own = [
            line
            for line in near
            if {line.source, line.target} & self.moved
            and line.source in self.shapes
            and line.target in self.shapes
        ]
        self.pieces = [
            piece for line in near if line not in self.own for piece in pieces_of(line.points)
        ]
        still: list[Shape | Line] = [
            *(one for name, one in self.shapes.items() if name not in self.moved),
            *(line for line in near if line not in self.own),
        ]
        self.names = [rect_of(box) for one in still if (box := box_of(one.label))]

    def _near(self, other: Shape) -> bool:
        """Tell whether a shape counts: on the same plane, no frame, not around the step."""
        return (
            other.plane is self.shape.plane
            and other.kind not in _FRAMES
            and other.element_id not in self.shape.around
        )

    # Where to

    def best(self, lane: Box) -> _Move | None:
        """Give the best place in a lane, straight above or below if there is one, else near it."""
        return self._best(lane, (0,)) or self._best(lane, _SIDEWAYS)

    def _best(self, lane: Box, across: Sequence[float]) -> _Move | None:
        found: _Move | None = None
        for price, by in sorted(self._places(lane, across)):
            if found is not None and price >= found.cost:
                break
            move = self._led(by, price)
            if move.cost < (found.cost if found else IN_THE_WAY):
                found = move
        return found

    def _places(self, lane: Box, across: Sequence[float]) -> Iterator[tuple[float, Point]]:
        """Give each free place with what it costs by itself."""
        taken = [
            *(rect_of(one.box, _MARGIN) for n, one in self.shapes.items() if n not in self.moved),
            *self.pieces,
        ]
        frames = self._frames(lane)
        for by in ((x, y - self.shape.box.y) for x in across for y in self._heights(frames)):
            boxes = [rect_of(self.shapes[name].box.moved(by)) for name in self.moved]
            if any(meet(box, other) for box in boxes for other in taken):
                continue
            inner = self.shape.box.moved(by)
            if any(
                inner.x < one.x + _MARGIN or inner.right > one.right - _MARGIN for one in frames
            ):
                continue
            away = abs(inner.middle[1] - lane.middle[1]) * _PER_POINT
            covered = sum(meet(box, name) for box in boxes for name in self.names)
            yield away + abs(by[0]) * _PER_POINT_SIDEWAYS + covered * _ON_A_NAME, by

    def _frames(self, lane: Box) -> list[Box]:
        """Give what it must lie in: the lane, and the phases it belongs to."""
        around = (self.picture.shapes.get(one) for one in self.shape.around)
        return [lane, *(one.box for one in around if one and one.plane is self.shape.plane)]

    def _heights(self, frames: Sequence[Box]) -> set[float]:
        """Give where its upper edge may lie; level with what it is connected to where it can."""
        height = self.shape.box.height
        lowest = max(frame.y for frame in frames) + _MARGIN
        highest = min(frame.bottom for frame in frames) - _MARGIN - height
        level = [
            self.shapes[end].box.middle[1] - height / 2
            for line in self.own
            for end in (line.source, line.target)
            if end not in self.moved
        ]
        steps = range(int(lowest), int(highest) + 1, _STEP)
        return {float(y) for y in (*steps, *level) if lowest <= y <= highest}

    # Its lines

    def _led(self, by: Point, price: float) -> _Move:
        """Lead every line of the step to its new place, each along its cheapest way."""
        boxes = {
            name: one.box.moved(by) if name in self.moved else one.box
            for name, one in self.shapes.items()
        }
        pieces = list(self.pieces)
        ways: dict[str, tuple[Point, ...]] = {}
        for line in self.own:
            way, more = self._way(line, boxes, pieces)
            ways[line.flow_id] = way
            pieces += pieces_of(way)
            price += more
        return _Move(by, ways, price)

    def _way(
        self, line: Line, boxes: Mapping[str, Box], pieces: Sequence[Rect]
    ) -> tuple[tuple[Point, ...], float]:
        ends = (line.source, line.target)
        hosts = {self.shapes[end].host for end in ends}
        # Its ends and what an end stands on may be touched at the edge, nothing else at all.
        walls = [
            rect_of(box, -1 if name in ends or name in hosts else 0)
            for name, box in boxes.items()
            if not self._holds(name, ends)
        ]
        priced = [
            (cost_of(way, walls, pieces, self.names), way)
            for way in routes(boxes[line.source], boxes[line.target])
        ]
        price, way = min(priced, key=lambda pair: pair[0])
        return way, price

    def _holds(self, name: str, ends: tuple[str, str]) -> bool:
        return any(name in self.shapes[end].around for end in ends)

    # In the file

    def edits(self, move: _Move) -> Iterator[_Edit]:
        """Write the new places: of the step and what stands on its edge, of lines and names."""
        source = self.picture.source
        boxes = [
            rect_of(one.box.moved(move.by) if name in self.moved else one.box)
            for name, one in self.shapes.items()
        ]
        pieces = [*self.pieces, *(p for way in move.ways.values() for p in pieces_of(way))]
        self.names += _borders(self.picture, self.shape.plane)
        for name in sorted(self.moved):
            one = self.shapes[name]
            box = one.box.moved(move.by)
            yield _placed(source, one.bounds, box)
            label = box_of(one.label)
            if one.label is not None and label is not None:
                options = [label.moved(move.by), *_around(box, label)]
                yield _placed(source, one.label, self._free(options, boxes, pieces))
        for line in self.own:
            way = move.ways[line.flow_id]
            if way == line.points:
                continue
            yield way_edit(source, line, way)
            label = box_of(line.label)
            if line.label is not None and label is not None and way[:2] != line.points[:2]:
                yield _placed(source, line.label, self._free(_beside(way, label), boxes, pieces))

    def _free(self, options: Sequence[Box], boxes: Sequence[Rect], pieces: Sequence[Rect]) -> Box:
        """Choose the place of a name that covers least, the first of equals, and keep it."""
        taken = (*boxes, *pieces, *self.names)
        best = min(options, key=lambda box: sum(meet(rect_of(box, -1), one) for one in taken))
        self.names.append(rect_of(best))
        return best


def _around(box: Box, label: Box) -> Iterator[Box]:
    """Give the places of a shape's name: below, above, right, left."""
    x, y = box.middle[0] - label.width / 2, box.middle[1] - label.height / 2
    for left, top in (
        (x, box.bottom + _TO_NAME),
        (x, box.y - label.height - _TO_NAME),
        (box.right + _TO_NAME, y),
        (box.x - label.width - _TO_NAME, y),
        (box.right + _TO_NAME, box.bottom),
        (box.right + _TO_NAME, box.y - label.height),
        (box.x - label.width - _TO_NAME, box.bottom),
        (box.x - label.width - _TO_NAME, box.y - label.height),
    ):
        yield Box(round(left), round(top), label.width, label.height)


def _beside(way: Sequence[Point], label: Box) -> list[Box]:
    """Give the places of an arrow's name: on either side of where it leaves."""
    (x, y), (onto_x, onto_y) = way[0], way[1]
    if y == onto_y:
        left = x + _TO_NAME if onto_x > x else x - _TO_NAME - label.width
        places = [(left, y - label.height - 2), (left, y + 2)]
    else:
        top = y + 3 if onto_y > y else y - 3 - label.height
        places = [(x + _TO_NAME, top), (x - _TO_NAME - label.width, top)]
    return [Box(left, top, label.width, label.height) for left, top in places]


def _borders(picture: Picture, plane: Node) -> list[Rect]:
    """Give the edges of lanes and open phases, which strike through a name that lies on them."""
    inside = {frame for shape in picture.shapes.values() for frame in shape.around}
    found: list[Rect] = []
    for shape in picture.shapes.values():
        if shape.plane is plane and (shape.kind in _FRAMES or shape.element_id in inside):
            x, y, right, bottom = rect_of(shape.box)
            corners = ((x, y), (right, y), (right, bottom), (x, bottom), (x, y))
            found += pieces_of(corners)
    return found


def _placed(source: Source, bounds: Node, box: Box) -> _Edit:
    """Write bounds anew, with every other byte of the tag as it was."""
    tag = source.data[bounds.start : bounds.inner]
    for name, number in (("x", box.x), ("y", box.y)):
        if bounds.attributes.get(name) != written(number):
            tag = tag_with(tag, name, written(number))
    return bounds.start, bounds.inner, tag
