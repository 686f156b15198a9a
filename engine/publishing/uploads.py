"""Uploading files into a draft: all of them or none, and nothing of anybody else's unseen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import Finding
from engine.publishing.hold import Held, held, only_for
from engine.publishing.keeping import why_not_kept
from engine.publishing.places import in_order, no_place, place_of
from engine.publishing.saving import put
from engine.queries import Person
from engine.tables.database import Database


@dataclass(frozen=True)
class OtherChange:
    """A file of a draft that somebody else saved and an upload would replace."""

    path: str
    saved_at: dt.datetime | None
    #: Full name.
    saved_by: str
    #: What it counts now; replacing the file has to name it.
    version: int


@dataclass(frozen=True)
class Taken:
    """What became of an upload."""

    #: Why nothing was taken; () when all was.
    refused: tuple[Finding, ...]
    #: Paths that are different now.
    changed: tuple[str, ...]
    #: What somebody else saved in this draft: nothing is taken until it is said to replace them.
    others: tuple[OtherChange, ...] = ()


def take_files(
    db: Database,
    draft_id: int,
    given: Mapping[str, bytes],
    person: Person,
    *,
    replacing: Mapping[str, int] | None = None,
) -> Taken:
    """Put uploaded files into a draft, all of them or none; files that are not given stay.

    given: content by path as in a release, or by the name of the file alone. replacing: path ->
    version of what somebody else saved in this draft and this person has been told of; a file
    that is not in it, or was saved again since, is named and nothing is changed.

    Raises NotFound, and Rejected when the draft is not open.
    """
    only_for(person)
    with held(db, draft_id, person) as draft:
        draft.need_open("upload files")
        placed, refused = _placed(given, draft)
        if refused:
            return Taken(tuple(refused), ())
        wanted = [
            path
            for path in sorted(placed, key=in_order)
            if draft.overlay.content(path) != placed[path]
        ]
        others = tuple(_others(draft, wanted))
        if any((replacing or {}).get(one.path) != one.version for one in others):
            return Taken((), (), others)
        for path in wanted:
            put(draft, path, placed[path])
        return Taken((), tuple(wanted))


def _placed(given: Mapping[str, bytes], draft: Held) -> tuple[dict[str, bytes], list[Finding]]:
    placed: dict[str, bytes] = {}
    refused: list[Finding] = []
    for name, content in given.items():
        path = place_of(name, content, draft.overlay.paths)
        problem = no_place(name) if path is None else why_not_kept(path, content)
        if path is None or problem is not None:
            refused.append(problem or no_place(name))
        elif path in placed:
            message = f"Expected one file for {path}, but there are two. Leave one out."
            refused.append(Finding(name, "", 0, message, "file_of_a_release"))
        else:
            placed[path] = content
    return placed, refused


def _others(draft: Held, wanted: list[str]) -> list[OtherChange]:
    rows = [draft.overlay.rows[path] for path in wanted if path in draft.overlay.rows]
    return [
        OtherChange(row.path, row.saved_at, draft.full_name(row.saved_by), row.version)
        for row in rows
        if row.saved_by != draft.person.name
    ]
