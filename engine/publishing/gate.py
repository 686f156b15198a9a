"""The gate: everything that is wrong with the files of a release, before it may run."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from engine.checks import check_release
from engine.errors import Finding, InvalidRelease
from engine.releases import EDITED, survey
from engine.scenario import ScriptError, scripts_in


def need_no_errors(files: Mapping[str, bytes]) -> None:
    """Raise InvalidRelease with every error when a set of files may not be published."""
    errors = [finding for finding in findings_of(files) if finding.severity == "error"]
    if errors:
        raise InvalidRelease(errors)


def findings_of(files: Mapping[str, bytes]) -> list[Finding]:
    """Give everything that is wrong, or worth a look, in a set of files; [] when nothing is.

    A file that cannot be read hides nothing about the others but what only it could tell.
    """
    return list(_findings(tuple(sorted(files.items()))))


@functools.lru_cache(maxsize=16)
def _findings(files: tuple[tuple[str, bytes], ...]) -> tuple[Finding, ...]:
    """Check a set of files; kept, since a draft is looked at more often than it is changed."""
    by_path = dict(files)
    bundle, findings = survey(by_path)
    return (*findings, *check_release(bundle), *_about_scenarios(by_path))


def _about_scenarios(files: Mapping[str, bytes]) -> Iterator[Finding]:
    for path, content in files.items():
        if path.startswith("bpmn/scenarios/"):
            finding = _about_scenario(path, content)
            if finding is not None:
                yield finding


@functools.lru_cache(maxsize=256)
def _about_scenario(path: str, content: bytes) -> Finding | None:
    """Say why a scenario file cannot be read; kept, since all of them take the longest to read."""
    try:
        scripts_in(path, content)
    except ScriptError as error:
        line, _, said = str(error).removeprefix(f"{path}:").partition(": ")
        return Finding(path, "", int(line) if line.isdigit() else 0, said, "scenario_file")
    return None


def check_files(files: Mapping[str, bytes], paths: Sequence[Path] = ()) -> list[Finding]:
    """Check a set of files; each of `paths` in the place of the one it replaces.

    files: by path as in a release. paths: files, or folders of which every file of a release
    is taken. With `paths` the findings about those files are given, under the path the caller
    named, and what they break elsewhere; a named file that is none of a release is a finding.
    """
    checked = dict(files)
    named: dict[str, str] = {}
    findings: list[Finding] = []
    for path in paths:
        for one in _files_below(path):
            place = _place_of(one, files)
            if place is not None:
                checked[place] = one.read_bytes()
                named[place] = str(one)
            elif one == path:
                findings.append(_not_ours(one))
    found = findings_of(checked)
    if not paths:
        return found
    elsewhere = [finding for finding in found if finding.file not in named]
    known = set(findings_of(files)) if elsewhere else set()
    theirs = [
        dataclasses.replace(finding, file=named[finding.file])
        for finding in found
        if finding.file in named
    ]
    return [*findings, *theirs, *(finding for finding in elsewhere if finding not in known)]


def _files_below(path: Path) -> list[Path]:
    """Give the file itself, or the files of a release in a folder and in the folders below it."""
    if not path.is_dir():
        return [path]
    places = {Path(folder).name: folder for folder in EDITED}
    folders = [path, *(path / folder for folder in EDITED), *(path / name for name in places)]
    return sorted(
        {one for folder in folders if folder.is_dir() for one in folder.iterdir() if one.is_file()}
    )


def _place_of(path: Path, files: Mapping[str, bytes]) -> str | None:
    """Tell which file of a release a file on disk stands for; None when it is none."""
    folder = next((place for place in EDITED if path.match(f"{place}/*")), None)
    if folder is None:
        by_ending = {".bpmn": "bpmn", ".dmn": "bpmn/decisions", ".md": "forms/letters"}
        known = [place for place in files if place.endswith(f"/{path.name}")]
        folder = known[0].rsplit("/", 1)[0] if known else by_ending.get(path.suffix)
    if folder is None or path.suffix not in EDITED[folder] or path.name == "README.md":
        return None
    return f"{folder}/{path.name}" if path.is_file() else None


def _not_ours(path: Path) -> Finding:
    message = (
        "Expected a diagram (.bpmn), a decision table (.dmn), a form (.yaml) or a letter (.md) of "
        f"a release, but this {'is none' if path.exists() else 'does not exist'}."
    )
    return Finding(str(path), "", 0, message, "file_of_a_release")
