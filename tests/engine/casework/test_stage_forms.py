"""The forms of the stages: each loads, names what exists, steers by what the diagrams read."""

from __future__ import annotations

import pytest

from engine.operations import REGISTRY
from tests.engine.casework.new_case import form_named

#: Form -> the control variables it sets.
FORMS: dict[str, set[str]] = {
    "accept_spoc_role": {"spoc_accepts"},
    "add_evidence": set(),
    "arrange_meeting": set(),
    "check_referral": {"referral_complete"},
    "compare_contact": {"warning_outcome"},
    "customer_left": set(),
    "informal_conversation": {"verbal_warning", "mediation"},
    "informal_outcome": {"informal_outcome"},
    "lift_hold": set(),
    "log_contact": set(),
    "matter_settled": set(),
    "mediation_result": set(),
    "name_another_spoc": set(),
    "open_case": set(),
    "opened_in_error": set(),
    "owed_action_done": set(),
    "place_hold": set(),
    "record_meeting": {"formal_outcome"},
    "referral": set(),
    "third_party_notice": set(),
    "withdraw_third_party": set(),
}
#: Answers the conditions of the diagrams compare with.
ANSWERS = {
    "verbal_warning": ["yes", "no"],
    "mediation": ["accepted", "declined", "not_offered"],
    "informal_outcome": ["settled", "watch_longer", "continued"],
    "warning_outcome": ["acceptable", "longer", "refer"],
    "referral_complete": ["yes", "no"],
    "formal_outcome": ["agreed", "other_action", "not_agreed", "closed"],
    "spoc_accepts": ["yes", "no"],
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_names_only_what_the_engine_knows(name: str) -> None:
    form = form_named(name)
    questions = [
        one for question in form.questions for one in (question, *getattr(question, "columns", ()))
    ]
    assert form.records in REGISTRY.recorders
    assert set(form.checks) <= set(REGISTRY.checks)
    assert {getattr(one, "choices", "") for one in questions} - {""} <= set(REGISTRY.choices)
    assert {one.default_from for one in questions} - {""} <= set(REGISTRY.facts)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_sets_the_variables_the_diagrams_read(name: str) -> None:
    steering = {one.variable: one for one in form_named(name).questions if one.variable}
    assert set(steering) == FORMS[name]
    for variable, question in steering.items():
        offered = [option.value for option in getattr(question, "options", ())]
        assert offered == ANSWERS[variable]


@pytest.mark.parametrize("name", FORMS)
def test_what_must_be_answered_says_so_in_its_own_words(name: str) -> None:
    silent = [
        question.id
        for question in form_named(name).questions
        if not question.optional and "required" not in question.messages and not question.source
    ]
    assert silent == []
