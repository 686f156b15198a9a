"""What the landlord says of itself is what letters, arrangements and flags say from then on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from engine.errors import InvalidAnswers, NotFound
from engine.own_values import GROUPS, checked, figure_here, setting_of
from engine.queries.people import Person
from engine.scenario import Scenario, add_people
from engine.setting_up import keep_own
from engine.setting_up import own_values as asked
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Flag
from engine.tables.process import WorkItem
from tests.engine.commands.conftest import TAKEN_OVER, held_landlord

DOROTHY = Person("dorothy", "Dorothy", "", ("dmo",))
LANDLORD = {
    "landlord.name": "Mill Lane Homes",
    "landlord.address": " 1 Mill  Lane \r\n\r\nMilltown",
    "landlord.phone": "01632 960 100",
    "landlord.email": "",
    "landlord.email_domain": "mill-lane.example",
}
ROUTES = {
    "appeal.addressee": "the Data Management Officer, appeals@mill-lane.example",
    "emergency.route": "our Contact Centre on 01632 960 999, at any time of day",
    "emergency.routes": "Contact Centre 01632 960 999\nGas 0800 111 999",
}
PARTNER = {"partner.share": "no", "partner.name": "none", "partner.agreement": "none"}


@pytest.fixture
def house(sqlite_database: Database) -> Iterator[Scenario]:
    yield from held_landlord(sqlite_database)


def test_what_is_said_here_goes_before_the_release_and_nothing_else_does() -> None:
    settings = {setting_of("landlord.name"): "Ours", setting_of("appeal.sla"): "99"}
    assert figure_here(settings, "landlord.name", "Theirs") == "Ours"
    assert figure_here({}, "landlord.name", "Theirs") == "Theirs"
    assert figure_here(settings, "appeal.sla", 5) == 5
    listed = {setting_of("flags.systems"): "One\nTwo"}
    assert figure_here(listed, "flags.systems", ["Three"]) == ["One", "Two"]


def test_letters_arrangements_and_flags_say_it(house: Scenario) -> None:
    keep_own(house.db, "landlord", LANDLORD, by="dorothy")
    keep_own(house.db, "routes", ROUTES, by="dorothy")
    keep_own(house.db, "systems", {"flags.systems": "Housing system\nRepairs"}, by="dorothy")
    given = {**TAKEN_OVER, "contact_address": "priya@mill-lane.example"}
    house.receive("arrangement_taken_over", by="dorothy", answers=given)
    with house.db.reading() as session:
        row = session.scalars(select(Arrangement)).one()
        assert row.owner_organisation == "Mill Lane Homes"
        assert row.emergency_route == ROUTES["emergency.route"]
        names = session.scalars(select(WorkItem.name)).all()
        flags = session.scalars(select(Flag.system)).all()
    assert {"Housing system", "Repairs"} <= {*flags, *(n.split(": ")[-1] for n in names)}


def test_an_address_of_another_house_is_refused_once_the_domain_is_said(house: Scenario) -> None:
    keep_own(house.db, "landlord", LANDLORD, by="dorothy")
    with pytest.raises(InvalidAnswers, match=r"mill-lane\.example"):
        house.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)


def test_old_and_new_are_kept_with_who_said_it(house: Scenario) -> None:
    assert keep_own(house.db, "landlord", LANDLORD, by="dorothy") == 5
    assert keep_own(house.db, "landlord", LANDLORD, by="dorothy") == 0
    changed = {**LANDLORD, "landlord.name": "Mill Homes"}
    assert keep_own(house.db, "landlord", changed, by="dorothy") == 1
    with house.db.reading() as session:
        last = session.scalars(
            select(AuditDetail)
            .join(AuditEvent, AuditEvent.id == AuditDetail.event_id)
            .where(AuditEvent.action == "own_values_set")
            .order_by(AuditEvent.id.desc())
        ).first()
    assert last is not None
    assert (last.actor, last.old, last.new) == (
        "dorothy",
        {"landlord.name": "Mill Lane Homes"},
        {"landlord.name": "Mill Homes"},
    )
    said = {one.value.name: one for one in asked(house.db, DOROTHY, "landlord")}
    assert said["landlord.address"].text == "1 Mill Lane\nMilltown"
    assert said["landlord.email"].is_own
    assert said["landlord.email"].text == ""


def test_the_values_of_the_release_count_until_something_is_said(house: Scenario) -> None:
    said = {one.value.name: one for one in asked(house.db, DOROTHY, "systems")}
    assert said["flags.systems"].text == "JADU CRM\nOpen Housing"
    assert not said["flags.systems"].is_own


def test_others_neither_read_nor_say_it(house: Scenario) -> None:
    add_people(house.db, {"iris": ["administrator"]})
    keep_own(house.db, "partner", PARTNER, by="iris")
    for name in ("amina", "mo", "olive", "nobody"):
        with pytest.raises(NotFound):
            keep_own(house.db, "partner", PARTNER, by=name)
        with pytest.raises(NotFound):
            asked(house.db, Person(name, "", "", ()), "partner")
    with pytest.raises(NotFound):
        keep_own(house.db, "no such group", {}, by="iris")


@pytest.mark.parametrize(
    ("group", "changed", "said"),
    [
        ("landlord", {"landlord.name": "  "}, "but it is empty"),
        ("landlord", {"landlord.name": "One\nTwo"}, "Expected at most 1 lines, but there are 2"),
        ("landlord", {"landlord.name": "x" * 201}, "at most 200 characters a line"),
        ("landlord", {"landlord.name": "Homes\u202e"}, "do not print"),
        ("landlord", {"landlord.address": "\n".join("abcdefg")}, "at most 6 lines"),
        ("landlord", {"landlord.email_domain": "someone@homes.example"}, "without @"),
        ("landlord", {"landlord.email_domain": "Homes.example"}, "in small letters"),
        ("landlord", {"landlord.email_domain": "-homes.example"}, "Expected a domain"),
        ("landlord", {"landlord.email": "team"}, "Expected an e-mail address"),
        ("routes", {"appeal.addressee": "your single point of contact"}, "who is not the single"),
        ("routes", {"appeal.addressee": "your SPOC"}, "who is not the single"),
        ("routes", {"emergency.route": "us, as soon as possible"}, "there is neither"),
        ("routes", {"emergency.routes": "Gas 1\ngas 1"}, "“Gas 1” is there twice"),
        ("systems", {"flags.systems": "\n".join(f"S{n}" for n in range(21))}, "at most 20"),
        ("partner", {"partner.share": "perhaps"}, "Choose yes or no"),
        ("partner", {"partner.share": "yes"}, "it says none"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    group: str, changed: dict[str, Any], said: str
) -> None:
    whole = {"landlord": LANDLORD, "routes": ROUTES, "systems": {}, "partner": PARTNER}[group]
    _, problems = checked(group, {**whole, **changed})
    assert said in problems[0].message
    assert problems[0].question in {one.name for one in GROUPS[group]}


def test_each_value_that_is_said_to_be_a_figure_is_one(house: Scenario) -> None:
    of_release = {
        one.value.name for group in GROUPS for one in asked(house.db, DOROTHY, group) if one.text
    }
    assert of_release == {one.name for group in GROUPS.values() for one in group if one.is_figure}
