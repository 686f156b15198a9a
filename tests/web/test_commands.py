"""The command line: what each command says, and how it ends."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskCliRunner

import engine
from engine.demo.landlord import LOADED
from engine.tables.process import Setting
from web import create_app, words
from web.settings import ROOT, Settings


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The application with its own clock running."""
    made = create_app(Settings(database_url=database_url, secret_key="for tests", demo=True))
    yield made
    made.extensions["database"].close()


@pytest.fixture
def shell(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def test_a_new_key_can_seal(shell: FlaskCliRunner) -> None:
    Fernet(shell.invoke(args=["new-key"]).output.strip())


def test_the_clock_goes_forward_and_says_when_it_is(shell: FlaskCliRunner) -> None:
    today = dt.date.today()

    def told(*asked: str) -> str:
        return shell.invoke(args=["clock", *asked]).output

    def said(days: int) -> str:
        return words.day(today + dt.timedelta(days=days))

    assert (
        told("--to", f"{today + dt.timedelta(days=10)}T14:30") == f"It is now {said(10)}, 14:30.\n"
    )
    assert told("--by", "5 days") == f"It is now {said(15)}, 09:00.\n"
    assert told("--by", "2 weeks") == f"It is now {said(29)}, 09:00.\n"
    assert told("--by", "1 working day")[len("It is now ") :][:3] not in ("Sat", "Sun")


@pytest.mark.parametrize(
    "asked",
    [
        ["--to", "2020-01-01"],
        ["--to", "tomorrow"],
        ["--by", "a while"],
        ["--by", "0 days"],
        [],
        ["--to", "2099-01-01"],
        ["--to", "2030-01-01", "--by", "1 day"],
    ],
)
def test_a_clock_that_cannot_do_that_says_what_was_expected(
    shell: FlaskCliRunner, asked: list[str]
) -> None:
    refused = shell.invoke(args=["clock", *asked])
    assert refused.exit_code in (1, 2)
    assert "Expected" in refused.output
    assert "Traceback" not in refused.output


def test_real_time_stays_real_outside_a_demonstration(database_url: str) -> None:
    made = create_app(Settings(database_url, "for tests", demo=False))
    refused = made.test_cli_runner().invoke(args=["clock", "--by", "1 day"])
    assert refused.exit_code == 1
    assert "SPOC_DEMO=1" in refused.output
    made.extensions["database"].close()


def test_scenarios_run_and_say_how_they_went(shell: FlaskCliRunner) -> None:
    path = str(ROOT / "bpmn" / "scenarios" / "s2_appeal_answered_late.yaml")
    told = shell.invoke(args=["scenario", path])
    assert told.exit_code == 0, told.output
    assert told.output.startswith("passed  ")
    assert told.output.endswith("1 scenario, 0 failed.\n")
    (result,) = json.loads(shell.invoke(args=["scenario", path, "--json"]).output)
    assert result["passed"] is True
    assert set(result) == {"file", "scenario", "passed", "message"}


def test_running_cases_are_multiplied_in_a_demonstration(
    app: Flask, shell: FlaskCliRunner, database_url: str
) -> None:
    refused = shell.invoke(args=["multiply", "--cases", "3"])
    assert refused.exit_code == 1
    assert "Expected the demonstration landlord" in refused.output
    database = app.extensions["database"]
    with database.writing() as session:
        session.add(Setting(name=LOADED, value="2026-03-04"))
    refused = shell.invoke(args=["multiply", "--cases", "3"])
    assert "Expected a case that runs, but none does." in refused.output
    engine.start(database, "spoc_case", by="amina")
    assert shell.invoke(args=["multiply", "--cases", "3"]).stdout == "3 cases made.\n"
    verified = shell.invoke(args=["audit"]).output
    assert verified.startswith("5 chains with ")
    assert verified.endswith("nothing touched.\n")
    assert shell.invoke(args=["multiply", "--cases", "0"]).exit_code == 2
    made = create_app(Settings(database_url, "for tests", demo=False))
    refused = made.test_cli_runner().invoke(args=["multiply", "--cases", "1"])
    assert refused.exit_code == 1
    assert "Expected a demonstration (SPOC_DEMO=1)." in refused.output
    made.extensions["database"].close()


def test_a_scenario_that_cannot_be_read_fails(shell: FlaskCliRunner, tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("scenario: [")
    told = shell.invoke(args=["scenario", str(tmp_path)])
    assert told.exit_code == 1
    assert "FAILED" in told.output
    empty = tmp_path / "empty"
    empty.mkdir()
    assert shell.invoke(args=["scenario", str(empty)]).exit_code == 1
    assert shell.invoke(args=["scenario", str(tmp_path / "none")]).exit_code == 2


def test_a_release_that_is_not_there_is_said(shell: FlaskCliRunner) -> None:
    told = shell.invoke(args=["scenario", "--release", "99"])
    assert told.exit_code == 1
    assert "Expected a release 99, but there is none." in told.output


def test_the_edited_files_are_checked(shell: FlaskCliRunner, tmp_path: Path) -> None:
    assert shell.invoke(args=["check"]).exit_code == 0
    (tmp_path / "appeal.bpmn").write_text("<definitions>")
    broken = shell.invoke(args=["check", str(tmp_path / "appeal.bpmn")])
    assert broken.exit_code == 1
    assert "appeal.bpmn:" in broken.output
    listed = json.loads(
        shell.invoke(args=["check", "--json", str(tmp_path / "appeal.bpmn")]).output
    )
    assert listed[0]["severity"] == "error"


def test_the_worker_does_once_what_is_due(shell: FlaskCliRunner) -> None:
    assert "0 messages delivered" in shell.invoke(args=["work", "--once"]).output


def test_working_out_again_wants_a_reason(shell: FlaskCliRunner) -> None:
    told = shell.invoke(args=["rearm", "1", "--reason", "  "])
    assert told.exit_code == 2
    assert "Expected --reason in words, but it is empty." in told.output


def test_a_run_that_is_not_there_cannot_be_worked_out_again(shell: FlaskCliRunner) -> None:
    told = shell.invoke(args=["rearm", "999", "--reason", "the calendar changed"])
    assert told.exit_code == 1
    assert "Expected a process instance 999" in told.output


def test_the_first_administrator_is_appointed(shell: FlaskCliRunner) -> None:
    said = shell.invoke(args=["appoint", "nora"])
    assert said.exit_code == 1
    assert "Enter the full name" in said.output
    person = ["--full-name", "Nora Quill", "--email", "nora@homes.example"]
    said = shell.invoke(args=["appoint", "nora", *person, "--job-title", "Administrator"])
    assert said.output == "nora has the role Administrator from today.\n"
    again = shell.invoke(args=["appoint", "nora", "--role", "legal"])
    assert again.output == "nora has the role Legal from today.\n"
