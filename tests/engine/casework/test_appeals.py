"""Appeals: dates, receipt, who decides, what is decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from engine.casework import appeal_decisions, appeal_receipts, appeals, directors, owners
from engine.errors import NotAllowed, NotFound, Rejected
from engine.tables.audit import AuditEvent
from engine.tables.casefile import Stage
from engine.tables.database import Database
from engine.tables.decisions import Appeal, BreachOfClock, Decision
from engine.tables.people import User
from tests.engine.casework.old_register import Register, opened

UPHELD = {
    "outcome": "upheld",
    "reasons": "The calls were not all hers.",
    "appeal_effect": "cancelled",
}


@pytest.fixture
def register(sqlite_database: Database) -> Iterator[Register]:
    with opened(sqlite_database) as landlord:
        yield landlord


def test_an_appeal_received_before_easter_is_due_on_the_tenth(register: Register) -> None:
    register.take_over()
    register.appeal("2026-04-01")
    due = appeals.appeal_due(register.context("2026-04-01"))
    assert due is not None
    assert due.on == dt.date(2026, 4, 10)
    assert "Good Friday" in due.reason
    assert not due.provisional


def test_a_bank_holiday_in_may_moves_the_answer_to_the_twenty_eighth(register: Register) -> None:
    register.take_over("2026-05-14", decided_on="2026-05-12", letter_on="2026-05-14")
    register.appeal("2026-05-20")
    context = register.context("2026-05-20")
    assert appeals.current(context).answer_due_on == dt.date(2026, 5, 28)
    assert register.rows(Decision)[0].appeal_until == dt.date(2026, 6, 11)


@pytest.mark.parametrize(
    ("received_on", "complete", "in_time"),
    [
        ("2026-04-24", "yes", "yes"),
        ("2026-04-27", "yes", "no"),
        ("2026-09-30", "no", "yes"),
    ],
)
def test_an_appeal_is_late_only_after_the_day_a_complete_letter_named(
    register: Register, received_on: str, complete: str, in_time: str
) -> None:
    register.take_over(letter_complete=complete)
    register.appeal(received_on)
    assert appeals.work_out_dates(register.context(received_on)) == in_time


def test_working_out_the_dates_again_keeps_what_was_before(register: Register) -> None:
    register.take_over()
    register.appeal("2026-04-01")
    changed = register.context("2026-04-02", figures={"appeal.sla": 6})
    appeals.work_out_dates(changed)
    assert appeals.current(changed).answer_due_on == dt.date(2026, 4, 13)
    actions = [event.action for event in register.rows(AuditEvent)]
    assert actions.count("appeal_dates_worked_out") == 2


def test_a_decision_is_offered_by_name_and_can_be_appealed_once(register: Register) -> None:
    register.take_over()
    [offered] = appeal_receipts.decisions_appealable(register.context("2026-04-01"))
    assert (offered.value, offered.disabled) == ("agreed", False)
    assert "until Fri 24 Apr 2026" in offered.hint
    register.appeal("2026-04-01")
    context = register.context("2026-04-02")
    [offered] = appeal_receipts.decisions_appealable(context)
    assert offered.disabled
    again = {"decision": "agreed", "received_on": "2026-04-02"}
    [problem] = appeal_receipts.appeal_can_be_logged(context, again)
    assert (problem.question, "appealed already" in problem.message) == ("decision", True)


def test_a_withdrawn_appeal_leaves_the_way_open_for_another(register: Register) -> None:
    register.take_over()
    register.appeal("2026-04-01")
    context = register.context("2026-04-02")
    answers = {"withdrawn_on": "2026-04-02"}
    assert appeal_decisions.appeal_can_be_withdrawn(context, answers) == []
    appeal_decisions.withdraw_appeal(context, answers, {})
    appeals.record_withdrawal(context)
    assert appeals.current(context).withdrawn_on == dt.date(2026, 4, 2)
    assert appeals.open_of_case(context) == []
    again = {"decision": "agreed", "received_on": "2026-04-02"}
    assert appeal_receipts.appeal_can_be_logged(context, again) == []
    with pytest.raises(Rejected, match="still to be decided"):
        appeal_decisions.appeal_can_be_withdrawn(context, answers)


@pytest.mark.parametrize(
    ("decision", "received_on", "question"),
    [("review", "2026-04-01", "decision"), ("agreed", "2026-03-25", "received_on")],
)
def test_an_appeal_against_nothing_or_before_the_decision_is_refused(
    register: Register, decision: str, received_on: str, question: str
) -> None:
    register.take_over()
    answers = {"decision": decision, "received_on": received_on}
    [problem] = appeal_receipts.appeal_can_be_logged(register.context("2026-04-01"), answers)
    assert problem.question == question


def test_a_policy_may_leave_warnings_out_of_appeals(register: Register) -> None:
    register.take_over()
    stage = _stage(register, "warning")
    _decision(register, "warning", "stage", stage.id)
    for switch, names in {"yes": ["warning", "agreed"], "no": ["agreed"]}.items():
        context = register.context("2026-04-01", figures={"appeal.warning_letter": switch})
        offered = appeal_receipts.decisions_appealable(context)
        assert [choice.value for choice in offered] == names


def test_the_second_decision_of_a_kind_has_a_number(register: Register) -> None:
    register.take_over()
    for _ in range(2):
        _decision(register, "review", "arrangement", register.arrangement().id)
    offered = appeal_receipts.decisions_appealable(register.context("2026-04-01"))
    assert [choice.value for choice in offered] == ["review_2", "review", "agreed"]


def test_a_director_who_took_part_is_not_offered(register: Register) -> None:
    register.take_over()
    register.appeal("2026-04-01")
    offered = directors.directors_free(register.context("2026-04-01"))
    assert [choice.value for choice in offered if not choice.disabled] == ["ben", "cara", "other"]
    shown = {choice.value: choice.hint for choice in offered if choice.disabled}
    assert shown == {"ann": "Cannot decide it: took part in the decision."}


def test_every_part_in_what_is_appealed_bars_from_deciding(register: Register) -> None:
    register.take_over(spoc="ben")
    register.appeal("2026-04-01")
    stage = _stage(register, "formal")
    stage.referred_by, stage.discussed_with = "amina", "cara"
    register.rows(Decision)[0].barred = ["olga", "ben"]
    context = register.context("2026-04-01")
    context.case().allegation_against = ["nell"]
    assert directors.conflicts(context, appeals.current(context)) == {
        "nell": "is complained about on this case",
        "mark": "made the decision",
        "ann": "took part in the decision",
        "dorothy": "took part in the decision",
        "amina": "referred the case",
        "cara": "discussed the case before it was referred",
        "ben": "is the single point of contact",
        "tom": "is the cover",
        "olga": "had to do with what was decided",
    }
    offered = directors.directors_free(context)
    assert [choice.value for choice in offered if not choice.disabled] == ["other"]
    assert offered[-1].hint.startswith("Every director has a conflict.")
    assert directors.senior_officers(context) == []


def test_a_line_manager_of_who_decided_is_offered_with_a_warning(register: Register) -> None:
    register.take_over()
    register.appeal("2026-04-01")
    register.session.get_one(User, "mark").line_manager = "ben"
    first = directors.directors_free(register.context("2026-04-01"))[0]
    assert first.hint == "Line manager of the person who decided"


def test_the_appeal_goes_to_the_director_chosen(register: Register) -> None:
    register.take_over()
    register.appeal("2026-04-01")
    context = register.context("2026-04-02")
    assert directors.director(context).user is None
    directors.allocate(context, {"director": "ben"}, {})
    assert directors.director(context).user == "ben"


@pytest.mark.parametrize(
    ("form", "answers"),
    [
        ("decide_appeal", {"outcome": "not_upheld", "reasons": "It was fair."}),
        ("decide_late_appeal", {"late_appeal": "taken", "reasons": "Was ill."}),
    ],
)
def test_only_the_director_it_is_allocated_to_decides(
    register: Register, form: str, answers: dict[str, str]
) -> None:
    """R-077: whoever else gets hold of the task, in whatever way."""
    register.take_over()
    register.appeal("2026-04-01")
    cara = register.context("2026-04-02", "cara")
    with pytest.raises(NotAllowed, match="that is nobody yet"):
        register.answer(form, cara, answers)
    directors.allocate(register.context("2026-04-02"), {"director": "ben"}, {})
    with pytest.raises(NotAllowed, match="that is Ben"):
        register.answer(form, cara, answers)
    ben = register.context("2026-04-02", "ben")
    register.arrangement().cover = "ben"
    with pytest.raises(NotAllowed, match="is the cover"):
        register.answer(form, ben, answers)
    register.arrangement().cover = "tom"
    register.answer(form, ben, answers)


def test_another_senior_officer_needs_to_be_free_and_shows_as_an_exception(
    register: Register,
) -> None:
    register.take_over()
    register.appeal("2026-04-01")
    context = register.context("2026-04-02")
    barred = {"director": "other", "other_director": "mark", "other_reason": "All away"}
    [problem] = directors.director_is_free(context, barred)
    assert problem.question == "other_director"
    assert "Mark Osei made the decision" in problem.message
    free = {**barred, "other_director": "nell"}
    assert directors.director_is_free(context, free) == []
    directors.allocate(context, free, {})
    assert directors.director(context).user == "nell"
    assert register.rows(AuditEvent)[-1].action == "appeal_allocated_outside_the_list"


def test_an_answer_on_the_sixth_day_is_late_by_one_and_recorded_once(register: Register) -> None:
    register.take_over()
    register.appeal("2026-04-01")
    midnight = register.context("2026-04-11 00:00", "the system")
    appeals.record_breach(midnight)
    appeals.record_breach(register.context("2026-04-11 00:05", "the system"))
    assert len(register.rows(BreachOfClock)) == 1
    assert appeals.current(midnight).decided_on is None
    assert appeals.holding_letter_due(midnight).on == dt.date(2026, 4, 13)
    decided = register.context("2026-04-13", "ben")
    appeal_decisions.decide_appeal(decided, UPHELD, {})
    appeals.record_outcome(register.context("2026-04-13", "ben"))
    assert appeals.current(decided).working_days_taken == 6
    assert appeals.late_by(decided) == 1
    assert appeals.current(decided).answered_on == dt.date(2026, 4, 13)


def test_an_appeal_upheld_on_day_four_is_in_time(register: Register) -> None:
    register.take_over("2026-05-14", decided_on="2026-05-12", letter_on="2026-05-14")
    register.appeal("2026-05-20")
    context = register.context("2026-05-27", "ben")
    assert appeal_decisions.appeal_effect_fits(context, UPHELD) == []
    appeal_decisions.decide_appeal(context, UPHELD, {})
    appeals.record_outcome(context)
    appeal = appeals.current(context)
    assert (appeal.working_days_taken, appeals.late_by(context)) == (4, 0)
    assert owners.decision_owner(context) == f"arrangement:{register.arrangement_id}"
    outcome = appeal_decisions.outcome_of(context, appeal)
    assert outcome is not None
    assert (outcome.kind, outcome.decided_by, outcome.outcome) == ("appeal", "ben", "upheld")


def test_a_late_appeal_that_is_not_taken_is_decided_with_its_reason(register: Register) -> None:
    register.take_over()
    register.appeal("2026-04-30")
    context = register.context("2026-05-01", "ben")
    late = {"late_appeal": "not_taken", "reasons": "No reason for the delay."}
    appeal_decisions.decide_late_appeal(context, late, {})
    appeal_decisions.record_not_taken(context)
    appeal = appeals.current(context)
    assert (appeal.outcome, appeal.effect, appeal.decided_on) == (
        "not_taken",
        "none",
        dt.date(2026, 5, 1),
    )
    assert register.rows(Decision)[-1].reasons == "No reason for the delay."


@pytest.mark.parametrize(
    ("outcome", "effect", "is_refused"),
    [
        ("upheld", "none", True),
        ("upheld", "terms", False),
        ("partly_upheld", "none", False),
        ("partly_upheld", "look_again", False),
        ("not_upheld", None, False),
    ],
)
def test_what_changes_goes_with_the_outcome(
    register: Register, outcome: str, effect: str | None, is_refused: bool
) -> None:
    register.take_over()
    register.appeal("2026-04-01")
    answers = {"outcome": outcome, "reasons": "x"} | ({"appeal_effect": effect} if effect else {})
    problems = appeal_decisions.appeal_effect_fits(register.context("2026-04-02"), answers)
    assert bool(problems) == is_refused


def test_an_arrangement_that_has_ended_cannot_be_changed(register: Register) -> None:
    register.take_over()
    register.appeal("2026-04-01")
    register.arrangement().ended_on = dt.date(2026, 4, 1)
    [problem] = appeal_decisions.appeal_effect_fits(register.context("2026-04-02"), UPHELD)
    assert "change nothing any more" in problem.message


def test_a_warning_is_withdrawn_by_its_stage_or_by_the_case_once_the_stage_is_over(
    register: Register,
) -> None:
    register.take_over()
    register.arrangement().decision_id = None
    stage = _stage(register, "warning")
    _decision(register, "warning", "stage", stage.id)
    register.appeal("2026-04-01", "warning")
    context = register.context("2026-04-02")
    context.case().stage = "formal"
    assert owners.decision_owner(context) == f"stage:{stage.id}"
    assert appeal_decisions.appeal_effect_fits(context, UPHELD) == []
    stage.closed_on = context.today
    register.session.flush()
    assert owners.decision_owner(context) == f"case:{register.case_id}"
    assert appeal_decisions.appeal_effect_fits(context, UPHELD) == []
    [problem] = appeal_decisions.appeal_effect_fits(context, {**UPHELD, "appeal_effect": "terms"})
    assert "cancel the decision" in problem.message


def test_without_a_choice_two_open_appeals_are_never_guessed(register: Register) -> None:
    register.take_over()
    register.appeal("2026-04-01")
    _decision(register, "review", "arrangement", register.arrangement().id)
    register.appeal("2026-04-02", "review")
    assert len(register.rows(Appeal)) == 2
    with pytest.raises(NotFound, match="one open appeal"):
        appeals.current(register.context("2026-04-03", appeal_id=None))


def test_an_appeal_of_another_case_cannot_be_named(register: Register) -> None:
    register.take_over()
    register.appeal("2026-04-01")
    register.take_over("2026-04-02", customer_name="Kim Lee", tenancy_reference="300001")
    with pytest.raises(NotFound):
        appeals.current(register.context("2026-04-03"))


def _stage(register: Register, kind: str) -> Stage:
    stage = Stage(case_id=register.case_id, kind=kind, opened_on=dt.date(2026, 3, 1), attendees=[])
    register.session.add(stage)
    register.session.flush()
    return stage


def _decision(register: Register, kind: str, owner_kind: str, owner_id: int) -> None:
    register.session.add(
        Decision(
            case_id=register.case_id,
            kind=kind,
            decided_on=dt.date(2026, 3, 28),
            decided_by="mark",
            owner_kind=owner_kind,
            owner_id=owner_id,
        )
    )
    register.session.flush()
