"""The files of the repository, to be changed a little."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from engine.differences import FileDifference, differences
from engine.releases import read_folder

ROOT = Path(__file__).parents[3]
APPEAL = "bpmn/appeal.bpmn"
FLAGS = "bpmn/flags.bpmn"
POLICY = "bpmn/decisions/policy.dmn"
REVIEW = "bpmn/decisions/review_letter.dmn"


@cache
def files() -> dict[str, bytes]:
    return read_folder(ROOT)


def changed(path: str, *changes: tuple[str, str]) -> bytes:
    """One file with texts replaced, each of which stands in it."""
    text = files()[path].decode()
    for old, new in changes:
        assert old in text, f"{old!r} is not in {path}"
        text = text.replace(old, new)
    return text.encode()


def difference(path: str, *changes: tuple[str, str]) -> FileDifference:
    """What one file differs in once its texts are replaced."""
    return between(path, files()[path], changed(path, *changes))


def between(path: str, old: bytes, new: bytes) -> FileDifference:
    (found,) = differences({path: old}, {path: new})
    return found
