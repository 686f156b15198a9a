"""From edited files to a release that runs: the gate, and the first release of an installation."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import select

from engine import clock
from engine.calendar_table import fill_calendar
from engine.casework.audit import Chain, Entry
from engine.checks import check_release
from engine.errors import Finding, InvalidRelease
from engine.releases import EDITED, build, install, read_folder
from engine.tables.database import Database
from engine.tables.releases import Release, ReleaseFile


def prepare(db: Database, source: Path) -> int | None:
    """Make an installation ready: newest tables, the calendar, release 1 from `source`.

    source: the folder that holds ``bpmn/`` and ``forms/``.
    Returns the number of the release it published, None when there was one already.
    Raises InvalidRelease when the files may not be published.
    """
    db.migrate()
    with db.writing() as session:
        fill_calendar(session)
        if session.scalar(select(Release.id).limit(1)) is not None:
            return None
    return publish(db, read_folder(source), by="the installation", note="As it was installed")


def publish(db: Database, files: Mapping[str, bytes], *, by: str, note: str) -> int:
    """Check a set of files and publish it as the next release; returns its number.

    Running cases stay on their release. Raises InvalidRelease with every finding.
    """
    errors = [finding for finding in findings_of(files) if finding.severity == "error"]
    if errors:
        raise InvalidRelease(errors)
    with db.writing() as session:
        release = install(session, files, at=clock.now(), by=by, note=note)
        Chain.of_administration(session).add(
            Entry("release_published", "release", release.id, actor=by, new={"note": note}),
            at=clock.now(),
        )
        return release.number or 0


def findings_of(files: Mapping[str, bytes]) -> list[Finding]:
    """Give everything that is wrong, or worth a look, in a set of files; [] when nothing is."""
    try:
        bundle = build(files)
    except InvalidRelease as error:
        return list(error.findings)
    return check_release(bundle)


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


def release_files(db: Database, number: int) -> dict[str, bytes]:
    """Give the files of a published release by path; {} when there is no such release."""
    with db.reading() as session:
        rows = session.execute(
            select(ReleaseFile.path, ReleaseFile.content)
            .join(Release, Release.id == ReleaseFile.release_id)
            .where(Release.number == number)
        )
        return dict(rows.all())


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
