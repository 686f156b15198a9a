"""Somebody leaves: others are named in all their arrangements, each told by a letter of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import pytest
from sqlalchemy import select

from engine import batches
from engine.errors import InvalidAnswers, NotFound
from engine.queries import person
from engine.scenario import Scenario
from engine.tables.batches import BatchItem
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Decision
from engine.tables.people import User
from engine.tables.process import Message, WorkItem
from tests.engine.commands.conftest import TAKEN_OVER, held_landlord

_WHY = "Ms Nair leaves us at the end of April."


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Scenario]:
    """Three arrangements of Priya's, one of them as cover, and one that is not hers."""
    for told in held_landlord(sqlite_database):
        for number, people in enumerate(
            [("priya", "tom"), ("priya", "grace"), ("tom", "priya"), ("tom", "grace")], 1
        ):
            spoc, cover = people
            told.receive(
                "arrangement_taken_over",
                by="dorothy",
                answers={
                    **TAKEN_OVER,
                    "tenancy_reference": f"NF-10{number}",
                    "spoc": spoc,
                    "cover": cover,
                },
            )
        with told.db.writing() as session:
            for name in ("priya", "tom", "sue"):
                session.get_one(User, name).email = f"{name}@northfield-homes.example"
        yield told


def named(people: Mapping[int, tuple[str, str]], **changed: object) -> batches.Named:
    return batches.Named(people, str(changed.get("letter", _WHY)), bool(changed.get("agreed", 1)))


def start(landlord: Scenario, people: Mapping[int, tuple[str, str]]) -> int:
    by = person(landlord.db, "mo")
    return batches.name_others(landlord.db, by, "priya", named(people))


def done(landlord: Scenario, batch_id: int) -> batches.BatchPage:
    db, by = landlord.db, person(landlord.db, "mo")
    batches.work(db, 60)
    batches.begin(db, batch_id, by)
    batches.work(db, 60)
    return batches.batch(db, batch_id, by)


def test_all_their_arrangements_stand_on_one_page_and_nobody_elses(landlord: Scenario) -> None:
    by = person(landlord.db, "mo")
    held = batches.contacts_held(landlord.db, by)
    counts = {one.name: (one.as_contact, one.as_cover) for one in held}
    assert counts == {"priya": (2, 1), "tom": (2, 1), "grace": (0, 2)}
    leaving = batches.held_by(landlord.db, by, "priya")
    assert [(one.id, one.spoc, one.cover) for one in leaving.held] == [
        (1, "priya", "tom"),
        (2, "priya", "grace"),
        (3, "tom", "priya"),
    ]
    assert [one.has_own_address for one in leaving.held] == [True, True, True]
    assert "priya" not in dict(leaving.others)


def test_each_gets_its_decision_letter_and_flags_by_the_way_of_the_case_page(
    landlord: Scenario,
) -> None:
    batch_id = start(landlord, {1: ("sue", "tom"), 2: ("tom", "sue"), 3: ("tom", "sue")})
    ended = done(landlord, batch_id)
    assert ended.brief.by_status == {"done": 3}
    says = {row.case_reference: row.says for row in ended.items}
    assert says["SP-2026-001"] == (
        "The contact is Sue instead of Priya.",
        "The customer uses sue@northfield-homes.example instead of priya@northfield-homes.example.",
    )
    assert says["SP-2026-003"] == (
        "The cover is Sue instead of Priya.",
        "The customer uses tom@northfield-homes.example instead of priya@northfield-homes.example.",
    )
    with landlord.db.reading() as session:
        people = session.execute(
            select(Arrangement.spoc, Arrangement.cover).order_by(Arrangement.id)
        ).all()
        assert [tuple(row) for row in people] == [
            *(("sue", "tom"), ("tom", "sue"), ("tom", "sue"), ("tom", "grace")),
        ]
        made = session.scalars(select(Decision).where(Decision.kind == "variation")).all()
        assert [(one.decided_by, one.reasons) for one in made] == [("mo", _WHY)] * 3
        letters = session.scalars(select(WorkItem.case_id).where(WorkItem.form == "issue_letter"))
        assert sorted(case_id or 0 for case_id in letters) == [1, 2, 3]


def test_what_cannot_be_is_said_by_row_and_the_others_are_done(landlord: Scenario) -> None:
    with landlord.db.writing() as session:
        session.get_one(CaseFile, 2).allegation_against = ["sue"]
    # The third has a letter open: it waits for that first.
    landlord.receive(
        "contact_changed",
        by="dorothy",
        answers={"spoc": "sam", "cover": "priya", "accepted": "yes", "reasons": "He asked for it."},
        refs={"case_id": 3, "arrangement_id": 3},
    )
    held = batches.held_by(landlord.db, person(landlord.db, "mo"), "priya").held
    assert [one.is_busy for one in held] == [False, False, True]
    batch_id = start(landlord, {1: ("sue", "tom"), 2: ("sue", "grace"), 3: ("sam", "sue")})
    ended = done(landlord, batch_id)
    found = {row.case_reference: (row.outcome, row.status, row.says) for row in ended.items}
    assert found["SP-2026-001"][:2] == ("changes", "done")
    assert found["SP-2026-002"][:2] == found["SP-2026-003"][:2] == ("cannot", "left_out")
    assert "a review or a request is open" in found["SP-2026-003"][2][0]
    assert found["SP-2026-002"][2] == ("Sue can take no part in this case. Choose somebody else.",)


def test_who_was_named_otherwise_after_the_preview_is_left_out(landlord: Scenario) -> None:
    batch_id = start(landlord, {1: ("sue", "tom")})
    batches.work(landlord.db, 60)
    with landlord.db.writing() as session:
        session.get_one(Arrangement, 1).spoc = "grace"
    batches.begin(landlord.db, batch_id, person(landlord.db, "mo"))
    batches.work(landlord.db, 60)
    [row] = batches.batch(landlord.db, batch_id, person(landlord.db, "mo")).items
    assert (row.status, row.result) == ("left_out", ("Somebody else was named meanwhile.",))


def test_it_is_stopped_and_resumed_and_nobody_is_told_twice(landlord: Scenario) -> None:
    db, by = landlord.db, person(landlord.db, "mo")
    batch_id = start(landlord, {1: ("sue", "tom"), 2: ("sue", "grace")})
    batches.work(db, 60)
    batches.begin(db, batch_id, by)
    batches.stop(db, batch_id, by)
    batches.work(db, 60)
    with db.reading() as session:
        assert session.get_one(Arrangement, 1).spoc == "priya"
    batches.resume(db, batch_id, by)
    for _ in range(3):
        batches.work(db, 60)
    with db.reading() as session:
        told = session.scalars(select(Message).where(Message.name == "contact_changed")).all()
        assert len(told) == 2
        assert {row.status for row in session.scalars(select(BatchItem))} == {"done"}


@pytest.mark.parametrize(
    ("people", "changed", "question", "says"),
    [
        ({1: ("priya", "tom")}, {}, "spoc.1", "Priya is the one who leaves"),
        ({1: ("tom", "tom")}, {}, "cover.1", "Tom is the contact there"),
        ({1: ("gone", "tom")}, {}, "spoc.1", "somebody who works here"),
        ({1: ("", "tom")}, {}, "spoc.1", "somebody who works here"),
        ({4: ("sue", "tom")}, {}, "all-spoc", "somebody else's"),
        ({}, {}, "all-spoc", "at least one arrangement"),
        ({1: ("sue", "tom")}, {"letter": " "}, "letter", "each customer will read it"),
        ({1: ("sue", "tom")}, {"letter": "x" * 2001}, "letter", "it has 2001"),
        ({1: ("sue", "tom")}, {"agreed": False}, "agreed", "Ask everybody"),
    ],
)
def test_who_cannot_be_named_is_refused_before_any_preview(
    landlord: Scenario,
    people: dict[int, tuple[str, str]],
    changed: dict[str, object],
    question: str,
    says: str,
) -> None:
    with landlord.db.writing() as session:
        left = dt.date(2026, 3, 1)
        session.add(User(name="gone", full_name="Gone", email="", left_on=left))
    by = person(landlord.db, "mo")
    with pytest.raises(InvalidAnswers) as refused:
        batches.name_others(landlord.db, by, "priya", named(people, **changed))
    problem = next(one for one in refused.value.problems if one.question == question)
    assert says in problem.message


def test_it_exists_for_managers_and_the_data_management_officer_alone(landlord: Scenario) -> None:
    for name in ("amina", "claire", "olive"):
        for asks in (batches.contacts_held, lambda db, by: batches.held_by(db, by, "priya")):
            with pytest.raises(NotFound):
                asks(landlord.db, person(landlord.db, name))
    with pytest.raises(NotFound):
        batches.held_by(landlord.db, person(landlord.db, "mo"), "nobody")
