"""The change of keys: what older keys sealed is sealed by the newest, some rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from cryptography.fernet import InvalidToken
from sqlalchemy import Column, LargeBinary, Table, func, select, type_coerce, update

from engine.casework.audit import Chain, Entry
from engine.installation import read_surroundings
from engine.tables import Row
from engine.tables.columns import Sealed, sealed_anew
from engine.tables.database import Database

#: So many rows are sealed anew in one transaction: nobody waits long to write.
_ROWS = 50
#: How many values are done, how many there are, and in which table.
Tell = Callable[[int, int, str], None]


@dataclass
class Resealed:
    """What became of the sealed values of a database."""

    #: Sealed by the newest key now, and not before.
    anew: int = 0
    #: Sealed by it already.
    already: int = 0
    #: ``table.column row`` of each value that none of the keys opens; it was left as it is.
    unopened: list[str] = field(default_factory=list)


def reseal(db: Database, tell: Tell, *, by: str) -> Resealed:
    """Seal every restricted value by the newest key of ``SPOC_DATA_KEYS``, the first in it.

    Whoever stops it may begin again: what is done is known by its seal. What somebody changes
    meanwhile is sealed by the newest key anyway. When nothing is left to do and nothing could
    not be opened, the older keys open nothing any more and can be taken out.
    """
    made = Resealed()
    columns = list(_sealed_columns())
    total = sum(_count(db, column) for column in columns)
    for column in columns:
        for batch in _batches(db, column):
            _seal(db, column, batch, made)
            done = made.anew + made.already + len(made.unopened)
            tell(done, total, column.table.name)
    _keep(db, made, by)
    return made


def first_unopened(db: Database) -> str | None:
    """Name a place whose newest sealed value none of the keys opens; None when each is opened.

    One value of each column is tried: enough to know that the keys belong to another database,
    and quick however much is kept.
    """
    with db.reading() as session:
        for column in _sealed_columns():
            key = _key(column.table)
            newest = select(key, type_coerce(column, LargeBinary)).where(column.is_not(None))
            for id_, sealed in session.execute(newest.order_by(key.desc()).limit(1)):
                try:
                    sealed_anew(bytes(sealed))
                except InvalidToken:
                    return f"{column.table.name}.{column.name} {id_}"
    return None


def _sealed_columns() -> Iterator[Column[Any]]:
    for table in Row.metadata.sorted_tables:
        yield from (column for column in table.columns if isinstance(column.type, Sealed))


def _count(db: Database, column: Column[Any]) -> int:
    with db.reading() as session:
        counted = select(func.count()).select_from(column.table).where(column.is_not(None))
        return session.scalar(counted) or 0


def _batches(db: Database, column: Column[Any]) -> Iterator[list[int]]:
    """Give the rows that hold a sealed value, by their keys, some at a time."""
    key = _key(column.table)
    after = -1
    while True:
        with db.reading() as session:
            wanted = select(key).where(column.is_not(None), key > after).order_by(key)
            ids = list(session.scalars(wanted.limit(_ROWS)))
        if not ids:
            return
        yield ids
        after = ids[-1]


def _seal(db: Database, column: Column[Any], ids: list[int], made: Resealed) -> None:
    """Seal some rows anew; one that changes meanwhile is left, since it is sealed anew by that."""
    key = _key(column.table)
    raw = type_coerce(column, LargeBinary)
    with db.writing() as session:
        rows = session.execute(select(key, raw).where(key.in_(ids), column.is_not(None))).all()
        for id_, sealed in rows:
            try:
                value = sealed_anew(bytes(sealed))
            except InvalidToken:
                made.unopened.append(f"{column.table.name}.{column.name} {id_}")
                continue
            if value is None:
                made.already += 1
                continue
            same = (key == id_, raw == bytes(sealed))
            changed = {column.name: type_coerce(value, LargeBinary)}
            session.execute(update(column.table).where(*same).values(changed))
            made.anew += 1


def _keep(db: Database, made: Resealed, by: str) -> None:
    with db.writing() as session:
        new = {"anew": made.anew, "already": made.already, "unopened": len(made.unopened)}
        entry = Entry("restricted_values_sealed_anew", "key", actor=by, new=new)
        Chain.of_administration(session).add(entry, at=read_surroundings(session).now)


def _key(table: Table) -> Column[int]:
    (key,) = table.primary_key
    return key
