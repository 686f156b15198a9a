"""What we owe a customer: opened with a date, told to its owner, ended as done or with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from engine.casework import owed_actions
from engine.tables.casefile import OwedAction
from engine.tables.database import Database
from engine.tables.process import Message, Outbox
from tests.engine.casework.new_case import TALKED, Landlord, at_work

OWED = [
    {"what": "Repair the boiler", "owner": "tom"},
    {"what": "Answer the complaint of December", "owner": "tom", "due_on": "2026-01-20"},
]


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        found.open()
        found.answer("informal_conversation", "2026-01-15", {**TALKED, "owed": OWED})
        yield found


def test_what_is_owed_has_the_date_agreed_or_the_policys_own(landlord: Landlord) -> None:
    dates = {row.what: (row.due_on, row.due_reason) for row in landlord.rows(OwedAction)}
    assert dates["Repair the boiler"] == (
        dt.date(2026, 1, 22),
        "5 working days from Thu 15 Jan 2026.",
    )
    assert dates["Answer the complaint of December"][0] == dt.date(2026, 1, 20)


def test_opening_begins_a_run_for_each_once(landlord: Landlord) -> None:
    context = landlord.context("2026-01-15")
    assert owed_actions.open_actions(context) == 2
    assert owed_actions.open_actions(context) == 2
    landlord.session.flush()
    sent = [row.payload for row in landlord.rows(Message) if row.name == "action_is_owed"]
    assert sent == [{"owed_action_ref": "owed_action:2"}, {"owed_action_ref": "owed_action:1"}]
    assert landlord.rows(Outbox) == []


def test_where_no_run_is_drawn_each_owner_is_told_once_and_nothing_about_the_customer(
    landlord: Landlord,
) -> None:
    context = landlord.context("2026-01-15", begins=lambda _message: False)
    assert owed_actions.open_actions(context) == 2
    assert owed_actions.open_actions(context) == 2
    landlord.session.flush()
    assert [row for row in landlord.rows(Message) if row.name == "action_is_owed"] == []
    mails = [row.content for row in landlord.rows(Outbox)]
    assert [mail["to"] for mail in mails] == ["tom@homes.example"]
    assert mails[0]["subject"].startswith("SP-2026-001: ")
    assert not any(word in str(mails) for word in ("Carter", "boiler", "Elm"))


def test_the_soonest_due_comes_first_and_lateness_is_said(landlord: Landlord) -> None:
    offered = owed_actions.still_open(landlord.context("2026-01-21"))
    assert [choice.hint for choice in offered] == [
        "Tom Reed, due Tue 20 Jan 2026, late",
        "Tom Reed, due Thu 22 Jan 2026",
    ]


def test_what_is_done_is_owed_no_longer(landlord: Landlord) -> None:
    done = {"owed_action": "1", "owed_result": "done", "done_on": "2026-01-21"}
    landlord.answer("owed_action_done", "2026-01-21", done, "tom")
    assert landlord.rows(OwedAction)[0].done_on == dt.date(2026, 1, 21)
    left = {"owed_action": "2", "owed_result": "withdrawn", "withdrawn_reason": "Answered before."}
    landlord.answer("owed_action_done", "2026-01-21", left)
    assert owed_actions.open_of(landlord.context("2026-01-21")) == []


def test_ending_it_tells_whoever_waits_for_the_case(landlord: Landlord) -> None:
    done = {"owed_action": "1", "owed_result": "done", "done_on": "2026-01-21"}
    context = landlord.answer("owed_action_done", "2026-01-21", done, "tom")
    message = landlord.rows(Message)[-1]
    assert (message.name, message.key) == ("something_was_settled", f"case:{context.case_id}")


def test_nothing_is_done_before_it_was_owed(landlord: Landlord) -> None:
    done = {"owed_action": "1", "owed_result": "done", "done_on": "2026-01-14"}
    assert "Thu 15 Jan 2026" in landlord.problems("owed_action_done", "2026-01-21", done)["done_on"]


def test_what_another_case_owes_is_not_ended_here(landlord: Landlord) -> None:
    landlord.open("2026-01-20", customer_name="Sam Poe")
    values = {"owed_action": "1", "owed_result": "done", "done_on": "2026-01-21"}
    found = owed_actions.owed_action_is_open(landlord.context("2026-01-21"), values)
    assert [problem.question for problem in found] == ["owed_action"]
