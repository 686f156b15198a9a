"""Reading of many at once, and looking somebody up, is in the log, in the words of the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

import engine
from engine import clock
from engine.casework.audit import Chain, Entry
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from engine.tables.process import WorkItem
from tests.web import case_file
from tests.web.visitor import Visitor

As = Callable[[str], Visitor]
Link = tuple[str, str, str | None, Any]


def _links(app: Flask) -> list[Link]:
    """Give chain, action, actor and what is said of each link, in their order."""
    database: Database = app.extensions["database"]
    with database.reading() as session:
        rows = session.execute(
            select(AuditEvent.chain, AuditEvent.action, AuditDetail.actor, AuditDetail.new)
            .join(AuditDetail, AuditDetail.event_id == AuditEvent.id)
            .order_by(AuditEvent.id)
        )
        return [(chain, action, actor, new) for chain, action, actor, new in rows]


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("kit", "/callers?search=Robin"),
        ("grace", "/contacts/log?search=Robin"),
        ("priya", "/doors/the-customer-disagrees?search=Robin"),
    ],
)
def test_who_looked_a_customer_up_stands_with_the_case(
    app: Flask, as_: As, name: str, address: str
) -> None:
    """R-103: what they typed is not kept, and a look-up that found nobody leaves no trace."""
    case_id = case_file.write(app)
    visitor = as_(name)
    visitor.get(address.replace("Robin", "Nobodyhere"))
    assert "customer_looked_up" not in {action for _, action, _, _ in _links(app)}
    visitor.get(address)
    assert _links(app)[-1] == (f"case:{case_id}", "customer_looked_up", name, None)


@pytest.mark.parametrize(
    ("address", "action"),
    [("/register.csv", "register_exported"), ("/running.csv", "running_exported")],
)
def test_a_file_of_many_stands_in_the_chain_of_administration_without_a_name(
    app: Flask, as_: As, address: str, action: str
) -> None:
    case_file.write(app)
    rows = as_("dorothy").client.get(address).get_data(as_text=True).strip().splitlines()
    *_, (chain, done, actor, said) = _links(app)
    assert (chain, done, actor) == ("administration", action, "dorothy")
    assert said == {"rows": len(rows) - 1}


def test_a_draft_that_takes_a_task_is_in_the_log_once(app: Flask) -> None:
    """What somebody goes on typing is no link: what counts is what they complete it with."""
    database: Database = app.extensions["database"]
    [number] = engine.start(database, "spoc_case", by="amina").opened
    with database.writing() as session:
        session.get_one(WorkItem, number).assignee = None
    before = len(_links(app))
    for text in ("Rowan", "Rowan Ashe"):
        engine.save_draft(database, number, {"customer_name": text}, by="amina")
    [(_, action, actor, said)] = _links(app)[before:]
    assert (action, actor) == ("task_claimed", "amina")
    assert said == {"to": "amina", "draft_of": "amina"}
    assert "Rowan" not in str(_links(app))


def test_the_page_says_what_is_kept_in_the_words_of_the_pages(app: Flask, as_: As) -> None:
    case_id = case_file.write(app)
    database: Database = app.extensions["database"]
    kept = {
        "triage": "new_matter",
        "received_on": "2026-03-02",
        "form": "log_contact",
        "class": "first_hand",
        "to": "amina",
        "in_time": True,
        "because": "customer_left",
    }
    with database.writing() as session:
        chain = Chain.of_case(session, session.get_one(CaseFile, case_id))
        entry = Entry("contact_logged", "contact", 1, "mo", old={"to": None}, new=kept)
        chain.add(entry, at=clock.now())
    said = as_("dorothy").get("/log").text
    for line in (
        "Triage: New matter",
        "Received: Mon 2 Mar 2026",
        "Class: First-hand",
        "With: Amina",
        "In time: yes",
        "Because: Customer left",
        "With: nothing",
    ):
        assert line in said, line
    for code in ("new_matter", "2026-03-02", "first_hand", "log_contact"):
        assert code not in said
