"""The informal stage: what one conversation sets going, and how it may end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from engine.tables.casefile import CaseFile, Customer, OwedAction, Stage, SupportOffer, ThirdParty
from engine.tables.database import Database
from engine.tables.decisions import Decision
from tests.engine.casework.new_case import CONTINUED, TALKED, Landlord, at_work, form_named

SETTLED = {"mediation_since": "not_offered", "informal_outcome": "settled", "reasons": "All done."}
WATCH = {**SETTLED, "informal_outcome": "watch_longer", "watch_until": "2026-02-27"}


@pytest.fixture
def landlord(sqlite_database: Database) -> Iterator[Landlord]:
    with at_work(sqlite_database) as found:
        found.open()
        yield found


def talked(landlord: Landlord, **changed: Any) -> None:
    landlord.answer("informal_conversation", "2026-01-15", {**TALKED, **changed})


def test_the_conversation_steers_by_warning_and_mediation_alone() -> None:
    variables = [question.variable for question in form_named("informal_conversation").questions]
    assert sorted(filter(None, variables)) == ["mediation", "verbal_warning"]


def test_a_conversation_leaves_rows_for_all_it_set_going(landlord: Landlord) -> None:
    talked(landlord, adjustments="Call after noon")
    assert landlord.rows(Stage)[0].warned_on == dt.date(2026, 1, 15)
    assert landlord.rows(OwedAction)[0].due_on == dt.date(2026, 1, 22)
    offer, sister = landlord.rows(SupportOffer)[0], landlord.rows(ThirdParty)[0]
    assert (offer.agreed, offer.agency) == (True, "Northfield Advice")
    assert (sister.name, sister.started_on) == ("Lena Carter", dt.date(2026, 1, 15))
    assert landlord.rows(Customer)[0].needs == "Call after noon"


def test_what_the_customer_told_of_their_health_reaches_no_row(landlord: Landlord) -> None:
    talked(landlord)
    rows = [*landlord.rows(Customer), *landlord.rows(SupportOffer), *landlord.rows(Stage)]
    assert "operation" not in str([vars(row) for row in rows])
    sealed = [one.id for one in form_named("informal_conversation").questions if one.restricted]
    assert sealed == ["needs_known", "needs_detail"]


def test_without_agreement_nobody_outside_is_named(landlord: Landlord) -> None:
    talked(landlord, support_agreed="no", agency="Northfield Advice")
    offer = landlord.rows(SupportOffer)[0]
    assert (offer.agreed, offer.agency) == (False, "")


def test_no_authority_no_third_party(landlord: Landlord) -> None:
    answers = {key: TALKED[key] for key in TALKED if key != "authority_given_on"}
    found = landlord.problems("informal_conversation", "2026-01-15", answers)
    assert found == {
        "authority_given_on": "Enter the date on which the customer gave their authority"
    }


def test_nobody_talks_about_a_concern_before_it_was_heard_of(landlord: Landlord) -> None:
    answers = {**TALKED, "talked_on": "2026-01-08", "warned_on": "2026-01-08"}
    found = landlord.problems("informal_conversation", "2026-01-15", answers)
    assert "Fri 9 Jan 2026" in found["talked_on"]
    assert set(found) == {"talked_on"}


def test_nobody_was_warned_before_hearing_what_must_change(landlord: Landlord) -> None:
    """R-013, R-014: the days to change run from a warning that said it."""
    answers = {**TALKED, "talked_on": "2026-01-15", "warned_on": "2026-01-14"}
    found = landlord.problems("informal_conversation", "2026-01-16", answers)
    assert "from Thu 15 Jan 2026 on" in found["warned_on"]
    later = {**answers, "warned_on": "2026-01-16"}
    assert landlord.problems("informal_conversation", "2026-01-16", later) == {}


def test_a_customer_gets_at_least_the_days_of_the_policy(landlord: Landlord) -> None:
    answers = {**TALKED, "days_to_change": 13}
    found = landlord.problems("informal_conversation", "2026-01-15", answers)
    assert found["days_to_change"].startswith("Expected at least 14 days")


def test_all_three_things_must_have_been_said(landlord: Landlord) -> None:
    said = ("behaviour", "change_expected", "what_may_follow")
    answers = {key: TALKED[key] for key in TALKED if key not in said}
    assert set(landlord.problems("informal_conversation", "2026-01-15", answers)) == set(said)


def test_something_owed_is_not_due_in_the_past(landlord: Landlord) -> None:
    answers = {**TALKED, "owed": [{"what": "Call", "owner": "tom", "due_on": "2026-01-14"}]}
    found = landlord.problems("informal_conversation", "2026-01-15", answers)
    assert "has passed" in found["owed.0.due_on"]


def test_mediation_comes_after_the_concern(landlord: Landlord) -> None:
    talked(landlord, mediation="accepted", mediator="Northfield Mediation")
    answers = {"mediation_result": "agreed", "mediated_on": "2026-01-02", "agreement": "One call."}
    assert "mediated_on" in landlord.problems("mediation_result", "2026-02-02", answers)
    landlord.answer("mediation_result", "2026-02-02", {**answers, "mediated_on": "2026-01-30"})


def test_the_behaviour_continued_opens_the_warning_stage(landlord: Landlord) -> None:
    talked(landlord)
    cited = landlord.evidence("2026-02-10")
    landlord.answer("informal_outcome", "2026-02-16", {**CONTINUED, "cites": [cited]})
    assert landlord.rows(CaseFile)[0].stage == "warning"
    assert [stage.outcome for stage in landlord.rows(Stage)] == ["continued", None]


def test_nothing_goes_on_inside_the_time_to_change(landlord: Landlord) -> None:
    talked(landlord)
    cited = landlord.evidence("2026-01-20")
    answers = {**CONTINUED, "cites": [cited]}
    found = landlord.problems("informal_outcome", "2026-01-28", answers)
    assert "until Thu 29 Jan 2026" in found["informal_outcome"]
    assert landlord.problems("informal_outcome", "2026-01-29", answers) == {}


@pytest.mark.parametrize(
    ("on", "kind", "sentence"),
    [
        ("2026-01-15", "first_hand", "after the warning on Thu 15 Jan 2026"),
        ("2026-02-10", "hearsay", "no decision may rest on hearsay"),
    ],
)
def test_going_on_needs_a_record_that_counts_and_is_later_than_the_warning(
    landlord: Landlord, on: str, kind: str, sentence: str
) -> None:
    talked(landlord)
    cited = landlord.evidence(on, kind)
    found = landlord.problems("informal_outcome", "2026-02-16", {**CONTINUED, "cites": [cited]})
    assert sentence in found["cites"]


def test_without_a_verbal_warning_there_is_no_written_one(landlord: Landlord) -> None:
    talked(landlord, verbal_warning="no")
    cited = landlord.evidence("2026-02-10")
    found = landlord.problems("informal_outcome", "2026-02-16", {**CONTINUED, "cites": [cited]})
    assert "a verbal warning before a written one" in found["informal_outcome"]


def test_a_matter_is_not_settled_while_something_is_owed(landlord: Landlord) -> None:
    talked(landlord)
    found = landlord.problems("informal_outcome", "2026-02-02", SETTLED)
    assert "one thing is" in found["informal_outcome"]
    done = {"owed_action": "1", "owed_result": "done", "done_on": "2026-01-30"}
    landlord.answer("owed_action_done", "2026-02-02", done)
    landlord.answer("informal_outcome", "2026-02-02", SETTLED)
    decision, stage = landlord.rows(Decision)[0], landlord.rows(Stage)[0]
    assert (decision.kind, decision.owner_kind, decision.owner_id) == (
        "matter_settled",
        "stage",
        stage.id,
    )
    assert stage.outcome == "settled"


def test_watching_longer_moves_the_date_and_never_shortens_the_time(landlord: Landlord) -> None:
    talked(landlord)
    early = {**WATCH, "watch_until": "2026-01-27"}
    assert "watch_until" in landlord.problems("informal_outcome", "2026-01-26", early)
    landlord.answer("informal_outcome", "2026-01-29", WATCH)
    assert landlord.rows(Stage)[0].look_on == dt.date(2026, 2, 27)
    assert landlord.rows(Stage)[0].closed_on is None


def test_watching_needs_a_date_to_come(landlord: Landlord) -> None:
    talked(landlord)
    late = {**WATCH, "watch_until": "2026-02-16"}
    assert "watch_until" in landlord.problems("informal_outcome", "2026-02-16", late)


def test_who_was_not_warned_is_warned_before_watching_goes_on(landlord: Landlord) -> None:
    talked(landlord, verbal_warning="no")
    assert "warned_on" in landlord.problems("informal_outcome", "2026-02-13", WATCH)
    warned = {**WATCH, "warned_on": "2026-02-13"}
    assert landlord.problems("informal_outcome", "2026-02-13", warned) == {}
    short = {**warned, "watch_until": "2026-02-26"}
    assert (
        "Fri 27 Feb 2026"
        in landlord.problems("informal_outcome", "2026-02-13", short)["watch_until"]
    )
    landlord.answer("informal_outcome", "2026-02-13", warned)
    assert landlord.rows(Stage)[0].warned_on == dt.date(2026, 2, 13)


def test_nobody_is_warned_by_word_of_mouth_twice(landlord: Landlord) -> None:
    talked(landlord)
    twice = {**WATCH, "warned_on": "2026-02-13"}
    assert (
        "Thu 15 Jan 2026" in landlord.problems("informal_outcome", "2026-02-13", twice)["warned_on"]
    )


def test_a_matter_is_settled_early_only_while_there_is_time_to_change(landlord: Landlord) -> None:
    answers = {"settled_on": "2026-01-20", "what_settled": "The boiler works."}
    assert "" in landlord.problems("matter_settled", "2026-01-20", answers)
    talked(landlord)
    landlord.answer("matter_settled", "2026-01-20", answers)
    early = {**answers, "settled_on": "2026-01-14"}
    assert "settled_on" in landlord.problems("matter_settled", "2026-01-20", early)
