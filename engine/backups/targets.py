"""Where a restore goes: whether anything is there, whether anybody uses it, and the last step."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, func, select

from engine.backups.archive import sync_folder
from engine.backups.deletions import Deletion, deletions_of
from engine.backups.rows import strange_tables, tables_of
from engine.errors import Rejected
from engine.tables.database import Database, revision_of

#: Rows that a new installation fills in by itself: they are nobody's work.
_GIVEN = frozenset({"holiday", "setting"})
#: How long a restore waits for whoever is at work in the database it replaces.
_PATIENCE = "10s"
_EMPTYING = """
DO $$
DECLARE thing text;
BEGIN
    FOR thing IN SELECT format('TABLE %%I', tablename) FROM pg_tables
        WHERE schemaname = current_schema()
    LOOP EXECUTE 'DROP ' || thing || ' CASCADE'; END LOOP;
    FOR thing IN SELECT format('ROUTINE %%s', oid::regprocedure) FROM pg_proc
        WHERE pronamespace = current_schema()::regnamespace AND NOT EXISTS (
            SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    LOOP EXECUTE 'DROP ' || thing || ' CASCADE'; END LOOP;
    FOR thing IN SELECT format('TYPE %%I', typname) FROM pg_type
        WHERE typnamespace = current_schema()::regnamespace AND typtype = 'e'
    LOOP EXECUTE 'DROP ' || thing || ' CASCADE'; END LOOP;
    FOR thing IN SELECT format('TYPE %%I', typname) FROM pg_type
        JOIN pg_class ON pg_class.oid = typrelid AND relkind = 'c'
        WHERE typnamespace = current_schema()::regnamespace AND typtype = 'c'
    LOOP EXECUTE 'DROP ' || thing || ' CASCADE'; END LOOP;
END $$
"""


def file_of(db: Database) -> Path:
    """Give the file of a SQLite database."""
    return Path(str(db.url.database))


def is_empty(db: Database) -> bool:
    """Say whether there is nothing to lose. Rejected when the tables are another product's."""
    if db.is_sqlite and not file_of(db).exists():
        return True
    with db.snapshot() as connection:
        strange = strange_tables(connection)
        if strange:
            raise Rejected(
                "Expected a database of this product or an empty one, but it holds other tables: "
                f"{', '.join(strange[:5])}. Name a database of its own in DATABASE_URL."
            )
        return not any(
            connection.scalar(select(func.count()).select_from(table))
            for table in tables_of(connection)
            if table.name not in _GIVEN
        )


def deletions_there(db: Database) -> list[Deletion]:
    """Give the cases deleted in the database that is to be replaced; [] when there is none."""
    if db.is_sqlite and not file_of(db).exists():
        return []
    with db.snapshot() as connection:
        return deletions_of(connection) if revision_of(connection) else []


def need_unused(db: Database) -> None:
    """Raise Rejected when another process has the database open."""
    db.close()
    users = _users_of_file(file_of(db)) if db.is_sqlite else _users_of_server(db)
    if users:
        raise Rejected(
            f"Expected nobody to use the database that is replaced, but {users}. "
            "Stop every serve and work, then try again; nothing was changed."
        )


def shut(connection: Connection) -> None:
    """Let nobody else read or write any table until the transaction ends (PostgreSQL).

    Raises OperationalError when somebody who is at work does not come to an end of it.
    """
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(quote(table.name) for table in tables_of(connection))
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
    connection.exec_driver_sql(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
    connection.exec_driver_sql("SET LOCAL lock_timeout = 0")


def empty(connection: Connection) -> None:
    """Drop everything in the schema, in the transaction of the connection (PostgreSQL)."""
    connection.exec_driver_sql(_EMPTYING)


@contextlib.contextmanager
def built_aside(db: Database) -> Iterator[Database]:
    """Give a new SQLite file beside the old one, to be put in its place or to be gone."""
    target = file_of(db)
    target.parent.mkdir(parents=True, exist_ok=True)
    file = target.with_name(f"{target.name}.{secrets.token_hex(4)}.restoring")
    aside = Database(f"sqlite:///{file}")
    before = os.umask(0o077)
    try:
        yield aside
    finally:
        os.umask(before)
        aside.close()
        for leftover in (file, *_journals(file)):
            leftover.unlink(missing_ok=True)


def put_in_place(built: Database, db: Database, *, keep: bool) -> Path | None:
    """Give the built file the name of the old one, which is kept beside it if that is wanted.

    The name leads to the old file or to the new one at any moment. A log of the old one, left by
    a process that was killed, is kept beside it too: SQLite would write it over the new one.
    Returns where the old one is kept; None when it is not. Rejected when somebody uses it after
    all.
    """
    file, target = file_of(built), file_of(db)
    built.close()
    _leave_wal(file)
    need_unused(db)
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")
    old = target.with_name(f"{target.name}.replaced-{stamp}")
    kept = None
    if keep:
        os.link(target, old)
        kept = old
    for journal, aside in zip(_journals(target), _journals(old), strict=True):
        if journal.exists():
            os.replace(journal, aside)
            kept = kept or aside
    _sync(file)
    os.replace(file, target)
    sync_folder(target.parent)
    return kept


def _users_of_file(file: Path) -> str:
    """Only a file that nobody else has open can leave the write-ahead log."""
    if not file.exists():
        return ""
    try:
        _leave_wal(file)
    except sqlite3.OperationalError:
        return "another process has its file open"
    except sqlite3.DatabaseError:
        # Damaged: that is why it is replaced.
        return ""
    return ""


def _leave_wal(file: Path) -> None:
    with contextlib.closing(sqlite3.connect(file, timeout=0.5)) as connection:
        (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
        if mode != "delete":
            raise sqlite3.OperationalError(f"it stays in {mode}")


def _users_of_server(db: Database) -> str:
    with db.snapshot() as connection:
        count = connection.exec_driver_sql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        ).scalar()
    return f"it has {count} other connections" if count else ""


def _journals(file: Path) -> list[Path]:
    return [file.with_name(file.name + end) for end in ("-wal", "-shm", "-journal")]


def _sync(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
