"""Whose an arrangement is: given to another organisation with its whole history (R-101)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.casework import audit
from engine.tables.casefile import CaseFile
from engine.tables.decisions import Arrangement
from engine.tables.ownership import OwnershipChange


@dataclass(frozen=True)
class Transfer:
    """To whom arrangements go, from when, on what legal basis, and who says so."""

    to: str
    from_on: dt.date
    legal_basis: str
    by: str


def give(
    session: Session, arrangement: Arrangement, transfer: Transfer, *, at: dt.datetime
) -> OwnershipChange:
    """Give an arrangement to another organisation; what it was before stays in a row (R-101).

    Decisions, letters, reviews and runs stay as they are: only whose it is changes.
    """
    change = OwnershipChange(
        case_id=arrangement.case_id,
        arrangement_id=arrangement.id,
        was=arrangement.owner_organisation,
        becomes=transfer.to,
        from_on=transfer.from_on,
        legal_basis=transfer.legal_basis,
        made_by=transfer.by,
        made_at=at,
    )
    session.add(change)
    arrangement.owner_organisation = transfer.to
    arrangement.owned_from = transfer.from_on
    session.flush()
    chain = audit.Chain.of_case(session, session.get_one(CaseFile, arrangement.case_id))
    chain.add(
        audit.Entry(
            "ownership_changed",
            "arrangement",
            arrangement.id,
            actor=transfer.by,
            old={"owner": change.was},
            new={
                "owner": transfer.to,
                "from_on": transfer.from_on.isoformat(),
                "legal_basis": transfer.legal_basis,
            },
        ),
        at=at,
    )
    return change
