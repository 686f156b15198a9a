"""Texts are compared by line, with what stands around a change, however long they are."""

from __future__ import annotations

import time

from engine.differences import DiffLine, FileDifference, differences
from engine.differences.lines import LONGEST_LINE, MOST_SHOWN

PATH = "forms/letters/review.md"


def between(old: bytes, new: bytes) -> FileDifference:
    (found,) = differences({PATH: old}, {PATH: new})
    return found


def text(*lines: object) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def test_a_change_has_three_lines_around_it_and_both_numbers() -> None:
    old = text(*range(1, 21))
    new = text(*range(1, 10), "ten", "and more", *range(11, 21))
    found = between(old, new)
    assert (found.kind, found.state, found.note) == ("letter", "changed", "")
    assert found.lines == (
        DiffLine("gap", None, None, "6 lines the same"),
        DiffLine("same", 7, 7, "7"),
        DiffLine("same", 8, 8, "8"),
        DiffLine("same", 9, 9, "9"),
        DiffLine("removed", 10, None, "10"),
        DiffLine("added", None, 10, "ten"),
        DiffLine("added", None, 11, "and more"),
        DiffLine("same", 11, 12, "11"),
        DiffLine("same", 12, 13, "12"),
        DiffLine("same", 13, 14, "13"),
        DiffLine("gap", None, None, "7 lines the same"),
    )


def test_two_changes_close_together_have_no_gap_between() -> None:
    old, new = text(*range(30)), text(*range(10), "x", *range(11, 15), "y", *range(16, 30))
    whats = [line.what for line in between(old, new).lines]
    assert whats.count("gap") == 2
    assert whats[0] == whats[-1] == "gap"


def test_changes_at_both_edges_and_an_empty_side() -> None:
    assert [line.what for line in between(text("a", "b"), text("b", "c")).lines] == [
        "removed",
        "same",
        "added",
    ]
    assert between(b"", text("a")).lines == (DiffLine("added", None, 1, "a"),)


def test_lines_that_only_end_otherwise_are_said_to() -> None:
    for new in (b"a\r\nb\r\n", b"a\nb"):
        found = between(b"a\nb\n", new)
        assert (found.lines, found.note) == ((), "Only how its lines end differs.")


def test_a_file_more_and_a_file_less() -> None:
    (more,) = differences({}, {PATH: text("a")})
    (less,) = differences({PATH: text("a")}, {})
    (empty,) = differences({}, {PATH: b""})
    assert (more.state, more.lines[0].what) == ("added", "added")
    assert (less.state, less.lines[0].what) == ("removed", "removed")
    assert (empty.state, empty.note) == ("added", "The file is empty.")


def test_bytes_that_are_no_text_differ_visibly() -> None:
    removed, added = between(b"\xff\n", b"\xfe\n").lines
    assert removed.text != added.text


def test_a_huge_text_is_cut_and_says_how_much_is_left_out() -> None:
    began = time.process_time()
    old, new = text(*range(100_000)), text(*range(7, 200_000, 2))
    lines = between(old, new).lines
    assert len(lines) == MOST_SHOWN + 1
    assert lines[-1].text.endswith("more lines of this comparison")
    assert time.process_time() - began < 3


def test_lines_that_repeat_themselves_take_no_time() -> None:
    began = time.process_time()
    old, new = text(*("ab" * 900)), text(*("ba" * 500 + "aabb" * 200))
    assert between(old, new).lines
    assert time.process_time() - began < 5


def test_a_huge_line_is_cut() -> None:
    (removed, added) = between(b"x" * 1_000_000, b"y" * 1_000_000).lines
    assert removed.text.startswith("x")
    assert f"{1_000_000 - LONGEST_LINE:,} more characters" in added.text


def test_two_huge_lines_that_differ_far_behind_are_still_told_apart() -> None:
    lines = between(b"x" * 1_000 + b"1", b"x" * 1_000 + b"2").lines
    assert [line.what for line in lines] == ["removed", "added"]
    assert lines[0].text != lines[1].text
