"""A concern that comes back: a new case that begins with what is known of the customer (R-002)."""

from __future__ import annotations

from typing import Any

from engine.casework import people, visibility
from engine.commands.instances import CASE_PROCESS, start
from engine.commands.outcomes import Outcome
from engine.commands.work_items import save_draft
from engine.errors import NotFound, Rejected
from engine.installation import read_surroundings
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database

#: Question of the form that opens a case -> what is known of the customer. To whom else on the
#: tenancy it applied is asked anew: that rests on what happened now.
_KNOWN = {
    "customer_name": "name",
    "customer_kind": "kind",
    "other_tenants": "other_tenants",
    "address": "address",
    "tenancy_reference": "tenancy_reference",
    "email": "email",
    "phone": "phone",
    "needs": "needs",
}


def start_again(db: Database, earlier_case_id: int, *, by: str) -> Outcome:
    """Open a case for the customer of a closed one, its first form begun with what is known.

    Nothing of the earlier case counts in the new one: no stage, no evidence (0115). Raises as
    ``start``, NotFound for a case that does not exist for `by`, Rejected for one that is open.
    """
    known = _known(db, earlier_case_id, by)
    outcome = start(db, CASE_PROCESS, by=by)
    for work_item_id in outcome.opened[:1]:
        save_draft(db, work_item_id, known, by=by)
    return outcome


def _known(db: Database, case_id: int, by: str) -> dict[str, Any]:
    with db.reading() as session:
        roles = people.roles_of(session, by, read_surroundings(session).today)
        parts = visibility.parts_seen(session, case_id, by, roles)
        case = session.get(CaseFile, case_id)
        customer = session.get(Customer, case.customer_id) if case and case.customer_id else None
        if case is None or customer is None or visibility.Part.CARD not in parts:
            raise NotFound(f"Expected a case {case_id}, but there is none.")
        if case.closed_on is None:
            raise Rejected(
                f"Expected a case that is closed, but {case.reference} is open. Record the "
                "concern there: add evidence, or log the contact."
            )
        found = {question: getattr(customer, column) for question, column in _KNOWN.items()}
        return {question: text for question, text in found.items() if text}
