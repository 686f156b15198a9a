"""Papers say what the file says: who told the customer what, and what a meeting has to look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from engine import clock, papers
from engine.errors import NotFound
from engine.tables.casefile import CaseFile, Evidence, Stage
from engine.tables.database import Database
from engine.tables.leaving import Meeting
from tests.engine.queries import landlord
from tests.engine.queries.landlord import PEOPLE, Pen, full_case, person

CONVERSATION = {
    "talked_on": "2026-02-02",
    "channel": "telephone",
    "behaviour": "Nine calls in a morning.",
    "change_expected": "One call a day.",
    "what_may_follow": "A written warning.",
    "verbal_warning": "yes",
}
REFERRAL = {
    "cites": [1],
    "why_formal": "Neither the talk nor the letter changed it.",
    "history": [
        {
            "kind": "excessive_demands",
            "what": "Calls about one repair",
            "frequency": "Six a day",
            "first_on": "2026-01-09",
            "last_on": "2026-03-16",
        }
    ],
}
SEES_REASONS = {"amina", "mark", "dorothy", "ann", "colin", "lee", "pat"}


@pytest.fixture
def house(sqlite_database: Database) -> Iterator[Database]:
    with clock.frozen(landlord.NOW):
        landlord.settle(sqlite_database)
        with sqlite_database.writing() as session:
            pen = Pen(session)
            case = full_case(pen)
            pen.submission(case, form="informal_conversation", answers=CONVERSATION)
            pen.submission(case, form="referral", answers=REFERRAL)
            pen.evidence(case, "2026-03-05", "hearsay")
            contact = pen.contact(case, "2026-03-04")
            contact.direction, contact.note = "out", "Told her that the tap is mended."
        yield sqlite_database


def refer(house: Database) -> None:
    with house.writing() as session:
        stage = session.get_one(Stage, 1)
        stage.referred_on, stage.referred_by = dt.date(2026, 3, 17), "amina"
        stage.proposed_spoc, stage.attendees = "priya", ["mark", "dorothy"]
        session.get_one(CaseFile, 1).allegation_against = ["carl"]


def test_what_the_customer_was_told_stands_in_its_order(house: Database) -> None:
    page = papers.told(house, 1, person("dorothy"))
    assert [one.on.isoformat() for one in page.told] == sorted(
        one.on.isoformat() for one in page.told
    )
    talk = page.told[0]
    assert (talk.what, talk.how) == (
        "Informal conversation, with a verbal warning",
        "Telephone",
    )
    assert "What may follow: A written warning." in talk.notes
    whats = [one.what for one in page.told]
    assert "Told her that the tap is mended." in whats
    assert [one.letter_id for one in page.told if one.letter_id] == [1]
    assert page.not_told == ()


def test_a_decision_without_a_letter_is_named(house: Database) -> None:
    with house.writing() as session:
        case = session.get_one(CaseFile, 1)
        Pen(session).decision(case, kind="not_agreed", decided_on=dt.date(2026, 4, 8))
    [sentence] = papers.told(house, 1, person("dorothy")).not_told
    assert sentence.endswith("decided on Wed 8 Apr 2026, 3 working days ago: no letter yet.")


def test_who_sees_the_letters_alone_is_told_of_the_letters_alone(house: Database) -> None:
    page = papers.told(house, 1, person("priya"))
    assert page.is_letters_only
    assert [one.letter_id for one in page.told] == [1]
    assert page.not_told == ()


def test_the_agenda_has_what_the_meeting_needs(house: Database) -> None:
    refer(house)
    page = papers.agenda(house, 1, person("dorothy"))
    assert (page.referred_by, page.proposed_spoc) == ("Amina Diallo", "Priya Nair")
    assert page.invited == ("Mark Osei", "Dorothy Marsh")
    assert page.takes_no_part == ("Carl Boyd",)
    assert [one.record.id for one in page.cited] == [1]
    assert (page.usable, page.not_usable) == (0, 1)
    assert page.concerns[0].what == "Calls about one repair"
    assert page.gaps


def test_a_meeting_that_was_called_off_is_on_no_agenda(house: Database) -> None:
    refer(house)
    with house.writing() as session:
        stage = session.get_one(Stage, 1)
        stage.meeting_on = dt.date(2026, 4, 20)
        meeting = Meeting(
            case_id=1,
            stage_id=1,
            uid="a",
            sequence=1,
            on=dt.date(2026, 4, 20),
            at_time="10:00",
            place="Room 2",
            invited=["mark"],
        )
        session.add(meeting)
    assert papers.agenda(house, 1, person("dorothy")).meeting_on == dt.date(2026, 4, 20)
    with house.writing() as session:
        session.get_one(Meeting, 1).called_off_on = dt.date(2026, 4, 13)
    assert papers.agenda(house, 1, person("dorothy")).meeting_on is None


def test_a_record_corrected_since_the_referral_says_so(house: Database) -> None:
    refer(house)
    with house.writing() as session:
        session.get_one(Evidence, 1).corrected_at = landlord.NOW
    [one] = papers.agenda(house, 1, person("dorothy")).cited
    assert one.record.usable_words == "No: it was corrected"


def test_there_is_no_agenda_before_a_referral(house: Database) -> None:
    with pytest.raises(NotFound):
        papers.agenda(house, 1, person("dorothy"))


def test_papers_are_for_those_who_see_what_is_in_them(house: Database) -> None:
    refer(house)
    for name in PEOPLE:
        if name in SEES_REASONS:
            assert papers.agenda(house, 1, person(name)).brief.reference
        else:
            with pytest.raises(NotFound):
                papers.agenda(house, 1, person(name))
        if name not in SEES_REASONS | {"priya", "tom"}:
            with pytest.raises(NotFound):
                papers.told(house, 1, person(name))
