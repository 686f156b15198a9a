"""Who a caller is put through to: the card of an arrangement in force, without any reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, select

from engine.casework import contact_card
from engine.casework.shared_tenancies import who_is_meant
from engine.casework.standing_in import has_left, read_today, stands_in_on
from engine.casework.visibility import opens
from engine.errors import NotFound
from engine.queries import words
from engine.queries.cards import Limit, limits_of
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.tables.absences import StandIn
from engine.tables.casefile import CaseFile, Customer
from engine.tables.customer_words import answers_to
from engine.tables.database import Database
from engine.tables.decisions import Arrangement
from engine.tables.people import User

#: A shorter text would list the register instead of finding one customer.
SHORTEST = 3
#: Customers shown at once; who needs more of them has to say more of the name.
MOST = 10


@dataclass(frozen=True)
class CallerCard:
    """What somebody needs while a customer is on the telephone (R-060, R-102)."""

    customer: str
    address: str
    tenancy_reference: str
    #: To whom on a shared tenancy it applies, and that the others go on; "" where nobody shares.
    applies_to: str
    #: Their open case, for whoever logs the call; nothing of it is shown (R-102).
    case_id: int
    #: Full names; "" for nobody.
    spoc: str
    cover: str
    #: Their own numbers and hours; "" where nobody entered them.
    spoc_phone: str
    spoc_hours: str
    cover_phone: str
    #: The single point of contact works here no longer: it is the cover today.
    is_covered: bool
    #: The last day on which the contact is away, today being one of them; None while they are here.
    away_until: dt.date | None
    #: Who stands in today, with their own number; "" for nobody.
    stands_in: str
    stands_in_phone: str
    #: In words: E-mail, telephone; "" for none agreed.
    contact_method: str
    #: The landlord's address or number at which somebody reads or answers today; "" for none.
    contact_address: str
    #: The agreed address is the contact's own, and they are away or have left (R-072).
    is_unread: bool
    emergency_route: str
    visiting: str
    response_time: str
    #: What is limited now, without the reason; empty when nothing is.
    limits: tuple[Limit, ...]
    #: What holds while contact is refused, never why; "" while it is not (R-095).
    refused: str = ""


@dataclass(frozen=True)
class Callers:
    """What a look-up found."""

    cards: tuple[CallerCard, ...]
    #: More customers fit than are shown.
    are_more: bool = False
    #: The text was too short to look anybody up.
    is_too_short: bool = False


def callers(database: Database, person: Person, search: str) -> Callers:
    """Find customers with an arrangement in force by name, address, tenancy, number or e-mail.

    search: at least three characters, otherwise nothing is looked up. At most four statements.
    Raises NotFound for those the look-up does not exist for.
    """
    if not opens(person, "callers"):
        raise NotFound
    if len(search.strip()) < SHORTEST:
        return Callers((), is_too_short=True)
    with reading(database, person) as look:
        rows = look.session.execute(_in_force(look, search))
        found = [(row[0], row[1], row[2], row[3]) for row in rows]
        shown = found[:MOST]
        limits = limits_of(look, [arrangement.id for arrangement, *_ in shown])
        people = _people(look, [(arrangement, away) for arrangement, _, _, away in shown])
        cards = tuple(_card(look, row, limits[row[0].id], people) for row in shown)
        return Callers(cards, are_more=len(found) > MOST)


def _in_force(
    look: Reading, search: str
) -> Select[Arrangement, CaseFile, Customer, StandIn | None]:
    return (
        select(Arrangement, CaseFile, Customer, StandIn)
        .join(CaseFile, CaseFile.id == Arrangement.case_id)
        .join(Customer, Customer.id == CaseFile.customer_id)
        .outerjoin(StandIn, stands_in_on(look.today))
        .where(
            Arrangement.in_force_on <= look.today,
            Arrangement.ended_on.is_(None),
            answers_to(Customer.id, search),
        )
        .order_by(Customer.name, Arrangement.id)
        .limit(MOST + 1)
    )


def _people(look: Reading, found: list[tuple[Arrangement, StandIn | None]]) -> dict[str, User]:
    named = [(one.spoc, one.cover, away.user_name if away else None) for one, away in found]
    names = {name for row in named for name in row if name}
    return {
        user.name: user for user in look.session.scalars(select(User).where(User.name.in_(names)))
    }


def _card(
    look: Reading,
    row: tuple[Arrangement, CaseFile, Customer, StandIn | None],
    limits: list[Limit],
    people: Mapping[str, User],
) -> CallerCard:
    arrangement, case, customer, away = row
    spoc, cover = (people.get(name or "") for name in (arrangement.spoc, arrangement.cover))
    instead = people.get(away.user_name or "") if away else None
    cover_left = has_left(cover, look.today)
    address = arrangement.contact_address
    read = read_today(address, spoc, cover, instead, today=look.today, is_away=bool(away))
    return CallerCard(
        applies_to=who_is_meant(customer, case),
        case_id=arrangement.case_id,
        customer=customer.name,
        address=customer.address,
        tenancy_reference=customer.tenancy_reference,
        spoc=spoc.full_name if spoc else arrangement.spoc or arrangement.partner_contact,
        cover="" if cover_left else cover.full_name if cover else arrangement.cover or "",
        spoc_phone=spoc.phone if spoc else "",
        spoc_hours=spoc.working_hours if spoc else "",
        cover_phone=cover.phone if cover and not cover_left else "",
        is_covered=has_left(spoc, look.today),
        away_until=away.until_on if away else None,
        stands_in=instead.full_name if instead else "",
        stands_in_phone=instead.phone if instead else "",
        contact_method=words.name_of("channel", arrangement.contact_method),
        contact_address=read,
        is_unread=read != address,
        emergency_route=arrangement.emergency_route,
        visiting=arrangement.visiting,
        response_time=arrangement.response_time,
        limits=tuple(limit for limit in limits if limit.from_on <= look.today),
        refused=contact_card.refused(arrangement),
    )
