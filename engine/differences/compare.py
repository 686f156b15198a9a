"""Compares two versions of a release, each file in the way people read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from engine.differences.changes import (
    CellChange,
    DiffLine,
    ElementChange,
    FileDifference,
    State,
)
from engine.differences.diagrams import element_changes, renamed_processes
from engine.differences.lines import line_changes
from engine.differences.tables import cell_changes
from engine.errors import Finding
from engine.spiff import Document, open_document

#: Beginning of a path -> kind of the file, in the order a comparison shows them.
_KINDS = {
    "bpmn/decisions/": "decision",
    "bpmn/scenarios/": "scenario",
    "bpmn/": "diagram",
    "forms/definitions/": "form",
    "forms/letters/": "letter",
}
_ORDER = ("diagram", "decision", "form", "letter", "scenario", "other")
_ONLY_WRITING = (
    "Only how the file is written differs: its formatting, the order of its parts, or ids that "
    "nothing refers to. The engine reads the same."
)
_COMMENTS = "Comments in the file differ."
_LINE_ENDS = "Only how its lines end differs."
_NOTHING = "The file is empty."


def differences(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[FileDifference, ...]:
    """Give every file that differs between two versions, by path; by kind, then path.

    Diagrams are compared by element, decision tables by cell, everything else by line; a diagram
    or table that cannot be read is compared by line too, and its note says why. Nothing is raised,
    whatever the files hold. Whatever differs is said somewhere: in elements, cells, lines or note.
    """
    paths = [path for path in {**old, **new} if old.get(path) != new.get(path)]
    found = [_difference(path, old.get(path), new.get(path)) for path in paths]
    return tuple(sorted(found, key=lambda each: (_ORDER.index(each.kind), each.path)))


def kind_of(path: str) -> str:
    """Give what kind of file a path is for: diagram, decision, form, letter, scenario or other."""
    return next((kind for start, kind in _KINDS.items() if path.startswith(start)), "other")


def _difference(path: str, old: bytes | None, new: bytes | None) -> FileDifference:
    if path.endswith((".bpmn", ".dmn")):
        before, after = _opened(path, old), _opened(path, new)
        unread = [each for each in (before, after) if isinstance(each, Finding)]
        if unread:
            return _by_line(path, old, new, unread[0])
        assert not isinstance(before, Finding)
        assert not isinstance(after, Finding)
        return _drawn(path, before, after)
    return _by_line(path, old, new)


def _opened(path: str, data: bytes | None) -> Document | Finding | None:
    return None if data is None else open_document(path, data)


def _by_line(
    path: str, old: bytes | None, new: bytes | None, unread: Finding | None = None
) -> FileDifference:
    lines = line_changes(old, new)
    note = ""
    if unread is not None:
        at = f"line {unread.line}: " if unread.line else ""
        note = f"It is compared by line, because a version of it cannot be read: {at}"
        note += unread.message
    elif not lines:
        note = _LINE_ENDS if old and new else _NOTHING
    return FileDifference(path, kind_of(path), _state(old, new), lines=lines, note=note)


def _drawn(path: str, old: Document | None, new: Document | None) -> FileDifference:
    elements: tuple[ElementChange, ...] = ()
    cells: tuple[CellChange, ...] = ()
    if path.endswith(".bpmn"):
        elements = element_changes(old, new)
    else:
        cells = cell_changes(old, new)
    before, after = (None if each is None else each.data for each in (old, new))
    lines: tuple[DiffLine, ...] = ()
    notes = list(_renamed(elements)) if old and new else []
    if old and new and _comments(old.data) != _comments(new.data):
        notes.append(_COMMENTS)
        lines = line_changes(before, after)
    is_whole = old is None or new is None
    if not (elements or cells or notes or is_whole):
        notes.append(_ONLY_WRITING)
    return FileDifference(
        path=path,
        kind=kind_of(path),
        state=_state(before, after),
        elements=elements,
        cells=cells,
        lines=lines,
        is_layout_only=not is_whole
        and {*(each.what for each in elements), *(each.what for each in cells)} <= {"moved"},
        note=" ".join(notes),
    )


def _renamed(elements: tuple[ElementChange, ...]) -> Iterator[str]:
    """Say what another id of a process means, which is easily taken for a small change."""
    gone, come = renamed_processes(elements)
    if gone and come:
        yield (
            f"The process {', '.join(gone)} is gone and {', '.join(come)} is new. What runs keeps "
            "its version; whatever calls or starts the process must name the new one."
        )


def _comments(data: bytes) -> list[str]:
    """Give the comments and instructions of a file that can be read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    tree = etree.fromstring(data, parser).getroottree()
    found = tree.xpath("//comment() | //processing-instruction()")
    return [str(each) for each in found] if isinstance(found, list) else []


def _state(old: bytes | None, new: bytes | None) -> State:
    return "added" if old is None else "removed" if new is None else "changed"
