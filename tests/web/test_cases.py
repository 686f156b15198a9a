"""The pages of a case: found, opened, each section by its link, each only for whom it exists."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask

from tests.web import case_file
from tests.web.visitor import Page, Visitor
from web.views.cases import NAMES

As = Callable[[str], Visitor]
SECTIONS = [name for name in NAMES if name != "overview"]


@pytest.fixture
def case_id(app: Flask) -> int:
    return case_file.write(app)


@pytest.fixture
def dorothy(as_: As) -> Visitor:
    return as_("dorothy")


def links(page: Page) -> list[str]:
    return [str(href) for href in page.tree.xpath("//main//a/@href") if not href.startswith("#")]


def test_a_case_is_found_by_name_and_opens(case_id: int, dorothy: Visitor) -> None:
    found = dorothy.get("/cases").send("Search", {"search": "robin"})
    assert "1 case for “robin”" in found.text
    page = found.follow("Robin Ashe")
    assert page.heading == "Robin Ashe"
    assert (
        "In force until the review on Thu 1 Oct 2026; under appeal, answer due Tue 3 Mar 2026, "
        "late by 1 working day" in page.text
    )
    assert "No case fits" in dorothy.get("/cases?search=nobody").text


def test_the_overview_says_what_applies_and_what_is_to_be_done(
    case_id: int, dorothy: Visitor
) -> None:
    said = dorothy.get(f"/cases/{case_id}").text
    assert "Priya Nair, by e-mail: contact@nph.example" in said
    assert "Not confirmed Flag asked for on Fri 27 Mar 2026, not confirmed yet" in said
    assert "Late by 1 working day (Tue 3 Mar 2026)" in said
    assert "5 working days from Tue 24 Feb 2026." in said
    assert "Tom Rasmussen, due Mon 2 Mar 2026, late by 2 working days" in said


def test_every_section_has_a_link_that_leads_to_it(case_id: int, dorothy: Visitor) -> None:
    overview = dorothy.get(f"/cases/{case_id}")
    for name, title in NAMES.items():
        page = overview.follow(title)
        assert page.one("//nav[@aria-label='Parts of this case']//a[@aria-current]").text == title
        assert page.heading == "Robin Ashe"
        assert (page.title.startswith(title)) == (name != "overview")


def test_every_link_and_button_of_every_section_leads_somewhere(
    case_id: int, dorothy: Visitor
) -> None:
    seen: set[str] = set()
    for name in ["", *SECTIONS]:
        for href in links(dorothy.get(f"/cases/{case_id}/{name}".rstrip("/"))):
            if href not in seen and not href.endswith(".pdf"):
                dorothy.get(href)
            seen.add(href)
    assert {f"/contacts/log/{case_id}", f"/cases/{case_id}/letters/1"} <= seen
    assert f"/doors/customer_disagrees?case_id={case_id}" in seen


def test_at_most_three_actions_are_buttons_and_the_rest_is_folded(
    case_id: int, dorothy: Visitor
) -> None:
    page = dorothy.get(f"/cases/{case_id}")
    buttons = page.tree.xpath("//*[contains(@class, 'case-head__actions')]/a")
    assert [one.text for one in buttons] == [
        "Log a contact",
        "Add evidence",
        "The customer disagrees",
    ]
    more = page.tree.xpath("//details[@class='more']//a")
    assert [one.text for one in more] == [
        "Something we owed is done",
        "Something happened outside this system",
        "A letter has arrived",
        "Send a letter again, or a copy",
        "Change what we know of the customer",
        "The customer has moved within our homes",
        "Somebody speaks for the customer",
        "Correct a record",
        "Change how we know something",
        "Somebody asks for their data",
        "Keep it, do not delete",
    ]


def test_the_contact_sees_the_card_and_the_letters_and_the_rest_does_not_exist(
    case_id: int, as_: As
) -> None:
    priya = as_("priya")
    page = priya.get(f"/cases/{case_id}")
    assert page.tree.xpath("//nav[@aria-label='Parts of this case']//a/text()") == [
        "Overview",
        "What is open",
        "Customer",
        "Letters",
    ]
    assert "Mend the kitchen tap" not in page.text
    for name in SECTIONS:
        priya.get(
            f"/cases/{case_id}/{name}", 200 if name in ("open", "customer", "letters") else 404
        )
    priya.get(f"/cases/{case_id}/letters/1")
    priya.get(f"/cases/{case_id}/answers/1", 404)


@pytest.mark.parametrize("name", ["grace", "kit", "olive", "sam", "nell"])
def test_for_everybody_else_the_case_does_not_exist(case_id: int, as_: As, name: str) -> None:
    visitor = as_(name)
    for path in ("", "/timeline", "/letters/1", "/answers/1", "/where"):
        assert "Robin" not in visitor.get(f"/cases/{case_id}{path}", 404).text
    assert "Robin" not in visitor.get("/cases").text


@pytest.mark.parametrize("path", ["/cases/99", "/cases/1/overview", "/cases/1/nothing"])
def test_what_is_no_page_is_not_found(case_id: int, dorothy: Visitor, path: str) -> None:
    dorothy.get(path, 404)


def test_the_timeline_tells_people_clock_and_system_apart_and_leads_on(
    case_id: int, dorothy: Visitor
) -> None:
    page = dorothy.get(f"/cases/{case_id}/timeline").follow("Show everything")
    assert "Letter sent: Your single point of contact (letter)" in page.text
    assert "Decided: single point of contact agreed" in page.text
    assert "1 contact: telephone" in page.text
    marks = set(page.tree.xpath("//ol//*[contains(@class, 'mark')]/text()"))
    assert {"Person", "System"} <= marks
    answers = page.follow("What was answered")
    assert answers.heading == "A third party no longer acts for the customer"
    assert "SECRET health" in answers.text
    letter = page.follow("The letter")
    assert letter.heading == "Your single point of contact"


def test_contacts_are_drawn_and_said_by_week_with_what_is_missing(
    case_id: int, dorothy: Visitor
) -> None:
    page = dorothy.get(f"/cases/{case_id}/contacts")
    assert "28 contacts from Sun 1 Feb 2026 to Wed 4 Mar 2026, 6 weeks." in page.text
    assert "What these figures leave out" in page.text
    assert "Warning letter on Mon 16 Feb 2026" in page.text
    rows = page.tree.xpath("//table[contains(@class, 'weeks')]/tbody/tr")
    wide = [
        sum(float(one.get("width").rstrip("%")) for one in row.xpath(".//*[name()='rect']"))
        for row in rows
    ]
    totals = [int(row.xpath(".//strong")[0].text) for row in rows]
    assert totals == [1, 7, 7, 7, 6, 0]
    assert wide == pytest.approx([total / 7 * 100 for total in totals], abs=0.01)


def test_evidence_says_what_it_is_good_for(case_id: int, dorothy: Visitor) -> None:
    page = dorothy.get(f"/cases/{case_id}/evidence")
    assert "2 records. 1 of them can be used in a decision." in page.text
    assert "No Hearsay cannot be used in a decision" in page.text
    assert "Relevant and factual" in page.text


def test_a_decision_stands_with_its_letter_and_its_appeal(case_id: int, dorothy: Visitor) -> None:
    page = dorothy.get(f"/cases/{case_id}/decisions")
    assert "Single point of contact agreed" in page.text
    assert "Fri 20 Feb 2026 by Mo Hassan" in page.text
    assert "Answer due Tue 3 Mar 2026, late by 1 working day" in page.text
    assert page.follow("Your single point of contact").heading == "Your single point of contact"


def test_a_letter_is_shown_as_issued_with_hash_proof_and_pdf(
    case_id: int, dorothy: Visitor
) -> None:
    page = dorothy.get(f"/cases/{case_id}/letters").follow("Your single point of contact")
    assert "Dear Jo Carter" in page.text
    assert "Certificate of posting 12" in page.text
    assert "0" * 64 in page.text
    assert "the text does not match its fingerprint" in page.text
    sent = dorothy.client.get(f"/cases/{case_id}/letters/1.pdf")
    assert (sent.data, sent.mimetype) == (b"%PDF-1.7", "application/pdf")
    assert "SP-2026-001 2026-03-27" in sent.headers["Content-Disposition"]
    page.follow("Record that it was delivered")


def test_a_letter_or_an_answer_of_one_case_is_not_found_under_another(
    app: Flask, case_id: int, dorothy: Visitor
) -> None:
    other = case_file.write(app)
    dorothy.get(f"/cases/{other}/letters/1", 404)
    dorothy.get(f"/cases/{other}/letters/1.pdf", 404)
    dorothy.get(f"/cases/{other}/answers/1", 404)


def test_where_it_is_stands_on_the_diagram_and_in_a_list_that_says_the_same(
    case_id: int, dorothy: Visitor
) -> None:
    page = dorothy.get(f"/cases/{case_id}/where")
    drawn = page.one("//*[@data-diagram]")
    marks = json.loads(drawn.get("data-state"))
    assert marks["decide_appeal"] == {"state": "late", "text": "late by 1 working day"}
    assert marks["allocate_director"]["state"] == "done"
    assert "The list below says the same" in drawn.get("aria-label")
    rows = page.tree.xpath("//table[contains(@class, 'steps-table')]/tbody/tr")
    states = {_said(row, 1): _said(row, 3) for row in rows}
    assert states["Decide the appeal"] == "Late"
    assert states["Allocate a director"] == "Done"
    assert states["Does it change the decision?"] == "Not yet reached"
    assert b"<bpmn:definitions" in dorothy.client.get(drawn.get("data-diagram")).data


def test_one_run_can_be_looked_at_alone(case_id: int, dorothy: Visitor) -> None:
    page = dorothy.get(f"/cases/{case_id}/where?run=1-appeal")
    assert len(page.tree.xpath("//*[@data-diagram]")) == 1
    page.follow("Show everything that is running")
    dorothy.get(f"/cases/{case_id}/where?run=1-flags", 404)


def test_who_sees_a_case_is_listed_with_the_reason(case_id: int, dorothy: Visitor) -> None:
    page = dorothy.get(f"/cases/{case_id}/audience")
    rows = [[_said(row, column) for column in (1, 2, 3)] for row in page.tree.xpath("//tbody/tr")]
    seen = {name: (sees, why) for name, sees, why in rows}
    assert seen["Priya NairCustomer liaison officer"] == (
        "Arrangement card and letters",
        "Single point of contact or cover",
    )
    assert seen["Amina DialloTeam leader, housing"] == (
        "Everything",
        "Carries, opened or referred it",
    )
    assert "Grace" not in page.text


@pytest.mark.parametrize("page", ["0", "9999999", "-1", "x", "2"])
def test_no_page_number_breaks_a_list(case_id: int, dorothy: Visitor, page: str) -> None:
    for path in ("/cases", f"/cases/{case_id}/timeline", f"/cases/{case_id}/contacts"):
        dorothy.get(path, query={"page": page})


def test_where_it_is_gives_the_number_of_the_run(case_id: int, dorothy: Visitor) -> None:
    assert "Run 1" in dorothy.get(f"/cases/{case_id}/where").text


def test_a_timeline_begins_with_people_and_dates(case_id: int, dorothy: Visitor) -> None:
    short = dorothy.get(f"/cases/{case_id}/timeline")
    assert "Letter sent: Your single point of contact" in short.text
    assert "Work out the dates" not in short.text
    assert not short.tree.xpath("//ol//*[contains(@class, 'mark--system')]")
    whole = short.follow("Show everything, with 1 step of the system")
    assert whole.path == f"/cases/{case_id}/timeline?show=everything"
    assert whole.follow("Show people and dates only").path == short.path


def test_a_long_timeline_has_pages(app: Flask, case_id: int, dorothy: Visitor) -> None:
    case_file.add_contacts(app, case_id, "2025-02")
    first = dorothy.get(f"/cases/{case_id}/timeline")
    assert "Sat 1 Feb 2025" not in first.text
    assert "Sat 1 Feb 2025" in first.follow("Next").text


def _said(row: object, column: int) -> str:
    cell = row.xpath(f"./td[{column}]")[0]  # type: ignore[attr-defined]
    return " ".join(cell.text_content().split())
