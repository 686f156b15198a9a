"""Whose contact it is: the open cases a contact can be logged for, with the way that applies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, or_, select

from engine.casework import contact_card
from engine.casework.contact_logging import may_log
from engine.casework.customers import needs_of
from engine.casework.shared_tenancies import who_is_meant
from engine.casework.standing_in import has_left, read_today, stands_in_on
from engine.casework.visibility import Part, sees
from engine.errors import NotFound
from engine.installation import read_surroundings
from engine.own_values import as_text, figure_here
from engine.queries import words
from engine.queries.cards import Limit, limits_of
from engine.queries.cases import IS_CUSTOMER, found_by
from engine.queries.people import Person
from engine.queries.reading import Reading, reading
from engine.releases import bundle, current_release_id
from engine.tables.absences import StandIn
from engine.tables.casefile import CaseFile, Customer
from engine.tables.customer_words import answers_to
from engine.tables.database import Database
from engine.tables.decisions import Arrangement
from engine.tables.people import User

#: A shorter text would list customers instead of finding one.
SHORTEST = 3
#: Customers shown at once; who needs more of them has to say more of the name.
MOST = 10
_EMERGENCY = "emergency.route"


@dataclass(frozen=True)
class ContactSubject:
    """A customer with an open case, and what whoever is in touch with them needs to know."""

    case_id: int
    customer: str
    address: str
    tenancy_reference: str
    #: "" for those who see nothing else of the case.
    case_reference: str
    #: Full names of who deals with the customer; "" while no arrangement is in force.
    spoc: str
    cover: str
    #: In words: E-mail, telephone; "" for none agreed.
    contact_method: str
    #: Where somebody reads or answers today; "" for nowhere, and for none agreed.
    contact_address: str
    #: What is limited now, without the reason; none of it applies to an emergency.
    limits: tuple[Limit, ...]
    #: Where emergencies go, whatever is agreed.
    emergency_route: str
    #: How the customer needs us to deal with them; "" for nothing known, or not for this person.
    needs: str = ""
    #: To whom on a shared tenancy it applies; "" where nobody shares, or not for this person.
    applies_to: str = ""
    #: What holds while contact is refused, never why; "" while it is not (R-095).
    refused: str = ""
    #: The last day on which the contact is away, today being one of them; None while they are here.
    away_until: dt.date | None = None
    #: Full name of who stands in today; "" for nobody.
    stands_in: str = ""
    #: The single point of contact works here no longer.
    has_left: bool = False
    #: The agreed address is the contact's own, and they are away or have left (R-072).
    is_unread: bool = False
    #: Who answers today in place of a contact who is away or has left; "" for nobody.
    instead: str = ""

    @property
    def sees_case(self) -> bool:
        """Tell whether the person may open the case."""
        return bool(self.case_reference)


@dataclass(frozen=True)
class ContactSubjects:
    """What a look for a customer found."""

    subjects: tuple[ContactSubject, ...]
    #: More customers fit than are shown.
    are_more: bool = False
    #: The text was too short to look anybody up.
    is_too_short: bool = False


def find(database: Database, person: Person, search: str) -> ContactSubjects:
    """Find customers a contact can be logged for, by name, address, tenancy, number or case.

    search: at least three characters, otherwise nothing is looked up. A case reference finds
    only cases the person sees. At most six statements.
    """
    if len(search.strip()) < SHORTEST:
        return ContactSubjects((), is_too_short=True)
    with reading(database, person) as look:
        seen = CaseFile.id.in_(select(CaseFile.id).where(sees(person, Part.CARD)))
        fits = or_(answers_to(CaseFile.customer_id, search), seen & found_by(search))
        rows = look.session.execute(_subjects(look).where(fits).limit(MOST + 1)).all()
        found = [(case, customer) for case, customer in rows]
        return ContactSubjects(_made(look, found[:MOST]), are_more=len(found) > MOST)


def one(database: Database, person: Person, case_id: int) -> ContactSubject:
    """Give the customer of one case a contact can be logged for; NotFound otherwise."""
    with reading(database, person) as look:
        row = look.session.execute(_subjects(look).where(CaseFile.id == case_id)).first()
        if row is None:
            raise NotFound
        (subject,) = _made(look, [(row[0], row[1])])
        return subject


def emergency_route(database: Database, person: Person) -> str:
    """Give where emergencies go while it is not known whose they are; "" where nobody said."""
    with reading(database, person) as look:
        return next(iter(_routes(look).values()), "")


def _subjects(look: Reading) -> Select[CaseFile, Customer]:
    return (
        select(CaseFile, Customer)
        .join(Customer, IS_CUSTOMER)
        .where(may_log(look.viewer, look.today))
        .order_by(Customer.name, CaseFile.id)
    )


@dataclass(frozen=True)
class _Known:
    """What is read once for all the cases shown."""

    #: Case -> its arrangement in force.
    in_force: Mapping[int, Arrangement]
    #: Arrangement -> its limits.
    limits: Mapping[int, list[Limit]]
    #: Cases of which this person sees at least the card.
    seen: frozenset[int]
    #: Arrangement -> who stands in for its contact today; without those whose contact is here.
    away: Mapping[int, StandIn]
    #: Set of figures -> where emergencies go.
    routes: Mapping[str, str]
    #: User name -> contacts, covers and who stands in.
    people: Mapping[str, User]

    def called(self, name: str | None) -> str:
        """Give how somebody of them is called; a name without a person stays as it is."""
        user = self.people.get(name or "")
        return user.full_name if user else name or ""


def _made(look: Reading, rows: list[tuple[CaseFile, Customer]]) -> tuple[ContactSubject, ...]:
    known = _known(look, [case.id for case, _ in rows])
    return tuple(_subject(look, known, case, customer) for case, customer in rows)


def _known(look: Reading, ids: list[int]) -> _Known:
    found = look.session.execute(
        select(Arrangement, StandIn)
        .outerjoin(StandIn, stands_in_on(look.today))
        .where(
            Arrangement.case_id.in_(ids),
            Arrangement.in_force_on <= look.today,
            Arrangement.ended_on.is_(None),
        )
    )
    in_force = [(arrangement, away) for arrangement, away in found]
    seen = select(CaseFile.id).where(CaseFile.id.in_(ids), sees(look.viewer, Part.CARD))
    return _Known(
        in_force={one.case_id: one for one, _ in in_force},
        limits=limits_of(look, [one.id for one, _ in in_force]),
        away={one.id: away for one, away in in_force if away},
        seen=frozenset(look.session.scalars(seen)),
        routes=_routes(look),
        people=_people(look, in_force),
    )


def _people(
    look: Reading, in_force: Sequence[tuple[Arrangement, StandIn | None]]
) -> Mapping[str, User]:
    rows = [(one.spoc, one.cover, away.user_name if away else None) for one, away in in_force]
    names = {name for row in rows for name in row if name}
    users = look.session.scalars(select(User).where(User.name.in_(names)))
    return {user.name: user for user in users}


@dataclass(frozen=True)
class _Reached:
    """How a contact is reached today."""

    address: str
    has_left: bool
    is_unread: bool
    instead: str


def _reached(look: Reading, known: _Known, card: Arrangement | None) -> _Reached:
    if card is None:
        return _Reached("", has_left=False, is_unread=False, instead="")
    away = known.away.get(card.id)
    own, cover = (known.people.get(name or "") for name in (card.spoc, card.cover))
    instead = known.people.get(away.user_name or "") if away else None
    read = read_today(
        card.contact_address, own, cover, instead, today=look.today, is_away=bool(away)
    )
    is_gone = has_left(own, look.today)
    answers = cover if is_gone and not away and not has_left(cover, look.today) else instead
    return _Reached(
        read,
        has_left=is_gone,
        is_unread=read != card.contact_address,
        instead=answers.full_name if answers else "",
    )


def _subject(look: Reading, known: _Known, case: CaseFile, customer: Customer) -> ContactSubject:
    is_seen, card = case.id in known.seen, known.in_force.get(case.id)
    limits = known.limits[card.id] if card else []
    away = known.away.get(card.id) if card else None
    reached = _reached(look, known, card)
    route = known.routes.get(case.parameter_set, "")
    return ContactSubject(
        case_id=case.id,
        customer=customer.name,
        address=customer.address,
        tenancy_reference=customer.tenancy_reference,
        case_reference=case.reference if is_seen else "",
        spoc=known.called(card.spoc) if card else "",
        cover=known.called(card.cover) if card else "",
        contact_method=words.name_of("channel", card.contact_method) if card else "",
        contact_address=reached.address,
        limits=tuple(limit for limit in limits if limit.from_on <= look.today),
        emergency_route=(card.emergency_route if card else "") or route,
        needs=needs_of(customer) if is_seen else "",
        applies_to=who_is_meant(customer, case) if is_seen or card else "",
        refused=contact_card.refused(card) if card else "",
        away_until=away.until_on if away else None,
        stands_in=known.called(away.user_name) if away else "",
        has_left=reached.has_left,
        is_unread=reached.is_unread,
        instead=reached.instead,
    )


def _routes(look: Reading) -> dict[str, str]:
    """Give where emergencies go, by the set of figures a case was begun with."""
    sets = bundle(look.session, current_release_id(look.session)).figures
    own = read_surroundings(look.session).settings
    return {
        name: as_text(figure_here(own, _EMERGENCY, figures[_EMERGENCY].value))
        for name, figures in sets.items()
        if _EMERGENCY in figures
    }
