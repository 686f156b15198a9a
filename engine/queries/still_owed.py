"""What is still owed and promised to a customer, beside whatever is done (R-015, R-058)."""

from __future__ import annotations

from dataclasses import dataclass

from engine.casework.visibility import Part, parts_of
from engine.errors import NotFound
from engine.queries.letters import PromiseRow, promises_of
from engine.queries.owed import OwedRow, owed_of
from engine.queries.people import Person
from engine.queries.reading import reading
from engine.tables.database import Database


@dataclass(frozen=True)
class StillOwed:
    """What of a case is open on our side; empty where none is, or not for this person."""

    owed_actions: tuple[OwedRow, ...] = ()
    promises: tuple[PromiseRow, ...] = ()


def still_owed(database: Database, person: Person, case_id: int) -> StillOwed:
    """Give what is owed and promised in a case and not done; at most seven statements."""
    with reading(database, person) as look:
        try:
            parts = parts_of(look.session, person, case_id)
        except NotFound:
            return StillOwed()
        if Part.LETTERS not in parts:
            return StillOwed()
        return StillOwed(
            owed_of(look, case_id, only_open=True), promises_of(look, case_id, only_open=True)
        )
