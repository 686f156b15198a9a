"""Health for machines, what operators see, and what people see while the database is away."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

import engine
from engine.tables.database import Database
from engine.tables.process import Setting, WorkerSeen
from tests.web.visitor import Visitor
from web import create_app, gunicorn_settings
from web.settings import ROOT, SettingMissing, Settings

As = Callable[[str], Visitor]
#: Where nobody listens.
NOBODY = "postgresql://spoc@127.0.0.1:1/spoc"


@pytest.fixture
def apart(postgres_database: Database) -> Iterator[Flask]:
    """The application on PostgreSQL with workers of its own, none of them there."""
    url = postgres_database.url.render_as_string(hide_password=False)
    made = create_app(Settings(url, "for tests", hosts=("spoc.example",), workers_apart=True))
    engine.prepare(made.extensions["database"], ROOT)
    yield made
    made.extensions["database"].close()


@pytest.fixture
def away() -> Iterator[Flask]:
    """The application whose database does not answer."""
    made = create_app(Settings(NOBODY, "for tests", demo=True))
    yield made
    made.extensions["database"].close()


def _readiness(app: Flask) -> tuple[int, dict[str, Any]]:
    answer = app.test_client().get("/readyz", headers={"Host": "10.0.0.7"})
    return answer.status_code, json.loads(answer.data)


def test_a_process_that_answers_says_so_to_anybody_and_keeps_no_session(app: Flask) -> None:
    answer = app.test_client().get("/healthz", headers={"Host": "10.0.0.7"})
    assert (answer.status_code, answer.get_json()) == (200, {"alive": True})
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert app.test_client().head("/readyz").data == b""
    assert app.test_client().post("/healthz").status_code in (400, 401, 404, 405)


def test_an_installation_is_ready_when_it_is_prepared(app: Flask, tmp_path: Path) -> None:
    assert _readiness(app) == (200, {"ready": True, "missing": []})
    empty = create_app(Settings(f"sqlite:///{tmp_path / 'empty.sqlite'}", "for tests"))
    code, said = _readiness(empty)
    assert code == 503
    assert "flask --app web prepare" in said["missing"][0]
    empty.extensions["database"].migrate()
    assert _readiness(empty)[1]["missing"][0].startswith("No version is published.")
    empty.extensions["database"].close()


def test_pages_with_workers_apart_are_ready_while_one_of_them_lives(apart: Flask) -> None:
    assert _readiness(apart)[1]["missing"] == [
        "No worker has been seen for a minute. Run: flask --app web work"
    ]
    database: Database = apart.extensions["database"]
    now = dt.datetime.now(dt.UTC)
    with database.writing() as session:
        session.add(WorkerSeen(name="w:1", kind="apart", started_at=now, seen_at=now))
    assert _readiness(apart)[0] == 200
    with database.writing() as session:
        session.execute(update(WorkerSeen).values(seen_at=now - dt.timedelta(minutes=2)))
    assert _readiness(apart)[0] == 503


def test_a_database_that_is_away_is_said_to_machines_and_to_people(away: Flask) -> None:
    assert _readiness(away) == (503, {"ready": False, "missing": ["The database does not answer."]})
    assert away.test_client().get("/healthz").status_code == 200
    page = away.test_client().get("/sign-in")
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "10"
    assert "The database does not answer." in page.text
    asked = away.test_client().get("/sign-in", headers={"Sec-Fetch-Dest": "empty"})
    assert (asked.status_code, asked.headers["Retry-After"]) == (503, "10")
    assert "try again" in asked.get_json()["message"].lower()


def test_what_was_typed_is_shown_again_when_the_database_goes_away(
    as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = as_("amina").get("/tasks").press("Raise a concern")

    def full(*_: object, **__: object) -> None:
        raise engine.Unavailable from sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(engine, "save_draft", full)
    lost = page.press("Continue", address="12 Mill Lane")
    assert lost.status == 503
    assert "12 Mill Lane" in lost.text
    assert not lost.tree.xpath("//nav")


def test_a_file_without_room_is_a_database_that_is_away(sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        session.connection().exec_driver_sql("PRAGMA max_page_count = 1")
    with pytest.raises(engine.Unavailable), sqlite_database.writing() as session:
        session.add(Setting(name="long", value="x" * 10_000_000))


def test_status_says_what_wants_a_person_and_ends_so(app: Flask) -> None:
    shell = app.test_cli_runner()
    told = shell.invoke(args=["status", "--json"])
    said = json.loads(told.output)
    assert said["release"] == 1
    assert said["wanting"] == ["No worker has been seen for a minute. Start one."]
    assert told.exit_code == 1
    in_words = shell.invoke(args=["status"]).output
    assert "stuck steps" in in_words
    assert "! No worker has been seen" in in_words
    worker = engine.worker.Worker(app.extensions["database"])
    worker._heart.beat()
    assert shell.invoke(args=["status"]).exit_code == 0


def test_prepare_publishes_the_first_version_once(tmp_path: Path) -> None:
    made = create_app(Settings(f"sqlite:///{tmp_path / 'new.sqlite'}", "for tests"))
    shell = made.test_cli_runner()
    first = shell.invoke(args=["prepare"]).output
    assert first == "Published release 1 from bpmn/ and forms/.\nPrepared.\n"
    assert shell.invoke(args=["prepare"]).output == "Prepared.\n"
    made.extensions["database"].close()


def test_of_processes_that_prepare_at_once_one_publishes(database: Database) -> None:
    with ThreadPoolExecutor(3) as pool:
        published = list(pool.map(lambda _: engine.prepare(database, ROOT), range(3)))
    assert sorted(published, key=str) == [1, None, None]
    assert engine.prepare(database, ROOT) is None


def test_several_processes_on_sqlite_are_refused_with_what_to_do() -> None:
    assert gunicorn_settings._settings.database_url.startswith("sqlite")
    with pytest.raises(SettingMissing, match="flask --app web serve"):
        gunicorn_settings.on_starting(None)


def test_a_database_that_goes_while_a_refusal_is_drawn_is_said_to_be_away(
    as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    mo = as_("mo")

    def gone(*_: object, **__: object) -> None:
        raise engine.Unavailable from sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(engine, "looked_after", gone)
    page = mo.open("/tasks/999999")
    assert page.status == 503
    assert page.heading == "This cannot be answered just now"
