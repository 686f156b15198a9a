"""Contacts: logged as they came, counted with their windows and gaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import contacts
from engine.tables.casefile import Contact
from engine.tables.database import Database
from tests.engine.casework.new_case import Landlord, at_work

CALL = {
    "contacted_on": "2026-02-20",
    "at_time": "08:15",
    "channel": "telephone",
    "direction": "in",
    "triage": "nothing_new",
}


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        found.warn()
        yield found


def logged(landlord: Landlord, on: str, **changed: Any) -> None:
    landlord.answer("log_contact", "2026-03-16", {**CALL, "contacted_on": on, **changed}, "carl")


def test_a_contact_is_kept_with_who_logged_it(landlord: Landlord) -> None:
    logged(landlord, "2026-02-20", note="Boiler again")
    contact = landlord.rows(Contact)[0]
    assert (contact.logged_by, contact.note, contact.at_time) == ("carl", "Boiler again", "08:15")


@pytest.mark.parametrize(
    ("on", "time", "question"),
    [("2026-03-17", "", "contacted_on"), ("2026-03-16", "09:01", "at_time")],
)
def test_nothing_is_logged_before_it_happens(
    landlord: Landlord, on: str, time: str, question: str
) -> None:
    answers = {**CALL, "contacted_on": on, "at_time": time}
    assert question in landlord.problems("log_contact", "2026-03-16", answers)


@pytest.mark.parametrize("triage", ["emergency", "safeguarding"])
def test_an_emergency_says_what_was_done_about_it(landlord: Landlord, triage: str) -> None:
    answers = {**CALL, "triage": triage}
    found = landlord.problems("log_contact", "2026-03-16", answers)
    assert found == {"done_about_it": "Enter what you have done about it"}
    landlord.answer("log_contact", "2026-03-16", {**answers, "done_about_it": "Repair 4411"})
    assert landlord.rows(Contact)[0].note == "Done about it: Repair 4411"


def test_contact_is_counted_over_as_many_days_before_the_letter_as_after(
    landlord: Landlord,
) -> None:
    counted = contacts.before_and_after(landlord.context("2026-03-16"))
    windows = {name: (one.first, one.last) for name, one in counted.items()}
    assert windows == {
        "before": (dt.date(2026, 1, 20), dt.date(2026, 2, 16)),
        "after": (dt.date(2026, 2, 17), dt.date(2026, 3, 16)),
    }


def test_only_what_came_from_the_customer_counts_by_channel(landlord: Landlord) -> None:
    for on in ("2026-02-16", "2026-02-17", "2026-02-18", "2026-03-16"):
        logged(landlord, on)
    logged(landlord, "2026-02-18", channel="email")
    logged(landlord, "2026-02-19", direction="out")
    counted = contacts.before_and_after(landlord.context("2026-03-16"))
    assert counted["before"].by_channel == {"telephone": 1}
    assert counted["after"].by_channel == {"telephone": 3, "email": 1}
    assert (counted["after"].total, counted["after"].a_week) == (4, 1.0)


def test_a_count_states_its_window_and_its_gap(landlord: Landlord) -> None:
    logged(landlord, "2026-02-16")
    logged(landlord, "2026-02-20", channel="email")
    offered = {one.value: one for one in contacts.counts_to_see(landlord.context("2026-03-16"))}
    assert offered["before"].label == (
        "Before the warning, Tue 20 Jan 2026 to Mon 16 Feb 2026: 1 contact "
        "(1 by telephone; 0.2 a week)"
    )
    assert offered["before"].hint == "Contacts were only logged from Mon 16 Feb 2026."
    assert offered["after"].hint == ""


def test_on_the_day_of_the_letter_there_is_one_day_to_compare(landlord: Landlord) -> None:
    counted = contacts.before_and_after(landlord.context("2026-02-16"))
    assert counted["before"].first == counted["before"].last == dt.date(2026, 2, 16)
    assert counted["after"].gap == "No contact was logged for these days."


def test_a_window_of_no_days_has_no_weekly_figure(landlord: Landlord) -> None:
    counted = contacts.count(
        landlord.context("2026-03-16"), dt.date(2026, 3, 16), dt.date(2026, 3, 15)
    )
    assert counted.a_week == 0.0
