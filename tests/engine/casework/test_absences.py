"""Absences beyond their stories: who may stand in, what is seen of them, what a deletion leaves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select

from engine import clock, commands
from engine.casework import old_absences
from engine.casework.matrix import Part
from engine.casework.visibility import parts_seen
from engine.commands.contexts import context_of_case
from engine.errors import InvalidAnswers, NotFound
from engine.installation import read_surroundings
from engine.queries.absences import absence_page
from engine.queries.people import Person
from engine.releases import bundle, current_release_id
from engine.scenario import Scenario
from engine.tables.absences import Absence, CoverNotice, StandIn
from engine.tables.audit import AuditDetail
from engine.tables.casefile import CaseFile, Submission
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Flag
from engine.tables.people import User
from engine.tables.process import WorkItem
from tests.engine.commands.conftest import TAKEN_OVER, held_landlord

LEAVE = {
    "person": "priya",
    "kind": "leave",
    "from_on": "2026-05-11",
    "until_on": "2026-05-15",
    "cover": "tom",
}
MANAGER = Person("mo", "Mo", "", ("manager",))
PRIYA = Person("priya", "Priya", "", ("officer",))
TOM = Person("tom", "Tom", "", ("officer",))


@pytest.fixture
def house(sqlite_database: Database) -> Iterator[Scenario]:
    for landlord in held_landlord(sqlite_database):
        landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
        yield landlord


def book(house: Scenario, by: str = "priya", **changed: Any) -> None:
    house.receive("absence_booked", by=by, answers={**LEAVE, **changed})


def at(house: Scenario, day: int, hour: int = 9) -> None:
    house.at(dt.datetime(2026, 5, day, hour))


def test_nobody_the_customer_complained_about_stands_in(house: Scenario) -> None:
    """R-070, D.1: refused when it is booked, and never offered to the officer."""
    with house.db.writing() as session:
        session.scalars(select(CaseFile)).one().allegation_against = ["tom"]
    with pytest.raises(InvalidAnswers, match="no customer concerned has complained about"):
        book(house)
    book(house, by="mo", kind="sickness", from_on="2026-04-01", until_on="2026-04-02", cover="")
    with house.db.reading() as session:
        item = session.scalars(select(WorkItem).where(WorkItem.form == "name_stand_in")).one()
    view = commands.form_of_task(house.db, item.id, by="dorothy")
    offered = {choice.value for choice in view.choices["stand_ins_for_customer"]}
    assert "mo" in offered
    assert not offered & {"tom", "priya"}


def test_who_leaves_before_the_last_day_does_not_stand_in(house: Scenario) -> None:
    """R-036, R-070."""
    with house.db.writing() as session:
        session.get_one(User, "tom").left_on = dt.date(2026, 5, 14)
    with pytest.raises(InvalidAnswers, match="Tom leaves on Thu 14 May 2026"):
        book(house)
    book(house, until_on="2026-05-14")


def test_who_stands_in_sees_the_card_on_those_days_and_no_other(house: Scenario) -> None:
    """R-072, R-102: at midnight, without anything having run."""
    book(house, cover="sam")
    seen = []
    for moment in (
        dt.datetime(2026, 5, 10, 23, 59),
        dt.datetime(2026, 5, 11),
        dt.datetime(2026, 5, 15, 23, 59),
        dt.datetime(2026, 5, 16),
    ):
        clock.hold(clock.at_local(moment))
        with house.db.reading() as session:
            seen.append(Part.CARD in parts_seen(session, house.case_id or 0, "sam", ()))
    assert seen == [False, True, True, False]


def test_what_somebody_had_started_goes_to_the_cover_of_its_role_and_back(house: Scenario) -> None:
    """R-072: a task of a role, which no lane names anybody for."""
    with house.db.reading() as session:
        flag = session.scalars(select(WorkItem.id).where(WorkItem.role == "systems_team")).first()
    commands.claim(house.db, flag or 0, by="sam")
    book(house, by="mo", person="sam", cover="sue")
    held = []
    for day in (10, 11, 16):
        at(house, day)
        with house.db.reading() as session:
            item = session.get_one(WorkItem, flag)
            held.append((item.assignee, item.instead_of))
    assert held == [("sam", None), ("sue", "sam"), ("sam", None)]
    with house.db.reading() as session:
        assert not commands.broken_chains(session)


def test_flags_stay_as_they_are_where_the_policy_does_not_let_them_follow(
    house: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R-066, R-072: the card says the cover in any case."""
    monkeypatch.setattr("engine.casework.absence_runs._YES", "always")
    book(house)
    at(house, 11)
    with house.db.reading() as session:
        flags = session.scalars(select(Flag)).all()
        assert flags
        assert all(flag.update_requested_on is None for flag in flags)
        assert all("When away: Tom." in flag.text for flag in flags)


def test_why_somebody_is_away_is_read_by_them_and_who_looks_after_absences(
    house: Scenario,
) -> None:
    """R-109: sickness is about somebody's health."""
    book(house, by="mo", kind="sickness", from_on="2026-04-01", until_on="2026-04-02")
    (row,) = absence_page(house.db, MANAGER).coming
    assert (row.kind, row.stand_ins) == ("sickness", ("Tom",))
    (mine,) = absence_page(house.db, PRIYA).mine
    assert mine.kind == "sickness"
    theirs = absence_page(house.db, TOM)
    assert (theirs.mine, theirs.coming, theirs.sees_others) == ((), (), False)
    with house.db.reading() as session:
        said = [str(row.new) for row in session.scalars(select(AuditDetail))]
        booked = session.scalars(select(Submission).where(Submission.form == "book_absence")).one()
        shown = [flag.text for flag in session.scalars(select(Flag))]
        tasks = [item.name for item in session.scalars(select(WorkItem))]
    assert not any("sickness" in text for text in (*said, *shown, *tasks, str(booked.answers)))


def test_gaps_and_customers_who_do_not_know_are_listed(house: Scenario) -> None:
    """Q5, Q6."""
    book(house, by="mo", kind="sickness", from_on="2026-04-01", until_on="2026-04-02", cover="")
    page = absence_page(house.db, MANAGER)
    assert [(row.contact, row.is_today, row.because) for row in page.uncovered] == [
        ("Priya", True, "")
    ]
    (coming,) = page.coming
    assert (coming.figures.uncovered_days, coming.figures.uncovered_ahead) == (0, 2)
    assert [(row.what, row.due_on, row.is_late) for row in page.untold] == [
        ("Nobody stands in, Wed 1 Apr 2026 to Thu 2 Apr 2026", dt.date(2026, 4, 1), False)
    ]
    with house.db.reading() as session:
        texts = [flag.text for flag in session.scalars(select(Flag))]
    assert texts
    assert all("nobody stands in" in text and "When away" not in text for text in texts)


def test_an_old_absence_that_no_case_refers_to_is_forgotten(house: Scenario) -> None:
    """R-107: six months after its last day, and not before; with what was answered."""
    book(house, by="mo", person="sue", from_on="2026-05-11", until_on="2026-05-15", cover="")
    book(house)
    left = []
    for day in (dt.datetime(2026, 11, 15, 9), dt.datetime(2026, 11, 16, 9)):
        house.at(day)
        with house.db.writing() as session:
            around = read_surroundings(session)
            parsed = bundle(session, current_release_id(session))
            ids = {"case_id": house.case_id, "parameter_set": "NPH_2022"}
            old_absences.forget(context_of_case(session, around, parsed, "dorothy", **ids))
            asked = select(func.count()).where(Submission.form == "book_absence")
            left.append(
                (
                    list(session.scalars(select(Absence.user_name).order_by(Absence.user_name))),
                    session.scalar(asked),
                )
            )
    assert left == [(["priya", "sue"], 0), (["priya"], 0)]


def test_an_absence_of_a_colleague_does_not_exist_for_others(house: Scenario) -> None:
    book(house)
    for by in ("tom", "amina"):
        with pytest.raises(NotFound):
            commands.form_of_message(house.db, "absence_changed", by=by, refs={"absence_id": 1})
    commands.form_of_message(house.db, "absence_changed", by="mo", refs={"absence_id": 1})


def test_rows_of_one_arrangement_follow_each_other_without_a_gap(house: Scenario) -> None:
    """C-10: a cover who falls sick leaves days with nobody, not days that are forgotten."""
    book(house)
    at(house, 12)
    sick = {"person": "tom", "kind": "sickness", "cover": ""}
    book(house, by="mo", **sick, from_on="2026-05-12", until_on="2026-05-13")
    with house.db.reading() as session:
        rows = session.execute(
            select(StandIn.from_on, StandIn.until_on, StandIn.user_name).order_by(StandIn.from_on)
        ).all()
        arrangement = session.scalars(select(Arrangement.id)).one()
        notices = session.scalar(
            select(func.count()).where(CoverNotice.arrangement_id == arrangement)
        )
    days = [dt.date(2026, 5, day) for day in (11, 12, 13, 14, 15)]
    assert [tuple(row) for row in rows] == [
        (days[0], days[0], "tom"),
        (days[1], days[2], None),
        (days[3], days[4], "tom"),
    ]
    assert notices == 3
    with house.db.reading() as session:
        assert session.scalar(select(func.count(Absence.id))) == 2
