"""Connections of a pool are asked whether they still lead anywhere, but only when they rested."""

from __future__ import annotations

import time

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

#: So long after its last use a connection is taken to work still, in seconds: enough for a worker
#: with one thing to do after another, too short for whoever comes after a restart. One that broke
#: within it fails its next unit of work, whole, as one that breaks in the middle does.
TRUSTED_SECONDS = 0.05
_GIVEN_BACK = "given_back_at"


def ping_rested(engine: Engine) -> None:
    """Ask a connection that rested whether it works before it is given out; else open new ones.

    To ask each time, as SQLAlchemy's own `pool_pre_ping` does, is a journey to the server and
    back in each unit of work.
    """

    @event.listens_for(engine, "checkin")
    def _give_back(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info[_GIVEN_BACK] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _ask(
        connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection
    ) -> None:
        given_back: float | None = entry.info.get(_GIVEN_BACK)
        if given_back is None or time.monotonic() - given_back < TRUSTED_SECONDS:
            return
        try:
            works = engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as broken:
            raise InvalidatePoolError from broken
        if not works:
            raise InvalidatePoolError
