"""What must be caught before a letter leaves, with what a person is told (A.5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import arrangements, complaints, deliveries
from engine.errors import ElementFailed
from engine.tables.casefile import Customer
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Decision, Letter
from engine.tables.people import User
from tests.engine.casework.letter_desk import INTRODUCED, at, issue, preview, problems, sent
from tests.engine.casework.new_case import OPENED, Landlord, at_work

ISSUED: dict[str, Any] = {**INTRODUCED, **sent("2026-03-27")}

#: The customer as the case was opened.
KNOWN: dict[str, Any] = {
    name: OPENED[name]
    for name in ("customer_name", "customer_kind", "address", "tenancy_reference", "email")
}


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    """An agreed arrangement whose letter is still to be written."""
    with at_work(sqlite_database) as found:
        cited = found.refer()
        found.answer("record_meeting", "2026-03-26", found.agreement(cited), "maya")
        found.ids["arrangement_id"] = found.rows(Arrangement)[0].id
        yield found


def writing(landlord: Landlord, on: str = "2026-03-27", **changed: Any) -> dict[str, str]:
    answers = {**INTRODUCED, **sent(on), **changed}
    return problems(at(landlord, "introduction", on), answers)


def arrangement(landlord: Landlord) -> Arrangement:
    found: Arrangement = landlord.rows(Arrangement)[0]
    return found


def test_a_letter_after_the_start_moves_the_start(landlord: Landlord) -> None:
    """R-045, R-041: nothing is in force before its letter."""
    with pytest.raises(ElementFailed) as refused:
        arrangements.put_in_force(landlord.context("2026-04-01"))
    assert "Issue the letter, then try again." in str(refused.value)
    issue(at(landlord, "introduction", "2026-04-07"), {**ISSUED, "sent_on": "2026-04-07"})
    arrangements.put_in_force(landlord.context("2026-04-07"))
    assert arrangement(landlord).in_force_on == dt.date(2026, 4, 7)


@pytest.mark.parametrize("left_in", ["XX", "xxxxx", "on....", "1234567"])
def test_nothing_that_holds_a_place_is_left_in(landlord: Landlord, left_in: str) -> None:
    """R-046."""
    told = writing(landlord, change_required=f"Write to {left_in} instead.")
    assert told["change_required"] == (
        f"“{left_in}” still stands for: What must change for the arrangement to end? Fill it in "
        "before the letter leaves."
    )


def test_what_must_change_is_no_word_for_nothing(landlord: Landlord) -> None:
    """R-046, R-023: the customer could not tell when it is met."""
    assert writing(landlord, change_required="See above.")["change_required"] == (
        "“See above.” says nothing, and a letter will say this. Say it so that the customer can "
        "follow it."
    )


def test_a_letter_says_what_it_means_for_the_customer(landlord: Landlord) -> None:
    """R-047; C-04: no text of ours leaves the part out."""
    said = {
        block.id
        for block in at(landlord, "introduction", "2026-03-27").letters["introduction"].blocks
    }
    assert "meaning" in said
    assert (
        "What this means for you"
        in preview(at(landlord, "introduction", "2026-03-27"), ISSUED).html
    )


def test_emergencies_do_not_go_to_the_contact(landlord: Landlord) -> None:
    """R-048; C-08."""
    landlord.session.get_one(User, "priya").phone = "01632 960 777"
    arrangement(landlord).emergency_route = "Priya on 01632 960777"
    assert writing(landlord) == {
        "": "Expected an emergency route that works at any time, but it is the number or address "
        "of Priya Nair (R-048). Put it right in the register."
    }


def test_as_soon_as_possible_is_no_time(landlord: Landlord) -> None:
    """R-049; C-11."""
    arrangement(landlord).response_time = "as soon as possible"
    assert writing(landlord) == {
        "": "Expected a time within which the customer gets an answer, such as 5 working days, but "
        "it says “as soon as possible” (R-049). Put it right in the register."
    }


def test_an_answer_to_a_complaint_starts_no_arrangement(landlord: Landlord) -> None:
    """R-050; C-03."""
    said = {
        "said": "The parking space was taken again.",
        "received_on": "2026-03-26",
        "received_by": "tom",
    }
    complaint = complaints.add(landlord.context("2026-03-26"), said)
    answered = {
        "complaint": str(complaint.id),
        "complaint_step": "answered",
        "step_on": "2026-03-27",
        "complaint_outcome": "not_upheld",
    }
    taken_in = {name: answered[name] for name in ("complaint", "step_on")}
    landlord.answer("complaint_step", "2026-03-27", {**taken_in, "complaint_step": "acknowledged"})
    landlord.answer("complaint_step", "2026-03-27", answered)
    assert complaint.answered_on == dt.date(2026, 3, 27)
    with pytest.raises(ElementFailed) as refused:
        arrangements.put_in_force(landlord.context("2026-04-01"))
    assert "but no letter is on file" in str(refused.value)


def test_an_appeal_goes_to_somebody_else_than_the_contact(landlord: Landlord) -> None:
    """R-051; X-3: addressee, date and an independent decider, none of them typed."""
    html = preview(at(landlord, "introduction", "2026-03-27"), ISSUED).html
    appeal = html[html.index("appeal") :]
    assert "Friday 24 April 2026" in appeal
    assert "Data Management Officer" in appeal
    assert "had no part in" in appeal


@pytest.mark.parametrize(
    "text", ["Do not contact us for any reason.", "You must never contact us again."]
)
def test_no_letter_shuts_every_way_to_us(landlord: Landlord, text: str) -> None:
    """R-052."""
    [told] = writing(landlord, change_required=text).values()
    assert told.startswith(
        "Expected words that leave emergencies, repairs and complaints open, but “"
    )
    assert told.endswith("” leaves nothing. Say what is limited.")


def test_a_review_does_not_look_back_beyond_the_start(landlord: Landlord) -> None:
    """R-054; X-8: a period a year before the arrangement."""
    issue(at(landlord, "introduction", "2026-03-27"), ISSUED)
    arrangement(landlord).in_force_on = dt.date(2026, 4, 1)
    landlord.session.add(
        Decision(
            case_id=arrangement(landlord).case_id,
            kind="review",
            outcome="continue",
            reasons="It works.",
            decided_on=dt.date(2026, 9, 28),
            decided_by="dorothy",
            owner_kind="arrangement",
            owner_id=arrangement(landlord).id,
            details={
                "findings": "Fewer calls.",
                "evidence_from": "2025-03-31",
                "evidence_to": "2026-03-31",
            },
        )
    )
    assert problems(at(landlord, "review", "2026-09-29"), sent("2026-09-29"))[""] == (
        "Expected the period looked at to lie after the arrangement began on Wed 1 Apr 2026 and "
        "before this letter, but it runs from Mon 31 Mar 2025 to Tue 31 Mar 2026. Correct it in "
        "the review."
    )


def test_a_letter_names_the_way_of_the_register(landlord: Landlord) -> None:
    """R-055: nobody types it, so that the two cannot differ."""
    kept = arrangement(landlord)
    kept.contact_method, kept.contact_address = "telephone", "01632 960 010"
    html = preview(at(landlord, "introduction", "2026-03-27"), ISSUED).html
    assert "by telephone" in html
    assert "by e-mail" not in html
    asked = {
        one.id for one in at(landlord, "introduction", "2026-03-27").letters["introduction"].asks
    }
    assert not asked & {"spoc", "contact_method", "contact_address", "restrictions", "review_on"}


def test_a_way_the_customer_cannot_use_by_now_is_resolved_before_the_letter(
    landlord: Landlord,
) -> None:
    """R-044: what was entered between the decision and its letter counts."""
    assert arrangement(landlord).contact_method == "email"
    known = {**KNOWN, "needs": "Large print."}
    landlord.answer("change_customer", "2026-03-26", known)
    assert writing(landlord) == {}
    known["cannot_use"] = ["email"]
    landlord.answer("change_customer", "2026-03-27", known)
    assert writing(landlord, "2026-03-30") == {
        "": "Expected a limit that leaves a way the customer can use, but they cannot use e-mail. "
        "Their details say so now. Say there, under what else we do, how they can, before this "
        "letter leaves (R-044)."
    }
    known["needs"] = "Large print. Priya rings after each e-mail and reads it out."
    landlord.answer("change_customer", "2026-03-30", known)
    assert writing(landlord, "2026-03-30") == {}


def test_an_address_that_is_gone_by_now_is_found_or_done_without(landlord: Landlord) -> None:
    """R-044: the letter is never held for good."""
    known = {**KNOWN, "email": ""}
    landlord.answer("change_customer", "2026-03-27", known)
    assert writing(landlord, "2026-03-30") == {
        "": "Expected a limit that leaves a way the customer can use, but we have no e-mail "
        "address for them. Find out their address and enter it in their details, or say there, "
        "under what else we do, how they get in touch without one, before this letter leaves "
        "(R-044)."
    }
    landlord.answer("change_customer", "2026-03-30", {**known, "needs": "Tom takes messages."})
    assert writing(landlord, "2026-03-30") == {}


def test_what_the_meeting_resolved_is_not_asked_again(landlord: Landlord) -> None:
    """R-044: the decision said what we do so that the customer can."""
    landlord.rows(Customer)[0].cannot_use = ["email"]
    decision: Decision = landlord.rows(Decision)[-1]
    decision.details = {**decision.details, "method_adjustment": "Large type in each e-mail."}
    assert writing(landlord) == {}


def test_large_print_is_not_forgotten(landlord: Landlord) -> None:
    """R-056."""
    customer: Customer = landlord.rows(Customer)[0]
    customer.formats, customer.language = ["large_print", "bsl"], "Polish"
    assert writing(landlord, format="") == {
        "format": "Expected a letter this customer can use, which needs Polish, large print, but "
        "this is left empty. Say in which format or language it goes."
    }
    assert writing(landlord, format="Polish, in large print") == {}


def test_when_a_customer_was_told_has_a_proof(landlord: Landlord) -> None:
    """R-057; C-19, X-14: neither the day nor how it left is a matter of opinion later."""
    assert writing(landlord, proof="") == {
        "proof": "Enter what proves that the letter left, or choose that it leaves from here"
    }
    letter: Letter = issue(at(landlord, "introduction", "2026-03-27"), ISSUED)
    assert (letter.issued_on, letter.proof) == (dt.date(2026, 3, 27), "Certificate of posting 7")
    [offered] = deliveries.letters_to_prove(landlord.context("2026-03-30"))
    early = {"letter": offered.value, "result": "delivered", "proof": "Signed for"}
    told = landlord.problems(
        "record_delivery", "2026-03-30", {**early, "happened_on": "2026-03-26"}
    )
    assert "Fri 27 Mar 2026" in told["happened_on"]


def test_a_promise_has_somebody_who_keeps_it(landlord: Landlord) -> None:
    """R-058; C-09."""
    nobody = [{"what": "We will say who answers at night", "due_on": "2026-04-10"}]
    assert writing(landlord, promises=nobody) == {
        "promises.0.owner": "Choose a person for “Who sees to it?”"
    }
    promised = writing(landlord, change_required="We will tell you who answers at night.")
    assert promised == {
        "promises": "“We will tell you who answers at night.” reads like a promise, but nobody "
        "sees to it. Add it here with who sees to it and by when, or confirm below that it is none."
    }
