"""What differs between two sets of files, ready for a page: marks on drawings, texts by line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import engine

#: What happened -> what the badge on a drawing says.
_WORDS: Mapping[str, str] = {
    "added": "Added",
    "changed": "Changed",
    "moved": "Moved",
    "removed": "Removed",
}


@dataclass(frozen=True)
class Drawn:
    """One drawing of a diagram with what to mark on it."""

    #: Address of the diagram.
    href: str
    #: Element -> what happened to it, and the words for it.
    marks: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Compared:
    """One file that differs, with what the page calls it."""

    difference: engine.FileDifference
    title: str
    #: The diagram as it is now; None for other files and for one that is gone.
    now: Drawn | None
    #: The diagram as it was, when something of it is gone; None otherwise.
    then: Drawn | None


def compared(
    found: Iterable[engine.FileDifference],
    titles: Mapping[str, str],
    then: Callable[[str], str],
    now: Callable[[str], str],
) -> list[Compared]:
    """Give what differs with the drawings to show.

    titles: path -> what the file is called. then, now: the address of a file on either side.
    """
    return [_compared(one, titles, then, now) for one in found]


def _compared(
    one: engine.FileDifference,
    titles: Mapping[str, str],
    then: Callable[[str], str],
    now: Callable[[str], str],
) -> Compared:
    title = titles.get(one.path) or one.path.rsplit("/", 1)[-1]
    if one.kind != "diagram":
        return Compared(one, title, None, None)
    gone = _marks(one, {"removed"})
    is_drawn = {
        "now": one.state != "removed",
        "then": one.state == "removed" or (one.state == "changed" and bool(gone)),
    }
    return Compared(
        one,
        title,
        Drawn(now(one.path), _marks(one, set(_WORDS) - {"removed"})) if is_drawn["now"] else None,
        Drawn(then(one.path), gone) if is_drawn["then"] else None,
    )


def _marks(one: engine.FileDifference, wanted: set[str]) -> dict[str, dict[str, str]]:
    # One step added moves many others: words on each would hide the one that counts.
    quiet = {"moved"} if {each.what for each in one.elements} - {"moved"} else set()
    return {
        change.element_id: {
            "what": change.what,
            "text": "" if change.what in quiet else _badge(change),
        }
        for change in one.elements
        if change.element_id and change.what in wanted
    }


def _badge(change: engine.ElementChange) -> str:
    """Say what happened beside a shape; a line between shapes has no room, its look says it."""
    return "" if change.kind.lower().endswith("flow") else _WORDS[change.what]
