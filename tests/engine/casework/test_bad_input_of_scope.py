"""What must be caught before and around a case, with what a person is told (A.1)."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import cases
from engine.operations import ACTIONS, DOORS
from engine.tables.casefile import CaseFile, Stage
from engine.tables.database import Database
from engine.tables.decisions import Decision
from engine.tables.people import User
from tests.engine.casework.new_case import (
    OPENED,
    REFERRED,
    TALKED,
    Landlord,
    at_work,
)

DAY = "2026-01-12"
FAIR = "Expected words about this customer, but another case says the same, word for word. "


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        yield found


def opening(landlord: Landlord, actor: str = "amina", **changed: Any) -> dict[str, str]:
    landlord.ids["case_id"] = cases.open_case(landlord.context(DAY, actor)).id
    return landlord.problems("open_case", DAY, {**OPENED, **changed}, actor)


def meeting(landlord: Landlord, **changed: Any) -> dict[str, str]:
    answers = landlord.agreement(landlord.cited, **changed)
    return landlord.problems("record_meeting", "2026-03-26", answers, "mark")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (
            "somebody in repairs",
            "Choose a person from the list for “Who is the single point of contact?”",
        ),
        ("", "Choose the single point of contact"),
    ],
)
def test_the_contact_is_a_person_of_ours_and_never_typed(
    landlord: Landlord, typed: str, told: str
) -> None:
    """R-001."""
    landlord.cited = landlord.refer()
    assert meeting(landlord, spoc=typed) == {"spoc": told}


def test_stages_follow_each_other_and_none_is_left_out(landlord: Landlord) -> None:
    """R-002: one after the other, each closed on the day the next begins or before."""
    landlord.refer()
    mine = landlord.rows(Stage)
    assert [stage.kind for stage in mine] == ["informal", "warning", "formal"]
    for earlier, later in itertools.pairwise(mine):
        assert earlier.closed_on is not None
        assert earlier.opened_on <= earlier.closed_on <= later.opened_on


def test_a_stage_that_is_left_out_is_named(landlord: Landlord) -> None:
    """R-002, R-035: “done verbally” is no stage that was gone through."""
    landlord.warn()
    cited = [landlord.evidence("2026-03-10")]
    answers = {**REFERRED, "cites": cited}
    assert landlord.problems("referral", "2026-03-17", answers)["on_file"] == (
        "Expected the warning stage to have been gone through and ended because the behaviour "
        "continued, but the case does not show that. Finish that stage first."
    )
    spoken = {**answers, "on_file": ["customer", "informal", "done verbally"]}
    assert landlord.problems("referral", "2026-03-17", spoken)["on_file"] == (
        "Choose one of the answers offered for “Is this right?”"
    )


def test_nothing_ends_before_it_began(landlord: Landlord) -> None:
    """R-002: an end before its start."""
    landlord.open()
    landlord.answer("informal_conversation", "2026-01-15", TALKED)
    early = {"settled_on": "2026-01-14", "what_settled": "The boiler works."}
    assert landlord.problems("matter_settled", "2026-01-20", early) == {
        "settled_on": "Expected a date from Thu 15 Jan 2026 on, the day of the warning, but it is "
        "Wed 14 Jan 2026. Check the date."
    }


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (
            ["difficult customer"],
            "Choose one of the answers offered for “What kind of behaviour is it?”",
        ),
        (["nutter"], "Choose one of the answers offered for “What kind of behaviour is it?”"),
        ([], "Choose at least one kind of behaviour"),
    ],
)
def test_behaviour_is_classed_by_the_policy_and_not_by_a_name(
    landlord: Landlord, typed: list[str], told: str
) -> None:
    """R-003: neither “difficult customer” nor an insult is a kind of behaviour."""
    assert opening(landlord, behaviour_kinds=typed)["behaviour_kinds"] == told


def test_no_contact_at_all_is_no_limit(landlord: Landlord) -> None:
    """R-004, R-052."""
    landlord.cited = landlord.refer()
    row = {"kind": "other", "limit": "No contact at all", "reason": "Peace."}
    assert meeting(landlord, restrictions=[row]) == {
        "restrictions.0.limit": "Expected a limit that leaves emergencies, repairs and complaints "
        "open, but “No contact at all” leaves nothing. Say what is limited: a subject, a way, a "
        "time or a number."
    }


def test_why_it_is_fair_is_not_copied_from_another_case(landlord: Landlord) -> None:
    """R-005; which case it was copied from is not told."""
    landlord.cited = landlord.refer()
    landlord.session.add(_decided(landlord, "Contact stays possible each day."))
    landlord.session.flush()
    copied = meeting(landlord, proportionality="Contact stays possible each day.")
    told = FAIR + "Say why it is fair and no more than is needed here."
    assert copied == {"proportionality": told}
    assert meeting(landlord, proportionality="One call a day stays possible.") == {}


@pytest.mark.parametrize("question", ["equality_conclusion", "equality_needs"])
def test_not_applicable_is_no_look_at_equality(landlord: Landlord, question: str) -> None:
    """R-006."""
    landlord.cited = landlord.refer()
    assert meeting(landlord, **{question: "N/A"}) == {
        question: "Expected an answer of its own, but this says nothing. Say what you found."
    }


def test_a_diagnosis_is_not_pasted_where_everybody_reads(landlord: Landlord) -> None:
    """R-006, R-016, R-109: the conclusion says what to do; the illness is sealed."""
    landlord.cited = landlord.refer()
    text = "Her GP writes that she has a bipolar disorder, so we call back after noon."
    assert meeting(landlord, equality_conclusion=text) == {
        "equality_conclusion": "Expected nothing about health here, because this answer is not "
        "sealed, but “bipolar” is. Write what was done or what to do without it; the detail "
        "belongs in a sealed question of the talk, the meeting or the review."
    }
    assert meeting(landlord, needs_and_circumstances=text) == {}
    offered = "Ask Mind about your depression."
    assert "“depression”" in meeting(landlord, support=offered)["support"]


def test_work_that_was_broken_off_goes_on_at_a_time(landlord: Landlord) -> None:
    """R-008."""
    landlord.open()
    record = {
        "happened_on": "2026-01-10",
        "channel": "visit",
        "what_happened": "Blocked the door to the boiler.",
        "behaviour_kind": "unreasonable_behaviour",
        "witness": "Carl Boyd",
        "evidence_class": "first_hand",
        "service_withdrawn": "yes",
        "attested": ["relevant", "factual", "substantiated", "no_personal_comment"],
    }
    assert landlord.problems("add_evidence", DAY, record) == {
        "service_resumes": "Enter how and when that work goes on"
    }


def test_the_case_of_a_colleague_is_not_carried_by_their_own_team(landlord: Landlord) -> None:
    """R-009: a case is shown to who carries it; nobody reads of the one at the next desk."""
    for name, manager in {"priya": "mark", "amina": "mark", "tom": "amina", "carl": "maya"}.items():
        landlord.session.get_one(User, name).line_manager = manager
    works_here = {"customer_kind": "staff_tenant", "staff_member": "priya"}
    assert opening(landlord, "carl", **works_here) == {
        "owner": "Expected somebody from another team than Priya Nair's to carry the case, but "
        "Amina Diallo is of it. Choose somebody else."
    }
    assert "Mark Osei is of it" in opening(landlord, "carl", **works_here, owner="mark")["owner"]
    assert opening(landlord, "carl", **works_here, owner="carl") == {}
    assert opening(landlord, "amina", **works_here, owner="carl") == {
        "staff_member": "Expected somebody from another team than Priya Nair's to open the case, "
        "but you are of it. Close this one as opened in error and tell the Data Management Officer."
    }
    missing = {"customer_kind": "staff_tenant"}
    assert opening(landlord, "carl", **missing) == {
        "staff_member": "Choose which of us the customer is"
    }


def test_nothing_that_people_can_bring_or_do_decides_for_a_meeting() -> None:
    """R-001, R-032, R-059: a file by e-mail, or a row typed by hand, starts no formal stage."""
    by_hand = {"referral", "record_meeting", "decide_review", "confirm_flag", "issue_letter"}
    assert not by_hand & {*ACTIONS, *(door.form for door in DOORS.values())}


def _decided(landlord: Landlord, why: str) -> Decision:
    other = CaseFile(
        reference="SP-2025-001",
        parameter_set="NPH_2022",
        opened_on=dt.date(2025, 1, 1),
        opened_by="maya",
        owner="maya",
        stage="in_force",
    )
    landlord.session.add(other)
    landlord.session.flush()
    return Decision(
        case_id=other.id,
        kind="agreed",
        outcome="agreed",
        decided_on=dt.date(2025, 3, 1),
        decided_by="maya",
        owner_kind="arrangement",
        owner_id=0,
        details={"proportionality": why},
    )
