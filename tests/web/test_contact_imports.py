"""Contacts from a file on its pages: sent, looked at, logged, and what is wrong mended."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from engine import imports
from engine.imports import logging_rows
from tests.web import case_file
from tests.web.visitor import Page, Visitor

As = Callable[[str], Visitor]

FILE = "Date,Time,Channel,Direction,Case,Note\n2026-03-02,9:05,phone,in,{0},=1+1\n{1}"
WRONG = "2026-03-02,9:10,pigeon,in,{0},Again\n"


@pytest.fixture
def dorothy(app: Flask, as_: As) -> Visitor:
    case_file.write(app)
    return as_("dorothy")


def send(visitor: Visitor, content: str, name: str = "calls.csv") -> Page:
    page = visitor.get("/contacts/imports")
    sent: MultiDict[str, object] = MultiDict({"csrf_token": page.token})
    if name:
        sent.add("file", FileStorage(io.BytesIO(content.encode()), filename=name))
    boundary, body = encode_multipart(sent)
    kind = f'multipart/form-data; boundary="{boundary}"'
    answer = Page(
        visitor,
        visitor.client.post(
            "/contacts/imports", data=body, content_type=kind, follow_redirects=True
        ),
    )
    answer.check()
    return answer


def test_a_file_is_looked_at_then_logged_then_mended(app: Flask, dorothy: Visitor) -> None:
    database = app.extensions["database"]
    content = FILE.format("SP-2026-001", WRONG.format("SP-2026-001"))
    page = send(dorothy, content)
    assert page.path == "/contacts/imports/1"
    assert "0 of 2 rows checked" in page.text
    assert page.one("//*[@id='progress']/@data-refresh") == "yes"
    imports.work(database)
    page = dorothy.get(page.path)
    assert "Nothing is logged yet" in page.text
    assert "Channel: Expected telephone" in page.text
    assert "1 of Mon 2 Mar 2026, in 1 case" in page.text
    assert case_file.CUSTOMER in dorothy.get(f"{page.path}?show=ready").text
    page = page.press("Log 1 contact")
    imports.work(database)
    page = dorothy.get(page.path)
    assert "1 of 2 rows logged, 1 wrong" in page.text
    file = dorothy.client.get(f"{page.path}/wrong.csv")
    assert "Row 3. channel: Expected telephone" in file.get_data(as_text=True)
    assert "=1+1" in dorothy.get("/cases/1/contacts").text
    assert "calls.csv" in dorothy.get("/contacts/imports").text


def test_what_is_no_file_is_refused_on_the_page(dorothy: Visitor) -> None:
    for content, name, said in (
        ("", "", "Choose a CSV file"),
        ("", "empty.csv", "it is empty"),
        ("a,b\n1,2\n", "other.csv", "Expected headings in the first row"),
    ):
        page = send(dorothy, content, name)
        assert page.status == 422
        assert said in page.errors[0][0]


def test_a_file_is_put_aside(app: Flask, dorothy: Visitor) -> None:
    page = send(dorothy, FILE.format("SP-2026-001", ""))
    imports.work(app.extensions["database"])
    page = dorothy.get(page.path).press("Put it aside")
    assert "Nothing of it was logged" in page.banner
    assert "Put aside" in page.text


def test_an_import_at_work_is_stopped_and_begun_again_on_its_page(
    app: Flask, dorothy: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what is logged stays, and the page says what was not taken.
    monkeypatch.setattr(logging_rows, "SLICE", 1)
    database = app.extensions["database"]
    more = "2026-03-03,9:05,phone,in,SP-2026-001,Second\n"
    page = send(dorothy, FILE.format("SP-2026-001", more))
    imports.work(database)
    dorothy.get(page.path).press("Log 2 contacts")
    assert logging_rows.log_some(database, 1) == 1
    asked = dorothy.get(page.path).follow("Stop")
    assert "Stop this import?" in asked.text
    assert "1 row is logged so far, and stays so" in asked.text
    assert "The 1 row not begun is not taken" in asked.text
    stopped = asked.press("Stop it")
    assert "1 row logged, 1 row not taken" in stopped.banner
    assert "1 of 2 rows logged, 1 not taken" in stopped.text
    assert "=1+1" in dorothy.get(f"{page.path}?show=logged").text
    assert imports.work(database) == 0
    file = dorothy.client.get(f"{page.path}/wrong.csv").get_data(as_text=True)
    assert "Row 3. Not taken: the import was stopped before this row." in file
    dorothy.get(page.path).press("Begin again with the rest")
    imports.work(database)
    assert "2 of 2 rows logged." in dorothy.get(page.path).text
    # Nothing is left to stop: the question leads back to the page.
    assert dorothy.get(f"{page.path}/stop").path == page.path


def test_a_manager_who_did_not_begin_it_cannot_stop_it(
    app: Flask, dorothy: Visitor, as_: As
) -> None:
    page = send(dorothy, FILE.format("SP-2026-001", ""))
    imports.work(app.extensions["database"])
    dorothy.get(page.path).press("Log 1 contact")
    mo = as_("mo")
    shown = mo.get(page.path)
    assert "At work" in shown.text
    assert not shown.tree.xpath("//a[contains(@href, '/stop')]")
    refused = mo.post(f"{page.path}/stop", {"csrf_token": mo.get("/contacts/imports").token})
    assert refused.status == 403
    assert "Data Management Officer to stop it" in refused.text


def test_for_others_there_are_no_imports(as_: As, dorothy: Visitor) -> None:
    send(dorothy, FILE.format("SP-2026-001", ""))
    for name in ("amina", "kit", "olive", "claire"):
        for path in ("/contacts/imports", "/contacts/imports/1", "/contacts/imports/1/wrong.csv"):
            as_(name).get(path, status=404)
    dorothy.get("/contacts/imports/1?show=nothing", status=404)
