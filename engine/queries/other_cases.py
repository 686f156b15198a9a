"""Other cases about the same customer: what came before, and what has come back since."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from engine.casework.visibility import Part, sees
from engine.queries import words
from engine.queries.reading import Reading
from engine.tables.casefile import CaseFile


@dataclass(frozen=True)
class OtherCase:
    """A case about the same customer that the one who looks may open."""

    id: int
    reference: str
    opened_on: dt.date
    closed_on: dt.date | None
    #: Why it was closed, in words; "" while it is open.
    closed_because: str


def other_cases_of(look: Reading, row: CaseFile) -> tuple[OtherCase, ...]:
    """Give the customer's other cases, newest first; what came back is a new case (R-002).

    Only those this person sees something of; a deleted one has no customer any more. One
    statement.
    """
    if row.customer_id is None:
        return ()
    found = look.session.scalars(
        select(CaseFile)
        .where(
            CaseFile.customer_id == row.customer_id,
            CaseFile.id != row.id,
            sees(look.viewer, Part.CARD),
        )
        .order_by(CaseFile.id.desc())
    )
    return tuple(
        OtherCase(
            id=one.id,
            reference=one.reference,
            opened_on=one.opened_on,
            closed_on=one.closed_on,
            closed_because=words.name_of("ending", one.closed_reason) if one.closed_on else "",
        )
        for one in found
    )
