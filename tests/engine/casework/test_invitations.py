"""Meetings in calendars: invited, moved, called off; nobody is named in them (R-026, R-038)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import cases, invitations
from engine.tables.casefile import Stage
from engine.tables.database import Database
from engine.tables.leaving import Meeting
from engine.tables.process import Outbox
from tests.engine.casework.new_case import Landlord, at_work

ARRANGED: dict[str, Any] = {
    "meeting_on": "2026-03-26",
    "meeting_time": "10:00",
    "place": "Room 2",
    "invited": ["mark", "dorothy", "priya"],
    "pack_ready": "yes",
}
MOVED: dict[str, Any] = {
    "meeting_change": "moved",
    "meeting_on": "2026-03-27",
    "meeting_time": "14:30",
    "place": "Online",
    "invited": ["mark", "priya", "maya"],
}


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        found.refer()
        found.answer("arrange_meeting", "2026-03-18", ARRANGED, "dorothy")
        yield found


def mails(landlord: Landlord, since: int = 0) -> dict[str, dict[str, Any]]:
    """Give what each person was sent, by user name."""
    landlord.session.flush()
    rows = [row for row in landlord.rows(Outbox) if "meeting" in row.content][since:]
    return {row.content["to"].split("@")[0]: row.content for row in rows}


def test_an_invitation_says_when_and_where_and_names_nobody(landlord: Landlord) -> None:
    sent = mails(landlord)
    assert sorted(sent) == ["dorothy", "mark", "priya"]
    meeting = sent["priya"]["meeting"]
    assert meeting["subject"] == sent["priya"]["subject"] == "Case review SP-2026-001"
    assert (meeting["on"], meeting["at_time"], meeting["minutes"]) == ("2026-03-26", "10:00", 60)
    assert (meeting["place"], meeting["sequence"], meeting["is_cancelled"]) == ("Room 2", 0, False)
    assert not any(word in str(sent) for word in ("Carter", "Elm", "boiler"))


def test_a_moved_meeting_is_the_same_one_with_a_higher_number(landlord: Landlord) -> None:
    first = mails(landlord)["priya"]["meeting"]
    landlord.answer("change_meeting", "2026-03-19", MOVED, "dorothy")
    sent = mails(landlord, since=3)
    assert sorted(sent) == ["dorothy", "mark", "maya", "priya"]
    for name in ("mark", "maya", "priya"):
        assert sent[name]["meeting"]["uid"] == first["uid"]
        assert sent[name]["meeting"]["sequence"] == 1
        assert not sent[name]["meeting"]["is_cancelled"]
    assert sent["dorothy"]["meeting"]["is_cancelled"]
    assert sent["mark"]["subject"] == "Case review SP-2026-001: moved"
    assert sent["maya"]["subject"] == "Case review SP-2026-001"
    stage = landlord.rows(Stage)[2]
    assert (stage.meeting_on, stage.attendees) == (dt.date(2026, 3, 27), MOVED["invited"])


def test_back_on_the_old_day_everybody_is_told_all_the_same(landlord: Landlord) -> None:
    landlord.answer("change_meeting", "2026-03-19", MOVED, "dorothy")
    back = {**MOVED, "meeting_on": "2026-03-26"}
    landlord.answer("change_meeting", "2026-03-20", back, "dorothy")
    assert mails(landlord)["priya"]["meeting"]["sequence"] == 2


def test_a_meeting_called_off_leaves_every_calendar(landlord: Landlord) -> None:
    off = {"meeting_change": "called_off", "because": "The customer has moved away."}
    landlord.answer("change_meeting", "2026-03-19", off, "dorothy")
    sent = mails(landlord, since=3)
    assert sorted(sent) == ["dorothy", "mark", "priya"]
    assert all(one["meeting"]["is_cancelled"] for one in sent.values())
    assert "moved away" not in str(sent)
    assert landlord.problems("change_meeting", "2026-03-20", off, "dorothy").keys() == {
        "meeting_change"
    }
    landlord.answer("change_meeting", "2026-03-20", MOVED, "dorothy")
    first, second = landlord.rows(Meeting)
    assert (first.uid != second.uid, second.sequence) == (True, 0)


def test_closing_the_case_calls_it_off(landlord: Landlord) -> None:
    cases.close(landlord.context("2026-03-20", "the system"))
    assert all(one["meeting"]["is_cancelled"] for one in mails(landlord, since=3).values())
    assert landlord.rows(Meeting)[0].called_off_on == dt.date(2026, 3, 20)


def test_a_meeting_that_was_held_is_not_called_off_by_closing_that_day(
    landlord: Landlord,
) -> None:
    cases.close(landlord.context("2026-03-26 14:00", "the system"))
    assert mails(landlord, since=3) == {}
    assert landlord.rows(Meeting)[0].called_off_on is None


def test_a_meeting_held_earlier_than_arranged_leaves_every_calendar(landlord: Landlord) -> None:
    cited = landlord.evidence("2026-03-19")
    held = {**landlord.agreement([cited]), "held_on": "2026-03-20"}
    landlord.answer("record_meeting", "2026-03-20", held, "maya")
    assert sorted(mails(landlord, since=3)) == ["dorothy", "mark", "priya"]
    assert all(one["meeting"]["is_cancelled"] for one in mails(landlord, since=3).values())


def test_too_few_people_or_a_day_that_has_passed_is_refused(landlord: Landlord) -> None:
    few = landlord.problems(
        "change_meeting", "2026-03-19", {**MOVED, "invited": ["priya"]}, "dorothy"
    )
    assert "at least 3 people" in few["invited"]
    past = {**MOVED, "meeting_on": "2026-03-18"}
    assert "meeting_on" in landlord.problems("change_meeting", "2026-03-19", past, "dorothy")


def test_without_a_meeting_there_is_nothing_to_move(sqlite_database: Database) -> None:
    with at_work(sqlite_database) as landlord:
        landlord.refer()
        found = landlord.problems("change_meeting", "2026-03-19", MOVED, "dorothy")
        assert "there is none" in found[""]


def test_the_form_begins_with_how_it_stands(landlord: Landlord) -> None:
    context = landlord.context("2026-03-19", "dorothy")
    assert invitations.meeting_time(context) == "10:00"
    assert invitations.meeting_place(context) == "Room 2"
    assert invitations.meeting_invited(context) == ARRANGED["invited"]
