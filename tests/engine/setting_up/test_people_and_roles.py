"""People and roles: no task without a holder, no role left empty, each change kept (R-011)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from engine import commands, setting_up
from engine.casework.people import holders_of, roles_of
from engine.commands import verify_chains
from engine.errors import InvalidAnswers, NotFound, Rejected
from engine.queries.people import Person
from engine.scenario import Scenario, add_people
from engine.setting_up import Term
from engine.setting_up.needed import needed_roles
from engine.tables.database import Database
from engine.tables.people import RoleHolder, User
from engine.tables.process import WorkItem
from tests.absent import away
from tests.engine.commands.conftest import held_landlord

TODAY = dt.date(2026, 4, 1)
FRIDAY = dt.date(2026, 4, 3)
DOROTHY = Person("dorothy", "Dorothy", "", ("dmo",))
NORA = {
    "name": "Nora.Q",
    "full_name": "Nora  Quill",
    "email": "nora@homes.example",
    "job_title": "Team leader",
}


@pytest.fixture
def house(sqlite_database: Database) -> Iterator[Scenario]:
    for landlord in held_landlord(sqlite_database):
        add_people(landlord.db, {"iris": ["administrator"], "leo": ["legal"]})
        yield landlord


def holders(house: Scenario, role: str, on: dt.date = TODAY) -> list[str]:
    with house.db.reading() as session:
        return holders_of(session, role, on)


def row_of(house: Scenario, name: str, role: str) -> int:
    with house.db.reading() as session:
        return session.scalars(
            select(RoleHolder.id).where(RoleHolder.user_name == name, RoleHolder.role == role)
        ).one()


def test_somebody_is_added_and_has_a_role_from_its_day(house: Scenario) -> None:
    name = setting_up.add_person(house.db, NORA, by="iris")
    assert name == "nora.q"
    term = Term("team_leader", name, FRIDAY, deputy="amina")
    setting_up.give_role(house.db, term, by="iris")
    with house.db.reading() as session:
        assert session.get_one(User, name).full_name == "Nora Quill"
        assert roles_of(session, name, TODAY) == set()
        assert roles_of(session, name, FRIDAY) == {"team_leader"}
    assert all(state.broken_at is None for state in verify_chains(house.db))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "amina"}, "a user name nobody has had, but amina is taken"),
        ({"name": "Nora Q"}, "Expected small letters, digits"),
        ({"name": ""}, "Expected small letters, digits"),
        ({"full_name": " "}, "Enter the full name"),
        ({"email": "nora"}, "Expected an e-mail address, but it is “nora”"),
        ({"job_title": "x" * 121}, "Shorten it to 120 characters; it has 121"),
        ({"line_manager": "nobody"}, "Choose somebody else who works here"),
    ],
)
def test_a_person_who_cannot_be_is_refused(
    house: Scenario, changed: dict[str, str], said: str
) -> None:
    with pytest.raises(InvalidAnswers, match=said.replace("(", r"\(")):
        setting_up.add_person(house.db, {**NORA, **changed}, by="iris")


def test_two_people_do_not_share_an_address(house: Scenario) -> None:
    """R-103: nobody signs in with a colleague's address."""
    setting_up.add_person(house.db, NORA, by="iris")
    again = {**NORA, "name": "nell", "email": "NORA@homes.example"}
    with pytest.raises(InvalidAnswers, match="cannot say who did what"):
        setting_up.add_person(house.db, again, by="iris")


@pytest.mark.parametrize("by", ["amina", "mo", "olive", "nobody", ""])
def test_for_others_none_of_it_exists(house: Scenario, by: str) -> None:
    person = Person(by, "", "", ())
    tries: tuple[Callable[[], object], ...] = (
        lambda: setting_up.add_person(house.db, NORA, by=by),
        lambda: setting_up.change_person(house.db, "mo", NORA, by=by),
        lambda: setting_up.give_role(house.db, Term("legal", "mo", TODAY), by=by),
        lambda: setting_up.end_role(house.db, 1, TODAY, by=by),
        lambda: setting_up.name_deputy(house.db, 1, "mo", by=by),
        lambda: setting_up.leave(house.db, "mo", TODAY, {}, by=by),
        lambda: setting_up.try_mail(house.db, by=by),
        lambda: setting_up.staff(house.db, person),
        lambda: setting_up.member(house.db, person, "mo"),
        lambda: setting_up.roles(house.db, person),
        lambda: setting_up.free_days(house.db, person),
        lambda: setting_up.checklist(house.db, person),
        lambda: setting_up.tried_mail(house.db, person),
    )
    for attempt in tries:
        with pytest.raises(NotFound):
            attempt()


@pytest.mark.parametrize(
    ("term", "said"),
    [
        (Term("dmo", "claire", TODAY), "Expected one person at a time"),
        (Term("team_leader", "amina", TODAY), "Expected a role they do not have"),
        (Term("team_leader", "mo", dt.date(2026, 3, 31)), "Expected Wed 1 Apr 2026 or later"),
        (Term("team_leader", "mo", FRIDAY, TODAY), "Expected Fri 3 Apr 2026 or later"),
        (Term("team_leader", "mo", TODAY, None, "mo"), "Expected somebody else to stand in"),
        (Term("team_leader", "mo", TODAY, None, "nobody"), "Expected somebody who works here"),
        (Term("king", "mo", TODAY), "Choose a role"),
    ],
)
def test_a_role_that_cannot_be_given_is_refused(house: Scenario, term: Term, said: str) -> None:
    """R-011: a second Data Management Officer among them."""
    with pytest.raises(InvalidAnswers, match=said):
        setting_up.give_role(house.db, term, by="iris")


def test_nobody_gives_themselves_a_role_in_any_way(house: Scenario) -> None:
    mine = row_of(house, "iris", "administrator")
    theirs = row_of(house, "leo", "legal")
    tries: tuple[Callable[[], object], ...] = (
        lambda: setting_up.give_role(house.db, Term("legal", "iris", TODAY), by="iris"),
        lambda: setting_up.give_role(house.db, Term("legal", "mo", TODAY, None, "iris"), by="iris"),
        lambda: setting_up.end_role(house.db, mine, TODAY, by="iris"),
        lambda: setting_up.name_deputy(house.db, theirs, "iris", by="iris"),
        lambda: setting_up.leave(house.db, "iris", TODAY, {}, by="iris"),
    )
    for attempt in tries:
        with pytest.raises(Rejected):
            attempt()
    with pytest.raises(InvalidAnswers, match="not yourself"):
        setting_up.leave(house.db, "leo", TODAY, {"legal": "iris"}, by="iris")
    assert holders(house, "legal") == ["leo"]


def test_the_last_holder_of_a_needed_role_cannot_lose_it(house: Scenario) -> None:
    row = row_of(house, "claire", "complaints_manager")
    with pytest.raises(InvalidAnswers, match=r"but nobody would\. Give the role to somebody else"):
        setting_up.end_role(house.db, row, TODAY, by="iris")
    setting_up.give_role(
        house.db, Term("complaints_manager", "leo", dt.date(2026, 4, 2)), by="iris"
    )
    setting_up.end_role(house.db, row, TODAY, by="iris")
    assert holders(house, "complaints_manager") == ["claire"]
    assert holders(house, "complaints_manager", FRIDAY) == ["leo"]
    with pytest.raises(InvalidAnswers, match="Expected Tue 31 Mar 2026 or later"):
        setting_up.end_role(house.db, row, dt.date(2026, 3, 1), by="iris")


@pytest.mark.parametrize("way", ["end_role", "leave"])
def test_what_they_have_open_falls_to_the_role_at_once(house: Scenario, way: str) -> None:
    add_people(house.db, {"daria": ["team_leader"]})
    task = commands.start(house.db, "spoc_case", by="daria").opened[0]
    commands.save_draft(house.db, task, {"customer_name": "Jo"}, by="daria")
    yesterday = dt.date(2026, 3, 31)
    if way == "leave":
        setting_up.leave(house.db, "daria", yesterday, {}, by="iris")
    else:
        setting_up.end_role(house.db, row_of(house, "daria", "team_leader"), yesterday, by="iris")
    with house.db.reading() as session:
        item = session.get_one(WorkItem, task)
        assert (item.assignee, item.draft) == (None, {"customer_name": "Jo"})


def test_a_leaver_holds_no_role_and_stands_in_for_nobody(house: Scenario) -> None:
    """R-011: a leaver who still holds a role."""
    row = row_of(house, "claire", "complaints_manager")
    setting_up.name_deputy(house.db, row, "leo", by="iris")
    with house.db.writing() as session:
        away(session, "claire", TODAY, FRIDAY)
    assert holders(house, "complaints_manager") == ["claire", "leo"]
    with pytest.raises(InvalidAnswers, match="Choose who takes it over") as refused:
        setting_up.leave(house.db, "leo", TODAY, {}, by="iris")
    assert [one.question for one in refused.value.problems] == ["successor-legal"]
    setting_up.leave(house.db, "leo", TODAY, {"legal": "claire"}, by="iris")
    assert holders(house, "legal") == ["leo"]
    assert holders(house, "legal", FRIDAY) == ["claire"]
    assert holders(house, "complaints_manager", FRIDAY) == ["claire"]
    points = {one.title: one for one in setting_up.checklist(house.db, DOROTHY)}
    assert "Nobody who has left is still named" not in points


def test_who_left_is_named_where_they_still_stand(house: Scenario) -> None:
    row = row_of(house, "claire", "complaints_manager")
    setting_up.name_deputy(house.db, row, "grace", by="iris")
    setting_up.leave(house.db, "grace", dt.date(2026, 3, 31), {}, by="iris")
    points = {one.title: one for one in setting_up.checklist(house.db, DOROTHY)}
    said = points["Nobody who has left is still named"].sentence
    assert "as deputy of" in said
    with pytest.raises(Rejected, match="left on Tue 31 Mar 2026"):
        setting_up.leave(house.db, "grace", TODAY, {}, by="iris")


def test_the_roles_that_are_needed_are_those_the_processes_name(house: Scenario) -> None:
    with house.db.reading() as session:
        assert needed_roles(session) == {
            *("team_leader", "manager", "dmo", "assistant_director", "complaints_manager"),
            *("legal", "systems_team", "officer", "process_owner", "administrator"),
        }


def test_the_checklist_names_what_is_missing_and_forgets_it_when_it_is_there(
    house: Scenario,
) -> None:
    def point(title: str) -> setting_up.Point:
        found = setting_up.checklist(house.db, DOROTHY)
        return next(one for one in found if one.title == title)

    roles = "Every role that has work is held"
    assert "a process owner (1 missing)" in point(roles).sentence
    setting_up.give_role(house.db, Term("process_owner", "leo", TODAY), by="iris")
    assert point(roles).is_done
    systems = "Systems that show the arrangement"
    assert not point(systems).is_done
    setting_up.keep_own(house.db, "systems", {"flags.systems": "One"}, by="iris")
    assert point(systems).is_done
    assert point("Days on which nobody works").is_done
    assert not point("E-mail").is_done


def test_the_first_person_is_appointed_without_anybody_to_ask(house: Scenario) -> None:
    name = setting_up.appoint(house.db, NORA, "administrator", by="root (command line)")
    assert holders(house, "administrator") == ["iris", name]
    with pytest.raises(InvalidAnswers, match="Expected a role they do not have"):
        setting_up.appoint(house.db, {"name": name}, "administrator", by="root (command line)")
    with pytest.raises(InvalidAnswers, match="Enter the full name"):
        setting_up.appoint(house.db, {"name": "zoe"}, "legal", by="root (command line)")


def test_a_correction_keeps_old_and_new(house: Scenario) -> None:
    name = setting_up.add_person(house.db, NORA, by="iris")
    setting_up.change_person(house.db, name, {**NORA, "phone": "01632 960 701"}, by="dorothy")
    found = setting_up.member(house.db, DOROTHY, name)
    assert found.phone == "01632 960 701"
    assert found.row.full_name == "Nora Quill"
