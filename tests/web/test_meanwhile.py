"""Two people at once on one page: nobody's change is undone, and both at once is asked about."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from engine.tables.casefile import Customer
from engine.tables.database import Database
from engine.tables.people import User
from engine.tables.process import Setting
from tests.web import case_file
from tests.web.visitor import Visitor

As = Callable[[str], Visitor]


def customer(app_database: Database) -> Customer:
    with app_database.reading() as session:
        return session.scalars(select(Customer)).one()


@pytest.fixture
def form(app: Flask, app_database: Database) -> str:
    """The form that changes a customer with a reference and an address."""
    case_id = case_file.write(app)
    with app_database.writing() as session:
        one = session.scalars(select(Customer)).one()
        one.tenancy_reference, one.phone = "204518/02", "01632 960001"
    return f"/cases/{case_id}/act/change_customer"


def test_what_a_colleague_changed_meanwhile_is_not_undone(
    as_: As, app_database: Database, form: str
) -> None:
    mine, theirs = as_("dorothy").get(form), as_("mo").get(form)
    theirs.press("Continue", phone="01632 960002").press("Confirm and record")
    mine.press("Continue", address="9 Mill Lane").press("Confirm and record")
    found = customer(app_database)
    assert (found.phone, found.address) == ("01632 960002", "9 Mill Lane")


def test_what_both_changed_is_asked_about_and_then_kept(
    as_: As, app_database: Database, form: str
) -> None:
    mine, theirs = as_("dorothy").get(form), as_("mo").get(form)
    theirs.press("Continue", phone="01632 960002", address="9 Mill Lane").press(
        "Confirm and record"
    )
    page = mine.press("Continue", phone="01632 960003")
    assert page.status == 422
    assert [where for _sentence, where in page.errors] == ["#phone"]
    assert "it says “01632 960002” now" in page.errors[0][0]
    page.press("Continue").press("Confirm and record")
    found = customer(app_database)
    assert (found.phone, found.address) == ("01632 960003", "9 Mill Lane")


def test_a_change_between_check_your_answers_and_sending_it_is_not_undone(
    as_: As, app_database: Database, form: str
) -> None:
    mine = as_("dorothy").get(form).press("Continue", address="9 Mill Lane")
    as_("mo").get(form).press("Continue", phone="01632 960002").press("Confirm and record")
    mine.press("Confirm and record")
    found = customer(app_database)
    assert (found.phone, found.address) == ("01632 960002", "9 Mill Lane")


def test_two_administrators_undo_nothing_of_each_other(as_: As, app_database: Database) -> None:
    path = "/setting-up/own/landlord"
    iris = as_("iris")
    first = iris.get(path).press(
        "Save",
        **{"landlord.address": "1 High Street\nNorthfield", "landlord.phone": "01632 960100"},
    )
    assert first.banner
    mine, theirs = iris.get(path), iris.get(path)
    theirs.press("Save", **{"landlord.phone": "01632 960200"})
    assert mine.press("Save", **{"landlord.name": "Northfield Council"}).banner
    with app_database.reading() as session:
        assert session.get_one(Setting, "own.landlord.phone").value == "01632 960200"
    mine, theirs = iris.get(path), iris.get(path)
    theirs.press("Save", **{"landlord.phone": "01632 960300"})
    page = mine.press("Save", **{"landlord.phone": "01632 960400"})
    assert page.status == 422
    assert "it says “01632 960300” now" in page.errors[0][0]
    assert page.press("Save").banner


def test_what_is_kept_of_a_person_is_not_undone(as_: As, app_database: Database) -> None:
    path = "/setting-up/people/mo/change"
    iris = as_("iris")
    mine, theirs = iris.get(path), iris.get(path)
    theirs.press("Save", phone="01632 960500")
    mine.press("Save", job_title="Head of service")
    with app_database.reading() as session:
        mo = session.get_one(User, "mo")
    assert (mo.phone, mo.job_title) == ("01632 960500", "Head of service")
