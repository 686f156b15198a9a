"""What a contact is about and who answers it: kept, given out, covered, ended (R-007, R-010)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import arrangements, passing_on
from engine.casework.context import Context
from engine.casework.people import Holder
from engine.errors import InvalidAnswers, NotFound
from engine.tables.absences import Absence
from engine.tables.casefile import CaseFile, Contact
from engine.tables.database import Database
from engine.tables.passing_on import PassedOn
from engine.tables.people import User
from engine.tables.process import Message
from tests.engine.casework.old_register import Register, opened

CALL: dict[str, Any] = {
    "contacted_on": "2026-04-08",
    "at_time": "08:15",
    "channel": "telephone",
    "direction": "in",
    "triage": "new_matter",
}
FENCE: dict[str, Any] = {
    **CALL,
    "answer_by": "passed_on",
    "pass_what": "When the fence is mended",
    "pass_to": "person:tom",
    "answer_due_on": "2026-04-15",
}
ON = "2026-04-08"


@pytest.fixture
def register(sqlite_database: Database) -> Iterator[Register]:
    with opened(sqlite_database) as landlord:
        landlord.take_over()
        arrangements.put_in_force(landlord.context("2026-04-01"))
        yield landlord


def refused(register: Register, answers: dict[str, Any], on: str = ON) -> dict[str, str]:
    with pytest.raises(InvalidAnswers) as wrong:
        register.answer("log_contact", register.context(on, "amina"), answers)
    return {one.question: one.message for one in wrong.value.problems}


def passed(register: Register, **changed: Any) -> Context:
    """Pass something on and give the context of its run."""
    register.answer("log_contact", register.context(ON, "amina"), {**FENCE, **changed})
    [message] = [one for one in register.rows(Message) if one.name == "contact_passed_on"][-1:]
    assert message.payload == {"passed_on_ref": f"passed_on:{register.rows(PassedOn)[-1].id}"}
    return register.context(ON, "tom", variables=message.payload)


def ended(register: Register, on: str, run: Context, **answers: Any) -> PassedOn:
    context = register.context(on, "tom", variables=run.variables)
    given = {"matter": ["matter"], "passed_result": "answered", **answers}
    register.answer("passed_on_answer", context, given)
    row: PassedOn = register.rows(PassedOn)[0]
    return row


def test_a_new_matter_is_not_logged_for_nobody(register: Register) -> None:
    """R-007, R-010."""
    assert refused(register, CALL) == {
        "answer_by": "Expected somebody who answers a new matter, but nobody is named. Choose who "
        "answers, or say that it is answered already."
    }
    register.answer("log_contact", register.context(ON), {**CALL, "answer_by": "nobody"})
    register.answer("log_contact", register.context(ON), {**CALL, "direction": "out"})
    assert register.rows(PassedOn) == []


@pytest.mark.parametrize(
    "taker", ["", "person:gone", "team:nobody", "Repairs", "team:manager", "team:team_leader"]
)
def test_nothing_is_passed_on_to_nobody(register: Register, taker: str) -> None:
    """R-007, R-102: a person or a role that sees no case by it, never a word."""
    found = refused(register, {**FENCE, "pass_to": taker})
    assert list(found) == ["pass_to"]
    assert register.rows(Contact) == []


def test_nothing_is_passed_on_without_a_day(register: Register) -> None:
    """R-007."""
    found = refused(register, {**FENCE, "answer_due_on": ""})
    assert found == {"answer_due_on": "Enter the day by which they answer"}
    assert (
        "it has passed"
        in refused(register, {**FENCE, "answer_due_on": "2026-04-07"})["answer_due_on"]
    )


def test_later_than_promised_needs_a_reason(register: Register) -> None:
    """R-007, C-11: the day is that of the arrangement's own letter, else of the policy."""
    assert passing_on.contact_answer_due(register.context(ON)).on == dt.date(2026, 4, 15)
    late = {**FENCE, "answer_due_on": "2026-04-16"}
    assert "by Wed 15 Apr 2026" in refused(register, late)["later_because"]
    run = passed(register, answer_due_on="2026-04-16", later_because="The mill is shut.")
    due = passing_on.passed_on_due(run)
    assert due.on == dt.date(2026, 4, 16)
    assert "later than Wed 15 Apr 2026" in due.reason
    register.arrangement().response_time = "2 working days"
    assert "by Fri 10 Apr 2026" in refused(register, FENCE)["later_because"]


def test_an_earlier_day_can_be_chosen(register: Register) -> None:
    run = passed(register, answer_due_on="2026-04-09")
    assert "earlier than Wed 15 Apr 2026" in passing_on.passed_on_due(run).reason


def test_who_it_was_passed_to_has_it_by_name_and_sees_what_it_is_about(register: Register) -> None:
    """R-102: the task says what it is about, so that it opens nothing of the case."""
    run = passed(register)
    assert passing_on.passed_on_taker(run) == Holder("officer", "tom")
    [shown] = passing_on.passed_on_at_hand(run)
    assert shown.label == "When the fence is mended"
    assert "Jo Carter, 4 Elm Court, Northfield." in shown.hint
    assert "passed on by Amina Diallo" in shown.hint


def test_a_role_shares_it_and_the_contact_has_what_is_theirs(register: Register) -> None:
    assert passing_on.passed_on_taker(passed(register, pass_to="team:dmo")) == Holder("dmo", None)
    contact = passed(register, answer_by="contact", pass_to="")
    assert passing_on.passed_on_taker(contact) == Holder("officer", "priya")
    register.arrangement().ended_on = dt.date(2026, 4, 8)
    assert passing_on.passed_on_taker(contact) == Holder("team_leader", "amina")
    # never any team leader, who by taking it would see the whole case.
    register.session.get_one(User, "amina").left_on = dt.date(2026, 4, 7)
    register.session.flush()
    assert passing_on.passed_on_taker(contact) == Holder("dmo", None)


def test_somebody_complained_about_gets_nothing(register: Register) -> None:
    register.session.get_one(CaseFile, register.case_id).allegation_against = ["tom"]
    assert "pass_to" in refused(register, FENCE)


def test_who_left_or_is_away_is_covered(register: Register) -> None:
    """R-072."""
    run = passed(register)
    away = Absence(
        user_name="tom",
        kind="leave",
        from_on=dt.date(2026, 4, 8),
        until_on=dt.date(2026, 4, 9),
        cover="amina",
        made_by="tom",
        made_at=run.now,
    )
    register.session.add(away)
    register.session.flush()
    assert passing_on.passed_on_taker(run) == Holder("officer", "amina", instead_of="tom")
    case = register.session.get_one(CaseFile, register.case_id)
    case.allegation_against = ["amina"]
    assert passing_on.passed_on_taker(run) == Holder("officer", "priya", instead_of="tom")
    case.allegation_against = []
    away.cover = None
    assert passing_on.passed_on_taker(run) == Holder("officer", "priya", instead_of="tom")
    away.ended_at = run.now
    register.session.get_one(User, "tom").left_on = dt.date(2026, 4, 7)
    register.session.flush()
    assert passing_on.passed_on_taker(run) == Holder("officer", "priya")


def test_it_is_open_until_the_customer_knows(register: Register) -> None:
    run = passed(register)
    row = ended(register, "2026-04-14", run, answered_on="2026-04-13", answered_how="Rang him.")
    assert (row.outcome, row.ended_on, row.outcome_note, row.ended_by) == (
        "answered",
        dt.date(2026, 4, 13),
        "Rang him.",
        "tom",
    )


def test_no_answer_is_from_before_the_contact(register: Register) -> None:
    run = passed(register)
    with pytest.raises(InvalidAnswers, match="Wed 8 Apr 2026"):
        ended(register, "2026-04-14", run, answered_on="2026-04-07", answered_how="Rang him.")


def test_no_answer_is_needed_only_with_a_reason(register: Register) -> None:
    run = passed(register)
    with pytest.raises(InvalidAnswers):
        ended(register, "2026-04-14", run, passed_result="not_needed")
    row = ended(
        register, "2026-04-14", run, passed_result="not_needed", not_needed_because="He mended it."
    )
    assert (row.outcome, row.outcome_note) == ("not_needed", "He mended it.")


def test_passed_on_further_it_keeps_its_day_and_both_rows_stay(register: Register) -> None:
    """R-007: the forwarding log says every hand it went through."""
    run = passed(register)
    further = {"passed_result": "passed_on", "pass_to": "person:mark"}
    with pytest.raises(InvalidAnswers, match="by Wed 15 Apr 2026"):
        ended(register, "2026-04-14", run, **further, answer_due_on="2026-04-20")
    ended(register, "2026-04-14", run, **further, answer_due_on="2026-04-15")
    first, second = register.rows(PassedOn)
    assert (first.outcome, first.ended_on) == ("passed_on", dt.date(2026, 4, 14))
    assert (second.to_user, second.due_on, second.what) == ("mark", first.due_on, first.what)
    assert second.passed_by == "tom"


def test_a_day_that_has_passed_is_not_offered_to_whoever_has_it_next(register: Register) -> None:
    run = passed(register)
    on_the_day = register.context("2026-04-15", "tom", variables=run.variables)
    offered = passing_on.passed_on_still_due(on_the_day)
    assert offered is not None
    assert offered.on == dt.date(2026, 4, 15)
    the_day_after = register.context("2026-04-16", "tom", variables=run.variables)
    assert passing_on.passed_on_still_due(the_day_after) is None


def test_a_run_knows_its_own_matter_and_no_other(register: Register) -> None:
    for ref in ("", "passed_on:99", "passed_on:x"):
        with pytest.raises(NotFound):
            passing_on.passed_on_due(register.context(ON, variables={"passed_on_ref": ref}))
