"""The look-up: the card of an arrangement in force for whoever answers a call, and no more."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.errors import NotFound
from engine.queries import callers, case, contact_subjects
from engine.tables.absences import StandIn
from engine.tables.database import Database
from engine.tables.decisions import Arrangement
from engine.tables.people import User
from tests.absent import away
from tests.engine.queries.landlord import TODAY, Pen, full_case, person


@pytest.mark.parametrize("search", ["jo carter", "ELM", "2045/9"])
def test_a_caller_is_found_by_name_address_or_tenancy(both_houses: Database, search: str) -> None:
    with both_houses.writing() as session:
        full_case(Pen(session))
    found = callers(both_houses, person("cora"), search)
    (card,) = found.cards
    assert (card.customer, card.spoc, card.cover) == ("Jo Carter", "Priya Nair", "Tom Reed")
    assert (card.contact_method, card.contact_address) == ("E-mail", "contact@nph.example")
    assert (card.emergency_route, card.visiting) == ("01632 960 100", "Not limited")
    assert [(limit.kind, limit.limit) for limit in card.limits] == [
        ("Only at certain times", "One call on Tuesdays")
    ]
    assert "SECRET" not in str(found)
    assert "SP-2026" not in str(found)


def test_the_card_gives_the_number_to_ring_and_the_hours(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        case = pen.case()
        pen.arrangement(case)
        pen.customer_of(case).phone = "01632 960 555"
        priya = session.get_one(User, "priya")
        priya.phone, priya.working_hours = "01632 960 711", "Monday to Wednesday"
    (card,) = callers(house, person("cora"), "960 555").cards
    assert (card.spoc_phone, card.spoc_hours) == ("01632 960 711", "Monday to Wednesday")
    assert not card.is_covered


def test_the_cover_answers_today_when_the_contact_has_left(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        pen.arrangement(pen.case())
        session.get_one(User, "priya").left_on = TODAY - dt.timedelta(days=1)
    (card,) = callers(house, person("cora"), "carter").cards
    assert (card.is_covered, card.cover) == (True, "Tom Reed")


def absent(pen: Pen, *, stand_in: str | None, address: str = "") -> Arrangement:
    """Let Priya Nair be away today; the address is her own unless another is given."""
    case = pen.case()
    own = pen.session.get_one(User, "priya").email
    arrangement = pen.arrangement(case, contact_address=address or own.upper())
    last = TODAY + dt.timedelta(days=3)
    pen.add(
        StandIn(
            absence_id=away(pen.session, "priya", TODAY, last).id,
            case_id=case.id,
            arrangement_id=arrangement.id,
            user_name=stand_in,
            from_on=TODAY,
            until_on=last,
        )
    )
    return arrangement


def test_an_address_nobody_reads_is_not_given(house: Database) -> None:
    """R-072: the contact is away and nobody stands in."""
    with house.writing() as session:
        absent(Pen(session), stand_in=None)
    (card,) = callers(house, person("cora"), "carter").cards
    assert (card.stands_in, card.contact_address, card.is_unread) == ("", "", True)
    (subject,) = contact_subjects.find(house, person("cora"), "carter").subjects
    assert (subject.away_until, subject.stands_in) == (TODAY + dt.timedelta(days=3), "")
    assert (subject.contact_address, subject.is_unread) == ("", True)


def test_meanwhile_the_address_is_that_of_who_stands_in(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        case_id = absent(pen, stand_in="tom").case_id
        toms = session.get_one(User, "tom").email
    (card,) = callers(house, person("cora"), "carter").cards
    assert (card.stands_in, card.contact_address, card.is_unread) == ("Tom Reed", toms, True)
    shown = case(house, case_id, person("dorothy")).card
    assert shown is not None
    assert shown.read_at == toms


def test_an_address_that_several_read_stays_while_the_contact_is_away(house: Database) -> None:
    with house.writing() as session:
        absent(Pen(session), stand_in=None, address="contact@nph.example")
    (card,) = callers(house, person("cora"), "carter").cards
    assert (card.contact_address, card.is_unread) == ("contact@nph.example", False)


def test_a_cover_who_has_left_too_is_not_named(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        priya, tom = (session.get_one(User, name) for name in ("priya", "tom"))
        case_id = pen.arrangement(pen.case(), contact_address=priya.email).case_id
        priya.left_on = tom.left_on = TODAY - dt.timedelta(days=1)
    (card,) = callers(house, person("cora"), "carter").cards
    assert (card.is_covered, card.cover, card.contact_address) == (True, "", "")
    (subject,) = contact_subjects.find(house, person("cora"), "carter").subjects
    assert (subject.has_left, subject.instead, subject.contact_address) == (True, "", "")
    shown = case(house, case_id, person("dorothy")).card
    assert shown is not None
    assert (shown.has_left, shown.covered_by, shown.read_at) == (True, "", "")


def test_of_a_contact_who_left_the_covers_own_address_is_given(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        priya, toms = session.get_one(User, "priya"), session.get_one(User, "tom").email
        case_id = pen.arrangement(pen.case(), contact_address=priya.email).case_id
        priya.left_on = TODAY - dt.timedelta(days=1)
    (subject,) = contact_subjects.find(house, person("cora"), "carter").subjects
    assert (subject.instead, subject.contact_address) == ("Tom Reed", toms)
    shown = case(house, case_id, person("dorothy")).card
    assert shown is not None
    assert (shown.covered_by, shown.read_at) == ("Tom Reed", toms)


@pytest.mark.parametrize(
    "terms",
    [
        {"in_force_on": None},
        {"in_force_on": TODAY + dt.timedelta(days=1)},
        {"ended_on": TODAY, "end_reason": "ceased"},
    ],
)
def test_who_has_no_arrangement_in_force_is_not_found(
    house: Database, terms: dict[str, object]
) -> None:
    with house.writing() as session:
        pen = Pen(session)
        pen.arrangement(pen.case(), **terms)
        pen.case(name="Jo Carterson")
    assert callers(house, person("cora"), "carter").cards == ()


def test_a_limit_to_come_is_not_told_yet(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        pen.limit(pen.arrangement(pen.case()), from_on=TODAY + dt.timedelta(days=1))
    (card,) = callers(house, person("cora"), "carter").cards
    assert card.limits == ()


@pytest.mark.parametrize("search", ["", "ca", "  a "])
def test_a_short_text_does_not_list_the_register(house: Database, search: str) -> None:
    with house.writing() as session:
        full_case(Pen(session))
    found = callers(house, person("cora"), search)
    assert found.is_too_short
    assert found.cards == ()


def test_of_many_the_first_ten_are_shown_with_the_same_few_statements(
    both_houses: Database, statements: list[str]
) -> None:
    with both_houses.writing() as session:
        pen = Pen(session)
        for number in range(11):
            pen.arrangement(pen.case(name=f"Carter {number}"))
    callers(both_houses, person("cora"), "carter")
    statements.clear()
    found = callers(both_houses, person("cora"), "carter")
    assert (len(found.cards), found.are_more) == (10, True)
    assert len(statements) <= 4


@pytest.mark.parametrize("name", ["amina", "mark", "dorothy", "ann", "lee", "sia", "priya"])
def test_everybody_who_answers_customers_may_look_up(house: Database, name: str) -> None:
    with house.writing() as session:
        full_case(Pen(session))
    assert len(callers(house, person(name), "carter").cards) == 1


def test_it_does_not_exist_for_the_process_owner(house: Database) -> None:
    with pytest.raises(NotFound):
        callers(house, person("olga"), "carter")
