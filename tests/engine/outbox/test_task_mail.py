"""E-mail about tasks: to whom, when, how often, and nothing that names a customer (R-102)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from engine import clock
from engine.commands import reassign
from engine.errors import InvalidAnswers
from engine.outbox import task_mail
from engine.outbox.task_mail import choice_of, choose, write_task_mail
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.people import Holiday, RoleHolder, User
from engine.tables.process import Outbox, ProcessInstance, Setting, WorkItem
from engine.tables.releases import Release

PEOPLE = {"amina": "team_leader", "mo": "manager", "maya": "manager", "gone": "manager"}


@pytest.fixture
def house(database: Database) -> Database:
    with database.writing() as session:
        session.add_all(
            User(
                name=name,
                full_name=name.title(),
                email=f"{name}@homes.example",
                left_on=dt.date(2026, 3, 1) if name == "gone" else None,
            )
            for name in PEOPLE
        )
        session.flush()
        session.add_all(
            RoleHolder(role=role, user_name=name, from_on=dt.date(2026, 1, 1))
            for name, role in PEOPLE.items()
        )
        session.add(Holiday(on=dt.date(2026, 4, 3), name="Good Friday"))
        session.add(Holiday(on=dt.date(2026, 4, 6), name="Easter Monday"))
        session.add(Release(number=1, made_at=clock.now(), made_by="olive"))
        session.add(
            CaseFile(
                reference="SP-2026-001",
                parameter_set="NPH_2022",
                opened_on=dt.date(2026, 1, 12),
                opened_by="amina",
                owner="amina",
            )
        )
        session.flush()
    assert write_task_mail(database, is_sent=True) == 0
    return database


def put(db: Database, assignee: str | None = "amina", due: str = "", **more: Any) -> int:
    """Open a task; gives its number."""
    with db.writing() as session:
        case_id = session.scalars(select(CaseFile.id)).one()
        release_id = session.scalars(select(Release.id)).one()
        run = ProcessInstance(
            process_id="spoc_case",
            release_id=release_id,
            parameter_set="NPH_2022",
            case_id=case_id,
            started_at=clock.now(),
        )
        session.add(run)
        session.flush()
        values: dict[str, Any] = {
            "instance_id": run.id,
            "case_id": case_id,
            "process_id": "spoc_case",
            "element_id": "talk",
            "task_id": "t",
            "name": "Talk with the customer: Jo Carter",
            "form": "talk",
            "role": "team_leader" if assignee == "amina" else "manager",
            "assignee": assignee,
            "opened_at": clock.now(),
            "due_on": dt.date.fromisoformat(due) if due else None,
            **more,
        }
        item = WorkItem(**values)
        session.add(item)
        session.flush()
        return item.id


def mails(db: Database) -> list[tuple[str, str]]:
    with db.reading() as session:
        rows = session.scalars(select(Outbox).order_by(Outbox.id)).all()
        assert "Carter" not in str([row.content for row in rows])
        return [(row.content["to"].split("@")[0], row.content["subject"]) for row in rows]


def at(moment: str) -> None:
    clock.hold(clock.at_local(dt.datetime.fromisoformat(moment)))


def test_a_new_task_is_told_once_to_whoever_has_it(house: Database) -> None:
    item = put(house, due="2026-04-10")
    assert write_task_mail(house, is_sent=True) == 1
    assert write_task_mail(house, is_sent=True) == 0
    assert mails(house) == [("amina", "SP-2026-001: A task waits for you.")]
    with house.reading() as session:
        content = session.scalars(select(Outbox)).one().content
    assert content["text"] == "SP-2026-001: Talk with the customer, due Fri 10 Apr 2026."
    assert content["path"] == f"/tasks/{item}"


def test_a_task_for_a_role_is_told_to_everybody_who_holds_it_and_is_here(house: Database) -> None:
    put(house, assignee=None)
    write_task_mail(house, is_sent=True)
    assert sorted(name for name, _ in mails(house)) == ["maya", "mo"]


def test_a_task_that_is_handed_over_is_told_to_who_gets_it(house: Database) -> None:
    item = put(house, assignee="mo")
    for _ in range(task_mail._OVERLAP + 1):
        put(house)
    write_task_mail(house, is_sent=True)
    before = len(mails(house))
    later = clock.now() + dt.timedelta(minutes=5)
    clock.hold(later)
    reassign(house, item, "maya", by="mo")
    assert write_task_mail(house, is_sent=True) == 1
    assert mails(house)[before:] == [("maya", "SP-2026-001: A task waits for you.")]
    assert write_task_mail(house, is_sent=True) == 0
    # Back again to who was told before; and somebody who takes it over needs no e-mail.
    clock.hold(later + dt.timedelta(minutes=5))
    reassign(house, item, "mo", by="maya")
    assert write_task_mail(house, is_sent=True) == 1
    assert mails(house)[-1][0] == "mo"
    reassign(house, item, "maya", by="maya")
    assert write_task_mail(house, is_sent=True) == 0


def test_a_new_task_that_is_handed_over_at_once_is_told_once(house: Database) -> None:
    item = put(house, assignee="mo")
    reassign(house, item, "maya", by="mo")
    assert write_task_mail(house, is_sent=True) == 1
    assert write_task_mail(house, is_sent=True) == 0
    assert [name for name, _ in mails(house)] == ["maya"]


def test_nobody_is_told_of_what_their_own_answer_opened(house: Database) -> None:
    first = put(house)
    with house.writing() as session:
        done = session.get_one(WorkItem, first)
        done.completed_at, done.completed_by = clock.now(), "amina"
        instance = done.instance_id
    put(house, instance_id=instance)
    put(house, assignee=None, instance_id=instance)
    write_task_mail(house, is_sent=True)
    assert sorted(name for name, _ in mails(house)) == ["maya", "mo"]


def test_what_is_due_tomorrow_and_what_is_late_is_told_once_a_working_day(house: Database) -> None:
    put(house, due="2026-04-02")
    put(house, due="2026-04-01")
    write_task_mail(house, is_sent=True)
    at("2026-04-02 05:59")
    assert write_task_mail(house, is_sent=True) == 0
    at("2026-04-02 06:00")
    assert write_task_mail(house, is_sent=True) == 1
    assert write_task_mail(house, is_sent=True) == 0
    assert mails(house)[-1] == ("amina", "SP-2026-001: A task is late.")
    put(house, due="2026-04-07")
    write_task_mail(house, is_sent=True)
    at("2026-04-03 09:00")
    assert write_task_mail(house, is_sent=True) == 0, "Good Friday is no working day"
    at("2026-04-07 09:00")
    assert write_task_mail(house, is_sent=True) == 1
    put(house, due="2026-04-09")
    write_task_mail(house, is_sent=True)
    at("2026-04-08 09:00")
    assert write_task_mail(house, is_sent=True) == 2
    assert [subject for _, subject in mails(house)[-2:]] == [
        "SP-2026-001: A task is due by tomorrow.",
        "SP-2026-001: A task is late.",
    ]


def test_a_digest_is_one_e_mail_a_day_and_none_is_none(house: Database) -> None:
    choose(house, "amina", "digest")
    choose(house, "mo", "none")
    put(house, due="2026-04-02")
    put(house, due="2026-04-01")
    put(house, assignee=None)
    assert write_task_mail(house, is_sent=True) == 1
    assert mails(house) == [("maya", "SP-2026-001: A task waits for you.")]
    at("2026-04-02 09:00")
    assert write_task_mail(house, is_sent=True) == 1
    assert mails(house)[-1] == ("amina", "Your tasks on Thu 2 Apr 2026")
    with house.reading() as session:
        text = session.scalars(select(Outbox).order_by(Outbox.id.desc())).first()
    assert text is not None
    assert text.content["text"].count("SP-2026-001: Talk with the customer, due") == 2


def test_without_a_mail_server_nothing_is_written_that_would_be_old(house: Database) -> None:
    put(house, due="2026-04-02")
    assert write_task_mail(house, is_sent=False) == 0
    assert write_task_mail(house, is_sent=True) == 0
    assert mails(house) == []


def test_more_tasks_than_one_call_takes_are_all_told(
    house: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.outbox.task_mail.PER_CALL", 3)
    monkeypatch.setattr("engine.outbox.task_mail._OVERLAP", 1)
    for _ in range(10):
        put(house)
    written = [write_task_mail(house, is_sent=True) for _ in range(5)]
    assert sum(written) == 10
    assert written[-1] == 0


def test_a_choice_that_is_none_is_refused_and_the_usual_one_is_each(house: Database) -> None:
    assert choice_of(house, "amina") == "each"
    with pytest.raises(InvalidAnswers, match="Choose how"):
        choose(house, "amina", "sometimes")
    choose(house, "amina", "none")
    choose(house, "amina", "digest")
    assert choice_of(house, "amina") == "digest"
    with house.reading() as session:
        assert session.get(Setting, "task_mail_seen") is not None
