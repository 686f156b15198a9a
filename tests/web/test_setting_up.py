"""Setting the installation up on its pages: words of the landlord, people, roles, e-mail."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.database import Database
from engine.tables.people import RoleHolder, User
from engine.tables.process import Outbox
from tests.web.visitor import Visitor

As = Callable[[str], Visitor]
PATHS = (
    "/setting-up",
    "/setting-up/own/landlord",
    "/setting-up/people",
    "/setting-up/people/add",
    "/setting-up/people/mo",
    "/setting-up/people/mo/change",
    "/setting-up/people/mo/role",
    "/setting-up/people/mo/leaves",
    "/setting-up/roles",
    "/setting-up/days",
    "/setting-up/email",
)


@pytest.fixture
def iris(as_: As) -> Visitor:
    return as_("iris")


def test_the_first_page_of_an_administrator_says_what_is_missing(iris: Visitor) -> None:
    page = iris.get("/")
    assert page.path == "/setting-up"
    assert "still missing before real cases may begin" in page.text
    assert "Your name and letterhead" in page.text
    assert "Real people and real time" in page.text
    assert "Sign-in with your organisation's accounts" in page.text
    assert "A backup made lately" in page.text
    assert page.tree.xpath("//nav//a[@href='/setting-up']")
    assert not page.tree.xpath("//nav//a[@href='/cases']")


@pytest.mark.parametrize("name", ["amina", "mo", "claire", "kit", "olive", "priya"])
def test_for_others_the_pages_do_not_exist(as_: As, name: str) -> None:
    visitor = as_(name)
    for path in PATHS:
        visitor.get(path, 404)


def test_an_administrator_sees_no_case_and_no_caller(iris: Visitor) -> None:
    for path in ("/register", "/running", "/callers", "/stuck", "/batches", "/dates", "/drafts"):
        iris.get(path, 404)
    assert "There is no case you may see." in iris.get("/cases").text


def test_the_landlord_says_its_name_and_it_counts(app: Flask, iris: Visitor) -> None:
    page = iris.get("/setting-up").follow("Your name and letterhead")
    assert "comes from the published policy" in page.text
    assert page.one("//input[@name='landlord.name']").get("value") == "Northfield Homes"
    wrong = page.press("Save", landlord___name="", landlord___email_domain="@homes.example")
    assert [where for _, where in wrong.errors] == [
        "#landlord-name",
        "#landlord-address",
        "#landlord-phone",
        "#landlord-email_domain",
    ]
    page = wrong.press(
        "Save",
        landlord___name="Mill Lane Homes",
        landlord___address="1 Mill Lane\nMilltown",
        landlord___phone="01632 960 100",
        landlord___email_domain="mill-lane.example",
    )
    assert page.path == "/setting-up"
    assert page.banner == "Saved."
    assert "Mill Lane Homes" in iris.get("/setting-up/own/landlord").one(
        "//input[@name='landlord.name']"
    ).get("value")
    assert ("own_values_set", "iris") in audited(app)


def test_somebody_is_added_given_a_role_and_leaves(app: Flask, iris: Visitor) -> None:
    page = iris.get("/setting-up/people").follow("Add somebody")
    wrong = page.press("Save", name="Mo", email="not one")
    assert [where for _, where in wrong.errors] == [
        "#name",
        "#full_name",
        "#job_title",
        "#email",
    ]
    page = wrong.press(
        "Save",
        name="nora",
        full_name="Nora Quill",
        job_title="Team leader",
        email="nora@northfield-homes.example",
    )
    assert page.heading == "Nora Quill"
    page = page.follow("Give a role").press("Give this role", role="team_leader", deputy="amina")
    assert "Team leader" in page.text
    assert "Amina Diallo" in page.text
    page = page.follow("They leave").press(
        "They leave on this day", day__day="31", day__month="3", day__year="2026"
    )
    assert "Leaves on Tue 31 Mar 2026" in page.text
    with database(app).reading() as session:
        user = session.get_one(User, "nora")
        row = session.scalars(select(RoleHolder).where(RoleHolder.user_name == "nora")).one()
        assert user.left_on == row.until_on is not None
    kept = audited(app)
    for action in ("person_added", "role_given", "person_left"):
        assert (action, "iris") in kept


def test_who_is_alone_in_a_role_leaves_only_with_a_successor(iris: Visitor) -> None:
    page = iris.get("/setting-up/people/dorothy/leaves")
    day = {"day__day": "31", "day__month": "3", "day__year": "2026"}
    wrong = page.press("They leave on this day", **day)
    assert wrong.errors == [
        (
            "Expected somebody else to hold this role from Wed 1 Apr 2026, but nobody would. "
            "Choose who takes it over; not yourself.",
            "#successor-dmo",
        )
    ]
    page = wrong.send("They leave on this day", {"successor-dmo": "claire"})
    assert "Leaves on Tue 31 Mar 2026" in page.text
    held = iris.get("/setting-up/people/claire").text
    assert "Data Management Officer" in held
    assert "Begins later" in held


def test_a_second_data_management_officer_is_refused(iris: Visitor) -> None:
    page = iris.get("/setting-up/people/claire/role")
    wrong = page.press("Give this role", role="dmo")
    assert wrong.errors[0][0] == (
        "Expected one person at a time as the Data Management Officer, but Dorothy Pell is it "
        "until further notice. End that first, or name a deputy there."
    )


def test_nobody_changes_their_own_roles(iris: Visitor) -> None:
    page = iris.get("/setting-up/people/iris")
    assert "a colleague who sets this up changes them" in page.text
    wrong = iris.get("/setting-up/people/iris/role").press("Give this role", role="legal")
    assert "decide about your own roles" in wrong.errors[0][0]


def test_the_last_holder_of_a_role_keeps_it(iris: Visitor) -> None:
    page = iris.get("/setting-up/people/claire").follow("Complaints Manager")
    wrong = page.press("End this role", day__day="3", day__month="3", day__year="2026")
    assert wrong.errors == [
        (
            "Expected somebody to be the Complaints Manager on Wed 4 Mar 2026, but nobody would. "
            "Give the role to somebody else first.",
            "#day-day",
        )
    ]
    page = iris.get("/setting-up/people/amina").follow("Team leader")
    page = page.press("End this role", day__day="3", day__month="3", day__year="2026")
    assert "Over" in page.text


def test_a_deputy_is_somebody_else_who_works_here(iris: Visitor) -> None:
    page = iris.get("/setting-up/people/claire").follow("Complaints Manager")
    page = page.press("Save the deputy", deputy="leo")
    assert "Leo Farrant" in page.text
    assert "Stands in as Complaints Manager" in iris.get("/setting-up/people?search=leo").text


def test_a_role_from_the_sign_in_of_the_organisation_says_so(app: Flask, iris: Visitor) -> None:
    with database(app).writing() as session:
        rows = session.scalars(select(RoleHolder).where(RoleHolder.user_name == "amina"))
        rows.one().given_by = "https://login.homes.example"
    page = iris.get("/setting-up/people/amina")
    assert "sign-in" in page.one("//td[@data-label='Role']//span").text
    assert "Take it away there." in page.follow("Team leader").text
    assert "sign-in gives this role" not in iris.get("/setting-up/people/mo").text


def test_days_are_shown_and_changed_by_those_whose_cases_move(as_: As, iris: Visitor) -> None:
    page = iris.get("/setting-up/days")
    assert "Good Friday" in page.text
    assert "Add or take out a day" not in page.text
    changed = as_("dorothy").get("/setting-up/days").follow("Add or take out a day")
    assert changed.heading == "The calendar changed"


def test_a_test_message_goes_out_once_a_minute(app: Flask, iris: Visitor) -> None:
    page = iris.get("/setting-up/email")
    assert "No mail server is set" in page.text
    page = page.press("Send a test message to me")
    assert "is on its way" in page.text
    page = page.press("Send a test message to me")
    assert "a minute between two test messages" in page.text
    with database(app).reading() as session:
        row = session.scalars(select(Outbox)).one()
        assert row.content["to"] == "iris@northfield-homes.example"


def audited(app: Flask) -> list[tuple[str, str | None]]:
    """Give action and actor of each link of the administration chain."""
    with database(app).reading() as session:
        rows = session.execute(
            select(AuditEvent.action, AuditDetail.actor)
            .join(AuditDetail, AuditDetail.event_id == AuditEvent.id)
            .where(AuditEvent.chain == "administration")
        )
        return [(action, actor) for action, actor in rows]


def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found
