"""Findings as pages and scripts show them: the sentence, the place, and the way there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

import engine

#: Endings of the files that are drawn; the others are written.
DRAWN = (".bpmn", ".dmn")


@dataclass(frozen=True)
class Placed:
    """One finding with its place in words and the address that leads there."""

    finding: engine.Finding
    #: ``line 12``; "" when the finding is about the whole file or the whole draft.
    place: str
    #: Where it can be mended; "" when there is no such file to open.
    href: str

    @property
    def is_error(self) -> bool:
        """Tell whether it has to be mended before publishing, and is not only worth a look."""
        return self.finding.severity == "error"


def placed(
    draft_id: int, found: Iterable[engine.Finding], paths: Iterable[str]
) -> tuple[Placed, ...]:
    """Give findings with the ways to their places, those to be mended first.

    paths: the files of the draft that can be opened; a finding elsewhere leads nowhere.
    """
    known = frozenset(paths)
    ordered = sorted(found, key=lambda one: (one.severity != "error", one.file, one.line))
    return tuple(
        Placed(
            one,
            f"line {one.line}" if one.line else "",
            address(draft_id, one) if one.file in known else "",
        )
        for one in ordered
    )


def address(draft_id: int, finding: engine.Finding) -> str:
    """Give the address where a finding can be mended: the element drawn, or the line written."""
    place: dict[str, Any] = {"draft_id": draft_id, "path": finding.file}
    if not finding.file.endswith(DRAWN):
        return _at_line(place, finding.line)
    if finding.element_id:
        return url_for("draft_files.edit", _anchor=finding.element_id, **place)
    return _at_line({**place, "as": "text"}, finding.line)


def by_file(found: Sequence[Placed], titles: dict[str, str]) -> list[tuple[str, str, list[Placed]]]:
    """Give findings file by file: (path, title, its findings), errors first.

    titles: path -> what the file is called; what is about no file comes first, without either.
    """
    files: dict[str, list[Placed]] = {}
    for one in found:
        files.setdefault(one.finding.file, []).append(one)
    return [(path, titles.get(path, path), inside) for path, inside in files.items()]


def as_json(draft_id: int, found: Iterable[engine.Finding]) -> list[dict[str, Any]]:
    """Give findings as a script reads them, errors first, each with its address."""
    return [
        {
            "file": one.file,
            "element_id": one.element_id,
            "line": one.line,
            "message": one.message,
            "rule": one.rule,
            "severity": one.severity,
            "href": address(draft_id, one) if one.file else "",
        }
        for one in sorted(found, key=lambda one: (one.severity != "error", one.file, one.line))
    ]


def _at_line(place: dict[str, Any], line: int) -> str:
    if not line:
        return url_for("draft_files.edit", **place)
    return url_for("draft_files.edit", line=line, _anchor=f"line-{line}", **place)
