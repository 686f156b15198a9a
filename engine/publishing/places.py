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
#: Ending -> the folder of a file that no folder is said for.
_BY_ENDING = {".bpmn": "bpmn", ".dmn": "bpmn/decisions", ".md": "forms/letters"}
#: A form and a scenario end alike, but not one begins as the other does.
_BY_BEGINNING = {
    "forms/definitions": re.compile(rb"^form:", re.MULTILINE),
    "bpmn/scenarios": re.compile(rb"^- scenario:", re.MULTILINE),
}


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


def place_of(name: str, content: bytes, known: Collection[str]) -> str | None:
    """Give the path of a file that came with its name alone; None when it has no place.

    known: the paths of the release; a file of that name is taken for the one that is there.
    """
    if is_place(name):
        return name
    file = PurePosixPath(name.replace("\\", "/")).name
    there = sorted(path for path in known if path.endswith(f"/{file}"))
    path = there[0] if there else f"{_folder_of(file, content)}/{file}"
    return path if is_place(path) else None


def _folder_of(file: str, content: bytes) -> str:
    """Give the folder of a new file, by its ending or by how it is written; "" when none fits."""
    ending = PurePosixPath(file).suffix
    if ending != ".yaml":
        return _BY_ENDING.get(ending, "")
    fitting = [folder for folder, begins in _BY_BEGINNING.items() if begins.search(content)]
    return fitting[0] if len(fitting) == 1 else ""


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
