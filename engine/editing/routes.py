"""Ways for a line from one box to another, in right angles, and how well each fits the drawing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from engine.editing.picture import Box, Point

#: Left, top, right, bottom.
Rect = tuple[float, float, float, float]

#: How far a line keeps from the boxes it goes around.
_AROUND = 20
#: The shortest piece of a line between two boxes.
_SHORTEST = 10
#: What each fault of a line costs; a box in its way is out of the question.
IN_THE_WAY = 10_000
_ON_ANOTHER = 60
_CROSSING = 20
_THROUGH_A_NAME = 15
_BEND = 6
_PER_POINT = 0.01


def routes(start: Box, end: Box) -> Iterator[tuple[Point, ...]]:
    """Give ways from a box to another, the plain ones first."""
    yield from _across(start, end)
    yield from _round_the_corner(start, end)
    yield from _up_or_down(start, end)
    yield from _around_both(start, end)


def cost_of(
    points: Sequence[Point],
    walls: Iterable[Rect],
    lines: Sequence[Rect],
    names: Iterable[Rect],
) -> float:
    """Say how badly a line lies: in the way of boxes, on or across others, long, bent.

    walls: what it may not go through. lines: the pieces of other lines, as thin boxes.
    """
    pieces = pieces_of(points)
    cost = _BEND * (len(pieces) - 1) + _PER_POINT * sum(r - x + b - y for x, y, r, b in pieces)
    for piece in pieces:
        cost += IN_THE_WAY * sum(meet(piece, wall) for wall in walls)
        cost += _THROUGH_A_NAME * sum(meet(piece, name) for name in names)
        cost += sum(_between(piece, line) for line in lines if meet(piece, line))
    return cost


def pieces_of(points: Sequence[Point]) -> list[Rect]:
    """Give the straight pieces of a line as boxes one unit thick."""
    return [
        (min(x1, x2) - 0.5, min(y1, y2) - 0.5, max(x1, x2) + 0.5, max(y1, y2) + 0.5)
        for (x1, y1), (x2, y2) in pairwise(points)
    ]


def rect_of(box: Box, grown: float = 0) -> Rect:
    """Give a box by its corners, with a margin."""
    return box.x - grown, box.y - grown, box.right + grown, box.bottom + grown


def meet(one: Rect, other: Rect) -> bool:
    """Tell whether the insides of two boxes overlap."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _across(start: Box, end: Box) -> Iterator[tuple[Point, ...]]:
    """From the right side to the left side, or the other way for one that leads back."""
    (_, from_y), (_, to_y) = start.middle, end.middle
    if end.x - start.right >= _SHORTEST:
        begin, stop = start.right, end.x
    elif start.x - end.right >= _SHORTEST:
        begin, stop = start.x, end.right
    else:
        return
    if from_y == to_y:
        yield (begin, from_y), (stop, to_y)
        return
    for part in (0.5, 0.25, 0.75):
        x = round(begin + (stop - begin) * part)
        yield (begin, from_y), (x, from_y), (x, to_y), (stop, to_y)


def _round_the_corner(start: Box, end: Box) -> Iterator[tuple[Point, ...]]:
    (from_x, from_y), (to_x, to_y) = start.middle, end.middle
    enter = end.y if from_y < end.y else end.bottom
    if from_y < end.y or from_y > end.bottom:
        if to_x > start.right:
            yield (start.right, from_y), (to_x, from_y), (to_x, enter)
        elif to_x < start.x:
            yield (start.x, from_y), (to_x, from_y), (to_x, enter)
    leave = start.y if to_y < start.y else start.bottom
    if to_y < start.y or to_y > start.bottom:
        if end.x > from_x:
            yield (from_x, leave), (from_x, to_y), (end.x, to_y)
        elif end.right < from_x:
            yield (from_x, leave), (from_x, to_y), (end.right, to_y)


def _up_or_down(start: Box, end: Box) -> Iterator[tuple[Point, ...]]:
    (from_x, _), (to_x, _) = start.middle, end.middle
    if end.y - start.bottom >= _SHORTEST:
        leave, enter = start.bottom, end.y
    elif start.y - end.bottom >= _SHORTEST:
        leave, enter = start.y, end.bottom
    else:
        return
    if from_x == to_x:
        yield (from_x, leave), (to_x, enter)
        return
    y = round((leave + enter) / 2)
    yield (from_x, leave), (from_x, y), (to_x, y), (to_x, enter)


def _around_both(start: Box, end: Box) -> Iterator[tuple[Point, ...]]:
    (from_x, _), (to_x, _) = start.middle, end.middle
    over = min(start.y, end.y) - _AROUND
    yield (from_x, start.y), (from_x, over), (to_x, over), (to_x, end.y)
    under = max(start.bottom, end.bottom) + _AROUND
    yield (from_x, start.bottom), (from_x, under), (to_x, under), (to_x, end.bottom)


def _between(piece: Rect, other: Rect) -> float:
    """Say what two pieces that meet cost each other: lying along is worse than crossing."""
    level = piece[2] - piece[0] > piece[3] - piece[1]
    other_level = other[2] - other[0] > other[3] - other[1]
    return _ON_ANOTHER if level == other_level else _CROSSING
