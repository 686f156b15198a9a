"""Arrangements: taken over, put in force, changed by an appeal, ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import arrangements, current_terms, terms
from engine.errors import ElementFailed, InvalidAnswers, NotFound
from engine.tables.audit import AuditEvent
from engine.tables.casefile import CaseFile, Customer
from engine.tables.database import Database
from engine.tables.decisions import Appeal, Decision, LookRequest, Restriction
from engine.tables.people import User
from tests.engine.casework.old_register import ANSWERS, Register, opened

TERMS = {
    "spoc": "tom",
    "cover": "priya",
    "accepted": "yes",
    "contact_method": "telephone",
    "contact_address": "0300 555 0101",
    "visiting": "No restriction",
    "response_days": 3,
}


@pytest.fixture
def register(sqlite_database: Database) -> Iterator[Register]:
    with opened(sqlite_database) as landlord:
        yield landlord


def test_an_arrangement_of_an_old_register_gets_a_case_of_its_own(register: Register) -> None:
    context = register.context("2026-03-27")
    register.answer("take_over_arrangement", context, ANSWERS)
    case = register.session.get_one(CaseFile, context.case_id)
    assert (case.reference, case.stage, case.owner) == ("SP-2026-001", "in_force", "amina")
    [customer] = register.rows(Customer)
    assert (customer.name, customer.email) == ("Jo Carter", "jo.carter@mail.example")
    [decision] = register.rows(Decision)
    assert (decision.kind, decision.owner_kind) == ("agreed", "arrangement")
    assert decision.took_part == ["mark", "ann", "dorothy"]
    assert decision.appeal_until == dt.date(2026, 4, 24)
    arrangement = arrangements.current(context)
    assert (arrangement.decision_id, arrangement.response_time) == (decision.id, "5 working days")
    assert [row.limit for row in register.rows(Restriction)] == ["E-mail only"]


def test_the_old_letter_starts_no_clock_when_it_was_incomplete(register: Register) -> None:
    register.take_over(letter_complete="no")
    assert register.rows(Decision)[0].appeal_until is None


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("cover", "priya"),
        ("contact_address", "priya@mail.example"),
        ("contact_address", "someone@not-homes.example"),
        ("letter_on", "2026-03-25"),
        ("from_on", "2026-03-01"),
        ("next_review_on", "2026-04-01"),
        ("decided_on", "2026-03-28"),
        ("tenancy_reference", "unknown"),
        ("spoc", "nobody"),
        ("restrictions", [{"kind": "channel", "limit": "E-mail only"}]),
    ],
)
def test_what_cannot_be_is_refused_at_its_question(
    register: Register, question: str, answer: Any
) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        register.answer(
            "take_over_arrangement",
            register.context("2026-03-27"),
            {**ANSWERS, question: answer},
        )
    assert refused.value.problems[0].question.split(".")[0] == question
    assert register.rows(CaseFile) == []


def test_email_only_is_refused_for_somebody_without_an_email_address(register: Register) -> None:
    without = {name: answer for name, answer in ANSWERS.items() if name != "email"}
    with pytest.raises(InvalidAnswers, match="a way the customer can use"):
        register.answer("take_over_arrangement", register.context("2026-03-27"), without)


def test_the_same_arrangement_is_not_taken_over_twice(register: Register) -> None:
    register.answer("take_over_arrangement", register.context("2026-03-27"), ANSWERS)
    with pytest.raises(InvalidAnswers, match="SP-2026-001 holds one"):
        register.answer("take_over_arrangement", register.context("2026-03-30"), ANSWERS)


def test_somebody_complained_about_is_neither_contact_nor_cover(register: Register) -> None:
    register.take_over()
    context = register.context("2026-04-02")
    context.case().allegation_against = ["tom"]
    assert [one.question for one in terms.terms_are_sound(context, TERMS)] == ["spoc"]


def test_it_takes_effect_as_decided_but_never_before_its_letter(register: Register) -> None:
    arrangement = register.take_over()
    context = register.context("2026-04-01")
    assert arrangements.start_on(context) == dt.date(2026, 4, 1)
    arrangement.letter_issued_on = dt.date(2026, 4, 7)
    assert arrangements.start_on(context) == dt.date(2026, 4, 7)


def test_it_is_put_in_force_once_on_its_day_even_if_the_engine_comes_late(
    register: Register,
) -> None:
    arrangement = register.take_over()
    arrangements.put_in_force(register.context("2026-04-03"))
    assert arrangement.in_force_on == dt.date(2026, 4, 1)
    arrangement.from_on = dt.date(2026, 5, 1)
    arrangements.put_in_force(register.context("2026-05-01"))
    assert arrangement.in_force_on == dt.date(2026, 4, 1)
    actions = [event.action for event in register.rows(AuditEvent)]
    assert actions.count("arrangement_put_in_force") == 1


def test_without_a_letter_it_never_takes_effect(register: Register) -> None:
    arrangement = register.take_over()
    arrangement.taken_over, arrangement.letter_issued_on = False, None
    with pytest.raises(ElementFailed, match="introduction letter"):
        arrangements.put_in_force(register.context("2026-04-01"))
    assert arrangement.in_force_on is None


def test_a_review_date_is_worked_out_when_none_was_set(register: Register) -> None:
    arrangement = register.take_over()
    arrangement.next_review_on, arrangement.review_months = None, 3
    arrangements.put_in_force(register.context("2026-04-01"))
    assert arrangement.next_review_on == dt.date(2026, 7, 1)


def test_terms_changed_on_appeal_apply_from_the_day_and_only_once(register: Register) -> None:
    arrangement = register.take_over()
    register.appeal("2026-04-01")
    register.rows(Appeal)[0].director = "ben"
    answers = {"outcome": "partly_upheld", "reasons": "Too strict.", "appeal_effect": "terms"}
    register.answer("decide_appeal", register.context("2026-04-08", "ben"), {**answers, **TERMS})
    later = register.context("2026-04-08", appeal_id=None)
    arrangements.apply_appeal(later)
    assert (arrangement.spoc, arrangement.contact_method) == ("tom", "telephone")
    assert arrangement.response_time == "3 working days"
    [old] = register.rows(Restriction)
    assert old.until_on == dt.date(2026, 4, 8)
    assert register.rows(Appeal)[0].applied_on == dt.date(2026, 4, 8)
    arrangement.spoc = "amina"
    arrangements.apply_appeal(later)
    assert arrangement.spoc == "amina"


def test_an_appeal_may_open_the_review_at_once(register: Register) -> None:
    arrangement = register.take_over()
    register.appeal("2026-04-01")
    register.rows(Appeal)[0].director = "ben"
    answers = {"outcome": "upheld", "reasons": "Look again.", "appeal_effect": "look_again"}
    register.answer("decide_appeal", register.context("2026-04-08", "ben"), answers)
    arrangements.apply_appeal(register.context("2026-04-08", appeal_id=None))
    assert arrangement.review_opens_on == dt.date(2026, 4, 8)


def test_an_appeal_that_cancels_ends_it_the_same_day(register: Register) -> None:
    arrangement = register.take_over()
    register.appeal("2026-04-01")
    register.rows(Appeal)[0].director = "ben"
    answers = {"outcome": "upheld", "reasons": "Not hers.", "appeal_effect": "cancelled"}
    register.answer("decide_appeal", register.context("2026-04-08", "ben"), answers)
    context = register.context("2026-04-08", appeal_id=None)
    arrangements.end(context, reason="cancelled_on_appeal")
    assert (arrangement.ended_on, arrangement.end_reason) == (
        dt.date(2026, 4, 8),
        "cancelled_on_appeal",
    )
    assert context.case().stage == "ended"
    assert register.rows(Appeal)[0].applied_on == dt.date(2026, 4, 8)
    assert register.rows(Restriction)[0].until_on == dt.date(2026, 4, 8)


def test_one_that_ceases_ends_on_the_day_decided_and_only_once(register: Register) -> None:
    arrangement = register.take_over()
    arrangement.end_on = dt.date(2026, 10, 1)
    arrangements.end(register.context("2026-10-02"), reason="ceased")
    arrangements.end(register.context("2026-10-05"), reason="customer_left")
    assert (arrangement.ended_on, arrangement.end_reason) == (dt.date(2026, 10, 1), "ceased")


def test_what_was_asked_about_it_ends_with_it(register: Register) -> None:
    arrangement = register.take_over()
    arrangements.put_in_force(register.context("2026-04-01"))
    asked = {
        "asked_by": "customer",
        "why": "It is too much.",
        "received_on": "2026-04-07",
        "received_by": "priya",
        "channel": "email",
    }
    register.answer("ask_for_a_look", register.context("2026-04-07"), asked)
    arrangements.end(register.context("2026-04-08"), reason="customer_left")
    assert register.rows(LookRequest)[0].outcome == "dropped"
    assert arrangement.look_received_on is None


def test_the_lane_of_the_contact_falls_to_the_officer_once_they_have_left(
    register: Register,
) -> None:
    register.take_over()
    context = register.context("2026-04-02")
    assert arrangements.spoc_of_case(context).user == "priya"
    register.session.get_one(User, "priya").left_on = dt.date(2026, 4, 1)
    register.session.flush()
    holder = arrangements.spoc_of_case(context)
    assert (holder.role, holder.user) == ("dmo", None)


def test_a_case_without_an_arrangement_says_so(register: Register) -> None:
    register.take_over()
    register.case_id = register.arrangement_id = None
    context = register.context("2026-04-02")
    assert arrangements.find(context) is None
    with pytest.raises(NotFound, match="the case has none"):
        arrangements.current(context)


def test_an_arrangement_of_another_case_cannot_be_named(register: Register) -> None:
    other = register.take_over().id
    register.take_over("2026-04-02", customer_name="Kim Lee", tenancy_reference="300001")
    assert arrangements.find(register.context("2026-04-02", arrangement_id=other)) is None


def test_the_terms_that_apply_are_offered_where_they_can_change(register: Register) -> None:
    register.take_over(support="Money advice")
    context = register.context("2026-04-02")
    offered = {name: getattr(current_terms, name)(context) for name in terms.QUESTIONS}
    assert offered == {
        **{name: ANSWERS.get(name) for name in terms.QUESTIONS},
        "support": "Money advice",
    }
    register.case_id = register.arrangement_id = None
    nothing = register.context("2026-04-02")
    assert current_terms.spoc(nothing) is None
    assert current_terms.response_days(nothing) == 5
    assert current_terms.restrictions(nothing) == []
