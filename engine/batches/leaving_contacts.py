"""Somebody who leaves: the arrangements in which they are contact or cover, and naming others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select

from engine.batches.asking import start
from engine.batches.other_contacts import KIND, MAY_NAME, is_own_address, with_part_for
from engine.casework import people
from engine.casework.visibility import Part, sees
from engine.errors import InvalidAnswers, NotFound, Problem
from engine.queries import Person, words
from engine.queries.cases import IS_CUSTOMER, customer_name
from engine.queries.reading import Reading, reading
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.decisions import Arrangement
from engine.tables.people import User
from engine.tables.process import Subscription

#: Of the words that go into the letters, in characters; as the form of one case has it.
LONGEST_WORDS = 2000


@dataclass(frozen=True)
class ContactHeld:
    """Somebody who is contact or cover of arrangements that go on."""

    name: str
    full_name: str
    #: The last day here; None where no end is known.
    left_on: dt.date | None
    as_contact: int
    as_cover: int


@dataclass(frozen=True)
class HeldArrangement:
    """One arrangement somebody is contact or cover of."""

    id: int
    case_id: int
    case_reference: str
    customer: str
    #: User names, and what people call them; "" for nobody.
    spoc: str
    cover: str
    spoc_name: str
    cover_name: str
    #: In words: E-mail.
    contact_method: str
    contact_address: str
    #: The address is this person's own, so it becomes that of the new contact.
    has_own_address: bool
    #: A review, a request or a letter is open, so that nobody can be named here now.
    is_busy: bool


@dataclass(frozen=True)
class LeavingContact:
    """One person with every arrangement in which somebody else is to be named."""

    name: str
    full_name: str
    left_on: dt.date | None
    held: tuple[HeldArrangement, ...]
    #: (user name, full name) of those who work here and could take over.
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Named:
    """Who is to be named, as a person chose it."""

    #: Arrangement id -> (contact, cover) by user name; "" where nobody was chosen.
    people: Mapping[int, tuple[str, str]]
    #: Why, in the words of the letter to each customer.
    letter: str
    #: Everybody named was asked and agreed (R-043).
    agreed: bool


def contacts_held(database: Database, person: Person) -> tuple[ContactHeld, ...]:
    """Give everybody who is contact or cover of an arrangement that goes on, leavers first.

    Raises NotFound for those who may name no contacts.
    """
    with reading(database, person) as look:
        _only_for(person)
        counted: dict[str, list[int]] = {}
        rows = look.session.execute(
            select(Arrangement.spoc, Arrangement.cover).where(
                Arrangement.ended_on.is_(None), Arrangement.spoc.is_not(None)
            )
        )
        for row in rows:
            for place, name in enumerate(row):
                if name:
                    counted.setdefault(name, [0, 0])[place] += 1
        known = {
            user.name: user
            for user in look.session.scalars(select(User).where(User.name.in_(counted)))
        }
        found = [
            ContactHeld(
                name=name,
                full_name=look.full_name(name),
                left_on=known[name].left_on if name in known else None,
                as_contact=counts[0],
                as_cover=counts[1],
            )
            for name, counts in counted.items()
        ]
    return tuple(sorted(found, key=lambda one: (one.left_on or dt.date.max, one.full_name)))


def held_by(database: Database, person: Person, name: str) -> LeavingContact:
    """Give the arrangements somebody is contact or cover of; NotFound when there is none."""
    with reading(database, person) as look:
        _only_for(person)
        user = look.session.get(User, name)
        held = tuple(_held(look, user, name))
        if not held:
            raise NotFound(f"Expected somebody with an arrangement, but {name} has none.")
        here = people.working_here(look.session, look.today)
        return LeavingContact(
            name=name,
            full_name=look.full_name(name),
            left_on=user.left_on if user else None,
            held=held,
            others=tuple((one.name, one.full_name) for one in here if one.name != name),
        )


def name_others(database: Database, person: Person, name: str, named: Named) -> int:
    """Make the preview of naming others for somebody who leaves; gives the batch.

    Raises NotFound, and InvalidAnswers with a problem for each arrangement: ``spoc.7`` and
    ``cover.7``, ``letter`` and ``agreed``. Who is complained about or cannot be reached in the
    way that applies is said in the preview.
    """
    leaving = held_by(database, person, name)
    problems = [*_words_missing(named), *_people_wrong(leaving, named)]
    if problems:
        raise InvalidAnswers(problems)
    to = {
        str(arrangement_id): {"spoc": spoc, "cover": cover}
        for arrangement_id, (spoc, cover) in named.people.items()
    }
    wanted = {"leaver": name, "by": person.name, "letter": named.letter.strip(), "to": to}
    return start(database, KIND, wanted, by=person.name, reason=f"{leaving.full_name} leaves.")


def _only_for(person: Person) -> None:
    if not MAY_NAME & set(person.roles):
        raise NotFound


def _held(look: Reading, user: User | None, name: str) -> Iterator[HeldArrangement]:
    key = "arrangement:"
    waits = exists().where(
        Subscription.name == "contact_changed",
        Subscription.key == key + Arrangement.id.cast(Subscription.key.type),
    )
    rows = look.session.execute(
        select(Arrangement, CaseFile, Customer.name, waits)
        .join(CaseFile, CaseFile.id == Arrangement.case_id)
        .outerjoin(Customer, IS_CUSTOMER)
        .where(
            Arrangement.id.in_(with_part_for(name)),
            CaseFile.id.in_(select(CaseFile.id).where(sees(look.viewer, Part.CARD))),
        )
        .order_by(Arrangement.spoc != name, CaseFile.reference)
    )
    for arrangement, case, customer, is_free in rows:
        yield HeldArrangement(
            id=arrangement.id,
            case_id=case.id,
            case_reference=case.reference,
            customer=customer_name(customer, case.deleted_on),
            spoc=arrangement.spoc or "",
            cover=arrangement.cover or "",
            spoc_name=look.full_name(arrangement.spoc),
            cover_name=look.full_name(arrangement.cover),
            contact_method=words.name_of("channel", arrangement.contact_method),
            contact_address=arrangement.contact_address,
            has_own_address=user is not None and is_own_address(user, arrangement),
            is_busy=not is_free,
        )


def _words_missing(named: Named) -> Iterator[Problem]:
    said = named.letter.strip()
    if not said:
        yield Problem("letter", "Enter why the contact changes; each customer will read it")
    elif len(said) > LONGEST_WORDS:
        yield Problem("letter", f"Shorten it to {LONGEST_WORDS} characters; it has {len(said)}")
    if not named.agreed:
        yield Problem("agreed", "Ask everybody you name first, then tick that they have agreed")
    if not named.people:
        yield Problem("all-spoc", "Choose at least one arrangement, and who takes it over")


def _people_wrong(leaving: LeavingContact, named: Named) -> Iterator[Problem]:
    held = {one.id: one for one in leaving.held}
    here = dict(leaving.others)
    for arrangement_id, chosen in named.people.items():
        one = held.get(arrangement_id)
        if one is None:
            yield Problem(
                "all-spoc",
                f"Expected arrangements of {leaving.full_name}, but one is somebody else's by "
                "now. Look at the list again.",
            )
            continue
        yield from _missing(leaving, one, chosen, here)
        if chosen[0] and chosen[0] == chosen[1]:
            yield Problem(
                f"cover.{one.id}",
                f"Expected somebody else as cover in {one.case_reference}, but "
                f"{here.get(chosen[0], chosen[0])} is the contact there. Choose another person.",
            )


def _missing(
    leaving: LeavingContact,
    one: HeldArrangement,
    chosen: Sequence[str],
    here: Mapping[str, str],
) -> Iterator[Problem]:
    for part, words_of_part, name in zip(
        ("spoc", "cover"), ("contact", "cover"), chosen, strict=True
    ):
        if name == leaving.name:
            yield Problem(
                f"{part}.{one.id}",
                f"Expected another {words_of_part} in {one.case_reference}, but "
                f"{leaving.full_name} is the one who leaves. Choose somebody else.",
            )
        elif name not in here:
            yield Problem(
                f"{part}.{one.id}",
                f"Choose somebody who works here as the {words_of_part} in {one.case_reference}",
            )
