"""Flags on their page: lists out and in, and comparisons (R-065 to R-069)."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

import engine
from engine import clock
from engine.commands import start_flag_comparisons
from engine.tables.database import Database
from engine.tables.decisions import Flag
from engine.tables.flagging import FlagDifference, FlagReconciliation, FlagRequest
from engine.tables.process import Outbox, WorkItem
from tests.web.flag_systems import TAKEN_OVER
from tests.web.visitor import Page, Visitor

As = Callable[[str], Visitor]
JADU, HOUSING = "JADU CRM", "Open Housing"


@pytest.fixture
def two(app: Flask, app_database: Database) -> Database:
    """A landlord with two arrangements taken over, every flag of theirs asked for."""
    others = {
        **TAKEN_OVER,
        "customer_name": "=Jo Hunt",
        "address": "9 Mill Lane, Northfield",
        "tenancy_reference": "NF-2",
        "phone": "01632 960 167",
    }
    for answers in (TAKEN_OVER, others):
        engine.receive(app_database, "arrangement_taken_over", answers, by="dorothy")
        engine.deliver_messages(app_database)
    return app_database


def send(visitor: Visitor, path: str, field: str, content: str | bytes, **more: str) -> Page:
    token = visitor.get("/flags").token
    sent: MultiDict[str, object] = MultiDict({"csrf_token": token, **more})
    if content:
        body = content.encode() if isinstance(content, str) else content
        sent.add(field, FileStorage(io.BytesIO(body), filename="flags.csv"))
    boundary, body = encode_multipart(sent)
    kind = f'multipart/form-data; boundary="{boundary}"'
    answer = visitor.client.post(path, data=body, content_type=kind, follow_redirects=True)
    return Page(visitor, answer)


def flags(database: Database, system: str = JADU) -> list[Flag]:
    with database.reading() as session:
        return list(session.scalars(select(Flag).where(Flag.system == system).order_by(Flag.id)))


def worklist(visitor: Visitor, system: str = JADU) -> list[list[str]]:
    answer = visitor.client.get(f"/flags/worklist.csv?system={system}")
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def filled(rows: list[list[str]], **by_row: tuple[str, str]) -> str:
    """Fill in ``Done on`` and ``Reference`` of rows by their number: ``row_2``."""
    written = io.StringIO()
    for number, row in enumerate(rows, start=1):
        answers = by_row.get(f"row_{number}")
        cells = row if answers is None else [*row[:-3], answers[0], "", answers[1]]
        csv.writer(written).writerow(cells)
    return written.getvalue()


def confirmed(visitor: Visitor, *systems: str) -> None:
    for system in systems or (JADU, HOUSING):
        rows = worklist(visitor, system)
        content = filled(rows, row_2=("2026-03-04", "Note 1"), row_3=("2026-03-04", "Note 2"))
        page = send(visitor, "/flags/confirmations", "confirmations", content)
        assert page.heading == "2 flags confirmed"


def test_the_page_says_what_each_system_is_asked_for(two: Database, as_: As) -> None:
    page = as_("dorothy").get("/flags")
    assert page.heading == "Flags in other systems"
    assert page.text.count("Not confirmed 2") == 2
    assert "NF-151206" in page.text
    assert "Contact goes through Priya" in page.text
    # Never why.
    assert "Threats" not in page.text


def test_the_systems_team_reads_the_card_and_no_name(two: Database, as_: As) -> None:
    sam = as_("sam")
    page = sam.get("/flags")
    assert "NF-151206" in page.text
    assert not {"Billie", "Jo Hunt", "Threats", "Elm"} & set(page.text.split())
    assert not page.tree.xpath("//main//a[starts-with(@href, '/cases/')]")


def test_the_worklist_goes_out_and_each_row_comes_back_for_itself(two: Database, as_: As) -> None:
    sam = as_("sam")
    rows = worklist(sam)
    assert rows[0][:3] == ["Request", "System", "Tenancy reference"]
    assert [row[2] for row in rows[1:]] == ["NF-151206", "NF-2"]
    page = send(
        sam,
        "/flags/confirmations",
        "confirmations",
        filled(rows, row_2=("2026-03-04", "Note 4711")),
    )
    assert page.heading == "1 flag confirmed"
    assert "1 row left open" in page.text
    first, second = flags(two)
    assert (first.proof, first.confirmed_by, second.set_on) == ("Note 4711", "sam", None)
    # One tick for both systems is not possible: the other system is still asked.
    assert [flag.set_on for flag in flags(two, HOUSING)] == [None, None]
    with two.reading() as session:
        request = session.scalars(
            select(FlagRequest).where(FlagRequest.confirmed_at.is_not(None))
        ).one()
    assert (request.system, request.confirmed_by, request.evidence_ref) == (
        JADU,
        "sam",
        "Note 4711",
    )


@pytest.mark.parametrize(
    ("done", "reference", "said"),
    [
        ("soon", "Note 1", "Expected a day such as 2026-03-30 under Done on"),
        ("2026-03-04", "", "Enter a number or name"),
        ("2026-03-05", "Note 1", "cannot be in the future"),
        ("2026-03-03", "Note 1", "on or after Wed 4 Mar 2026"),
    ],
)
def test_rows_that_cannot_be_used_are_named(
    two: Database, as_: As, done: str, reference: str, said: str
) -> None:
    """R-065, R-067: a row of the worklist."""
    sam = as_("sam")
    content = filled(worklist(sam), row_2=(done, reference))
    page = send(sam, "/flags/confirmations", "confirmations", content)
    assert page.heading == "0 flags confirmed"
    assert said in page.text
    assert flags(two)[0].set_on is None


def test_a_request_that_is_done_or_made_up_is_not_confirmed(two: Database, as_: As) -> None:
    """R-065."""
    sam = as_("sam")
    content = "Request,Done on,Reference\n" + "0" * 32 + ",2026-03-04,Note 1\n"
    page = send(sam, "/flags/confirmations", "confirmations", content)
    assert "there is none under this number" in page.text
    wrong = send(sam, "/flags/confirmations", "confirmations", "Request,Reference\n1,2\n")
    assert "Done on" in wrong.errors[0][0]
    assert send(sam, "/flags/confirmations", "confirmations", "").errors[0][0] == (
        "Choose a CSV file"
    )
    assert as_("dorothy").client.post("/flags/confirmations").status_code in (400, 404)


def test_a_comparison_finds_what_differs_and_changes_nothing_by_itself(
    two: Database, as_: As
) -> None:
    sam, dorothy = as_("sam"), as_("dorothy")
    confirmed(sam)
    text = flags(two)[0].text
    content = f'Tenancy reference,Text\nnf-151206,"{text} Old."\nNF-99,Left on\n'
    page = send(dorothy, "/flags/comparisons", "flags", content, system=JADU)
    assert page.heading == "Comparison with JADU CRM"
    assert "Preview: nothing is kept yet" in page.tree.text_content()
    for heading in (
        "It shows a flag that is not ours: 1",
        "Ours, but it shows none: 1",
        "It shows another text: 1",
    ):
        assert heading in page.text
    assert [flag.set_on is not None for flag in flags(two)] == [True, True]
    kept = page.press("Keep it as a record")
    with two.reading() as session:
        made = session.scalars(select(FlagReconciliation)).one()
    assert (made.made_by, made.kept_by, made.total) == ("dorothy", "dorothy", 2)
    assert "Nothing was changed" in kept.banner
    assert [flag.update_requested_on for flag in flags(two)] == [None, None]


def test_what_differs_is_asked_for_again_in_that_system_alone(two: Database, as_: As) -> None:
    sam, dorothy = as_("sam"), as_("dorothy")
    confirmed(sam)
    content = f'Tenancy reference;Text\nNF-151206;"{flags(two)[0].text}"\n'
    page = send(dorothy, "/flags/comparisons", "flags", content, system=JADU)
    page = page.press("Keep it as a record")
    assert "As in the register 1" in page.text
    page = page.press("Ask for it again: NF-2")
    assert "Asked for again" in page.text
    first, second = flags(two)
    assert (first.update_requested_on, second.update_requested_on is not None) == (None, True)
    assert [flag.update_requested_on for flag in flags(two, HOUSING)] == [None, None]
    assert [row[2] for row in worklist(sam)[1:]] == ["NF-2"]
    # A second comparison sees that it is on its way.
    again = send(dorothy, "/flags/comparisons", "flags", content, system=JADU)
    assert "Asked for already 1" in again.text
    assert "Ours, but it shows none: 0" in again.text


def test_a_flag_that_is_not_ours_is_removed_by_the_systems_team_who_say_so(
    two: Database, as_: As
) -> None:
    sam, dorothy = as_("sam"), as_("dorothy")
    confirmed(sam)
    text = [flag.text for flag in flags(two)]
    content = f'Tenancy reference,Text\nNF-151206,"{text[0]}"\nNF-2,"{text[1]}"\nNF-99,Left on\n'
    page = send(dorothy, "/flags/comparisons", "flags", content, system=JADU)
    page.press("Keep it as a record").press("Ask for its removal: NF-99")
    with two.reading() as session:
        mail = session.scalars(select(Outbox).where(Outbox.about.like("flag_difference:%"))).all()
        difference = session.scalars(select(FlagDifference)).one()
    assert mail
    assert "NF-99" not in str([one.content for one in mail])
    here = f"/flags/comparisons/{difference.reconciliation_id}"
    page = sam.get(here)
    refused = page.press("It is gone: NF-99", reference=" ")
    assert refused.status == 422
    assert "found again" in refused.errors[0][0]
    page = sam.get(here).press("It is gone: NF-99", reference="Ticket 5")
    assert "Gone: Ticket 5" in page.text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Text\nx\n", "“tenancy reference”, but there is none"),
        ("Tenancy,Reference,Text\n1,2,x\n", "more than one"),
        ("Tenancy reference,Text\n", "there are none"),
        ("Tenancy reference,Text\n,x\n", "Row 2: it has no tenancy reference"),
        ("Tenancy reference,Text\nNF-1,\n", "Row 2: it shows no text"),
        ("Tenancy reference,Text\nNF-1,x\nnf -1,y\n", "Row 3: the same tenancy stands in row 2"),
        ("Tenancy reference,Text\nNF-1,x,y\n", "Row 2: it has more cells"),
        (f"Tenancy reference,Text\n{'N' * 61},x\n", "at most 60 characters"),
        (f"Tenancy reference,Text\nNF-1,{'x' * 2001}\n", "longer than 2000"),
        ("Tenancy reference,Text\nNF-1,x\u202ey\n", "signs that do not print"),
        (b"PK\x03\x04workbook", "this is a workbook"),
        ('Tenancy reference,Text\nNF-1,"open\n', "cannot be read"),
    ],
)
def test_files_that_are_no_list_of_flags_are_refused_whole(
    two: Database, as_: As, content: str | bytes, said: str
) -> None:
    """R-068."""
    page = send(as_("dorothy"), "/flags/comparisons", "flags", content, system=JADU)
    assert page.status == 422
    assert any(said in sentence for sentence, _ in page.errors), page.errors
    with two.reading() as session:
        assert session.scalars(select(FlagReconciliation)).all() == []


def test_a_preview_is_deleted_and_nothing_is_asked_from_it(two: Database, as_: As) -> None:
    confirmed(as_("sam"))
    dorothy = as_("dorothy")
    content = "Tenancy reference,Text\nNF-99,Left on\n"
    page = send(dorothy, "/flags/comparisons", "flags", content, system=JADU)
    assert "Keep the comparison first" in page.text
    page.press("Delete the preview")
    with two.reading() as session:
        assert session.scalars(select(FlagDifference)).all() == []


def test_what_nobody_dealt_with_of_the_last_comparison_stands_on_the_page(
    two: Database, as_: As
) -> None:
    """R-068: a comparison that was kept is not what it found put right."""
    confirmed(as_("sam"))
    dorothy = as_("dorothy")
    content = f'Tenancy reference,Text\nNF-151206,"{flags(two)[0].text}"\nNF-99,Left on\n'
    page = send(dorothy, "/flags/comparisons", "flags", content, system=JADU)
    assert "still to deal with" not in dorothy.get("/flags").text
    kept = page.press("Keep it as a record")
    left = "2 differences of the last comparison still to deal with"
    found = dorothy.get("/flags")
    assert found.tree.xpath(f"//a[span[@class='due--late' and contains(., '{left}')]]/@href")
    kept.press("Ask for its removal: NF-99").press("Ask for it again: NF-2")
    found = dorothy.get("/flags")
    assert "No differences of the last comparison still to deal with" in found.text
    assert "Remove it: no case of ours is about it" in found.text
    assert "no case of ours" not in as_("sam").get("/flags").text


def test_a_file_with_far_fewer_rows_than_flags_is_warned_of(two: Database, as_: As) -> None:
    """R-068."""
    confirmed(as_("sam"))
    with two.writing() as session:
        made = FlagReconciliation(
            **{"system": JADU, "file_name": "few.csv", "sha256": "0", "made_by": "dorothy"},
            **{"made_at": clock.now(), "total": 1, "agreed": 1, "missing": 2},
        )
        session.add(made)
        session.flush()
        here = f"/flags/comparisons/{made.id}"
    page = as_("dorothy").get(here)
    assert "The file shows 1 flag, but 3 of ours were in place" in page.text
    assert "were in place" not in page.press("Keep it as a record").text


def test_an_address_a_file_was_sent_to_leads_back_to_the_page(two: Database, as_: As) -> None:
    for path in ("/flags/comparisons", "/flags/confirmations"):
        answer = as_("dorothy").client.get(path)
        assert (answer.status_code, answer.location) == (302, "/flags")
        assert as_("amina").client.get(path).status_code == 404


def test_the_task_leads_to_the_page_and_its_answers_name_the_comparison(
    two: Database, as_: As
) -> None:
    """R-068."""
    confirmed(as_("sam"))
    with clock.frozen(dt.datetime(2026, 5, 21, 10)):
        start_flag_comparisons(two)
        with two.reading() as session:
            items = session.scalars(select(WorkItem).where(WorkItem.element_id == "compare_flags"))
            task = next(one.id for one in items if one.variables["flag_system"] == JADU)
        dorothy = as_("dorothy")
        assert "/flags" in dorothy.get(f"/tasks/{task}").tree.xpath("//section//li/a/@href")
        content = "Tenancy reference,Text\nNF-99,Left on\n"
        page = send(dorothy, "/flags/comparisons", "flags", content, system=JADU)
        page.press("Keep it as a record")
        assert "flags.csv, kept on Thu 21 May 2026" in dorothy.get(f"/tasks/{task}").text


def test_the_page_does_not_exist_for_others(two: Database, as_: As) -> None:
    for name in ("amina", "priya"):
        as_(name).get("/flags", 404)
        assert as_(name).client.get(f"/flags/worklist.csv?system={JADU}").status_code == 404
    assert as_("sam").client.get("/flags/worklist.csv?system=None").status_code == 404
    assert send(as_("sam"), "/flags/comparisons", "flags", "a\nb\n", system=JADU).status == 404
