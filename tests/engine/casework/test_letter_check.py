"""A letter does not leave while a part is open, a word holds a place, or a date cannot be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.casework.context import Context
from engine.tables.casefile import CaseFile, Customer, ThirdParty
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Decision
from engine.tables.people import User
from engine.tables.process import WorkItem
from tests.engine.casework.letter_desk import (
    INTRODUCED,
    TEMPLATES,
    WARNED,
    at,
    issue,
    preview,
    problems,
    sent,
)
from tests.engine.casework.new_case import Landlord, at_work, form_named

ISSUED: dict[str, Any] = {**INTRODUCED, **sent("2026-03-27")}


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        yield found


@pytest.fixture
def agreed(landlord: Landlord) -> Landlord:
    cited = landlord.refer()
    landlord.answer("record_meeting", "2026-03-26", landlord.agreement(cited), "maya")
    landlord.ids["arrangement_id"] = landlord.rows(Arrangement)[0].id
    return landlord


def introduction(landlord: Landlord, on: str = "2026-03-27") -> Context:
    return at(landlord, "introduction", on)


def test_a_complete_letter_may_leave(agreed: Landlord) -> None:
    assert problems(introduction(agreed), ISSUED) == {}


@pytest.mark.parametrize(
    ("changed", "question", "words"),
    [
        ({"change_required": ""}, "change_required", "what must change"),
        ({"change_required": "Contact XX only"}, "change_required", "“XX” still stands for"),
        ({"change_required": "a review on...."}, "change_required", "“on....”"),
        ({"change_required": "ring 1234567"}, "change_required", "“1234567”"),
        ({"change_required": "((spoc))"}, "change_required", "still says ((spoc))"),
        ({"change_required": "Ask {{name}}"}, "change_required", "still says {{name}}"),
        ({"change_required": "."}, "change_required", "what must change"),
        ({"change_required": "\u200b"}, "change_required", "what must change"),
        ({"sent_on": "2026-03-25"}, "sent_on", "no earlier than the decision of Thu 26 Mar 2026"),
        ({"sent_on": "2026-03-28"}, "sent_on", "cannot leave in the future"),
        ({"sent_to": "TBC"}, "sent_to", "“TBC” only holds a place"),
        ({"proof": "xxxx"}, "proof", "“xxxx” only holds a place"),
        ({"proof": ""}, "proof", "what proves that the letter left"),
        ({"channel": "email"}, "sent_to", "e-mail address"),
        (
            {"promises": [{"what": "Call", "owner": "priya", "due_on": "2026-03-26"}]},
            "promises.0.due_on",
            "Give a later date",
        ),
    ],
)
def test_an_answer_that_keeps_the_letter_is_named(
    agreed: Landlord, changed: dict[str, Any], question: str, words: str
) -> None:
    told = problems(introduction(agreed), {**ISSUED, **changed})
    assert words in told[question]


def _arrangement(**values: Any) -> Callable[[Landlord], None]:
    def change(landlord: Landlord) -> None:
        [arrangement] = landlord.rows(Arrangement)
        for name, value in values.items():
            setattr(arrangement, name, value)

    return change


def _no_reasons(landlord: Landlord) -> None:
    landlord.rows(Decision)[-1].reasons = "  "


def _spoc_answers_emergencies(landlord: Landlord) -> None:
    landlord.session.get_one(User, "priya").phone = "01632 960 777"
    _arrangement(emergency_route="Priya on 01632-960777")(landlord)


def _cover_answers_emergencies(landlord: Landlord) -> None:
    _arrangement(emergency_route="write to TOM@homes.example")(landlord)


def _no_address(landlord: Landlord) -> None:
    landlord.rows(Customer)[0].address = ""


def _no_customer(landlord: Landlord) -> None:
    landlord.rows(CaseFile)[0].customer_id = None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_no_reasons, "Missing: reasons, in “Why we decided this” (R-046)"),
        (_arrangement(spoc=None), "Missing: spoc name"),
        (_arrangement(cover=None), "Missing: cover name, in “When your contact is away” (R-048)"),
        (_arrangement(contact_address=""), "Missing: contact address"),
        (_arrangement(contact_address="xxxxx"), "“xxxxx” still stands for: contact address"),
        (_arrangement(response_time=""), "Missing: response time"),
        (_arrangement(response_time="as soon as possible"), "within which the customer gets"),
        (_arrangement(response_time="soon"), "such as 5 working days"),
        (_arrangement(emergency_route=""), None),
        (_spoc_answers_emergencies, "number or address of Priya Nair (R-048)"),
        (_cover_answers_emergencies, "number or address of Tom Reed (R-048)"),
        (_arrangement(next_review_on=dt.date(2026, 3, 27)), "Expected a review after the letter"),
        (_arrangement(visiting=""), "Missing: visiting"),
        (_arrangement(visiting="one_stop_shop"), "“One_stop_shop” still stands for: visiting"),
        (_arrangement(kind="unknown"), "must have the part “spoc”"),
        (_no_address, "Missing: customer address"),
        (_no_customer, "Missing: customer name"),
    ],
)
def test_a_fact_that_keeps_the_letter_is_named(
    agreed: Landlord, change: Callable[[Landlord], None], words: str | None
) -> None:
    """C-04 to C-11: each part of R-046 to R-053 is there, or the letter stays here."""
    change(agreed)
    told = problems(introduction(agreed), ISSUED)
    if words is None:
        assert told == {}, "the policy's own emergency route stands in for an empty one"
        return
    assert words in " ".join(told.values()) + " ".join(
        gap.sentence for gap in preview(introduction(agreed), ISSUED).missing
    )
    assert told


def test_every_gap_is_marked_where_it_stands(agreed: Landlord) -> None:
    _arrangement(cover=None)(agreed)
    made = preview(introduction(agreed), {})
    assert {(gap.block, gap.placeholder) for gap in made.missing} == {
        ("spoc_absent", "cover_name"),
        ("change_required", "change_required"),
    }
    assert made.html.count("letter__missing") == 2


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"support": "TBC"}, "support"),
        ({"visiting": "n/a"}, "visiting"),
        ({"contact_address": "xxxxx@homes.example"}, "contact_address"),
        ({"support": "Northfield Advice, by telephone on 01632 960 700"}, None),
        ({"reasons": [{"reason": "On XX he rang.", "evidence": [2]}]}, "reasons.0.reason"),
        (
            {"restrictions": [{"kind": "times", "limit": "from ____ on", "reason": "Calm."}]},
            "restrictions.0.limit",
        ),
    ],
)
def test_what_a_letter_will_print_is_refused_where_it_is_given(
    landlord: Landlord, changed: dict[str, Any], place: str | None
) -> None:
    """Once recorded it could not be put right, and the letter would never leave."""
    answers = landlord.agreement(landlord.refer(), **changed)
    found = landlord.problems("record_meeting", "2026-03-26", answers, "maya")
    told = [one for one, words in found.items() if "only holds a place, and a letter" in words]
    assert told == ([place] if place else [])


def test_every_form_a_letter_quotes_is_read_for_placeholders() -> None:
    quoted = {
        question.id
        for path in Path("forms/definitions").glob("*.yaml")
        if "words_are_ready" in (form := form_named(path.stem)).checks
        for question in form.questions
    }
    answered = {name for template in TEMPLATES.values() for name in template.placeholders}
    assert {"reasons", "findings", "what_changes", "visiting", "support"} <= quoted & answered


def test_a_warning_needs_a_review_after_the_letter(landlord: Landlord) -> None:
    """R-023: a review date is missing, past, or “soon”."""
    landlord.warn()
    context = at(landlord, "fair_treatment", "2026-02-16", "amina")
    for review_on, words in {
        "": "Enter the date",
        "2026-02-16": "must be Tuesday 17 February 2026 or later",
        "soon": "a date that exists",
        "2026-02-30": "a date that exists",
        "2026-02-17": "7 to 91 days after the letter, which is from Mon 23 Feb 2026 to Mon 18 May",
        "2026-02-22": "but it is Sun 22 Feb 2026",
        "2026-05-19": "but it is Tue 19 May 2026",
        "2031-01-01": "but it is Wed 1 Jan 2031",
    }.items():
        answers = {**WARNED, **sent("2026-02-16"), "review_on": review_on}
        assert words in problems(context, answers)["review_on"]
    for review_on in ("2026-02-23", "2026-05-18"):
        answers = {**WARNED, **sent("2026-02-16"), "review_on": review_on}
        assert problems(context, answers) == {}


def test_no_letter_leaves_before_it_was_asked_for(landlord: Landlord) -> None:
    """R-014, X-5: nobody shortens the time to change or to appeal by an earlier date."""
    landlord.warn()
    landlord.session.add(
        WorkItem(
            instance_id=1,
            process_id="issue_letter",
            element_id="issue_letter",
            task_id="t",
            name="Issue the letter",
            form="issue_letter",
            role="team_leader",
            opened_at=landlord.context("2026-02-16").now,
        )
    )
    context = at(landlord, "fair_treatment", "2026-02-18", "amina", instance_id=1)
    for day in ("2020-01-01", "2026-01-20", "2026-02-15"):
        told = problems(context, {**WARNED, **sent(day)})
        assert "no earlier than Mon 16 Feb 2026, when it was asked for" in told["sent_on"]
    for day in ("2026-02-16", "2026-02-17", "2026-02-18"):
        assert problems(context, {**WARNED, **sent(day)}) == {}


def test_a_copy_needs_somebody_with_authority(agreed: Landlord) -> None:
    [third_party] = agreed.rows(ThirdParty)
    third_party.ended_on = dt.date(2026, 3, 1)
    answers = {**ISSUED, "copy_to_third_party": "yes", "copy_is_allowed": "yes"}
    assert "nobody does now" in problems(introduction(agreed), answers)["copy_to_third_party"]


def test_no_copy_for_somebody_else_names_an_illness(agreed: Landlord) -> None:
    """R-109: health in a letter to a third party."""
    [arrangement] = agreed.rows(Arrangement)
    arrangement.visiting = "Not limited, because of the depression"
    copy = {**ISSUED, "copy_to_third_party": "yes", "copy_is_allowed": "yes"}
    said = problems(introduction(agreed), copy)["copy_to_third_party"]
    assert "“depression”" in said
    assert "somebody else reads it" in said
    assert "copy_to_third_party" not in problems(introduction(agreed), ISSUED)
    arrangement.visiting = "Not limited"
    assert "copy_to_third_party" not in problems(introduction(agreed), copy)


def test_evidence_of_a_review_lies_after_the_start(agreed: Landlord) -> None:
    """X-8: a review that looks back on a year before the arrangement began is refused."""
    issue(introduction(agreed), ISSUED)
    [arrangement] = agreed.rows(Arrangement)
    arrangement.in_force_on = dt.date(2026, 4, 1)
    agreed.session.add(
        Decision(
            case_id=arrangement.case_id,
            kind="review",
            outcome="continue",
            reasons="It works.",
            decided_on=dt.date(2026, 9, 28),
            decided_by="dorothy",
            owner_kind="arrangement",
            owner_id=arrangement.id,
            details={
                "findings": "Fewer calls.",
                "evidence_from": "2025-03-31",
                "evidence_to": "2026-09-28",
            },
        )
    )
    told = problems(at(agreed, "review", "2026-09-29"), sent("2026-09-29"))
    assert "after the arrangement began on Wed 1 Apr 2026" in told[""]
    assert "Mon 31 Mar 2025 to Mon 28 Sep 2026" in told[""]
