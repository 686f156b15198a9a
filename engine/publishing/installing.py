"""Releases from files on disk: the first of an installation, and those of a command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.calendar_table import fill_calendar
from engine.casework.audit import Chain, Entry
from engine.commands import fill_places
from engine.publishing.gate import need_no_errors
from engine.releases import install, read_folder
from engine.tables.copies import keep_before_migrating
from engine.tables.database import Database
from engine.tables.releases import Release, ReleaseFile


def prepare(db: Database, source: Path) -> int | None:
    """Make an installation ready: newest tables, the calendar, release 1 from `source`.

    Of a SQLite file whose tables are about to change a copy is kept. Runs of an older version of
    the product are given the rows that this one reads.

    source: the folder that holds ``bpmn/`` and ``forms/``.
    Returns the number of the release it published, None when there was one already.
    Raises InvalidRelease when the files may not be published, Rejected when there is no room.
    """
    keep_before_migrating(db)
    db.migrate()
    with db.writing() as session:
        Chain.of_administration(session)  # of processes that start together one goes first
        fill_calendar(session)
        is_installed = _is_installed(session)
    if is_installed:
        fill_places(db)
        return None
    files = read_folder(source)
    need_no_errors(files)
    with db.writing() as session:
        chain = Chain.of_administration(session)
        if _is_installed(session):
            return None
        return _publish(session, chain, files, by="the installation", note="As it was installed")


def publish(db: Database, files: Mapping[str, bytes], *, by: str, note: str) -> int:
    """Check a set of files and publish it as the next release; returns its number.

    Running cases stay on their release. Raises InvalidRelease with every finding.
    """
    need_no_errors(files)
    with db.writing() as session:
        # From here on nobody else publishes, so the next number is free.
        return _publish(session, Chain.of_administration(session), files, by=by, note=note)


def _is_installed(session: Session) -> bool:
    return session.scalar(select(Release.id).limit(1)) is not None


def _publish(
    session: Session, chain: Chain, files: Mapping[str, bytes], *, by: str, note: str
) -> int:
    release = install(session, files, at=clock.now(), by=by, note=note)
    chain.add(
        Entry("release_published", "release", release.id, actor=by, new={"note": note}),
        at=clock.now(),
    )
    return release.number or 0


def release_files(db: Database, number: int) -> dict[str, bytes]:
    """Give the files of a published release by path; {} when there is no such release."""
    with db.reading() as session:
        rows = session.execute(
            select(ReleaseFile.path, ReleaseFile.content)
            .join(Release, Release.id == ReleaseFile.release_id)
            .where(Release.number == number)
        )
        return dict(rows.all())
