"""Papers to print: each as a page and as a PDF, and only for whom its content is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

import engine
from engine.tables.casefile import CaseFile, Contact, Evidence, OwedAction
from engine.tables.database import Database
from engine.tables.decisions import Decision
from tests.engine.queries.landlord import Pen
from tests.web import case_file
from tests.web.visitor import Visitor

As = Callable[[str], Visitor]


@pytest.fixture
def case_id(app: Flask) -> int:
    return case_file.write(app)


def refer(app: Flask, case_id: int) -> None:
    database: Database = app.extensions["database"]
    with database.writing() as session:
        case = session.get_one(CaseFile, case_id)
        case.stage = "formal"
        Pen(session).stage(case, "formal", referred_by="amina", referred_on=dt.date(2026, 2, 18))


def test_the_overview_leads_to_the_papers(app: Flask, case_id: int, as_: As) -> None:
    dorothy = as_("dorothy")
    page = dorothy.get(f"/cases/{case_id}").follow("Summary of the case")
    assert page.heading == "Summary of the case"
    assert "In force until the review on Thu 1 Oct 2026" in page.text
    assert "2 records of evidence, 1 of them can be used in a decision." in page.text
    assert "We owe: Mend the kitchen tap" in page.text
    database: Database = app.extensions["database"]
    with database.writing() as session:
        for owed in session.scalars(select(OwedAction)):
            owed.done_on = dt.date(2026, 3, 3)
    assert "Nothing is open." in dorothy.get(f"/cases/{case_id}/papers/summary").text
    told = dorothy.get(f"/cases/{case_id}").follow("Who told the customer what")
    assert told.tree.xpath("//main//table")
    refer(app, case_id)
    agenda = dorothy.get(f"/cases/{case_id}").follow("Agenda of the decision meeting")
    assert "Wed 18 Feb 2026 by Amina Diallo" in agenda.text
    assert "1. What we still owe the customer" in agenda.text
    assert "SECRET health" not in agenda.text


def correct(app: Flask, case_id: int) -> None:
    """Have the record the case rests on corrected, one contact too, and keep what is said of it."""
    database: Database = app.extensions["database"]
    with database.writing() as session:
        wrong, other = session.scalars(select(Evidence).order_by(Evidence.id)).all()
        contact = session.scalars(select(Contact).order_by(Contact.id)).first()
        assert contact is not None
        wrong.text = contact.note = "SECRET what was wrong"
        for row in (wrong, contact):
            row.corrected_at, row.corrected_by = wrong.recorded_at, "dorothy"
            row.correction_reason = "It was somebody else."
        other.own_view = "I never said that."
        right = Pen(session).evidence(session.get_one(CaseFile, case_id), "2026-02-03")
        right.text, right.corrects_id = "Called once.", wrong.id
        for decision in session.scalars(select(Decision)):
            decision.cites = [wrong.id, other.id]
        answers = {"cites": [wrong.id, other.id]}
        case = session.get_one(CaseFile, case_id)
        Pen(session).submission(case, form="referral", answers=answers)


def test_what_was_corrected_is_marked_in_every_pack_and_not_in_it(
    app: Flask, case_id: int, as_: As
) -> None:
    """R-105: the agenda, the decision an appeal is about, the pages of the case."""
    refer(app, case_id)
    correct(app, case_id)
    dorothy = as_("dorothy")
    for path in ("papers/agenda", "decisions"):
        text = dorothy.get(f"/cases/{case_id}/{path}").text
        assert "Corrected" in text
        assert "It was somebody else." in text
        assert "The customer says: I never said that." in text
        assert "SECRET what was wrong" not in text
    assert "Called once." in dorothy.get(f"/cases/{case_id}/papers/agenda").text
    evidence = dorothy.get(f"/cases/{case_id}/evidence").text
    assert "SECRET what was wrong" in evidence
    assert "The customer says: I never said that." in evidence
    contacts = dorothy.get(f"/cases/{case_id}/contacts").text
    assert "1 contact was wrong; what took the place is counted." in contacts
    assert "27 contacts from" in contacts
    assert "It said: SECRET what was wrong" in dorothy.get(f"/cases/{case_id}/contacts?page=2").text


@pytest.mark.parametrize("paper", ["summary", "agenda", "told"])
def test_a_paper_is_a_pdf_too(app: Flask, case_id: int, as_: As, paper: str) -> None:
    if not engine.papers.can_be_made():
        pytest.skip("This machine has no Pango.")
    refer(app, case_id)
    dorothy = as_("dorothy")
    assert dorothy.get(f"/cases/{case_id}/papers/{paper}").tree.xpath("//a[.='Download as PDF']")
    answer = dorothy.client.get(f"/cases/{case_id}/papers/{paper}.pdf")
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="SP-2026-001 ')


def test_a_summary_holds_what_its_reader_sees_of_the_case(case_id: int, as_: As) -> None:
    page = as_("priya").get(f"/cases/{case_id}/papers/summary")
    assert "Priya Nair, by e-mail" in page.text
    assert "Letters" in page.text
    assert "Decisions" not in page.text
    assert "of evidence" not in page.text
    assert "What we still owe" not in page.text


def test_a_paper_that_is_not_for_somebody_is_not_there(app: Flask, case_id: int, as_: As) -> None:
    refer(app, case_id)
    for name, paper in (("priya", "agenda"), ("grace", "summary"), ("kit", "told")):
        as_(name).get(f"/cases/{case_id}/papers/{paper}", 404)
        assert as_(name).client.get(f"/cases/{case_id}/papers/{paper}.pdf").status_code == 404
    as_("dorothy").get(f"/cases/{case_id}/papers/minutes", 404)
    as_("dorothy").get("/cases/99/papers/summary", 404)


def test_there_is_no_agenda_before_a_referral(case_id: int, as_: As) -> None:
    dorothy = as_("dorothy")
    assert "Agenda" not in dorothy.get(f"/cases/{case_id}").text
    dorothy.get(f"/cases/{case_id}/papers/agenda", 404)
