"""The customer of a case: who they are, who speaks for them, and what they need."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from engine.casework import usable_ways
from engine.casework.customers import FORMATS, reference_fits
from engine.casework.visibility import Part, sees
from engine.queries import words
from engine.queries.reading import Reading
from engine.tables.casefile import CaseFile, Customer, FormerHome, ThirdParty
from engine.tables.decisions import Arrangement, Restriction

_PROOFS = {
    "written": "in writing",
    "told_us": "the customer told us",
    "attorney": "a power of attorney or a court order",
}


@dataclass(frozen=True)
class Representative:
    """Somebody who speaks, or spoke, for the customer (R-018, R-019)."""

    name: str
    relationship: str
    contact: str
    #: What they may do and hear.
    scope: str
    authority_given_on: dt.date
    #: How we know of the authority; "" where nobody asked.
    proof: str
    started_on: dt.date
    ended_on: dt.date | None
    #: "" for those who see no reasons.
    end_reason: str
    customer_told_on: dt.date | None
    third_party_told_on: dt.date | None


@dataclass(frozen=True)
class LeftHome:
    """A home of ours the customer had before, while this case ran."""

    address: str
    tenancy_reference: str
    until_on: dt.date


@dataclass(frozen=True)
class OtherCase:
    """Another case the person may see: of the customer, or of somebody on the same tenancy."""

    case_id: int
    reference: str
    customer: str
    is_closed: bool


@dataclass(frozen=True)
class CustomerPage:
    """Everything about the customer of a case that a person who deals with them needs."""

    name: str
    #: In words: Tenant, Leaseholder.
    kind: str
    address: str
    tenancy_reference: str
    #: The reference cannot be one and is to be mended (R-033).
    reference_is_odd: bool
    email: str
    phone: str
    #: "" for English.
    language: str
    #: In words: Large print.
    formats: tuple[str, ...]
    adjustments: str
    #: Names on the tenancy as they were entered; "" for nobody known.
    other_tenants: str
    #: Way in words -> what is missing for it, "" where they said so; only ways they cannot use.
    unusable: dict[str, str]
    #: What the arrangement asks of them that they cannot do, in sentences (R-044).
    clashes: tuple[str, ...]
    representatives: tuple[Representative, ...]
    #: The last one first.
    former_homes: tuple[LeftHome, ...]
    #: Cases of the customer, then of others on the tenancy; only what this person may see.
    own_cases: tuple[OtherCase, ...]
    tenancy_cases: tuple[OtherCase, ...]


def customer_of_case(look: Reading, case: CaseFile, parts: frozenset[Part]) -> CustomerPage | None:
    """Give the customer of a case; None while nobody said who it is. At most six statements."""
    customer = look.session.get(Customer, case.customer_id) if case.customer_id else None
    if customer is None:
        return None
    sees_reasons = Part.TIMELINE in parts
    closed = usable_ways.unusable(list(customer.cannot_use), customer.email)
    others = _others(look, case, customer)
    return CustomerPage(
        name=customer.name,
        kind=words.name_of("customer_kind", customer.kind),
        address=customer.address,
        tenancy_reference=customer.tenancy_reference,
        reference_is_odd=not reference_fits(customer.tenancy_reference),
        email=customer.email,
        phone=customer.phone,
        language=customer.language,
        formats=tuple(FORMATS.get(name, name) for name in customer.formats),
        adjustments=customer.needs,
        other_tenants=customer.other_tenants,
        unusable={
            _way(way): "" if way in customer.cannot_use else why for way, why in closed.items()
        },
        clashes=tuple(_clashes(look, case, closed)),
        representatives=tuple(_representatives(look, case, sees_reasons=sees_reasons)),
        former_homes=_former_homes(look, case),
        own_cases=tuple(one for mine, one in others if mine),
        tenancy_cases=tuple(one for mine, one in others if not mine),
    )


def _clashes(look: Reading, case: CaseFile, closed: dict[str, str]) -> Iterator[str]:
    """Tell what an arrangement that has not ended asks and the customer cannot do."""
    arrangement = look.session.scalar(
        select(Arrangement)
        .where(Arrangement.case_id == case.id, Arrangement.ended_on.is_(None))
        .order_by(Arrangement.id.desc())
        .limit(1)
    )
    if arrangement is None or not closed:
        return
    if arrangement.contact_method in closed:
        way = words.name_of("channel", arrangement.contact_method).lower()
        yield f"They are to get in touch by {way}, but {closed[arrangement.contact_method]}."
    limits = look.session.scalars(
        select(Restriction).where(
            Restriction.arrangement_id == arrangement.id, Restriction.until_on.is_(None)
        )
    )
    for limit in limits:
        left = usable_ways.ways_left({"limit": limit.limit}) if limit.kind == "channel" else ()
        if left and all(way in closed for way in left):
            why = words.joined(dict.fromkeys(closed[way] for way in left))
            yield f"The limit “{limit.limit}” leaves no way they can use: {why}."


def _representatives(
    look: Reading, case: CaseFile, *, sees_reasons: bool
) -> Iterator[Representative]:
    rows = look.session.scalars(
        select(ThirdParty)
        .where(ThirdParty.case_id == case.id)
        .order_by(ThirdParty.ended_on.is_not(None), ThirdParty.id.desc())
    )
    for row in rows:
        yield Representative(
            name=row.name,
            relationship=row.relationship,
            contact=row.contact,
            scope=row.scope,
            authority_given_on=row.authority_given_on,
            proof=_PROOFS.get(row.authority_proof, ""),
            started_on=row.started_on,
            ended_on=row.ended_on,
            end_reason=(row.end_reason or "") if sees_reasons else "",
            customer_told_on=row.customer_told_on,
            third_party_told_on=row.third_party_told_on,
        )


def _former_homes(look: Reading, case: CaseFile) -> tuple[LeftHome, ...]:
    rows = look.session.scalars(
        select(FormerHome)
        .where(FormerHome.case_id == case.id)
        .order_by(FormerHome.until_on.desc(), FormerHome.id.desc())
    )
    return tuple(LeftHome(row.address, row.tenancy_reference, row.until_on) for row in rows)


def _others(look: Reading, case: CaseFile, customer: Customer) -> list[tuple[bool, OtherCase]]:
    rows = look.session.execute(
        select(CaseFile, Customer.name)
        .join(Customer, Customer.id == CaseFile.customer_id)
        .where(
            func.upper(Customer.tenancy_reference) == customer.tenancy_reference.upper(),
            CaseFile.id != case.id,
            CaseFile.id.in_(select(CaseFile.id).where(sees(look.viewer, Part.CARD))),
        )
        .order_by(CaseFile.id.desc())
    )
    return [
        (
            row.customer_id == customer.id,
            OtherCase(row.id, row.reference, name, row.closed_on is not None),
        )
        for row, name in rows
    ]


def _way(way: str) -> str:
    called = usable_ways.WAYS[way]
    return called[:1].upper() + called[1:]
