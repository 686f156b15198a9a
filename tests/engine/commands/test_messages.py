"""Messages between runs: kept until somebody waits, taken by one, shown when nobody does."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from engine import clock, commands, messages
from engine.commands.delivery import sweep_unclaimed
from engine.errors import NotAllowed, NotFound
from engine.scenario import Scenario
from engine.tables.process import Incident, Message, Subscription
from tests.engine.commands.conftest import APPEAL, TAKEN_OVER


def _send(landlord: Scenario, name: str, key: str) -> int:
    with landlord.db.writing() as session:
        envelope = messages.Envelope(
            name=name, key=key, refs={"case_id": landlord.case_id}, sent_at=clock.now()
        )
        kept = messages.send(session, envelope)
        session.flush()
        return kept.id


def _message(landlord: Scenario, message_id: int) -> Message:
    with landlord.db.reading() as session:
        return session.get_one(Message, message_id)


def test_a_message_that_comes_before_somebody_waits_is_kept_and_then_taken(
    landlord: Scenario,
) -> None:
    landlord.start("spoc_case", by="amina")
    early = _send(landlord, "matter_settled", f"case:{landlord.case_id}")
    assert commands.deliver_messages(landlord.db) == 0
    assert _message(landlord, early).delivered_at is None
    landlord.complete("open_the_case", by="amina", answers=CASE)
    landlord.complete("talk_with_customer", by="amina", answers=TALK)
    landlord.expect_open("decide_informal_outcome")
    assert _message(landlord, early).delivered_at is not None


CASE = {
    "customer_name": "Rowan Ashby",
    "customer_kind": "tenant",
    "address": "12 Lime Walk, Northfield",
    "tenancy_reference": "NF-200417",
    "concern_on": "2026-03-30",
    "concern": "Calls to four teams on one morning.",
    "behaviour_kinds": ["excessive_demands"],
    "demand_types": ["volume"],
    "allegation": "no",
    "owner": "amina",
}
TALK = {
    "talked_on": "2026-04-01",
    "channel": "visit",
    "behaviour": "More than ten calls on one day.",
    "change_expected": "Ring once about a matter.",
    "what_may_follow": "A letter that sets out what we expect.",
    "verbal_warning": "yes",
    "warned_on": "2026-04-01",
    "days_to_change": 14,
    "root_cause": "no",
    "root_cause_checked": "Every request of this year was looked up and answered.",
    "needs_known": "no",
    "support_offered": "yes",
    "support_agreed": "no",
    "third_party": "no",
    "mediation": "not_offered",
}


def test_each_of_two_arrangements_gets_its_own_message(landlord: Scenario) -> None:
    landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    first = landlord.case_id
    other = {**TAKEN_OVER, "customer_name": "Sasha Malik", "tenancy_reference": "NF-300551"}
    landlord.receive("arrangement_taken_over", by="dorothy", answers=other)
    asked = {
        "asked_by": "customer",
        "received_on": "2026-04-01",
        "received_by": "priya",
        "reason": "Work has changed.",
    }
    view = commands.form_of_message(
        landlord.db, "look_asked", by="dorothy", refs={"case_id": first or 0, "arrangement_id": 1}
    )
    known = {question.id for question in view.form.questions}
    answers = {name: value for name, value in asked.items() if name in known}
    landlord.case_id = first
    landlord.receive("look_asked", by="dorothy", answers={**answers, **_rest(known)})
    landlord.expect_open("issue_letter")
    landlord.case_id = (first or 0) + 1
    landlord.expect_not_open("issue_letter")


def _rest(known: set[str]) -> dict[str, str]:
    rest = {"who": "customer", "channel": "telephone", "why": "Work has changed."}
    return {name: value for name, value in rest.items() if name in known}


def test_one_key_with_two_who_wait_is_never_guessed(landlord: Scenario) -> None:
    landlord.start("spoc_case", by="amina")
    with landlord.db.writing() as session:
        one = session.scalars(
            select(Subscription).where(Subscription.name == "customer_left")
        ).one()
        session.add(
            Subscription(
                instance_id=one.instance_id,
                name=one.name,
                key=one.key,
                element_id="another",
                task_id="another",
            )
        )
    sent = _send(landlord, "customer_left", f"case:{landlord.case_id}")
    assert commands.deliver_messages(landlord.db) == 0
    assert _message(landlord, sent).delivered_at is None


def test_a_message_nobody_claims_for_a_day_is_shown_once_and_a_nudge_is_dropped(
    landlord: Scenario,
) -> None:
    landlord.start("spoc_case", by="amina")
    lost = _send(landlord, "appeal_withdrawn", "appeal:77")
    nudge = _send(landlord, "something_was_settled", "case:77")
    landlord.at(dt.datetime(2026, 4, 3, 10))
    for _ in range(2):
        sweep_unclaimed(landlord.db)
    with landlord.db.reading() as session:
        shown = session.scalars(select(Incident)).all()
    assert [incident.message_id for incident in shown] == [lost]
    assert _message(landlord, nudge).dropped_at is not None


def test_what_has_no_door_or_is_not_yours_to_bring_is_refused(landlord: Scenario) -> None:
    with pytest.raises(NotFound, match="flags_removed is not one"):
        commands.receive(landlord.db, "flags_removed", {}, by="dorothy")
    with pytest.raises(NotAllowed, match="dmo"):
        commands.receive(landlord.db, "arrangement_taken_over", TAKEN_OVER, by="amina")
    with pytest.raises(NotFound, match="no_such_process"):
        commands.start(landlord.db, "no_such_process", by="amina")
    with pytest.raises(NotAllowed, match="team leader or manager"):
        commands.start(landlord.db, "spoc_case", by="priya")


def test_any_member_of_staff_may_log_an_appeal(landlord: Scenario) -> None:
    landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    landlord.receive("appeal_received", by="tom", answers=APPEAL)
    landlord.expect_open("issue_letter")


def test_a_message_sent_twice_is_taken_once_and_the_second_waits_for_the_next_listener(
    landlord: Scenario,
) -> None:
    landlord.start("spoc_case", by="amina")
    key = f"case:{landlord.case_id}"
    first, second = (_send(landlord, "matter_settled", key) for _ in range(2))
    landlord.complete("open_the_case", by="amina", answers=CASE)
    landlord.complete("talk_with_customer", by="amina", answers=TALK)
    assert commands.deliver_messages(landlord.db) == 0
    assert _message(landlord, first).delivered_at is not None
    assert _message(landlord, second).delivered_at is None
    landlord.at(dt.datetime(2026, 4, 3, 10))
    sweep_unclaimed(landlord.db)
    with landlord.db.reading() as session:
        (shown,) = session.scalars(select(Incident).where(Incident.message_id == second)).all()
    assert "Nobody waits for “matter settled”" in shown.reason
    assert not commands.retry(landlord.db, shown.id, by="mo")


def test_an_unclaimed_message_is_still_taken_when_somebody_comes_to_wait(
    landlord: Scenario,
) -> None:
    landlord.start("spoc_case", by="amina")
    early = _send(landlord, "matter_settled", f"case:{landlord.case_id}")
    landlord.at(dt.datetime(2026, 4, 3, 10))
    sweep_unclaimed(landlord.db)
    landlord.complete("open_the_case", by="amina", answers=CASE)
    talk = {**TALK, "talked_on": "2026-04-03", "warned_on": "2026-04-03"}
    landlord.complete("talk_with_customer", by="amina", answers=talk)
    assert _message(landlord, early).delivered_at is not None
    with landlord.db.reading() as session:
        assert session.scalars(select(Incident).where(Incident.resolved_at.is_(None))).all() == []


def test_many_messages_nobody_can_take_hold_up_no_other(landlord: Scenario) -> None:
    landlord.start("spoc_case", by="amina")
    with landlord.db.writing() as session:
        for number in range(60):
            rows = [("twice", number)] * 2 if number % 2 else [("gone", number)]
            session.add_all(
                Subscription(instance_id=1, name=name, key=f"x:{n}", element_id="x", task_id="x")
                for name, n in rows
            )
            for name in ("twice", "gone"):
                messages.send(
                    session,
                    messages.Envelope(name=name, key=f"x:{number}", sent_at=clock.now()),
                )
    early = _send(landlord, "matter_settled", f"case:{landlord.case_id}")
    landlord.complete("open_the_case", by="amina", answers=CASE)
    landlord.complete("talk_with_customer", by="amina", answers=TALK)
    commands.deliver_messages(landlord.db)
    assert _message(landlord, early).delivered_at is not None
