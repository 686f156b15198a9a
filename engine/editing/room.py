"""Makes room in a drawing: everything right of a line moves to the right, frames grow with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.editing.picture import Box, Line, Picture, Point, Shape, box_of, written
from engine.editing.source import Node, Source, tag_with

_FRAMES = ("lane", "participant")
_Edit = tuple[int, int, bytes]


def with_room(picture: Picture, plane: Node, cut: float, by: float) -> Source:
    """Give the file with everything on a plane that stands right of `cut` moved right by `by`.

    Pools, lanes and open phases across the line grow; a shape across it goes with its middle.
    """
    making = _Making(picture, plane, cut, by)
    return picture.source.with_edits(making.edits())


class _Making:
    def __init__(self, picture: Picture, plane: Node, cut: float, by: float) -> None:
        self.source = picture.source
        self.cut = cut
        self.by = by
        self.shapes = {n: one for n, one in picture.shapes.items() if one.plane is plane}
        self.lines = [line for line in picture.lines.values() if line.plane is plane]
        inside = {frame for one in self.shapes.values() for frame in one.around}
        self.frames = {
            name for name, one in self.shapes.items() if one.kind in _FRAMES or name in inside
        }

    def edits(self) -> Iterator[_Edit]:
        for shape in self.shapes.values():
            yield from self._of_shape(shape)
        for line in self.lines:
            yield from self._of_line(line)

    def _of_shape(self, shape: Shape) -> Iterator[_Edit]:
        if self._moves(shape):
            yield self._set(shape.bounds, "x", shape.box.x + self.by)
        elif shape.element_id in self.frames and shape.box.right > self.cut:
            yield self._set(shape.bounds, "width", shape.box.width + self.by)
        label = box_of(shape.label)
        if shape.label is not None and label is not None:
            goes = label.x >= self.cut if shape.element_id in self.frames else self._moves(shape)
            if goes:
                yield self._set(shape.label, "x", label.x + self.by)

    def _of_line(self, line: Line) -> Iterator[_Edit]:
        for node, point, goes in zip(line.waypoints, line.points, self._points(line), strict=True):
            if goes:
                yield self._set(node, "x", point[0] + self.by)
        label = box_of(line.label)
        if line.label is not None and label is not None and label.middle[0] >= self.cut:
            yield self._set(line.label, "x", label.x + self.by)

    def _points(self, line: Line) -> list[bool]:
        """Tell which bends of a line move: its ends with their shapes, upright pieces whole."""
        points = line.points
        goes = [point[0] >= self.cut for point in points]
        goes[0] = self._end(line.source, points[0])
        goes[-1] = self._end(line.target, points[-1])
        for here, before in ((n, n - 1) for n in range(1, len(points) - 1)):
            if points[here][0] == points[before][0]:
                goes[here] = goes[before]
        for here, after in ((n, n + 1) for n in range(len(points) - 2, 0, -1)):
            if points[here][0] == points[after][0]:
                goes[here] = goes[after]
        return goes

    def _end(self, element_id: str, point: Point) -> bool:
        shape = self.shapes.get(element_id)
        if shape is None or element_id in self.frames:
            return point[0] >= self.cut
        return self._moves(shape)

    def _moves(self, shape: Shape) -> bool:
        if shape.element_id in self.frames:
            return shape.box.x >= self.cut
        host = self.shapes.get(shape.host)
        if host is not None and host.element_id not in self.frames:
            return self._moves(host)
        return shape.box.middle[0] >= self.cut

    def _set(self, node: Node, name: str, number: float) -> _Edit:
        tag = self.source.data[node.start : node.inner]
        return node.start, node.inner, tag_with(tag, name, written(number))


def shape_lines(near: Shape, element_id: str, box: Box) -> list[str]:
    """Write the shape of a new element as the one near it is written."""
    drawn = near.bounds.parent
    assert drawn is not None
    x, y, width, height = (written(one) for one in (box.x, box.y, box.width, box.height))
    return [
        f'<{drawn.raw} id="shape_{element_id}" bpmnElement="{element_id}">',
        f'  <{near.bounds.raw} x="{x}" y="{y}" width="{width}" height="{height}" />',
        f"</{drawn.raw}>",
    ]


def line_lines(near: Line, flow_id: str, way: Sequence[Point]) -> list[str]:
    """Write the line of a new flow as the one near it is written."""
    waypoint = near.waypoints[0]
    drawn = waypoint.parent
    assert drawn is not None
    return [
        f'<{drawn.raw} id="edge_{flow_id}" bpmnElement="{flow_id}">',
        *(f'  <{waypoint.raw} x="{written(x)}" y="{written(y)}" />' for x, y in way),
        f"</{drawn.raw}>",
    ]


def way_edit(source: Source, line: Line, way: Sequence[Point]) -> _Edit:
    """Write where a line goes anew: its bends in the place of those it had."""
    first, last = line.waypoints[0], line.waypoints[-1]
    indent = source.indent_of(first)
    between = f"\n{indent}" if indent else ""
    tags = [f'<{first.raw} x="{written(x)}" y="{written(y)}" />' for x, y in way]
    return first.start, last.end, between.join(tags).encode()
