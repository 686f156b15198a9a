"""The database: a session to read, a session to write one at a time, and its migrations."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from engine.errors import Rejected, Unavailable
from engine.tables import erasing, job_schema
from engine.tables.outages import is_away, lacks_something, was_busy
from engine.tables.pinging import ping_rested

#: How long a writer waits for those before it, in seconds; also SQLite's own patience.
PATIENCE = 30
#: PostgreSQL gives up waiting for a row, ends a slow statement, and frees the rows of a machine
#: that vanished in the middle of its work.
POSTGRES_LIMITS = {
    "lock_timeout": "5s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "30s",
}
_SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    f"journal_size_limit={64 * 1024 * 1024}",
)
#: PostgreSQL that does not answer to a new connection for so long is away, in seconds.
_CONNECT_TIMEOUT = 5
#: Any number that nobody else asks this database to lock.
_MIGRATION_LOCK = 7762
#: Written out once an engine: every unit of work asks.
_addresses: WeakKeyDictionary[Engine, str] = WeakKeyDictionary()


def address_of(session: Session) -> str:
    """Give the address of the database a session asks; what is kept of it is kept under this."""
    engine = session.get_bind().engine
    if engine not in _addresses:
        _addresses[engine] = str(engine.url)
    return _addresses[engine]


class Collision(Rejected):
    """Somebody else has just changed this case. Look at it as it is now, then try again."""


class Database:
    """One database by its URL, ``sqlite:///FILE`` or ``postgresql://...``, for all threads."""

    def __init__(self, url: str, *, workers_apart: bool = False) -> None:
        """Prepare to use it; nothing is opened yet.

        workers_apart: workers of their own wait for jobs; on PostgreSQL only.
        """
        self.url = _parsed(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.workers_apart = workers_apart and not self.is_sqlite
        make = _sqlite_engine if self.is_sqlite else _postgres_engine
        self._reader = make(self.url, writes=False)
        self._writer = make(self.url, writes=True)
        self._gate = _Gate()
        self._here = threading.local()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that sees one state of the database and cannot change it.

        Raises Unavailable when the database does not answer.
        """
        with _absences(), self._of_this_version(), Session(self._reader) as session:
            yield session

    @contextlib.contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session whose changes are kept together when the block ends, or not at all.

        On SQLite writers go one at a time in the order they came, so compute before you ask.
        Raises Collision, having changed nothing, when another unit of work was quicker;
        Unavailable when the database does not answer or has no room; and RuntimeError inside
        another ``writing()`` of the same thread: pass the session on.
        """
        if getattr(self._here, "writes", False):
            raise RuntimeError(
                "Expected one writing() in a unit of work, but this thread is already inside one. "
                "Pass its session on."
            )
        self._here.writes = True
        try:
            with (
                self._turn(),
                _absences(),
                self._of_this_version(),
                _collisions(),
                Session(self._writer, expire_on_commit=False) as session,
            ):
                with session.begin():
                    session.info["workers_apart"] = self.workers_apart
                    yield session
                if erasing.erases(session):
                    erasing.settle(self.url)
        finally:
            self._here.writes = False

    @contextlib.contextmanager
    def hurrying(self) -> Iterator[None]:
        """Let commits return before the disk has them while the block runs, for bulk work.

        On SQLite; a power cut may take the newest of them away, but never breaks the file. The
        first commit after the block waits for the disk, and for everything before it.
        """
        if not self.is_sqlite:
            yield
            return

        def wait_less(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA synchronous=NORMAL")

        self._writer.dispose()
        event.listen(self._writer, "connect", wait_less)
        try:
            yield
        finally:
            event.remove(self._writer, "connect", wait_less)
            self._writer.dispose()

    @contextlib.contextmanager
    def _of_this_version(self) -> Iterator[None]:
        """Say that the tables are of another version where something of them is not there."""
        try:
            yield
        except DBAPIError as failed:
            if not lacks_something(failed) or self.is_current():
                raise
            raise Unavailable(
                "The product is being upgraded: its tables are of another version than the "
                "program. Try again in a minute."
            ) from failed

    def _turn(self) -> contextlib.AbstractContextManager[None]:
        return self._gate.passed() if self.is_sqlite else contextlib.nullcontext()

    def migrate(self) -> None:
        """Bring the tables to the newest revision, whole or not at all; safe to repeat.

        Raises RuntimeError when a reference points at a row that is gone afterwards.
        """
        with self.rebuilding() as connection:
            migrate_on(connection)

    @contextlib.contextmanager
    def rebuilding(self) -> Iterator[Connection]:
        """Give the one connection that may change the tables, whole or not at all.

        Nobody else rebuilds meanwhile; it takes as long as it takes. On SQLite references are
        not followed until the end, when all are checked: RuntimeError if one leads nowhere.
        """
        if self.is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        make = _sqlite_engine if self.is_sqlite else _postgres_engine
        engine = make(self.url, writes=True, unhurried=True)
        try:
            with engine.begin() as connection:
                if not self.is_sqlite:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
                yield connection
                if self.is_sqlite:
                    _check_references(connection)
        finally:
            engine.dispose()

    @contextlib.contextmanager
    def first(self, number: int) -> Iterator[bool]:
        """Tell whether nobody else is inside a block of this number, on whatever machine.

        True always on SQLite, where one process works. A process that dies leaves its block.
        """
        if self.is_sqlite:
            yield True
            return
        with _absences(), self._writer.connect() as pooled:
            connection = pooled.execution_options(isolation_level="AUTOCOMMIT")
            lock = {"number": number}
            mine = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), lock))
            try:
                yield mine
            finally:
                if mine:
                    connection.execute(text("SELECT pg_advisory_unlock(:number)"), lock)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database however long it reads."""
        make = _sqlite_engine if self.is_sqlite else _postgres_engine
        engine = make(self.url, writes=False, unhurried=True)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

    def is_current(self) -> bool:
        """Say whether the tables are at the newest revision; Unavailable when nobody can know."""
        with _absences(), self._reader.connect() as connection:
            has_jobs = self.is_sqlite or job_schema.is_newest(connection)
            return revision_of(connection) == revisions()[-1] and has_jobs

    def close(self) -> None:
        """Close every connection; the next session opens new ones."""
        self._reader.dispose()
        self._writer.dispose()


def migrate_on(connection: Connection, to: str = "head") -> None:
    """Bring the tables forward to a revision, in the transaction of the connection."""
    config = _migrations()
    config.attributes["connection"] = connection
    command.upgrade(config, to)
    if to == "head" and connection.dialect.name == "postgresql":
        job_schema.bring_forward(connection)


def revisions() -> list[str]:
    """Name the revisions of the tables that this version knows, the oldest first."""
    walked = ScriptDirectory.from_config(_migrations()).walk_revisions()
    return [script.revision for script in walked][::-1]


def revision_of(connection: Connection) -> str | None:
    """Give the revision the tables are at; None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


class _Gate:
    """Lets one thread through at a time, in the order they came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: deque[threading.Event] = deque()

    @contextlib.contextmanager
    def passed(self) -> Iterator[None]:
        turn = threading.Event()
        with self._lock:
            self._queue.append(turn)
            self._queue[0].set()
        try:
            if not turn.wait(PATIENCE):
                raise Collision
            yield
        finally:
            with self._lock:
                self._queue.remove(turn)
                if self._queue:
                    self._queue[0].set()


@contextlib.contextmanager
def _collisions() -> Iterator[None]:
    """Turn every way in which a database says "somebody was quicker" into one error of ours."""
    try:
        yield
    except StaleDataError as lost:
        raise Collision from lost
    except DBAPIError as failed:
        if not was_busy(failed):
            raise
        raise Collision from failed


@contextlib.contextmanager
def _absences() -> Iterator[None]:
    """Turn every way in which a database is away, or full, into one error of ours."""
    try:
        yield
    except PoolExhausted as busy:
        raise Unavailable from busy
    except DBAPIError as failed:
        if not is_away(failed):
            raise
        raise Unavailable from failed


def _parsed(url: str) -> URL:
    """Read a database URL; the driver is ours to choose."""
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return make_url(url)
    if scheme in {"postgres", "postgresql", "postgresql+psycopg"}:
        return make_url(f"postgresql+psycopg://{rest}")
    raise ValueError(
        "Expected a database URL such as sqlite:///var/spoc.sqlite or postgresql://host/name, "
        f"but it begins with {scheme}://{rest[:1]}. Set DATABASE_URL."
    )


def _sqlite_engine(url: URL, *, writes: bool, unhurried: bool = False) -> Engine:
    options: dict[str, Any] = {"poolclass": NullPool} if unhurried else {}
    engine = create_engine(url, connect_args={"timeout": PATIENCE}, hide_parameters=True, **options)
    pragmas = [*_SQLITE_PRAGMAS]
    if unhurried and writes:
        # Rebuilding a table with foreign keys on deletes the rows that refer to it.
        pragmas.append("foreign_keys=OFF")
    if not writes:
        pragmas.append("query_only=ON")

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgres_engine(url: URL, *, writes: bool, unhurried: bool = False) -> Engine:
    limits = dict.fromkeys(POSTGRES_LIMITS, "0") if unhurried else POSTGRES_LIMITS
    settings = [f"-c {name}={value}" for name, value in limits.items()]
    theirs = url.query.get("options", ())
    settings += [theirs] if isinstance(theirs, str) else theirs
    options: dict[str, Any] = {"poolclass": NullPool} if unhurried else {}
    engine = create_engine(
        url,
        connect_args={
            "options": " ".join(settings),
            "application_name": "spoc",
            "connect_timeout": _CONNECT_TIMEOUT,
        },
        # What people wrote must not stand in a log: an error says which statement it was.
        hide_parameters=True,
        **options,
    )
    # Several rows for one table go as one statement.
    engine.dialect.use_insertmanyvalues_wo_returning = True
    if not unhurried:
        ping_rested(engine)
    if writes:
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _migrations() -> Config:
    config = Config()
    folder = Path(__file__).parent.parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _check_references(connection: Connection) -> None:
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if lost:
        tables = ", ".join(sorted({str(row[0]) for row in lost}))
        raise RuntimeError(
            f"Expected every reference to lead to a row after the migration, but {len(lost)} do "
            f"not, in {tables}. Nothing was changed; report this with the revision you come from."
        )
