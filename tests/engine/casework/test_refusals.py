"""Refused contact: what it may rest on, who decides, when it holds, what is read all the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import (
    arrangements,
    contact_card,
    refusal_effects,
    refusal_proposals,
    refusals,
    refused_contacts,
    unread_contacts,
)
from engine.casework.context import Context
from engine.errors import ElementFailed, InvalidAnswers, NotAllowed, NotFound, Rejected
from engine.tables.casefile import CaseFile, Contact, Evidence
from engine.tables.database import Database
from engine.tables.decisions import Decision, Letter, LookRequest
from engine.tables.process import Message, Outbox
from engine.tables.refusals import ContactRefusal
from engine.tables.releases import PolicyValue
from tests.engine.casework.old_register import Register, opened

ASKED = {
    "asked_by": "landlord",
    "why": "The calls go on.",
    "received_on": "2026-08-10",
    "received_by": "priya",
    "channel": "email",
}
PROPOSED: dict[str, Any] = {
    "request_outcome": "refusal",
    "reasons": "Nine days of calls about the boiler.",
    "change_first": "not_enough",
    "why_no_change": "Every channel is limited already.",
}
ADVISED = {"advice_reference": "LEG/88", "advised_on": "2026-08-14", "advice": "for"}
DECIDED: dict[str, Any] = {
    "refusal_outcome": "refused",
    "decided_on": "2026-08-20",
    "reasons": "Nine days of calls about the boiler.",
    "stopped": [{"enquiry": "The boiler of 2024"}],
    "change_required": "Calling about the boiler.",
    "proportionality": "E-mail only was tried.",
    "adjustments": "None known.",
    "equality_link": "Looked at for disability and age; no link was found.",
    "until_on": "2027-02-20",
    "matter": "landlord",
    "ombudsman": "housing_ombudsman",
}
CALL = {
    "contacted_on": "2026-09-01",
    "at_time": "08:15",
    "channel": "email",
    "direction": "in",
    "triage": "nothing_new",
}


@pytest.fixture
def register(sqlite_database: Database) -> Iterator[Register]:
    with opened(sqlite_database) as landlord:
        landlord.session.add(
            PolicyValue(
                release_id=1,
                parameter_set="NPH_2022",
                name="refusal.review",
                value="12",
                unit="calendar months",
                source="R-096",
                minimum="1",
                maximum="12",
            )
        )
        landlord.take_over()
        arrangements.put_in_force(landlord.context("2026-04-01"))
        yield landlord


def record(register: Register, on: str, **changed: Any) -> int:
    row = Evidence(
        **{
            "case_id": register.case_id,
            "on": dt.date.fromisoformat(on),
            "author": "priya",
            "witness": "Priya Nair",
            "channel": "telephone",
            "text": "Rang eleven times about the boiler.",
            "behaviour_kind": "unreasonable_persistence",
            "evidence_class": "first_hand",
            "recorded_at": register.context(on).now,
            **changed,
        }
    )
    register.session.add(row)
    register.session.flush()
    return row.id


def asked(register: Register, **changed: Any) -> Context:
    register.answer("ask_for_a_look", register.context("2026-08-10"), {**ASKED, **changed})
    return register.context("2026-08-10")


def propose(register: Register, *breaches: int, **changed: Any) -> ContactRefusal:
    answers = {**PROPOSED, "breaches": list(breaches), **changed}
    register.answer("decide_request", asked(register), answers)
    return newest(register)


def newest(register: Register) -> ContactRefusal:
    found: list[ContactRefusal] = register.rows(ContactRefusal)
    return found[-1]


def refused(register: Register, *breaches: int, **changed: Any) -> dict[str, str]:
    """Give what is wrong with a proposal, by question."""
    with pytest.raises(InvalidAnswers) as wrong:
        propose(register, *breaches, **changed)
    return {one.question: one.message for one in wrong.value.problems}


def advised(register: Register, **changed: Any) -> Context:
    propose(register, record(register, "2026-08-05"))
    register.answer(
        "record_legal_advice", register.context("2026-08-14", "mark"), {**ADVISED, **changed}
    )
    return register.context("2026-08-20", "nell")


def objected(register: Register, context: Context, **changed: Any) -> dict[str, str]:
    with pytest.raises(InvalidAnswers) as wrong:
        register.answer("decide_refusal", context, {**DECIDED, **changed})
    return {one.question: one.message for one in wrong.value.problems}


def test_why_the_advice_was_not_followed_names_no_illness(register: Register) -> None:
    """R-109: more people read of the decision than may read of health."""
    advised(register, advice="against")
    figures = {"record.health_words": ["psychotic"]}
    context = register.context("2026-08-20", "nell", figures=figures)
    said = objected(register, context, despite_advice="Staff are at risk: he is psychotic.")
    assert "“psychotic”" in said["despite_advice"]


def in_force(register: Register) -> ContactRefusal:
    register.answer("decide_refusal", advised(register), DECIDED)
    for template in ("cease_and_desist", "end_of_correspondence"):
        issued(register, template, "2026-08-21", "refusal" if template[0] == "c" else None)
    refusal_effects.put_in_force(register.context("2026-08-21", "nell"))
    return newest(register)


def issued(register: Register, template: str, on: str, kind: str | None) -> None:
    letter = Letter(
        case_id=register.case_id,
        template=template,
        release_id=1,
        title=template,
        html="",
        sha256="",
        issued_on=dt.date.fromisoformat(on),
        issued_at=register.context(on).now,
        issued_by="nell",
        channel="letter",
        sent_to="",
        proof="",
    )
    register.session.add(letter)
    register.session.flush()
    for decision in register.rows(Decision):
        if decision.kind == kind and decision.letter_id is None:
            decision.letter_id, decision.appeal_until = letter.id, letter.issued_on
    register.session.flush()


# R-090, C-07: what it may rest on


def test_what_was_done_before_the_letter_took_effect_does_not_count(register: Register) -> None:
    """R-090, C-07: the day of the letter is day 0."""
    early, late = record(register, "2026-03-30"), record(register, "2026-08-05")
    said = refused(register, early, late)["breaches"]
    assert "Only what happened from Wed 1 Apr 2026 on counts" in said
    offered = {
        one.value: one.disabled
        for one in refusal_proposals.breaches_since_letter(register.context("2026-08-10"))
    }
    assert offered == {str(early): True, str(late): False}


def test_nothing_counts_while_no_complete_letter_has_gone_out(register: Register) -> None:
    register.rows(Decision)[0].appeal_until = None
    said = refused(register, record(register, "2026-08-05"))["breaches"]
    assert "No complete letter has told the customer what applies" in said


@pytest.mark.parametrize("known", ["hearsay", "opinion"])
def test_hearsay_and_opinion_are_no_breach(register: Register, known: str) -> None:
    """R-027, R-090."""
    assert "breaches" in refused(register, record(register, "2026-08-05", evidence_class=known))


def test_a_proposal_rests_on_something(register: Register) -> None:
    assert "at least one record from after the letter" in refused(register)["breaches"]


def test_another_case_s_record_is_no_breach(register: Register) -> None:
    assert "breaches" in refused(register, 4711)


def test_the_change_that_was_tried_has_to_be_on_file(register: Register) -> None:
    said = refused(register, record(register, "2026-08-05"), change_first="changed")
    assert "Hold a review that changes them" in said["change_first"]


def test_without_a_change_it_is_said_why_that_would_not_be_enough(register: Register) -> None:
    assert "why_no_change" in refused(register, record(register, "2026-08-05"), why_no_change="")


def test_after_changed_terms_something_has_to_have_happened_since(register: Register) -> None:
    change = Decision(
        case_id=register.case_id,
        kind="variation",
        outcome="change",
        decided_on=dt.date(2026, 7, 1),
        decided_by="mark",
        owner_kind="arrangement",
        owner_id=register.arrangement_id,
    )
    register.session.add(change)
    issued(register, "variation", "2026-07-01", "variation")
    june, august = record(register, "2026-06-15"), record(register, "2026-08-05")
    said = refused(register, june, change_first="changed")["breaches"]
    assert "after the changed terms were told on Wed 1 Jul 2026" in said
    register.answer(
        "decide_request",
        register.context("2026-08-10"),
        {**PROPOSED, "breaches": [june, august], "change_first": "changed"},
    )
    assert register.rows(ContactRefusal)[0].breaches == [june, august]


def test_a_customer_who_asks_is_not_refused_for_it(register: Register) -> None:
    breach = record(register, "2026-08-05")
    answers = {**PROPOSED, "breaches": [breach]}
    with pytest.raises(InvalidAnswers, match="nobody is refused contact for asking"):
        register.answer("decide_request", asked(register, asked_by="customer"), answers)


def test_a_proposal_answers_the_request_and_is_no_decision_yet(register: Register) -> None:
    refusal = propose(register, record(register, "2026-08-05"))
    request = register.rows(LookRequest)[0]
    assert (request.outcome, request.answered_on) == ("refusal", dt.date(2026, 8, 10))
    assert [one.kind for one in register.rows(Decision)] == ["agreed"]
    assert refusals.refusal_ref(register.context("2026-08-10")) == f"refusal:{refusal.id}"
    again = refused(register, record(register, "2026-08-06"))
    assert "proposed or in force already" in again["request_outcome"]


# two people, legal advice first


def test_nobody_decides_without_advice(register: Register) -> None:
    """R-091."""
    propose(register, record(register, "2026-08-05"))
    with pytest.raises(Rejected, match="legal advice on record before the decision"):
        register.answer("decide_refusal", register.context("2026-08-20", "nell"), DECIDED)


def test_whoever_advised_does_not_decide(register: Register) -> None:
    """R-091."""
    advised(register)
    with pytest.raises(NotAllowed, match="Mark Osei gave the legal advice"):
        register.answer("decide_refusal", register.context("2026-08-20", "mark"), DECIDED)


def test_advice_that_comes_after_the_decision_is_none(register: Register) -> None:
    """R-091."""
    said = objected(register, advised(register), decided_on="2026-08-13")
    assert "on or after the legal advice of Fri 14 Aug 2026" in said["decided_on"]


def test_advice_from_before_what_it_is_about_is_none(register: Register) -> None:
    with pytest.raises(InvalidAnswers, match="the newest record is of Wed 5 Aug 2026"):
        advised(register, advised_on="2026-08-04")


def test_a_decision_against_advice_says_why(register: Register) -> None:
    context = advised(register, advice="against")
    assert "despite_advice" in objected(register, context)
    register.answer("decide_refusal", context, {**DECIDED, "despite_advice": "Staff are at risk."})
    assert register.rows(Decision)[-1].details["despite_advice"] == "Staff are at risk."


@pytest.mark.parametrize("question", ["proportionality", "adjustments", "equality_link"])
def test_the_last_resort_is_weighed_like_any_other_decision(
    register: Register, question: str
) -> None:
    """R-005, R-006: “N/A” is no look at equality, and another case's words are not this one's."""
    context = advised(register)
    said = objected(register, context, **{question: "N/A"})
    assert said == {
        question: "Expected an answer of its own, but this says nothing. Say what you found."
    }
    assert question in objected(register, context, **{question: ""})
    case = {"reference": "SP-2025-009", "parameter_set": "NPH_2022", "stage": "in_force"}
    case |= {"opened_by": "mark", "owner": "mark"}
    register.session.add(other := CaseFile(**case, opened_on=dt.date(2025, 1, 6)))
    register.session.flush()
    there = register.rows(Decision)[0]
    there.case_id, there.details = other.id, {"proportionality": "As there."}
    copied = objected(register, context, proportionality="As there.")
    assert "another case says the same, word for word" in copied["proportionality"]


def test_somebody_complained_about_neither_advises_nor_decides(register: Register) -> None:
    context = advised(register)
    context.case().allegation_against = ["nell"]
    assert "Nell Price is one of those" in objected(register, context)["decided_on"]


# the right ombudsman, and an end


@pytest.mark.parametrize(
    ("matter", "ombudsman", "expected"),
    [
        ("landlord", "local_government_ombudsman", "the Housing Ombudsman"),
        ("other_council", "housing_ombudsman", "the Local Government and Social Care Ombudsman"),
    ],
)
def test_the_customer_is_sent_to_the_right_ombudsman(
    register: Register, matter: str, ombudsman: str, expected: str
) -> None:
    """R-093."""
    said = objected(register, advised(register), matter=matter, ombudsman=ombudsman)
    assert said["ombudsman"].startswith(f"Expected {expected}, who looks at")


@pytest.mark.parametrize("until", ["", "2026-09-19", "2027-08-21", "2099-01-01"])
def test_nobody_is_refused_contact_for_good(register: Register, until: str) -> None:
    """R-096, C-05."""
    assert "until_on" in objected(register, advised(register), until_on=until)


def test_at_least_one_enquiry_stops_and_it_has_a_name(register: Register) -> None:
    context = advised(register)
    assert "stopped" in objected(register, context, stopped=[])
    assert "stopped.0.enquiry" in objected(register, context, stopped=[{"enquiry": "xxxxx"}])


def test_a_refusal_is_a_decision_nobody_who_was_part_of_it_hears_an_appeal_of(
    register: Register,
) -> None:
    register.answer("decide_refusal", advised(register), DECIDED)
    decision = register.rows(Decision)[-1]
    assert (decision.kind, decision.owner_kind) == ("refusal", "refusal")
    assert (decision.took_part, decision.barred) == (["nell"], ["mark", "dorothy", "priya", "tom"])
    (told,) = register.rows(Outbox)
    assert told.content["to"] == "dorothy@homes.example"
    assert "refused" in told.content["text"]
    assert "Jo Carter" not in str(told.content)


# nothing holds before both letters


@pytest.mark.parametrize("sent", [(), ("cease_and_desist",), ("end_of_correspondence",)])
def test_what_was_only_said_refuses_nothing(register: Register, sent: tuple[str, ...]) -> None:
    """R-092, R-094."""
    register.answer("decide_refusal", advised(register), DECIDED)
    for template in sent:
        issued(register, template, "2026-08-21", "refusal" if template[0] == "c" else None)
    with pytest.raises(ElementFailed, match="both letters to be issued"):
        refusal_effects.put_in_force(register.context("2026-08-21"))
    assert register.arrangement().refused_on is None


def test_after_both_letters_card_and_review_say_so(register: Register) -> None:
    register.arrangement().next_review_on = dt.date(2027, 4, 1)
    in_force(register)
    arrangement = register.arrangement()
    assert arrangement.next_review_on == arrangement.refused_until == dt.date(2027, 2, 20)
    card = contact_card.lines(register.session, arrangement, dt.date(2026, 8, 21))
    assert card["refused"] == (
        "Since Fri 21 Aug 2026 until Sat 20 Feb 2027, messages are not answered: read each one to "
        "the end, confirm it and sort it the same working day. Emergencies are dealt with as ever."
    )
    assert "never held back" in card["emergency"]
    assert "boiler" not in " ".join(card.values())


def test_a_review_that_comes_first_stays_where_it_is(register: Register) -> None:
    in_force(register)
    assert register.arrangement().next_review_on == dt.date(2026, 10, 1)


@pytest.mark.parametrize(
    ("asked_for", "reason", "left", "kept"),
    [
        (None, "ran_out", "letter", "ran_out"),
        (None, "lifted_on_appeal", "changes", "lifted_on_appeal"),
        ("ended_by_review", "arrangement_ended", "letter", "ended_by_review"),
        ("arrangement_ended", "arrangement_ended", "nothing", "arrangement_ended"),
    ],
)
def test_an_end_says_what_is_left_to_do(
    register: Register, asked_for: str | None, reason: str, left: str, kept: str
) -> None:
    refusal = in_force(register)
    context = register.context("2026-12-01")
    if asked_for:
        refusals.wants_end(context, refusal.arrangement_id, asked_for)
        assert [one.key for one in context.kept] == [f"refusal:{refusal.id}"]
    assert refusal_effects.end(context, reason) == left
    assert (refusal.end_reason, refusal.ended_on) == (kept, dt.date(2026, 12, 1))
    assert register.arrangement().refused_on is register.arrangement().refused_until is None
    with pytest.raises(NotFound):
        refusals.current(context)


def test_what_was_not_refused_leaves_nothing_to_do(register: Register) -> None:
    register.answer(
        "decide_refusal",
        advised(register),
        {"refusal_outcome": "not_refused", "decided_on": "2026-08-20", "reasons": "Too harsh."},
    )
    assert refusal_effects.end(register.context("2026-08-20"), "ran_out") == "nothing"
    assert register.rows(ContactRefusal)[-1].end_reason == "not_refused"
    assert [one.kind for one in register.rows(Decision)] == ["agreed"]


# read, sorted, confirmed


def test_a_message_is_confirmed_though_it_is_not_answered(register: Register) -> None:
    """R-095."""
    in_force(register)
    context = register.context("2026-09-01", "priya")
    with pytest.raises(InvalidAnswers, match="everything is confirmed all the same"):
        register.answer("log_contact", context, CALL)
    register.answer("log_contact", context, {**CALL, "confirmed": "today"})
    assert register.rows(Contact)[-1].acknowledged_on == dt.date(2026, 9, 1)


@pytest.mark.parametrize("triage", ["emergency", "safeguarding"])
def test_help_comes_before_any_confirmation(register: Register, triage: str) -> None:
    in_force(register)
    answers = {**CALL, "triage": triage, "done_about_it": "Repair 88213 raised."}
    register.answer("log_contact", register.context("2026-09-01", "priya"), answers)
    assert register.rows(Contact)[-1].triage == triage


def test_while_contact_is_not_refused_nothing_is_filed_unread(register: Register) -> None:
    """R-095."""
    context = register.context("2026-09-01", "priya")
    with pytest.raises(InvalidAnswers, match="Read it and choose what it calls for"):
        register.answer("log_contact", context, {**CALL, "triage": "to_be_read"})
    assert refused_contacts.confirmations(context) == []


def test_what_nobody_read_becomes_a_task_of_the_same_working_day(register: Register) -> None:
    """R-095, K-9."""
    in_force(register)
    context = register.context("2026-09-05", "priya")
    answers = {**CALL, "contacted_on": "2026-09-05", "triage": "to_be_read"}
    register.answer("log_contact", context, answers)
    (sent,) = [one for one in register.rows(Message) if one.name == "contact_to_be_read"]
    reading = register.context(
        "2026-09-07", figures={"refusal.triage_within": 0}, variables=sent.payload
    )
    # It came on a Saturday, so it is read on the Monday
    assert unread_contacts.contact_read_by(reading).on == dt.date(2026, 9, 7)
    sorted_ = {"message_read": ["contact"], "read_triage": "nothing_new"}
    with pytest.raises(InvalidAnswers, match="confirmed to the customer"):
        register.answer("sort_contact", reading, sorted_)
    register.answer("sort_contact", reading, {**sorted_, "confirmed": "today"})
    contact = register.rows(Contact)[-1]
    assert (contact.triage, contact.acknowledged_on) == ("nothing_new", dt.date(2026, 9, 7))


def test_another_case_s_message_is_not_to_be_read_here(register: Register) -> None:
    reading = register.context("2026-09-07", variables={"contact_ref": "contact:99"})
    with pytest.raises(NotFound):
        unread_contacts.contact_at_hand(reading)
