"""Where each role begins: tasks of one's own, those of the team, the look-up, the processes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.engine.queries.landlord import Pen
from tests.web import case_file
from tests.web.visitor import Visitor

As = Callable[[str], Visitor]


def _said(words: str) -> str:
    return f"//a[normalize-space()='{words}']"


def test_who_has_no_task_sees_those_of_the_team(app: Flask, as_: As) -> None:
    with app.extensions["database"].writing() as session:
        pen = Pen(session)
        pen.item(pen.instance(pen.case(), "appeal"), process_id="appeal", element_id="x")
    amina = as_("amina")
    landed = amina.get("/tasks")
    assert landed.path == "/tasks?view=team"
    assert landed.heading == "What waits for your team"
    mine = landed.follow("Mine")
    assert mine.heading == "Your tasks"
    assert "You have no task of your own. Your team has 1 open task." in mine.text
    assert mine.follow("1 open task").path == "/tasks?view=team"


def test_who_has_nothing_at_all_stays_on_the_empty_list(as_: As) -> None:
    page = as_("amina").get("/tasks")
    assert page.path == "/tasks"
    assert "You have no task of your own." in page.text


@pytest.mark.parametrize(
    ("name", "path"), [("kit", "/callers"), ("olive", "/processes"), ("amina", "/tasks")]
)
def test_each_role_begins_where_it_has_something_to_do(as_: As, name: str, path: str) -> None:
    assert as_(name).get("/").path == path


def test_the_contact_centre_finds_who_a_call_goes_to(app: Flask, as_: As) -> None:
    case_file.write(app)
    page = as_("kit").get("/").press("Look up", search="ashe")
    for said in ("Robin Ashe", "Put through toPriya Nair", "Tom Rasmussen (cover)"):
        assert said in page.text
    assert "Emergencies01632 960 100" in page.text
    assert "Never limitedEmergencies, repairs, complaints" in page.text
    assert "SECRET" not in page.text
    assert "appeal" not in page.text.lower()
    assert not page.tree.xpath("//main//a[starts-with(@href, '/cases')]")


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ("", "Nothing was typed. Type at least three characters"),
        ("x", "at least three characters"),
        ("nobody", "Nobody with an arrangement in force fits “nobody”"),
        ("<b>x</b>", "fits “<b>x</b>”"),
    ],
)
def test_a_look_up_that_finds_nothing_says_what_to_do(as_: As, search: str, said: str) -> None:
    assert said in as_("kit").get("/callers", query={"search": search}).text


def test_everybody_else_finds_the_look_up_among_the_doors(as_: As) -> None:
    assert as_("amina").get("/tasks").follow("Who do I put this caller").path == "/callers"
    olive = as_("olive")
    assert not olive.get("/tasks").tree.xpath(_said("Who do I put this caller through to?"))
    olive.get("/callers", status=404)


def test_the_process_owner_reads_every_process(as_: As) -> None:
    page = as_("olive").get("/")
    assert "SPOC case" in page.text
    assert "Appeal was received" in page.text
    one = page.follow("Appeal")
    assert one.path == "/processes/appeal"
    assert one.heading == "Appeal"
    assert "Begins when: appeal was received." in one.text
    assert "Decide the appeal" in one.text
    assert one.one("//@data-diagram").endswith("/appeal.bpmn")
    one.visitor.get("/processes/nothing", status=404)


def test_processes_do_not_exist_for_those_who_only_work_with_them(as_: As) -> None:
    amina = as_("amina")
    amina.get("/processes", status=404)
    amina.get("/processes/appeal", status=404)
    assert not amina.get("/tasks").tree.xpath(_said("Processes"))
    assert as_("mo").get("/tasks").tree.xpath(_said("Processes"))
