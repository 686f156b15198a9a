"""What the landlord still owes the customer (R-015)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from engine.queries.reading import Reading
from engine.tables.casefile import OwedAction


@dataclass(frozen=True)
class OwedRow:
    """Something we still owe the customer, or did."""

    what: str
    owner: str
    due_on: dt.date
    due_reason: str
    #: late by 2 working days, in 3 working days; "" once it is done or withdrawn.
    due_words: str
    done_on: dt.date | None
    withdrawn_reason: str


def owed_of(look: Reading, case_id: int, *, only_open: bool = False) -> tuple[OwedRow, ...]:
    """Give what is owed in a case, the most urgent first; one statement."""
    query = (
        select(OwedAction)
        .where(OwedAction.case_id == case_id)
        .order_by(OwedAction.due_on, OwedAction.id)
    )
    if only_open:
        query = query.where(OwedAction.done_on.is_(None), OwedAction.withdrawn_reason.is_(None))
    return tuple(_row(look, row) for row in look.session.scalars(query))


def _row(look: Reading, row: OwedAction) -> OwedRow:
    is_open = row.done_on is None and row.withdrawn_reason is None
    return OwedRow(
        what=row.what,
        owner=look.full_name(row.owner),
        due_on=row.due_on,
        due_reason=row.due_reason,
        due_words=look.due_words(row.due_on) if is_open else "",
        done_on=row.done_on,
        withdrawn_reason=row.withdrawn_reason or "",
    )
