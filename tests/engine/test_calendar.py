"""The rules of the clock, K-1 to K-9, with the dates of the two source documents."""

from __future__ import annotations

import datetime as dt

import pytest

from engine import calendar as rules
from engine.calendar import Calendar, Due, after, on
from engine.calendar_table import published

DAY = dt.date


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return Calendar(dict(published()))


def test_the_day_of_receipt_is_day_nought(calendar: Calendar) -> None:
    assert calendar.working_days(DAY(2026, 1, 12), 5).on == DAY(2026, 1, 19)  # K-1, S0


def test_good_friday_and_easter_monday_do_not_count(calendar: Calendar) -> None:
    due = calendar.working_days(DAY(2026, 4, 1), 5)  # K-2, S2
    assert due.on == DAY(2026, 4, 10)
    assert "Good Friday (Fri 3 Apr 2026) and Easter Monday (Mon 6 Apr 2026) do not count" in (
        due.reason
    )


def test_one_bank_holiday_does_not_count(calendar: Calendar) -> None:
    due = calendar.working_days(DAY(2026, 5, 20), 5)  # S1
    assert due.on == DAY(2026, 5, 28)
    assert "Spring bank holiday (Mon 25 May 2026) does not count" in due.reason


def test_receipt_on_a_saturday_is_not_deemed_later(calendar: Calendar) -> None:
    assert calendar.working_days(DAY(2026, 4, 18), 1).on == DAY(2026, 4, 20)  # K-3


def test_the_ombudsmans_ninth_working_day_counts_as_eight_or_twelve(calendar: Calendar) -> None:
    answered = DAY(2020, 11, 5)  # L-E8; X-14
    assert calendar.count_working_days(DAY(2020, 10, 26), answered) == 8
    assert calendar.count_working_days(DAY(2020, 10, 20), answered) == 12


@pytest.mark.parametrize(
    ("day", "passed_at"),
    [
        (DAY(2026, 3, 28), dt.datetime(2026, 3, 29, 0, 0, tzinfo=dt.UTC)),
        (DAY(2026, 3, 29), dt.datetime(2026, 3, 29, 23, 0, tzinfo=dt.UTC)),
        (DAY(2026, 10, 24), dt.datetime(2026, 10, 24, 23, 0, tzinfo=dt.UTC)),
        (DAY(2026, 10, 25), dt.datetime(2026, 10, 26, 0, 0, tzinfo=dt.UTC)),
    ],
)
def test_a_date_has_passed_at_midnight_in_london(day: dt.date, passed_at: dt.datetime) -> None:
    assert after(day) == passed_at  # K-4: summer time begins 29 Mar and ends 25 Oct 2026
    assert on(day + dt.timedelta(days=1)) == passed_at


def test_a_promise_of_the_landlord_is_worked_back(calendar: Calendar) -> None:
    due = calendar.back_to_working_day(DAY(2021, 8, 1))  # K-5: a Sunday
    assert due.on == DAY(2021, 7, 30)
    assert due.reason.startswith("Sun 1 Aug 2021 is not a working day")


def test_a_customers_last_day_rolls_forward(calendar: Calendar) -> None:
    due = calendar.forward_to_working_day(calendar.calendar_days(DAY(2026, 4, 5), 28))  # K-5
    assert due.on == DAY(2026, 5, 5)  # 3 May is a Sunday, 4 May a bank holiday
    assert "in the customer's favour" in due.reason


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (DAY(2026, 8, 31), 6, DAY(2027, 2, 28)),
        (DAY(2026, 10, 1), 6, DAY(2027, 4, 1)),
        (DAY(2026, 11, 16), 3, DAY(2027, 2, 16)),
        (DAY(2025, 12, 15), 12, DAY(2026, 12, 15)),
        (DAY(2023, 11, 30), 3, DAY(2024, 2, 29)),
        (DAY(2026, 1, 31), 1, DAY(2026, 2, 28)),
    ],
)
def test_months_stop_at_the_end_of_the_month(
    calendar: Calendar, start: dt.date, count: int, end: dt.date
) -> None:
    assert calendar.months(start, count).on == end  # K-6


def test_a_date_beyond_the_published_holidays_is_provisional(calendar: Calendar) -> None:
    horizon = calendar.horizon  # K-8
    assert not calendar.working_days(horizon - dt.timedelta(days=30), 5).provisional
    assert calendar.working_days(horizon, 5).provisional


def test_days_before_a_date_and_due_dates_as_starts(calendar: Calendar) -> None:
    review = calendar.back_to_working_day(DAY(2026, 10, 1))
    assert calendar.calendar_days(review, -30).on == DAY(2026, 9, 1)  # S0: the 30-day reminder
    assert calendar.working_days_before(review, 5).on == DAY(2026, 9, 24)


def test_a_count_back_names_the_holidays_it_leaves_out(calendar: Calendar) -> None:
    due = calendar.working_days_before(DAY(2026, 4, 8), 3)  # K-2
    assert due == Due(
        DAY(2026, 4, 1),
        "3 working days before Wed 8 Apr 2026; Good Friday (Fri 3 Apr 2026) and Easter Monday "
        "(Mon 6 Apr 2026) do not count.",
    )


def test_what_is_due_at_once_is_due_on_the_same_day(calendar: Calendar) -> None:
    due = calendar.working_days(DAY(2026, 4, 8), 0)
    assert due == Due(DAY(2026, 4, 8), "On the same day, Wed 8 Apr 2026.")


def test_a_date_is_said_with_its_weekday() -> None:
    assert rules.said(DAY(2026, 4, 10)) == "Fri 10 Apr 2026"


def test_what_is_no_date_is_refused(calendar: Calendar) -> None:
    with pytest.raises(TypeError, match="Expected a date"):
        calendar.working_days("2026-04-01", 5)  # type: ignore[arg-type]


def test_a_calendar_without_holidays_counts_weekdays() -> None:
    assert Calendar({}).working_days(DAY(2026, 4, 1), 5) == Due(
        DAY(2026, 4, 8), "5 working days from Wed 1 Apr 2026.", provisional=True
    )
