"""Files of evidence in the browser: added without scripts, given as downloads, removed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from engine.tables.casefile import CaseFile
from engine.tables.database import Database
from tests.engine.files.samples import PDF, eml, jpeg, png
from tests.web import case_file
from tests.web.visitor import Page, Visitor

As = Callable[[str], Visitor]


@pytest.fixture
def case_id(app: Flask) -> int:
    return case_file.write(app)


def send(who: Visitor, case_id: int, *given: tuple[str, bytes], **more: str) -> Page:
    path = f"/cases/{case_id}/evidence/1/files"
    fields = {"csrf_token": who.get(path).token, **more}
    page = who.upload(path, fields, given)
    assert page.status == 200, page.text
    return page


def test_a_file_is_added_to_a_record_and_downloaded(case_id: int, as_: As) -> None:
    dorothy = as_("dorothy")
    page = dorothy.get(f"/cases/{case_id}/evidence").follow("Add files")
    assert page.heading == "Add files to a record"
    assert "Up to 10 MB each, 50 MB at a time, 20 files for one record." in page.text
    page = send(dorothy, case_id, ("C:\\scans\\stairs.JPG", jpeg()), ("mail.eml", eml()))
    assert "2 files added to the record." in page.banner
    assert "stairs.jpg Picture (JPEG), 1 kB; added Wed 4 Mar 2026, 10:00 by Dorothy" in page.text
    answer = dorothy.client.get(f"/cases/{case_id}/files/1")
    assert answer.data == jpeg()
    assert answer.mimetype == "image/jpeg"


def test_a_download_is_never_a_page_of_ours(case_id: int, as_: As) -> None:
    dorothy = as_("dorothy")
    send(dorothy, case_id, ("<script>.pdf", PDF), ("Ärger “im” Haus.png", png()))
    for number, name in ((1, "filename=script.pdf"), (2, "filename*=UTF-8''%C3%84rger")):
        headers = dorothy.client.get(f"/cases/{case_id}/files/{number}").headers
        assert headers["Content-Disposition"].startswith("attachment; ")
        assert name in headers["Content-Disposition"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert headers["Cache-Control"] == "no-store"


def test_what_is_not_taken_says_why_and_nothing_is_kept(case_id: int, as_: As) -> None:
    dorothy, path = as_("dorothy"), f"/cases/{case_id}/evidence/1/files"
    token = {"csrf_token": dorothy.get(path).token, "restricted": "yes"}
    page = dorothy.upload(path, token, [("a.pdf", PDF), ("run.pdf", b"MZ\x90\0" + bytes(60))])
    assert page.status == 422
    assert page.errors == [
        (
            "Expected a PDF, a PNG or JPEG picture, or an e-mail saved as .eml, but “run.pdf” is "
            "something else (Windows Executable). Save or print it as a PDF and add that.",
            "#files",
        )
    ]
    assert page.tree.xpath("//input[@id='restricted']/@checked")
    assert "a.pdf" not in dorothy.get(f"/cases/{case_id}/evidence").text
    page = dorothy.upload(path, token, [])
    assert page.errors[0][0] == "Choose a file first: a PDF, a picture or an e-mail"


def test_more_than_a_page_takes_is_refused_with_what_to_do(case_id: int, as_: As) -> None:
    dorothy, path = as_("dorothy"), f"/cases/{case_id}/evidence/1/files"
    token = {"csrf_token": dorothy.get(path).token}
    page = dorothy.upload(path, token, [("a.jpg", jpeg(more=bytes(53 * 1024 * 1024)))])
    assert page.status == 413
    assert "Expected at most 50 MB at a time" in page.text
    page = dorothy.upload(path, token, [("a.jpg", jpeg(more=bytes(11 * 1024 * 1024)))])
    assert page.status == 422
    assert "Expected at most 10 MB, but “a.jpg” has 11.0 MB." in page.text


@pytest.mark.parametrize("name", ["priya", "kit", "olive", "grace"])
def test_who_does_not_see_the_evidence_finds_no_file(case_id: int, as_: As, name: str) -> None:
    send(as_("dorothy"), case_id, ("a.pdf", PDF))
    other = as_(name)
    other.get(f"/cases/{case_id}/evidence/1/files", 404)
    assert other.client.get(f"/cases/{case_id}/files/1").status_code == 404
    other.get(f"/cases/{case_id}/files/1/remove", 404)


def test_a_restricted_file_is_not_there_for_others(case_id: int, as_: As) -> None:
    amina, mo = as_("amina"), as_("mo")
    page = send(amina, case_id, ("gp.pdf", PDF), restricted="yes")
    assert "gp.pdf Restricted PDF" in page.text
    assert "gp.pdf" not in mo.get(f"/cases/{case_id}/evidence").text
    assert mo.client.get(f"/cases/{case_id}/files/1").status_code == 404
    assert as_("dorothy").client.get(f"/cases/{case_id}/files/1").data == PDF


def test_a_file_of_one_case_is_not_under_the_address_of_another(
    app: Flask, case_id: int, as_: As
) -> None:
    dorothy, other = as_("dorothy"), case_file.write(app)
    send(dorothy, case_id, ("a.pdf", PDF))
    assert dorothy.client.get(f"/cases/{other}/files/1").status_code == 404
    dorothy.get(f"/cases/{other}/evidence/1/files", 404)
    dorothy.get(f"/cases/{other}/files/1/remove", 404)


def test_a_file_is_removed_with_a_reason(case_id: int, as_: As) -> None:
    dorothy = as_("dorothy")
    page = send(dorothy, case_id, ("a.pdf", PDF)).follow("Remove a.pdf")
    again = page.press("Remove the file")
    assert again.status == 422
    assert again.errors == [("Enter why it is removed, in at most 500 characters", "#reason")]
    done = again.press("Remove the file", reason="It belongs to another customer.")
    assert "Removed Wed 4 Mar 2026, 10:00 by Dorothy" in done.text
    assert dorothy.client.get(f"/cases/{case_id}/files/1").status_code == 404


def test_only_its_author_and_the_officer_remove_a_file(case_id: int, as_: As) -> None:
    send(as_("amina"), case_id, ("a.pdf", PDF))
    mo = as_("mo")
    page = mo.get(f"/cases/{case_id}/evidence")
    assert "a.pdf" in page.text
    assert "Remove" not in page.text
    mo.get(f"/cases/{case_id}/files/1/remove", 404)


def test_a_closed_case_takes_no_files(app: Flask, case_id: int, as_: As) -> None:
    database: Database = app.extensions["database"]
    with database.writing() as session:
        case = session.get_one(CaseFile, case_id)
        case.closed_on = case.opened_on
    dorothy = as_("dorothy")
    assert "Add files" not in dorothy.get(f"/cases/{case_id}/evidence").text
    path = f"/cases/{case_id}/evidence/1/files"
    page = dorothy.upload(path, {"csrf_token": dorothy.get(path).token}, [("a.pdf", PDF)])
    assert page.status == 409


def test_a_record_is_corrected_from_the_page_and_both_are_shown(case_id: int, as_: As) -> None:
    dorothy = as_("dorothy")
    form = dorothy.get(f"/cases/{case_id}").follow("Correct a record")
    shown = form.press(
        "Continue", record="1", wrong_because="It was another day.", correction="withdrawn"
    )
    page = shown.press("Confirm and record")
    assert page.path == f"/cases/{case_id}/evidence"
    assert "It was another day." in page.text
    assert "No It was corrected" in page.text
