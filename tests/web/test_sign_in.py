"""The first page, signing in and out, and who is asked who they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from engine import clock
from tests.web.conftest import NOW
from tests.web.visitor import Visitor
from web import auth, create_app
from web.settings import Settings


def test_the_first_page_says_what_this_does_and_who_one_can_be(stranger: Visitor) -> None:
    page = stranger.get("/")
    assert page.path.startswith("/sign-in")
    assert "From the first concern to the end of an arrangement" in page.heading
    steps = page.tree.xpath("//ol[contains(@class, 'strip')]/li")
    assert len(steps) == 5
    titles = [
        one.text_content() for one in page.tree.xpath("//*[contains(@class, 'person__role')]")
    ]
    assert "Data Management Officer" in titles
    assert len(titles) == 12
    assert titles.count("Process owner") == 2
    assert "Demonstration" in page.text


def test_somebody_signs_in_goes_where_they_wanted_and_out_again(stranger: Visitor) -> None:
    page = stranger.get("/tasks?view=team")
    assert page.path.startswith("/sign-in")
    inside = page.press("Sign in as Amina Diallo")
    assert inside.path == "/tasks?view=team"
    assert "Amina Diallo" in inside.tree.text_content()
    outside = inside.press("Sign out")
    assert outside.path.startswith("/sign-in")
    assert stranger.get("/tasks").path.startswith("/sign-in")


@pytest.mark.parametrize("next_", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_signing_in_never_leads_to_another_site(app: Flask, next_: str) -> None:
    client = app.test_client()
    token = _token(client.get("/sign-in").get_data(as_text=True))
    sent = {"person": "amina", "csrf_token": token, "next": next_}
    assert client.post("/sign-in", data=sent).location == "/tasks"


def test_nobody_signs_in_as_a_person_who_is_not_there(stranger: Visitor) -> None:
    token = stranger.get("/sign-in").token
    assert stranger.post("/sign-in", {"person": "nobody", "csrf_token": token}).status == 404


def test_outside_a_demonstration_there_is_no_such_sign_in(database_url: str) -> None:
    settings = Settings(database_url=database_url, secret_key="only for tests", demo=False)
    with clock.frozen(NOW):
        made = create_app(settings)
        made.config["WTF_CSRF_ENABLED"] = False
        visitor = Visitor(made.test_client())
        page = visitor.get("/sign-in")
        assert "Ask the people who run this installation how to sign in" in page.text
        assert "Amina" not in page.tree.text_content()
        assert visitor.post("/sign-in", {"person": "amina"}).status == 404
        assert visitor.get("/tasks").path.startswith("/sign-in")
        made.extensions["database"].close()


def test_every_endpoint_asks_who_it_is_unless_it_is_open_to_all(app: Flask) -> None:
    client = app.test_client()
    token = _token(client.get("/sign-in").get_data(as_text=True))
    let_in = []
    for rule in [one for one in app.url_map.iter_rules() if one.endpoint != "static"]:
        arguments: dict[str, Any] = dict.fromkeys(rule.arguments, 1)
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **arguments)
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = client.open(path, method=method, data={"csrf_token": token})
            asked = answer.status_code == 401 or "/sign-in" in (answer.location or "")
            if not asked and rule.endpoint not in auth.OPEN_TO_ALL:
                let_in.append(f"{method} {path}")
    assert not let_in


def test_a_person_who_has_left_is_signed_out(app: Flask, as_: Callable[[str], Visitor]) -> None:
    visitor = as_("amina")
    with app.extensions["database"].writing() as session:
        session.connection().exec_driver_sql("UPDATE user SET left_on = '2026-03-01'")
    assert visitor.get("/tasks").path.startswith("/sign-in")


def _token(page: str) -> str:
    return page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
