"""Where the files of a release stand: which paths there can be, and what kind each one is."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import PurePosixPath

from engine.errors import Finding
from engine.releases import EDITED

#: Folder -> what a file in it is.
KINDS = {
    "bpmn": "diagram",
    "bpmn/decisions": "decision",
    "forms/definitions": "form",
    "forms/letters": "letter",
    "bpmn/scenarios": "scenario",
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")
#: Ending -> the folder of a file that no folder is said for; a form and a scenario end alike.
_BY_ENDING = {".bpmn": "bpmn", ".dmn": "bpmn/decisions", ".md": "forms/letters"}


def is_place(path: str) -> bool:
    """Tell whether a release can have a file of this path: ``forms/letters/review.md``."""
    at = PurePosixPath(path)
    folder = at.parent.as_posix()
    return (
        at.as_posix() == path
        and at.suffix in EDITED.get(folder, ())
        and _NAME.fullmatch(at.stem) is not None
    )


def kind_of(path: str) -> str:
    """Give what a file of a release is: diagram, decision, form, letter or scenario."""
    return KINDS[PurePosixPath(path).parent.as_posix()]


def in_order(path: str) -> tuple[int, str]:
    """Give the key by which files are listed: kind by kind, then by name."""
    return list(KINDS.values()).index(kind_of(path)), path


def place_of(name: str, known: Collection[str]) -> str | None:
    """Give the path of a file that came with its name alone; None when it has no place.

    known: the paths of the release, by which a form is told from a scenario.
    """
    if is_place(name):
        return name
    file = PurePosixPath(name).name
    there = sorted(path for path in known if path.endswith(f"/{file}"))
    folder = _BY_ENDING.get(PurePosixPath(file).suffix)
    path = there[0] if there else f"{folder}/{file}"
    return path if is_place(path) else None


def no_place(name: str) -> Finding:
    """Say of a file that no release can have it."""
    return Finding(
        name,
        "",
        0,
        "Expected a diagram (bpmn/name.bpmn), a decision table (bpmn/decisions/name.dmn), a form "
        "(forms/definitions/name.yaml), a letter (forms/letters/name.md) or a scenario "
        "(bpmn/scenarios/name.yaml), its name in small letters, digits and _, but this is none. "
        "Give it such a name.",
        "file_of_a_release",
    )
