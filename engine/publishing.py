"""From edited files to a release that runs: the gate, and the first release of an installation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import select

from engine import clock
from engine.calendar_table import fill_calendar
from engine.casework.audit import Chain, Entry
from engine.checks import check_release
from engine.errors import Finding, InvalidRelease
from engine.releases import build, install, read_folder
from engine.tables.database import Database
from engine.tables.process import Release, ReleaseFile


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


def check_files(source: Path, paths: Sequence[Path] = ()) -> list[Finding]:
    """Check the working tree below `source`; each of `paths` in the place of what it replaces.

    With `paths` only the findings of those files are given.
    """
    files = read_folder(source)
    wanted: set[str] = set()
    for path in paths:
        for one in sorted(path.rglob("*")) if path.is_dir() else [path]:
            place = _place_of(one, files)
            if place is not None and one.is_file():
                files[place] = one.read_bytes()
                wanted.add(place)
    found = findings_of(files)
    return [finding for finding in found if finding.file in wanted] if paths else found


def release_files(db: Database, number: int) -> dict[str, bytes]:
    """Give the files of a published release by path; {} when there is no such release."""
    with db.reading() as session:
        rows = session.execute(
            select(ReleaseFile.path, ReleaseFile.content)
            .join(Release, Release.id == ReleaseFile.release_id)
            .where(Release.number == number)
        )
        return dict(rows.all())


def _place_of(path: Path, files: Mapping[str, bytes]) -> str | None:
    """Tell which file of the release a file on disk stands for."""
    same_name = [place for place in files if place.rsplit("/", 1)[-1] == path.name]
    if same_name:
        return same_name[0]
    folders = {
        ".bpmn": "bpmn",
        ".dmn": "bpmn/decisions",
        ".md": "forms/letters",
        ".yaml": "forms/definitions",
    }
    folder = folders.get(path.suffix)
    return f"{folder}/{path.name}" if folder else None
