"""Stuck steps on their page: many for one reason, tried again together, a message let go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from engine import batches, clock
from engine.operations.failing import fail_next, forget_planned
from engine.scenario import Scenario
from engine.tables.database import Database
from engine.tables.process import Incident, Message
from tests.engine.commands.conftest import TAKEN_OVER
from tests.web.visitor import Visitor

As = Callable[[str], Visitor]
NOW = dt.datetime(2026, 4, 15, 10, 0)
WHY = "The other system did not answer."


@pytest.fixture(autouse=True)
def _at_ten(app: Flask) -> Iterator[None]:
    with clock.frozen(NOW):
        yield
    forget_planned()


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


def stick(database: Database, cases: int) -> None:
    """Let the flags of so many cases get stuck for one reason."""
    for number in range(cases):
        fail_next("flags.request", 1, WHY)
        answers = {**TAKEN_OVER, "tenancy_reference": f"NF-30055{number}"}
        Scenario(database).receive("arrangement_taken_over", by="dorothy", answers=answers)


def lose(database: Database) -> None:
    """Let a message of a case find nobody."""
    with database.writing() as session:
        message = Message(
            name="matter_settled",
            key="case:77",
            refs={},
            payload={},
            case_id=1,
            sent_at=clock.now(),
        )
        session.add(message)
        session.flush()
        incident = Incident(
            message_id=message.id,
            case_id=1,
            process_id="",
            element_id="matter_settled",
            reason="Nobody waits for matter_settled. Look at the case and decide.",
            opened_at=clock.now(),
        )
        session.add(incident)


def test_many_for_one_reason_are_tried_again_with_progress(as_: As, database: Database) -> None:
    stick(database, 3)
    mo = as_("mo")
    page = mo.get("/stuck")
    assert "Stuck for the same reason" in page.text
    page = page.follow("Try all 3 again")
    assert page.heading == "Try 3 stuck steps again?"
    page = page.press("Try all 3 again", reason=" ")
    assert page.status == 422
    assert page.errors[0][1] == "#reason"
    page = page.press("Try all 3 again", reason="The other system answers again")
    assert page.path.startswith("/batches/")
    assert "Try again what is stuck at" in page.heading
    while batches.work(database):
        pass
    page = mo.get(page.path)
    assert "Finished" in page.text
    assert "3 went on" in page.text.lower()
    assert "Nothing is stuck." in mo.get("/stuck").text


def test_one_tried_again_says_who_did_it(as_: As, database: Database) -> None:
    stick(database, 1)
    fail_next("flags.request", 1, WHY)
    page = as_("mo").get("/stuck").press("Try again")
    assert "got stuck again" in page.banner
    assert "Tried again 1 time, last by Mo Hassan, Wed 15 Apr 2026" in page.text
    run = page.follow(page.tree.xpath("//td[@data-label='Step']/a")[0].text_content())
    assert run.path.startswith("/runs/")
    assert "Got stuck" in run.text
    assert "Tried again by Mo Hassan" in run.text


def test_a_message_nobody_takes_is_let_go_with_a_reason(as_: As, database: Database) -> None:
    stick(database, 1)
    lose(database)
    page = as_("mo").get("/stuck")
    assert page.has_button("Deliver it again")
    page = page.follow("Let it go")
    assert "Nobody waits for matter_settled" in page.text
    page = page.press("Let it go", reason="")
    assert page.status == 422
    page = page.press("Let it go", reason="Done by telephone")
    assert page.banner == "The message was let go. The reason is kept."
    assert "matter_settled" not in page.text


def test_it_exists_for_those_who_mend_alone(as_: As, database: Database) -> None:
    stick(database, 2)
    lose(database)
    for name in ("amina", "olive", "sam"):
        visitor = as_(name)
        for path in ("/stuck", "/stuck/again", "/stuck/again?like=1", "/stuck/3/let-go"):
            visitor.get(path, 404)
    mo = as_("mo")
    for path in (
        "/stuck/again?like=77",
        "/stuck/again?like=x",
        "/stuck/1/let-go",
        "/stuck/9/let-go",
    ):
        mo.get(path, 404)


def test_the_page_asks_the_database_little(
    as_: As, database: Database, statements: list[str]
) -> None:
    stick(database, 3)
    mo = as_("mo")
    mo.get("/stuck")
    statements.clear()
    mo.get("/stuck")
    assert len(statements) <= 12, "\n".join(statements)
