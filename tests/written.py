"""Which tables each transaction wrote, and whether it added a link to the log."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from sqlalchemy import Connection, Engine, event

_WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?([a-z_]+)', re.IGNORECASE)
LINK = "audit_event"


@contextlib.contextmanager
def transactions() -> Iterator[list[frozenset[str]]]:
    """Give the tables that each transaction wrote which was committed meanwhile."""
    open_ones: dict[int, set[str]] = {}
    committed: list[frozenset[str]] = []

    def statement(connection: Connection, _cursor: object, sql: str, *_rest: object) -> None:
        found = _WRITES.match(sql)
        if found:
            open_ones.setdefault(id(connection.connection.dbapi_connection), set()).add(found[1])

    def commit(connection: Connection) -> None:
        written = open_ones.pop(id(connection.connection.dbapi_connection), None)
        if written:
            committed.append(frozenset(written))

    def rollback(connection: Connection) -> None:
        open_ones.pop(id(connection.connection.dbapi_connection), None)

    listening = (
        ("before_cursor_execute", statement),
        ("commit", commit),
        ("rollback", rollback),
    )
    for name, heard in listening:
        event.listen(Engine, name, heard)
    try:
        yield committed
    finally:
        for name, heard in listening:
            event.remove(Engine, name, heard)
