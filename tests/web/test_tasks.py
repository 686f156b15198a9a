"""A task from the list to its end: started, filled in, left, taken up, checked, completed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from engine import clock
from engine.tables.database import Database
from engine.tables.process import WorkItem
from tests.engine.queries.landlord import Pen
from tests.web.visitor import Page, Visitor

As = Callable[[str], Visitor]

CUSTOMER = {
    "customer_name": "Robin Ashe",
    "customer_kind": "tenant",
    "address": "12 Mill Lane\nNorthfield",
    "tenancy_reference": "204518/02",
    "email": "robin@example.org",
}


@pytest.fixture
def amina(as_: As) -> Visitor:
    return as_("amina")


@pytest.fixture
def opening(amina: Visitor) -> Page:
    """The first page of the task that opens a case."""
    return amina.get("/tasks").press("Raise a concern")


def test_raising_a_concern_opens_a_case_and_its_first_task(opening: Page) -> None:
    assert opening.heading == "The customer"
    assert opening.banner.startswith("Case SP-2026-001 was opened. Next: “Open the case”, with you")
    assert "What the policy says about this step" in opening.text
    assert "5 working days from Wed 4 Mar 2026" in opening.text


def test_what_is_wrong_is_listed_led_to_and_kept(opening: Page) -> None:
    again = opening.press("Continue", customer_name="Robin <b>Ashe</b>", email="not an address")
    assert again.status == 422
    assert again.title.startswith("Error: ")
    assert ("Choose how the customer comes to us", "#customer_kind") in again.errors
    assert again.one("//input[@name='customer_name']/@value") == "Robin <b>Ashe</b>"
    assert again.one("//input[@name='email']/@value") == "not an address"
    assert again.one("//*[@id='email-error']").text_content().strip().endswith("name@example.com")


def test_a_draft_survives_and_is_taken_up_where_it_was_left(
    opening: Page, amina: Visitor, as_: As
) -> None:
    listed = opening.press("Save and come back later", **{**CUSTOMER, "email": "half an addr"})
    assert listed.path == "/tasks"
    assert "is saved. Come back to it" in listed.banner
    assert "Draft saved Wed 4 Mar 2026, 10:00" in listed.text
    there = as_("amina").get("/tasks").follow("Open the case")
    assert there.one("//textarea[@name='address']").text == "12 Mill Lane\nNorthfield"
    assert there.one("//input[@name='email']/@value") == "half an addr"


def test_a_page_passed_by_without_a_word_is_no_draft(opening: Page, amina: Visitor) -> None:
    assert opening.press("Continue").status == 422
    assert "Draft saved" not in amina.get("/tasks").text
    emptied = opening.press("Save and come back later", customer_name="  ")
    assert "stays as it was: nothing was typed" in emptied.banner
    assert "Draft saved" not in emptied.text
    opening.press("Save and come back later", customer_name="Robin Ashe")
    assert "Draft saved" in amina.get("/tasks").text
    cleared = opening.press("Save and come back later", customer_name="")
    assert "is empty again: what was typed before is taken out" in cleared.banner
    assert "Draft saved" not in amina.get("/tasks").text


def test_a_passage_keeps_its_lines_however_often_it_is_shown(opening: Page) -> None:
    passage = "first\n  second, indented\n\nlast"
    page = opening.press("Continue", address=passage)
    for _ in range(3):
        page = page.press("Continue")
    kept = page.one("//textarea[@name='address']").text
    assert kept.replace("\r\n", "\n") == passage


def test_a_question_beneath_an_answer_is_asked_only_with_it(opening: Page) -> None:
    assert opening.one("//*[contains(@class, 'beneath')]//input[@name='other_tenants']") is not None
    joint = opening.press("Continue", **{**CUSTOMER, "customer_kind": "joint_tenant"})
    assert joint.errors == [("Enter who else is on the tenancy", "#other_tenants")]
    alone = joint.press("Continue", customer_kind="tenant", other_tenants="left over")
    assert alone.heading == "What was raised"


def test_every_answer_is_shown_and_can_be_changed_before_it_counts(opening: Page) -> None:
    page = fill_in(opening)
    assert page.heading == "Check your answers"
    assert "12 Mill Lane Northfield" in page.text
    change = page.follow("Change What is the customer's name?")
    assert change.heading == "The customer"
    assert change.press("Continue", customer_name="Robin Ash").heading == "Check your answers"


def test_completing_says_what_comes_next_and_offers_it(opening: Page) -> None:
    done = fill_in(opening).press("Complete this task")
    assert done.path == "/tasks"
    assert done.banner.startswith("“Open the case” is done. Next: “Talk with the customer”")
    assert done.follow("Go on with").heading == "Talk with the customer"


def test_a_task_completed_twice_is_a_conflict_that_shows_what_was_typed(opening: Page) -> None:
    check = fill_in(opening)
    assert check.press("Complete this task").status == 200
    again = check.press("Complete this task")
    assert again.status == 409
    assert again.heading == "You have done this already"
    assert "you completed it on Wed 4 Mar 2026 at 10:00 already" in again.text
    assert "Robin Ashe" in again.text
    assert again.follow("See what you answered").heading == "Open the case"


def test_going_back_to_a_task_that_is_over_shows_what_was_answered(
    opening: Page, amina: Visitor
) -> None:
    check = fill_in(opening)
    check.press("Complete this task")
    for path in (check.path, opening.path):
        over = amina.get(path)
        assert over.path == check.path.removesuffix("/check")
        assert "Completed on Wed 4 Mar 2026, 10:00 by Amina Diallo" in over.text


def test_a_stale_tab_is_a_conflict_too(opening: Page) -> None:
    fill_in(opening).press("Complete this task")
    stale = opening.press("Continue", **{**CUSTOMER, "needs": "calls before noon"})
    assert stale.status == 409
    assert "calls before noon" in stale.text


def test_a_task_that_is_over_shows_what_was_answered(opening: Page, amina: Visitor) -> None:
    fill_in(opening).press("Complete this task")
    over = amina.get("/tasks?view=done").follow("Open the case")
    assert "Completed on Wed 4 Mar 2026, 10:00 by Amina Diallo" in over.text
    assert "12 Mill Lane" in over.text


def test_somebody_elses_task_can_be_looked_at_and_not_done(opening: Page, as_: As) -> None:
    task = opening.path.rsplit("/pages", maxsplit=1)[0]
    fill_in(opening).press("Complete this task")
    mo = as_("mo")
    seen = mo.get("/tasks?view=all").follow("Talk with the customer")
    assert seen.heading == "Talk with the customer"
    assert not seen.tree.xpath("//main//textarea")
    assert task != seen.path
    sent = {"csrf_token": seen.token, "behaviour": "typed by the wrong person"}
    refused = mo.post(f"{seen.path}/pages/behaviour", sent)
    assert refused.status == 403
    assert "ask the person who has it" in refused.text
    assert "typed by the wrong person" in refused.text


def test_a_task_one_may_not_see_is_not_there(opening: Page, as_: As) -> None:
    task = opening.path.rsplit("/pages", maxsplit=1)[0]
    for name in ("priya", "kit", "olive"):
        visitor = as_(name)
        visitor.get(task, status=404)
        visitor.get(f"{task}/pages/customer", status=404)
        visitor.get(f"{task}/check", status=404)


def test_a_task_goes_back_to_the_team_and_is_started_from_there(
    opening: Page, amina: Visitor, as_: As
) -> None:
    listed = opening.press("Put it back for my team")
    assert "waits for your team again" in listed.banner
    team = as_("grace").get("/tasks?view=team")
    started = team.press("Start")
    assert started.heading == "The customer"
    assert amina.get(opening.path, status=403).heading.startswith("This is somebody")


def test_the_list_finds_filters_and_counts(opening: Page, amina: Visitor) -> None:
    fill_in(opening).press("Complete this task")
    assert "1 task for “mill lane”" in amina.get("/tasks?search=mill+lane").text
    assert "No task fits" in amina.get("/tasks?search=nobody").text
    narrowed = amina.get("/tasks?due=later&stage=informal")
    assert narrowed.one("//select[@name='stage']/option[@selected]/@value") == "informal"
    for odd in ("view=banana", "page=7", "after=0~2026-13-45~1", "due=banana", "before=%00"):
        amina.get(f"/tasks?{odd}")


def test_a_long_list_leads_on_and_back_as_it_is_narrowed(app: Flask, as_: As) -> None:
    database: Database = app.extensions["database"]
    with database.writing() as session:
        pen = Pen(session)
        instance = pen.instance(pen.case())
        for number in range(60):
            pen.item(instance, name=f"Task {number}", assignee="amina")
    first = as_("amina").get("/tasks?view=all&held_by=amina&page=9")
    assert _links(first) == ["Last page", "Next page"]
    second = first.follow("Next page")
    assert second.tree.xpath("string(//title)").startswith("All tasks you may see (continued)")
    assert _links(second) == ["First page", "Last page", "Next page", "Previous page"]
    assert second.tree.xpath("//tbody//a[contains(@class, 'row-link')]")[0].text == "Task 25"
    last = second.follow("Last")
    assert _links(last) == ["First page", "Previous page"]
    assert last.tree.xpath("//tbody//a[contains(@class, 'row-link')]")[-1].text == "Task 59"
    assert last.follow("First").path == "/tasks?view=all&held_by=amina"
    assert "view=all" in last.path
    assert "held_by=amina" in last.path


def _links(page: Page) -> list[str]:
    links = page.tree.xpath("//nav[contains(@class, 'govuk-pagination')]//a")
    return sorted(link.get("aria-label") or " ".join(link.text_content().split()) for link in links)


def test_an_unknown_page_of_a_form_is_not_there(opening: Page, amina: Visitor) -> None:
    task = opening.path.rsplit("/pages", maxsplit=1)[0]
    amina.get(f"{task}/pages/nowhere", status=404)
    amina.get("/tasks/999999", status=404)
    amina.get("/tasks/banana", status=404)


def fill_in(opening: Page) -> Page:
    """Answer every page of the form that opens a case; gives check your answers."""
    concern = opening.press("Continue", **CUSTOMER)
    assert concern.heading == "What was raised", concern.errors
    last = concern.press(
        "Continue",
        concern_on__day="4",
        concern_on__month="3",
        concern_on__year="2026",
        concern="Shouted at the front desk for ten minutes.",
        behaviour_kinds=["unreasonable_persistence"],
        persistence_types=_first(concern, "persistence_types"),
    )
    while last.heading != "Check your answers":
        last = _answered(last)
    return last


def _answered(page: Page) -> Page:
    answers = {"allegation": "no", "owner": "amina"}
    return page.press(
        "Continue", **{k: v for k, v in answers.items() if page.tree.xpath(f"//*[@name='{k}']")}
    )


def _first(page: Page, name: str) -> list[str]:
    return [str(page.tree.xpath(f"//input[@name='{name}']/@value")[0])]


def test_who_shares_a_role_hears_who_was_quicker_and_keeps_what_was_typed(
    app: Flask, as_: As
) -> None:
    database: Database = app.extensions["database"]
    with database.writing() as session:
        pen = Pen(session)
        instance = pen.instance(pen.case(), "flags")
        item = pen.item(
            instance,
            name="Confirm the flag",
            process_id="flags",
            element_id="confirm_flag",
            form="confirm_flag",
            role="officer",
        )
        address = f"/tasks/{item.id}"
    tom = as_("tom")
    token = tom.get("/tasks").token
    with database.writing() as session:
        done = session.get_one(WorkItem, item.id)
        done.completed_at, done.completed_by, done.assignee = clock.now(), "priya", "priya"
    sent = {"csrf_token": token, "reference": "Note 7 of my list"}
    late = tom.post(f"{address}/check", sent)
    assert late.status == 409
    assert "Priya Nair completed it on" in late.text
    assert "Note 7 of my list" in late.text
    back = tom.get(f"{address}/check", 409)
    assert "Priya Nair completed it on" in back.text
