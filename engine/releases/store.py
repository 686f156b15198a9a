"""Releases in the database: install one, find the newest, load one as a bundle."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.releases.bundle import Bundle, build
from engine.releases.figures import POLICY_FILE, read_figures
from engine.tables.database import address_of
from engine.tables.releases import PolicyValue, Release, ReleaseFile


def install(
    session: Session, files: Mapping[str, bytes], *, at: dt.datetime, by: str, note: str
) -> Release:
    """Publish a set of files as the next release; InvalidRelease when they cannot be read."""
    release = Release(note=note, made_at=at)
    session.add(release)
    _publish(session, release, files, at=at, by=by)
    return release


def install_draft(
    session: Session, draft: Release, files: Mapping[str, bytes], *, at: dt.datetime, by: str
) -> None:
    """Turn a draft into the next release, which holds every file and not only what was changed.

    files: the whole release as the draft makes it. The draft's own rows stay, so that who
    changed what and when can still be read. InvalidRelease when the files cannot be read.
    """
    _publish(session, draft, files, at=at, by=by)


def _publish(
    session: Session, release: Release, files: Mapping[str, bytes], *, at: dt.datetime, by: str
) -> None:
    build(files)
    number = (session.scalar(select(func.max(Release.number))) or 0) + 1
    release.number, release.published_at, release.published_by = number, at, by
    session.flush()
    there = {
        row.path: row
        for row in session.scalars(select(ReleaseFile).where(ReleaseFile.release_id == release.id))
    }
    for path, row in there.items():
        if path not in files:
            session.delete(row)
    session.add_all(
        ReleaseFile(release_id=release.id, path=path, content=content, sha256=sha256_of(content))
        for path, content in sorted(files.items())
        if path not in there
    )
    _add_figures(session, release, files)


def sha256_of(content: bytes) -> str:
    """Give the hash by which two contents of a file are told apart."""
    return hashlib.sha256(content).hexdigest()


def _add_figures(session: Session, release: Release, files: Mapping[str, bytes]) -> None:
    figures, _ = read_figures(files[POLICY_FILE]) if POLICY_FILE in files else ([], [])
    session.add_all(
        PolicyValue(
            release_id=release.id,
            parameter_set=figure.parameter_set,
            name=figure.name,
            value=figure.text,
            unit=figure.unit,
            source=figure.source,
            minimum=figure.minimum or None,
            maximum=figure.maximum or None,
        )
        for figure in figures
    )


def current_release_id(session: Session) -> int:
    """Give the id of the newest published release; NotFound when nothing is installed."""
    release_id = session.scalar(
        select(Release.id).where(Release.number.is_not(None)).order_by(Release.number.desc())
    )
    if release_id is None:
        raise NotFound("Expected a published release, but there is none. Start with: make run")
    return release_id


def bundle(session: Session, release_id: int) -> Bundle:
    """Give a published release, parsed once per process and kept.

    Raises NotFound when there is none of that id: a draft is none, because it still changes.
    """
    key = (address_of(session), release_id)
    if key not in _bundles:
        rows = session.execute(
            select(ReleaseFile.path, ReleaseFile.content, ReleaseFile.sha256)
            .join(Release, Release.id == ReleaseFile.release_id)
            .where(ReleaseFile.release_id == release_id, Release.number.is_not(None))
        ).all()
        if not rows:
            raise NotFound(f"Expected release {release_id}, but there is none.")
        digest = hashlib.sha256("".join(row.sha256 for row in rows).encode()).hexdigest()
        known = _by_content.get((digest, release_id))
        if known is None:
            known = build({row.path: row.content for row in rows}, release_id)
            _by_content[digest, release_id] = known
        _bundles[key] = known
    return _bundles[key]


def forget() -> None:
    """Drop what was parsed; for tests that reuse one address for another database."""
    _bundles.clear()


_bundles: dict[tuple[str, int], Bundle] = {}
#: The same files under the same number parse the same, whatever database they stand in.
_by_content: dict[tuple[str, int], Bundle] = {}
