"""Compares two texts by line, whatever they are and however long."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from engine.differences.changes import DiffLine

#: Unchanged lines shown around a change.
CONTEXT = 3
#: Lines between the first and the last change that are still matched with each other.
_MOST_MATCHED = 2_000
#: Lines and characters of a line that are shown.
MOST_SHOWN = 2_000
LONGEST_LINE = 500
_END_SHOWN = 100

_Block = tuple[str, int, int, int, int]


def line_changes(old: bytes | None, new: bytes | None) -> tuple[DiffLine, ...]:
    """Give the lines that differ, each change with three lines around it and gaps between.

    None where there is no such file. A huge difference is cut, and a gap says how much is left
    out; two texts that differ only in how their lines end give no lines.
    """
    before, after = _split(old), _split(new)
    shown = list(_shown(before, after, _blocks(before, after)))
    if len(shown) > MOST_SHOWN:
        left_out = len(shown) - MOST_SHOWN
        rest = DiffLine("gap", None, None, f"{left_out:,} more lines of this comparison")
        shown = [*shown[:MOST_SHOWN], rest]
    return tuple(shown)


def _split(data: bytes | None) -> list[str]:
    """Give the lines of a text; bytes that are not UTF-8 are written out as they are."""
    if not data:
        return []
    text = data.decode("utf-8", "backslashreplace")
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def _blocks(old: list[str], new: list[str]) -> list[_Block]:
    """Give what is equal, replaced, deleted and inserted, with the lines of both sides."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    old_end, new_end = len(old) - tail, len(new) - tail
    middle: list[_Block]
    if max(old_end, new_end) - head > _MOST_MATCHED:
        middle = [("replace", head, old_end, head, new_end)]
    else:
        matcher = SequenceMatcher(None, old[head:old_end], new[head:new_end])
        middle = [
            (what, a + head, b + head, c + head, d + head)
            for what, a, b, c, d in matcher.get_opcodes()
        ]
    return [("equal", 0, head, 0, head), *middle, ("equal", old_end, len(old), new_end, len(new))]


def _common(one: list[str], other: list[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _shown(old: list[str], new: list[str], blocks: list[_Block]) -> Iterator[DiffLine]:
    kept = _without_empty(blocks)
    if all(block[0] == "equal" for block in kept):
        return
    for at, (what, old_from, old_to, new_from, new_to) in enumerate(kept):
        if what == "equal":
            edges = (at > 0, at < len(kept) - 1)
            yield from _context(new, old_from, range(new_from, new_to), edges)
            continue
        for number in range(old_from, old_to):
            yield DiffLine("removed", number + 1, None, _cut(old[number]))
        for number in range(new_from, new_to):
            yield DiffLine("added", None, number + 1, _cut(new[number]))


def _without_empty(blocks: list[_Block]) -> list[_Block]:
    """Give the blocks that have lines, neighbours that are equal as one."""
    kept: list[_Block] = []
    for what, old_from, old_to, new_from, new_to in blocks:
        if old_from == old_to and new_from == new_to:
            continue
        first_old, first_new = old_from, new_from
        if kept and what == "equal" == kept[-1][0]:
            _, first_old, _, first_new, _ = kept.pop()
        kept.append((what, first_old, old_to, first_new, new_to))
    return kept


def _context(
    new: list[str], old_from: int, equal: range, edges: tuple[bool, bool]
) -> Iterator[DiffLine]:
    """Give the equal lines after and before a change, and a gap for those in between."""
    after, before = (CONTEXT if is_beside else 0 for is_beside in edges)
    first_left_out = equal.start + after
    end_left_out = max(first_left_out, equal.stop - before)
    for number in equal:
        if first_left_out <= number < end_left_out:
            if number == first_left_out:
                count = end_left_out - first_left_out
                said = "1 line" if count == 1 else f"{count:,} lines"
                yield DiffLine("gap", None, None, f"{said} the same")
            continue
        yield DiffLine("same", old_from + number - equal.start + 1, number + 1, _cut(new[number]))


def _cut(line: str) -> str:
    """Give a line as it can be shown: of a huge one its two ends, with what is left out counted."""
    if len(line) <= LONGEST_LINE:
        return line
    left_out = len(line) - LONGEST_LINE
    head, tail = line[: LONGEST_LINE - _END_SHOWN], line[-_END_SHOWN:]
    return f"{head} … {left_out:,} more characters … {tail}"
