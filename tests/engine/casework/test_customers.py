"""Customers: known by tenancy and name, brought up to date, two tenants told apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from engine.casework import cases, customers
from engine.operations import REGISTRY
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from tests.engine.casework.new_case import OPENED, Landlord, at_work, form_named


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


def test_what_a_new_case_changes_of_a_known_customer_is_in_its_log(landlord: Landlord) -> None:
    landlord.answer("open_case", "2026-01-12", OPENED)
    landlord.rows(CaseFile)[0].closed_on = dt.date(2026, 2, 1)
    moved = {**OPENED, "address": "9 Mill Lane\nNorthfield"}
    landlord.open("2026-02-12", **moved)
    event = next(row for row in landlord.rows(AuditEvent) if row.action == "customer_changed")
    detail = landlord.session.get_one(AuditDetail, event.id)
    assert event.chain == f"case:{landlord.ids['case_id']}"
    assert detail.old == {"address": OPENED["address"]}
    assert detail.new == {"address": "9 Mill Lane\nNorthfield"}


CHANGED = {
    "customer_name": "Jo Carter",
    "customer_kind": "joint_tenant",
    "other_tenants": "Sam Carter",
    "address": "4 Elm Court\nNorthfield",
    "tenancy_reference": "204518/02",
    "language": "Polish",
    "formats": ["large_print", "bsl"],
    "cannot_use": ["telephone"],
    "needs": "Visits after noon",
}


def test_a_change_is_written_down_with_what_stood_there_before(landlord: Landlord) -> None:
    landlord.answer("open_case", "2026-01-12", OPENED)
    landlord.answer("change_customer", "2026-01-15", CHANGED)
    customer = landlord.rows(Customer)[0]
    assert (customer.kind, customer.email, customer.cannot_use) == (
        *("joint_tenant", ""),
        ["telephone"],
    )
    assert customers.needs_of(customer) == (
        "Language: Polish\nLarge print\nBritish Sign Language\n"
        "Cannot use the telephone\nVisits after noon"
    )
    event = next(row for row in landlord.rows(AuditEvent) if row.action == "customer_changed")
    detail = landlord.session.get_one(AuditDetail, event.id)
    assert detail.old["email"] == "jo.carter@mail.example"
    assert detail.new["email"] == ""
    assert "address" not in detail.new


def test_what_was_changed_is_offered_as_it_stands(landlord: Landlord) -> None:
    landlord.answer("open_case", "2026-01-12", OPENED)
    landlord.answer("change_customer", "2026-01-15", CHANGED)
    context = landlord.context("2026-01-16")
    form = form_named("change_customer")
    offered = {
        one.id: REGISTRY.facts[one.default_from](context)
        for one in form.questions
        if one.default_from
    }
    assert {name: value for name, value in offered.items() if value} == CHANGED


def test_a_change_makes_no_second_customer_of_the_same_name(landlord: Landlord) -> None:
    landlord.answer("open_case", "2026-01-12", OPENED)
    customers.keep(landlord.context("2026-01-12"), {**OPENED, "customer_name": "Sam Carter"})
    found = landlord.problems(
        "change_customer", "2026-01-15", {**CHANGED, "customer_name": "sam carter"}
    )
    assert "is another customer here" in found["customer_name"]
    wrong = landlord.problems(
        "change_customer", "2026-01-15", {**CHANGED, "tenancy_reference": "unknown"}
    )
    assert wrong["tenancy_reference"].startswith("Expected a tenancy reference")
