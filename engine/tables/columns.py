"""Column types and naming rules that every table shares."""

from __future__ import annotations

import datetime as dt
import json
import os
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import DateTime, Integer, LargeBinary, MetaData, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

#: The environment variable with the keys of restricted fields, newest first, separated by commas.
KEY_VARIABLE = "SPOC_DATA_KEYS"


class Row(DeclarativeBase):
    """The root of every table; names each constraint so that migrations can find it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def table_of(row: type[Row]) -> Table:
    """Give the table itself, for statements that pass the objects of a session by."""
    table = row.__table__
    assert isinstance(table, Table)
    return table


class DaysBetween(FunctionElement[int]):
    """How many calendar days lie from one date to a later one; NULL where one of them is."""

    name = "days_between"
    type = Integer()
    inherit_cache = True


@compiles(DaysBetween)
def _days_in_postgres(element: DaysBetween, compiler: SQLCompiler, **how: Any) -> str:
    first, last = element.clauses
    return f"({compiler.process(last, **how)} - {compiler.process(first, **how)})"


@compiles(DaysBetween, "sqlite")
def _days_in_sqlite(element: DaysBetween, compiler: SQLCompiler, **how: Any) -> str:
    first, last = (f"julianday({compiler.process(one, **how)})" for one in element.clauses)
    return f"({last} - {first})"


class UtcDateTime(TypeDecorator[dt.datetime]):
    """A moment: an aware datetime goes in, an aware UTC datetime comes out, on each database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Give the moment as this database keeps it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"Expected a moment with a time zone, but got {value.isoformat()}.")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        """Give the moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Sealed(TypeDecorator[Any]):
    """A restricted value: any JSON value goes in, only ciphertext reaches the database (R-109).

    The keys come from the environment variable ``SPOC_DATA_KEYS``; the first one seals,
    every one opens, so a new key is put in front and the old one stays until all is sealed anew:
    ``flask --app web reseal``.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Give the ciphertext."""
        if value is None:
            return None
        return _keys().encrypt(json.dumps(value, ensure_ascii=False, default=str).encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Give the value back in clear."""
        return None if value is None else json.loads(_keys().decrypt(value))


class SealedBytes(Sealed):
    """A restricted value that is bytes: a part of a file; the same keys seal it."""

    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Give the ciphertext."""
        return None if value is None else _keys().encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Give the bytes back in clear."""
        return None if value is None else _keys().decrypt(bytes(value))


def sealed_anew(value: bytes) -> bytes | None:
    """Give a sealed value sealed by the newest key, None when it is already.

    Raises InvalidToken when none of the keys opens it.
    """
    newest = Fernet(_named_keys()[0])
    try:
        newest.decrypt(value)
    except InvalidToken:
        return _keys().rotate(value)
    return None


def _keys() -> MultiFernet:
    """The key ring, read at each use so that a rotation needs no new code path."""
    return MultiFernet([Fernet(key) for key in _named_keys()])


def _named_keys() -> list[str]:
    named = [key.strip() for key in os.environ.get(KEY_VARIABLE, "").split(",") if key.strip()]
    if not named:
        raise RuntimeError(
            f"Expected the keys of restricted fields in the environment variable {KEY_VARIABLE}, "
            "but it is empty. Make one with: flask --app web new-key"
        )
    return named
