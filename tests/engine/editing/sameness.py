"""Says where two versions of a diagram or table differ in what the engine reads of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from engine.errors import Finding
from engine.releases.figures import read_figures
from engine.spiff import open_document, read_diagrams, read_tables

#: A line is where something stands, not what it says.
_NOT_READ = ("line", "xml")


def same_for_engine(before: bytes, after: bytes) -> tuple[str, ...]:
    """Every difference in diagrams, tables and figures, as ``elements.decide.form: a, then b``."""
    file = "compared.dmn" if b"/spec/DMN/" in before[:4000] else "compared.bpmn"
    opened = [open_document(file, data) for data in (before, after)]
    unread = [each.message for each in opened if isinstance(each, Finding)]
    if unread:
        return tuple(unread)
    return tuple(_differ("", _read(file, before), _read(file, after)))


def _read(file: str, data: bytes) -> dict[str, Any]:
    if file.endswith(".bpmn"):
        return {"diagrams": read_diagrams(file, data)}
    return {"tables": read_tables(file, data), "figures": read_figures(data)[0]}


def _differ(place: str, one: Any, other: Any) -> Iterator[str]:
    pairs = list(_inside(one, other)) if type(one) is type(other) else []
    if not pairs:
        if one != other:
            yield f"{place}: {one!r}, then {other!r}"
        return
    if isinstance(one, dict | list | tuple) and list(one) != list(other):
        yield from _counted(place, one, other)
    for name, left, right in pairs:
        yield from _differ(f"{place}.{name}", left, right)


def _inside(one: Any, other: Any) -> Iterator[tuple[Any, Any, Any]]:
    """What two values of one type hold, side by side."""
    if is_dataclass(one):
        for each in fields(one):
            if each.name not in _NOT_READ:
                yield each.name, getattr(one, each.name), getattr(other, each.name)
    elif isinstance(one, dict):
        yield from ((key, one[key], other[key]) for key in one if key in other)
    elif isinstance(one, list | tuple):
        yield from (
            (at, left, right) for at, (left, right) in enumerate(zip(one, other, strict=False))
        )


def _counted(place: str, one: Any, other: Any) -> Iterator[str]:
    """What is there more, less or in another order."""
    if isinstance(one, dict):
        yield f"{place}: {', '.join(one)}, then {', '.join(other)}"
    elif len(one) != len(other):
        yield f"{place}: {len(one)}, then {len(other)}"
