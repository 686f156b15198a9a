"""What we owe is somebody's task until it is done or no longer owed, whoever is away (R-015)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from engine import commands, publishing
from engine.errors import InvalidAnswers, NotAllowed, Rejected
from engine.queries import Person, case, still_owed, task
from engine.releases import bundle, current_release_id, read_folder
from engine.scenario import Scenario
from engine.tables.audit import AuditEvent
from engine.tables.casefile import OwedAction
from engine.tables.database import Database
from engine.tables.people import User
from engine.tables.process import Incident, Message, Outbox, ProcessInstance, WorkItem
from engine.worker.periodic import periodics
from tests.engine.casework.new_case import OPENED, TALKED
from tests.engine.commands.conftest import ROOT, acknowledged, held_landlord, received

ON = "2026-04-01"
BOILER = {"what": "Repair the boiler", "owner": "tom", "due_on": "2026-04-09"}
ANSWER = {"what": "Answer the complaint of March", "owner": "priya"}
SEEN = {"owed_seen": ["owed"]}
DONE = {**SEEN, "owed_result": "done", "done_on": ON, "done_what": "Repaired; she was there."}
WITHDRAWN = {**SEEN, "owed_result": "withdrawn", "withdrawn_reason": "It was a neighbour's boiler."}
AMINA = Person("amina", "Amina", "", ("team_leader",))


@pytest.fixture
def house(database: Database) -> Iterator[Scenario]:
    for landlord in held_landlord(database):
        opened(landlord)
        yield landlord


@pytest.fixture
def small(sqlite_database: Database) -> Iterator[Scenario]:
    for landlord in held_landlord(sqlite_database):
        opened(landlord)
        yield landlord


def opened(landlord: Scenario) -> None:
    landlord.start("spoc_case", by="amina")
    landlord.complete("open_the_case", by="amina", answers={**OPENED, "concern_on": "2026-03-27"})


def talk(house: Scenario, *owed: dict[str, str]) -> None:
    on = {"talked_on": ON, "warned_on": ON, "authority_given_on": ON}
    answers = {**TALKED, **on, "owed": list(owed or (BOILER, ANSWER))}
    house.complete("talk_with_customer", by="amina", answers=answers)


def tasks(house: Scenario) -> dict[str, WorkItem]:
    """Give each open task of something owed, by who has it ("" for anybody of the role)."""
    with house.db.reading() as session:
        found = session.scalars(
            select(WorkItem).where(
                WorkItem.element_id == "do_what_we_owe",
                WorkItem.completed_at.is_(None),
                WorkItem.cancelled_at.is_(None),
            )
        ).all()
    return {item.assignee or "": item for item in found}


def rows(house: Scenario) -> list[OwedAction]:
    with house.db.reading() as session:
        return list(session.scalars(select(OwedAction).order_by(OwedAction.id)))


def running(house: Scenario) -> int:
    with house.db.reading() as session:
        return len(
            session.scalars(
                select(ProcessInstance.id).where(
                    ProcessInstance.process_id == "owed_action", ProcessInstance.ended_at.is_(None)
                )
            ).all()
        )


def undelivered(house: Scenario) -> list[str]:
    with house.db.reading() as session:
        return list(session.scalars(select(Message.name).where(Message.delivered_at.is_(None))))


def test_each_thing_owed_is_a_task_of_whoever_was_named_by_its_day(house: Scenario) -> None:
    talk(house)
    found = tasks(house)
    assert {who: item.due_on for who, item in found.items()} == {
        "tom": dt.date(2026, 4, 9),
        # The policy's own five working days: Good Friday and Easter Monday are none.
        "priya": dt.date(2026, 4, 10),
    }
    assert [row.begun_on for row in rows(house)] == [dt.date(2026, 4, 1)] * 2
    # What we owe does not hold the stage up.
    house.at(dt.datetime(2026, 4, 15, 9))
    house.expect_open("decide_informal_outcome")


def test_it_is_done_by_whoever_was_named_and_the_case_is_told(house: Scenario) -> None:
    talk(house)
    with pytest.raises(NotAllowed):
        commands.complete(house.db, tasks(house)["tom"].id, DONE, by="priya")
    house.complete("do_what_we_owe", by="tom", answers=DONE)
    house.complete("do_what_we_owe", by="priya", answers=WITHDRAWN)
    done, withdrawn = rows(house)
    assert (done.done_on, done.withdrawn_reason) == (dt.date(2026, 4, 1), None)
    assert (withdrawn.done_on, withdrawn.withdrawn_reason) == (None, "It was a neighbour's boiler.")
    assert (tasks(house), running(house)) == ({}, 0)
    assert set(undelivered(house)) == {"something_was_settled"}


@pytest.mark.parametrize(
    ("answers", "about"),
    [
        ({**SEEN, "owed_result": "withdrawn"}, "withdrawn_reason"),
        ({**SEEN, "owed_result": "withdrawn", "withdrawn_reason": "  "}, "withdrawn_reason"),
        ({**DONE, "done_on": "2026-03-31"}, "done_on"),
        ({**DONE, "done_on": "2026-04-02"}, "done_on"),
        ({**DONE, "done_what": ""}, "done_what"),
        ({**DONE, "owed_seen": []}, "owed_seen"),
        ({**SEEN}, "owed_result"),
    ],
)
def test_bad_answers_end_nothing(small: Scenario, answers: dict[str, Any], about: str) -> None:
    """R-015: no longer owed only for a reason; done between the day it was owed and today."""
    talk(small, BOILER)
    with pytest.raises(InvalidAnswers) as refused:
        commands.complete(small.db, tasks(small)["tom"].id, answers, by="tom")
    assert [problem.question for problem in refused.value.problems] == [about]
    assert "tom" in tasks(small)


@pytest.mark.parametrize(
    ("row", "about"),
    [
        ({"what": "Repair the boiler"}, "owed.0.owner"),
        ({**BOILER, "owner": "nobody"}, "owed.0.owner"),
        ({"owner": "tom"}, "owed.0.what"),
        ({**BOILER, "due_on": "2026-03-31"}, "owed.0.due_on"),
        ({**BOILER, "due_on": "soon"}, "owed.0.due_on"),
    ],
)
def test_nothing_is_owed_without_what_it_is_who_does_it_and_a_day_to_come(
    small: Scenario, row: dict[str, str], about: str
) -> None:
    """R-015: no owner, no such person, no thing, a day that has passed or is none."""
    with pytest.raises(InvalidAnswers) as refused:
        talk(small, row)
    assert about in {problem.question for problem in refused.value.problems}
    assert rows(small) == []


def test_what_the_case_page_ends_is_nobodys_task_any_more(house: Scenario) -> None:
    talk(house)
    ended = {"owed_action": "1", "owed_result": "done", "done_on": ON}
    house.act("owed_action_done", by="amina", answers=ended)
    assert set(tasks(house)) == {"priya"}
    assert running(house) == 1
    assert set(undelivered(house)) == {"something_was_settled"}


def test_that_it_is_late_is_told_once_to_whoever_does_it_carries_the_case_and_manages(
    house: Scenario,
) -> None:
    talk(house, BOILER)
    house.at(dt.datetime(2026, 4, 9, 23, 59))
    assert late_mails(house) == []
    house.at(dt.datetime(2026, 4, 10, 0, 0))
    assert late_mails(house) == ["amina", "mo", "tom"]
    house.at(dt.datetime(2026, 4, 20, 9))
    assert late_mails(house) == ["amina", "mo", "tom"]
    assert "tom" in tasks(house)


def late_mails(house: Scenario) -> list[str]:
    with house.db.reading() as session:
        mails = [row for row in session.scalars(select(Outbox)) if "is late" in str(row.content)]
    assert not any("boiler" in str(mail.content) for mail in mails)
    return sorted(mail.content["to"].partition("@")[0] for mail in mails)


def test_who_leaves_hands_what_they_owed_to_whoever_carries_the_case(house: Scenario) -> None:
    """R-011, R-015: the page says who has it now."""
    talk(house, BOILER)
    with house.db.writing() as session:
        session.get_one(User, "tom").left_on = dt.date(2026, 3, 31)
    assert commands.hand_back_tasks(house.db) == 1
    assert set(tasks(house)) == {"amina"}
    [owed] = still_owed(house.db, AMINA, house.case_id or 0).owed_actions
    assert owed.owner == "Amina"
    house.complete("do_what_we_owe", by="amina", answers=DONE)
    assert rows(house)[0].done_on == dt.date(2026, 4, 1)


def test_somebody_without_a_role_keeps_what_they_were_named_for(small: Scenario) -> None:
    with small.db.writing() as session:
        session.add(User(name="vera", full_name="Vera Dunn", email="vera@example.org"))
    talk(small, {**BOILER, "owner": "vera"})
    assert set(tasks(small)) == {"vera"}
    assert commands.hand_back_tasks(small.db) == 0
    small.complete("do_what_we_owe", by="vera", answers=DONE)


def test_who_stands_in_for_somebody_away_has_what_they_owe_meanwhile(small: Scenario) -> None:
    """R-072: it falls out of the tasks, and goes back on the day they return."""
    talk(small, BOILER)
    leave = {"person": "tom", "kind": "leave", "from_on": "2026-04-07", "until_on": "2026-04-08"}
    case_id = small.case_id
    small.receive("absence_booked", by="tom", answers={**leave, "cover": "priya"})
    small.case_id = case_id
    small.at(dt.datetime(2026, 4, 7, 9))
    assert set(tasks(small)) == {"priya"}
    small.at(dt.datetime(2026, 4, 9, 9))
    assert set(tasks(small)) == {"tom"}


def test_without_a_stand_in_it_is_never_left_to_anybody_in_a_role(small: Scenario) -> None:
    """R-102: a task for every director or manager would open the case to all of them."""
    leave = {"person": "tom", "kind": "leave", "from_on": ON, "until_on": "2026-04-02"}
    case_id = small.case_id
    small.receive("absence_booked", by="tom", answers={**leave, "cover": ""})
    small.case_id = case_id
    talk(small)
    found = tasks(small)
    assert set(found) == {"amina", "priya"}
    assert found["amina"].instead_of == "tom"
    later = {**leave, "person": "priya", "from_on": "2026-04-07", "until_on": "2026-04-08"}
    small.receive("absence_booked", by="priya", answers={**later, "cover": ""})
    small.case_id = case_id
    small.at(dt.datetime(2026, 4, 7, 9))
    item = tasks(small)["priya"]
    with pytest.raises(Rejected, match="Hand it over to a colleague"):
        commands.release_task(small.db, item.id, by="priya")
    assert not task(small.db, item.id, Person("priya", "Priya", "", ("officer",))).can_be_put_back


def test_the_task_can_be_handed_to_a_colleague(small: Scenario) -> None:
    talk(small, BOILER)
    commands.reassign(small.db, tasks(small)["tom"].id, "priya", by="mo")
    assert set(tasks(small)) == {"priya"}
    page = case(small.db, small.case_id or 0, AMINA)
    assert [owed.owner for owed in page.owed_actions] == ["Priya"]


def test_each_later_decision_shows_what_is_still_owed(small: Scenario) -> None:
    """R-015: beside the decision of the informal stage, and no more once it is done."""
    talk(small, {**BOILER, "due_on": "2026-05-29"})
    small.at(dt.datetime(2026, 4, 15, 9))
    with small.db.reading() as session:
        decides = session.scalars(
            select(WorkItem.id).where(WorkItem.element_id == "decide_informal_outcome")
        ).one()
    assert [one.what for one in task(small.db, decides, AMINA).owed_actions] == [
        "Repair the boiler"
    ]
    small.complete("do_what_we_owe", by="tom", answers=DONE)
    assert task(small.db, decides, AMINA).owed_actions == ()


def test_an_appeal_and_a_review_show_it_to_whoever_decides_or_reports(
    sqlite_database: Database,
) -> None:
    """R-015: every later decision, whoever makes it."""
    for landlord in held_landlord(sqlite_database):
        acknowledged(received(landlord))
        owe(landlord)
        landlord.complete("allocate_director", by="dorothy", answers={"director": "ann"})
        assert shown(landlord, "decide_appeal", "ann", "assistant_director") == ["Mend the gate"]
        decided = {"outcome": "not_upheld", "reasons": "It was fair.", "appeal_effect": "none"}
        landlord.complete("decide_appeal", by="ann", answers=decided)
        landlord.at(dt.datetime(2026, 9, 14, 9))
        assert shown(landlord, "report_on_arrangement", "priya", "officer") == ["Mend the gate"]


def owe(landlord: Scenario) -> None:
    with landlord.db.writing() as session:
        session.add(
            OwedAction(
                case_id=landlord.case_id,
                what="Mend the gate",
                owner="tom",
                due_on=dt.date(2026, 12, 1),
                opened_on=dt.date(2026, 4, 1),
            )
        )
    assert commands.begin_owed_actions(landlord.db) == 1


def shown(landlord: Scenario, element: str, name: str, role: str) -> list[str]:
    """Give what stands beside the open task of a step for somebody."""
    with landlord.db.reading() as session:
        number = session.scalars(
            select(WorkItem.id).where(
                WorkItem.element_id == element, WorkItem.completed_at.is_(None)
            )
        ).one()
    person = Person(name, name.title(), "", (role,))
    return [owed.what for owed in task(landlord.db, number, person).owed_actions]


OLD = {
    path: content
    for path, content in read_folder(ROOT).items()
    if path not in ("bpmn/owed_action.bpmn", "forms/definitions/what_we_owe.yaml")
    and not path.startswith("bpmn/scenarios/")
}


def test_what_an_older_version_opened_gets_its_run_once_a_newer_one_is_published(
    house: Scenario,
) -> None:
    """Rows without a run keep working, and no message is left that nobody takes."""
    old = publishing.publish(house.db, OLD, by="test", note="From before")
    house.start("spoc_case", by="amina")
    opened_here = {**OPENED, "concern_on": "2026-03-27", "tenancy_reference": "204599/01"}
    house.complete("open_the_case", by="amina", answers=opened_here)
    talk(house, BOILER)
    assert (tasks(house), [row.begun_on for row in rows(house)]) == ({}, [None])
    assert commands.begin_owed_actions(house.db) == 0
    with house.db.reading() as session:
        mails = [row.content["to"] for row in session.scalars(select(Outbox))]
        assert "tom@example.org" in mails
        assert session.scalars(select(Incident)).all() == []
    publishing.publish(house.db, read_folder(ROOT), by="test", note="Of today")
    with house.db.reading() as session:
        assert current_release_id(session) != old
        assert bundle(session, current_release_id(session)).starts("action_is_owed")
    begins = next(one for one in periodics() if one.name == "what we owe customers")
    begins.try_on(house.db)
    assert set(tasks(house)) == {"tom"}
    assert commands.begin_owed_actions(house.db) == 0
    house.complete("do_what_we_owe", by="tom", answers=DONE)
    assert [row.done_on for row in rows(house)] == [dt.date(2026, 4, 1)]
    with house.db.reading() as session:
        actions = session.scalars(select(AuditEvent.action)).all()
        assert actions.count("owed_actions_begun") == 1
        assert session.scalars(select(Incident)).all() == []


def test_what_was_ended_before_it_had_a_run_tells_the_case_itself(small: Scenario) -> None:
    talk(small, BOILER)
    with small.db.writing() as session:
        for row in session.scalars(select(OwedAction)):
            row.begun_on = None
    ended = {"owed_action": "1", "owed_result": "withdrawn", "withdrawn_reason": "Asked twice."}
    small.act("owed_action_done", by="amina", answers=ended)
    assert "owed_action_settled" not in undelivered(small)
    assert commands.begin_owed_actions(small.db) == 0
