"""Emergency accounts: a strong password, a reason, a lock, and a second person who looks."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from engine import Rejected, clock, sign_in
from engine.tables.audit import AuditDetail, AuditEvent
from engine.tables.database import Database
from engine.tables.people import RoleHolder, User
from engine.tables.sign_in import LocalAccount, SignedIn
from tests.web.visitor import Page, Visitor

As = Callable[[str], Visitor]
PASSWORD = "correct horse battery staple"


@pytest.fixture
def account(app: Flask) -> Database:
    """The database of an installation with one emergency account."""
    database: Database = app.extensions["database"]
    sign_in.set_password(
        database, "envelope", PASSWORD, by="a test", full_name="Envelope in the safe", roles=["dmo"]
    )
    return database


def _try(visitor: Visitor, password: str) -> Page:
    page = visitor.get("/sign-in/emergency")
    return page.press("Sign in", name="envelope", password=password, reason="The provider is away")


def test_somebody_comes_in_by_the_password_and_a_second_person_looks(
    account: Database, stranger: Visitor, as_: As, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "spoc.web"):
        inside = _try(stranger, PASSWORD)
    assert inside.path.startswith("/tasks")
    assert "by an emergency account" in caplog.text
    assert "nvelope in the safe" not in caplog.text
    theirs = stranger.get("/sign-ins")
    assert "Not yet: somebody else has to" in theirs.text
    manager = as_("mo")
    page = manager.get("/tasks")
    assert "1 emergency sign-in" in page.tree.text_content()
    page = page.follow("1 emergency sign-in")
    assert "The provider is away" in page.text
    page = page.press("I have looked at it")
    assert "It is kept that you looked" in page.banner
    assert "Mo Hassan" in page.text
    assert "emergency sign-in" not in manager.get("/tasks").tree.text_content()
    assert [one for one in _log(account) if one.startswith("emergency")] == [
        "emergency_account_set",
        "emergency_sign_in",
        "emergency_sign_in_looked_at",
    ]


def test_nobody_looks_at_their_own_and_most_people_see_none(
    account: Database, stranger: Visitor, as_: As
) -> None:
    token = _try(stranger, PASSWORD).token
    with account.reading() as session:
        (row,) = session.scalars(select(SignedIn).where(SignedIn.way == "emergency"))
    refused = stranger.post(f"/sign-ins/{row.id}/looked-at", {"csrf_token": token})
    assert refused.status == 409
    assert "this sign-in was your own" in refused.text
    amina = as_("amina")
    amina.get("/sign-ins", status=404)
    token = amina.get("/tasks").token
    assert amina.post(f"/sign-ins/{row.id}/looked-at", {"csrf_token": token}).status == 404


def test_it_ends_after_a_few_hours_however_long_other_sign_ins_last(
    account: Database, stranger: Visitor
) -> None:
    _try(stranger, PASSWORD)
    with account.reading() as session:
        row = session.scalars(select(SignedIn)).one()
        assert row.ends_at - row.begun_at == dt.timedelta(hours=4)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "envelope", "password": "wrong", "reason": "x"}, "but they do not fit."),
        ({"name": "nobody", "password": PASSWORD, "reason": "x"}, "but they do not fit."),
        ({"name": "envelope", "password": PASSWORD, "reason": " "}, "Expected why you sign in"),
        ({"name": "", "password": PASSWORD, "reason": "x"}, "Expected the name of an emergency"),
        (
            {"name": "envelope", "password": PASSWORD, "reason": "x" * 301},
            "Expected at most 300 characters",
        ),
    ],
)
def test_what_does_not_fit_is_said_and_the_password_is_never_shown_again(
    account: Database, stranger: Visitor, given: dict[str, str], said: str
) -> None:
    page = stranger.get("/sign-in/emergency").press("Sign in", **given)
    assert page.status == 422
    assert any(said in sentence for sentence, _ in page.errors)
    assert given["password"] not in page.response.get_data(as_text=True)
    assert stranger.get("/tasks").path.startswith("/sign-in")


def test_an_error_page_gives_back_what_was_typed_but_no_password(
    account: Database, stranger: Visitor
) -> None:
    refused = stranger.post("/sign-in/emergency", {"password": PASSWORD, "reason": "away"})
    assert refused.status == 400
    assert "away" in refused.text
    assert PASSWORD not in refused.text


def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour(
    account: Database,
) -> None:
    for _ in range(5):
        with pytest.raises(Rejected, match="they do not fit"):
            sign_in.check_password(account, "envelope", "wrong")
    for password in ("wrong", PASSWORD):
        with pytest.raises(Rejected, match="they do not fit"):
            sign_in.check_password(account, "envelope", password)
    assert _log(account).count("emergency_sign_in_refused") == 5
    with account.writing() as session:
        session.execute(update(LocalAccount).values(locked_until=clock.real()))
    sign_in.check_password(account, "envelope", PASSWORD)


def test_without_an_account_there_is_no_such_page(stranger: Visitor) -> None:
    stranger.get("/sign-in/emergency", status=404)


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("too short", "Expected a password of at least 16 characters"),
        ("a" * 30, "that are not mostly the same"),
        ("my Envelope holds this", "without the name in it"),
    ],
)
def test_a_weak_password_is_refused(app: Flask, password: str, said: str) -> None:
    with pytest.raises(Rejected, match=said):
        sign_in.set_password(
            app.extensions["database"], "envelope", password, by="x", full_name="X", roles=[]
        )


def test_the_command_gives_and_takes_away_an_account(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    made = run(
        args=["emergency-account", "envelope", "--full-name", "In the safe", "--role", "dmo"],
        input=f"{PASSWORD}\n",
    )
    assert made.exit_code == 0, made.output
    database: Database = app.extensions["database"]
    with database.reading() as session:
        account = session.get_one(LocalAccount, "envelope")
        assert account.password.startswith("scrypt:")
        assert PASSWORD not in account.password
        assert session.get_one(User, "envelope").full_name == "In the safe"
        roles = select(RoleHolder.role).where(RoleHolder.user_name == "envelope")
        assert session.scalars(roles).all() == ["dmo"]
    sign_in.check_password(database, "envelope", PASSWORD)
    assert run(args=["emergency-account", "envelope", "--off"]).exit_code == 0
    with pytest.raises(Rejected):
        sign_in.check_password(database, "envelope", PASSWORD)
    wrong = run(args=["emergency-account", "x", "--role", "king"])
    assert wrong.exit_code == 2
    assert "king is none" in wrong.output
    unknown = run(args=["emergency-account", "stranger"], input=f"{PASSWORD}\n")
    assert "nobody is called stranger" in unknown.output


def test_the_command_signs_somebody_out_everywhere(app: Flask, as_: As) -> None:
    amina = as_("amina")
    done = app.test_cli_runner().invoke(args=["sign-out", "amina"])
    assert done.output == "Signed out at 1 browser.\n"
    assert amina.get("/tasks").path.startswith("/sign-in")


def _log(database: Database) -> list[str]:
    with database.reading() as session:
        return list(
            session.scalars(
                select(AuditEvent.action)
                .join(AuditDetail, AuditDetail.event_id == AuditEvent.id)
                .where(AuditEvent.chain == "administration")
                .order_by(AuditEvent.number)
            )
        )
