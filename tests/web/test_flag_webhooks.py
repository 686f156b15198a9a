"""Flags through real servers: a signed call out, its signed answer in, and everything that is not.

Proof 4 of the whole policy (R-065, R-066, R-067).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import requests
from sqlalchemy import func, select

import engine
from engine import clock
from engine.tables.audit import AuditEvent
from engine.tables.flagging import FlagRequest
from engine.tables.process import Outbox
from tests.outside import SECRET
from tests.web.flag_systems import (
    LONGEST_WAIT,
    OLD_ANSWER_SECRET,
    SYSTEM,
    Installation,
    installation,
    signed,
    until,
)

NOW = dt.datetime(2026, 3, 4, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def house(database_url: str) -> Iterator[Installation]:
    with clock.frozen(NOW), installation(database_url) as found:
        yield found


def test_a_signed_call_goes_out_and_its_answer_confirms_the_flag(house: Installation) -> None:
    house.begin()
    assert house.work() == 1
    until(lambda: house.system.answered == [200])
    [told] = house.system.taken.values()
    assert told["type"] == "flag.requested"
    assert told["data"]["action"] == "add"
    assert told["data"]["person_key"] == "NF-151206"
    assert "Contact goes through Priya" in told["data"]["text"]
    # Never why, and nothing about the person but the key.
    assert "Threats" not in json.dumps(told)
    assert "Billie" not in json.dumps(told)
    flag, [request] = house.flag(), house.requests()
    assert (flag.set_on, flag.confirmed_by) == (NOW.date(), "the system")
    assert flag.proof == request.evidence_ref
    assert flag.proof.startswith("Alert ")
    assert (request.confirmed_via, request.confirmed_there) == ("webhook", "Flag desk")
    assert house.task().completed_by == "the system"


def test_no_word_about_the_customer_waits_in_the_outbox(house: Installation) -> None:
    house.begin()
    [row] = house.rows()
    assert set(row.content) == {"type", "flag_request_id"}


def test_a_removal_is_asked_for_and_answered_the_same_way(house: Installation) -> None:
    case_id = house.begin()
    house.work()
    until(lambda: house.system.answered == [200])
    house.end(case_id)
    house.work()
    until(lambda: house.system.answered == [200, 200])
    assert house.flag().removed_on == NOW.date()
    assert house.system.flags == {}


def test_a_repeated_answer_changes_nothing(house: Installation) -> None:
    """R-065, R-067."""
    answer, reference = _asked(house)
    assert _send(house, answer, key="msg_1") == (200, {"result": "confirmed"})
    kept = house.requests()[0].confirmed_at
    assert _send(house, answer, key="msg_1") == (200, {"result": "repeated"})
    # Another answer to what is confirmed, under an id of its own.
    code, said = _send(house, answer, key="msg_2")
    assert (code, "confirmed already" in said["message"]) == (409, True)
    assert house.requests()[0].confirmed_at == kept
    assert _count(house, "flag_confirmed") == 1
    assert _count(house, "flag_answer_ignored") == 1
    assert reference


def test_answers_under_the_secret_before_count_while_it_is_changed(house: Installation) -> None:
    answer, _ = _asked(house)
    assert _send(house, answer, secret=OLD_ANSWER_SECRET)[0] == 200
    assert house.flag().set_on == NOW.date()


def test_what_is_forged_altered_or_late_is_refused_and_said_in_the_log(
    house: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    """R-065, R-067."""
    answer, _ = _asked(house)
    altered = signed(answer, "msg_1")
    refused = [
        # Signed by nobody; by a stranger; by what we ourselves sign with.
        _post(house, {}, answer),
        _send(house, answer, secret="whsec_" + "c3RyYW5nZXIgc2VjcmV0IG9mIGFuc3dlcnMgMQ=="),
        _send(house, answer, secret=SECRET),
        # Another text, or another id, than was signed.
        _post(house, altered, {**answer, "timestamp": "2026-03-05T00:00:00+00:00"}),
        _post(house, {**altered, "webhook-id": "msg_2"}, answer),
        # Signed well, six minutes ago or in six minutes.
        _send(house, answer, ago=dt.timedelta(minutes=6)),
        _send(house, answer, ago=-dt.timedelta(minutes=6)),
        # Headers that are none.
        _post(house, {**altered, "webhook-signature": "rubbish"}, answer),
        _post(house, {**altered, "webhook-timestamp": "soon"}, answer),
        _post(house, {**altered, "webhook-id": "m" * 201}, answer),
    ]
    assert [code for code, _ in refused] == [401] * len(refused)
    assert all(said["message"] for _, said in refused)
    assert house.flag().set_on is None
    assert len([one for one in caplog.messages if "was not taken" in one]) == len(refused)
    assert not any("NF-151206" in one or "Ticket 9" in one for one in caplog.messages)


def test_answers_that_cannot_be_used_are_refused_with_why(house: Installation) -> None:
    """R-065, R-067."""
    answer, reference = _asked(house)
    data = answer["data"]

    def changed(**more: Any) -> Mapping[str, Any]:
        return {**answer, "data": {**data, **more}}

    cases: list[tuple[Any, int, str]] = [
        ("no object", 400, "type among"),
        ({**answer, "type": "flag.requested"}, 400, "type among"),
        ({**answer, "data": []}, 400, "object in data"),
        (changed(by=7), 400, "Expected texts"),
        (changed(at="yesterday"), 400, "moment with its offset"),
        (changed(at="2026-03-04T10:00:00"), 400, "moment with its offset"),
        (changed(request_id="0" * 32), 404, "id of a request to this system"),
        (changed(evidence_ref=""), 422, "evidence_ref, but it is empty"),
        (changed(evidence_ref="a\nb"), 422, "one line of at most 120"),
        (changed(by=""), 422, "by, but it is empty"),
        (changed(by="b" * 81), 422, "at most 80"),
        (changed(at="2026-03-03T10:00:00+00:00"), 422, "on or after Wed 4 Mar 2026"),
        (changed(at="2026-03-05T10:00:00+00:00"), 422, "cannot be in the future"),
    ]
    for content, code, words in cases:
        got, said = _send(house, content)
        assert (got, words in said["message"]) == (code, True), (content, got, said)
    assert house.flag().set_on is None
    assert reference == data["request_id"]


def test_what_is_too_large_or_for_another_system_is_refused(house: Installation) -> None:
    """R-065: each system answers for itself alone."""
    answer, _ = _asked(house)
    code, said = _send(house, {**answer, "more": "x" * 20_000})
    assert (code, "16384 bytes" in said["message"]) == (413, True)
    there = requests.post(f"{house.url}/flags/answers/open-housing", json=answer, timeout=10)
    assert there.status_code == 404
    assert "message" in there.json()
    other = next(one for one in _references(house) if one != answer["data"]["request_id"])
    # Open Housing's request, answered with the signature of JADU CRM.
    code, _ = _send(house, {**answer, "data": {**answer["data"], "request_id": other}})
    assert code == 404


def test_a_system_that_is_down_for_a_day_gets_one_flag_when_it_is_back(
    house: Installation,
) -> None:
    house.system.mode = "down"
    house.begin()
    tries = 0
    until_then = clock.now() + dt.timedelta(days=1)
    while clock.now() < until_then:
        assert house.work() == 0
        tries += 1
        house.later(hours=1)
    [row] = house.rows()
    assert row.dead_at is None
    assert 5 <= row.attempts < tries
    assert house.flag().failed_on is None
    house.system.mode = "silent"
    # As a worker that dies after it sent: the same call leaves twice under one key.
    house.later(hours=LONGEST_WAIT)
    assert house.work() == 1
    _let_leave_again(house, row.id)
    assert house.work() == 1
    [told] = house.system.taken.values()
    assert house.system.answer(told) == 200
    assert (house.system.changes, len(house.system.taken)) == (1, 1)
    assert len(house.system.flags) == 1
    assert house.flag().set_on == clock.now().date()
    assert len(house.requests()) == 1


def test_a_system_that_stays_down_becomes_a_task_and_is_never_asked_after_it_is_done(
    house: Installation,
) -> None:
    house.system.mode = "down"
    house.begin()
    _stay_down(house)
    [row] = house.rows()
    assert (row.attempts, row.dead_at is not None) == (12, True)
    assert house.flag().failed_on is not None
    [request] = house.requests()
    assert "answered 503" in request.failed_because
    task = house.task()
    assert "do it there by hand" in (task.due_reason or "")
    assert len(_told(house)) >= 2
    done = {
        "shows": _lines(house, task.id),
        "done_on": clock.now().date().isoformat(),
        "reference": "Note 12",
    }
    engine.complete(house.database, task.id, done, by="sam")
    flag = house.flag()
    assert (flag.failed_on, flag.set_on, flag.confirmed_by) == (None, clock.now().date(), "sam")
    # Somebody tries what could not be delivered again: it never leaves, nothing is set twice.
    house.system.mode = "at_once"
    house.later(days=1)
    assert house.work() == 0
    assert house.rows()[0].given_up_at is not None
    assert house.system.changes == 0


def test_a_call_refused_for_good_and_an_answer_that_it_cannot_become_tasks_at_once(
    house: Installation,
) -> None:
    house.system.mode = "refuses"
    house.begin()
    assert house.work() == 0
    assert house.flag().failed_on == NOW.date()
    assert "answered 422" in house.requests()[0].failed_because


def test_a_system_that_says_it_cannot_makes_it_a_task(house: Installation) -> None:
    house.system.mode = "cannot"
    house.begin()
    house.work()
    until(lambda: house.system.answered == [200])
    [request] = house.requests()
    assert request.failed_because == "It answered: No such tenancy here"
    assert house.flag().failed_on == NOW.date()
    assert house.task().completed_at is None


def test_an_answer_that_comes_later_counts_too(house: Installation) -> None:
    house.system.mode, house.system.after = "later", 0.3
    house.begin()
    house.work()
    assert house.flag().set_on is None
    until(lambda: house.system.answered == [200])
    assert house.flag().set_on == NOW.date()


def _asked(house: Installation) -> tuple[dict[str, Any], str]:
    """Ask for a flag and give the answer the system would send, which it does not send itself."""
    house.system.mode = "silent"
    house.begin()
    house.work()
    [told] = house.system.taken.values()
    data = {"request_id": told["data"]["id"], "by": "Kim", "evidence_ref": "Ticket 9"}
    at = "2026-03-04T10:00:00+00:00"
    answer = {"type": "flag.confirmed", "timestamp": at, "data": {**data, "at": at}}
    return answer, told["data"]["id"]


def _send(
    house: Installation, content: Any, key: str = "msg_1", **signing: Any
) -> tuple[int, dict[str, Any]]:
    return _post(house, signed(content, key, **signing), content)


def _post(
    house: Installation, headers: Mapping[str, str], content: Any
) -> tuple[int, dict[str, Any]]:
    sent = {"content-type": "application/json", **headers}
    answer = requests.post(house.answers_to, json.dumps(content), headers=sent, timeout=10)
    return answer.status_code, answer.json()


def _references(house: Installation) -> list[str]:
    with house.database.reading() as session:
        return list(session.scalars(select(FlagRequest.reference)))


def _count(house: Installation, action: str) -> int:
    with house.database.reading() as session:
        counted = select(func.count(AuditEvent.id)).where(AuditEvent.action == action)
        return session.scalar(counted) or 0


def _let_leave_again(house: Installation, row_id: int) -> None:
    with house.database.writing() as session:
        row = session.get_one(Outbox, row_id)
        row.sent_at, row.next_try_at, row.claimed_until = None, clock.now(), None


def _stay_down(house: Installation) -> None:
    for _ in range(200):
        house.work()
        if house.rows()[0].dead_at is not None:
            return
        house.later(hours=3)
    raise AssertionError("it was never left to a person")


def _told(house: Installation) -> set[str]:
    with house.database.reading() as session:
        mails = session.scalars(select(Outbox).where(Outbox.about.like("flag_failed:%")))
        found = [mail.content for mail in mails]
    assert all(SYSTEM in one["subject"] and "Billie" not in str(one) for one in found)
    return {one["to"] for one in found}


def _lines(house: Installation, item_id: int) -> list[str]:
    view = engine.form_of_task(house.database, item_id, by="sam")
    return [choice.value for choice in view.choices["flag_shows"]]
