"""How a file of a release is called by people, whatever state it is in."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from engine.errors import Finding
from engine.publishing.places import kind_of
from engine.queries import words
from engine.spiff import local_name, open_document

#: Key of the title in forms and letters, and of the name in scenarios, at the start of a line.
_TITLE = re.compile(r"^(?:- )?(?:title|scenario):[ \t]*(?P<title>\S.*?)[ \t]*$", re.M)
_LONGEST = 120


def title_of(path: str, content: bytes) -> str:
    """Give the name a file bears inside; its file's name in words when it cannot be read.

    Never raises, whatever the file holds.
    """
    if kind_of(path) in ("diagram", "decision"):
        found = _drawn_name(path, content)
    else:
        found = _written_title(content)
    title = " ".join(found.split())[:_LONGEST]
    return title or words.plain(PurePosixPath(path).stem)


def _drawn_name(path: str, content: bytes) -> str:
    document = open_document(path, content)
    if isinstance(document, Finding):
        return ""
    for node in document.root:
        if isinstance(node.tag, str) and local_name(node) in ("process", "decision"):
            return node.get("name") or ""
    return ""


def _written_title(content: bytes) -> str:
    found = _TITLE.search(content[:20_000].decode("utf-8", errors="replace"))
    return found["title"].strip("'\"") if found else ""
