"""What the landlord still owes the customer (R-015)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from engine.casework import owed_action_runs
from engine.casework.open_tasks import is_open_unled
from engine.queries.reading import Reading
from engine.tables.casefile import OwedAction
from engine.tables.process import WorkItem

#: The form of the task that each thing we owe is.
_FORM = "what_we_owe"


@dataclass(frozen=True)
class OwedRow:
    """Something we still owe the customer, or did."""

    what: str
    #: Full name of who has it to do now; of who was named, once it is over or nobody has it.
    owner: str
    due_on: dt.date
    due_reason: str
    #: late by 2 working days, in 3 working days; "" once it is done or withdrawn.
    due_words: str
    done_on: dt.date | None
    withdrawn_reason: str


def owed_of(look: Reading, case_id: int, *, only_open: bool = False) -> tuple[OwedRow, ...]:
    """Give what is owed in a case, the most urgent first; at most two statements."""
    query = (
        select(OwedAction)
        .where(OwedAction.case_id == case_id)
        .order_by(OwedAction.due_on, OwedAction.id)
    )
    if only_open:
        query = query.where(owed_action_runs.is_open())
    rows = list(look.session.scalars(query))
    have = _who_has(look, case_id) if any(_is_open(row) for row in rows) else {}
    return tuple(_row(look, row, have.get(f"owed_action:{row.id}", row.owner)) for row in rows)


def _who_has(look: Reading, case_id: int) -> dict[str, str]:
    """Give who has each open task of what is owed: it may be another than who was named."""
    tasks = look.session.execute(
        select(WorkItem.variables, WorkItem.assignee).where(
            WorkItem.case_id == case_id, WorkItem.form == _FORM, is_open_unled()
        )
    )
    return {str(held.get(owed_action_runs.REF)): who for held, who in tasks if who}


def _is_open(row: OwedAction) -> bool:
    return row.done_on is None and row.withdrawn_reason is None


def _row(look: Reading, row: OwedAction, who: str) -> OwedRow:
    return OwedRow(
        what=row.what,
        owner=look.full_name(who),
        due_on=row.due_on,
        due_reason=row.due_reason,
        due_words=look.due_words(row.due_on) if _is_open(row) else "",
        done_on=row.done_on,
        withdrawn_reason=row.withdrawn_reason or "",
    )
