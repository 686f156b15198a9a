"""Third parties: they act by authority, and when they stop both sides are told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from engine.casework import third_parties
from engine.errors import NotFound
from engine.tables.casefile import ThirdParty
from engine.tables.database import Database
from engine.tables.process import Message
from tests.engine.casework.new_case import TALKED, Landlord, at_work

WITHDRAWN = {"third_party": "1", "ended_on": "2026-02-02", "end_reason": "Shouted at two of us."}
TOLD = {
    "customer_told_on": "2026-02-03",
    "customer_told_how": "telephone",
    "third_party_told_on": "2026-02-04",
    "third_party_told_how": "letter",
}


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        found.open()
        found.answer("informal_conversation", "2026-01-15", TALKED)
        yield found


def test_who_speaks_for_the_customer_is_offered_by_name(landlord: Landlord) -> None:
    offered = third_parties.current(landlord.context("2026-02-02"))
    assert [(one.label, one.hint) for one in offered] == [
        ("Lena Carter", "Sister, since Thu 15 Jan 2026")
    ]


def test_withdrawing_ends_it_and_asks_for_both_to_be_told(landlord: Landlord) -> None:
    context = landlord.answer("withdraw_third_party", "2026-02-02", WITHDRAWN)
    assert landlord.rows(ThirdParty)[0].ended_on == dt.date(2026, 2, 2)
    message = landlord.rows(Message)[0]
    assert (message.name, message.key) == ("third_party_withdrawn", None)
    assert message.refs == {"case_id": context.case_id, "third_party_id": 1}
    assert third_parties.current(context) == []


def test_both_are_to_be_told_within_two_working_days(landlord: Landlord) -> None:
    landlord.answer("withdraw_third_party", "2026-02-02", WITHDRAWN)
    context = landlord.context("2026-02-02", third_party_id=1)
    ended_on = third_parties.ended_on(context)
    assert ended_on is not None
    due = context.calendar.working_days(ended_on, context.policy("third_party.tell_within"))
    assert due.on == dt.date(2026, 2, 4)


def test_nobody_stops_before_they_began(landlord: Landlord) -> None:
    early = {**WITHDRAWN, "ended_on": "2026-01-14"}
    assert "ended_on" in landlord.problems("withdraw_third_party", "2026-02-02", early)


def test_nobody_of_another_case_is_withdrawn(landlord: Landlord) -> None:
    landlord.open("2026-01-20", customer_name="Sam Poe")
    found = third_parties.third_party_can_be_withdrawn(landlord.context("2026-02-02"), WITHDRAWN)
    assert [problem.question for problem in found] == ["third_party"]


def test_the_notice_keeps_when_each_was_told(landlord: Landlord) -> None:
    landlord.answer("withdraw_third_party", "2026-02-02", WITHDRAWN)
    early = {**TOLD, "customer_told_on": "2026-02-01"}
    found = landlord.problems("third_party_notice", "2026-02-04", early, third_party_id=1)
    assert set(found) == {"customer_told_on"}
    landlord.answer("third_party_notice", "2026-02-04", TOLD, third_party_id=1)
    sister = landlord.rows(ThirdParty)[0]
    assert (sister.customer_told_on, sister.third_party_told_on) == (
        dt.date(2026, 2, 3),
        dt.date(2026, 2, 4),
    )


def test_a_notice_without_a_third_party_is_refused(landlord: Landlord) -> None:
    with pytest.raises(NotFound):
        third_parties.ended_on(landlord.context("2026-02-04"))


ADDED = {
    "third_party_name": "Lena Carter",
    "third_party_relationship": "Sister",
    "third_party_contact": "01632 960 002",
    "other_side": "no",
    "authority_given_on": "2026-01-14",
    "authority_proof": "written",
    "third_party_scope": "Repairs only",
}


def test_somebody_speaks_for_the_customer_with_authority_and_scope(landlord: Landlord) -> None:
    before = len(landlord.rows(ThirdParty))
    landlord.answer("add_third_party", "2026-01-16", ADDED)
    kept = landlord.rows(ThirdParty)[-1]
    assert len(landlord.rows(ThirdParty)) == before + 1
    assert (kept.scope, kept.authority_proof, kept.started_on.isoformat()) == (
        *("Repairs only", "written"),
        "2026-01-16",
    )


@pytest.mark.parametrize(
    ("changed", "question", "sentence"),
    [
        ({"other_side": "yes"}, "other_side", "is on the other one"),
        ({"third_party_name": "JO  carter"}, "third_party_name", "this is the customer's name"),
        ({"authority_given_on": "2026-01-17"}, "authority_given_on", "or earlier"),
        ({"third_party_scope": ""}, "third_party_scope", "Enter what they may do and hear"),
    ],
)
def test_who_cannot_speak_for_the_customer_is_refused(
    landlord: Landlord, changed: dict[str, str], question: str, sentence: str
) -> None:
    found = landlord.problems("add_third_party", "2026-01-16", {**ADDED, **changed})
    assert sentence in found[question]
