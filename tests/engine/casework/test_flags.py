"""Flags in other systems, the partner, and what became of letters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import deliveries, flags, partners
from engine.casework.context import Context
from engine.errors import InvalidAnswers, NotFound
from engine.tables.database import Database
from engine.tables.decisions import Flag, Letter, PartnerEvent
from engine.tables.partners import SharingAgreement
from tests.engine.casework.old_register import Register, opened

LINES = ["route", "cover", "emergency", "outbound"]
TOLD = ["customer", "route", "cover", "emergency", "dates", "reference"]
SHARED: dict[str, Any] = {
    "partner_scope": "yes",
    "agreement_reference": "DSA 7",
    "agreement_until": "2027-03-31",
    "told": TOLD,
    "shared_on": "2026-03-27",
}


@pytest.fixture
def register(sqlite_database: Database) -> Iterator[Register]:
    with opened(sqlite_database) as landlord:
        landlord.take_over()
        yield landlord


def test_each_system_is_asked_and_confirms_by_itself(register: Register) -> None:
    assert flags.request(register.context("2026-03-27"), "add") == ["JADU CRM", "Open Housing"]
    context = _task(register, "2026-03-30", "add", "JADU CRM")
    assert flags.flag_wanted_on(context) == dt.date(2026, 3, 27)
    _confirm(register, context, done_on="2026-03-30")
    assert _states(register) == {"JADU CRM": "set", "Open Housing": "requested"}
    flag = register.rows(Flag)[0]
    assert (flag.confirmed_by, flag.proof) == ("sid", "Note 4711")


def test_a_flag_says_the_way_to_go_and_no_reason(register: Register) -> None:
    flags.request(register.context("2026-03-27"), "add")
    assert register.rows(Flag)[0].text == (
        "Contact goes through Priya Nair, by e-mail to priya.nair@homes.example. "
        "When away: Tom Reed. "
        "Emergencies go to our Contact Centre on 0300 330 7003 and are never held back. "
        "Staff may contact the customer directly about their work."
    )


def test_other_formal_action_has_a_flag_without_a_contact(register: Register) -> None:
    arrangement = register.arrangement()
    arrangement.spoc = arrangement.cover = None
    text = flags.flag_text(register.context("2026-03-27"))
    assert text.startswith("This customer gets in touch by e-mail to priya.nair@homes.example.")
    assert "When away" not in text


def test_one_system_alone_is_asked_alone(register: Register) -> None:
    context = register.context("2026-03-27", figures={"flags.systems": "Markers"})
    assert flags.request(context, "add") == ["Markers"]


def test_a_change_is_confirmed_again_with_the_new_text(register: Register) -> None:
    flags.request(register.context("2026-03-27"), "add")
    for system in ("JADU CRM", "Open Housing"):
        _confirm(register, _task(register, "2026-03-30", "add", system), done_on="2026-03-30")
    register.arrangement().spoc = "tom"
    assert flags.request(register.context("2026-06-01"), "update") == ["JADU CRM", "Open Housing"]
    assert all("Tom Reed, by e-mail" in flag.text for flag in register.rows(Flag))
    assert _states(register)["JADU CRM"] == "update_requested"
    context = _task(register, "2026-06-02", "update", "JADU CRM")
    assert flags.flag_wanted_on(context) == dt.date(2026, 6, 1)
    _confirm(register, context, done_on="2026-06-02")
    assert _states(register) == {"JADU CRM": "set", "Open Housing": "update_requested"}
    assert len(register.rows(Flag)) == 2


def test_a_removal_is_confirmed_in_each_system(register: Register) -> None:
    flags.request(register.context("2026-03-27"), "add")
    _confirm(register, _task(register, "2026-03-30", "add", "JADU CRM"), done_on="2026-03-30")
    asked = flags.request(register.context("2026-10-01"), "end")
    assert asked == ["JADU CRM", "Open Housing"]
    context = _task(register, "2026-10-02", "end", "JADU CRM")
    assert flags.flag_wanted_on(context) == dt.date(2026, 10, 1)
    _confirm(register, context, shows=["nothing"], done_on="2026-10-02")
    assert _states(register) == {"JADU CRM": "removed", "Open Housing": "removal_requested"}
    assert flags.request(register.context("2026-10-03"), "end") == ["Open Housing"]


def test_a_flag_whose_removal_was_asked_for_meanwhile_need_not_be_set(register: Register) -> None:
    flags.request(register.context("2026-03-27"), "add")
    flags.request(register.context("2026-03-30"), "end")
    late = _task(register, "2026-03-30", "add", "JADU CRM")
    assert [choice.value for choice in flags.flag_shows(late)] == [*LINES, "not_needed"]
    _confirm(register, late, shows=["not_needed"], done_on="2026-03-30")
    assert register.rows(Flag)[0].set_on is None
    gone = _task(register, "2026-03-30", "end", "JADU CRM")
    _confirm(register, gone, shows=["nothing"], done_on="2026-03-30")
    assert _states(register)["JADU CRM"] == "removed"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"shows": ["route", "cover"]}, "not all of them are ticked"),
        ({"done_on": "2026-03-26"}, "on or after Fri 27 Mar 2026"),
        ({"done_on": "2026-03-31"}, "cannot be in the future"),
        ({"reference": ""}, "can be found again"),
    ],
)
def test_a_confirmation_that_is_none_is_refused(
    register: Register, changed: dict[str, Any], said: str
) -> None:
    flags.request(register.context("2026-03-27"), "add")
    with pytest.raises(InvalidAnswers, match=said):
        _confirm(register, _task(register, "2026-03-30", "add", "JADU CRM"), **changed)


def test_a_system_nobody_asked_is_not_confirmed(register: Register) -> None:
    with pytest.raises(NotFound, match="Open Housing"):
        _confirm(register, _task(register, "2026-03-30", "add", "Open Housing"))


def test_the_partner_is_told_the_way_to_go_and_acknowledges(register: Register) -> None:
    context = _sharing(register, "2026-03-27", "add")
    assert partners.partner_wanted_on(context) == dt.date(2026, 3, 27)
    assert partners.partner_agreement(context) == "DSA 7"
    assert partners.partner_shared_on(context) is None
    register.answer("share_with_partner", context, SHARED)
    assert partners.partner_shared_on(context) == dt.date(2026, 3, 27)
    [event] = register.rows(PartnerEvent)
    assert (event.partner, event.shared_by) == ("Westshire Council", "dorothy")
    assert event.told.startswith("Jo Carter, 4 Elm Court, Northfield. Contact goes through Priya")
    assert "Forty calls" not in event.told
    with pytest.raises(InvalidAnswers, match="on or after Fri 27 Mar 2026"):
        register.answer("partner_acknowledgement", context, {"acknowledged_on": "2026-03-26"})
    register.answer("partner_acknowledgement", context, {"acknowledged_on": "2026-03-27"})
    assert event.acknowledged_on == dt.date(2026, 3, 27)


def test_of_an_end_the_partner_learns_only_that(register: Register) -> None:
    """R-098: an end is told as a start is, and nothing else with it."""
    register.arrangement().ended_on = dt.date(2026, 10, 1)
    context = _sharing(register, "2026-10-01", "end")
    ended = {**SHARED, "told": ["customer", "end", "reference"], "shared_on": "2026-10-01"}
    register.answer("share_with_partner", context, ended)
    [event] = register.rows(PartnerEvent)
    reference = partners.reference_of(context.case().reference, context.instance_id)
    assert event.told.endswith(
        "The arrangement ended on Thu 1 Oct 2026. "
        f"Our reference, for your confirmation: {reference}."
    )
    found = partners.told_by(context.session, "Westshire Council", reference)
    assert found is event


def test_what_is_not_about_housing_is_not_shared(register: Register) -> None:
    context = _sharing(register, "2026-03-27", "add")
    answers = {"partner_scope": "no", "not_shared_reason": "Council tax only."}
    register.answer("share_with_partner", context, answers)
    [event] = register.rows(PartnerEvent)
    assert (event.shared_on, event.told) == (None, "")
    assert event.not_shared_reason == "Council tax only."


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"agreement_until": "2026-03-26"}, "still running"),
        ({"told": ["route"]}, "every line"),
        ({"shared_on": "2026-03-26"}, "on or after Fri 27 Mar 2026"),
    ],
)
def test_sharing_outside_the_agreement_is_refused(
    register: Register, changed: dict[str, Any], said: str
) -> None:
    context = _sharing(register, "2026-03-27", "add")
    with pytest.raises(InvalidAnswers, match=said):
        register.answer("share_with_partner", context, {**SHARED, **changed})


def test_a_policy_without_a_partner_shares_nothing(register: Register) -> None:
    context = _sharing(register, "2026-03-27", "add", figures={"partner.share": "no"})
    with pytest.raises(InvalidAnswers, match="shares with no partner"):
        register.answer("share_with_partner", context, SHARED)


def test_an_acknowledgement_of_nothing_is_refused(register: Register) -> None:
    with pytest.raises(NotFound):
        register.answer(
            "partner_acknowledgement",
            _sharing(register, "2026-03-27", "add"),
            {"acknowledged_on": "2026-03-27"},
        )


def test_a_letter_is_proved_to_have_arrived_once(register: Register) -> None:
    for number in (1, 2):
        register.session.add(_letter(register, number))
    register.session.flush()
    context = register.context("2026-04-07")
    offered = deliveries.letters_to_prove(context)
    assert [choice.value for choice in offered] == ["review_2", "review"]
    arrived = {
        "letter": "review",
        "result": "delivered",
        "happened_on": "2026-04-02",
        "proof": "Signed for",
    }
    with pytest.raises(InvalidAnswers, match="when the letter was issued"):
        register.answer("record_delivery", context, {**arrived, "happened_on": "2026-03-31"})
    register.answer("record_delivery", context, arrived)
    assert register.rows(Letter)[0].delivered_on == dt.date(2026, 4, 2)
    with pytest.raises(InvalidAnswers, match="Arrived on Thu 2 Apr 2026"):
        register.answer("record_delivery", context, arrived)
    returned = {**arrived, "letter": "review_2", "result": "returned"}
    register.answer("record_delivery", context, returned)
    assert register.rows(Letter)[1].delivered_on is None


def _task(register: Register, on: str, action: str, system: str) -> Context:
    variables = {"flag_action": action, "flag_system": system}
    return register.context(on, "sid", variables=variables)


def _confirm(register: Register, context: Context, **changed: Any) -> None:
    answers = {"shows": LINES, "done_on": "2026-03-30", "reference": "Note 4711", **changed}
    register.answer("confirm_flag", context, answers)


def _states(register: Register) -> dict[str, str]:
    return {flag.system: flags.flag_state(flag) for flag in register.rows(Flag)}


def _sharing(register: Register, on: str, action: str, **more: Any) -> Context:
    instance = register.instance("partner_share", on)
    variables = {"partner_action": action}
    return register.context(on, instance_id=instance.id, variables=variables, **more)


def _letter(register: Register, number: int) -> Letter:
    context = register.context("2026-04-01")
    return Letter(
        case_id=register.case_id,
        template="review",
        release_id=1,
        title=f"Letter {number}",
        html="<p>Dear Jo Carter</p>",
        sha256="0",
        issued_on=context.today,
        issued_at=context.now,
        issued_by="dorothy",
        channel="letter",
        sent_to="4 Elm Court",
        proof="Posted",
    )


def test_nothing_is_shared_once_the_recorded_agreement_has_ended(register: Register) -> None:
    """R-099: what was recorded counts, whatever is typed at the moment of sharing."""
    context = _sharing(register, "2026-03-27", "add")
    agreement = SharingAgreement(
        partner="Westshire Council",
        reference="DSA 8",
        from_on=dt.date(2026, 1, 1),
        until_on=dt.date(2026, 3, 27),
        recorded_by="dorothy",
        recorded_at=context.now,
    )
    context.session.add(agreement)
    context.session.flush()
    assert partners.partner_agreement(context) == "DSA 8"
    assert partners.partner_agreement_until(context) == dt.date(2026, 3, 27)
    agreement.until_on = dt.date(2026, 3, 26)
    context.session.flush()
    assert partners.partner_agreement_until(context) is None
    with pytest.raises(InvalidAnswers, match="DSA 8 ended on Thu 26 Mar 2026"):
        register.answer("share_with_partner", context, SHARED)
