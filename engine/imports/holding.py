"""An import held by whoever changes it: it exists for them and stands where that can be done."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session

from engine.errors import NotFound, Rejected
from engine.installation import Surroundings, read_surroundings
from engine.tables.database import Database
from engine.tables.imports import ContactImport
from engine.tables.register_imports import RegisterImport

R = TypeVar("R", ContactImport, RegisterImport)


@dataclass(frozen=True)
class Kind(Generic[R]):
    """One kind of imports: its rows, whom they exist for, where one stands and how that is said."""

    table: type[R]
    #: Raises NotFound for somebody none exists for on a day.
    check_may_import: Callable[[Session, str, dt.date], None]
    state_of: Callable[[R], str]
    #: State -> what is said of an import that stands there.
    stands: Mapping[Any, str]


@contextlib.contextmanager
def held(
    database: Database, kind: Kind[R], import_id: int, by: str, wish: str, *states: str
) -> Iterator[tuple[Session, R, Surroundings]]:
    """Hold an import while somebody changes it; NotFound, or Rejected when it stands elsewhere.

    wish: what they want of it, such as ``begin it``; states: where it can be done.
    """
    with database.writing() as session:
        around = read_surroundings(session)
        kind.check_may_import(session, by, around.today)
        row = session.get(kind.table, import_id, with_for_update=True)
        if row is None:
            raise NotFound
        state = kind.state_of(row)
        if state not in states:
            raise Rejected(
                f"Expected “{row.file_name}” to be such that one can {wish}, but "
                f"{kind.stands[state]}. Look at how it stands now."
            )
        yield session, row, around
