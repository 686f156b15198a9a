"""What was passed on is never stranded, and never with whoever was complained about (R-007)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from engine import commands
from engine.daily import handing_over
from engine.errors import InvalidAnswers, NotAllowed, Rejected
from engine.queries import Person
from engine.scenario import Scenario
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.process import WorkItem
from tests.engine.commands.conftest import TAKEN_OVER, held_landlord

CALL = {
    "contacted_on": "2026-04-01",
    "at_time": "08:15",
    "channel": "telephone",
    "direction": "in",
    "triage": "new_matter",
    "answer_by": "passed_on",
    "pass_what": "When the fence is mended",
    "answer_due_on": "2026-04-08",
}
MO = Person("mo", "Mo", "", ("manager",))


@pytest.fixture
def house(sqlite_database: Database) -> Iterator[Scenario]:
    for landlord in held_landlord(sqlite_database):
        landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
        yield landlord


def passed(house: Scenario, to: str) -> int:
    house.act("log_contact", by="priya", answers={**CALL, "pass_to": to})
    return task(house).id


def task(house: Scenario) -> WorkItem:
    with house.db.reading() as session:
        query = select(WorkItem).where(WorkItem.element_id == "answer_customer")
        return session.scalars(query).one()


def accuse(house: Scenario, name: str) -> None:
    with house.db.writing() as session:
        session.get_one(CaseFile, house.case_id).allegation_against = [name]


def held(house: Scenario) -> tuple[Any, ...]:
    item = task(house)
    return (item.role, item.assignee, item.instead_of)


def sick(house: Scenario, cover: str | None) -> list[tuple[Any, ...]]:
    """Give who has it before, during and after Tom's days away."""
    away = {"person": "tom", "kind": "sickness", "from_on": "2026-04-02", "until_on": "2026-04-03"}
    house.receive("absence_booked", by="mo", answers={**away, "cover": cover or ""})
    found = []
    for day in (1, 2, 4):
        house.at(dt.datetime(2026, 4, day, 12))
        found.append(held(house))
    return found


HIS = ("officer", "tom", None)


def test_without_a_cover_the_customers_contact_has_it_until_they_are_back(house: Scenario) -> None:
    """R-072."""
    passed(house, "person:tom")
    assert sick(house, None) == [HIS, ("officer", "priya", "tom"), HIS]


def test_a_cover_complained_about_does_not_get_it(house: Scenario) -> None:
    """R-007, R-072."""
    passed(house, "person:tom")
    accuse(house, "amina")
    assert sick(house, "amina") == [HIS, ("officer", "priya", "tom"), HIS]


def test_a_cover_has_it_meanwhile(house: Scenario) -> None:
    """R-072."""
    passed(house, "person:tom")
    assert sick(house, "amina") == [HIS, ("officer", "amina", "tom"), HIS]


def test_begun_for_a_role_it_does_not_go_to_a_cover_complained_about(house: Scenario) -> None:
    """R-007, R-072: it waits for anybody else of the role."""
    number = passed(house, "team:officer")
    commands.claim(house.db, number, by="tom")
    accuse(house, "priya")
    assert sick(house, "priya") == [HIS, ("officer", None, "tom"), HIS]


def test_who_is_complained_about_takes_none_of_their_role(house: Scenario) -> None:
    """R-007: neither by starting it, nor with a draft, nor by completing it."""
    number = passed(house, "team:officer")
    accuse(house, "tom")
    answers = {"matter": ["matter"], "passed_result": "not_needed", "not_needed_because": "Done."}
    with pytest.raises(NotAllowed, match="has not complained about"):
        commands.claim(house.db, number, by="tom")
    with pytest.raises(NotAllowed, match="has not complained about"):
        commands.save_draft(house.db, number, answers, by="tom")
    with pytest.raises(NotAllowed, match="has not complained about"):
        commands.complete(house.db, number, answers, by="tom")
    commands.claim(house.db, number, by="priya")


def test_a_manager_hands_over_what_one_person_has_by_name(house: Scenario) -> None:
    """R-007: so that nothing waits for somebody who does not come; the holder passes it on."""
    number = passed(house, "person:tom")
    with pytest.raises(Rejected, match="belongs to one person"):
        commands.reassign(house.db, number, "priya", by="tom")
    assert "priya" in [name for name, _, _ in handing_over(house.db, number, MO).people]
    accuse(house, "priya")
    with pytest.raises(InvalidAnswers, match="has not complained about"):
        commands.reassign(house.db, number, "priya", by="mo")
    accuse(house, "amina")
    commands.reassign(house.db, number, "priya", by="mo")
    assert held(house) == ("officer", "priya", None)


def test_no_answer_says_what_illness_somebody_has(house: Scenario) -> None:
    """R-109: it is shown to whoever looks at what is open."""
    late = {**CALL, "answer_due_on": "2026-04-30", "later_because": "He has dementia."}
    with pytest.raises(InvalidAnswers, match="health"):
        house.act("log_contact", by="priya", answers={**late, "pass_to": "person:tom"})
    number = passed(house, "person:tom")
    for more in (
        {"passed_result": "answered", "answered_on": "2026-04-01", "answered_how": "Has dementia."},
        {"passed_result": "not_needed", "not_needed_because": "He has dementia."},
    ):
        with pytest.raises(InvalidAnswers, match="health"):
            commands.complete(house.db, number, {"matter": ["matter"], **more}, by="tom")
