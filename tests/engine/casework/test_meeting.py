"""The decision meeting: who may take part and record, what each decision needs, what it makes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import meeting, stages
from engine.tables.casefile import CaseFile, Customer, Stage
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Decision, Restriction
from engine.tables.people import User
from engine.tables.process import Outbox
from tests.engine.casework.new_case import MET, Landlord, at_work, form_named

ARRANGED = {
    "meeting_on": "2026-03-26",
    "meeting_time": "10:00",
    "place": "Room 2",
    "invited": ["mark", "dorothy", "priya"],
    "pack_ready": "yes",
}
NOT_NOW = {**MET, "formal_outcome": "not_agreed", "reasons": [{"reason": "Calls have fallen."}]}


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        found.cited = found.refer()
        yield found


def problems(landlord: Landlord, actor: str = "mark", **changed: Any) -> dict[str, str]:
    answers = landlord.agreement(landlord.cited, **changed)
    return landlord.problems("record_meeting", "2026-03-26", answers, actor)


def record(landlord: Landlord, on: str = "2026-03-26", **changed: Any) -> None:
    landlord.answer("record_meeting", on, landlord.agreement(landlord.cited, **changed), "mark")


def test_everybody_invited_gets_one_mail_that_names_nobody(landlord: Landlord) -> None:
    landlord.answer("arrange_meeting", "2026-03-18", ARRANGED, "dorothy")
    mails = [row.content for row in landlord.rows(Outbox)]
    assert [mail["to"].split("@")[0] for mail in mails] == ["dorothy", "mark", "priya"]
    assert not any(word in str(mails) for word in ("Carter", "Elm", "call"))
    assert stages.meeting_on(landlord.context("2026-03-18")) == dt.date(2026, 3, 26)


@pytest.mark.parametrize(
    ("invited", "sentence"),
    [
        (["mark", "priya"], "at least 3 people"),
        (["mark", "dorothy", "carl"], "Priya Nair is not"),
    ],
)
def test_a_meeting_needs_a_quorum_and_the_proposed_spoc(
    landlord: Landlord, invited: list[str], sentence: str
) -> None:
    answers = {**ARRANGED, "invited": invited}
    found = landlord.problems("arrange_meeting", "2026-03-18", answers, "dorothy")
    assert sentence in found["invited"]


def test_a_meeting_without_the_proposed_spoc_decides_nothing(landlord: Landlord) -> None:
    """R-038: three people, the proposed SPOC among them, unless they cannot be."""
    three = ["mark", "dorothy", "carl"]
    assert "but Priya Nair did not" in problems(landlord, attendees=three)["attendees"]
    not_now = {**NOT_NOW, "attendees": three, "look_again_on": "2026-05-26"}
    found = landlord.problems("record_meeting", "2026-03-26", not_now, "mark")
    assert "but Priya Nair did not" in found["attendees"]
    landlord.session.get_one(User, "priya").left_on = dt.date(2026, 3, 20)
    assert problems(landlord, attendees=three, spoc="carl") == {}


def test_an_arrangement_begins_within_the_time_of_the_policy(landlord: Landlord) -> None:
    assert "up to Sun 26 Apr 2026" in problems(landlord, from_on="2026-04-27")["from_on"]
    assert problems(landlord, from_on="2026-04-26") == {}


@pytest.mark.parametrize(
    "limit",
    [
        "No contact at all for any reason",
        "no contact",
        "No further contact with anybody.",
        "You must not contact us",
        "Never contact us again",
        "Do not ring for any reason",
    ],
)
def test_a_limit_leaves_the_customer_a_way_to_us(landlord: Landlord, limit: str) -> None:
    """R-004, R-052: emergencies, repairs and complaints stay open."""
    row = {"kind": "other", "limit": limit, "reason": "Peace."}
    assert "leaves nothing" in problems(landlord, restrictions=[row])["restrictions.0.limit"]


@pytest.mark.parametrize(
    "limit",
    [
        "No contact about the parking space",
        "No contact with Carl Reed",
        "Do not contact us by telephone",
        "Do not visit for any reason other than an appointment",
        "No more than one e-mail a week",
    ],
)
def test_a_limit_of_one_thing_is_fine(landlord: Landlord, limit: str) -> None:
    row = {"kind": "other", "limit": limit, "reason": "Peace."}
    assert problems(landlord, restrictions=[row]) == {}


def test_an_agreed_meeting_drafts_the_arrangement_and_its_review_date(landlord: Landlord) -> None:
    record(landlord)
    arrangement = landlord.rows(Arrangement)[0]
    assert (arrangement.kind, arrangement.spoc, arrangement.cover) == ("spoc", "priya", "tom")
    assert arrangement.from_on == dt.date(2026, 4, 1)
    assert arrangement.next_review_on == dt.date(2026, 10, 1)
    assert arrangement.response_time == "5 working days"
    assert arrangement.in_force_on is None
    limit = landlord.rows(Restriction)[0]
    assert (limit.kind, limit.limit, limit.from_on) == (
        "channel",
        "E-mail only",
        dt.date(2026, 4, 1),
    )
    assert [stage.outcome for stage in landlord.rows(Stage)][2] == "agreed"


def test_the_decision_belongs_to_the_arrangement_and_knows_who_took_part(
    landlord: Landlord,
) -> None:
    record(landlord)
    decision, arrangement = landlord.rows(Decision)[0], landlord.rows(Arrangement)[0]
    assert (decision.owner_kind, decision.owner_id) == ("arrangement", arrangement.id)
    assert arrangement.decision_id == decision.id
    assert decision.took_part == ["mark", "dorothy", "priya"]
    assert set(decision.barred) == {"amina", "maya", "priya", "tom"}
    assert decision.cites == landlord.cited
    assert decision.decided_on == dt.date(2026, 3, 26)
    assert decision.details["terms"]["contact_method"] == "email"


def test_sealed_answers_stay_out_of_the_decision(landlord: Landlord) -> None:
    record(landlord)
    assert "operation" not in str(vars(landlord.rows(Decision)[0]))
    sealed = [one.id for one in form_named("record_meeting").questions if one.restricted]
    assert sealed == ["needs_and_circumstances", "protected_characteristic", "equality_needs"]


def test_the_seven_factors_stand_on_the_page_of_the_decision() -> None:
    page = form_named("record_meeting").page("meeting")
    assert page is not None
    asked = [question.id for question in page.questions]
    assert [name for name in asked if name in meeting.FACTORS] == list(meeting.FACTORS)
    assert len(meeting.FACTORS) == 7
    assert "formal_outcome" in asked


@pytest.mark.parametrize("answer", ["See above", "as above.", "N/A", "None", "Nil.", "ditto"])
def test_each_factor_says_something(landlord: Landlord, answer: str) -> None:
    for question in (*meeting.FACTORS, "equality_conclusion", "proportionality"):
        assert "says nothing" in problems(landlord, **{question: answer})[question]


def test_no_factor_repeats_another(landlord: Landlord) -> None:
    found = problems(landlord, equality_needs=MET["needs_and_circumstances"].upper())
    assert "repeats another" in found["equality_needs"]


def test_another_limit_is_an_arrangement_without_a_spoc(landlord: Landlord) -> None:
    record(landlord, formal_outcome="other_action")
    arrangement = landlord.rows(Arrangement)[0]
    assert (arrangement.kind, arrangement.spoc) == ("other_action", None)
    assert landlord.rows(Decision)[0].kind == "other_action"


@pytest.mark.parametrize(
    ("changed", "question"),
    [
        ({"attendees": ["mark", "priya"]}, "attendees"),
        ({"held_on": "2026-03-16"}, "held_on"),
        ({"cover": "priya"}, "cover"),
        ({"contact_address": "priya@mail.example"}, "contact_address"),
        ({"method_fits": "no"}, "contact_method"),
        ({"review_months": 2}, "review_months"),
        ({"review_months": 18}, "review_months"),
        ({"restrictions": []}, "restrictions"),
        ({"reasons": [{"reason": "It was too much."}]}, "reasons.0.evidence"),
        ({"visiting": ""}, "visiting"),
        ({"support": ""}, "support"),
        ({"from_on": "2026-03-25"}, "from_on"),
        ({"from_on": "2026-04-27"}, "from_on"),
        ({"from_on": "2028-04-01"}, "from_on"),
    ],
)
def test_what_an_agreement_must_not_lack(
    landlord: Landlord, changed: dict[str, Any], question: str
) -> None:
    assert set(problems(landlord, **changed)) == {question}


def test_a_decision_never_rests_on_hearsay(landlord: Landlord) -> None:
    heard = landlord.evidence("2026-03-12", "hearsay")
    found = problems(landlord, reasons=[{"reason": "Neighbours say so.", "evidence": [heard]}])
    assert "no decision may rest on hearsay" in found["reasons.0.evidence"]


def test_e_mail_only_needs_an_address_of_the_customer(landlord: Landlord) -> None:
    case = landlord.rows(CaseFile)[0]
    landlord.session.get_one(Customer, case.customer_id).email = ""
    assert "we have no e-mail address" in problems(landlord)["contact_method"]


def test_a_way_that_needs_help_is_fine_once_the_help_is_named(landlord: Landlord) -> None:
    assert problems(landlord, method_fits="no", method_adjustment="We read replies aloud.") == {}


@pytest.mark.parametrize(
    ("actor", "sentence"),
    [("amina", "you referred the case"), ("priya", "you are to be the single point of contact")],
)
def test_who_has_a_part_in_the_matter_does_not_record_it(
    landlord: Landlord, actor: str, sentence: str
) -> None:
    assert sentence in problems(landlord, actor)[""]


def test_who_is_complained_about_neither_records_nor_takes_part(landlord: Landlord) -> None:
    landlord.rows(CaseFile)[0].allegation_against = ["mark"]
    values = landlord.agreement(landlord.cited)
    context = landlord.context("2026-03-26", "mark")
    assert "complained about you" in meeting.recorder_is_free(context, values)[0].message
    assert "Mark Osei" in meeting.meeting_was_held(context, values)[0].message
    assert "attendees" in problems(landlord, "maya")


def test_not_now_needs_reasons_and_a_date_within_three_months(landlord: Landlord) -> None:
    def asked(**changed: Any) -> dict[str, str]:
        answers = {**NOT_NOW, **changed}
        return landlord.problems("record_meeting", "2026-03-26", answers, "mark")

    assert set(asked()) == {"look_again_on"}
    assert set(asked(look_again_on="2026-05-26", reasons=[])) == {"reasons"}
    assert "up to Fri 26 Jun 2026" in asked(look_again_on="2026-06-27")["look_again_on"]
    assert "look_again_on" in asked(look_again_on="2026-03-26")
    assert asked(look_again_on="2026-06-26") == {}


def test_not_agreed_waits_for_its_date_and_is_closed_only_after_a_second_look(
    landlord: Landlord,
) -> None:
    closed = {**NOT_NOW, "formal_outcome": "closed"}
    found = landlord.problems("record_meeting", "2026-03-26", closed, "mark")
    assert "Expected a second look" in found["formal_outcome"]
    landlord.answer(
        "record_meeting", "2026-03-26", {**NOT_NOW, "look_again_on": "2026-05-26"}, "mark"
    )
    stage, decision = landlord.rows(Stage)[2], landlord.rows(Decision)[0]
    assert (stage.look_on, stage.closed_on) == (dt.date(2026, 5, 26), None)
    assert (decision.kind, decision.owner_kind, decision.owner_id) == (
        "not_agreed",
        "stage",
        stage.id,
    )
    stages.look_again(landlord.context("2026-05-26"))
    landlord.answer("record_meeting", "2026-05-28", {**closed, "held_on": "2026-05-28"}, "mark")
    assert (stage.outcome, landlord.rows(Decision)[1].kind) == ("closed", "closed")


def test_a_second_look_in_november_agrees_for_three_months(landlord: Landlord) -> None:
    stage = landlord.rows(Stage)[2]
    stage.referred_on = dt.date(2026, 9, 7)
    first = {**NOT_NOW, "held_on": "2026-09-14", "look_again_on": "2026-11-09"}
    landlord.answer("record_meeting", "2026-09-14", first, "mark")
    stages.look_again(landlord.context("2026-11-09"))
    record(landlord, "2026-11-09", held_on="2026-11-09", from_on="2026-11-16", review_months=3)
    assert landlord.rows(Arrangement)[0].next_review_on == dt.date(2027, 2, 16)
