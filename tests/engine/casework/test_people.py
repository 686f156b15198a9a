"""People: the roles they hold on a date, and whom a piece of work falls to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from engine.casework import complained_about, holders, people
from engine.casework.people import Holder
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.decisions import Arrangement
from engine.tables.people import RoleHolder, User
from tests.absent import away
from tests.engine.casework.new_case import Landlord, at_work

ON = dt.date(2026, 3, 26)


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        yield found


def leave(landlord: Landlord, name: str, on: str) -> None:
    landlord.session.get_one(User, name).left_on = dt.date.fromisoformat(on)


def test_a_role_is_held_from_a_date_to_a_date(landlord: Landlord) -> None:
    landlord.session.add(
        RoleHolder(role="dmo", user_name="tom", from_on=ON, until_on=dt.date(2026, 4, 1))
    )
    days = [dt.date(2026, 3, 25), ON, dt.date(2026, 4, 1), dt.date(2026, 4, 2)]
    held = [people.roles_of(landlord.session, "tom", day) for day in days]
    assert held == [set(), {"dmo"}, {"dmo"}, set()]


def test_a_deputy_holds_the_role_for_exactly_the_days_its_holder_is_away(
    landlord: Landlord,
) -> None:
    landlord.session.add(
        RoleHolder(role="dmo", user_name="tom", deputy="carl", from_on=dt.date(2025, 1, 1))
    )
    away(landlord.session, "tom", ON, ON + dt.timedelta(days=1))
    for days in (-1, 2):
        day = ON + dt.timedelta(days=days)
        assert people.roles_of(landlord.session, "carl", day) == {"team_leader"}
        assert people.holders_of(landlord.session, "dmo", day) == ["dorothy", "tom"]
    for days in (0, 1):
        day = ON + dt.timedelta(days=days)
        assert people.roles_of(landlord.session, "carl", day) == {"team_leader", "dmo"}
        assert people.holders_of(landlord.session, "dmo", day) == ["dorothy", "tom", "carl"]


def test_a_deputy_takes_over_where_the_holder_has_left(landlord: Landlord) -> None:
    landlord.session.add(
        RoleHolder(role="dmo", user_name="tom", deputy="carl", from_on=dt.date(2025, 1, 1))
    )
    leave(landlord, "tom", "2026-03-25")
    assert people.holders_of(landlord.session, "dmo", dt.date(2026, 3, 25)) == ["dorothy", "tom"]
    assert people.holders_of(landlord.session, "dmo", ON) == ["dorothy", "carl"]


def test_who_left_holds_nothing_and_is_offered_nowhere(landlord: Landlord) -> None:
    leave(landlord, "mark", "2026-03-25")
    assert people.roles_of(landlord.session, "mark", ON) == set()
    assert people.holders_of(landlord.session, "manager", ON) == ["maya"]
    assert "mark" not in [one.value for one in people.staff(landlord.context("2026-03-26"))]
    assert people.roles_of(landlord.session, "mark", dt.date(2026, 3, 25)) == {"manager"}


def test_who_works_for_another_firm_is_not_offered_as_one_of_us(landlord: Landlord) -> None:
    landlord.session.add(RoleHolder(role="contractor", user_name="tom", from_on=ON))
    offered = [one.value for one in people.staff(landlord.context("2026-03-26"))]
    assert "tom" not in offered
    assert "mark" in offered


def test_who_is_complained_about_is_not_offered_and_takes_no_part(landlord: Landlord) -> None:
    landlord.open(allegation="yes", complained_about=["tom"])
    context = landlord.context("2026-03-26")
    offered = [one.value for one in complained_about.staff_not_complained_about(context)]
    assert "tom" not in offered
    assert len(offered) == 7
    found = complained_about.takes_no_part(context, "invited", ["tom", "mark", "tom"])
    assert [problem.question for problem in found] == ["invited"]
    assert "Tom Reed is one of those" in found[0].message


def test_nobody_unknown_gets_a_name(landlord: Landlord) -> None:
    assert people.full_name(landlord.session, "zoe") == "zoe"
    assert people.full_name(landlord.session, "ann") == "Ann Abbot"


def test_a_case_belongs_to_its_carrier_until_they_leave(landlord: Landlord) -> None:
    landlord.open(owner="carl")
    assert holders.case_owner(landlord.context("2026-03-26")) == Holder("team_leader", "carl")
    leave(landlord, "carl", "2026-03-20")
    assert holders.case_owner(landlord.context("2026-03-26")) == Holder("team_leader", None)


def test_a_manager_may_carry_a_case(landlord: Landlord) -> None:
    landlord.open(owner="maya")
    assert holders.case_owner(landlord.context("2026-03-26")) == Holder("manager", "maya")
    landlord.rows(CaseFile)[0].owner = "priya"
    assert holders.case_owner(landlord.context("2026-03-26")) == Holder("team_leader", None)


def test_the_policy_names_the_role_that_records_a_decision(landlord: Landlord) -> None:
    landlord.open()
    assert holders.case_recorder(landlord.context("2026-03-26")) == Holder("manager", None)


def test_the_proposed_spoc_is_asked_or_the_officer_when_they_left(landlord: Landlord) -> None:
    landlord.open()
    assert holders.case_proposed_spoc(landlord.context("2026-03-26")) == Holder("dmo", None)
    cited = landlord.refer()
    landlord.answer("record_meeting", "2026-03-26", landlord.agreement(cited), "mark")
    context = landlord.context("2026-03-26", arrangement_id=landlord.rows(Arrangement)[0].id)
    assert holders.case_proposed_spoc(context) == Holder("officer", "priya")
    leave(landlord, "priya", "2026-03-25")
    assert holders.case_proposed_spoc(context) == Holder("dmo", None)
