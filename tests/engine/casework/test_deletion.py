"""The happy path to its very end: after the deletion nothing anybody typed is left anywhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from engine.casework.audit import Chain
from engine.casework.deletion import ENDED_WITH
from engine.releases import read_folder
from engine.scenario.scenario import Scenario
from engine.scenario.script import DOING, Script, read_scripts
from engine.scenario.stage import stages
from engine.tables.casefile import CaseFile
from engine.tables.columns import Row
from engine.tables.database import Database
from engine.tables.people import User
from engine.tables.process import ProcessInstance

ROOT = Path(__file__).parents[3]
#: What is not about the case: the release (it holds the scenario itself) and who works here.
NOT_OF_THE_CASE = {"release", "release_file", "policy_value", "holiday", "user", "role_holder"}


@pytest.fixture(scope="module")
def script() -> Script:
    [script] = read_scripts(ROOT / "bpmn" / "scenarios" / "s0_happy_path.yaml")
    return script


@pytest.fixture(scope="module")
def deleted(script: Script) -> Iterator[Database]:
    with (
        stages(read_folder(ROOT)) as prepared,
        prepared.one(script.people, script.parameter_set, script.at) as db,
    ):
        Scenario(db).play(script)
        yield db


def test_no_row_of_any_table_holds_what_was_typed_or_who_did_it(
    deleted: Database, script: Script
) -> None:
    typed = _typed(script)
    assert len(typed) > 50
    with deleted.reading() as session:
        rows = [
            f"{table.name}: {tuple(row)!r}"
            for table in Row.metadata.sorted_tables
            if table.name not in NOT_OF_THE_CASE
            for row in session.execute(select(table))
        ]
    left = [row for row in rows for text in typed if text in row]
    left += [row for row in rows for person in script.people if f"'{person}'" in row]
    assert left == []


def test_no_state_of_an_instance_is_left_but_the_one_that_deleted(deleted: Database) -> None:
    with deleted.reading() as session:
        instances = session.scalars(
            select(ProcessInstance).options(undefer(ProcessInstance.state))
        ).all()
    kept = [one.process_id for one in instances if one.state]
    assert kept in ([], ["retention"])
    assert all(one.ended_at for one in instances)
    assert ENDED_WITH not in {one.ended_with for one in instances}


def test_the_chain_of_the_case_still_verifies(deleted: Database) -> None:
    with deleted.reading() as session:
        [case] = session.scalars(select(CaseFile))
        assert case.deleted_on is not None
        assert Chain.of_case(session, case).broken_at() is None


def test_the_file_of_the_database_does_not_keep_it_either(
    deleted: Database, script: Script, tmp_path: Path
) -> None:
    typed = _typed(script)
    with deleted.reading() as session:
        of_staff = " ".join(user.working_hours for user in session.scalars(select(User)))
    copy = tmp_path / "copy.sqlite"
    with closing(sqlite3.connect(str(deleted.url.database))) as kept:
        kept.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy.write_bytes(Path(str(deleted.url.database)).read_bytes())
    with closing(sqlite3.connect(copy)) as released:
        released.execute("PRAGMA secure_delete=ON")
        released.execute("DELETE FROM release_file")
        released.commit()
    content = copy.read_bytes()
    assert [text for text in typed if text.encode() in content and text not in of_staff] == []


def _typed(script: Script) -> set[str]:
    """Give every free text somebody typed in a scenario: whatever has a blank in it."""
    answers = [step.arguments.get("answers") for step in script.steps if step.verb in DOING]
    return {text for text in _texts(answers) if " " in text}


def _texts(answers: Any) -> Iterator[str]:
    if isinstance(answers, str):
        yield answers
    elif isinstance(answers, dict | list):
        for value in answers.values() if isinstance(answers, dict) else answers:
            yield from _texts(value)
