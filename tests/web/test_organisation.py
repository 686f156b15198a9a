"""Signing in at the organisation's provider: a real one, its roles, tokens that prove nothing."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, update

import engine
from engine import clock
from engine.casework.people import roles_of
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.people import RoleHolder, User
from engine.tables.process import WorkItem
from engine.tables.sign_in import Identity, SignedIn
from tests.once import published
from tests.openid import CLIENT_ID, CLIENT_SECRET, OpenId, openid
from tests.web.conftest import NOW
from tests.web.visitor import Page, Visitor
from web import create_app
from web.settings import Settings
from web.sign_in_settings import ProviderSettings, SignInSettings

PAGES = "http://127.0.0.1:8000"
ROLES = {
    "Spoc.TeamLeader": frozenset({"team_leader"}),
    "Spoc.Manager": frozenset({"manager"}),
    "Spoc.Dmo": frozenset({"dmo"}),
}
JO = {
    "name": "Jo Real",
    "preferred_username": "jo.real@homes.example",
    "email": "jo.real@homes.example",
    "email_verified": True,
}
Install = Callable[..., Flask]


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenId]:
    with openid(f"{PAGES}/sign-in/back") as running:
        yield running


@pytest.fixture
def real_url(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> str:
    """The URL of a database with a published release and nobody in it."""
    file = tmp_path / "real.sqlite"
    shutil.copyfile(published(tmp_path_factory), file)
    return f"sqlite:///{file}"


@pytest.fixture
def install(real_url: str) -> Iterator[Install]:
    """Give the application of an installation whose people sign in at a provider."""
    made: list[Flask] = []

    def install_at(issuer: str, **more: object) -> Flask:
        settings = ProviderSettings(
            issuer=issuer, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, roles=ROLES
        )
        settings = ProviderSettings(**{**vars(settings), **more})
        app = create_app(
            Settings(
                real_url, "only for tests", pages=PAGES, sign_in=SignInSettings(provider=settings)
            )
        )
        made.append(app)
        return app

    with clock.frozen(NOW):
        yield install_at
    for app in made:
        app.extensions["database"].close()


def _sign_in(app: Flask, provider: OpenId, subject: str, wanted: str = "/tasks") -> Page:
    visitor = Visitor(app.test_client())
    page = visitor.get(wanted)
    assert page.path.startswith("/sign-in")
    button = page.one("//a[starts-with(normalize-space(), 'Sign in with')]")
    sent = visitor.client.get(button.get("href"))
    return visitor.open(provider.go(sent.location, subject))


def _roles(app: Flask, name: str) -> set[str]:
    with app.extensions["database"].reading() as session:
        return roles_of(session, name, NOW.date())


def test_somebody_new_comes_in_with_the_roles_of_their_organisation(
    install: Install, provider: OpenId
) -> None:
    app = install(provider.issuer)
    provider.knows("1", **JO, roles=["Spoc.TeamLeader", "Wiki.Editor"])
    page = _sign_in(app, provider, "1", "/tasks?view=team")
    assert page.path == "/tasks?view=team"
    assert "Jo Real" in page.tree.text_content()
    assert _roles(app, "jo_real") == {"team_leader"}


def test_roles_are_read_again_at_each_sign_in_and_lost_ones_end_at_once(
    install: Install, provider: OpenId
) -> None:
    app = install(provider.issuer)
    provider.knows("2", **JO, roles=["Spoc.TeamLeader", "Spoc.Manager"])
    earlier = _sign_in(app, provider, "2").visitor
    assert earlier.get("/running").status == 200
    _began(app, dt.date(2026, 2, 2))
    provider.knows("2", **JO, roles=["Spoc.TeamLeader", "Spoc.Dmo"])
    _sign_in(app, provider, "2")
    assert _roles(app, "jo_real") == {"team_leader", "dmo"}
    with app.extensions["database"].reading() as session:
        rows = {row.role: row for row in session.scalars(select(RoleHolder))}
    assert rows["manager"].until_on == NOW.date() - dt.timedelta(days=1)
    assert rows["dmo"].from_on == NOW.date()
    assert rows["team_leader"].until_on is None
    changes = [new for action, new in _log(app) if action == "roles_changed_by_provider"]
    assert changes[-1] == {"user": "jo_real", "gained": ["dmo"], "lost": ["manager"]}


def test_what_was_open_in_a_lost_role_falls_to_the_role_at_the_next_sign_in(
    install: Install, provider: OpenId
) -> None:
    app = install(provider.issuer)
    provider.knows("2", **JO, roles=["Spoc.TeamLeader", "Spoc.Manager"])
    _sign_in(app, provider, "2")
    _began(app, dt.date(2026, 2, 2))
    database = app.extensions["database"]
    begun = engine.start(database, "spoc_case", by="jo_real").opened[0]
    provider.knows("2", **JO, roles=[])
    assert _sign_in(app, provider, "2").status == 403
    with database.reading() as session:
        item = session.get_one(WorkItem, begun)
        assert item.assignee is None


def test_who_lost_every_role_is_refused_and_loses_the_browsers_still_open(
    install: Install, provider: OpenId
) -> None:
    app = install(provider.issuer)
    provider.knows("3", **JO, roles=["Spoc.Dmo"])
    open_elsewhere = _sign_in(app, provider, "3").visitor
    provider.knows("3", **JO, roles=[])
    refused = _sign_in(app, provider, "3")
    assert refused.status == 403
    assert "Expected a role here, but none that you hold now" in refused.text
    assert _roles(app, "jo_real") == set()
    assert open_elsewhere.get("/tasks").path.startswith("/sign-in")


def test_a_stranger_without_a_role_leaves_nothing_here(install: Install, provider: OpenId) -> None:
    app = install(provider.issuer)
    provider.knows("4", **JO, roles=["Wiki.Editor"])
    assert _sign_in(app, provider, "4").status == 403
    with app.extensions["database"].reading() as session:
        assert session.scalars(select(User.name)).all() == []
        assert session.scalars(select(Identity.subject)).all() == []


def test_a_role_given_here_stays_whatever_the_provider_says(
    install: Install, provider: OpenId
) -> None:
    app = install(provider.issuer)
    _known_here(app, role="manager")
    provider.knows("5", **JO, roles=["Spoc.Manager", "Spoc.Dmo"])
    _sign_in(app, provider, "5")
    assert _roles(app, "joanna") == {"manager", "dmo"}
    provider.knows("5", **JO, roles=[])
    assert _sign_in(app, provider, "5").status == 200
    assert _roles(app, "joanna") == {"manager"}


def test_an_address_that_nobody_vouches_for_finds_nobody_who_is_known_here(
    install: Install, provider: OpenId
) -> None:
    app = install(provider.issuer)
    _known_here(app, role="manager")
    provider.knows("6", **{**JO, "email_verified": False}, roles=["Spoc.TeamLeader"])
    _sign_in(app, provider, "6")
    assert _roles(app, "joanna") == {"manager"}
    assert _roles(app, "jo_real") == {"team_leader"}
    trusting = install(provider.issuer, trusts_email=True)
    provider.knows("7", **{**JO, "email_verified": False}, roles=["Spoc.TeamLeader"])
    with app.extensions["database"].writing() as session:
        session.get_one(User, "jo_real").email = ""
    _sign_in(trusting, provider, "7")
    assert _roles(app, "joanna") == {"manager", "team_leader"}


def test_who_has_left_here_is_refused_although_the_provider_knows_them(
    install: Install, provider: OpenId
) -> None:
    app = install(provider.issuer)
    provider.knows("8", **JO, roles=["Spoc.Dmo"])
    _sign_in(app, provider, "8")
    with app.extensions["database"].writing() as session:
        session.get_one(User, "jo_real").left_on = NOW.date() - dt.timedelta(days=1)
    refused = _sign_in(app, provider, "8")
    assert refused.status == 403
    assert "you are down as having left" in refused.text


SPOILED = (
    *("forged", "expired", "nonce", "no_nonce", "audience", "issuer", "unsigned", "secret"),
    *("changed", "none", "audience_azp", "nobody", "number", "roles_true"),
)


@pytest.mark.parametrize("how", SPOILED)
def test_a_token_that_proves_nothing_signs_nobody_in(
    install: Install, provider: OpenId, how: str
) -> None:
    app = install(provider.issuer)
    provider.knows("9", **JO, roles=["Spoc.TeamLeader"])
    provider.spoils(how)
    try:
        refused = _sign_in(app, provider, "9")
    finally:
        provider.spoils("")
    assert refused.status == 400
    assert "does not prove who you are" in refused.text
    assert refused.visitor.get("/tasks").path.startswith("/sign-in")
    with app.extensions["database"].reading() as session:
        assert session.scalars(select(User.name)).all() == []
        assert session.scalars(select(SignedIn.id)).all() == []


def test_an_answer_is_taken_once_from_the_browser_that_was_sent(
    install: Install, provider: OpenId
) -> None:
    app = install(provider.issuer)
    provider.knows("10", **JO, roles=["Spoc.TeamLeader"])
    visitor, thief = Visitor(app.test_client()), Visitor(app.test_client())
    back = provider.go(visitor.client.get("/sign-in/organisation").location, "10")
    assert thief.open(back).status == 400
    thief.client.get("/sign-in/organisation")
    assert thief.open(back).status == 400
    assert visitor.open(back).status == 200
    assert visitor.open(back).status == 400
    assert thief.get("/tasks").path.startswith("/sign-in")


def test_an_answer_that_comes_after_ten_minutes_is_refused(
    install: Install, provider: OpenId, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = install(provider.issuer)
    provider.knows("11", **JO, roles=["Spoc.TeamLeader"])
    visitor = Visitor(app.test_client())
    back = provider.go(visitor.client.get("/sign-in/organisation").location, "11")
    later = time.time() + 601
    monkeypatch.setattr("web.oidc.time.time", lambda: later)
    assert visitor.open(back).status == 400


def test_who_turns_back_at_the_provider_is_told_so(install: Install, provider: OpenId) -> None:
    app = install(provider.issuer)
    refused = _sign_in(app, provider, "nobody")
    assert refused.status == 400
    assert "refused or broken off there" in refused.text


def test_another_provider_that_answers_in_its_place_is_refused(
    install: Install, provider: OpenId
) -> None:
    app = install(provider.issuer)
    provider.knows("12", **JO, roles=["Spoc.TeamLeader"])
    visitor = Visitor(app.test_client())
    back = provider.go(visitor.client.get("/sign-in/organisation").location, "12")
    assert "iss=" in back
    elsewhere = re.sub(r"iss=[^&]+", "iss=https%3A%2F%2Felsewhere.example", back)
    assert visitor.open(elsewhere).status == 400
    back = provider.go(visitor.client.get("/sign-in/organisation").location, "12")
    unnamed = re.sub(r"&iss=[^&]+", "", back)
    assert unnamed != back
    assert visitor.open(unnamed).status == 400


def test_a_provider_that_is_away_is_said_and_comes_back_without_a_restart(
    install: Install, provider: OpenId, tmp_path: Path
) -> None:
    app = install("http://127.0.0.1:9")
    visitor = Visitor(app.test_client())
    away = visitor.get("/sign-in/organisation", status=503)
    assert "does not answer" in away.heading
    assert not away.tree.xpath("//a[contains(@href, 'emergency')]")
    engine.sign_in.set_password(
        app.extensions["database"],
        "envelope",
        "correct horse battery staple",
        by="a test",
        full_name="Envelope in the safe",
        roles=["dmo"],
    )
    away = visitor.get("/sign-in/organisation", status=503)
    assert away.tree.xpath("//a[contains(@href, 'emergency')]")


def test_a_provider_that_calls_itself_by_another_name_is_not_asked_for_anybody(
    install: Install, provider: OpenId
) -> None:
    app = install(provider.issuer.replace("127.0.0.1", "localhost"))
    page = Visitor(app.test_client()).get("/sign-in/organisation", status=503)
    assert "got no answer we can use" in page.text


def test_what_the_token_leaves_out_is_asked_for(install: Install) -> None:
    with openid(f"{PAGES}/sign-in/back", elsewhere=True) as provider:
        app = install(provider.issuer)
        provider.knows("13", **JO, roles=["Spoc.Manager"])
        _sign_in(app, provider, "13")
        assert _roles(app, "jo_real") == {"manager"}


def test_signing_out_ends_the_cookie_wherever_it_was_copied_to(
    install: Install, provider: OpenId
) -> None:
    app = install(provider.issuer)
    provider.knows("14", **JO, roles=["Spoc.TeamLeader"])
    page = _sign_in(app, provider, "14")
    cookie = page.visitor.client.get_cookie("spoc")
    assert cookie is not None
    copied = Visitor(app.test_client())
    copied.client.set_cookie("spoc", cookie.value)
    assert copied.get("/tasks").path.startswith("/tasks")
    out = page.press("Sign out")
    assert out.heading == "You are signed out"
    assert "/session/end" in out.one("//a[starts-with(., 'Sign out of')]").get("href")
    assert copied.get("/tasks").path.startswith("/sign-in")


def test_who_signs_out_at_the_provider_is_signed_out_here_everywhere(
    install: Install, provider: OpenId
) -> None:
    app = install(provider.issuer)
    provider.knows("15", **JO, roles=["Spoc.TeamLeader"])
    first, second = (_sign_in(app, provider, "15").visitor for _ in range(2))
    token = provider.signs_out("15")
    sent = {"logout_token": token}
    answer = app.test_client().post("/sign-in/ended", data=sent)
    assert (answer.status_code, answer.get_data()) == (200, b"")
    assert answer.headers["Cache-Control"] == "no-store"
    for browser in (first, second):
        assert browser.get("/tasks").path.startswith("/sign-in")
    assert ("signed_out_by_provider", {"user": "jo_real", "browsers": 2}) in _log(app)
    again = _sign_in(app, provider, "15").visitor
    with app.extensions["database"].writing() as session:
        later = clock.real() + dt.timedelta(minutes=2)
        session.execute(update(SignedIn).values(begun_at=later, seen_at=later))
    assert app.test_client().post("/sign-in/ended", data=sent).status_code == 200
    assert again.get("/tasks").path.startswith("/tasks")


SPOILED_OUT = (
    *("forged", "unsigned", "no_event", "nonce", "audience", "issuer", "old", "session_alone"),
    "rubbish",
)


@pytest.mark.parametrize("how", SPOILED_OUT)
def test_word_of_a_sign_out_that_proves_nothing_ends_nothing(
    install: Install, provider: OpenId, how: str
) -> None:
    app = install(provider.issuer)
    provider.knows("16", **JO, roles=["Spoc.TeamLeader"])
    browser = _sign_in(app, provider, "16").visitor
    sent = {"logout_token": provider.signs_out("16", how)}
    assert app.test_client().post("/sign-in/ended", data=sent).status_code == 400
    assert app.test_client().post("/sign-in/ended").status_code == 400
    assert browser.get("/tasks").path.startswith("/tasks")


def test_word_of_somebody_we_never_saw_ends_nothing(install: Install, provider: OpenId) -> None:
    app = install(provider.issuer)
    token = provider.signs_out("somebody we never saw")
    sent = {"logout_token": token}
    assert app.test_client().post("/sign-in/ended", data=sent).status_code == 200
    assert "signed_out_by_provider" not in dict(_log(app))


def test_the_way_to_the_provider_is_protected_by_pkce_state_and_nonce(
    install: Install, provider: OpenId
) -> None:
    sent = Visitor(install(provider.issuer).test_client()).client.get("/sign-in/organisation")
    asked = dict(parse_qsl(urlsplit(sent.location).query))
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{PAGES}/sign-in/back"
    assert {"code_challenge", "state", "nonce"} <= set(asked)
    assert asked["response_type"] == "code"


def _known_here(app: Flask, role: str) -> None:
    with app.extensions["database"].writing() as session:
        session.add(User(name="joanna", full_name="Joanna Real", email="Jo.Real@homes.example"))
        session.flush()
        session.add(RoleHolder(role=role, user_name="joanna", from_on=dt.date(2026, 1, 5)))


def _began(app: Flask, on: dt.date) -> None:
    """Let every role have begun earlier than today."""
    with app.extensions["database"].writing() as session:
        for row in session.scalars(select(RoleHolder)):
            row.from_on = on


def _log(app: Flask) -> list[tuple[str, object]]:
    with app.extensions["database"].reading() as session:
        found = session.execute(
            select(AuditEvent.action, AuditDetail.new)
            .join(AuditDetail, AuditDetail.event_id == AuditEvent.id)
            .where(AuditEvent.chain == "administration")
            .order_by(AuditEvent.number)
        )
        return [(action, new) for action, new in found]
