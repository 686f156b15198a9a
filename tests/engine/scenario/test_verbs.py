"""Every expectation of a scenario can fail, and what could never be so is said at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.operations import failing
from engine.releases import read_folder
from engine.scenario import Scenario, Script, Stages, Step, Unexpected, stages

ROOT = Path(__file__).parents[3]
PEOPLE = {"amina": ["team_leader"], "dorothy": ["dmo"], "priya": ["officer"], "tom": ["officer"]}
BEGIN = Step("start", {"process": "spoc_case", "as": "amina"}, 1)
#: What a Data Management Officer copies from an old register.
TAKEN_OVER = Step(
    "receive",
    {
        "message": "arrangement_taken_over",
        "as": "dorothy",
        "answers": {
            "customer_name": "Jordan Carter",
            "address": "4 Elm Court, Northfield",
            "tenancy_reference": "NF-104233",
            "customer_kind": "tenant",
            "email": "jordan.carter@example.org",
            "decided_on": "2026-03-18",
            "decided_by": "tom",
            "reasons": "More than forty calls a week about a matter already answered.",
            "letter_on": "2026-03-20",
            "letter_complete": "no",
            "owner": "amina",
            "spoc": "priya",
            "cover": "tom",
            "contact_method": "email",
            "contact_address": "priya@northfield-homes.example",
            "visiting": "No restriction",
            "response_days": 5,
            "from_on": "2026-03-23",
            "next_review_on": "2026-09-23",
        },
    },
    1,
)


@pytest.fixture(scope="module")
def prepared() -> Iterator[Stages]:
    with stages(read_folder(ROOT)) as made:
        yield made


def played(prepared: Stages, *steps: Step) -> str:
    """Play these steps and give what is said when they fail; "" when they pass."""
    at = dt.datetime(2026, 3, 27, 9)
    script = Script("one.yaml", "One", "R-013", "NPH_2022", at, PEOPLE, steps)
    with prepared.one(PEOPLE, "NPH_2022", at) as db:
        try:
            Scenario(db).play(script)
        except Unexpected as error:
            return str(error)
    return ""


@pytest.mark.parametrize(
    ("verb", "right", "wrong", "said"),
    [
        ("expect_open", "open_the_case", "talk_with_customer", "to be open, but open are"),
        ("expect_not_open", "talk_with_customer", "open_the_case", "to be not open"),
        ("expect_not_open", "talk_with_customer", "talk_with_custmer", "none has talk_with_cus"),
        ("expect_due", {"open_the_case": "2026-04-07"}, {"open_the_case": "2026-04-06"}, "is 2026"),
        ("expect_history", "stages_began", "settled_informally", "but it has not"),
        ("expect_history", {"stages_began": 1}, {"stages_began": 2}, "2 times, but"),
        ("expect_history", {"close_the_case": 0}, {"stages_began": 0}, "0 times, but"),
        ("expect_history", {"close_the_case": 0}, {"close_the_cas": 0}, "none has close_the_cas"),
    ],
)
def test_what_is_expected_of_a_case_can_fail(
    prepared: Stages, verb: str, right: Any, wrong: Any, said: str
) -> None:
    assert played(prepared, BEGIN, Step(verb, right, 2)) == ""
    told = played(prepared, BEGIN, Step(verb, wrong, 2))
    assert told.startswith(f"line 2, {verb}: ")
    assert said in told


@pytest.mark.parametrize(
    ("verb", "right", "wrong", "said"),
    [
        (
            "expect_register",
            {"cover": "tom"},
            {"cover": "priya"},
            "cover to be priya, but it is tom",
        ),
        (
            "expect_register",
            {"ended_on": None},
            {"in_force_on": None},
            "to be empty, but it is 2026",
        ),
        ("expect_register", {"status": "in_force"}, {"state": "in_force"}, "one of id, case_id"),
        (
            "expect_decision",
            {"agreed": {"appeal_until": None}},
            {"agreed": {"until": None}},
            "one of",
        ),
        ("expect_decision", {"agreed": {"outcome": "agreed"}}, {"cease": {}}, "but there is none"),
        ("expect_flag", {"JADU CRM": "requested"}, {"JADU": "requested"}, "but it is empty"),
    ],
)
def test_what_is_expected_of_an_arrangement_can_fail(
    prepared: Stages, verb: str, right: Any, wrong: Any, said: str
) -> None:
    assert played(prepared, TAKEN_OVER, Step(verb, right, 2)) == ""
    assert said in played(prepared, TAKEN_OVER, Step(verb, wrong, 2))


LETTER = {"task": "issue_letter", "as": "dorothy"}


def test_what_is_expected_of_a_letter_can_fail(prepared: Stages) -> None:
    asked = {"asked_by": "customer", "why": "It went well.", "received_on": "2026-03-27"}
    answers = {**asked, "received_by": "priya", "channel": "email"}
    sent = {"channel": "letter", "sent_on": "2026-03-27", "proof": "Certificate 11"}
    told = (
        TAKEN_OVER,
        Step("receive", {"message": "look_asked", "as": "tom", "answers": answers}, 2),
        Step("complete", {**LETTER, "about": "look again", "answers": sent}, 3),
    )
    template = {"template": "request_acknowledgement"}
    words = "You will get our answer by Tuesday 14 April 2026."
    right = {**template, "on": "2026-03-27", "appeal_until": None, "count": 1, "contains": words}
    assert played(prepared, *told, Step("expect_letter", right, 4)) == ""
    assert (
        played(prepared, *told, Step("expect_letter", {"template": "cease", "count": 0}, 4)) == ""
    )
    for wrong, said in (
        ({"on": "2026-03-28"}, "on to be 2026-03-28, but it is 2026-03-27"),
        ({"appeal_until": "2026-04-24"}, "but it is empty"),
        ({"count": 0}, "Expected 0 letters, but there are 1"),
        ({"contains": [words, "by Monday"]}, "to say 'by Monday'"),
        ({"template": "cease"}, "but none was issued"),
    ):
        assert said in played(prepared, *told, Step("expect_letter", {**template, **wrong}, 4))


def test_an_answer_that_nobody_asks_for_is_told(prepared: Stages) -> None:
    answers = {"customer_nam": "Rowan Ashby"}
    wrong = {"task": "open_the_case", "as": "amina", "answers": answers}
    assert "nobody asks customer_nam" in played(prepared, BEGIN, Step("complete", wrong, 2))
    refused = {"complete": wrong, "because": "InvalidAnswers"}
    assert "nobody asks customer_nam" in played(
        prepared, BEGIN, Step("expect_rejected", refused, 2)
    )


def test_a_failure_that_never_happens_is_told_and_forgotten(prepared: Stages) -> None:
    never = Step("fail_job", {"operation": "letters.issue"}, 2)
    assert "Expected letters.issue to fail as planned" in played(prepared, BEGIN, never)
    assert failing.still_planned() == []
    unknown = Step("fail_job", {"operation": "letters.isue"}, 2)
    assert "letters.isue is not one" in played(prepared, BEGIN, unknown)
