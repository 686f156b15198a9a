"""Puts the variables of several tokens together by what each of them changed.

Fact F3: the library merges whole dictionaries, so an untouched old copy overwrites what another
branch wrote.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_ABSENT = object()


def changes(base: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any]:
    """Give the variables that ``later`` holds otherwise than ``base``."""
    return {
        name: value for name, value in later.items() if not _same(base.get(name, _ABSENT), value)
    }


def merged(tokens: Iterable[Any]) -> dict[str, Any]:
    """Give the variables of tokens that meet, in the order they arrived.

    Two branches are compared with the point where they parted; what only one of them changed
    counts, and where both changed the same variable the later arrival counts.
    """
    paths = [(order, _path(token.parent)) for order, token in enumerate(tokens)]
    return _merged(paths, 0)[1]


def _path(task: Any) -> list[Any]:
    path = []
    while task is not None:
        path.append(task)
        task = task.parent
    return path[::-1]


def _merged(paths: list[tuple[int, list[Any]]], at: int) -> tuple[int, dict[str, Any]]:
    """Merge paths that are the same up to the index; give the last arrival and the variables."""
    if len(paths) == 1:
        order, path = paths[0]
        return order, dict(path[-1].data)
    while all(len(path) > at + 1 for _, path in paths) and _together(paths, at + 1):
        at += 1
    base: dict[str, Any] = paths[0][1][at].data
    groups: dict[Any, list[tuple[int, list[Any]]]] = {}
    last = 0
    for order, path in paths:
        last = max(last, order)
        if len(path) > at + 1:
            groups.setdefault(path[at + 1].id, []).append((order, path))
    result = dict(base)
    for _, data in sorted((_merged(group, at + 1) for group in groups.values()), key=_arrival):
        for name in base.keys() - data.keys():
            result.pop(name, None)
        result.update(changes(base, data))
    return last, result


def _together(paths: list[tuple[int, list[Any]]], at: int) -> bool:
    first = paths[0][1][at]
    return all(path[at] is first for _, path in paths)


def _arrival(branch: tuple[int, dict[str, Any]]) -> int:
    return branch[0]


def _same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same in JSON, where true is not 1."""
    return type(one) is type(other) and bool(one == other)
