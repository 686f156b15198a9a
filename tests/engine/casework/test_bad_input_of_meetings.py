"""What must be caught from the referral to the decision, with what a person is told (A.4)."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from engine.casework import cases, flags
from engine.errors import NotAllowed, Rejected
from engine.files.kinds import kind_of
from engine.tables.database import Database
from engine.tables.decisions import Arrangement
from tests.engine.casework.new_case import (
    COMPARED,
    MET,
    OPENED,
    REFERRED,
    Landlord,
    at_work,
)
from tests.engine.files.samples import PDF

SAYS_NOTHING = "Expected an answer of its own, but this says nothing. Say what you found."
FACTORS = (
    "severity",
    "instances",
    "breadth_and_frequency",
    "why_difficult",
    "needs_and_circumstances",
    "protected_characteristic",
    "equality_needs",
)
ARRANGED = {
    "meeting_on": "2026-03-26",
    "meeting_time": "10:00",
    "place": "Room 2",
    "invited": ["mark", "dorothy", "priya", "carl"],
    "pack_ready": "yes",
}
SPOC_SAYS_YES = {
    "spoc_accepts": "yes",
    "working_pattern": "part_time",
    "working_hours": "Wednesday to Friday, 9am to 4pm",
    "role_understood": "yes",
}


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        yield found


@pytest.fixture
def compared(landlord: Landlord) -> Landlord:
    landlord.warn()
    landlord.cited = [landlord.evidence("2026-03-10")]
    landlord.answer("compare_contact", "2026-03-16", {**COMPARED, "cites": landlord.cited})
    return landlord


@pytest.fixture
def referred(landlord: Landlord) -> Landlord:
    landlord.cited = landlord.refer()
    return landlord


def referring(landlord: Landlord, **changed: Any) -> dict[str, str]:
    answers = {**REFERRED, "cites": landlord.cited, **changed}
    return landlord.problems("referral", "2026-03-17", answers)


def deciding(landlord: Landlord, on: str = "2026-03-26", **changed: Any) -> dict[str, str]:
    answers = landlord.agreement(landlord.cited, **changed)
    return landlord.problems("record_meeting", on, answers, "mark")


def test_a_form_filled_in_elsewhere_is_not_taken_in() -> None:
    """R-032: the referral is made here; a document of another program is refused by its content."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
    with pytest.raises(Rejected) as refused:
        kind_of(packed.getvalue(), "Appendix C.docx")
    assert "“Appendix C.docx” is something else" in str(refused.value)
    assert "Save or print it as a PDF" in str(refused.value)
    assert kind_of(PDF, "scan.pdf").name == "pdf"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {"customer_kind": "joint_tenant"},
            {"other_tenants": "Enter who else is on the tenancy"},
        ),
        (
            {"tenancy_reference": "unknown"},
            {
                "tenancy_reference": "Expected a tenancy reference of letters and digits, such as "
                "204518/02, but this is none. Copy it from the housing system."
            },
        ),
        ({"tenancy_reference": ""}, {"tenancy_reference": "Enter the tenancy reference"}),
    ],
)
def test_the_customer_is_told_apart_from_others(
    landlord: Landlord, changed: dict[str, str], told: dict[str, str]
) -> None:
    """R-033."""
    landlord.ids["case_id"] = cases.open_case(landlord.context("2026-01-12")).id
    assert landlord.problems("open_case", "2026-01-12", {**OPENED, **changed}) == told


def test_a_story_without_records_is_no_referral(compared: Landlord) -> None:
    """R-034."""
    assert referring(compared, cites=[]) == {"cites": "Choose at least one record that shows this"}


def test_no_illness_stands_in_what_goes_to_the_meeting_or_comes_out_of_it(
    compared: Landlord,
) -> None:
    """R-016, R-109: read by all who sit there; the sealed answers are for what matters of it."""
    row = {"kind": "unreasonable_behaviour", "what": "Shouts, has dementia", "frequency": "Daily"}
    row |= {"first_on": "2026-02-20", "last_on": "2026-03-10"}
    assert "“dementia” is" in referring(compared, history=[row])["history.0.what"]
    assert "“addict” is" in referring(compared, why_formal="She is an addict.")["why_formal"]
    assert referring(compared) == {}
    compared.answer("referral", "2026-03-17", {**REFERRED, "cites": compared.cited})
    said = {"reason": "Her psychosis makes every call long.", "evidence": compared.cited}
    told = deciding(compared, reasons=[said], ways_to_mend="Help for the alcoholic in the house.")
    assert set(told) == {"reasons.0.reason", "ways_to_mend"}
    assert deciding(compared, needs_and_circumstances="Has dementia; her son helps.") == {}


@pytest.mark.parametrize(
    ("cover", "told"),
    [
        ("team", "Choose a person from the list for “Who covers when that person is away?”"),
        ("", "Choose who covers when that person is away"),
        (
            "priya",
            "Expected somebody else as cover, but the single point of contact cannot stand in for "
            "themselves. Choose another person.",
        ),
    ],
)
def test_somebody_else_covers_by_name(compared: Landlord, cover: str, told: str) -> None:
    """R-036; C-10."""
    assert referring(compared, cover=cover) == {"cover": told}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {"meet_by": "2026-03-16"},
            {
                "meet_by": "“By when should the decision meeting take place?” must be Tuesday 17 "
                "March 2026 or later"
            },
        ),
        (
            {"discussed_with": ""},
            {"discussed_with": "Choose the manager with whom you discussed this"},
        ),
        (
            {"discussed_with": "amina"},
            {
                "discussed_with": "Choose a person from the list for “With which manager did you "
                "discuss this?”"
            },
        ),
    ],
)
def test_a_manager_and_a_day_to_come_are_named(
    compared: Landlord, changed: dict[str, str], told: dict[str, str]
) -> None:
    """R-037."""
    assert referring(compared, **changed) == told


def test_no_minutes_before_the_day_of_the_meeting(referred: Landlord) -> None:
    """R-038; earlier than invited for only when everybody invited was there."""
    referred.answer("arrange_meeting", "2026-03-18", ARRANGED, "dorothy")
    assert "held_on" in deciding(referred, "2026-03-24")
    early = {"held_on": "2026-03-24"}
    assert deciding(referred, "2026-03-24", **early)["held_on"] == (
        "Expected the day for which people are invited, Thu 26 Mar 2026, but this is before it, "
        "and Carl Boyd was not there. Meet on that day, or move the meeting on the case page first."
    )
    everybody = {**early, "attendees": ARRANGED["invited"]}
    assert deciding(referred, "2026-03-24", **everybody) == {}
    assert deciding(referred, held_on="2026-03-16")["held_on"] == (
        "Expected a date from Tue 17 Mar 2026 on, when the case was referred or its second look "
        "began, but it is Mon 16 Mar 2026. Check the date."
    )


def test_no_reason_rests_on_hearsay(referred: Landlord) -> None:
    """R-039, R-027."""
    heard = referred.evidence("2026-03-12", "hearsay")
    assert deciding(referred, reasons=[{"reason": "It is said so.", "evidence": [heard]}]) == {
        "reasons.0.evidence": "“Thu 12 Mar 2026: Called six times.” cannot be chosen for “Which "
        "records show it?”. It is hearsay, and no decision may rest on hearsay."
    }


def test_see_above_answers_none_of_the_seven(referred: Landlord) -> None:
    """R-040."""
    told = deciding(referred, **dict.fromkeys(FACTORS, "See above"))
    assert told == dict.fromkeys(FACTORS, SAYS_NOTHING)


def test_what_is_agreed_has_a_review_and_no_earlier_start(referred: Landlord) -> None:
    """R-041: the letter cannot leave before the decision, and moves a start that is too early."""
    assert deciding(referred, review_months="") == {
        "review_months": "Enter after how many months it is reviewed"
    }
    assert set(deciding(referred, from_on="2026-03-25")) == {"from_on"}


def test_not_agreed_names_the_day_of_the_second_look(referred: Landlord) -> None:
    """R-042."""
    answers = {**MET, "formal_outcome": "not_agreed", "reasons": [{"reason": "Calls have fallen."}]}
    assert referred.problems("record_meeting", "2026-03-26", answers, "mark") == {
        "look_again_on": "Enter the date on which it is looked at again"
    }


def test_whoever_becomes_the_contact_was_asked(referred: Landlord) -> None:
    """R-043: by the meeting, and where a review or an appeal names somebody else."""
    referred.answer("record_meeting", "2026-03-26", referred.agreement(referred.cited), "mark")
    referred.ids["arrangement_id"] = referred.rows(Arrangement)[0].id
    with pytest.raises(NotAllowed) as refused:
        referred.answer("accept_spoc_role", "2026-03-26", SPOC_SAYS_YES, "mark")
    assert str(refused.value) == "Expected Priya Nair to answer for themselves. Leave it to them."
    told = referred.problems("decide_review", "2026-09-28", _changed("carl", "tom"), "mark")
    assert told == {
        "accepted": "Expected Carl Boyd to have been asked, but nobody says so. Tell them what the "
        "role is, and tick this once they have agreed."
    }
    agreed = {**_changed("carl", "tom"), "accepted": "yes"}
    assert referred.problems("decide_review", "2026-09-28", agreed, "mark") == {}
    same = _changed("priya", "tom")
    assert referred.problems("decide_review", "2026-09-28", same, "mark") == {}
    assert flags.flag_text(referred.context("2026-03-26")).startswith("Contact goes through Priya")


def test_a_way_the_customer_does_not_have_is_no_way(referred: Landlord) -> None:
    """R-044: by e-mail only, and no address on file."""
    referred.answer("change_customer", "2026-03-20", {**_KNOWN, "email": ""})
    assert deciding(referred, restrictions=[_BY_DAY]) == {
        "contact_method": "Expected a way the customer can use, but we have no e-mail address for "
        "them. Choose another way, or find out their address first."
    }


_BY_DAY = {"kind": "times", "limit": "On Tuesdays between 10am and noon", "reason": "Calm."}
_KNOWN = {
    name: OPENED[name]
    for name in ("customer_name", "customer_kind", "address", "tenancy_reference", "email")
}


def test_nobody_is_told_to_call_when_the_contact_is_away(referred: Landlord) -> None:
    """R-053: seen when the contact says when they work, and once that is known."""
    answers = referred.agreement(referred.cited, restrictions=[_BY_DAY])
    referred.answer("record_meeting", "2026-03-26", answers, "mark")
    referred.ids["arrangement_id"] = referred.rows(Arrangement)[0].id
    assert referred.problems("accept_spoc_role", "2026-03-26", SPOC_SAYS_YES, "priya") == {
        "working_hours": "Expected days and hours at which the customer may get in touch, which "
        "are “On Tuesdays between 10am and noon”, but yours never meet them. Check them; if they "
        "are right, say that you cannot take this on, so that the limit is looked at again."
    }
    often = {**SPOC_SAYS_YES, "working_hours": "Monday to Thursday, 9am to 4pm"}
    referred.answer("accept_spoc_role", "2026-03-26", often, "priya")
    early = {**_BY_DAY, "limit": "Fridays from 10am to noon"}
    told = referred.problems(
        "decide_review", "2026-09-28", {**_changed("priya", "tom"), "restrictions": [early]}, "mark"
    )
    assert told == {
        "restrictions.0.limit": "Expected a time at which Priya Nair can be reached, who works "
        "Monday to Thursday, 9am to 4pm, but this is never one. Choose other times or another "
        "contact."
    }


def _changed(spoc: str, cover: str) -> dict[str, Any]:
    return {
        "findings": "The customer kept to it; we answered late twice.",
        "new_evidence": "no",
        "review_outcome": "change",
        "reasons": "E-mail only is stricter than it has to be.",
        "proportionality": "One person still takes in everything.",
        "adjustments": "Calls back after noon.",
        "equality_link": "Looked at for disability and age; no link was found.",
        "support_offered": "yes",
        "next_review_on": "2027-03-26",
        "what_changes": "Another person takes over.",
        "spoc": spoc,
        "cover": cover,
        "contact_method": "telephone",
        "contact_address": "01632 960 010",
        "visiting": "Not limited",
        "response_days": 3,
        "restrictions": [],
    }
