"""The register on its page: found, filtered, taken over, and only for those who keep or use it."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from engine.tables.decisions import Arrangement, Decision
from tests.web import case_file
from tests.web.visitor import Visitor

As = Callable[[str], Visitor]


@pytest.fixture
def case_id(app: Flask) -> int:
    return case_file.write(app)


@pytest.fixture
def dorothy(as_: As) -> Visitor:
    return as_("dorothy")


def test_an_entry_says_who_how_until_when_and_what_is_not_confirmed(
    case_id: int, dorothy: Visitor
) -> None:
    page = dorothy.get("/register")
    assert "1 arrangement." in page.text
    for said in ("Priya Nair", "Cover: Tom Rasmussen", "E-mail: contact@nph.example"):
        assert said in page.text
    assert "Visits: not limited" in page.text
    assert "Only at certain times: one call on Tuesdays" in page.text
    assert "Thu 1 Oct 2026" in page.text
    assert "In force" in page.one("//td//strong[contains(@class, 'tag--yellow')]").text
    assert "Not shown everywhere yet" in page.text
    assert "Appeal, answer due Tue 3 Mar 2026, late by 1 working day" in page.text
    assert "Open Housing: asked for on Fri 27 Mar 2026, not confirmed yet" in page.text
    assert "SECRET" not in page.text
    assert page.follow("Robin Ashe").path == f"/cases/{case_id}"


def test_the_register_is_searched_and_parted(case_id: int, dorothy: Visitor) -> None:
    page = dorothy.get("/register")
    assert "1 arrangement for “priya”" in page.send("Search", {"search": "priya"}).text
    assert "0 arrangements for “nobody”" in page.send("Search", {"search": "nobody"}).text
    assert "0 arrangements" in page.follow("Ended").text
    assert "0 arrangements" in page.follow("Review late").text
    assert "1 arrangement" in page.follow("All").text
    assert "1 arrangement" in dorothy.get("/register?show=nothing").text
    kept = page.follow("All").send("Search", {"search": "ashe"})
    assert kept.one("//nav[@aria-label='Parts of the register']//a[@aria-current]").text == "All"


def test_what_is_shown_is_downloaded_and_nobody_else_may(
    case_id: int, as_: As, dorothy: Visitor
) -> None:
    sent = dorothy.client.get("/register.csv?show=all")
    assert sent.headers["Content-Disposition"].startswith("attachment; filename=register-2026")
    said = sent.get_data(as_text=True)
    assert "Priya Nair,Tom Rasmussen,E-mail,contact@nph.example" in said
    assert "Open Housing: asked for on Fri 27 Mar 2026, not confirmed yet" in said
    assert "SECRET" not in said
    assert len(said.splitlines()) == 2
    assert len(dorothy.client.get("/register.csv?search=nobody").text.splitlines()) == 1
    for name in ("amina", "priya", "kit", "olive", "sam", "iris"):
        as_(name).get("/register.csv", 404)


def test_a_refusal_and_a_customer_never_told_stand_in_the_register(
    app: Flask, case_id: int, dorothy: Visitor
) -> None:
    # K-10: what was taken over without a letter that says how to appeal.
    assert "0 arrangements" in dorothy.get("/register?show=gaps&search=nobody").text
    with app.extensions["database"].writing() as session:
        [row] = session.scalars(select(Arrangement).where(Arrangement.case_id == case_id))
        row.taken_over, row.refused_on = True, dt.date(2026, 3, 2)
        session.get_one(Decision, row.decision_id).appeal_until = None
    page = dorothy.get("/register?show=gaps")
    assert "No letter told the customer how to appeal" in page.text
    [headings, entry] = csv.reader(dorothy.client.get("/register.csv").text.splitlines())
    refused = entry[headings.index("Contact refused")]
    assert refused.startswith("Since Mon 2 Mar 2026, messages are not answered")
    assert entry[headings.index("Visits")] == "Not limited"
    assert "No letter told" in entry[headings.index("To look at")]


def test_only_the_officer_takes_arrangements_over(case_id: int, as_: As, dorothy: Visitor) -> None:
    taking = dorothy.get("/register").follow("Take over an arrangement")
    assert taking.path == "/doors/arrangement_taken_over"
    assert "Take over" not in as_("mo").get("/register").text


@pytest.mark.parametrize("name", ["amina", "priya", "kit", "olive", "sam", "ann"])
def test_for_others_the_register_does_not_exist(case_id: int, as_: As, name: str) -> None:
    visitor = as_(name)
    assert "Robin" not in visitor.get("/register", 404).text
    assert not visitor.get("/tasks").tree.xpath("//a[@href='/register']")
