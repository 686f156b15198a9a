"""The card that staff, other systems and the partner may see: the way to go, never the reasons."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from engine.calendar import said
from engine.casework import people, shared_tenancies, standing_in
from engine.casework.standing_in import Away
from engine.tables.casefile import CaseFile, Customer
from engine.tables.decisions import Arrangement

_METHODS = {
    "email": "by e-mail to",
    "telephone": "by telephone on",
    "letter": "by letter to",
    "in_person": "in person at",
}


def lines(session: Session, arrangement: Arrangement, on: dt.date) -> dict[str, str]:
    """Give the card of a day, a line a thing: who, route, refused, cover, emergency.

    Who it applies to is said where a tenancy is shared. While the contact is away the route leads
    to whoever stands in, and says until when (R-072). Made from names, those days and the
    arrangement's own columns only, so neither reasons, health nor why somebody is away can get in
    (R-066, R-102).
    """
    way = way_of(arrangement.contact_method, arrangement.contact_address)
    card = {"route": f"This customer gets in touch {way}."}
    away = standing_in.away_on(session, arrangement, on) if arrangement.spoc else None
    if arrangement.partner_contact:
        partner, contact = arrangement.owner_organisation, arrangement.partner_contact
        card["route"] = f"Contact goes through {contact} at {partner}, {way}."
    if arrangement.spoc:
        card["route"] = _route(session, arrangement, way, away)
    if arrangement.refused_on:
        card["refused"] = refused(arrangement)
    # While nobody stands in, the cover is away too.
    if arrangement.cover and (away is None or away.stand_in):
        card["cover"] = f"When away: {people.full_name(session, arrangement.cover)}."
    card["emergency"] = f"Emergencies go to {arrangement.emergency_route} and are never held back."
    return {**_who(session, arrangement), **card}


def way_of(method: str, address: str) -> str:
    """Say how to get in touch: ``by e-mail to`` an address."""
    return f"{_METHODS.get(method, 'by')} {address}"


def _route(session: Session, arrangement: Arrangement, way: str, away: Away | None) -> str:
    spoc = people.full_name(session, arrangement.spoc or "")
    if away is None:
        return f"Contact goes through {spoc}, {way}."
    until = said(away.until_on)
    if away.stand_in is None:
        return f"Until {until} {spoc} is away and nobody stands in: take the contact as any other."
    who = people.full_name(session, away.stand_in)
    address = standing_in.address_of(session, arrangement, away.stand_in)
    way = way_of(arrangement.contact_method, address)
    return f"Until {until} contact goes through {who}, {way}, instead of {spoc}."


def _who(session: Session, arrangement: Arrangement) -> dict[str, str]:
    case = session.get_one(CaseFile, arrangement.case_id)
    customer = session.get(Customer, case.customer_id or 0)
    meant = shared_tenancies.who_is_meant(customer, case) if customer else ""
    return {"who": meant} if meant else {}


def refused(arrangement: Arrangement) -> str:
    """Say what holds while contact is refused, never why; "" while it is not (R-095; X-12)."""
    if arrangement.refused_on is None:
        return ""
    until = f" until {said(arrangement.refused_until)}" if arrangement.refused_until else ""
    return (
        f"Since {said(arrangement.refused_on)}{until}, messages are not answered: read each one to "
        "the end, confirm it and sort it the same working day. Emergencies are dealt with as ever."
    )
