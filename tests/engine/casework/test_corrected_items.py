"""What a person had corrected is in no pack, and what they say of the rest is (R-105)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from engine.casework import contacts, data_requests, evidence, open_matters, review_packs
from engine.tables.audit import AuditEvent
from engine.tables.casefile import CaseFile, Contact, Evidence
from engine.tables.data_requests import DataRequest
from engine.tables.database import Database
from engine.tables.decisions import Arrangement
from engine.tables.process import Message
from tests.engine.casework.new_case import Landlord, at_work

DAY = "2026-03-20"
VIEW = "I called twice, not six times."
#: Which request the run is about: the only one there is.
ASKED: dict[str, Any] = {"variables": {data_requests.REF: "data_request:1"}}
WHY = "The recording shows another caller."


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    """A case that was referred on two records, and a request for a correction."""
    with at_work(sqlite_database) as found:
        found.cited = found.refer()
        case = found.session.get_one(CaseFile, found.ids["case_id"])
        request = DataRequest(
            case_id=case.id,
            kind="correction",
            what="It is wrong.",
            received_on=dt.date(2026, 3, 18),
            received_by="priya",
            channel="email",
            logged_by="priya",
            logged_on=dt.date(2026, 3, 18),
            due_on=dt.date(2026, 4, 20),
        )
        found.session.add(request)
        found.session.flush()
        assert f"data_request:{request.id}" == ASKED["variables"][data_requests.REF]
        yield found


def item(**more: Any) -> dict[str, Any]:
    return {"item": "A record", "claim": "It was not me.", "reason": WHY, **more}


def answers(*items: dict[str, Any]) -> dict[str, Any]:
    return {"request": ["read"], "request_step": "answer", "items": list(items)}


def decide(landlord: Landlord, *items: dict[str, Any]) -> None:
    landlord.answer("decide_corrections", DAY, answers(*items), "dorothy", **ASKED)


def refused(landlord: Landlord, *items: dict[str, Any]) -> dict[str, str]:
    return landlord.problems("decide_corrections", DAY, answers(*items), "dorothy", **ASKED)


def called(landlord: Landlord, day: str) -> Contact:
    landlord.answer(
        "log_contact",
        f"{day} 18:00",
        {
            "contacted_on": day,
            "at_time": "10:00",
            "channel": "telephone",
            "direction": "in",
            "note": "Called about the boiler.",
            "triage": "nothing_new",
        },
    )
    newest: Contact = landlord.rows(Contact)[-1]
    return newest


def test_a_corrected_record_is_offered_to_no_warning_meeting_or_review(landlord: Landlord) -> None:
    first, second = landlord.cited
    decide(
        landlord,
        item(record=str(first), decision="erased"),
        item(record=str(second), decision="statement", right_text=VIEW),
    )
    context = landlord.context(DAY)
    offered = {choice.value: choice for choice in evidence.citable(context)}
    wrong, disputed = offered[str(first)], offered[str(second)]
    assert wrong.disabled
    assert "It was corrected on Fri 20 Mar 2026" in wrong.hint
    assert WHY in wrong.hint
    assert not disputed.disabled
    assert f"The customer says: {VIEW}" in disputed.hint
    for question in ("cites", "reasons.0.evidence"):
        (problem,) = evidence.problems_with(context, question, [first])
        assert "Choose another" in problem.message
    assert landlord.rows(Evidence)[1].text == "Called six times."


def test_a_review_counts_neither_and_says_where_the_customers_view_stands(
    landlord: Landlord,
) -> None:
    """R-084, R-105: what is wrong is out of the figures; the own view is pointed at."""
    first, second = landlord.cited
    landlord.answer("record_meeting", "2026-03-26", landlord.agreement([first, second]), "mark")
    landlord.ids["arrangement_id"] = landlord.rows(Arrangement)[-1].id
    contact = called(landlord, "2026-03-12")
    called(landlord, "2026-03-13")
    window = (dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    assert contacts.count(landlord.context(DAY), *window).total == 2
    decide(
        landlord,
        item(record=str(first), decision="erased"),
        item(record=str(second), decision="kept", right_text=VIEW),
        item(contact=contact.id, decision="erased"),
    )
    assert contacts.count(landlord.context(DAY), *window).total == 1
    figures = review_packs._contacts(landlord.context(DAY), *window)
    assert (figures["contacts_total"], figures["disputed"]) == (1, 1)
    assert contact.note == "Called about the boiler."
    assert contact.correction_reason == WHY


def test_a_contact_that_was_wrong_stays_and_a_right_one_takes_its_place(
    landlord: Landlord,
) -> None:
    contact = called(landlord, "2026-03-12")
    right = "Called about the lift."
    decide(
        landlord,
        item(contact=contact.id, decision="corrected", right_text=right, right_day="2026-03-13"),
    )
    wrong, new = landlord.rows(Contact)
    assert (wrong.note, wrong.corrected_by) == ("Called about the boiler.", "dorothy")
    assert (new.note, str(new.on), new.corrects_contact_id) == (right, "2026-03-13", wrong.id)
    assert (new.channel, new.direction, new.corrected_at) == ("telephone", "in", None)
    actions = set(landlord.session.scalars(select(AuditEvent.action)))
    assert {"contact_corrected", "correction_decided"} <= actions


def test_a_contact_nobody_had_read_is_still_to_be_read_once_and_as_corrected(
    landlord: Landlord,
) -> None:
    """R-095, R-105: the right one gets its task, the wrong one waits for nobody."""
    contact = called(landlord, "2026-03-12")
    contact.triage = "to_be_read"
    decide(landlord, item(contact=contact.id, decision="corrected", right_text="About the lift."))
    right = landlord.rows(Contact)[-1]
    sent = [one for one in landlord.rows(Message) if one.name == "contact_to_be_read"]
    assert [one.payload for one in sent] == [{"contact_ref": f"contact:{right.id}"}]
    open_ones = open_matters.open_of(landlord.session, [contact.case_id])
    assert [one.id for one in open_ones if one.kind == "unread"] == [right.id]
    (let_go,) = [one for one in landlord.rows(Message) if one.name == "contact_was_corrected"]
    assert let_go.key == f"contact:{contact.id}"


def test_nobody_is_told_of_a_corrected_contact_that_was_read_before(landlord: Landlord) -> None:
    contact = called(landlord, "2026-03-12")
    decide(landlord, item(contact=contact.id, decision="erased"))
    assert not [one for one in landlord.rows(Message) if one.name == "contact_was_corrected"]


@pytest.mark.parametrize(
    ("more", "question", "says"),
    [
        ({"decision": "corrected"}, "right_text", "never overwritten"),
        ({"decision": "statement"}, "right_text", "never overwritten"),
        ({"decision": "statement", "right_text": "I have dementia."}, "right_text", "health"),
        ({"decision": "erased", "contact": 99}, "contact", "99 is none"),
        ({"decision": "erased", "contact": 1, "record": "1"}, "contact", "Make two entries"),
        ({"decision": "kept", "reason": "They must write to the SPOC."}, "reason", "Everybody may"),
    ],
)
def test_an_item_is_refused(
    landlord: Landlord, more: dict[str, Any], question: str, says: str
) -> None:
    """R-105 bad input: overwriting with no trace, and what an item may not be."""
    called(landlord, "2026-03-12")
    assert says in refused(landlord, item(**more))[f"items.0.{question}"]


def test_what_is_corrected_is_not_corrected_again(landlord: Landlord) -> None:
    contact = called(landlord, "2026-03-12")
    twice = item(contact=contact.id, decision="erased")
    assert "chosen above" in refused(landlord, twice, twice)["items.1.contact"]
    decide(landlord, twice)
    assert "not corrected yet" in refused(landlord, twice)["items.0.contact"]
