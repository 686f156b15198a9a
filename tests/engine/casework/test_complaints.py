"""Complaints beside a case, and the door where a customer who disagrees is heard (R-081)."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from engine.calendar import Calendar
from engine.calendar_table import published
from engine.casework import complaints, corrected_dates, disagreements, retention
from engine.errors import InvalidAnswers
from engine.tables.audit import AuditDetail
from engine.tables.complaints import Complaint
from engine.tables.database import Database
from engine.tables.decisions import Appeal, Decision, LookRequest
from engine.tables.process import Message
from tests.engine.casework.old_register import Register, opened

#: Before Easter 2026: Good Friday is 3 April, Easter Monday the 6th.
RECEIVED = "2026-04-01"
HEARD: dict[str, Any] = {
    "said": "You stopped answering me, and it was never my fault.",
    "received_on": RECEIVED,
    "received_by": "priya",
    "channel": "in_person",
    "meant": ["unsure"],
}


@pytest.fixture
def register(database: Database) -> Iterator[Register]:
    with opened(database) as register:
        register.take_over()
        register.arrangement().in_force_on = dt.date(2026, 4, 1)
        register.session.flush()
        yield register


def hear(register: Register, on: str = "2026-04-02", **changed: Any) -> None:
    register.answer("customer_disagrees", register.context(on, "amina"), {**HEARD, **changed})


def said(error: pytest.ExceptionInfo[InvalidAnswers]) -> list[tuple[str, str]]:
    return [(one.question, one.message) for one in error.value.problems]


def complain(register: Register, **changed: Any) -> Complaint:
    hear(register, meant=["badly_treated"], ways=["complaint"], **changed)
    newest: Complaint = register.rows(Complaint)[-1]
    return newest


def step(register: Register, on: str, what: str, **answers: Any) -> None:
    context = register.context(on, "nell")
    given = {"complaint": str(register.rows(Complaint)[-1].id), "complaint_step": what, **answers}
    register.answer("complaint_step", context, given)


def test_the_clocks_of_a_complaint_run_from_its_first_receipt_over_easter(
    register: Register,
) -> None:
    complaint = complain(register)
    assert complaint.reference == "SP-2026-001/C1"
    assert complaint.acknowledge_due_on == dt.date(2026, 4, 10)
    assert complaint.answer_due_on == dt.date(2026, 4, 24)
    step(register, "2026-04-07", "acknowledged", step_on="2026-04-07")
    assert complaint.answer_due_on == dt.date(2026, 4, 21)


def test_a_late_acknowledgement_gains_the_landlord_no_day(register: Register) -> None:
    complaint = complain(register)
    step(register, "2026-04-20", "acknowledged", step_on="2026-04-17")
    assert complaint.answer_due_on == dt.date(2026, 4, 24)


def test_an_appeal_and_a_complaint_are_separate_and_linked(register: Register) -> None:
    """R-081; C-21."""
    hear(register, ways=["appeal", "complaint"], decision="agreed", complaint_reference="CMP-7")
    (appeal,), (complaint,) = register.rows(Appeal), register.rows(Complaint)
    assert complaint.appeal_id == appeal.id
    assert (appeal.complaint_reference, appeal.received_on) == ("CMP-7", dt.date(2026, 4, 1))
    assert appeal.grounds == complaint.about == HEARD["said"]
    (message,) = [one for one in register.rows(Message) if one.name == "appeal_received"]
    assert message.key is None
    assert message.refs["appeal_id"] == appeal.id


def test_an_earlier_review_and_a_complaint_are_linked_as_the_ombudsman_saw_it(
    register: Register,
) -> None:
    hear(
        register,
        meant=["things_changed", "badly_treated"],
        ways=["look", "complaint"],
        why_no_appeal="They agree with the decision.",
    )
    (request,), (complaint,) = register.rows(LookRequest), register.rows(Complaint)
    assert complaint.look_request_id == request.id
    assert (request.asked_by, request.received_on) == ("customer", dt.date(2026, 4, 1))
    (message,) = [one for one in register.rows(Message) if one.name == "look_asked"]
    assert message.key == f"arrangement:{register.arrangement_id}"


def proposed(register: Register, meant: list[str], received_on: str = RECEIVED) -> list[str]:
    context = register.context("2026-05-20", "amina")
    ways = disagreements.ways(context, {"meant": meant, "received_on": received_on})
    return [way.name for way in ways if way.is_proposed]


def test_what_is_proposed_follows_the_words_and_the_unsure_appeal_while_in_time(
    register: Register,
) -> None:
    decision = register.rows(Decision)[0]
    decision.appeal_until = dt.date(2026, 4, 24)
    register.session.flush()
    assert proposed(register, ["unsure"], "2026-04-24") == ["appeal"]
    assert proposed(register, ["unsure"], "2026-04-25") == ["complaint"]
    assert proposed(register, ["decision_wrong"], "2026-04-25") == ["appeal"]
    assert proposed(register, ["things_changed", "badly_treated"]) == ["look", "complaint"]
    assert proposed(register, ["decision_wrong", "things_changed", "badly_treated"]) == [
        "appeal",
        "look",
    ]
    decision.appeal_until = None
    register.session.flush()
    assert proposed(register, ["unsure"], "2026-05-19") == ["appeal"]


def test_a_late_appeal_says_that_nothing_is_refused_by_the_calendar(register: Register) -> None:
    register.rows(Decision)[0].appeal_until = dt.date(2026, 4, 24)
    register.session.flush()
    context = register.context("2026-05-20", "amina")
    appeal = disagreements.ways(context, {"meant": ["unsure"], "received_on": "2026-05-20"})[0]
    assert appeal.is_possible
    assert "Nothing is refused by the calendar" in appeal.next


def test_an_appeal_in_time_is_left_out_only_with_a_reason(register: Register) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        hear(register, ways=["complaint"])
    ((question, sentence),) = said(refused)
    assert question == "why_no_appeal"
    assert sentence.startswith("Expected an appeal, because the customer disagrees")
    hear(register, ways=["complaint"], why_no_appeal="Only the tap matters to them.")
    assert len(register.rows(Complaint)) == 1


def test_a_decision_appealed_before_cannot_be_appealed_by_this_door_either(
    register: Register,
) -> None:
    register.appeal("2026-04-01")
    register.appeal_id = None
    context = register.context("2026-04-02", "amina")
    appeal = disagreements.ways(context, {"meant": ["unsure"], "received_on": RECEIVED})[0]
    assert not appeal.is_possible
    assert proposed(register, ["unsure"]) == ["complaint"]
    with pytest.raises(InvalidAnswers) as refused:
        hear(register, ways=["appeal"], decision="agreed")
    assert tuple(question for question, _ in said(refused)) == ("ways", "decision")


def test_a_request_that_came_before_the_arrangement_is_refused(register: Register) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        hear(
            register,
            meant=["things_changed"],
            ways=["look"],
            received_on="2026-03-30",
            why_no_appeal="No.",
        )
    ((question, sentence),) = said(refused)
    assert question == "received_on"
    assert "Expected a date on or after Wed 1 Apr 2026" in sentence


@pytest.mark.parametrize(
    ("before", "what", "answers", "question", "words"),
    [
        ((), "answered", {"step_on": "2026-04-02", "complaint_outcome": "upheld"},
         "complaint_step", "Expected an acknowledgement first"),
        ((), "acknowledged", {"step_on": "2026-03-31"}, "step_on",
         "Expected a date from Wed 1 Apr 2026 on"),
        ((), "second_stage", {"step_on": "2026-04-02", "said": "No.", "received_by": "priya"},
         "complaint_step", "Expected an answer before the second stage"),
        (("acknowledged",), "acknowledged", {"step_on": "2026-04-09"}, "complaint_step",
         "Expected a complaint that is not acknowledged yet, but it was on Tue 7 Apr 2026"),
        (("acknowledged",), "more_time",
         {"step_on": "2026-04-15", "extended_to": "2026-05-20", "step_note": "Waiting."},
         "extended_to", "Expected a day after Tue 21 Apr 2026 and not after Wed 6 May 2026"),
        (("acknowledged", "answered"), "withdrawn", {"step_on": "2026-04-15"}, "complaint_step",
         "Expected a complaint that is open, but it was answered on Fri 10 Apr 2026"),
    ],
)  # fmt: skip
def test_a_step_a_complaint_cannot_take_is_refused_with_why(
    register: Register,
    before: tuple[str, ...],
    what: str,
    answers: dict[str, Any],
    question: str,
    words: str,
) -> None:
    complain(register)
    ways = {
        "acknowledged": {"step_on": "2026-04-07"},
        "answered": {"step_on": "2026-04-10", "complaint_outcome": "not_upheld"},
    }
    for one in before:
        step(register, "2026-04-10", one, **ways[one])
    with pytest.raises(InvalidAnswers) as refused:
        step(register, "2026-04-15", what, **answers)
    assert said(refused)[0][0] == question
    assert words in said(refused)[0][1]


def test_the_second_stage_has_clocks_of_its_own_and_there_is_no_third(register: Register) -> None:
    first = complain(register)
    step(register, "2026-04-07", "acknowledged", step_on="2026-04-07")
    step(register, "2026-04-10", "answered", step_on="2026-04-10", complaint_outcome="not_upheld")
    again = {"step_on": "2026-04-13", "said": "You did not look.", "received_by": "tom"}
    step(register, "2026-04-14", "second_stage", **again)
    second = register.rows(Complaint)[-1]
    assert (second.stage, second.earlier_id, second.reference) == (2, first.id, first.reference)
    assert second.acknowledge_due_on == dt.date(2026, 4, 20)
    # 20 working days from the acknowledgement; Mon 4 May is a bank holiday.
    assert second.answer_due_on == dt.date(2026, 5, 19)
    step(register, "2026-04-15", "acknowledged", step_on="2026-04-15")
    step(register, "2026-04-20", "answered", step_on="2026-04-20", complaint_outcome="upheld")
    assert complaints.to_go_on_with(register.context("2026-04-21")) == []


def test_more_time_is_kept_with_what_the_customer_was_told(register: Register) -> None:
    complaint = complain(register)
    step(register, "2026-04-07", "acknowledged", step_on="2026-04-07")
    told = {"step_on": "2026-04-14", "step_note": "A witness."}
    step(register, "2026-04-14", "more_time", extended_to="2026-05-06", **told)
    assert (complaint.extended_to, complaint.extended_reason) == (
        dt.date(2026, 5, 6),
        "A witness.",
    )
    newest = select(AuditDetail).order_by(AuditDetail.event_id.desc()).limit(1)
    detail = register.session.scalars(newest).one()
    assert (detail.old["extended_to"], detail.new["extended_to"]) == (None, "2026-05-06")


def test_an_answer_that_is_late_is_not_made_good_by_more_time_afterwards(
    register: Register,
) -> None:
    complaint = complain(register)
    step(register, "2026-04-07", "acknowledged", step_on="2026-04-07")
    late = {"step_on": "2026-04-22", "extended_to": "2026-05-06", "step_note": "A witness."}
    with pytest.raises(InvalidAnswers) as refused:
        step(register, "2026-04-22", "more_time", **late)
    assert said(refused)[0][0] == "step_on"
    assert "by Tue 21 Apr 2026, when the answer was due" in said(refused)[0][1]
    # Told in time and recorded a day later, it counts; and it can go on from there.
    step(register, "2026-04-22", "more_time", **{**late, "step_on": "2026-04-21"})
    assert complaint.extended_to == dt.date(2026, 5, 6)


def test_a_closure_taken_out_moves_what_we_owe_by_a_complaint_nearer(register: Register) -> None:
    complaint = complain(register)
    context = register.context("2026-04-08")
    assert corrected_dates.complaints_anew(context) == []
    # Good Friday had not been in the calendar, or was taken out of it.
    open_ = {on: name for on, name in dict(published()).items() if on != dt.date(2026, 4, 3)}
    anew = dataclasses.replace(context, calendar=Calendar(open_))
    moved = corrected_dates.complaints_anew(anew)
    assert [(one.column, one.new) for one in moved] == [
        ("acknowledge_due_on", dt.date(2026, 4, 9)),
        ("answer_due_on", dt.date(2026, 4, 23)),
    ]
    for one in moved:
        corrected_dates.put(anew, one)
    assert (complaint.acknowledge_due_on, complaint.answer_due_on) == (
        dt.date(2026, 4, 9),
        dt.date(2026, 4, 23),
    )
    assert corrected_dates.complaints_anew(anew) == []


def test_an_open_complaint_keeps_the_case_from_deletion_until_it_is_answered(
    register: Register,
) -> None:
    context = register.context("2027-04-02")
    assert retention.find_holds(context) == 0
    complain(register)
    assert retention.find_holds(context) == 1
    step(register, "2026-04-07", "withdrawn", step_on="2026-04-07")
    assert retention.find_holds(context) == 0
    assert register.rows(Message)[-1].name == "something_was_settled"
