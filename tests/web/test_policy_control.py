"""The page of the policy document and its impact assessment, as owner and reviewer see it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from engine import clock
from engine.scenario import Scenario
from engine.tables.policy_control import ImpactAssessment
from tests.engine.casework.test_policy_control import LOOKED, VERSION, impact
from tests.engine.casework.test_policy_documents import BEHAVIOUR
from tests.web.visitor import Visitor

As = Callable[[str], Visitor]
NOW = dt.datetime(2026, 4, 1, 10, 0)


@pytest.fixture
def story(app: Flask) -> Iterator[Scenario]:
    """A formal review whose assessment has a negative impact without an action."""
    told = Scenario(app.extensions["database"])
    with clock.frozen(NOW):
        yield told


def _handed_in(told: Scenario) -> None:
    told.receive("policy_version_recorded", by="olive", answers=VERSION)
    told.receive("policy_review_wanted", by="olive", answers={"review_kind": "formal"})
    told.complete("look_through_policy", by="olive", answers=LOOKED)
    negative = {"age_affected": "yes", "age_impact": "negative", "age_reason": "Letters alone."}
    told.complete("assess_impact", by="olive", answers=impact(**negative))


def test_the_page_says_what_is_missing_until_a_version_is_on_record(
    story: Scenario, as_: As
) -> None:
    page = as_("olive").get("/policy")
    assert "No version is on record." in page.text
    as_("priya").get("/policy", 404)
    story.receive("policy_version_recorded", by="olive", answers=VERSION)
    page = as_("olive").get("/policy")
    assert "Sun 26 Oct 2025" in page.text
    assert "January 2025" in page.text
    assert "0 of" in page.text


def test_everybody_is_asked_on_their_tasks_until_they_have_read_the_newest_version(
    story: Scenario, as_: As
) -> None:
    """R-113: a new version reaches whoever works here, also those for whom its page is not."""
    priya = as_("priya")
    asked = "Please read version"
    assert asked not in priya.get("/tasks?view=team").text
    story.receive("policy_version_recorded", by="olive", answers=VERSION)
    page = priya.get("/tasks?view=team")
    assert f"{asked} {VERSION['version']} of the policy" in page.text
    priya.client.get(page.tree.xpath("//a[contains(., 'confirm that you have')]/@href")[0])
    story.receive("policy_read", by="priya", answers={"read": "all"})
    assert asked not in priya.get("/tasks?view=team").text
    assert asked in as_("amina").get("/tasks?view=team").text


def test_a_task_about_the_policy_names_no_customer_who_is_to_come(story: Scenario, as_: As) -> None:
    _handed_in(story)
    listed = as_("ann").get("/tasks?view=all").text
    assert "About no customer" in listed
    assert "Not known yet" not in listed


def test_the_signer_opens_from_the_task_what_is_signed(story: Scenario, as_: As) -> None:
    """R-122: who signs need not find a page that does not exist for them."""
    _handed_in(story)
    ann = as_("ann")
    ann.get("/policy", 404)
    task = ann.get("/tasks").follow("Review the impact assessment")
    assert "Letters alone." in task.follow("The impact assessment").text
    found = task.follow("What the review found")
    assert LOOKED["law_changes"] in found.text
    assert "Assessment of version" in found.text
    as_("priya").get("/policy/reviews/1", 404)
    as_("olive").get("/policy/reviews/7", 404)


def test_signing_is_refused_with_the_row_named_on_every_page(story: Scenario, as_: As) -> None:
    _handed_in(story)
    row = "Age: nothing is said that is done against it and it has no action."
    page = as_("olive").get("/policy")
    assert row in page.text
    assert "A review is open." in page.text
    assert not page.tree.xpath("//main//a[starts-with(@href, '/tasks/')]"), "it is Ann's task"
    read = as_("olive").get("/policy/assessments/1")
    (at_the_row,) = read.tree.xpath("//dd[contains(., 'It cannot be signed yet.')]")
    assert row in at_the_row.text_content()
    assert read.text.index(row) < read.text.index("Letters alone."), "before all of it is read"
    assert "You cannot sign it, because you are the only one who wrote it." in read.text
    ann = as_("ann")
    assert "Letters alone." in ann.get("/policy/assessments/1").text
    as_("priya").get("/policy/assessments/1", 404)
    as_("olive").get("/policy/assessments/7", 404)
    task = ann.get("/tasks").follow("Review the impact assessment")
    assert f"It cannot be signed yet, so send it back. {row}" in task.text
    assert "You cannot sign it" not in task.text


def test_who_wrote_it_alone_is_told_before_reading_it(story: Scenario, as_: As) -> None:
    """R-122: on the first page and in the task; signing is refused all the same."""
    _handed_in(story)
    with story.db.writing() as session:
        row = session.scalars(select(ImpactAssessment)).one()
        row.written_by, row.answers = ["ann"], {**row.answers, "lead": "ann", "staff_involved": []}
    ann = as_("ann")
    said = "You cannot sign it"
    assert f"{said}, because you are the only one" in ann.get("/policy/assessments/1").text
    assert said not in as_("olive").get("/policy/assessments/1").text
    task = ann.get("/tasks").follow("Review the impact assessment")
    assert f"{said}: you are the only one who wrote it. Have another person" in task.text


def test_the_page_shows_what_the_policy_is_read_with_and_links_to_addresses_alone(
    story: Scenario, as_: As
) -> None:
    """R-012: the newest version of each document, its earlier ones, and nothing without one."""
    assert "None is on record. The policy is read with" in as_("olive").get("/policy").text
    story.receive("policy_document_recorded", by="olive", answers=BEHAVIOUR)
    newer = {"version": "4", "dated_on": "2026-01-05", "since": "2026-01-05"}
    elsewhere = {"found_at": "Archive: number 14"}
    told = {**BEHAVIOUR, **newer, **elsewhere}
    story.receive("policy_document_recorded", by="olive", answers=told)
    page = as_("olive").get("/policy")
    assert "Version 4" in page.text
    assert "1 earlier version" in page.text
    assert page.tree.xpath("//a[contains(@href, 'policies.landlord')]/@rel") == ["noreferrer"]
    assert not page.tree.xpath("//a[contains(., 'Archive')]")
    asked = page.follow("Record a document it is read with")
    assert "Whose document is it?" in asked.text
    assert "Record a document it is read with" not in as_("mo").get("/policy").text
