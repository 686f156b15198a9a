"""Making a backup while the installation works: one state of every table, in one file."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from engine.backups.archive import Archive, Manifest, Part, Writer, writing
from engine.backups.keys import Openers, sealed_columns
from engine.backups.rows import kinds_of, read_rows, tables_of
from engine.errors import Rejected
from engine.tables.database import Database, revision_of, revisions

#: Told how many rows are done, how many there are, and which table is being done.
Tell = Callable[[int, int, str], None]
_STEP = 1000


def backup(db: Database, to: Path, *, product: str, tell: Tell) -> Manifest:
    """Write everything the database holds at this moment into a new file; gives what it says.

    People go on working meanwhile. What was committed before the call is in it, and each
    transaction is in it whole or not at all. Keys are not in it.

    product: the version of the program, for whoever reads the file years later.
    Raises Rejected when the file is there already or cannot be written, when there are no tables
    of this product, and when SQLite finds the database damaged. No file is left behind then.
    """
    with db.snapshot() as connection:
        return backup_on(connection, to, product=product, tell=tell)


def backup_on(connection: Connection, to: Path, *, product: str, tell: Tell) -> Manifest:
    """Write what a connection sees, all of it at one moment, as ``backup`` does."""
    try:
        with writing(to) as writer:
            made_at = dt.datetime.now(dt.UTC)
            revision = _revision(connection)
            _need_sound(connection)
            openers = Openers()
            parts = tuple(_parts(connection, writer, openers, tell))
            kind = connection.dialect.name
            manifest = Manifest(product, revision, kind, made_at, dict(openers.counts), parts)
            writer.finish(manifest)
            return manifest
    except DBAPIError as failed:
        raise _unreadable(failed) from failed


def verify(path: Path, tell: Tell) -> Manifest:
    """Read a backup through and give what it says of itself; Rejected when a part is damaged."""
    archive = Archive(path)
    try:
        check_parts(archive, tell)
        return archive.manifest
    finally:
        archive.close()


def check_parts(archive: Archive, tell: Tell) -> None:
    """Compare every part with the manifest, telling how far it is; Rejected at the first other."""
    done, total = 0, archive.manifest.rows
    for part in archive.check():
        done += part.rows
        tell(done, total, f"checking {part.table}")


def need_known(archive: Archive) -> None:
    """Raise Rejected when a newer version of the product made the backup."""
    if archive.manifest.revision not in revisions():
        raise Rejected(
            f"Expected a backup of this version of the product or an older one, but {archive.path} "
            f"was made by version {archive.manifest.product} (tables {archive.manifest.revision}; "
            f"this version knows them up to {revisions()[-1]}). Use that version or a newer one."
        )


def _parts(connection: Connection, writer: Writer, openers: Openers, tell: Tell) -> Iterator[Part]:
    tables = tables_of(connection)
    counts = {
        table.name: connection.scalar(select(func.count()).select_from(table)) or 0
        for table in tables
    }
    total, done = sum(counts.values()), 0
    for table in tables:
        columns = kinds_of(table)
        places = [list(columns).index(name) for name in sealed_columns(table.name)]
        rows = openers.watching(read_rows(connection, table), places)
        yield writer.add(table.name, columns, _told(rows, done, total, table.name, tell))
        done += counts[table.name]
    tell(done, total, "done")


def _told(
    rows: Iterable[list[Any]], done: int, total: int, what: str, tell: Tell
) -> Iterator[list[Any]]:
    for count, row in enumerate(rows):
        if count % _STEP == 0:
            tell(done + count, total, what)
        yield row


def _revision(connection: Connection) -> str:
    revision = revision_of(connection)
    if revision is None:
        raise Rejected(
            "Expected the tables of this product, but the database has none. "
            "Look at DATABASE_URL and SPOC_VAR: they may name another place."
        )
    return revision


def _need_sound(connection: Connection) -> None:
    """A damaged file must not take the place of the backups from before it was damaged."""
    if connection.dialect.name != "sqlite":
        return
    found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA quick_check(3)")]
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if found != ["ok"] or lost:
        what = "; ".join(found) if found != ["ok"] else f"{len(lost)} references lead nowhere"
        raise Rejected(
            f"Expected a sound database, but SQLite finds: {what}. Keep the backups you have and "
            "restore the newest of them; no backup was made of this."
        )


def _unreadable(failed: DBAPIError) -> Rejected:
    is_damaged = isinstance(failed.orig, sqlite3.DatabaseError) and "malformed" in str(failed.orig)
    what = "the file is damaged" if is_damaged else str(failed.orig).strip()
    return Rejected(
        f"Expected to read the database, but: {what}. No backup was made; keep those you have."
    )
