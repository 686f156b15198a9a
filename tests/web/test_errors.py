"""When something goes wrong: plain words, the right status, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

import engine
from tests.web.visitor import Visitor
from web.app import status_of

As = Callable[[str], Visitor]


def test_each_refusal_of_the_engine_has_its_status() -> None:
    assert status_of(engine.NotFound()) == 404
    assert status_of(engine.NotAllowed()) == 403
    assert status_of(engine.Rejected()) == 409
    assert status_of(engine.InvalidAnswers([])) == 422
    assert status_of(engine.EngineError("stuck")) == 500


def test_a_page_that_is_not_there_says_so_in_plain_words(as_: As) -> None:
    page = as_("amina").get("/nowhere", status=404)
    assert page.heading == "There is no such page"
    assert page.follow("Go to your tasks").path == "/tasks"


def test_what_does_not_exist_for_me_looks_like_what_does_not_exist(as_: As) -> None:
    visitor = as_("kit")
    mine, nobodys = visitor.get("/tasks/1", status=404), visitor.get("/nowhere", status=404)
    assert mine.text == nobodys.text


def test_too_much_at_once_is_said_and_nothing_is_kept(as_: As) -> None:
    visitor = as_("amina")
    page = visitor.get("/tasks").press("Raise a concern")
    huge = page.press("Continue", address="x" * 3_000_000)
    assert huge.status == 413
    assert "Shorten the longest answers" in huge.text


def test_a_post_without_its_token_is_refused_and_shows_what_was_typed(as_: As) -> None:
    visitor = as_("amina")
    visitor.get("/tasks").press("Raise a concern")
    refused = visitor.post("/tasks/1/pages/customer", {"address": "12 Mill Lane"})
    assert refused.status == 400
    assert "12 Mill Lane" in refused.text


def test_a_session_that_ended_shows_what_was_typed(as_: As) -> None:
    visitor = as_("amina")
    page = visitor.get("/tasks").press("Raise a concern")
    visitor.client.delete_cookie("spoc")
    lost = page.press("Continue", address="12 Mill Lane")
    assert lost.status in (400, 401)
    assert "12 Mill Lane" in lost.text
    assert "You are not signed in" in lost.text
    assert lost.follow("Sign in").path == "/sign-in"


def test_another_host_name_is_refused(app: Flask) -> None:
    answer = app.test_client().get("/sign-in", headers={"Host": "evil.example"})
    assert answer.status_code == 400


def test_an_unexpected_error_says_nothing_of_itself(
    as_: As, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    visitor = as_("amina")

    def broken(*_: object) -> None:
        raise ZeroDivisionError("the inner workings")

    monkeypatch.setattr(engine, "task_list", broken)
    page = visitor.get("/tasks", status=500)
    assert "inner workings" not in page.text
    assert not page.tree.xpath("//nav")
    reference = page.one("//main//strong").text
    assert reference in caplog.text


def test_the_method_an_address_does_not_take_is_said(as_: As) -> None:
    visitor = as_("amina")
    visitor.get("/tasks/1/start", status=405)


def test_pages_may_do_only_what_the_policy_names(as_: As) -> None:
    page = as_("amina").get("/tasks")
    policy = page.response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self' 'sha256-GUQ5ad8JK5")
    assert "frame-ancestors 'none'" in policy
    assert page.response.headers["X-Content-Type-Options"] == "nosniff"
    scripts = page.tree.xpath("//script[not(@src)]")
    assert len(scripts) == 1


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(app: Flask) -> None:
    cookie = app.test_client().get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_what_was_typed_is_shown_as_a_person_would_say_it(as_: As) -> None:
    visitor = as_("amina")
    sent = {
        "concern_on-day": "4",
        "concern_on-month": "3",
        "concern_on-year": "2026",
        "owed.0.what": "a call",
        "owed.1.what": "a repair",
        "empty": " ",
    }
    refused = visitor.post("/tasks/1/pages/concern", sent)
    rows = refused.tree.xpath("//dl//div")
    said = [tuple(cell.text_content() for cell in row.xpath("./dt | ./dd")) for row in rows]
    assert said == [
        ("Concern on", "4 3 2026"),
        ("Owed 1 What", "a call"),
        ("Owed 2 What", "a repair"),
    ]


def test_only_files_whose_name_changes_are_kept_for_long(app: Flask) -> None:
    client = app.test_client()
    built = client.get("/sign-in").get_data(as_text=True).split('href="/static/app-')[1]
    styles = client.get(f"/static/app-{built.split(chr(34))[0]}")
    assert "immutable" in styles.headers["Cache-Control"]
    mark = client.get("/static/images/mark.svg")
    assert mark.headers["Cache-Control"] == "public, max-age=3600"
    styles.close()
    mark.close()


def test_a_diagram_may_be_kept_by_the_browser_of_who_is_signed_in(as_: As) -> None:
    answer = as_("amina").client.get("/diagrams/1/appeal.bpmn")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, max-age=86400"
    assert answer.data.startswith(b"<?xml")


def test_a_field_with_an_endless_name_is_given_back_like_any_other(as_: As) -> None:
    visitor = as_("amina")
    token = visitor.get("/tasks").press("Raise a concern").token
    page = visitor.post("/tasks/1", {"csrf_token": token, "rows." + "9" * 5000: "kept"})
    assert page.status < 500
    assert visitor.post("/nowhere", {"csrf_token": token, "9" * 5000: "kept"}).status == 404
