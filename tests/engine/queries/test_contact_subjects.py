"""Whose contact it is: found by any word, also by those who see no case."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.errors import NotFound
from engine.own_values import setting_of
from engine.queries import contact_subjects
from engine.tables.casefile import Customer
from engine.tables.database import Database
from engine.tables.process import Setting
from tests.engine.queries.landlord import TODAY, Pen, full_case, person


@pytest.mark.parametrize(
    "search", ["jo carter", "CARTER jo", "elm", "2045/9", "20459", "cart", "SP-2026-0"]
)
def test_a_customer_is_found_by_any_word_and_by_case(both_houses: Database, search: str) -> None:
    with both_houses.writing() as session:
        full_case(Pen(session))
    (found,) = contact_subjects.find(both_houses, person("dorothy"), search).subjects
    assert (found.customer, found.spoc, found.sees_case) == ("Jo Carter", "Priya Nair", True)
    assert found.emergency_route == "01632 960 100"


def test_the_contact_centre_finds_whom_it_answers_and_learns_no_more(house: Database) -> None:
    with house.writing() as session:
        case = full_case(Pen(session))
        reference = case.reference
    (found,) = contact_subjects.find(house, person("cora"), "carter").subjects
    assert (found.customer, found.sees_case, found.needs) == ("Jo Carter", False, "")
    assert "SECRET" not in str(found)
    assert reference not in str(found)
    assert contact_subjects.find(house, person("cora"), reference).subjects == ()


def test_a_case_without_an_arrangement_is_there_only_for_those_who_see_it(house: Database) -> None:
    with house.writing() as session:
        case_id = Pen(session).case(name="Jo Carter").id
    assert contact_subjects.one(house, person("amina"), case_id).spoc == ""
    for name in ("cora", "carl", "olga"):
        assert contact_subjects.find(house, person(name), "carter").subjects == (), name
        with pytest.raises(NotFound):
            contact_subjects.one(house, person(name), case_id)


def test_nothing_is_logged_for_a_closed_case(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        case = pen.case(closed_on=TODAY, stage="closed")
        pen.arrangement(case, ended_on=TODAY, end_reason="ceased")
        case_id = case.id
    with pytest.raises(NotFound):
        contact_subjects.one(house, person("dorothy"), case_id)


def test_an_emergency_has_a_route_before_anything_is_agreed(house: Database) -> None:
    with house.writing() as session:
        case_id = Pen(session).case().id
    known = contact_subjects.one(house, person("amina"), case_id).emergency_route
    assert known
    assert contact_subjects.emergency_route(house, person("amina"))


def test_the_landlords_own_route_is_said_in_place_of_the_releases(house: Database) -> None:
    with house.writing() as session:
        session.add(Setting(name=setting_of("emergency.route"), value="01632 960 999"))
        case_id = Pen(session).case().id
    assert contact_subjects.one(house, person("amina"), case_id).emergency_route == "01632 960 999"


@pytest.mark.parametrize("search", ["", "jo", "  a "])
def test_a_short_text_lists_nobody(house: Database, search: str) -> None:
    with house.writing() as session:
        full_case(Pen(session))
    assert contact_subjects.find(house, person("dorothy"), search).is_too_short


def test_a_limit_to_come_is_not_told_yet(house: Database) -> None:
    with house.writing() as session:
        pen = Pen(session)
        case = pen.case()
        pen.limit(pen.arrangement(case), from_on=TODAY + dt.timedelta(days=1))
        case_id = case.id
    assert contact_subjects.one(house, person("dorothy"), case_id).limits == ()


def test_a_customer_is_found_as_they_are_written_now(both_houses: Database) -> None:
    with both_houses.writing() as session:
        case = Pen(session).case(name="Zoë O'Brien")
        customer = session.get_one(Customer, case.customer_id)
        customer.phone, customer.email = "01632 960 123", "zoe@mail.example"
    for search in ("zoe", "obrien", "O'BRI", "01632960123", "960 123", "zoe@mail"):
        assert contact_subjects.find(both_houses, person("dorothy"), search).subjects, search
    with both_houses.writing() as session:
        session.get_one(Customer, 1).name = "Zoë Marsh"
    assert not contact_subjects.find(both_houses, person("dorothy"), "obrien").subjects
    assert contact_subjects.find(both_houses, person("dorothy"), "zoe marsh").subjects


@pytest.mark.parametrize("search", ["%%%", "___", "'--", "\\\\\\"])
def test_signs_alone_find_nobody(both_houses: Database, search: str) -> None:
    with both_houses.writing() as session:
        full_case(Pen(session))
    assert contact_subjects.find(both_houses, person("dorothy"), search).subjects == ()


def test_many_are_shown_with_the_same_few_statements(
    both_houses: Database, statements: list[str]
) -> None:
    with both_houses.writing() as session:
        pen = Pen(session)
        for number in range(11):
            pen.arrangement(pen.case(name=f"Carter {number}"))
    contact_subjects.find(both_houses, person("cora"), "carter")
    statements.clear()
    found = contact_subjects.find(both_houses, person("cora"), "carter")
    assert (len(found.subjects), found.are_more) == (10, True)
    assert len(statements) <= 8
