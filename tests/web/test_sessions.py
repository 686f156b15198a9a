"""A sign-in is a row: it ends by time, by hand and with the person, and a copied cookie with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from engine import clock
from engine.backups.rows import tables_of
from engine.sign_in import Began, begin, end_all, find, forget_old
from engine.tables.audit import AuditEvent
from engine.tables.database import Database
from engine.tables.people import User
from engine.tables.sign_in import SignedIn
from tests.web.conftest import NOW
from tests.web.visitor import Visitor
from web import create_app
from web.settings import Settings

As = Callable[[str], Visitor]
AN_HOUR = dt.timedelta(hours=1)
IDLE = dt.timedelta(hours=2)


@pytest.fixture
def house(database: Database) -> Database:
    """A database of each kind with one person who works there."""
    with database.writing() as session:
        session.add(User(name="jo", full_name="Jo Real", email="jo@homes.example"))
    return database


def _is_in(house: Database, token: str, idle: dt.timedelta = IDLE) -> bool:
    return find(house, token, idle=idle, made_up=False) is not None


def test_only_the_hash_of_what_a_browser_holds_is_kept(house: Database) -> None:
    token = begin(house, "jo", Began("organisation", AN_HOUR))
    with house.reading() as session:
        row = session.scalars(select(SignedIn)).one()
        assert token not in {str(getattr(row, column.key)) for column in row.__table__.columns}
    found = find(house, token, idle=IDLE, made_up=False)
    assert found is not None
    assert (found.person.full_name, found.way) == ("Jo Real", "organisation")
    assert not _is_in(house, row.token_hash)


def test_a_sign_in_ends_when_nothing_is_asked_for_and_in_any_case(house: Database) -> None:
    token = begin(house, "jo", Began("organisation", AN_HOUR))
    assert _is_in(house, token)
    _set(house, seen_at=clock.real() - IDLE - dt.timedelta(seconds=1))
    assert not _is_in(house, token)
    _set(house, seen_at=clock.real())
    assert _is_in(house, token)
    _set(house, ends_at=clock.real() - dt.timedelta(seconds=1))
    assert not _is_in(house, token)


def test_who_leaves_is_signed_out_everywhere_and_so_is_whom_an_operator_names(
    house: Database,
) -> None:
    tokens = [begin(house, "jo", Began("organisation", AN_HOUR)) for _ in range(2)]
    assert end_all(house, "jo", by="a test") == 2
    assert not any(_is_in(house, token) for token in tokens)
    assert end_all(house, "jo", by="a test") == 0
    again = begin(house, "jo", Began("organisation", AN_HOUR))
    with house.writing() as session:
        session.get_one(User, "jo").left_on = dt.date(2026, 1, 1)
    assert not _is_in(house, again)


def test_another_sign_in_at_the_same_browser_ends_the_one_before(house: Database) -> None:
    first = begin(house, "jo", Began("organisation", AN_HOUR))
    second = begin(house, "jo", Began("organisation", AN_HOUR), instead_of=first)
    assert _is_in(house, second)
    assert not _is_in(house, first)


def test_rows_are_forgotten_in_time_those_of_emergencies_later(house: Database) -> None:
    begin(house, "jo", Began("organisation", AN_HOUR))
    begin(house, "jo", Began("emergency", AN_HOUR, "the provider is away"))
    assert forget_old(house) == 0
    _set(house, ends_at=clock.real() - dt.timedelta(days=91))
    assert forget_old(house) == 1
    _set(house, ends_at=clock.real() - dt.timedelta(days=401))
    assert forget_old(house) == 1


def test_a_backup_takes_nobodys_sign_in_along(house: Database) -> None:
    with house.snapshot() as connection:
        names = {table.name for table in tables_of(connection)}
    assert "identity" in names
    assert "signed_in" not in names


def test_signing_in_is_in_the_log_but_for_made_up_people(app: Flask, as_: As) -> None:
    as_("amina")
    with app.extensions["database"].reading() as session:
        actions = session.scalars(select(AuditEvent.action)).all()
    assert "signed_in" not in actions


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app: Flask, as_: As) -> None:
    amina = as_("amina")
    cookie = amina.client.get_cookie("spoc")
    assert cookie is not None
    thief = Visitor(app.test_client())
    thief.client.set_cookie("spoc", cookie.value)
    assert thief.get("/tasks").path.startswith("/tasks")
    out = amina.get("/tasks").press("Sign out")
    assert out.path.startswith("/sign-in")
    assert thief.get("/tasks").path.startswith("/sign-in")


def test_a_page_that_is_read_says_now_and_then_that_the_browser_was_seen(
    app: Flask, as_: As
) -> None:
    amina = as_("amina")
    database: Database = app.extensions["database"]
    long_ago = clock.real() - AN_HOUR
    _set(database, seen_at=long_ago)
    amina.get("/tasks")
    with database.reading() as session:
        assert session.scalars(select(SignedIn.seen_at)).one() > long_ago


def test_made_up_people_are_signed_in_nowhere_but_in_a_demonstration(
    app: Flask, as_: As, database_url: str
) -> None:
    cookie = as_("amina").client.get_cookie("spoc")
    assert cookie is not None
    with clock.frozen(NOW):
        real = create_app(Settings(database_url, "only for tests", demo=False))
        visitor = Visitor(real.test_client())
        visitor.client.set_cookie("spoc", cookie.value)
        assert visitor.get("/tasks").path.startswith("/sign-in")
        real.extensions["database"].close()


def test_with_https_no_other_host_can_set_the_cookie(database_url: str) -> None:
    made = create_app(Settings(database_url, "only for tests", demo=True, https=True))
    answer = made.test_client().get("/sign-in", base_url="https://localhost")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-spoc=")
    assert "Secure" in cookie
    assert "Path=/;" in f"{cookie};"
    assert "Domain" not in cookie
    made.extensions["database"].close()


def _set(house: Database, **values: dt.datetime) -> None:
    with house.writing() as session:
        session.execute(update(SignedIn).values(values))
