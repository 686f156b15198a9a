"""Customers: known by tenancy and name, brought up to date, two tenants told apart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.casework import cases, customers
from engine.tables.casefile import Customer
from engine.tables.database import Database
from tests.engine.casework.new_case import OPENED, Landlord, at_work


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        found.ids["case_id"] = cases.open_case(found.context("2026-01-12")).id
        yield found


@pytest.mark.parametrize("reference", ["204518/02", "NPH-12.7", "ten 44 A"])
def test_a_tenancy_reference_has_letters_digits_and_signs(
    landlord: Landlord, reference: str
) -> None:
    answers = {**OPENED, "tenancy_reference": reference}
    assert landlord.problems("open_case", "2026-01-12", answers) == {}


@pytest.mark.parametrize("reference", ["unknown", "n/a", "?4?", "12", "204518/"])
def test_what_cannot_be_a_tenancy_reference_is_refused(landlord: Landlord, reference: str) -> None:
    answers = {**OPENED, "tenancy_reference": reference}
    found = landlord.problems("open_case", "2026-01-12", answers)
    assert found["tenancy_reference"].startswith("Expected a tenancy reference")


def test_a_known_customer_is_found_again_and_brought_up_to_date(landlord: Landlord) -> None:
    context = landlord.context("2026-01-12")
    first = customers.keep(context, {**OPENED, "needs": "Call before writing."})
    moved = {
        **OPENED,
        "customer_name": "JO CARTER",
        "address": "9 Oak Road",
        "email": "jo@b.example",
    }
    again = customers.keep(context, moved)
    assert again.id == first.id
    assert (again.address, again.email) == ("9 Oak Road", "jo@b.example")
    assert again.needs == "Call before writing."


def test_two_tenants_of_one_home_are_two_customers(landlord: Landlord) -> None:
    context = landlord.context("2026-01-12")
    customers.keep(context, OPENED)
    customers.keep(context, {**OPENED, "customer_name": "Sam Carter"})
    assert [row.name for row in landlord.rows(Customer)] == ["Jo Carter", "Sam Carter"]


def test_a_need_is_kept_once(landlord: Landlord) -> None:
    landlord.answer("open_case", "2026-01-12", {**OPENED, "needs": "Large print"})
    context = landlord.context("2026-01-15")
    customers.add_need(context, "Call after noon")
    customers.add_need(context, "Call after noon")
    assert landlord.rows(Customer)[0].needs == "Large print\nCall after noon"


def test_a_case_without_a_customer_has_no_customer(landlord: Landlord) -> None:
    context = landlord.context("2026-01-12")
    assert customers.of_case(context) is None
    customers.add_need(context, "Call after noon")
