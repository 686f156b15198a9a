"""What must be caught in the register and in other systems, with what a person is told (A.6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.casework import arrangements, contact_card, flags, partners
from engine.casework.context import Context
from engine.errors import InvalidAnswers, NotAllowed
from engine.operations import ACTIONS, DOORS
from engine.scenario import Scenario
from engine.tables.database import Database
from engine.tables.decisions import Arrangement, Flag
from tests.engine.casework.new_case import form_named
from tests.engine.casework.old_register import ANSWERS, FORMS, Register, opened
from tests.engine.commands.conftest import TAKEN_OVER, sqlite_landlord

__all__ = ["sqlite_landlord"]

LINES = ["route", "cover", "emergency", "outbound"]
SECRET = "Forty calls a day to six people."


@pytest.fixture
def register(sqlite_database: Database) -> Iterator[Register]:
    with opened(sqlite_database) as landlord:
        yield landlord


def taking_over(register: Register, **changed: Any) -> dict[str, str]:
    context = register.context("2026-03-27", case_id=None)
    try:
        register.answer("take_over_arrangement", context, {**ANSWERS, **changed})
    except InvalidAnswers as refused:
        return {one.question: one.message for one in refused.problems}
    return {}


def test_there_is_no_second_register_beside_this_one(sqlite_landlord: Scenario) -> None:
    """R-059: a row comes from the process; only the officer copies one, and each only once."""
    with pytest.raises(NotAllowed):
        sqlite_landlord.receive("arrangement_taken_over", by="amina", answers=TAKEN_OVER)
    sqlite_landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    with pytest.raises(InvalidAnswers) as refused:
        sqlite_landlord.receive("arrangement_taken_over", by="dorothy", answers=TAKEN_OVER)
    assert refused.value.problems[0].message == (
        "Expected an arrangement that is not in this register yet, but SP-2026-001 holds one for "
        "this customer and tenancy. Look at that case."
    )


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {"contact_address": "priya@mail.example"},
            {
                "contact_address": "Expected one of our own e-mail addresses, ending in "
                "@homes.example, but it is another. Give the address the customer is to write to."
            },
        ),
        ({"cover": ""}, {"cover": "Choose a person for “Who stands in when that person is away?”"}),
        ({"visiting": ""}, {"visiting": "Fill in “What applies to visiting our offices?”"}),
    ],
)
def test_no_private_mailbox_and_nobody_without_cover(
    register: Register, changed: dict[str, str], told: dict[str, str]
) -> None:
    """R-060; C-10."""
    assert taking_over(register, **changed) == told


def test_nobody_types_how_an_arrangement_stands(register: Register) -> None:
    """R-061, R-064: no question of any form is the status, and an answer to none is dropped."""
    typed = {"status": "ceased", "ended_on": "2026-03-27", "in_force_on": "2026-01-01"}
    assert taking_over(register, **typed) == {}
    [arrangement] = register.rows(Arrangement)
    assert (arrangement.ended_on, arrangement.in_force_on) == (None, None)
    forms = {*ACTIONS, *(door.form for door in DOORS.values())}
    assert not {"status", "end_arrangement", "change_status"} & forms


def test_a_review_date_moves_only_by_a_review() -> None:
    """R-062: no other form asks for it, but the one that copies an old register.

    Nor does anything else that has a review: what the partner decided, and the policy itself.
    """
    of_others = {"partner_notice", "review_impact_assessment"}
    asking = {
        path.stem
        for path in FORMS.glob("*.yaml")
        if "next_review_on" in {one.id for one in form_named(path.stem).questions}
    }
    assert asking == {"decide_review", "take_over_arrangement", *of_others}


def test_no_rule_is_left_aside_without_a_word(register: Register) -> None:
    """R-063: whoever decides instead of a director is a choice with a reason, and is listed."""
    register.take_over()
    register.appeal("2026-04-01")
    outside = {"director": "other", "other_director": "nell", "other_reason": ""}
    with pytest.raises(InvalidAnswers) as refused:
        register.answer("allocate_director", register.context("2026-04-02"), outside)
    assert [(one.question, one.message) for one in refused.value.problems] == [
        ("other_reason", "Say why none of the directors can decide this appeal")
    ]


def test_what_has_ceased_is_not_active(register: Register) -> None:
    """R-064: limits and register end with it, on the day decided."""
    register.take_over()
    arrangements.put_in_force(register.context("2026-04-01"))
    register.arrangement().end_on = dt.date(2026, 10, 1)
    arrangements.end(register.context("2026-10-01"), reason="ceased")
    arrangement = register.arrangement()
    assert (arrangement.ended_on, arrangement.end_reason) == (dt.date(2026, 10, 1), "ceased")
    assert register.context("2026-10-01").case().stage == "ended"


def test_each_system_is_confirmed_for_itself(register: Register) -> None:
    """R-065: there is no tick for both."""
    register.take_over()
    assert flags.request(register.context("2026-03-27"), "add") == ["JADU CRM", "Open Housing"]
    _confirm(register, _task(register, "2026-03-30", "add", "JADU CRM"))
    assert _states(register) == {"JADU CRM": "set", "Open Housing": "requested"}


def test_a_flag_says_nothing_about_why(register: Register) -> None:
    """R-066: its lines are made from the arrangement; each is ticked as it stands there."""
    register.take_over(reasons=SECRET)
    flags.request(register.context("2026-03-27"), "add")
    assert all(SECRET[:12] not in flag.text for flag in register.rows(Flag))
    with pytest.raises(InvalidAnswers) as refused:
        _confirm(register, _task(register, "2026-03-30", "add", "JADU CRM"), shows=["route"])
    assert [one.message for one in refused.value.problems] == [
        "Expected the system to show every line, but not all of them are ticked. Correct the "
        "flag, then tick each line you see there."
    ]


def test_the_partner_learns_the_way_and_never_the_reasons(register: Register) -> None:
    """R-068, R-097, R-102."""
    register.take_over(reasons=SECRET)
    card = contact_card.lines(register.session, register.arrangement(), dt.date(2026, 3, 27))
    shared = partners.partner_card(_sharing(register))
    assert SECRET not in f"{card}{shared}"
    assert "Jo Carter" in str(shared)


def test_a_new_contact_is_never_behind_an_old_flag(register: Register) -> None:
    """R-069: one change asks every system anew."""
    register.take_over()
    flags.request(register.context("2026-03-27"), "add")
    for system in ("JADU CRM", "Open Housing"):
        _confirm(register, _task(register, "2026-03-30", "add", system))
    register.arrangement().spoc = "amina"
    flags.request(register.context("2026-05-11"), "update")
    assert _states(register) == dict.fromkeys(("JADU CRM", "Open Housing"), "update_requested")
    assert all("Amina Diallo" in flag.text for flag in register.rows(Flag))
    with pytest.raises(InvalidAnswers) as refused:
        _confirm(register, _task(register, "2026-05-12", "update", "JADU CRM"))
    assert [one.message for one in refused.value.problems] == [
        "Expected a day on or after Mon 11 May 2026, when this was asked for, but it is before "
        "it. Check the date."
    ]


def _task(register: Register, on: str, action: str, system: str) -> Context:
    variables = {"flag_action": action, "flag_system": system}
    return register.context(on, "sid", variables=variables)


def _confirm(register: Register, context: Context, **changed: Any) -> None:
    answers = {"shows": LINES, "done_on": "2026-03-30", "reference": "Note 4711", **changed}
    register.answer("confirm_flag", context, answers)


def _states(register: Register) -> dict[str, str]:
    return {flag.system: flags.flag_state(flag) for flag in register.rows(Flag)}


def _sharing(register: Register) -> Context:
    instance = register.instance("partner_share", "2026-03-27")
    return register.context(
        "2026-03-27", instance_id=instance.id, variables={"partner_action": "add"}
    )
