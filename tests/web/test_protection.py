"""What protects every page: a token for each post, headers on each answer, limits, real people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from engine import sign_in
from engine.demo.people import PEOPLE
from engine.tables.database import Database
from tests.web.visitor import Visitor
from web import create_app, limits
from web.policy import HEADERS
from web.serving import need_real_people, nobody_signs_in
from web.settings import SettingMissing, Settings
from web.sign_in_settings import SignInSettings, sign_in_of

As = Callable[[str], Visitor]
SAFE = {"GET", "HEAD", "OPTIONS"}
PROVIDER = {
    "SPOC_OIDC_ISSUER": "https://login.homes.example/realm",
    "SPOC_OIDC_CLIENT_ID": "spoc",
    "SPOC_OIDC_CLIENT_SECRET": "hushhush",
    "SPOC_OIDC_ROLES": "A=manager A=dmo https://x=y=legal",
}


#: What machines send -> the status of what is neither signed nor carries a token.
PROVED_OTHERWISE = {
    **{"/sign-in/ended": 404, "/flags/answers/1": 404},
    **{"/api/partner/notices": 401, "/api/partner/acknowledgements": 401},
}


def _addresses(app: Flask) -> Iterator[tuple[str, set[str]]]:
    """Give the address of every rule with the methods it takes."""
    for rule in app.url_map.iter_rules():
        arguments: dict[str, Any] = dict.fromkeys(rule.arguments, 1)
        with app.test_request_context():
            yield app.url_for(rule.endpoint, **arguments), set(rule.methods or ())


def test_no_address_takes_anything_without_the_token_of_its_page(app: Flask, as_: As) -> None:
    client = as_("dorothy").client
    # These come without a browser: a signature or a token of their own is the proof.
    writing = [
        (path, one)
        for path, taken in _addresses(app)
        for one in taken - SAFE
        if path not in PROVED_OTHERWISE
    ]
    assert len(writing) > 30
    let_through = [
        (method, path)
        for path, method in writing
        if client.open(path, method=method, data={"person": "amina"}).status_code != 400
    ]
    assert not let_through


def test_what_machines_send_is_refused_without_its_own_proof(app: Flask, as_: As) -> None:
    client = as_("dorothy").client
    answers = {path: client.post(path, data={}).status_code for path in PROVED_OTHERWISE}
    assert answers == PROVED_OTHERWISE


def test_a_token_of_another_browser_is_refused(as_: As) -> None:
    theirs = as_("amina").get("/tasks").token
    mine = as_("dorothy")
    assert mine.post("/sign-out", {"csrf_token": theirs}).status == 400


def test_each_answer_carries_what_a_page_may_do(app: Flask, as_: As) -> None:
    client = as_("dorothy").client
    for path in [path for path, taken in _addresses(app) if "GET" in taken]:
        answer = client.get(path)
        for name, value in HEADERS.items():
            said = answer.headers.get(name)
            assert said is not None, f"{path} lacks {name}"
            assert name == "Content-Security-Policy" or said == value, f"{path}: {name}: {said}"


def test_signing_out_leaves_no_copy_of_a_page_in_the_browser(as_: As) -> None:
    amina = as_("amina")
    token = amina.get("/tasks").token
    answer = amina.client.post("/sign-out", data={"csrf_token": token})
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_who_searches_too_often_is_told_to_wait_and_nobody_else_is(as_: As) -> None:
    amina, grace = as_("amina"), as_("grace")
    for _ in range(60):
        assert amina.client.get("/cases?search=ab").status_code == 200
    refused = amina.get("/cases?search=ab", status=429)
    assert "too much in a short time" in refused.heading
    assert "Wait a minute, then try again" in refused.text
    assert refused.response.headers["Retry-After"] == "60"
    assert amina.get("/cases").status == 200
    assert grace.get("/cases?search=ab").status == 200


def test_passwords_are_taken_ten_times_a_minute_from_one_address(app: Flask) -> None:
    _give_account(app)
    client = app.test_client()
    token = Visitor(client).get("/sign-in/emergency").token
    sent = {"csrf_token": token, "name": "nobody", "reason": "x", "password": "x"}
    codes = [client.post("/sign-in/emergency", data=sent).status_code for _ in range(11)]
    assert codes == [422] * 10 + [429]
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.post("/sign-in/emergency", data=sent, environ_base=elsewhere).status_code == 422


@pytest.mark.parametrize(("proxies", "tenth"), [(0, 429), (1, 422)])
def test_an_address_in_a_header_counts_only_behind_a_server_we_know_of(
    database_url: str, proxies: int, tenth: int
) -> None:
    settings = Settings(
        database_url, "for tests", demo=True, sign_in=SignInSettings(proxies=proxies)
    )
    made = create_app(settings)
    _give_account(made)
    client = made.test_client()
    token = Visitor(client).get("/sign-in/emergency").token
    sent = {"csrf_token": token, "name": "nobody", "reason": "x", "password": "x"}
    for number in range(10):
        said = {"X-Forwarded-For": f"192.0.2.{number}"}
        assert client.post("/sign-in/emergency", data=sent, headers=said).status_code == 422
    last = client.post("/sign-in/emergency", data=sent, headers={"X-Forwarded-For": "192.0.2.99"})
    assert last.status_code == tenth
    made.extensions["database"].close()


def test_every_door_upload_search_and_way_in_has_a_limit(app: Flask) -> None:
    held = {(one.endpoint, one.method) for one in limits.limited(app)}
    ways_in = {("sign_in.enter", "POST"), ("sign_in.emergency", "POST"), ("sign_in.back", "GET")}
    assert held > ways_in
    assert {("callers.looked_up", "GET"), ("draft_transfer.upload", "POST")} < held
    assert {("evidence.add", "POST"), ("contact_imports.listed", "POST")} < held
    doors = {
        (rule.endpoint, "POST")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(("doors.", "contacts.")) and "POST" in (rule.methods or ())
    }
    assert doors
    assert doors < held


def test_made_up_people_are_not_served_beside_real_ones(app: Flask) -> None:
    database: Database = app.extensions["database"]
    need_real_people(database, Settings("x", "x", demo=True))
    with pytest.raises(SettingMissing, match=f"holds {len(PEOPLE)} people of a"):
        need_real_people(database, Settings("x", "x", demo=False))


def test_an_installation_without_a_way_in_says_so_at_its_start(app: Flask) -> None:
    database: Database = app.extensions["database"]
    real = Settings("x", "x", demo=False)
    assert "Nobody can sign in yet" in nobody_signs_in(database, real)
    _give_account(app)
    assert nobody_signs_in(database, real) == ""


def test_the_settings_of_a_provider_are_read_and_its_secret_is_not_shown() -> None:
    found, wrong = sign_in_of(PROVIDER, demo=False)
    assert wrong == ()
    assert found.provider is not None
    assert found.provider.roles == {"A": {"manager", "dmo"}, "https://x=y": {"legal"}}
    assert "hushhush" not in repr(found)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SPOC_OIDC_ISSUER", "http://login.homes.example", "Expected https://HOST/PATH"),
        ("SPOC_OIDC_ISSUER", "https://login.homes.example?x=1", "Expected https://HOST/PATH"),
        ("SPOC_OIDC_CLIENT_ID", " ", "Expected a value in SPOC_OIDC_CLIENT_ID"),
        ("SPOC_OIDC_CLIENT_SECRET", "", "Expected a value in SPOC_OIDC_CLIENT_SECRET"),
        ("SPOC_OIDC_ROLES", "", "nobody could do anything"),
        ("SPOC_OIDC_ROLES", "A=king", "but 'A=king' is not that"),
        ("SPOC_OIDC_ROLES_CLAIM", "a b", "Expected the name of a claim"),
        ("SPOC_IDLE_MINUTES", "0", "Expected 1 to 720 in SPOC_IDLE_MINUTES, but it is '0'."),
        ("SPOC_SESSION_HOURS", "25", "Expected 1 to 24 in SPOC_SESSION_HOURS"),
        ("SPOC_PROXIES", "many", "Expected 0 to 5 in SPOC_PROXIES, but it is 'many'."),
    ],
)
def test_what_cannot_be_used_of_them_is_said(name: str, value: str, said: str) -> None:
    _, wrong = sign_in_of({**PROVIDER, name: value}, demo=False)
    assert len(wrong) == 1
    assert said in wrong[0]


def _give_account(app: Flask) -> None:
    sign_in.set_password(
        app.extensions["database"],
        "envelope",
        "correct horse battery staple",
        by="a test",
        full_name="Envelope in the safe",
        roles=["dmo"],
    )
