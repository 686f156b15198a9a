"""Holds: reasons to keep a case beyond the date on which it would be deleted (R-108)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine.calendar import said
from engine.casework.context import Context
from engine.errors import Problem
from engine.tables.casefile import LegalHold
from forms import Choice

#: Why a case is kept, by the answer that says so.
_KINDS = {
    "data_request": "Request for a copy or a correction",
    "appeal": "Open appeal or review",
    "complaint": "Open complaint",
    "ombudsman": "The Ombudsman is looking at it",
    "order": "Open order or compensation",
    "claim": "Legal claim",
}


def may_hold(context: Context, values: dict[str, Any]) -> list[Problem]:
    """Tell when there is nothing left to keep."""
    deleted_on = context.case().deleted_on
    if deleted_on is None:
        return []
    sentence = f"Expected a case that is still kept, but it was deleted on {said(deleted_on)}."
    return [Problem("", f"{sentence} Nothing can be held any more.")]


def place_hold(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Keep the case until the hold is lifted."""
    hold = LegalHold(
        case_id=context.case().id,
        reason=f"{_KINDS.get(values['hold_kind'], values['hold_kind'])}: {values['hold_reason']}",
        opened_on=context.today,
        opened_by=context.actor,
    )
    context.session.add(hold)
    context.session.flush()
    context.audit("hold_placed", "legal_hold", hold.id, new={"kind": values["hold_kind"]})


def standing(context: Context) -> list[Choice]:
    """Offer the holds that stand, oldest first."""
    rows = context.session.scalars(
        select(LegalHold)
        .where(LegalHold.case_id == context.case_id, LegalHold.lifted_on.is_(None))
        .order_by(LegalHold.id)
    )
    return [Choice(str(row.id), row.reason, f"Since {said(row.opened_on)}") for row in rows]


def lift_hold(context: Context, values: dict[str, Any], restricted: dict[str, Any]) -> None:
    """Lift a hold; whoever waits for the case to be free looks at it again."""
    hold = context.session.get_one(LegalHold, int(values["hold"]))
    hold.lifted_on, hold.lifted_by = context.today, context.actor
    context.audit("hold_lifted", "legal_hold", hold.id)
    context.send("something_was_settled", key=f"case:{context.case().id}")
