"""Rows of any revision of the tables, out of either database and into either, value by value."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    cast,
    select,
    type_coerce,
)
from sqlalchemy.types import JSON

from engine.tables import Row

#: Alembic's own table: it says the revision, which the manifest says too.
VERSION_TABLE = "alembic_version"
#: Tables of the job engine: what they hold is worked out again from ours, so none is kept.
JOBS = "procrastinate_"
#: Who is signed in just now: after a restore everybody signs in again.
_PASSING = frozenset({"signed_in"})
_KINDS: tuple[tuple[type[Any], str], ...] = (
    (JSON, "json"),
    (DateTime, "moment"),
    (Date, "day"),
    (Boolean, "truth"),
    (Integer, "integer"),
    (Numeric, "number"),
    (LargeBinary, "bytes"),
    (String, "text"),
)
#: Characters of a moment as we write it on SQLite: to the microsecond, in UTC, without its zone.
_OURS = len("2026-11-26 10:30:00.000000")
#: How many rows are taken or given at once.
_AT_ONCE = 1000


def tables_of(connection: Connection) -> list[Table]:
    """Give the tables there are, as the database has them: those referred to come first."""
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if _is_kept(table.name)]


def strange_tables(connection: Connection) -> list[str]:
    """Name the tables that are none of this product's."""
    ours = set(Row.metadata.tables)
    return sorted(table.name for table in tables_of(connection) if table.name not in ours)


def kinds_of(table: Table) -> dict[str, str]:
    """Say of what kind the values of each column are."""
    return {column.name: _kind(column) for column in table.columns}


def read_rows(connection: Connection, table: Table) -> Iterator[list[Any]]:
    """Give every row, by primary key, as values that JSON can hold; a thousand are in memory."""
    kinds = kinds_of(table)
    is_sqlite = connection.dialect.name == "sqlite"
    chosen = [_raw(table.c[name], kind, is_sqlite=is_sqlite) for name, kind in kinds.items()]
    out = [_OUT.get((kind, is_sqlite)) for kind in kinds.values()]
    wanted = select(*chosen).order_by(*table.primary_key.columns)
    rows = connection.execute(wanted, execution_options={"yield_per": _AT_ONCE})
    for row in rows:
        yield [
            value if value is None or change is None else change(value)
            for value, change in zip(row, out, strict=True)
        ]


def write_rows(
    connection: Connection, table: Table, columns: Mapping[str, str], rows: Iterable[list[Any]]
) -> Iterator[int]:
    """Write rows as ``read_rows`` gave them; gives how many were written, a thousand at a time.

    columns: what the rows hold, in their order, with the kinds they were written as.
    """
    is_sqlite = connection.dialect.name == "sqlite"
    changes = [_IN.get((kind, is_sqlite)) for kind in columns.values()]
    changed = (
        [
            value if value is None or change is None else change(value)
            for value, change in zip(row, changes, strict=True)
        ]
        for row in rows
    )
    put = _insert if is_sqlite else _copy
    while batch := list(islice(changed, _AT_ONCE)):
        put(connection, table, list(columns), batch)
        yield len(batch)


def count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL count on from the highest id that is there (SQLite does so by itself)."""
    key = list(table.primary_key.columns)
    if connection.dialect.name == "sqlite" or len(key) != 1 or _kind(key[0]) != "integer":
        return
    name, quote = key[0].name, connection.dialect.identifier_preparer
    quoted = quote.format_table(table)
    connection.exec_driver_sql(
        f"SELECT setval(pg_get_serial_sequence(%(table)s, %(key)s), max({quote.quote(name)}))"
        f" FROM {quoted} HAVING max({quote.quote(name)}) IS NOT NULL"
        " AND pg_get_serial_sequence(%(table)s, %(key)s) IS NOT NULL",
        {"table": quoted, "key": name},
    )


def _insert(connection: Connection, table: Table, columns: list[str], rows: list[Any]) -> None:
    quote = connection.dialect.identifier_preparer.quote
    named = ", ".join(quote(name) for name in columns)
    places = ", ".join("?" * len(columns))
    connection.exec_driver_sql(
        f"INSERT INTO {quote(table.name)} ({named}) VALUES ({places})",
        [tuple(row) for row in rows],
    )


def _copy(connection: Connection, table: Table, columns: list[str], rows: list[Any]) -> None:
    quote = connection.dialect.identifier_preparer.quote
    named = ", ".join(quote(name) for name in columns)
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {quote(table.name)} ({named}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def _is_kept(name: str) -> bool:
    return name not in {VERSION_TABLE, *_PASSING} and not name.startswith(JOBS)


def _kind(column: Column[Any]) -> str:
    for kind, name in _KINDS:
        if isinstance(column.type, kind):
            return name
    raise TypeError(
        f"Expected a kind of column that backups know, but {column} is {column.type!r}. "
        "Add it to engine/backups/rows.py."
    )


def _raw(column: Column[Any], kind: str, *, is_sqlite: bool) -> Any:
    """Ask for the value as the database keeps it, so that nothing is lost by being understood."""
    if kind == "json":
        return type_coerce(column, String) if is_sqlite else cast(column, Text)
    if kind in ("moment", "day", "truth") and is_sqlite:
        return type_coerce(column, String)
    return column


def _json_text(value: Any) -> str:
    # SQLite keeps a JSON number as a number.
    return value if isinstance(value, str) else json.dumps(value)


def _moment_out(value: dt.datetime) -> str:
    return value.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _moment_from_sqlite(value: str) -> str:
    if len(value) == _OURS:
        return f"{value[:10]}T{value[11:]}+00:00"
    moment = dt.datetime.fromisoformat(value)
    aware = moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment
    return _moment_out(aware)


def _moment_to_sqlite(value: str) -> str:
    if value.endswith("+00:00") and len(value) == _OURS + len("+00:00"):
        return f"{value[:10]} {value[11:_OURS]}"
    moment = dt.datetime.fromisoformat(value).astimezone(dt.UTC).replace(tzinfo=None)
    return moment.isoformat(" ", timespec="microseconds")


def _bytes_out(value: bytes | memoryview) -> str:
    return base64.b64encode(value).decode()


_Change = Callable[[Any], Any]
#: (kind, SQLite?) -> what makes JSON of a value; nothing for one that is it already.
_OUT: dict[tuple[str, bool], _Change] = {
    ("json", True): _json_text,
    ("moment", True): _moment_from_sqlite,
    ("moment", False): _moment_out,
    ("day", False): dt.date.isoformat,
    ("truth", True): bool,
    ("number", False): float,
    ("bytes", True): _bytes_out,
    ("bytes", False): _bytes_out,
}
#: (kind, SQLite?) -> what makes the database's value of JSON.
_IN: dict[tuple[str, bool], _Change] = {
    ("moment", True): _moment_to_sqlite,
    ("truth", True): int,
    ("bytes", True): base64.b64decode,
    ("bytes", False): base64.b64decode,
}
