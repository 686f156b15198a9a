"""Every letter of the processes is complete, in a case that got there by its own forms."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.casework import appeals, arrangements, letter_words, letters, stages
from engine.tables.database import Database
from engine.tables.decisions import Appeal, Arrangement, Decision, Letter
from tests.engine.casework.letter_desk import INTRODUCED, WARNED, at, issue, preview, sent
from tests.engine.casework.new_case import COMPARED, CONTINUED, MET, Landlord, at_work, form_named

REVIEWED: dict[str, Any] = {
    "findings": "Fewer calls; two of our answers were late.",
    "new_evidence": "no",
    "reasons": "It works for both sides.",
    "proportionality": "A warning alone did not help.",
    "adjustments": "Calls back after noon.",
    "equality_link": "Looked at for disability and age; no link was found.",
    "support_offered": "yes",
    "next_review_on": "2027-03-26",
}
APPEALED: dict[str, Any] = {
    "received_on": "2026-04-01",
    "received_by": "priya",
    "channel": "in_person",
    "grounds": "I never called that often.",
}


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        yield found


@pytest.fixture
def running(landlord: Landlord) -> Landlord:
    """A case with an arrangement in force since Wed 1 April 2026."""
    cited = landlord.refer()
    landlord.answer("record_meeting", "2026-03-26", landlord.agreement(cited), "maya")
    landlord.ids["arrangement_id"] = landlord.rows(Arrangement)[0].id
    issue(at(landlord, "introduction", "2026-03-27"), {**INTRODUCED, **sent("2026-03-27")})
    arrangements.put_in_force(landlord.context("2026-04-01"))
    return landlord


def text(letter: Letter) -> str:
    """Give what the customer reads: words, never a name the case file keeps."""
    said = " ".join(re.sub(r"<[^>]+>", " ", letter.html).split())
    assert not re.search(r"\b[a-zA-Z]+_[a-z_]+(?!\S*@)", said)
    return said


def test_each_limit_is_named_as_the_forms_name_it(landlord: Landlord) -> None:
    """R-055: the register has the kind, the letter its words."""
    limits = [
        {"kind": kind, "limit": "As agreed", "reason": "It helps"}
        for kind in letter_words.RESTRICTIONS
    ]
    written = letter_words.restrictions(limits)
    assert "Only with named staff: As agreed. Why: It helps." in written
    assert not any("_" in line for line in written)
    named = [limit for limit in limits if limit["kind"] == "named_staff"]
    agreed = landlord.agreement(landlord.refer(), restrictions=named)
    landlord.answer("record_meeting", "2026-03-26", agreed, "maya")
    landlord.ids["arrangement_id"] = landlord.rows(Arrangement)[0].id
    letter = issue(at(landlord, "introduction", "2026-03-27"), {**INTRODUCED, **sent("2026-03-27")})
    assert "Only with named staff: As agreed. Why: It helps." in text(letter)


def test_the_forms_offer_the_kinds_of_limit_that_letters_know() -> None:
    asked = [
        column
        for path in Path("forms/definitions").glob("*.yaml")
        for question in form_named(path.stem).questions
        if question.id == "restrictions"
        for column in question.columns
        if column.id == "kind"
    ]
    assert len(asked) >= 5
    for column in asked:
        assert {one.value: one.label for one in column.options} == letter_words.RESTRICTIONS


def test_matter_settled(landlord: Landlord) -> None:
    landlord.open()
    landlord.answer(
        "informal_conversation",
        "2026-01-15",
        {
            "talked_on": "2026-01-15",
            "channel": "telephone",
            "behaviour": "Nine calls.",
            "change_expected": "One call.",
            "what_may_follow": "A warning.",
            "verbal_warning": "no",
            "root_cause": "no",
            "root_cause_checked": "Nothing of ours is open.",
            "needs_known": "no",
            "support_offered": "no",
            "support_not_offered": "There was no need.",
            "third_party": "no",
            "mediation": "not_offered",
        },
    )
    settled = {**CONTINUED, "informal_outcome": "settled", "reasons": "The calls have stopped."}
    landlord.answer("informal_outcome", "2026-02-02", settled)
    letter = issue(at(landlord, "matter_settled", "2026-02-03", "amina"), sent("2026-02-03"))
    assert "The calls have stopped." in text(letter)
    assert landlord.rows(Decision)[-1].appeal_until == dt.date(2026, 3, 3)


def test_no_further_action_says_what_was_counted(landlord: Landlord) -> None:
    """R-025, R-030: the figures carry their window and what they leave out."""
    landlord.warn()
    issue(at(landlord, "fair_treatment", "2026-02-16", "amina"), {**WARNED, **sent("2026-02-16")})
    fine = {**COMPARED, "warning_outcome": "acceptable", "reasons": "Two calls a week."}
    landlord.answer("compare_contact", "2026-03-16", fine)
    letter = issue(at(landlord, "no_further_action", "2026-03-18", "amina"), sent("2026-03-18"))
    said = text(letter)
    assert "Our letter of Monday 16 February 2026" in said
    assert "After our letter, Tue 17 Feb 2026 to Mon 16 Mar 2026: 0 contacts" in said
    assert "What these numbers leave out: Calls to mobiles are not logged." in said


def test_warning_withdrawn(landlord: Landlord) -> None:
    landlord.warn()
    issue(at(landlord, "fair_treatment", "2026-02-16", "amina"), {**WARNED, **sent("2026-02-16")})
    letter = issue(at(landlord, "warning_withdrawn", "2026-03-02", "amina"), sent("2026-03-02"))
    assert "the warning in our letter of Monday 16 February 2026" in text(letter)
    assert letter.decision_id is None


@pytest.mark.parametrize(
    ("outcome", "name", "words"),
    [
        ("not_agreed", "not_agreed", "We will look at it once more on Monday 25 May 2026"),
        ("closed", "closed_without_action", "take no formal action and to close the matter"),
    ],
)
def test_formal_action_that_was_not_taken(
    landlord: Landlord, outcome: str, name: str, words: str
) -> None:
    landlord.refer()
    stages.need(landlord.context("2026-03-20"), "formal").looks = 1 if outcome == "closed" else 0
    meeting: dict[str, Any] = {
        **MET,
        "formal_outcome": outcome,
        "reasons": [{"reason": "It has become quieter."}],
    }
    if outcome == "not_agreed":
        meeting["look_again_on"] = "2026-05-25"
    landlord.answer("record_meeting", "2026-03-26", meeting, "maya")
    letter = issue(at(landlord, name, "2026-03-27"), sent("2026-03-27"))
    assert words in text(letter)
    assert landlord.rows(Decision)[-1].appeal_until == dt.date(2026, 4, 24)


def test_another_limit_without_a_single_point_of_contact(landlord: Landlord) -> None:
    cited = landlord.refer()
    answers = landlord.agreement(cited, formal_outcome="other_action")
    landlord.answer("record_meeting", "2026-03-26", answers, "maya")
    landlord.ids["arrangement_id"] = landlord.rows(Arrangement)[0].id
    letter = issue(at(landlord, "introduction", "2026-03-27"), {**INTRODUCED, **sent("2026-03-27")})
    assert "we decided to limit how you get in touch with us" in text(letter)
    assert "You do not have a single point of contact." in text(letter)
    assert landlord.rows(Arrangement)[0].letter_issued_on == dt.date(2026, 3, 27)


def test_a_review_that_goes_on(running: Landlord) -> None:
    cited = running.evidence("2026-09-20")
    running.answer(
        "decide_review",
        "2026-09-28",
        {**REVIEWED, "review_outcome": "continue", "new_evidence": "yes", "cites": [cited]},
        "dorothy",
    )
    said = text(issue(at(running, "review", "2026-09-29"), sent("2026-09-29")))
    for words in (
        "We looked at the time from Wednesday 1 April 2026 to Monday 28 September 2026",
        "Fewer calls; two of our answers were late.",
        "It has applied since Wednesday 1 April 2026",
        "until its next review on Friday 26 March 2027",
        "Fewer than five e-mails a week.",
        "Only in one way: E-mail only.",
        "you can appeal against it until Tuesday 27 October 2026",
    ):
        assert words in said, said


def test_a_review_that_changes_the_terms(running: Landlord) -> None:
    """R-087, R-055: a variation is a decision of its own, told with the terms of the register."""
    changed = {
        **REVIEWED,
        "review_outcome": "change",
        "what_changes": "Tom Reed becomes your single point of contact.",
        "change_required": "Write once a week.",
        "spoc": "tom",
        "cover": "priya",
        "accepted": "yes",
        "contact_method": "telephone",
        "contact_address": "01632 960 010",
        "visiting": "By appointment",
        "response_days": 3,
        "restrictions": [{"kind": "times", "limit": "One call a week", "reason": "To help."}],
    }
    running.answer("decide_review", "2026-09-28", changed, "dorothy")
    said = text(issue(at(running, "variation", "2026-09-29"), sent("2026-09-29")))
    for words in (
        "Tom Reed becomes your single point of contact.",
        "Your single point of contact is Tom Reed",
        "by telephone : 01632 960 010",
        "Only at certain times: One call a week. Why: To help.",
        "within 3 working days",
        "Write once a week.",
    ):
        assert words in said, said
    assert "E-mail only" not in said


def test_an_arrangement_that_ends(running: Landlord) -> None:
    """R-089: the customer is told when it ends."""
    ended = {**REVIEWED, "review_outcome": "end", "end_on": "2026-10-01"}
    running.answer("decide_review", "2026-09-28", ended, "dorothy")
    letter = issue(at(running, "cease", "2026-09-29"), sent("2026-09-29"))
    assert "It ends on Thursday 1 October 2026" in text(letter)


def appealed(landlord: Landlord) -> Appeal:
    context = landlord.answer(
        "log_appeal", "2026-04-01", {**APPEALED, "decision": "agreed"}, "amina"
    )
    landlord.ids["appeal_id"] = context.appeal_id
    appeals.work_out_dates(landlord.context("2026-04-01"))
    return appeals.current(landlord.context("2026-04-01"))


def test_an_appeal_is_acknowledged_with_its_answer_date(running: Landlord) -> None:
    """S2: received Wed 1 April, answer by Fri 10 April; C-14, R-080, R-081."""
    appealed(running)
    context = at(running, "appeal_acknowledgement", "2026-04-01")
    due = letters.letter_due(context)
    assert due is not None
    assert due.on == dt.date(2026, 4, 2)
    said = text(issue(context, sent("2026-04-01")))
    assert "by Friday 10 April 2026" in said
    assert "of Thursday 26 March 2026 to give you a single point of contact" in said
    assert "Our decision stays in force" in said
    assert "If your appeal came late" not in said


@pytest.mark.parametrize(
    ("outcome", "effect", "decided_on", "words"),
    [
        ("upheld", "cancelled", "2026-04-09", "The decision is cancelled from"),
        ("partly_upheld", "none", "2026-04-09", "You are right on some points"),
        ("not_upheld", "none", "2026-04-09", "Your appeal is not upheld."),
        (
            "upheld",
            "look_again",
            "2026-04-13",
            "You should have had this answer by Friday 10 April",
        ),
    ],
)
def test_an_appeal_is_answered_by_its_director(
    running: Landlord, outcome: str, effect: str, decided_on: str, words: str
) -> None:
    appealed(running).director = "ann"
    answers: dict[str, Any] = {"outcome": outcome, "reasons": "I have read the records."}
    if outcome != "not_upheld":
        answers["appeal_effect"] = effect
    running.answer("decide_appeal", decided_on, answers, "ann")
    context = at(running, "appeal_outcome", decided_on, "ann")
    due = letters.letter_due(context)
    assert due is not None
    assert due.on == dt.date(2026, 4, 10)
    letter = issue(context, sent(decided_on))
    said = text(letter)
    assert words in said
    assert "I have read the records." in said
    assert "Yours sincerely Ann Abbot" in said
    assert "www.housing-ombudsman.org.uk or 0300 111 3000" in said
    assert said.endswith("Ask anybody who works here: no limit on your contact applies to that.")
    [decision] = [row for row in running.rows(Decision) if row.kind == "appeal"]
    assert (decision.letter_id, decision.appeal_until) == (letter.id, None)


def test_an_appeal_whose_terms_change_says_the_terms(running: Landlord) -> None:
    appealed(running).director = "ann"
    terms = {
        "outcome": "partly_upheld",
        "reasons": "One limit was too much.",
        "appeal_effect": "terms",
        "spoc": "priya",
        "cover": "tom",
        "contact_method": "telephone",
        "contact_address": "01632 960 010",
        "visiting": "Not limited",
        "response_days": 2,
        "restrictions": [],
    }
    running.answer("decide_appeal", "2026-04-09", terms, "ann")
    said = text(issue(at(running, "appeal_outcome", "2026-04-09", "ann"), sent("2026-04-09")))
    assert "How to get in touch: by telephone, 01632 960 010." in said
    assert "No limits apply beyond" in said
    assert "E-mail only" not in said


def test_an_appeal_taken_back(running: Landlord) -> None:
    appealed(running)
    letter = issue(at(running, "appeal_withdrawn", "2026-04-07"), sent("2026-04-07"))
    assert "The last day to appeal against the decision is Friday 24 April 2026" in text(letter)


def test_a_request_to_look_again_is_acknowledged_and_answered(running: Landlord) -> None:
    """C-14: the acknowledgement carries the date of the answer (R-085)."""
    asked = {
        "asked_by": "customer",
        "why": "It is too much.",
        "received_on": "2026-07-01",
        "received_by": "priya",
        "channel": "email",
    }
    running.answer("ask_for_a_look", "2026-07-01", asked, "amina")
    context = at(running, "request_acknowledgement", "2026-07-02")
    due = letters.letter_due(context)
    assert due is not None
    assert due.on == dt.date(2026, 7, 3)
    assert "by Wednesday 15 July 2026" in text(issue(context, sent("2026-07-02")))
    running.answer(
        "decide_request",
        "2026-07-08",
        {"request_outcome": "nothing", "reasons": "Nothing has changed yet."},
        "dorothy",
    )
    said = text(issue(at(running, "request_answer", "2026-07-09"), sent("2026-07-09")))
    assert "You asked us on Wednesday 1 July 2026" in said
    assert "It will be reviewed on Thursday 1 October 2026" in said
    assert "Nothing has changed yet." in said


def test_a_decision_is_told_once(running: Landlord) -> None:
    """A second introduction has no decision left to tell."""
    made = preview(at(running, "introduction", "2026-04-02"))
    assert made.missing[0].sentence == "There is no decision to tell"
