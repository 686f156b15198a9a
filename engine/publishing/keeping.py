"""What a draft cannot even keep: no place in a release, too large, no text, hostile XML."""

from __future__ import annotations

from pathlib import PurePosixPath

from engine.errors import Finding, InvalidRelease
from engine.publishing.places import is_place, no_place
from engine.spiff import LARGEST_FILE, open_document

#: Rules of the door for XML whose breach is an attack or nothing an editor can show; what is
#: merely broken is kept, because its author will want to mend it.
_HOSTILE = frozenset({"doctype", "entity", "depth", "file_size", "attributes"})


def check_keepable(path: str, content: bytes) -> None:
    """Raise InvalidRelease with the reason when a file of this content cannot be kept."""
    refused = why_not_kept(path, content)
    if refused is not None:
        raise InvalidRelease([refused])


def why_not_kept(path: str, content: bytes) -> Finding | None:
    """Give why a file of this content cannot be kept; None when it can, with errors or not."""
    if not is_place(path):
        return no_place(path)
    if len(content) > LARGEST_FILE:
        return Finding(
            path,
            "",
            0,
            f"Expected at most {LARGEST_FILE // 1_000_000} MB, but the file has "
            f"{len(content):,} bytes. Split it.",
            "file_size",
        )
    return _no_text(path, content) or _hostile(path, content)


def _no_text(path: str, content: bytes) -> Finding | None:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return Finding(
            path,
            "",
            line,
            f"Expected text in UTF-8, but line {line} holds something else. "
            "Save the file with that encoding.",
            "not_utf8",
        )
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        message = f"Expected text, but line {line} holds a null byte. Take it out."
        return Finding(path, "", line, message, "not_text")
    return None


def _hostile(path: str, content: bytes) -> Finding | None:
    if PurePosixPath(path).suffix not in (".bpmn", ".dmn"):
        return None
    opened = open_document(path, content)
    if isinstance(opened, Finding) and opened.rule in _HOSTILE:
        return opened
    return None
