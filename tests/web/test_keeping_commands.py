"""Backup, restore and the list of deletions on the command line: what they say, how they end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select

import engine
from engine.tables.audit import AuditEvent
from engine.tables.casefile import CaseFile
from web import create_app
from web.settings import Settings


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application with its own clock running."""
    made = create_app(Settings(database_url, "for tests", demo=True, var=tmp_path))
    yield made
    made.extensions["database"].close()


@pytest.fixture
def shell(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def _elsewhere(tmp_path: Path) -> FlaskCliRunner:
    made = create_app(Settings(f"sqlite:///{tmp_path}/new/spoc.sqlite", "for tests", demo=True))
    return made.test_cli_runner()


def test_a_backup_is_made_checked_and_restored(
    app: Flask, shell: FlaskCliRunner, tmp_path: Path
) -> None:
    engine.start(app.extensions["database"], "spoc_case", by="amina")
    file = str(tmp_path / "night.backup")
    told = shell.invoke(args=["backup", file])
    assert told.exit_code == 0, told.output
    assert "1 case, as they were on" in told.output
    assert "The keys are not in it" in told.output
    with app.extensions["database"].reading() as session:
        kept = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id.desc())).first()
    assert kept == "backup_made"
    checked = shell.invoke(args=["backup", "--verify", file])
    assert checked.exit_code == 0
    assert checked.output.endswith("Every part is as it was written.\n")
    other = _elsewhere(tmp_path)
    restored = other.invoke(args=["restore", file])
    assert restored.exit_code == 0, restored.output
    assert "Restored 1 case (1 run going on)" in restored.output
    again = other.invoke(args=["restore", file])
    assert again.exit_code == 1
    assert "Expected an empty database to restore into" in again.output
    replaced = other.invoke(args=["restore", file, "--replace"])
    assert replaced.exit_code == 0, replaced.output
    assert "What was there before is kept in" in replaced.output


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (["backup"], 2, "Expected the new file TO, or --verify FILE."),
        (["backup", "a", "--verify", "b"], 2, "Give one of them."),
        (["backup", "--verify", "nowhere.backup"], 1, "but there is no file"),
        (["restore", "nowhere.backup"], 1, "but there is no file"),
        (["restore", "nowhere.backup", "--deletions", "none"], 2, "does not exist"),
        (["deletions", "/proc/no/list"], 1, "Expected to write the list"),
    ],
)
def test_what_cannot_be_done_is_said(
    shell: FlaskCliRunner, asked: list[str], code: int, said: str
) -> None:
    refused = shell.invoke(args=asked)
    assert refused.exit_code == code, refused.output
    assert said in refused.output
    assert "Traceback" not in refused.output


def test_a_chain_that_does_not_hold_is_restored_and_said(
    app: Flask, shell: FlaskCliRunner, tmp_path: Path
) -> None:
    database = app.extensions["database"]
    engine.start(database, "spoc_case", by="amina")
    with database.writing() as session:
        case = session.scalars(select(CaseFile)).one()
        case.audit_number += 1
        reference = case.reference
    file = str(tmp_path / "night.backup")
    assert shell.invoke(args=["backup", file]).exit_code == 0
    told = _elsewhere(tmp_path).invoke(args=["restore", file])
    assert told.exit_code == 3
    assert f"The audit chain {reference} does not hold" in told.output


def test_the_list_of_deletions_is_kept_apart(shell: FlaskCliRunner, tmp_path: Path) -> None:
    told = shell.invoke(args=["deletions", str(tmp_path / "deletions")])
    assert told.output.startswith("0 deleted cases in ")
