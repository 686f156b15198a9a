"""Steps as a list: read in order, changed by a form, refused with a sentence, never lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

import engine
from tests.web.visitor import Visitor

PATH = "bpmn/appeal.bpmn"


@pytest.fixture
def draft_id(app: Flask) -> int:
    database = app.extensions["database"]
    return engine.start_draft(database, engine.person(database, "olive"), "Another form")


@pytest.fixture
def olive(as_: Callable[[str], Visitor]) -> Visitor:
    return as_("olive")


def saved(app: Flask, draft_id: int) -> str:
    database = app.extensions["database"]
    file = engine.draft_file(database, draft_id, PATH, engine.person(database, "olive"))
    return file.content.decode()


def test_the_steps_are_listed_in_order_with_what_each_says(olive: Visitor, draft_id: int) -> None:
    page = olive.get(f"/drafts/{draft_id}/steps/{PATH}")
    for said in ("Steps of Appeal", "36 steps, in order", "Choose who decides the appeal"):
        assert said in page.text
    assert page.text.index("Allocate a director") < page.text.index("Decide the appeal")
    assert "yes: Decide the appeal, otherwise" in page.text


def test_a_form_is_chosen_from_a_list_and_kept(app: Flask, olive: Visitor, draft_id: int) -> None:
    before = saved(app, draft_id)
    page = olive.get(f"/drafts/{draft_id}/steps/{PATH}").follow("Change “Allocate a director”")
    assert page.heading == "Allocate a director"
    page = page.press("Save", form="holding_letter")
    assert page.path == f"/drafts/{draft_id}/steps/{PATH}"
    assert page.banner.startswith("Saved ")
    assert saved(app, draft_id) == before.replace(
        'name="form" value="allocate_director"', 'name="form" value="holding_letter"', 1
    )


def test_a_step_sent_as_it_was_changes_nothing(app: Flask, olive: Visitor, draft_id: int) -> None:
    before = saved(app, draft_id)
    kinds = {step.kind: step for step in engine.steps_of(before.encode(), PATH)}
    assert len(kinds) > 8
    for step in kinds.values():
        page = olive.get(f"/drafts/{draft_id}/steps/{PATH}/{step.element_id}")
        assert page.press("Save").banner.startswith("Nothing was changed"), step.element_id
    assert saved(app, draft_id) == before


def test_a_date_is_shown_without_saving(app: Flask, olive: Visitor, draft_id: int) -> None:
    before = saved(app, draft_id)
    page = olive.get(f"/drafts/{draft_id}/steps/{PATH}/allocate_director")
    shown = page.press("Show the date", due="working_days(case.opened_on, 3)", name="Another")
    assert "If the day the case was opened was today, Wed 4 Mar 2026" in shown.text
    assert "Mon 9 Mar 2026, 3 working days later" in shown.text
    assert shown.one("//input[@name='name']/@value") == "Another"
    wrong = shown.press("Show the date", due="case.opened_onn")
    assert "Did you mean case.opened_on?" in wrong.text
    assert saved(app, draft_id) == before


def test_what_cannot_be_is_said_beside_its_box_and_what_was_typed_stays(
    app: Flask, olive: Visitor, draft_id: int
) -> None:
    before = saved(app, draft_id)
    page = olive.get(f"/drafts/{draft_id}/steps/{PATH}/allocate_director")
    refused = page.press("Save", form="no_such_form", due="working_days(", name="<b>\"&'")
    assert refused.status == 422
    assert refused.errors[0] == (
        "Expected a form of this draft, but got “no_such_form”. Choose one from the list.",
        "#field-form",
    )
    assert refused.errors[1][1] == "#field-due"
    assert refused.one("//input[@name='name']/@value") == "<b>\"&'"
    long = page.press("Save", name="x" * 10_000)
    assert long.errors == [
        ("Expected at most 200 characters, but there are 10000. Shorten it.", "#field-name")
    ]
    assert saved(app, draft_id) == before


HOSTILE = "\"quoted\" <b>bold</b> & 'it' ]]> <!-- x"


def test_hostile_words_are_kept_as_words(app: Flask, olive: Visitor, draft_id: int) -> None:
    page = olive.get(f"/drafts/{draft_id}/steps/{PATH}/allocate_director")
    page.press("Save", name=HOSTILE, documentation=f"{HOSTILE}\r\nR-076", about=repr(HOSTILE))
    step = next(
        one
        for one in engine.steps_of(saved(app, draft_id).encode())
        if one.element_id == "allocate_director"
    )
    assert step.name == HOSTILE
    assert step.documentation == f"{HOSTILE}\nR-076"
    assert HOSTILE in olive.get(f"/drafts/{draft_id}/steps/{PATH}").text


def test_what_the_gate_finds_stands_beside_the_step(olive: Visitor, draft_id: int) -> None:
    page = olive.get(f"/drafts/{draft_id}/steps/{PATH}/allocate_director")
    page = page.press("Save and stay here", form="", due="working_days(case.opened_onn, 1)")
    assert page.path.endswith("/allocate_director")
    assert "2 things to mend in this step" in page.banner
    assert "Expected the step “Allocate a director” to have a form" in page.text
    assert "Expected the fact “case.opened_onn” to exist" in page.text
    listed = olive.get(f"/drafts/{draft_id}/steps/{PATH}")
    assert "Expected the fact “case.opened_onn” to exist" in listed.text


def test_whoever_is_second_is_told_and_keeps_what_they_typed(
    app: Flask, as_: Callable[[str], Visitor], draft_id: int
) -> None:
    mine = as_("olive").get(f"/drafts/{draft_id}/steps/{PATH}/allocate_director")
    theirs = as_("oscar").get(f"/drafts/{draft_id}/steps/{PATH}/allocate_director")
    theirs.press("Save", name="Choose a director")
    refused = mine.press("Save", form="holding_letter")
    assert refused.status == 409
    assert "saved it on" in refused.errors[0][0]
    assert "Saved meanwhile: Choose a director" in refused.text
    assert refused.one("//select[@name='form']/option[@selected]/@value") == "holding_letter"
    refused.press("Save", name="Choose a director")
    after = saved(app, draft_id)
    assert 'name="Choose a director"' in after
    assert 'name="form" value="holding_letter"' in after


def test_an_operation_is_told_what_it_needs_in_two_steps(
    app: Flask, olive: Visitor, draft_id: int
) -> None:
    page = olive.get(f"/drafts/{draft_id}/steps/{PATH}/work_out_dates")
    page = page.press("Save and stay here", operation="notices.tell")
    assert "to tell “Notices: tell” its “role”" in page.text
    page = page.send("Save and stay here", {"parameter.role": "'dmo'", "parameter.about": "'x'"})
    assert "to tell “Notices: tell”" not in page.text
    assert '<spiffworkflow:parameter id="role"' in saved(app, draft_id)


def test_a_step_is_moved_into_another_lane(app: Flask, olive: Visitor, draft_id: int) -> None:
    page = olive.get(f"/drafts/{draft_id}/steps/{PATH}/allocate_director")
    page = page.press("Save", lane="lane_assistant_director")
    assert page.banner.startswith("Saved ")
    refused = olive.get(f"/drafts/{draft_id}/steps/{PATH}/answer_the_appeal").press(
        "Save", lane="lane_the_system"
    )
    assert refused.status == 422
    assert refused.errors[0][1] == "#field-lane"


def test_a_step_is_added_behind_another_and_filled_in(
    app: Flask, olive: Visitor, draft_id: int
) -> None:
    page = olive.get(f"/drafts/{draft_id}/steps/{PATH}/allocate_director")
    refused = page.press("Add the step")
    assert refused.errors == [("Enter a name, such as “Check the address”.", "#new_name")]
    added = refused.press("Add the step", new_name="Check the address")
    assert added.heading == "Check the address"
    assert "to have a form" in added.text
    done = added.press("Save and stay here", form="holding_letter", documentation="R-076")
    assert "Nothing to mend in this step." in done.text
    assert "Check the address" in olive.get(f"/drafts/{draft_id}/steps/{PATH}").text
    assert saved(app, draft_id).count('bpmnElement="check_the_address"') == 1


def test_a_step_is_taken_out_after_a_question(app: Flask, olive: Visitor, draft_id: int) -> None:
    page = olive.get(f"/drafts/{draft_id}/steps/{PATH}/allocate_director")
    asked = page.follow("Take this step out")
    assert "What led to it will go on to “Was it in time?”" in asked.text
    gone = asked.press("Take it out")
    assert gone.banner.startswith("“Allocate a director” is taken out.")
    assert 'id="allocate_director"' not in saved(app, draft_id)
    olive.get(f"/drafts/{draft_id}/steps/{PATH}/was_it_in_time/remove", 404)


def test_a_file_that_cannot_be_read_has_no_list_and_says_why(
    app: Flask, olive: Visitor, draft_id: int
) -> None:
    database = app.extensions["database"]
    person = engine.person(database, "olive")
    half = saved(app, draft_id).encode()[:3000]
    engine.save_file(database, draft_id, PATH, half, version=0, person=person)
    page = olive.get(f"/drafts/{draft_id}/steps/{PATH}")
    assert "Expected XML, but it cannot be read" in page.text
    olive.get(f"/drafts/{draft_id}/steps/{PATH}/decide_appeal", 404)


def test_a_draft_that_waits_is_only_read(app: Flask, olive: Visitor, draft_id: int) -> None:
    olive.get(f"/drafts/{draft_id}/steps/{PATH}/decide_appeal").press("Save", name="Decide it")
    database = app.extensions["database"]
    engine.submit_draft(
        database, draft_id, "Plainer", engine.person(database, "olive"), exemption="A small change."
    )
    assert "Change “" not in olive.get(f"/drafts/{draft_id}/steps/{PATH}").text
    page = olive.get(f"/drafts/{draft_id}/steps/{PATH}/decide_appeal")
    assert not page.has_button("Save")
    assert "It can only be read" in page.text


@pytest.mark.parametrize("place", ["", "/decide_appeal"])
def test_steps_of_a_draft_do_not_exist_for_anybody_else(
    as_: Callable[[str], Visitor], draft_id: int, place: str
) -> None:
    for name in ("dorothy", "mo"):
        as_(name).get(f"/drafts/{draft_id}/steps/{PATH}{place}", 404)


@pytest.mark.parametrize(
    "path", ["bpmn/nothing.bpmn", "bpmn/README.md", f"{PATH}/nowhere", "forms/letters/cease.md"]
)
def test_what_is_not_there_is_not_found(olive: Visitor, draft_id: int, path: str) -> None:
    olive.get(f"/drafts/{draft_id}/steps/{path}", 404)


def test_dates_conditions_and_people_are_said_in_words_with_how_the_file_says_it(
    olive: Visitor, draft_id: int
) -> None:
    steps = f"/drafts/{draft_id}/steps/bpmn"
    said = " ".join(olive.get(f"{steps}/owed_action.bpmn").text.split())
    assert "The day the owed action falls due case.owed_action_due" in said
    assert "When the day the owed action falls due has passed after(case.owed_action_due)" in said
    assert "The one who carries the case 'case.owner'" in said
    step = olive.get(f"{steps}/owed_action.bpmn/its_day_has_passed").text
    assert "As saved, it says: when the day the owed action falls due has passed." in step
    said = " ".join(olive.get(f"{steps}/appeal.bpmn").text.split())
    assert "when “In time” is “No” in_time == 'no'" in said
