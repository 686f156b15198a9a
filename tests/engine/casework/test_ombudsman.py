"""What an Ombudsman asked for: dates from the report, one item a thing, proof of its kind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import ombudsman, retention
from engine.casework.context import Context
from engine.casework.people import Holder
from engine.errors import InvalidAnswers, NotFound
from engine.tables.database import Database
from engine.tables.decisions import BreachOfClock
from engine.tables.ombudsman import Determination, OmbudsmanItem
from engine.tables.people import User
from engine.tables.process import Message
from tests.engine.casework.old_register import Register, opened

FIGURES = {"ombudsman.order_due": 28, "ombudsman.recommendation_due": 21}
PAY = {
    "kind": "order",
    "what": "Pay for distress",
    "proof_kind": "payment",
    "amount": 100,
    "owner": "mark",
}
WRITE = {"kind": "order", "what": "Write whom to call", "proof_kind": "letter", "owner": "priya"}
NAME = {
    "kind": "recommendation",
    "what": "Name a second contact",
    "proof_kind": "other",
    "owner": "tom",
}
REPORT: dict[str, Any] = {
    "ombudsman": "housing",
    "ombudsman_reference": "HO-6136",
    "reported_on": "2026-05-21",
    "ombudsman_outcome": "service_failure",
    "findings": "No way to appeal for six months.",
    "items": [PAY, WRITE, NAME],
}
PAID = {
    "order": ["read"],
    "done_on": "2026-06-04",
    "proof_given": "payment",
    "amount_paid": 100,
    "payment_reference": "BACS 4471",
    "set_off": "no",
}


@pytest.fixture
def register(sqlite_database: Database) -> Iterator[Register]:
    with opened(sqlite_database) as register:
        register.take_over()
        yield register


def report(register: Register, on: str = "2026-05-25", **changed: Any) -> list[OmbudsmanItem]:
    context = register.context(on, "nell", figures=FIGURES)
    register.answer("ombudsman_report", context, {**REPORT, **changed})
    return register.rows(OmbudsmanItem)


def at(register: Register, item: OmbudsmanItem, on: str, who: str) -> Context:
    told = {"order_ref": f"ombudsman_item:{item.id}"}
    return register.context(on, who, variables=told, figures=FIGURES)


def problems(error: pytest.ExceptionInfo[InvalidAnswers]) -> dict[str, str]:
    return {one.question: one.message for one in error.value.problems}


def test_each_thing_asked_for_is_an_item_due_from_the_date_of_the_report(
    register: Register,
) -> None:
    """R-124, R-125: entered four days after the report, the clock still runs from it."""
    items = report(register)
    assert [(one.kind, one.due_on) for one in items] == [
        ("order", dt.date(2026, 6, 18)),
        ("order", dt.date(2026, 6, 18)),
        ("recommendation", dt.date(2026, 6, 11)),
    ]
    sent = [one for one in register.rows(Message) if one.name == "ombudsman_item_recorded"]
    assert [one.payload for one in sent] == [
        {"order_ref": f"ombudsman_item:{one.id}"} for one in items
    ]


def test_a_date_the_report_names_goes_before_the_usual_time(register: Register) -> None:
    [item] = report(register, items=[{**PAY, "due_on": "2026-06-05"}])
    assert (item.due_on, item.due_reason) == (dt.date(2026, 6, 5), "The date the Ombudsman set")


@pytest.mark.parametrize(
    ("row", "about", "message"),
    [
        ({**PAY, "amount": ""}, "items.0.amount", "Expected the sum in pounds"),
        ({**WRITE, "amount": 100}, "items.0.amount", "Expected no sum"),
        ({**WRITE, "due_on": "2026-05-20"}, "items.0.due_on", "Expected a day after the report"),
        ({**WRITE, "owner": "nobody"}, "items.0.owner", ""),
        ({**WRITE, "what": ""}, "items.0.what", ""),
    ],
)
def test_an_item_that_cannot_be_is_sent_back(
    register: Register, row: dict[str, Any], about: str, message: str
) -> None:
    with pytest.raises(InvalidAnswers) as refused:
        report(register, items=[row])
    assert message in problems(refused)[about]
    assert register.rows(Determination) == []


def test_a_report_is_entered_once_and_never_of_tomorrow(register: Register) -> None:
    report(register)
    with pytest.raises(InvalidAnswers) as again:
        report(register, ombudsman_reference="ho-6136")
    assert "entered on Mon 25 May 2026" in problems(again)["ombudsman_reference"]
    with pytest.raises(InvalidAnswers) as ahead:
        report(register, ombudsman_reference="HO-7", reported_on="2026-05-26")
    assert problems(ahead)["reported_on"] == "The date of the report cannot be in the future"


def test_an_order_is_closed_with_proof_of_its_own_kind_alone(register: Register) -> None:
    """R-125 to R-127: a telephone call is no letter, and part of a sum is no payment."""
    pay, write, _ = report(register)
    with pytest.raises(InvalidAnswers) as little:
        register.answer(
            "order_done", at(register, pay, "2026-06-04", "mark"), {**PAID, "amount_paid": 60}
        )
    assert "£100" in problems(little)["amount_paid"]
    with pytest.raises(InvalidAnswers) as called:
        register.answer(
            "order_done",
            at(register, write, "2026-06-04", "priya"),
            {
                "order": ["read"],
                "done_on": "2026-06-04",
                "proof_given": "other",
                "proof_note": "Told on the telephone",
            },
        )
    assert "a call does not count" in problems(called)["proof_given"]
    assert pay.done_on is None
    assert write.done_on is None


def test_what_was_set_off_against_arrears_is_said(register: Register) -> None:
    """R-126: a payment that was set off is recorded as such."""
    pay, *_ = report(register)
    context = at(register, pay, "2026-06-04", "mark")
    with pytest.raises(InvalidAnswers) as unsaid:
        register.answer("order_done", context, {**PAID, "set_off": "yes"})
    assert "set_off_note" in problems(unsaid)
    register.answer("order_done", context, {**PAID, "set_off": "yes", "set_off_note": "£40, Jo"})
    assert pay.proof == "£100 paid, reference BACS 4471. Set off against money owed: £40, Jo"
    assert pay.done_on == dt.date(2026, 6, 4)


def test_a_recommendation_is_taken_up_or_declined_with_a_reason(register: Register) -> None:
    """R-129: it is not dropped because it is no order."""
    *_, name = report(register)
    context = at(register, name, "2026-05-28", "dorothy")
    chosen = {"recommendation": ["read"], "recommendation_result": "declined"}
    with pytest.raises(InvalidAnswers) as bare:
        register.answer("decide_recommendation", context, chosen)
    assert problems(bare) == {"decision_reason": "Enter why we do not take it up"}
    taken = {**chosen, "recommendation_result": "accepted", "do_owner": "priya"}
    with pytest.raises(InvalidAnswers) as past:
        register.answer("decide_recommendation", context, {**taken, "do_by": "2026-05-27"})
    assert "do_by" in problems(past)
    register.answer("decide_recommendation", context, {**taken, "do_by": "2026-06-30"})
    assert (name.owner, name.due_on) == ("priya", dt.date(2026, 6, 30))
    assert ombudsman.order_owner(context) == Holder("officer", "priya")


def test_what_is_open_keeps_the_case_from_deletion(register: Register) -> None:
    """R-108: a declined recommendation keeps it no longer, an open order does."""
    before = retention.find_holds(register.context("2026-05-25"))
    _, write, name = report(register)
    context = register.context("2026-05-28")
    assert retention.find_holds(context) == before + 3
    decided = at(register, name, "2026-05-28", "dorothy")
    register.answer(
        "decide_recommendation",
        decided,
        {
            "recommendation": ["read"],
            "recommendation_result": "declined",
            "decision_reason": "It is so already.",
        },
    )
    write.done_on = dt.date(2026, 5, 28)
    register.session.flush()
    assert retention.find_holds(context) == before + 1


def test_a_date_that_passed_is_recorded_once_and_closes_nothing(register: Register) -> None:
    pay, *_ = report(register)
    for _ in range(2):
        ombudsman.record_breach(at(register, pay, "2026-06-19", "the system"))
    register.session.flush()
    [breach] = register.rows(BreachOfClock)
    assert (breach.kind, breach.due_on) == ("ombudsman_item", dt.date(2026, 6, 18))
    assert pay.done_on is None


def test_an_order_of_somebody_who_left_is_the_complaints_managers(register: Register) -> None:
    pay, *_ = report(register)
    left = register.session.get_one(User, "mark")
    left.left_on = dt.date(2026, 6, 1)
    register.session.flush()
    context = at(register, pay, "2026-06-02", "the system")
    assert ombudsman.order_owner(context) == Holder("complaints_manager", None)


def test_an_item_of_another_case_is_not_found(register: Register) -> None:
    pay, *_ = report(register)
    told = {"order_ref": f"ombudsman_item:{pay.id}"}
    elsewhere = register.context("2026-06-02", "mark", case_id=999, variables=told)
    with pytest.raises(NotFound):
        ombudsman.order_due(elsewhere)
