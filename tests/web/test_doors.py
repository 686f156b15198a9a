"""The doors: what comes in from outside, with its form, check your answers and no draft."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from engine.tables.casefile import OwedAction
from engine.tables.database import Database
from tests.web import case_file
from tests.web.conftest import NOW
from tests.web.visitor import Page, Visitor

As = Callable[[str], Visitor]

TAKEN_OVER = {
    "customer_name": "Jordan Carter",
    "address": "4 Elm Court\nNorthfield",
    "tenancy_reference": "NF-104233",
    "customer_kind": "tenant",
    "email": "jordan.carter@example.org",
    "decided_by": "mo",
    "reasons": "More than forty calls a week about a matter already answered.",
    "letter_complete": "yes",
    "owner": "amina",
    "spoc": "priya",
    "cover": "tom",
    "contact_method": "email",
    "contact_address": "priya@northfield-homes.example",
    "visiting": "No restriction",
    "response_days": "5",
}


def on(name: str, day: int, month: int, year: int = 2026) -> dict[str, str]:
    """Give the three boxes of a date."""
    return {f"{name}__day": str(day), f"{name}__month": str(month), f"{name}__year": str(year)}


@pytest.fixture
def dorothy(as_: As) -> Visitor:
    return as_("dorothy")


@pytest.fixture
def taken_over(dorothy: Visitor) -> Page:
    """Check your answers of an arrangement taken over from an old register."""
    page = dorothy.get("/doors/arrangement_taken_over")
    return page.press(
        "Continue",
        **TAKEN_OVER,
        **on("decided_on", 20, 2),
        **on("letter_on", 23, 2),
        **on("from_on", 1, 3),
        **on("next_review_on", 1, 9),
    )


@pytest.fixture
def in_force(taken_over: Page) -> Page:
    """The list after the arrangement was taken over."""
    return taken_over.press("Confirm and record")


def test_a_door_shows_every_answer_before_it_records_them(taken_over: Page) -> None:
    assert taken_over.heading == "Check your answers"
    assert "Priya Nair" in taken_over.text
    assert "Friday 20 February 2026" in taken_over.text
    changed = taken_over.press("Change an answer")
    assert changed.one("//input[@name='decided_on-day']/@value") == "20"
    assert changed.one("//select[@name='spoc']/option[@selected]/@value") == "priya"


def test_what_the_case_objects_to_is_said_on_the_form_with_everything_kept(
    taken_over: Page,
) -> None:
    same = taken_over.press("Change an answer").press("Continue", cover="priya")
    refused = same.press("Confirm and record")
    assert refused.status == 422
    assert refused.errors
    assert refused.one("//textarea[@name='reasons']").text == TAKEN_OVER["reasons"]


def test_rows_are_added_and_removed_without_a_script(dorothy: Visitor) -> None:
    page = dorothy.get("/doors/arrangement_taken_over")
    two = page.press(
        "Add another", customer_name="Jordan Carter", restrictions___0___limit="One call a week"
    )
    assert len(two.tree.xpath("//input[contains(@name, '.limit')]")) == 2
    both = two.press("Add another", restrictions___1___limit="No visits")
    left = both.press("Remove number 1 of")
    limits = left.tree.xpath("//input[contains(@name, '.limit')]/@value")
    assert limits == ["No visits", ""]
    assert left.one("//input[@name='customer_name']/@value") == "Jordan Carter"


def test_a_door_that_is_not_there_is_not_found(dorothy: Visitor) -> None:
    dorothy.get("/doors/banana", status=404)
    dorothy.get("/doors/appeal_received?case_id=999", status=404)
    dorothy.get("/cases/999/act/log_contact", status=404)
    dorothy.get("/cases/1/act/banana", status=404)


def test_an_action_with_nothing_to_act_on_is_not_there(app: Flask, as_: As) -> None:
    case_id = case_file.write(app)
    dorothy = as_("dorothy")
    dorothy.get(f"/cases/{case_id}/act/owed_action_done")
    for action in ("withdraw_third_party", "lift_hold"):
        dorothy.get(f"/cases/{case_id}/act/{action}", status=404)


def test_a_door_for_others_is_refused(as_: As) -> None:
    page = as_("priya").get("/doors/arrangement_taken_over", status=403)
    assert page.heading == "You may not do this"
    assert "Expected" in page.text
    assert "ask the person who has it" not in page.text


def test_an_action_of_the_case_page_is_recorded(in_force: Page, dorothy: Visitor) -> None:
    page = dorothy.get("/cases/1/act/log_contact")
    assert page.press("Continue").status == 422
    check = page.press(
        "Continue",
        **on("contacted_on", 4, 3),
        channel="telephone",
        direction="in",
        triage="nothing_new",
    )
    assert check.heading == "Check your answers", check.errors
    done = check.press("Confirm and record")
    assert done.path == "/cases/1"
    assert "is recorded" in done.banner


def test_a_question_for_several_answers_says_when_it_is_asked(
    in_force: Page, dorothy: Visitor
) -> None:
    page = dorothy.get("/cases/1/act/log_contact")
    hint = page.one("//*[@id='done_about_it-hint']").text_content()
    assert "Answer this only if “Does anything have to happen now?” is “Yes, it is" in hint


def test_a_letter_is_previewed_with_what_is_missing_and_issued_when_it_is_whole(
    in_force: Page, dorothy: Visitor
) -> None:
    _log_appeal(dorothy)
    task = dorothy.get("/tasks?view=team").follow("Write and issue the letter")
    page = task.press("Start")
    assert "The letter as it stands" in page.text
    shown = page.press("Show the letter", channel="letter", proof="Certificate 0412")
    assert shown.one("//input[@name='proof']/@value") == "Certificate 0412"
    assert "We have your appeal" in shown.one("//article[@class='letter']").text_content()
    check = shown.press("Continue")
    pdf = dorothy.client.get(check.one("//a[contains(@href, 'letter.pdf')]/@href"))
    assert pdf.status_code in (200, 303)
    issued = check.press("Issue the letter")
    assert "is done. Next: “Allocate a director”" in issued.banner


def _log_appeal(visitor: Visitor) -> None:
    form = visitor.get("/doors/appeal_received?case_id=1")
    form.press(
        "Continue",
        decision=str(form.tree.xpath("//input[@name='decision']/@value")[0]),
        **on("received_on", 4, 3),
        received_by="priya",
        channel="in_person",
        grounds="Nobody rings me back.",
    ).press("Confirm and record")


def test_what_we_owe_and_promised_stands_beside_doors_and_actions(app: Flask, as_: As) -> None:
    case_id = case_file.write(app)
    paths = (
        f"/cases/{case_id}/act/add_evidence",
        f"/cases/{case_id}/act/customer_moved",
        f"/cases/{case_id}/act/place_hold",
    )
    for path in paths:
        page = as_("dorothy").get(path)
        beside = page.one("//aside[@aria-label='Open on our side']").text_content()
        assert "What we still owe the customer" in beside
    database: Database = app.extensions["database"]
    with database.writing() as session:
        for owed in session.scalars(select(OwedAction)):
            owed.done_on = NOW.date()
    page = as_("dorothy").get(paths[0])
    assert page.tree.xpath("//aside[@aria-label='Open on our side']") == []
