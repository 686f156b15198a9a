"""Periodic reviews and requests to look again: dates, figures, decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import arrangements, look_requests, review_packs, reviews
from engine.errors import InvalidAnswers, NotFound, Rejected
from engine.messages import Envelope, send
from engine.tables.audit import AuditEvent
from engine.tables.casefile import Contact, Evidence, OwedAction, Stage, Submission, SupportOffer
from engine.tables.complaints import Complaint
from engine.tables.database import Database
from engine.tables.decisions import BreachOfClock, Decision, LookRequest, Promise, Restriction
from engine.tables.outside import OutsideEvent
from engine.tables.process import Message
from tests.engine.casework.old_register import Register, opened
from tests.engine.casework.review_answers import DECIDED

ASKED: dict[str, Any] = {
    "asked_by": "customer",
    "why": "It is too much.",
    "received_on": "2026-07-01",
    "received_by": "priya",
    "channel": "email",
}


@pytest.fixture
def register(sqlite_database: Database) -> Iterator[Register]:
    with opened(sqlite_database) as landlord:
        landlord.take_over()
        arrangements.put_in_force(landlord.context("2026-04-01"))
        landlord.session.add(_record(landlord, "2026-04-20", "first_hand"))
        landlord.session.flush()
        yield landlord


def test_a_review_opens_thirty_days_ahead_and_warns_five_working_days_before(
    register: Register,
) -> None:
    context = register.context("2026-09-01")
    assert reviews.review_opens_on(context) == dt.date(2026, 9, 1)
    assert reviews.review_due(context).on == dt.date(2026, 10, 1)
    assert reviews.review_warn_on(context) == dt.date(2026, 9, 24)


def test_a_review_promised_for_a_sunday_is_due_on_the_friday_before(register: Register) -> None:
    register.arrangement().next_review_on = dt.date(2026, 10, 4)
    due = reviews.review_due(register.context("2026-09-07"))
    assert due.on == dt.date(2026, 10, 2)
    assert "not a working day" in due.reason


def test_without_a_date_the_review_is_counted_from_the_start(register: Register) -> None:
    arrangement = register.arrangement()
    arrangement.next_review_on = None
    assert reviews.review_due(register.context("2026-09-01")).on == dt.date(2026, 10, 1)
    arrangement.review_months = 3
    assert reviews.review_due(register.context("2026-06-01")).on == dt.date(2026, 7, 1)


def test_an_appeal_opens_the_review_at_once_with_its_own_days(register: Register) -> None:
    register.arrangement().review_opens_on = dt.date(2026, 4, 8)
    context = register.context("2026-04-08")
    assert reviews.review_opens_on(context) == dt.date(2026, 4, 8)
    assert reviews.review_due(context).on == dt.date(2026, 4, 22)


def test_a_review_date_that_passed_is_recorded_once_and_told_the_next_working_day(
    register: Register,
) -> None:
    midnight = register.context("2026-10-02 00:00", "the system")
    for _ in range(2):
        reviews.record_breach(midnight)
    [breach] = register.rows(BreachOfClock)
    assert (breach.kind, breach.due_on) == ("review", dt.date(2026, 10, 1))
    assert reviews.review_late_notice_due(midnight).on == dt.date(2026, 10, 5)
    told = {
        "told_on": "2026-10-05",
        "channel": "letter",
        "expected_on": "2026-10-12",
        "text": "We are sorry.",
    }
    register.answer("review_late_notice", register.context("2026-10-05"), told)
    assert register.rows(AuditEvent)[-1].action == "customer_told_of_delay"


def test_a_request_is_answered_within_ten_working_days_of_its_receipt(register: Register) -> None:
    context = register.context("2026-07-03", "amina")
    assert look_requests.look_message(context) == (
        "look_asked",
        f"arrangement:{context.arrangement_id}",
    )
    register.answer("ask_for_a_look", context, ASKED)
    assert register.arrangement().look_received_on == dt.date(2026, 7, 1)
    assert look_requests.look_received_on(context) == dt.date(2026, 7, 1)
    assert reviews.review_due(context).on == dt.date(2026, 10, 1)
    answer = {"request_outcome": "review", "reasons": "Much has changed."}
    register.answer("decide_request", register.context("2026-07-06"), answer)
    assert reviews.review_due(context).on == dt.date(2026, 7, 15)


def test_a_request_shortly_before_the_review_never_puts_it_off(register: Register) -> None:
    register.answer(
        "ask_for_a_look", register.context("2026-09-28"), {**ASKED, "received_on": "2026-09-28"}
    )
    answer = {"request_outcome": "review", "reasons": "Due anyway."}
    register.answer("decide_request", register.context("2026-09-28"), answer)
    assert reviews.review_due(register.context("2026-09-28")).on == dt.date(2026, 10, 1)


def test_doing_nothing_on_a_request_is_a_decision_with_reasons(register: Register) -> None:
    register.answer("ask_for_a_look", register.context("2026-07-03"), ASKED)
    answer = {"request_outcome": "nothing", "reasons": "Nothing has changed since May."}
    register.answer("decide_request", register.context("2026-07-06"), answer)
    decision = register.rows(Decision)[-1]
    assert (decision.kind, decision.owner_kind, decision.reasons) == (
        "request",
        "arrangement",
        "Nothing has changed since May.",
    )
    assert register.arrangement().look_received_on is None
    with pytest.raises(Rejected, match="has been answered"):
        register.answer("decide_request", register.context("2026-07-07"), answer)


def test_a_second_request_waits_for_the_first_and_keeps_its_own_day(register: Register) -> None:
    register.answer("ask_for_a_look", register.context("2026-07-03"), ASKED)
    second = {**ASKED, "received_on": "2026-07-07"}
    register.answer("ask_for_a_look", register.context("2026-07-07"), second)
    context = register.context("2026-07-08")
    assert look_requests.look_received_on(context) == dt.date(2026, 7, 1)
    answers = {"request_outcome": "nothing", "reasons": "One message a day is enough for that."}
    register.answer("decide_request", context, answers)
    assert look_requests.look_received_on(context) == dt.date(2026, 7, 7)
    assert register.arrangement().look_received_on == dt.date(2026, 7, 7)


def test_a_review_answers_the_request_that_asked_for_it_and_no_other(register: Register) -> None:
    register.answer("ask_for_a_look", register.context("2026-07-03"), ASKED)
    context = register.context("2026-07-08", "mark")
    register.answer("decide_review", context, {**DECIDED, "next_review_on": "2026-11-01"})
    [request] = register.rows(LookRequest)
    assert request.answered_on is None
    register.answer("decide_request", context, {"request_outcome": "review", "reasons": "Yes."})
    register.session.add(_record(register, "2026-07-08", "first_hand"))
    register.session.flush()
    anew = {**DECIDED, "cites": [2], "next_review_on": "2026-11-01"}
    register.answer("decide_review", context, anew)
    assert request.answered_on == dt.date(2026, 7, 8)


def test_what_was_asked_before_there_was_anything_to_look_at_is_refused(
    register: Register,
) -> None:
    with pytest.raises(InvalidAnswers, match="on or after Wed 1 Apr 2026"):
        register.answer(
            "ask_for_a_look", register.context("2026-07-03"), {**ASKED, "received_on": "2026-03-30"}
        )


def test_a_refused_referral_can_be_looked_at_sooner(register: Register) -> None:
    arrangement = register.arrangement()
    arrangement.ended_on = dt.date(2026, 6, 1)
    stage = Stage(
        case_id=register.case_id,
        kind="formal",
        opened_on=dt.date(2026, 6, 2),
        look_on=dt.date(2026, 9, 1),
        attendees=[],
    )
    register.session.add(stage)
    register.session.flush()
    context = register.context("2026-07-03", arrangement_id=None)
    assert look_requests.look_message(context) == ("earlier_look", f"stage:{stage.id}")
    assert [one.value for one in look_requests.looks(context)] == [f"stage:{stage.id}"]
    register.answer("ask_for_a_look", context, ASKED)
    [request] = register.rows(LookRequest)
    assert (request.stage_id, request.outcome) == (stage.id, "review")


def test_a_request_addressed_to_another_case_is_refused(register: Register) -> None:
    context = register.context("2026-07-03", refs={"arrangement_id": 99})
    with pytest.raises(NotFound, match="another one was named"):
        register.answer("ask_for_a_look", context, ASKED)


def test_a_case_with_nothing_to_look_at_says_so(register: Register) -> None:
    register.arrangement().ended_on = dt.date(2026, 6, 1)
    register.session.flush()
    with pytest.raises(Rejected, match="has neither"):
        look_requests.look_message(register.context("2026-07-03"))


def test_a_message_that_nobody_waits_for_goes_with_the_arrangement(register: Register) -> None:
    context = register.context("2026-07-03")
    send(
        register.session,
        Envelope("look_asked", f"arrangement:{register.arrangement_id}", sent_at=context.now),
    )
    arrangements.end(context, reason="customer_left")
    assert register.rows(Message)[0].dropped_at == context.now


def test_the_pack_counts_both_sides_since_the_last_review(register: Register) -> None:
    case_id, session = register.case_id, register.session
    at = register.context("2026-08-01").now
    for day, channel in [
        ("2026-03-30", "email"),
        ("2026-05-05", "email"),
        ("2026-06-06", "letter"),
    ]:
        session.add(
            Contact(
                case_id=case_id,
                on=dt.date.fromisoformat(day),
                channel=channel,
                direction="in",
                logged_by="priya",
                logged_at=at,
            )
        )
    for kind in ("first_hand", "hearsay"):
        session.add(_record(register, "2026-06-06", kind))
    session.add(_record(register, "2026-03-06", "first_hand"))
    session.add(
        OwedAction(
            case_id=case_id,
            what="Boiler",
            owner="amina",
            due_on=dt.date(2026, 4, 9),
            opened_on=dt.date(2026, 4, 2),
        )
    )
    session.add(
        Promise(case_id=case_id, what="Call back", owner="priya", due_on=dt.date(2026, 5, 1))
    )
    session.flush()
    context = register.context("2026-09-01")
    review_packs.build_pack(context)
    figures = register.rows(Submission)[-1].answers
    assert (figures["from"], figures["to"]) == ("2026-04-01", "2026-09-01")
    assert figures["contacts_by_channel"] == {"email": 1, "letter": 1}
    assert (figures["records_citable"], figures["records_not_citable"]) == (2, 1)
    assert (figures["owed_actions_open"], figures["promises_open"]) == (1, 1)
    shown = review_packs.review_figures(context)
    assert [one.value for one in shown] == ["contacts", "records", "our_dates", "still_open"]
    assert "0 appeals late, 0 safeguards not kept" in shown[2].label
    assert shown[3].label.endswith(
        "0 complaints (0 late), 0 matters passed on and not answered (0 late)"
    )
    pack = {
        "figures_seen": ["contacts", "records", "our_dates", "still_open"],
        "gaps": "Calls to mobile telephones are not logged.",
        "asked_customer": "no_answer",
        "asked_on": "2026-08-20",
        "own_part": "Nothing found",
    }
    register.answer("review_pack", context, pack)


def test_a_pack_says_which_failings_of_ours_are_on_file(register: Register) -> None:
    """R-078, R-084: nobody decides on “0” beside safeguards not kept and a late complaint."""
    case_id = register.context("2026-04-02").case().id
    session = register.session
    session.add(
        OutsideEvent(
            case_id=case_id,
            kind="away",
            happened_on=dt.date(2026, 5, 1),
            until_on=dt.date(2026, 5, 8),
            what="The contact was away",
            done_by="Amina",
            known_how="customer",
            known_on=dt.date(2026, 5, 9),
            recorded_by="dorothy",
            recorded_on=dt.date(2026, 5, 11),
        )
    )
    for reference, acknowledged_on in (("C1", None), ("C2", dt.date(2026, 8, 24))):
        session.add(
            Complaint(
                case_id=case_id,
                reference=reference,
                stage=1,
                about="Nobody answered",
                received_on=dt.date(2026, 8, 20),
                received_by="claire",
                logged_by="claire",
                acknowledge_due_on=dt.date(2026, 8, 27),
                acknowledge_due_reason="",
                acknowledged_on=acknowledged_on,
                answer_due_on=dt.date(2026, 9, 10),
                answer_due_reason="",
            )
        )
    session.flush()
    context = register.context("2026-09-01")
    review_packs.build_pack(context)
    kept = register.rows(Submission)[-1]
    assert kept.answers["safeguards_not_kept"] == 3
    assert (kept.answers["complaints_open"], kept.answers["complaints_late"]) == (2, 1)
    ours, waits = review_packs.review_figures(context)[2:]
    assert "3 safeguards not kept" in ours.label
    assert "under Decisions" in ours.hint
    assert "2 complaints (1 late)" in waits.label
    session.add(
        OwedAction(
            case_id=case_id,
            what="Boiler",
            owner="amina",
            due_on=dt.date(2026, 9, 9),
            opened_on=dt.date(2026, 9, 2),
        )
    )
    session.flush()
    later = review_packs.review_figures(register.context("2026-09-02"))[3]
    assert "1 thing we owe the customer" in later.label


def test_without_a_pack_there_are_no_figures(register: Register) -> None:
    assert review_packs.review_figures(register.context("2026-09-01")) == []


def test_a_report_keeps_that_support_was_offered_again(register: Register) -> None:
    report = {
        "went": "Well.",
        "kept_to_it": "mostly",
        "answered_on_time": "always",
        "cover_given": "always",
        "open_issues": "Nothing",
        "support_offered": "yes",
        "support_agreed": "yes",
        "agency": "Money advice",
        "suggestion": "continue",
        "suggestion_why": "It helps.",
    }
    register.answer("spoc_report", register.context("2026-09-02", "priya"), report)
    [offer] = register.rows(SupportOffer)
    assert (offer.agreed, offer.agency, offer.by) == (True, "Money advice", "priya")
    refused = {**report, "support_offered": "no"}
    register.answer("spoc_report", register.context("2026-09-02", "priya"), refused)
    assert len(register.rows(SupportOffer)) == 1


def test_a_review_that_ends_it_names_the_day(register: Register) -> None:
    ends = {**DECIDED, "review_outcome": "end", "end_on": "2026-10-01"}
    register.answer("decide_review", register.context("2026-09-28", "mark"), ends)
    decision = register.rows(Decision)[-1]
    assert (decision.kind, decision.outcome, decision.details["end_on"]) == (
        "cease",
        "end",
        "2026-10-01",
    )
    assert arrangements.end_on(register.context("2026-09-28")) == dt.date(2026, 10, 1)


def test_going_on_is_a_new_decision_with_a_date_counted_from_today(register: Register) -> None:
    register.arrangement().review_opens_on = dt.date(2026, 9, 1)
    going_on = {**DECIDED, "took_part": ["priya", "nell"]}
    register.answer("decide_review", register.context("2026-09-28", "mark"), going_on)
    decision = register.rows(Decision)[-1]
    assert (decision.kind, decision.took_part) == ("review", ["mark", "priya", "nell"])
    assert decision.details["evidence_from"] == "2026-04-01"
    assert decision.details["evidence_to"] == "2026-09-28"
    arrangement = register.arrangement()
    assert (arrangement.next_review_on, arrangement.review_opens_on) == (
        dt.date(2027, 3, 26),
        None,
    )
    assert review_packs.since(register.context("2027-02-01")) == dt.date(2026, 9, 28)


@pytest.mark.parametrize(
    ("next_review_on", "fits"),
    [
        ("2026-12-27", False),
        ("2026-12-28", True),
        ("2027-09-28", True),
        ("2027-09-29", False),
    ],
)
def test_the_next_review_lies_within_the_months_of_the_policy(
    register: Register, next_review_on: str, fits: bool
) -> None:
    answers = {**DECIDED, "next_review_on": next_review_on}
    context = register.context("2026-09-28", "mark")
    if fits:
        register.answer("decide_review", context, answers)
        return
    with pytest.raises(InvalidAnswers, match="3 to 12 months from today"):
        register.answer("decide_review", context, answers)


@pytest.mark.parametrize("end_on", ["2026-09-27", "2027-09-29"])
def test_an_end_in_the_past_or_far_off_is_refused(register: Register, end_on: str) -> None:
    ends = {**DECIDED, "review_outcome": "end", "end_on": end_on}
    with pytest.raises(InvalidAnswers):
        register.answer("decide_review", register.context("2026-09-28", "mark"), ends)


def test_changed_terms_take_the_place_of_the_old_ones(register: Register) -> None:
    changed = {
        **DECIDED,
        "review_outcome": "change",
        "what_changes": "You may call as well.",
        "spoc": "priya",
        "cover": "amina",
        "accepted": "yes",
        "contact_method": "telephone",
        "contact_address": "0300 555 0101",
        "visiting": "No restriction",
        "response_days": 1,
        "restrictions": [{"kind": "times", "limit": "10 to noon", "reason": "Staffed then."}],
    }
    register.answer("decide_review", register.context("2026-09-28", "mark"), changed)
    arrangement = register.arrangement()
    assert (arrangement.cover, arrangement.response_time) == ("amina", "1 working day")
    old, new = register.rows(Restriction)
    assert (old.until_on, new.from_on, new.until_on) == (
        dt.date(2026, 9, 28),
        dt.date(2026, 9, 28),
        None,
    )
    assert register.rows(Decision)[-1].kind == "variation"


def test_a_decision_cites_only_what_it_may_rest_on_since_the_last_review(
    register: Register,
) -> None:
    records = [
        _record(register, "2026-06-06", "first_hand"),
        _record(register, "2026-06-07", "hearsay"),
        _record(register, "2026-03-06", "first_hand"),
    ]
    register.session.add_all(records)
    register.session.flush()
    context = register.context("2026-09-28", "mark")
    offered = review_packs.evidence_since_review(context)
    assert [(one.value, one.disabled) for one in offered] == [
        ("1", False),
        (str(records[0].id), False),
        (str(records[1].id), True),
    ]
    citing = {**DECIDED, "new_evidence": "yes"}
    with pytest.raises(InvalidAnswers, match="hearsay"):
        register.answer("decide_review", context, {**citing, "cites": [records[1].id]})
    register.answer("decide_review", context, {**citing, "cites": [records[0].id]})
    assert register.rows(Decision)[-1].cites == [records[0].id]


def test_a_policy_without_limits_for_reviews_says_so(register: Register) -> None:
    context = register.context("2026-09-28", parameter_set="LIVEWEST_2020")
    with pytest.raises(ValueError, match="a minimum and a maximum"):
        reviews.interval(context)


def _record(register: Register, on: str, evidence_class: str) -> Evidence:
    return Evidence(
        case_id=register.case_id,
        on=dt.date.fromisoformat(on),
        author="priya",
        witness="priya",
        channel="telephone",
        text="Called nine times before noon.",
        behaviour_kind="unreasonable_persistence",
        evidence_class=evidence_class,
        recorded_at=register.context("2026-08-01").now,
    )
