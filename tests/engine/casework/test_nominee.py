"""The proposed single point of contact: asked, replaced, and what the referral offers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from engine.casework import nominee
from engine.errors import NotAllowed
from engine.tables.casefile import Submission
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Decision
from engine.tables.people import User
from tests.engine.casework.new_case import Landlord, at_work

YES = {
    "spoc_accepts": "yes",
    "working_pattern": "part_time",
    "working_hours": "Monday to Thursday, 9am to 4pm",
    "role_understood": "yes",
}
LEFT = {"cannot_because": "She no longer works here."}


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        cited = found.refer()
        found.answer("record_meeting", "2026-03-26", found.agreement(cited), "mark")
        yield found


def test_the_meeting_is_offered_whom_the_referral_proposed(landlord: Landlord) -> None:
    context = landlord.context("2026-03-26")
    assert (nominee.proposed_spoc(context), nominee.proposed_cover(context)) == ("priya", "tom")
    landlord.rows(Arrangement)[0].cover = "carl"
    assert nominee.proposed_cover(context) == "carl"


def test_the_meeting_is_offered_the_limits_of_the_last_referral(landlord: Landlord) -> None:
    context = landlord.context("2026-03-26")
    assert nominee.proposed_restrictions(context) == []
    row = {"kind": "channel", "limit": "E-mail only", "reason": "Calls block lines."}
    landlord.session.add(
        Submission(
            case_id=context.case_id,
            release_id=1,
            form="referral",
            answers={"restrictions": [row]},
            by="amina",
            at=context.now,
        )
    )
    assert nominee.proposed_restrictions(context) == [row]


def test_nobody_is_proposed_before_the_formal_stage(landlord: Landlord) -> None:
    landlord.open("2026-04-01", customer_name="Sam Poe")
    context = landlord.context("2026-04-01")
    assert (nominee.proposed_spoc(context), nominee.proposed_cover(context)) == (None, None)


def test_who_accepts_says_when_they_can_be_reached(landlord: Landlord) -> None:
    landlord.answer("accept_spoc_role", "2026-03-26", YES, "priya")
    assert landlord.session.get_one(User, "priya").working_hours == YES["working_hours"]


def test_nobody_answers_for_the_one_who_is_asked(landlord: Landlord) -> None:
    for actor in ("carl", "dorothy"):
        with pytest.raises(NotAllowed, match="Expected Priya Nair to answer for themselves"):
            landlord.answer("accept_spoc_role", "2026-03-26", YES, actor)
    landlord.session.get_one(User, "priya").left_on = dt.date(2026, 3, 25)
    landlord.answer("accept_spoc_role", "2026-03-26", {"spoc_accepts": "no", **LEFT}, "dorothy")


def test_nobody_accepts_without_having_had_the_role_explained(landlord: Landlord) -> None:
    answers = {**YES, "role_understood": ""}
    assert set(landlord.problems("accept_spoc_role", "2026-03-26", answers, "priya")) == {
        "role_understood"
    }


def test_another_is_named_and_only_the_people_change(landlord: Landlord) -> None:
    no = {"spoc_accepts": "no", "cannot_because": "On leave from May."}
    landlord.answer("accept_spoc_role", "2026-03-26", no, "priya")
    same = {"spoc": "priya", "cover": "tom", "named_because": "Knows the case."}
    found = landlord.problems("name_another_spoc", "2026-03-27", same, "dorothy")
    assert "other than Priya Nair" in found["spoc"]
    other = {**same, "spoc": "carl"}
    landlord.answer("name_another_spoc", "2026-03-27", other, "dorothy")
    arrangement = landlord.rows(Arrangement)[0]
    assert (arrangement.spoc, arrangement.cover, arrangement.review_months) == ("carl", "tom", 6)
    made = landlord.rows(Decision)[0]
    assert {"carl", "priya"} <= set(made.barred)
    assert "carl" not in made.took_part


def test_the_one_named_has_another_as_cover(landlord: Landlord) -> None:
    both = {"spoc": "carl", "cover": "carl", "named_because": "Knows the case."}
    assert "cover" in landlord.problems("name_another_spoc", "2026-03-27", both, "dorothy")
