"""The register: every arrangement with who, how and until when; nothing in it is typed (R-059)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.tables.casefile import CaseFile, Customer
from engine.tables.decisions import Appeal, Arrangement, Decision, Flag, Restriction
from engine.tables.people import User


@dataclass(frozen=True)
class RegisterEntry:
    """One arrangement as the register shows it; its status is derived, never stored (R-061)."""

    arrangement_id: int
    case_id: int
    reference: str
    customer: str
    address: str
    tenancy_reference: str
    #: spoc or other_action
    kind: str
    #: User names of the single point of contact and the cover; None without one.
    spoc: str | None
    cover: str | None
    #: The same two as people write them; "" without one.
    spoc_name: str
    cover_name: str
    contact_method: str
    contact_address: str
    visiting: str
    emergency_route: str
    owner_organisation: str
    #: Kind and limit of each restriction that applies, without its reason.
    restrictions: tuple[tuple[str, str], ...]
    #: The day it takes effect, or took effect.
    start_on: dt.date
    in_force_on: dt.date | None
    next_review_on: dt.date | None
    end_on: dt.date | None
    ended_on: dt.date | None
    end_reason: str | None
    #: letter_awaited, letter_issued, in_force, in_force_unconfirmed (a flag is not), ended
    status: str
    #: An appeal against it is open; it stays in force meanwhile (R-080).
    under_appeal: bool
    #: The day of its review has passed without one.
    review_late: bool
    #: System -> how its flag stands, see ``flag_state``.
    flags: Mapping[str, str] = field(default_factory=dict)
    taken_over: bool = False


def entries(session: Session, today: dt.date, *, case_id: int | None = None) -> list[RegisterEntry]:
    """Give every arrangement, oldest first, or those of one case; five statements in all."""
    query = (
        select(Arrangement, CaseFile, Customer)
        .join(CaseFile, CaseFile.id == Arrangement.case_id)
        .outerjoin(Customer, Customer.id == CaseFile.customer_id)
        .order_by(Arrangement.id)
    )
    if case_id is not None:
        query = query.where(Arrangement.case_id == case_id)
    found = session.execute(query).all()
    about = _about(session, [arrangement for arrangement, _, _ in found])
    return [_entry(*row, about, today) for row in found]


def flag_state(flag: Flag) -> str:
    """Tell how a flag stands: requested, set, update_requested, removal_requested, removed."""
    if flag.removed_on is not None:
        return "removed"
    if flag.removal_requested_on is not None:
        return "removal_requested"
    if flag.update_requested_on is not None:
        return "update_requested"
    return "set" if flag.set_on is not None else "requested"


@dataclass(frozen=True)
class _About:
    """What other tables say about some arrangements, by the id of the arrangement."""

    flags: Mapping[int, Sequence[Flag]]
    restrictions: Mapping[int, Sequence[Restriction]]
    appealed: frozenset[int]
    names: Mapping[str, str]


def _about(session: Session, arrangements: Sequence[Arrangement]) -> _About:
    ids = [arrangement.id for arrangement in arrangements]
    flags = session.scalars(
        select(Flag).where(Flag.arrangement_id.in_(ids)).order_by(Flag.id)
    ).all()
    restrictions = session.scalars(
        select(Restriction)
        .where(Restriction.arrangement_id.in_(ids), Restriction.until_on.is_(None))
        .order_by(Restriction.id)
    ).all()
    people = {name for one in arrangements for name in (one.spoc, one.cover) if name}
    named = session.execute(select(User.name, User.full_name).where(User.name.in_(people)))
    return _About(
        flags=_grouped(flags),
        restrictions=_grouped(restrictions),
        appealed=_appealed(session, arrangements),
        names=dict(named.all()),
    )


def _appealed(session: Session, arrangements: Sequence[Arrangement]) -> frozenset[int]:
    """Give the arrangements with an open appeal against a decision of theirs."""
    owners = session.scalars(
        select(Decision.owner_id)
        .join(Appeal, Appeal.decision_id == Decision.id)
        .where(
            Decision.owner_kind == "arrangement",
            Decision.owner_id.in_([one.id for one in arrangements]),
            Appeal.answered_on.is_(None),
            Appeal.withdrawn_on.is_(None),
        )
    )
    return frozenset(owners)


def _grouped(rows: Iterable[Any]) -> Mapping[int, Sequence[Any]]:
    groups: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row.arrangement_id].append(row)
    return groups


def _entry(
    arrangement: Arrangement,
    case: CaseFile,
    customer: Customer | None,
    about: _About,
    today: dt.date,
) -> RegisterEntry:
    flags = {one.system: flag_state(one) for one in about.flags.get(arrangement.id, ())}
    review_on = arrangement.next_review_on
    runs = arrangement.ended_on is None and arrangement.end_on is None
    return RegisterEntry(
        arrangement_id=arrangement.id,
        case_id=case.id,
        reference=case.reference,
        customer=customer.name if customer else "",
        address=customer.address if customer else "",
        tenancy_reference=customer.tenancy_reference if customer else "",
        kind=arrangement.kind,
        spoc=arrangement.spoc,
        cover=arrangement.cover,
        spoc_name=about.names.get(arrangement.spoc or "", arrangement.spoc or ""),
        cover_name=about.names.get(arrangement.cover or "", arrangement.cover or ""),
        contact_method=arrangement.contact_method,
        contact_address=arrangement.contact_address,
        visiting=arrangement.visiting,
        emergency_route=arrangement.emergency_route,
        owner_organisation=arrangement.owner_organisation,
        restrictions=tuple(
            (one.kind, one.limit) for one in about.restrictions.get(arrangement.id, ())
        ),
        start_on=max(arrangement.from_on, arrangement.letter_issued_on or arrangement.from_on),
        in_force_on=arrangement.in_force_on,
        next_review_on=review_on,
        end_on=arrangement.end_on,
        ended_on=arrangement.ended_on,
        end_reason=arrangement.end_reason,
        status=_status(arrangement, flags),
        under_appeal=arrangement.id in about.appealed,
        review_late=runs and review_on is not None and review_on < today,
        flags=flags,
        taken_over=arrangement.taken_over,
    )


def _status(arrangement: Arrangement, flags: Mapping[str, str]) -> str:
    if arrangement.ended_on is not None:
        return "ended"
    if arrangement.in_force_on is None:
        return "letter_awaited" if arrangement.letter_issued_on is None else "letter_issued"
    is_confirmed = bool(flags) and set(flags.values()) == {"set"}
    return "in_force" if is_confirmed else "in_force_unconfirmed"
