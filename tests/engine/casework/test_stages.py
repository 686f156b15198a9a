"""Stages: when each begins and ends, and the dates that clocks read from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from engine.casework import stages
from engine.errors import NotFound
from engine.tables.casefile import CaseFile, Stage
from engine.tables.database import Database
from tests.engine.casework.new_case import TALKED, Landlord, at_work


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        yield found


def test_time_to_change_is_over_fourteen_days_after_the_warning(landlord: Landlord) -> None:
    landlord.open()
    landlord.answer("informal_conversation", "2026-01-15", TALKED)
    assert stages.time_to_change_ends_on(landlord.context("2026-01-15")) == dt.date(2026, 1, 29)


def test_without_a_warning_there_is_nothing_to_wait_for(landlord: Landlord) -> None:
    landlord.open()
    landlord.answer("informal_conversation", "2026-01-15", {**TALKED, "verbal_warning": "no"})
    assert stages.time_to_change_ends_on(landlord.context("2026-01-15")) == dt.date(2026, 1, 12)


def test_the_case_stands_where_its_latest_stage_is(landlord: Landlord) -> None:
    landlord.refer()
    assert landlord.rows(CaseFile)[0].stage == "formal"
    ends = [(stage.kind, stage.outcome) for stage in landlord.rows(Stage)]
    assert ends == [("informal", "continued"), ("warning", "refer"), ("formal", None)]


def test_a_message_finds_the_stage_of_the_process_that_asks(landlord: Landlord) -> None:
    landlord.refer()
    ids = {stage.kind: f"stage:{stage.id}" for stage in landlord.rows(Stage)}
    for kind, ref in ids.items():
        context = landlord.context("2026-03-17", process_id=f"{kind}_stage")
        assert stages.stage_ref(context) == ref
    context = landlord.context("2026-03-17", process_id="issue_letter")
    assert stages.stage_ref(context) == ids["formal"]


def test_a_case_without_a_stage_has_no_stage_to_address(landlord: Landlord) -> None:
    landlord.open()
    with pytest.raises(NotFound):
        stages.stage_ref(landlord.context("2026-01-12", process_id="formal_stage"))


def test_the_meeting_is_due_ten_working_days_after_the_referral(landlord: Landlord) -> None:
    landlord.refer()
    due = stages.meeting_due(landlord.context("2026-03-20"))
    assert due.on == dt.date(2026, 3, 31)
    assert due.reason == "10 working days from Tue 17 Mar 2026."


def test_before_the_referral_the_days_would_run_from_today(landlord: Landlord) -> None:
    landlord.warn()
    assert stages.meeting_due(landlord.context("2026-03-17")).on == dt.date(2026, 3, 31)
    assert stages.meeting_on(landlord.context("2026-03-17")) is None
    assert stages.look_again_on(landlord.context("2026-03-17")) is None


def test_the_warning_is_reviewed_on_the_date_its_letter_names(landlord: Landlord) -> None:
    landlord.open()
    assert stages.warning_review_on(landlord.context("2026-01-12")) is None
    stages.warning_was_issued(
        landlord.context("2026-02-16"), dt.date(2026, 2, 16), dt.date(2026, 3, 16)
    )
    assert stages.warning_review_on(landlord.context("2026-02-16")) == dt.date(2026, 3, 16)


def test_a_second_look_starts_the_days_for_the_meeting_anew(landlord: Landlord) -> None:
    landlord.refer()
    stage = landlord.rows(Stage)[2]
    stage.look_on, stage.outcome, stage.meeting_on = dt.date(2026, 11, 9), "not_agreed", None
    assert stages.look_again_on(landlord.context("2026-10-01")) == dt.date(2026, 11, 9)
    stages.look_again(landlord.context("2026-11-09"))
    assert stages.meeting_due(landlord.context("2026-11-12")).on == dt.date(2026, 11, 23)
    assert (stage.looks, stage.outcome, stage.look_on) == (1, None, None)


@pytest.mark.parametrize(
    ("looked_on", "counted_from"),
    [("2026-11-02", "2026-11-02"), ("2026-11-10", "2026-11-09")],
)
def test_an_earlier_look_counts_from_its_day_and_a_late_one_from_the_date_set(
    landlord: Landlord, looked_on: str, counted_from: str
) -> None:
    landlord.refer()
    stage = landlord.rows(Stage)[2]
    stage.look_on = dt.date(2026, 11, 9)
    stages.look_again(landlord.context(looked_on))
    assert stage.referred_on == dt.date.fromisoformat(counted_from)


def test_a_case_that_never_had_a_stage_closes_without_an_outcome(landlord: Landlord) -> None:
    landlord.open()
    landlord.session.delete(landlord.rows(Stage)[0])
    landlord.session.flush()
    assert stages.end_all(landlord.context("2026-01-12")) is None
