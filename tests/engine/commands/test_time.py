"""What time does: due runs move once, late ones are caught up, frozen dates are worked out."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import delete, select

from engine import clock, commands
from engine.casework.audit import Chain
from engine.errors import Rejected
from engine.installation import CLOCK_OFFSET
from engine.operations.failing import fail_next
from engine.scenario import Scenario
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import CaseFile
from engine.tables.process import Incident, ProcessInstance, Setting, WorkItem
from tests.engine.commands.conftest import APPEAL, TAKEN_OVER, acknowledged, received


def _local(*parts: int) -> dt.datetime:
    return dt.datetime(*parts)  # type: ignore[arg-type]  # the parts of a moment


def _allocated(landlord: Scenario) -> Scenario:
    acknowledged(received(landlord))
    landlord.complete("allocate_director", by="dorothy", answers={"director": "ann"})
    return landlord


def _instance(landlord: Scenario, process_id: str) -> ProcessInstance:
    with landlord.db.reading() as session:
        return session.scalars(
            select(ProcessInstance).where(ProcessInstance.process_id == process_id)
        ).one()


def test_a_run_is_due_by_its_indexed_column_and_moves_once(landlord: Scenario) -> None:
    _allocated(landlord)
    due = _instance(landlord, "appeal").next_due_at
    assert due == dt.datetime(2026, 4, 7, 23, tzinfo=dt.UTC)  # day three begins
    clock.hold(due)
    assert commands.run_due(landlord.db) >= 1
    assert commands.run_due(landlord.db) == 0
    landlord.expect_history([{"day_three_has_come": 1}])


def test_a_breach_known_on_arrival_is_recorded_in_the_same_unit_of_work(
    landlord: Scenario,
) -> None:
    landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    clock.hold(_local(2026, 4, 20, 10))
    landlord.receive("appeal_received", by="amina", answers={**APPEAL, "received_on": "2026-04-02"})
    landlord.expect_open(["issue_letter", "write_holding_letter"])
    landlord.expect_history([{"record_appeal_breach": 1}])


def test_after_an_outage_everything_that_fell_due_is_caught_up_in_order(
    landlord: Scenario,
) -> None:
    _allocated(landlord)
    clock.hold(_local(2026, 4, 20, 9))  # nobody ran the worker for three weeks
    while commands.run_due(landlord.db):
        pass
    landlord.expect_history([{"day_three_has_come": 1}, {"time_to_answer_passed": 1}])
    landlord.expect_open(["decide_appeal", "write_holding_letter"])


def test_a_mended_holiday_moves_a_frozen_due_date_by_one_command_that_keeps_why(
    landlord: Scenario,
) -> None:
    closed = dt.date(2026, 4, 9)
    commands.change_calendar(landlord.db, closed, "Stocktaking", by="dorothy", reason="Planned")
    _allocated(landlord)
    instance = _instance(landlord, "appeal")
    landlord.expect_due({"decide_appeal": "2026-04-13"})
    commands.change_calendar(landlord.db, closed, "", by="dorothy", reason="Called off")
    landlord.expect_due({"decide_appeal": "2026-04-13"})
    moved = commands.rearm(landlord.db, instance.id, by="dorothy", reason="No closure")
    landlord.expect_due({"decide_appeal": "2026-04-10"})
    assert {change.element_id for change in moved} >= {"day_four_has_come"}
    with landlord.db.reading() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "due_dates_worked_out_again")
        ).one()
        detail = session.get_one(AuditDetail, event.id)
    assert detail.new["reason"] == "No closure"
    assert detail.new["day_four_has_come"] < detail.old["day_four_has_come"]


def test_a_step_that_fails_waits_stuck_and_goes_on_when_it_is_tried_again(
    landlord: Scenario,
) -> None:
    acknowledged(received(landlord))
    fail_next("flags.request", 2, "The other system did not answer.")
    other = {**TAKEN_OVER, "customer_name": "Sasha Malik", "tenancy_reference": "NF-300551"}
    landlord.receive("arrangement_taken_over", by="dorothy", answers=other)
    landlord.expect_not_open("confirm_flag")
    first = _open_incident(landlord)
    assert "did not answer" in first.reason
    assert (first.process_id, first.element_id) == ("flags", "request_flags")
    assert not commands.retry(landlord.db, first.id, by="mo")
    assert commands.retry(landlord.db, _open_incident(landlord).id, by="mo")
    landlord.expect_open("confirm_flag")
    with pytest.raises(Rejected):
        commands.retry(landlord.db, first.id, by="mo")


def _open_incident(landlord: Scenario) -> Incident:
    with landlord.db.reading() as session:
        return session.scalars(select(Incident).where(Incident.resolved_at.is_(None))).one()


def test_a_failing_step_takes_nobodys_completed_task_away(landlord: Scenario) -> None:
    received(landlord)
    fail_next("letters.issue", 1, "The disk is full.")
    sent = {"channel": "letter", "sent_on": "2026-04-01", "proof": "Certificate of posting 1"}
    with landlord.db.reading() as session:
        item = session.scalars(select(WorkItem).where(WorkItem.form == "issue_letter")).one()
    answers = {**commands.form_of_task(landlord.db, item.id, by="dorothy").defaults, **sent}
    outcome = commands.complete(landlord.db, item.id, answers, by="dorothy")
    assert outcome.stuck
    landlord.expect_not_open(["allocate_director"])
    assert commands.retry(landlord.db, _open_incident(landlord).id, by="mo")
    landlord.expect_open("allocate_director")
    landlord.expect_letter({"template": "appeal_acknowledgement", "count": 1})


def test_the_demo_clock_goes_forwards_only_and_fires_each_timer_at_its_own_time(
    landlord: Scenario,
) -> None:
    clock.hold(None)
    landlord.start("spoc_case", by="amina")
    now = commands.now(landlord.db)
    with pytest.raises(Rejected, match="forwards only"):
        commands.move_clock(landlord.db, now - dt.timedelta(days=1))
    commands.move_clock(landlord.db, now + dt.timedelta(days=40))
    assert commands.now(landlord.db) >= now + dt.timedelta(days=40)
    with landlord.db.reading() as session:
        assert float(session.get_one(Setting, CLOCK_OFFSET).value) > 0


def test_every_change_is_in_the_cases_chain_and_it_verifies(landlord: Scenario) -> None:
    _allocated(landlord)
    with landlord.db.reading() as session:
        case = session.scalars(select(CaseFile)).one()
        assert case.audit_number > 5
        assert Chain.of_case(session, case).broken_at() is None


def test_a_chain_that_was_tampered_with_is_found_by_the_one_who_looks(
    landlord: Scenario,
) -> None:
    _allocated(landlord)
    assert {state.broken_at for state in commands.verify_chains(landlord.db)} == {None}
    with landlord.db.writing() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "message_received").limit(1)
        ).one()
        event.action, number = "nothing", event.number
    broken = [state for state in commands.verify_chains(landlord.db) if state.broken_at]
    assert [(state.chain, state.broken_at) for state in broken] == [("SP-2026-001", number)]


def test_a_chain_that_is_gone_altogether_is_found_too(landlord: Scenario) -> None:
    _allocated(landlord)
    with landlord.db.writing() as session:
        session.execute(delete(AuditDetail))
        session.execute(delete(AuditEvent))
    assert [state.chain for state in commands.verify_chains(landlord.db)] == ["SP-2026-001"]


def test_the_demo_clock_stays_within_the_calendar(landlord: Scenario) -> None:
    with pytest.raises(Rejected, match="the calendar knows"):
        commands.move_clock(landlord.db, dt.datetime(9999, 12, 31, tzinfo=dt.UTC))
