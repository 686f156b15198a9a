"""Long lists page by page: each page begins beside a row, and never counts what lies before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    Subquery,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.queries.reading import PAGE_SIZE
from engine.tables.columns import UtcDateTime

#: Counts go so far: one more than this stands for "more than".
COUNTED_TO = 1_000
#: As a place to stop before: the end of the list, so that its last page is asked for.
END = "end"
_BETWEEN = "~"
_LONGEST_NUMBER = 9

#: Conditions of rows that one index leads to in order.
Branch = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True)
class Stretch:
    """Rows of a list that follow one order, such as those with a date; a list is a few of them."""

    #: Which rows belong to it.
    of: ColumnElement[bool]
    #: What they go by, the last column being the id of the row.
    by: tuple[InstrumentedAttribute[Any], ...]
    #: The greatest first.
    falls: bool = False


@dataclass(frozen=True)
class Steps:
    """The ids of one page in order, and where the pages beside it begin."""

    ids: tuple[int, ...]
    #: What to ask for ``before`` to go back; "" at the beginning.
    back: str
    #: What to ask for ``after`` to go on; "" at the end.
    on: str


@dataclass(frozen=True)
class _Cut:
    """A place between two rows: beside the row of this stretch with these values."""

    stretch: int
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Walk:
    """A list as its stretches, and as branches that hold each of its rows exactly once."""

    session: Session
    branches: Sequence[Branch]
    stretches: Sequence[Stretch]

    def page(self, after: str = "", before: str = "", size: int = PAGE_SIZE) -> Steps:
        """Give the rows after or before a place, as ``Steps`` named it; one or two statements.

        Without a place, or one that is none of ours, the first page; before ``END`` the last.
        What was left behind may be gone since: past the end is the last page, before the
        beginning the first; each a statement or two more.
        """
        cut, stop = self._cut(after), self._cut(before)
        if stop is not None or before == END:
            found = self._back(stop, size)
            return found if found.ids or stop is None else self._on(None, size)
        found = self._on(cut, size)
        return found if found.ids or cut is None else self._back(None, size)

    def _on(self, cut: _Cut | None, size: int) -> Steps:
        keys = self._keys(cut, size + 1, turned=False)
        more, keys = len(keys) > size, keys[:size]
        return self._steps(keys, has_back=cut is not None, has_on=more)

    def _back(self, cut: _Cut | None, size: int) -> Steps:
        keys = self._keys(cut, size + 1, turned=True)
        more, keys = len(keys) > size, keys[:size][::-1]
        return self._steps(keys, has_back=more, has_on=cut is not None)

    def _steps(self, keys: list[_Cut], *, has_back: bool, has_on: bool) -> Steps:
        return Steps(
            ids=tuple(key.values[-1] for key in keys),
            back=_written(keys[0]) if keys and has_back else "",
            on=_written(keys[-1]) if keys and has_on else "",
        )

    def _keys(self, cut: _Cut | None, most: int, *, turned: bool) -> list[_Cut]:
        """Give the keys that follow a place in one direction, through as few stretches as need."""
        found: list[_Cut] = []
        numbers = range(len(self.stretches))
        for number in reversed(numbers) if turned else numbers:
            if cut is not None and (number > cut.stretch if turned else number < cut.stretch):
                continue
            beyond = cut.values if cut is not None and cut.stretch == number else None
            wanted = self._query(self.stretches[number], beyond, most - len(found), turned)
            if wanted is not None:
                found += [_Cut(number, tuple(row)) for row in self.session.execute(wanted)]
            if len(found) >= most:
                break
        return found

    def _query(
        self, stretch: Stretch, beyond: tuple[Any, ...] | None, most: int, turned: bool
    ) -> Select[Any] | None:
        """Ask each branch for so many rows in its own order, and take the first of them all."""
        falls = stretch.falls is not turned
        wanted = [stretch.of]
        if beyond is not None:
            key, place = tuple_(*stretch.by), tuple_(*map(_bound, stretch.by, beyond))
            wanted.append(key < place if falls else key > place)
        parts = [
            select(*stretch.by)
            .where(*branch, *wanted)
            .order_by(*(column.desc() if falls else column.asc() for column in stretch.by))
            .limit(most)
            for branch in self.branches
        ]
        if not parts:
            return None
        if len(parts) == 1:
            return parts[0]
        merged = union_all(*(select(part.subquery()) for part in parts)).subquery()
        order = (column.desc() if falls else column.asc() for column in merged.columns)
        return select(merged).order_by(*order).limit(most)

    def _cut(self, text: str) -> _Cut | None:
        """Read a place; None for one that is none of ours."""
        number, *values = text.split(_BETWEEN)
        if not _is_number(number) or int(number) >= len(self.stretches):
            return None
        columns = self.stretches[int(number)].by
        try:
            read = tuple(_read(*pair) for pair in zip(columns, values, strict=True))
        except (ValueError, OverflowError):
            return None
        return _Cut(int(number), read)


def counted_to(branches: Sequence[Branch], id_: InstrumentedAttribute[int]) -> ColumnElement[int]:
    """Give the number of rows of all branches as a value to select, at most ``COUNTED_TO`` + 1."""
    parts: list[Subquery] = [
        select(id_).where(*branch).limit(COUNTED_TO + 1).subquery() for branch in branches
    ]
    if not parts:
        return literal(0)
    rows = union_all(*(select(part) for part in parts)).limit(COUNTED_TO + 1).subquery()
    return select(func.count()).select_from(rows).scalar_subquery()


def _bound(column: InstrumentedAttribute[Any], value: Any) -> ColumnElement[Any]:
    return literal(value, column.type)


def _written(key: _Cut) -> str:
    values = (v.isoformat() if isinstance(v, dt.date) else str(v) for v in key.values)
    return _BETWEEN.join([str(key.stretch), *values])


def _read(column: InstrumentedAttribute[Any], text: str) -> Any:
    """Read one value of a place; ValueError or OverflowError for one that is none."""
    if isinstance(column.type, UtcDateTime):
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    if isinstance(column.type, Date):
        return dt.date.fromisoformat(text)
    if not _is_number(text):
        raise ValueError(text)
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER
