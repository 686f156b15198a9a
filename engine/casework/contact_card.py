"""The card that staff, other systems and the partner may see: the way to go, never the reasons."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.casework import people, shared_tenancies
from engine.tables.casefile import CaseFile, Customer
from engine.tables.decisions import Arrangement

_METHODS = {
    "email": "by e-mail to",
    "telephone": "by telephone on",
    "letter": "by letter to",
    "in_person": "in person at",
}


def lines(session: Session, arrangement: Arrangement) -> dict[str, str]:
    """Give the card a line a thing: ``who``, ``route``, ``cover``, ``emergency`` (R-066, R-102).

    Who it applies to is said where a tenancy is shared. Made from names and the arrangement's own
    columns only, so neither reasons nor health can get in.
    """
    method = _METHODS.get(arrangement.contact_method, "by")
    way = f"{method} {arrangement.contact_address}"
    card = {"route": f"This customer gets in touch {way}."}
    if arrangement.spoc:
        spoc = people.full_name(session, arrangement.spoc)
        card["route"] = f"Contact goes through {spoc}, {way}."
    if arrangement.cover:
        card["cover"] = f"When away: {people.full_name(session, arrangement.cover)}."
    card["emergency"] = f"Emergencies go to {arrangement.emergency_route} and are never held back."
    return {**_who(session, arrangement), **card}


def _who(session: Session, arrangement: Arrangement) -> dict[str, str]:
    case = session.get_one(CaseFile, arrangement.case_id)
    customer = session.get(Customer, case.customer_id or 0)
    meant = shared_tenancies.who_is_meant(customer, case) if customer else ""
    return {"who": meant} if meant else {}
