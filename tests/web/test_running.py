"""What runs, for managers: found, narrowed, sorted, paged, as a file, on diagrams, for whom."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from flask import Flask

from engine import clock
from tests.web import running_cases
from tests.web.running_cases import LATE, REASON, STUCK, WAITS
from tests.web.visitor import Page, Visitor
from web.views import running

As = Callable[[str], Visitor]
#: A Wednesday after everything that is written here.
NOW = dt.datetime(2026, 4, 15, 10, 0)
MOST_STATEMENTS = 12


@pytest.fixture(autouse=True)
def case_id(app: Flask) -> Iterator[int]:
    with clock.frozen(NOW):
        yield running_cases.write(app)


@pytest.fixture
def mo(as_: As) -> Visitor:
    return as_("mo")


def test_a_row_says_who_where_with_whom_since_when_and_how_late(mo: Visitor) -> None:
    page = mo.get("/tasks").follow("Running")
    assert "3 places in 3 cases, 1 late." in page.text
    assert _cells(page, LATE) == [
        f"{LATE} SP-2026-001",
        "Appeal Version 1",
        "In force",
        "Decide the appeal",
        "Ann Marsh",
        "Mon 13 Apr 2026",
        "Tue 3 Mar 2026",
        "29 working days",
    ]
    waits = _cells(page, WAITS)
    assert waits[3:5] == ["Retention has passed Waits until Thu 1 Oct 2026, 01:00", "Nobody"]
    assert waits[6:] == ["No date", "Not late"]
    assert _cells(page, STUCK)[3] == f"Retention has passed Stuck {REASON}"


def test_a_customer_leads_to_the_run_and_a_process_to_its_diagram(mo: Visitor) -> None:
    assert mo.get("/running").follow(LATE).heading == f"Appeal: {LATE}"
    assert mo.get("/running").follow("Appeal").heading == "Appeal"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("search=ashe", [LATE]),
        ("search=sp-2026-003", [STUCK]),
        ("process=appeal", [LATE]),
        ("process=appeal&step=answer_the_appeal", [LATE]),
        ("process=appeal&step=decide_appeal&version=1&due=late", [LATE]),
        ("process=retention&version=2", []),
        ("step=decide_appeal", [LATE, WAITS, STUCK]),
        ("held_by=ann", [LATE]),
        ("held_by=dorothy", []),
        ("stage=closed", [WAITS, STUCK]),
        ("due=late", [LATE]),
        ("due=none", [WAITS, STUCK]),
        ("due=stuck", [STUCK]),
        ("due=today", []),
        ("due=someday&stage=nowhere&version=x&sort=luck&page=x", [LATE, WAITS, STUCK]),
    ],
)
def test_the_address_is_the_filter(mo: Visitor, asked: str, found: list[str]) -> None:
    assert set(_customers(mo.get(f"/running?{asked}"))) == set(found)


def test_the_form_narrows_and_what_is_chosen_stays_chosen(mo: Visitor) -> None:
    page = mo.get("/running").send("Show these", {"process": "retention", "due": "stuck"})
    assert _customers(page) == [STUCK]
    assert page.one("//select[@id='filter-due']/option[@selected]").text == "Stuck"
    assert page.has("step")
    names = page.tree.xpath("//select[@id='filter-step']/option/text()")
    assert "Retention has passed" in names
    nothing = page.send("Show these", {"step": "tell_the_officer"})
    assert "Nothing that runs fits." in nothing.text
    assert len(_customers(nothing.follow("Clear the filter"))) == 3


def test_where_nothing_is_chosen_no_step_can_be(mo: Visitor) -> None:
    assert not mo.get("/running").has("step")


def test_a_press_on_a_heading_sorts_and_a_second_one_turns_it_round(mo: Visitor) -> None:
    page = mo.get("/running")
    assert _sorted_by(page) == [("Due", "ascending")]
    page = page.follow("Customer")
    assert _sorted_by(page) == [("Customer", "ascending")]
    assert _customers(page) == [WAITS, LATE, STUCK]
    page = page.follow("Customer")
    assert _sorted_by(page) == [("Customer", "descending")]
    assert _customers(page) == [STUCK, LATE, WAITS]
    page = page.follow("Late by")
    assert _sorted_by(page) == [("Late by", "descending")]
    assert _customers(page)[0] == LATE
    assert _sorted_by(page.follow("Due")) == [("Due", "ascending")]


def test_a_filter_keeps_the_order_and_an_order_keeps_the_filter(mo: Visitor) -> None:
    page = mo.get("/running?stage=closed").follow("Customer")
    assert _customers(page) == [WAITS, STUCK]
    page = page.send("Search", {"search": "elm"})
    assert _sorted_by(page) == [("Customer", "ascending")]
    assert _customers(page) == [WAITS, STUCK]


def test_a_long_list_has_pages(app: Flask, mo: Visitor) -> None:
    running_cases.add_many(app, 30)
    page = mo.get("/running?due=none&sort=customer")
    assert "32 places in 32 cases, none late." in page.text
    assert len(_customers(page)) == 25
    later = page.follow("Next")
    assert len(_customers(later)) == 7
    assert set(_customers(page)).isdisjoint(_customers(later))
    over = mo.get("/running?due=none&sort=customer&page=9")
    assert len(_customers(over.follow("Show the first page"))) == 25


def test_the_file_holds_what_the_filter_finds_on_all_pages(app: Flask, mo: Visitor) -> None:
    running_cases.add_many(app, 30)
    answer = mo.client.get("/running.csv?stage=closed&sort=customer")
    assert answer.mimetype == "text/csv"
    assert "running-2026-04-15.csv" in answer.headers["Content-Disposition"]
    assert answer.get_data().startswith(b"\xef\xbb\xbfCustomer,Case,Process,Version,Stage,")
    rows = _read(answer.get_data(as_text=True))
    assert len(rows) == 32
    assert {row["Stage"] for row in rows} == {"Closed"}


def test_a_cell_of_the_file_is_never_a_formula_and_keeps_its_accents(mo: Visitor) -> None:
    rows = _read(mo.client.get("/running.csv").get_data(as_text=True))
    late, waits, stuck = (next(r for r in rows if n in r["Customer"]) for n in (LATE, WAITS, STUCK))
    assert waits["Customer"] == f"'{WAITS}"
    assert waits["What it waits for"] == "until Thu 1 Oct 2026, 01:00"
    assert stuck["What it waits for"] == f"Stuck: {REASON}"
    assert late["Due"] == "2026-03-03"
    assert late["Since"] == "2026-04-13"
    assert late["Late by (working days)"] == "29"
    assert waits["Late by (working days)"] == waits["Due"] == ""


def test_a_file_that_would_be_too_long_says_so_in_its_last_line(
    mo: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "MOST_ROWS", 2)
    lines = mo.client.get("/running.csv").get_data(as_text=True).strip().splitlines()
    assert len(lines) == 4
    assert lines[-1] == "These are the first 2 of 3 places. Narrow the list."
    assert "Download the first 2 (CSV)" in mo.get("/running").text


def test_a_diagram_says_how_much_runs_and_each_number_leads_to_what_it_counts(
    mo: Visitor,
) -> None:
    page = mo.get("/running/retention")
    assert "2 runs at 2 places, none late, 1 stuck." in page.text
    (row,) = page.tree.xpath("//tr[@data-element='retention_has_passed']")
    assert row.get("data-said") == "Retention has passed: 2 running, 1 stuck."
    assert _customers(page.follow("2 running at")) == [WAITS, STUCK]
    assert _customers(page.follow("1 stuck at")) == [STUCK]
    appeal = mo.get("/running/appeal")
    marks = appeal.one("//div[@data-diagram]").get("data-state")
    assert '"answer_the_appeal": {"state": "late", "text": "1 running, 1 late"}' in marks
    assert _customers(appeal.follow("1 late at Answer the appeal")) == [LATE]
    assert "Nothing runs in this process on version 1." in mo.get("/running/flags").text


def test_the_processes_say_how_much_runs(as_: As, mo: Visitor) -> None:
    page = mo.get("/processes")
    assert page.follow("2 runs of Retention").path == "/running/retention"
    assert page.follow("Retention").follow("What is running in it").path == "/running/retention"
    olive = as_("olive").get("/processes")
    assert "2 runs" in olive.text
    assert not olive.tree.xpath("//main//a[starts-with(@href, '/running')]")


@pytest.mark.parametrize("name", ["amina", "priya", "kit", "olive", "sam", "ann"])
def test_for_others_there_is_no_such_list(as_: As, name: str) -> None:
    visitor = as_(name)
    for path in ("/running", "/running.csv", "/running/appeal"):
        assert "Robin" not in visitor.get(path, 404).text
    assert not visitor.get("/tasks").tree.xpath("//a[@href='/running']")


@pytest.mark.parametrize("path", ["/running/nothing", "/running/appeal?version=7"])
def test_what_was_never_published_is_not_found(mo: Visitor, path: str) -> None:
    mo.get(path, 404)


@pytest.mark.parametrize(
    "path",
    ["/running?process=appeal&search=ashe&due=late", "/running/appeal", "/processes"],
)
def test_a_page_asks_the_database_little(mo: Visitor, statements: list[str], path: str) -> None:
    mo.get(path)
    statements.clear()
    mo.get(path)
    assert len(statements) <= MOST_STATEMENTS, "\n".join(statements)


def _customers(page: Page) -> list[str]:
    links = page.tree.xpath("//table[contains(@class, 'running')]//a[contains(@class, 'row-link')]")
    return [link.text for link in links]


def _cells(page: Page, customer: str) -> list[str]:
    row = next(
        row
        for row in page.tree.xpath("//table[contains(@class, 'running')]/tbody/tr")
        if row.xpath(".//a[contains(@class, 'row-link')]")[0].text == customer
    )
    return [" ".join(" ".join(cell.itertext()).split()) for cell in row.xpath("td")]


def _sorted_by(page: Page) -> list[tuple[str, str]]:
    headings = page.tree.xpath("//th[@aria-sort]")
    return [("".join(one.itertext()).strip(), one.get("aria-sort")) for one in headings]


def _read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))
