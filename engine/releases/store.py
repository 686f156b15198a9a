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
from engine.tables.releases import PolicyValue, Release, ReleaseFile


def install(
    session: Session, files: Mapping[str, bytes], *, at: dt.datetime, by: str, note: str
) -> Release:
    """Publish a set of files as the next release; InvalidRelease when they cannot be read."""
    build(files)
    number = (session.scalar(select(func.max(Release.number))) or 0) + 1
    release = Release(number=number, note=note, made_at=at, published_at=at, published_by=by)
    session.add(release)
    session.flush()
    session.add_all(
        ReleaseFile(
            release_id=release.id,
            path=path,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
        )
        for path, content in sorted(files.items())
    )
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
    return release


def current_release_id(session: Session) -> int:
    """Give the id of the newest published release; NotFound when nothing is installed."""
    release_id = session.scalar(
        select(Release.id).where(Release.number.is_not(None)).order_by(Release.number.desc())
    )
    if release_id is None:
        raise NotFound("Expected a published release, but there is none. Start with: make run")
    return release_id


def bundle(session: Session, release_id: int) -> Bundle:
    """Give a release, parsed once per process and kept; NotFound when it does not exist."""
    key = (str(session.get_bind().engine.url), release_id)
    if key not in _bundles:
        rows = session.execute(
            select(ReleaseFile.path, ReleaseFile.content, ReleaseFile.sha256).where(
                ReleaseFile.release_id == release_id
            )
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
