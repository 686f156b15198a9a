"""What Procrastinate keeps its jobs in, on PostgreSQL: brought to the version that is installed.

Its own files of SQL are run, and the name of the newest stands as a comment on its main table, so
that a later version of the package runs only what it added.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from procrastinate.schema import SchemaManager
from sqlalchemy import Connection, text

#: The table whose comment names the version; everything of Procrastinate begins like it.
PREFIX = "procrastinate_"
_TABLE = f"{PREFIX}jobs"


def bring_forward(connection: Connection) -> None:
    """Make or upgrade the tables of jobs in the transaction of this connection; safe to repeat."""
    there = _version(connection)
    if there is None:
        _run(connection, SchemaManager.get_schema())
    else:
        for file in _files():
            if file.stem > there:
                _run(connection, file.read_text(encoding="utf-8"))
    _run(connection, f"COMMENT ON TABLE {_TABLE} IS '{_files()[-1].stem}'")


def is_newest(connection: Connection) -> bool:
    """Say whether the tables of jobs are those of the installed package."""
    return _version(connection) == _files()[-1].stem


def is_ours(name: str | None, kind: str, _parents: object = None) -> bool:
    """Leave out, for Alembic's ``include_name``, the tables that the job engine brings with it."""
    return kind != "table" or not (name or "").startswith(PREFIX)


def _version(connection: Connection) -> str | None:
    """Give the name of the newest file that was run, None while there are no tables."""
    asked = text("SELECT obj_description(to_regclass(:table)::oid, 'pg_class')")
    found: str | None = connection.execute(asked, {"table": _TABLE}).scalar()
    return found


def _files() -> list[Path]:
    return sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))


def _run(connection: Connection, statements: str) -> None:
    """Run several statements at once, in which % means itself."""
    driver: Any = connection.connection.driver_connection
    driver.execute(statements)
