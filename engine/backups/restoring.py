"""Restoring a backup: everything is checked first, then all of it is there or nothing changed."""

from __future__ import annotations

import datetime as dt
import errno
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from engine.backups import targets
from engine.backups.archive import Archive, Part
from engine.backups.deletions import Deletion, delete_again, deletions_of
from engine.backups.keys import NONE, need_keys
from engine.backups.rows import count_on, kinds_of, tables_of, write_rows
from engine.backups.saving import Tell, backup_on, check_parts, need_known
from engine.casework.audit import Chain, Entry
from engine.commands import broken_chains
from engine.errors import Rejected
from engine.installation import read_surroundings
from engine.tables.casefile import CaseFile
from engine.tables.database import Database, migrate_on
from engine.tables.process import ProcessInstance


@dataclass(frozen=True)
class Wish:
    """How a restore is meant."""

    #: The version of this program, written into the backup of what is replaced.
    product: str
    #: Who restores, for the audit.
    by: str
    #: Take the place of a database that holds something.
    replace: bool = False
    #: Cases deleted since the backup was made, beyond those the replaced database knows.
    deletions: tuple[Deletion, ...] = ()
    #: The folder in which what a PostgreSQL database held before is kept.
    aside: Path = Path()


@dataclass(frozen=True)
class Restored:
    """What was restored."""

    made_at: dt.datetime
    cases: int
    running: int
    rows: int
    #: References of cases that were deleted after the backup was made and are deleted again.
    deleted_again: tuple[str, ...]
    #: Audit chains that do not hold; they did not when the backup was made.
    broken_chains: tuple[str, ...]
    #: Restricted values that no key opened when the backup was made.
    unopened: int
    #: The earliest timer that waits: it fires as soon as a worker runs, if it is past.
    oldest_due: dt.datetime | None
    #: Where what was replaced is kept; None when there was nothing.
    kept: Path | None = None


def restore(db: Database, path: Path, wish: Wish, tell: Tell) -> Restored:
    """Put the content of a backup into the database, and bring it to the present revision.

    The backup may come from the other kind of database. What the replaced database held is kept:
    a SQLite file under another name, a PostgreSQL database as a backup in ``wish.aside``.

    Raises Rejected, and nothing is changed: the backup is damaged or of a newer version, a key is
    missing, the database holds something and ``wish.replace`` is not set, or is in use, no room.
    """
    archive = Archive(path)
    try:
        need_known(archive)
        need_keys(archive.manifest.keys)
        check_parts(archive, tell)
        is_empty = _is_empty(db, wish)
        deletions = (*wish.deletions, *_known_deletions(db))
        return _Restore(db, archive, wish, deletions, tell).run(is_empty=is_empty)
    except DBAPIError as failed:
        raise _failed(failed.orig) from failed
    except (sqlite3.Error, psycopg.Error, OSError) as failed:
        raise _failed(failed) from failed
    finally:
        archive.close()


class _Restore:
    """One restore, once nothing speaks against it."""

    def __init__(
        self,
        db: Database,
        archive: Archive,
        wish: Wish,
        deletions: Sequence[Deletion],
        tell: Tell,
    ) -> None:
        self.db, self.archive, self.wish, self.tell = db, archive, wish, tell
        self.deletions = deletions

    def run(self, *, is_empty: bool) -> Restored:
        """Fill a database in one transaction; SQLite's is a new file, named at the end."""
        if self.db.is_sqlite:
            with targets.built_aside(self.db) as built:
                with built.rebuilding() as connection:
                    found = self._fill(connection)
                _need_sound(built)
                kept = targets.put_in_place(built, self.db, keep=not is_empty)
                return replace(found, kept=kept)
        with self.db.rebuilding() as connection:
            kept = None if is_empty else self._keep_old(connection)
            targets.empty(connection)
            found = self._fill(connection)
        return replace(found, kept=kept)

    def _keep_old(self, connection: Connection) -> Path:
        """Keep what is replaced, to the last commit: from here on nobody else changes it."""
        targets.shut(connection)
        self.deletions = (*self.wish.deletions, *deletions_of(connection))
        stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")
        kept = self.wish.aside / f"replaced-{stamp}.backup"
        self.wish.aside.mkdir(parents=True, exist_ok=True)
        backup_on(connection, kept, product=self.wish.product, tell=self.tell)
        return kept

    def _fill(self, connection: Connection) -> Restored:
        manifest = self.archive.manifest
        migrate_on(connection, manifest.revision)
        tables = {table.name: table for table in tables_of(connection)}
        for filled in reversed(tables.values()):
            # A migration may have filled in rows that the backup holds too.
            connection.execute(filled.delete())
        done = 0
        for part in manifest.parts:
            table = tables.get(part.table)
            if table is None or kinds_of(table) != part.columns:
                raise Rejected(_other_table(self.archive.path, part))
            for count in write_rows(connection, table, part.columns, self.archive.rows(part)):
                done += count
                self.tell(done, manifest.rows, f"restoring {part.table}")
            count_on(connection, table)
        migrate_on(connection)
        return self._settle(connection)

    def _settle(self, connection: Connection) -> Restored:
        manifest = self.archive.manifest
        with Session(connection, join_transaction_mode="conditional_savepoint") as session:
            around = read_surroundings(session)
            again = delete_again(session, around, self.deletions, by=self.wish.by)
            Chain.of_administration(session).add(
                Entry(
                    "restored_from_backup",
                    "installation",
                    actor=self.wish.by,
                    new={
                        "made_at": manifest.made_at.isoformat(),
                        "by_version": manifest.product,
                        "rows": manifest.rows,
                        "deleted_again": again,
                    },
                ),
                at=around.now,
            )
            session.flush()
            running = select(func.count()).where(ProcessInstance.ended_at.is_(None))
            found = Restored(
                made_at=manifest.made_at,
                cases=manifest.rows_of(CaseFile.__tablename__),
                running=session.scalar(running) or 0,
                rows=manifest.rows,
                deleted_again=tuple(again),
                broken_chains=tuple(broken_chains(session)),
                unopened=manifest.keys.get(NONE, 0),
                oldest_due=session.scalar(select(func.min(ProcessInstance.next_due_at))),
            )
            session.commit()
            return found


def _is_empty(db: Database, wish: Wish) -> bool:
    try:
        is_empty = targets.is_empty(db)
    except DBAPIError as failed:
        if not db.is_sqlite or not _is_damaged(failed.orig):
            raise
        # What is to be replaced cannot be read any more: it is kept as it is.
        is_empty = False
    if not is_empty and not wish.replace:
        raise Rejected(
            "Expected an empty database to restore into, but this one holds something. Name "
            "another one in DATABASE_URL, or add --replace: what is there is kept aside."
        )
    targets.need_unused(db)
    return is_empty


def _known_deletions(db: Database) -> list[Deletion]:
    try:
        return targets.deletions_there(db)
    except DBAPIError as failed:
        if not _is_damaged(failed.orig):
            raise
        return []


def _need_sound(built: Database) -> None:
    with built.snapshot() as connection:
        found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(3)")]
    if found != ["ok"]:
        raise Rejected(f"Expected a sound database, but SQLite finds: {'; '.join(found)}.")


def _is_damaged(cause: BaseException | None) -> bool:
    said = str(cause)
    return isinstance(cause, sqlite3.DatabaseError) and (
        "malformed" in said or "not a database" in said
    )


def _other_table(path: Path, part: Part) -> str:
    return (
        f"Expected the table {part.table} in {path} to have the columns of its revision, but it "
        "has others. Restore it with the version of the product that made it."
    )


def _failed(cause: BaseException | None) -> Rejected:
    said = str(cause).strip().splitlines()[0] if cause else "the database failed"
    is_full = "full" in said or getattr(cause, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
    if is_full or isinstance(cause, psycopg.errors.DiskFull):
        return Rejected(
            "Expected room for the restored database, but the disk is full. Nothing was changed; "
            "make room and try again."
        )
    return Rejected(f"Expected to restore, but: {said}. Nothing was changed.")
