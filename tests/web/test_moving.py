"""Process owners move running cases to another version, page by page, without a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

import engine
from engine import batches, clock
from engine.releases import forget, install, read_folder
from engine.tables.database import Database
from engine.tables.process import ProcessInstance
from tests.engine.spiff import variants
from tests.web.visitor import Visitor
from web.settings import ROOT

CASE = "bpmn/spoc_case.bpmn"


@pytest.fixture
def running(app: Flask) -> Database:
    """Three cases at their first task on version 1; version 2 calls that task otherwise."""
    database: Database = app.extensions["database"]
    forget()
    for name in ("amina", "grace", "mo"):
        engine.start(database, "spoc_case", by=name)
    files = read_folder(ROOT)
    first = variants.tasks_of(files[CASE])[0]
    form = b'name="form" value="'
    other = variants.renamed(files[CASE], first, "open_it")
    other = other.replace(form + b"open_it", form + first.encode())
    with database.writing() as session:
        install(session, {**files, CASE: other}, at=clock.now(), by="test", note="Otherwise")
    return database


def _release_ids(database: Database) -> list[int]:
    with database.reading() as session:
        return sorted(session.scalars(select(ProcessInstance.release_id)))


def test_a_process_owner_names_a_step_sees_the_preview_moves_and_takes_back(
    as_: Callable[[str], Visitor], running: Database
) -> None:
    olive = as_("olive")
    page = olive.get("/versions").follow("Move running cases here")
    assert page.heading == "Move running cases to another version"
    page = page.press("Make the preview", process="spoc_case")
    batches.work(running)
    page = olive.get(page.path)
    assert "Cannot" in page.text
    assert "version 2 has no such step" in page.text
    assert "Nothing of this can be done" in page.text
    address = page.path
    page = page.follow("Say what steps are called")
    assert page.press("Make a new preview").status == 422
    field = page.one("//select").get("name")
    page = page.send("Make a new preview", {field: "open_it"})
    assert "Put aside" in olive.get(address).text
    batches.work(running)
    page = olive.get(page.path).follow("Move 3 runs")
    page = page.press("Move these 3", reason="The task has a better name")
    batches.work(running)
    assert set(_release_ids(running)) == {2}
    page = olive.get(page.path).follow("Take back what was done").press("Make the preview")
    batches.work(running)
    page = olive.get(page.path)
    assert "put back on version 1 exactly as it was" in page.text
    page.follow("Move back 3 runs").press("Move back these 3", reason="It was too early")
    batches.work(running)
    assert set(_release_ids(running)) == {1}


def test_each_run_is_a_link_for_those_who_see_its_case_and_for_no_others(
    as_: Callable[[str], Visitor], running: Database
) -> None:
    page = as_("mo").get("/batches/move").press("Make the preview")
    batches.work(running)
    assert as_("mo").get(page.path).tree.xpath("//main//td//a[contains(@href, '/runs/')]")
    assert not as_("olive").get(page.path).tree.xpath("//main//td//a")


def test_a_move_from_nowhere_or_by_others_is_refused(
    as_: Callable[[str], Visitor], running: Database
) -> None:
    page = as_("mo").get("/batches/move?to=2&from=2")
    assert "Expected at least one run" in page.press("Make the preview").text
    odd = {"csrf_token": page.token, "to": "2", "process": "x\0y" * 99, "step": "\0"}
    assert "Expected at least one run" in page.visitor.post("/batches/move", odd).text
    refused = page.visitor.post("/batches/move", {**odd, "to": "0x"})
    assert "Expected the version they move to" in refused.text
    for path in ("/batches/move", "/batches/1/steps"):
        as_("amina").get(path, status=404)
