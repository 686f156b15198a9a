"""The policy document beyond its stories: dates, publishing, what is signed, who sees it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine import commands, publishing
from engine.casework import impact_rules
from engine.errors import InvalidAnswers, NotFound, Rejected
from engine.queries import Person, policy_control
from engine.scenario import Scenario
from engine.tables.database import Database
from engine.tables.people import RoleHolder, User
from engine.tables.policy_control import ImpactAssessment, PolicyReview
from engine.tables.process import Outbox, WorkItem
from forms import load_form
from tests.engine.commands.conftest import held_landlord

OLIVE = Person("olive", "Olive", "", ("process_owner",))
OSCAR = Person("oscar", "Oscar", "", ("process_owner",))
MANAGER = Person("mo", "Mo", "", ("manager",))
FORM = "forms/definitions/add_evidence.yaml"
VERSION = {
    "version": "2",
    "approved_on": "2022-10-26",
    "approver": "Executive Management Team",
    "effective_on": "2022-10-26",
    "changes": "The appeal and the review are set out.",
    "stated_desktop": "October 2023",
    "stated_formal": "January 2025",
    "contact_officer": "dorothy",
    "responsible_officer": "ann",
    "distribution": [{"to_whom": "All staff", "sent_on": "2022-10-31"}],
}
LOOKED = {
    "law_changes": "The code became statutory.",
    "ombudsman_findings": "One report about late reviews.",
    "how_it_worked": "Two reviews were late.",
    "communication": "A weekly call of the teams.",
    "assess_impact": "yes",
    "reviewer": "ann",
    "approver": "ben",
}
SIGNED = {
    "assessment": "all",
    "assessment_result": "signed",
    "comments": "It is sound.",
    "directorate": "Corporate Services",
    "next_review_on": "2027-01-15",
    "signature": "yes",
}


def impact(**changed: Any) -> dict[str, Any]:
    """Give an assessment in which nobody is affected, and what it rests on."""
    rows = {f"{row}_{what}": said for row in impact_rules.ROWS for what, said in _SPARED}
    return {**rows, **_ABOUT, **changed}


_SPARED = (("affected", "no"), ("impact", "neutral"))
_ABOUT: dict[str, Any] = {
    "assessed_name": "Single point of contact policy",
    "assessed_kind": "policy",
    "assessed_status": "current",
    "groups": ["tenants"],
    "purpose": "Somebody answers.",
    "service_area": "Corporate Services",
    "lead": "olive",
    "assessment_approver": "Executive Management Team",
    "assessment_version": "2",
    "assessed_on": "2026-03-20",
    "sources": [{"source": "Equality data", "held": "internal", "dated_on": "2026-03-01"}],
    "engagement": "The residents' panel asked for other formats.",
    "evidence_base": "No difference in the equality data of 2026.",
}


@pytest.fixture
def house(sqlite_database: Database) -> Iterator[Scenario]:
    for landlord in held_landlord(sqlite_database):
        with landlord.db.writing() as session:
            since = dt.date(2020, 1, 1)
            for name in ("olive", "oscar"):
                known = {"full_name": name.title(), "email": f"{name}@house.example"}
                session.merge(User(name=name, **known))
                session.flush()
                session.add(RoleHolder(role="process_owner", user_name=name, from_on=since))
        yield landlord


def recorded(house: Scenario, **changed: Any) -> None:
    house.receive("policy_version_recorded", by="olive", answers={**VERSION, **changed})


def handed_in(house: Scenario, **changed: Any) -> None:
    """Bring a formal review to its reviewer."""
    recorded(house)
    house.receive("policy_review_wanted", by="olive", answers={"review_kind": "formal"})
    house.complete("look_through_policy", by="olive", answers=LOOKED)
    house.complete("assess_impact", by="olive", answers=impact(**changed))


def sign(house: Scenario, by: str = "ann", **changed: Any) -> None:
    house.complete("review_assessment", by=by, answers={**SIGNED, **changed})


def draft(house: Scenario) -> int:
    one = publishing.start_draft(house.db, OLIVE, "Words")
    content = publishing.draft_file(house.db, one, FORM, OLIVE).content
    changed = content.replace(b"title: ", b"title: A ", 1)
    publishing.save_file(house.db, one, FORM, changed, version=0, person=OLIVE)
    return one


def test_the_date_the_document_says_is_a_note_and_never_counts(house: Scenario) -> None:
    """R-112, X-6: three years from 26 Oct 2022, whatever month the document names."""
    recorded(house)
    page = policy_control.control_page(house.db, OLIVE)
    assert {name: on for name, on, _, _ in page.dates} == {
        "Next desk-top review": dt.date(2023, 10, 26),
        "Next formal review": dt.date(2025, 10, 26),
    }
    assert ["January 2025" in note for note in page.notes] == [True]
    recorded(house, version="3", approved_on="2024-02-01", effective_on="2024-02-01")
    notes = policy_control.control_page(house.db, OLIVE).notes
    assert [("October 2023" in note, "January 2025" in note) for note in notes] == [
        (True, False),
        (False, True),
    ]


def test_a_review_begins_by_itself_once_and_reminds_its_owners(house: Scenario) -> None:
    """R-112: nothing without a version on record; then one review, however often it is looked."""
    assert not commands.start_policy_review(house.db)
    recorded(house)
    assert commands.start_policy_review(house.db)
    assert not commands.start_policy_review(house.db)
    with house.db.reading() as session:
        (review,) = session.scalars(select(PolicyReview)).all()
        assert (review.kind, review.due_on) == ("desktop", dt.date(2023, 10, 26))
        item = session.scalars(select(WorkItem)).one()
        assert item.name == "Look through the policy: desk-top review of version 2"
        told = session.scalars(select(Outbox.content)).all()
        assert len(told) == 3
        assert all("is late" in one["subject"] for one in told)


def test_nothing_is_published_without_an_assessment_or_a_reason(house: Scenario) -> None:
    """R-114, R-115: refused without either; the reason is kept with the version it let through."""
    recorded(house)
    one = draft(house)
    with pytest.raises(InvalidAnswers, match="signed impact assessment"):
        publishing.submit_draft(house.db, one, "Words", OLIVE)
    with pytest.raises(InvalidAnswers, match="signed impact assessment"):
        publishing.submit_draft(house.db, one, "Words", OLIVE, exemption="n/a")
    publishing.submit_draft(house.db, one, "Words", OLIVE, exemption="One word in a title.")
    number = publishing.approve_draft(house.db, one, OSCAR)
    page = policy_control.control_page(house.db, OLIVE)
    assert page.releases == ((number, "2", "Exempted by Olive: One word in a title."),)


def test_a_signed_assessment_lets_a_change_through_until_a_newer_version_comes(
    house: Scenario,
) -> None:
    """R-114, R-115: it is of its version alone; what was handed in before has to say why."""
    handed_in(house)
    sign(house)
    one = draft(house)
    publishing.submit_draft(house.db, one, "Words", OLIVE)
    recorded(house, version="3", approved_on="2026-04-01", effective_on="2026-04-01")
    with pytest.raises(Rejected, match="recorded exemption"):
        publishing.approve_draft(house.db, one, OSCAR)


def test_what_is_signed_never_changes_and_the_next_begins_with_it(house: Scenario) -> None:
    """R-122: the next review has an assessment of its own, with what the last one said."""
    handed_in(house)
    sign(house)
    house.complete(
        "approve_review",
        by="ben",
        answers={"review_outcome_of_policy": "stays", "reasons": "Nothing is to be changed."},
    )
    house.receive("policy_review_wanted", by="oscar", answers={"review_kind": "formal"})
    house.complete("look_through_policy", by="oscar", answers=LOOKED)
    again = {"assessed_on": "2026-04-01", "purpose": "Somebody answers, each time."}
    house.complete("assess_impact", by="oscar", answers=again)
    with house.db.reading() as session:
        first, second = session.scalars(select(ImpactAssessment)).all()
        assert first.answers["purpose"] == "Somebody answers."
        assert (second.based_on_id, second.signed_on) == (first.id, None)
        assert second.answers == {**first.answers, **again}


def test_the_only_author_does_not_sign(house: Scenario) -> None:
    """R-122: refused when it is planned, and refused again when the lead turns out to be them."""
    handed_in(house, lead="ann")
    with house.db.writing() as session:
        session.scalars(select(ImpactAssessment)).one().written_by = ["ann"]
    with pytest.raises(InvalidAnswers, match="the only one who wrote it"):
        sign(house)


def test_each_row_that_keeps_it_from_being_signed_is_named() -> None:
    """R-121: mitigation and action, with somebody and a date, for each negative row."""
    answers = impact(
        age_affected="yes",
        age_impact="negative",
        race_affected="yes",
        race_impact="negative",
        race_mitigation="Interpreters.",
        economy_impact="negative",
        economy_mitigation="see above",
        actions=[
            {"row": "race", "what": "Book them", "officer": "mo"},
            {"row": "economy", "what": "Look", "officer": "mo", "target_on": "2026-08-01"},
        ],
    )
    assert impact_rules.unaddressed(answers) == [
        "Age: nothing is said that is done against it and it has no action.",
        "Race: its action has no date.",
        "Economy: nothing is said that is done against it.",
    ]


def test_the_control_record_is_for_those_who_look_after_it(house: Scenario) -> None:
    """R-102, R-113: nobody else; whoever reviews an assessment reads that one."""
    handed_in(house)
    officer = Person("priya", "Priya", "", ("officer",))
    for ask in (
        lambda: policy_control.control_page(house.db, officer),
        lambda: policy_control.assessment(house.db, 1, officer),
    ):
        with pytest.raises(NotFound):
            ask()
    assert policy_control.figures(house.db, officer) == ()
    reviewer = Person("ann", "Ann", "", ("assistant_director",))
    assert policy_control.assessment(house.db, 1, reviewer).row.version == "2"
    assert policy_control.control_page(house.db, MANAGER).may_change is False


def test_who_has_read_the_newest_version_is_counted_once(house: Scenario) -> None:
    """R-113: a receipt is given once, and a newer version asks anew."""
    recorded(house)
    house.receive("policy_read", by="mo", answers={"read": "all"})
    assert "Mo" in policy_control.control_page(house.db, OLIVE).have_read
    with pytest.raises(InvalidAnswers):
        house.receive("policy_read", by="mo", answers={"read": ["1"]})
    recorded(house, version="3", approved_on="2024-02-01", effective_on="2024-02-01")
    assert policy_control.control_page(house.db, OLIVE).have_read == ()


def test_support_is_asked_about_at_each_review() -> None:
    """R-123: an offer made once does not do; the contact's report and the decision ask again."""
    folder = Path(__file__).parents[3] / "forms" / "definitions"
    for name in ("spoc_report", "decide_review", "record_meeting", "informal_conversation"):
        form = load_form(name, (folder / f"{name}.yaml").read_bytes())
        asked = [one for one in form.questions_and_columns if "support" in one.id]
        assert asked, name
